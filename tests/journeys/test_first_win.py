"""From a signed contract to a proved first win: the team on its desk, the customer in the portal, the record verified."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.installation import Installation

pytestmark = pytest.mark.journey
Axe = Callable[[Page], None]
WORKER_TAKES_AT_MOST_SECONDS = 30
EVIDENCE = "The depot team ran its first delivery report on its own"


@pytest.fixture
def customer(browser: Browser, firstwin: Installation) -> Iterator[Page]:
    """A phone of somebody at the customer, where nobody has ever signed in."""
    context = browser.new_context(base_url=firstwin.address, viewport=PHONE)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def test_from_the_signature_to_a_proved_first_win(
    page: Page, customer: Page, firstwin: Installation, axe: Axe, tmp_path: Path
) -> None:
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    workspace = _sign_in_by_the_printed_link(page, firstwin)
    _add_account_with_its_people(page, axe)
    project = _start_the_seven_stages(page, axe)
    portal_link = _find_the_welcome_mail(page, axe)

    _do_the_first_step(customer, portal_link, axe)
    _read_what_the_customer_did(page, project)
    _record_the_first_win(page, project)
    customer.goto("/portal/")
    expect(customer.get_by_text("You reached your first win!")).to_be_visible()

    _prove_the_record(firstwin, workspace, tmp_path / "journal.jsonl")


def _sign_in_by_the_printed_link(page: Page, firstwin: Installation) -> str:
    """Make a workspace on the command line and follow the link it prints; returns the workspace's short name."""
    printed = firstwin.command(
        "workspace", "create", "Halcyon Maps", "--owner", "nora@halcyon.example", "--owner-name", "Nora Vance"
    )
    workspace = re.search(r"Created workspace (\S+)", printed)
    link = re.search(r"http\S+", printed)
    assert workspace
    assert link
    page.goto(link[0])
    expect(page).to_have_url(f"{firstwin.address}/")
    return workspace[1]


def _add_account_with_its_people(page: Page, axe: Axe) -> None:
    """Add a company that signed three hours ago, where it is noon: at night its mails would wait; ends on its page."""
    now = datetime.now(tz=UTC)
    signed_at = now - timedelta(hours=3)
    page.get_by_role("link", name="Accounts", exact=True).first.click()
    page.get_by_role("link", name="Add account").first.click()
    page.get_by_label("Name", exact=True).fill("Juniper Couriers")
    page.get_by_label("Contract signed").fill(f"{signed_at:%Y-%m-%dT%H:%M}")
    page.get_by_label("Time zone").select_option(f"Etc/GMT{now.hour - 12:+d}")
    axe(page)
    page.get_by_role("button", name="Add account").click()
    expect(page.get_by_role("heading", level=1, name="Juniper Couriers")).to_be_visible()
    for name, part in (("Ines Moreau", "Project owner"), ("Otto Brandt", "Executive sponsor")):
        page.get_by_role("link", name="Add person").click()
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Email").fill(f"{name.split()[0].lower()}@juniper.example")
        page.get_by_label(part).check()
        page.get_by_role("button", name="Add person").click()
        expect(page.get_by_role("table", name="People of this account")).to_contain_text(name)
    axe(page)


def _start_the_seven_stages(page: Page, axe: Axe) -> str:
    """Start the onboarding from the account's page; returns the address of the project."""
    page.get_by_role("link", name="Start onboarding").click()
    axe(page)
    page.get_by_role("link", name="Choose B2B onboarding in seven stages").click()
    expect(page.get_by_role("table", name="Pre-onboarding")).to_contain_text("Welcome email")
    axe(page)
    page.get_by_role("button", name="Start onboarding").click()
    expect(page).to_have_url(re.compile(r"/projects/[0-9a-f-]{36}/$"))
    return page.url


def _find_the_welcome_mail(page: Page, axe: Axe) -> str:
    """Open the welcome mail in the mailbox, once it went out, and return the portal link in it."""
    page.get_by_role("link", name="Messages", exact=True).first.click()
    page.get_by_role("link", name="Mailbox", exact=True).click()
    axe(page)
    _open_mail(page, to="ines@juniper.example", subject="Welcome, Juniper Couriers")
    axe(page)
    link = page.frame_locator("iframe").get_by_role("link", name="open your onboarding page").get_attribute("href")
    assert link
    return link


def _open_mail(page: Page, *, to: str, subject: str) -> None:
    """Look into the mailbox until the worker has sent a mail, and open it."""
    row = page.get_by_role("table", name="Mail").get_by_role("row").filter(has_text=to)
    mail = row.get_by_role("link", name=subject)
    deadline = time.monotonic() + WORKER_TAKES_AT_MOST_SECONDS
    while time.monotonic() < deadline and not mail.count():
        page.goto("/mailbox/")
    mail.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(subject)


def _do_the_first_step(customer: Page, portal_link: str, axe: Axe) -> None:
    """Come in without a password, do what the page asks first, and say something about it."""
    customer.goto(portal_link)
    expect(customer.get_by_role("heading", level=1)).to_contain_text("Ines")
    expect(customer.locator("#next-step")).to_have_text("Accept the invitation to the kickoff call")
    axe(customer)
    customer.locator(".fw-portal-next-card .btn-primary").click()
    customer.get_by_label("Ask or tell us something about this").fill("Our depot lead joins us too")
    customer.get_by_role("button", name="Send", exact=True).click()
    expect(customer.get_by_text("Our depot lead joins us too")).to_be_visible()
    customer.get_by_role("button", name="Mark as done").click()
    expect(customer.locator(".fw-state").first).to_contain_text("Done")
    axe(customer)


def _read_what_the_customer_did(page: Page, project: str) -> None:
    """See the customer's step done and their words on the desk."""
    page.goto(project)
    page.get_by_role("link", name="Accept the invitation to the kickoff call", exact=True).click()
    panel = page.get_by_role("dialog", name="Accept the invitation to the kickoff call")
    expect(panel.get_by_role("article").filter(has_text="Our depot lead joins us too")).to_contain_text("Ines Moreau")
    expect(panel.get_by_text("by Ines Moreau").first).to_be_visible()
    page.keyboard.press("Escape")


def _record_the_first_win(page: Page, project: str) -> None:
    """Record the win with its proof, and see the congratulations in the mailbox."""
    page.goto(project)
    page.get_by_role("button", name="Record the first win").first.click()
    dialog = page.get_by_role("dialog", name="First win of Juniper Couriers")
    dialog.get_by_role("button", name="Record the first win").click()
    expect(dialog.get_by_role("alert").first).to_be_visible()
    dialog.get_by_label("What proves it").fill(EVIDENCE)
    dialog.get_by_role("button", name="Record the first win").click()
    expect(page.get_by_text("Juniper Couriers has its first win!")).to_be_visible()
    page.goto("/mailbox/")
    _open_mail(page, to="ines@juniper.example", subject="Juniper Couriers has reached its first win")
    expect(page.frame_locator("iframe").locator("body")).to_contain_text(EVIDENCE)


def _prove_the_record(firstwin: Installation, workspace: str, file: Path) -> None:
    """Export the journal and verify it as an auditor would; one changed character is found."""
    record = firstwin.command("journal", "export", "--workspace", workspace)
    assert EVIDENCE in record
    file.write_text(record)
    assert "intact" in firstwin.command("journal", "verify", str(file))
    file.write_text(record.replace(EVIDENCE, EVIDENCE.replace("first", "fifth"), 1))
    assert "BROKEN" in firstwin.command("journal", "verify", str(file), code=1)

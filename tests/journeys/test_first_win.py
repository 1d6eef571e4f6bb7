"""From a signed contract to a proved first win: the team on its desk, the customer in the portal, the record verified."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys import installation
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.installation import Installation

pytestmark = [pytest.mark.journey, pytest.mark.long]
Axe = Callable[[Page], None]
WORKER_TAKES_AT_MOST_SECONDS = 30
EVIDENCE = "The depot team ran its first delivery report on its own"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that nobody has set up yet, as after the very first `firstwin up`."""
    with installation.running(tmp_path_factory.mktemp("fresh")) as running:
        yield running


@pytest.fixture
def page(browser: Browser, fresh: Installation) -> Iterator[Page]:
    """A page of this installation, not of the one that the other journeys of the process share."""
    context = browser.new_context(base_url=fresh.address)
    yield context.new_page()
    context.close()


@pytest.fixture
def customer(browser: Browser, fresh: Installation) -> Iterator[Page]:
    """A phone of somebody at the customer, where nobody has ever signed in."""
    context = browser.new_context(base_url=fresh.address, viewport=PHONE)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def test_from_the_signature_to_a_proved_first_win(
    page: Page, customer: Page, fresh: Installation, axe: Axe, tmp_path: Path
) -> None:
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    _set_up_by_the_printed_link(page, fresh, axe)
    _add_account_with_its_people(page, axe)
    project = _start_the_seven_stages(page, axe)
    portal_link = _find_the_welcome_mail(page, axe)

    _do_the_first_step(customer, portal_link, axe)
    _read_what_the_customer_did(page, project)
    _finish_what_the_team_prepares(page, project)
    _hand_in_what_the_customer_owes(customer, axe)
    _hold_the_kickoff_and_sign_the_plan(page, customer, project, axe)

    _record_the_first_win(page, project)
    customer.goto("/portal/")
    expect(customer.get_by_text("You reached your first win!")).to_be_visible()
    axe(customer)

    _prove_the_record(page, fresh, tmp_path / "journal.jsonl")


def _set_up_by_the_printed_link(page: Page, fresh: Installation, axe: Axe) -> None:
    """Follow the link that `firstwin up` printed, make the workspace and come in as its owner."""
    link = re.search(r"^ *Set up \(once\) +(http\S+)$", fresh.log.read_text(), re.MULTILINE)
    assert link
    page.goto(link[1])
    axe(page)
    page.get_by_label("Your company").fill("Halcyon Maps")
    page.get_by_label("Your name").fill("Nora Vance")
    page.get_by_label("Your email address").fill("nora@halcyon.example")
    page.get_by_label("Password").fill("a-long-enough-password")
    page.get_by_role("button", name="Create workspace").click()
    expect(page).to_have_url(f"{fresh.address}/")


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
    page.get_by_label("Will data be moved from an old system?").select_option("yes")
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


def _finish_what_the_team_prepares(page: Page, project: str) -> None:
    """Do what comes before the kickoff: handoff, packet and alignment by hand, the mails by themselves."""
    for name in ("Calendar invite for the kickoff call", "Put the implementation packet together"):
        _finish_on_the_desk(page, project, name, "Done")
    for name, verb in (
        ("Sales hands over the customer's context", "Done"),
        ("Align the team on the customer (sales handoff to CS)", "Meeting was held"),
    ):
        _finish_on_the_desk(page, project, name, verb)
    page.goto("/mailbox/")
    _open_mail(page, to="ines@juniper.example", subject="Juniper Couriers: your implementation packet")
    page.goto(project)
    before_the_kickoff = page.locator("#stage-pre-onboarding")
    expect(before_the_kickoff).to_contain_text("6/6")


def _finish_on_the_desk(page: Page, project: str, name: str, verb: str) -> None:
    """Open a task beside the plan, fill in what it asks for and finish it."""
    page.goto(project)
    page.locator(".fw-rows").get_by_role("link", name=name, exact=True).first.click()
    panel = page.get_by_role("dialog", name=name, exact=True)
    finish = panel.get_by_role("button", name=verb, exact=True)
    finish.wait_for()
    _answer_every_question(panel.locator("form").filter(has=page.get_by_role("button", name=verb, exact=True)))
    finish.click()
    expect(panel.get_by_role("button", name="Open again")).to_be_visible()


def _answer_every_question(form: Locator) -> None:
    """Fill in whatever a form made from a playbook asks: words, a day, or the first choice."""
    if form.count() == 0:
        return
    for field in form.locator("textarea:visible, input[type=text]:visible").all():
        field.fill("As we said on the phone")
    for field in form.locator("input[type=number]:visible").all():
        field.fill("12")
    for field in form.locator("input[type=date]:visible").all():
        field.fill(f"{datetime.now(tz=UTC) + timedelta(days=40):%Y-%m-%d}")
    for field in form.locator("select:visible").all():
        field.select_option(index=1)
    for group in form.locator("fieldset:visible").all():
        group.get_by_role("radio").first.check()


def _hand_in_what_the_customer_owes(customer: Page, axe: Axe) -> None:
    """Answer the questionnaire and hand in the file that was asked for, on the phone."""
    _open_in_the_portal(customer, "Tell us how you want it set up")
    axe(customer)
    customer.get_by_role("button", name="Send the answers").click()
    expect(customer.get_by_text("This field is required").first).to_be_visible()
    _answer_every_question(customer.locator("form").filter(has=customer.get_by_role("button", name="Send the answers")))
    customer.get_by_role("button", name="Send the answers").click()
    expect(customer.locator(".fw-state").first).to_contain_text("Done")

    _open_in_the_portal(customer, "Hand in the data to be moved")
    for drop in range(customer.locator("input[type=file]").count()):
        file = {"name": f"export-{drop}.csv", "mimeType": "text/csv", "buffer": b"order;weight\n1;20\n"}
        customer.locator("input[type=file]").nth(drop).set_input_files([file])  # type: ignore[list-item]
        expect(customer.locator("#files")).to_contain_text(file["name"])
    axe(customer)
    customer.get_by_role("button", name="Everything is handed in").click()
    expect(customer.locator(".fw-state").first).to_contain_text("Done")


def _open_in_the_portal(customer: Page, name: str) -> None:
    customer.goto("/portal/")
    customer.get_by_role("link", name=name).first.click()
    expect(customer.get_by_role("heading", level=1)).to_have_text(name)


def _hold_the_kickoff_and_sign_the_plan(page: Page, customer: Page, project: str, axe: Axe) -> None:
    """Hold the call and write down what was agreed; the customer signs what came of it."""
    _finish_on_the_desk(page, project, "Kickoff call", "Meeting was held")
    _finish_on_the_desk(page, project, "Agree on success criteria and the first value", "Done")
    _finish_on_the_desk(page, project, "Set communication norms", "Done")
    _open_in_the_portal(customer, "Sign the project plan with its milestones")
    axe(customer)
    customer.get_by_role("button", name="Approve").click()
    expect(customer.locator(".fw-state").first).to_contain_text("Done")


def _record_the_first_win(page: Page, project: str) -> None:
    """Record the win with its proof, and see the congratulations in the mailbox."""
    page.goto(project)
    page.get_by_role("button", name="More").first.click()
    page.get_by_role("button", name="Record the first win").click()
    dialog = page.get_by_role("dialog", name="First win of Juniper Couriers")
    dialog.get_by_role("button", name="Record the first win").click()
    expect(dialog.get_by_role("alert").first).to_be_visible()
    dialog.get_by_label("What proves it").fill(EVIDENCE)
    dialog.get_by_role("button", name="Record the first win").click()
    expect(page.get_by_text("Juniper Couriers has its first win!")).to_be_visible()
    page.goto("/mailbox/")
    _open_mail(page, to="ines@juniper.example", subject="Juniper Couriers has reached its first win")
    expect(page.frame_locator("iframe").locator("body")).to_contain_text(EVIDENCE)


def _prove_the_record(page: Page, fresh: Installation, file: Path) -> None:
    """Verify the record in the browser, then its export as an auditor would; one changed character is found."""
    page.goto("/settings/journal/")
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_text("intact")).to_be_visible()
    record = fresh.command("journal", "export", "--workspace", "halcyon-maps")
    assert EVIDENCE in record
    file.write_text(record)
    assert "intact" in fresh.command("journal", "verify", str(file))
    file.write_text(record.replace(EVIDENCE, EVIDENCE.replace("first", "fifth"), 1))
    assert "BROKEN" in fresh.command("journal", "verify", str(file), code=1)

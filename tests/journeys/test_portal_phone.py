"""A customer on their phone: in by the link of the mail, the next step done, a question asked, an invitation answered."""

import re
from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, Scene
from tests.journeys.installation import Installation

pytestmark = pytest.mark.journey


@pytest.fixture
def visit(scene: Scene) -> dict[str, Any]:
    return scene("portal_visit")


@pytest.fixture(autouse=True)
def _phone(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_the_way_through_the_portal(page: Page, visit: dict[str, Any], axe: Callable[[Page], None]) -> None:
    page.goto(visit["url"])
    expect(page).to_have_url(re.compile(r"^http://[^/]+/portal/projects/[0-9a-f-]+/$"))
    expect(page.get_by_text("Your next step")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada")
    axe(page)
    assert _fits(page)

    step = page.locator("#next-step").inner_text()
    page.locator(".fw-portal-next-card .btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(step)
    axe(page)
    assert _fits(page)
    page.get_by_label("Ask or tell us something about this").fill("Who should come along?")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Who should come along?")).to_be_visible()
    page.get_by_role("button", name="Mark as done").click()
    expect(page.locator(".fw-state").first).to_contain_text("Done")

    page.get_by_role("link", name="Your plan").click()
    expect(page.locator("#next-step", has_text=step)).to_have_count(0)
    page.locator("#meetings").get_by_role("button", name="Yes").click()
    expect(page.locator("#meetings").get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#people")).to_contain_text("Mara Lindqvist")

    page.get_by_role("button", name="Menu of Ada Berg").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    page.goto("/portal/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Open your plan")
    axe(page)


def test_something_stuck_is_said_with_the_keyboard_alone(page: Page, visit: dict[str, Any]) -> None:
    page.goto(visit["url"])
    page.goto(f"/portal/tasks/{visit['tasks']['configuration-questionnaire']}/")
    page.get_by_text("I am stuck").focus()
    page.keyboard.press("Enter")
    page.get_by_label("We are not ready yet on our side").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Our lead is on leave until Monday")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is stuck")).to_be_visible()
    page.get_by_role("button", name="It goes on").click()
    expect(page.get_by_text("This is stuck")).to_be_hidden()


@pytest.mark.looks
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_kind_of_page(
    page: Page,
    firstwin: Installation,
    visit: dict[str, Any],
    axe: Callable[[Page], None],
    scheme: Literal["light", "dark"],
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(visit["url"])
    tasks = visit["tasks"]
    for key in ("welcome-email", "configuration-questionnaire", "acceptance", "kickoff-call", "satisfaction-survey"):
        page.goto(f"/portal/tasks/{tasks[key]}/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        axe(page)
        assert _fits(page)
    page.goto("/portal/mail/")
    axe(page)


def test_a_member_finds_the_mail_in_the_mailbox_and_follows_its_link(
    page: Page, visit: dict[str, Any], sign_in: Callable[[Page, dict[str, Any]], None], axe: Callable[[Page], None]
) -> None:
    sign_in(page, visit)
    page.goto("/mailbox/?q=ada+welcome")
    axe(page)
    page.get_by_role("link", name=re.compile("^Welcome")).first.click()
    axe(page)
    with page.context.expect_page() as opened:
        page.frame_locator("iframe").get_by_role("link", name="open your onboarding page").click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Ada")
    page.goto("/mailbox/?q=ada+invitation")
    page.get_by_role("link", name=re.compile("^Invitation: ")).first.click()
    expect(page.get_by_text("Calendar entry")).to_be_visible()
    expect(page.get_by_role("link", name="invite.ics")).to_be_visible()

"""People's time in a real browser: a week that is too full is relieved, time is booked, released, and becomes real."""

import re
from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.installation import Installation

pytestmark = pytest.mark.journey
SignIn = Callable[[Page, dict[str, Any]], None]
Axe = Callable[[Page], None]


@pytest.fixture
def team(firstwin: Installation) -> dict[str, Any]:
    """Fresh for each journey, which changes it."""
    return firstwin.play("people_team")


@pytest.fixture
def desk(page: Page, sign_in: SignIn, team: dict[str, Any]) -> Page:
    page.set_viewport_size(DESKTOP)
    sign_in(page, team)
    return page


def book(page: Page, team: dict[str, Any], customer: str) -> None:
    page.goto(f"/people/bookings/new/?playbook={team['playbook']}")
    page.get_by_label("For whom").fill(customer)
    page.get_by_label("Segment").select_option("mid_market")
    page.get_by_label("How likely, in per cent").fill("60")
    page.get_by_label("Success manager").select_option(label="Femi Boateng")
    page.get_by_role("button", name="Book time").click()
    expect(page.get_by_role("link", name=customer, exact=True)).to_be_visible()


def test_a_week_that_is_over_is_relieved_in_one_click(desk: Page, axe: Axe) -> None:
    desk.goto("/people/")
    row = desk.get_by_role("row", name=re.compile("Mara Lindqvist"))
    over = row.get_by_role("link", name=re.compile("Over"))
    expect(over.first).to_be_visible()
    axe(desk)
    over.first.click()
    panel = desk.locator("#week-panel")
    expect(panel.get_by_text("Who could help")).to_be_visible()
    axe(desk)
    panel.get_by_role("button", name=re.compile("Hand on Provision the first site to")).click()
    expect(panel.get_by_text("Who could help")).to_be_hidden()
    expect(panel.get_by_role("link", name="Provision the first site")).to_be_hidden()
    expect(panel.get_by_role("link", name="Provision the second site")).to_be_visible()


def test_time_is_booked_released_and_taken_back(desk: Page, team: dict[str, Any], axe: Axe) -> None:
    desk.goto("/people/")
    desk.get_by_role("link", name="Bookings", exact=True).click()
    desk.get_by_role("link", name="Book time").first.click()
    expect(desk.get_by_role("link", name="Choose Example onboarding")).to_be_visible()
    axe(desk)
    book(desk, team, "Heron Analytics")
    axe(desk)
    desk.goto("/people/")
    expect(
        desk.get_by_role("row", name=re.compile("Femi Boateng")).get_by_text(re.compile(r"^\+ \d+$")).first
    ).to_be_visible()
    axe(desk)
    desk.goto("/people/bookings/")
    desk.get_by_role("button", name="Actions for Heron Analytics").click()
    desk.get_by_role("menuitem", name="Release").or_(desk.get_by_role("button", name="Release")).click()
    expect(desk.get_by_text("Released. The time is free again.")).to_be_visible()
    expect(desk.get_by_text("Nothing is booked")).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_role("link", name="Heron Analytics", exact=True)).to_be_visible()


def test_what_was_booked_starts_with_its_people(desk: Page, team: dict[str, Any], axe: Axe) -> None:
    book(desk, team, "Wren Robotics")
    desk.get_by_role("link", name="Start Wren Robotics").click()
    expect(desk.get_by_label("Was it booked")).not_to_have_value("")
    expect(desk.get_by_text("Who could do it")).to_be_visible()
    axe(desk)
    role = desk.get_by_label("Success manager")
    femi = role.input_value()
    desk.get_by_role("button", name="Choose Mara Lindqvist as Success manager").click()
    expect(role).to_have_value(team["member_id"])
    role.select_option(femi)
    expect(role).to_have_value(femi)
    desk.get_by_role("button", name="Start onboarding").click()
    expect(desk.get_by_text("The onboarding of Wren Robotics has started.")).to_be_visible()
    desk.goto("/people/bookings/")
    expect(desk.get_by_role("link", name="Started")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_screen(
    page: Page, sign_in: SignIn, team: dict[str, Any], axe: Axe, scheme: Literal["light", "dark"]
) -> None:
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme=scheme)
    sign_in(page, team)
    book(page, team, "Heron Analytics")
    for path in ("/people/", "/people/bookings/", f"/people/bookings/new/?playbook={team['playbook']}"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

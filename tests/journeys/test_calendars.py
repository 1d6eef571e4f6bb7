"""Working time in a real browser: leave is entered in two clicks, a running plan follows and says why, a file is undone."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.calendars.test_rules import ics
from tests.journeys.conftest import DESKTOP, PHONE, Scene

pytestmark = pytest.mark.journey
SignIn = Callable[[Page, dict[str, Any]], None]
OWN = "/settings/your-calendar/"


@pytest.fixture
def team(scene: Scene) -> dict[str, Any]:
    return scene("busy_team")


@pytest.fixture
def desk(page: Page, sign_in: SignIn, team: dict[str, Any]) -> Page:
    page.set_viewport_size(DESKTOP)
    sign_in(page, team)
    return page


def test_leave_moves_a_running_plan_which_says_why(
    desk: Page, team: dict[str, Any], axe: Callable[[Page], None]
) -> None:
    desk.goto(OWN)
    desk.get_by_role("button", name="Add leave").first.click()
    dialog = desk.get_by_role("dialog", name="Add leave for Mara Lindqvist")
    axe(desk)
    first = datetime.now(tz=UTC).date()
    dialog.get_by_label("First day").fill(first.isoformat())
    dialog.get_by_label("Last day").fill((first + timedelta(days=20)).isoformat())
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(desk.get_by_text("Entered. Plans that it touches follow in a moment.")).to_be_visible()
    expect(desk.get_by_role("cell", name=re.compile(r"^Leave \d")).first).to_be_visible()
    timeline = f"/projects/{team['projects'][0]}/timeline/"
    reason = desk.get_by_text(re.compile("moved dates: Mara Lindqvist's leave"))
    for _ in range(60):
        desk.goto(timeline)
        if reason.count():
            break
        desk.wait_for_timeout(1000)
    expect(reason.first).to_be_visible()
    expect(desk.get_by_text(re.compile(r"\d+ tasks? moved by")).first).to_be_visible()
    axe(desk)


def test_a_day_is_two_clicks_away_and_can_be_undone(desk: Page) -> None:
    desk.goto(f"{OWN}?month=2031-08")
    desk.get_by_role("button", name="Add on 5 August").click()
    desk.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    entered = desk.get_by_role("cell", name="Leave 5 August 2031", exact=True)
    expect(entered).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    expect(entered).to_have_count(0)


def test_a_file_is_looked_at_taken_over_and_undone(desk: Page, axe: Callable[[Page], None]) -> None:
    desk.goto(OWN)
    desk.get_by_role("button", name="More", exact=True).click()
    desk.get_by_role("link", name="Import a calendar file").click()
    axe(desk)
    file = {
        "name": "leave.ics",
        "mimeType": "text/calendar",
        "buffer": ics("UID:a\nDTSTART;VALUE=DATE:20320803\nSUMMARY:Sea"),
    }
    desk.get_by_label("Choose an ICS or CSV file").set_input_files(file)  # type: ignore[arg-type]
    desk.get_by_role("button", name="Look at it").click()
    expect(desk.get_by_text("Leave 3 August 2032: Sea")).to_be_visible()
    axe(desk)
    desk.get_by_role("button", name="Take it over").click()
    expect(desk.get_by_role("cell", name="Leave 3 August 2032: Sea", exact=True)).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_text("The import of leave.ics was undone.")).to_be_visible()
    expect(desk.get_by_role("cell", name="Leave 3 August 2032: Sea", exact=True)).to_have_count(0)


@pytest.mark.looks
@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_calendars(
    desk: Page, axe: Callable[[Page], None], width: str, scheme: Literal["light", "dark"]
) -> None:
    desk.set_viewport_size(DESKTOP if width == "wide" else PHONE)
    desk.emulate_media(color_scheme=scheme)
    for address in (OWN, f"{OWN}?year=2026", "/settings/calendar/?month=2026-12"):
        desk.goto(address)
        axe(desk)
        assert desk.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address

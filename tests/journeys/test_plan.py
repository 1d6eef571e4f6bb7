"""Steering a plan in a real browser: a bar is dragged, what would move is seen first, a circle is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import DESKTOP
from tests.journeys.installation import Installation

pytestmark = pytest.mark.journey
SignIn = Callable[[Page, dict[str, Any]], None]


@pytest.fixture(scope="module")
def team(firstwin: Installation) -> dict[str, Any]:
    return firstwin.play("busy_team")


@pytest.fixture
def desk(page: Page, sign_in: SignIn, team: dict[str, Any]) -> Page:
    page.set_viewport_size(DESKTOP)
    sign_in(page, team)
    return page


def drag(page: Page, bar: Locator, by: int) -> None:
    bar.scroll_into_view_if_needed()
    # The chart may be drawing itself anew just now: a bar that goes away has no place, the next one has.
    box = next(filter(None, (bar.bounding_box() for _ in range(50))))
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by / 2, y, steps=5)
    page.mouse.move(x + by, y, steps=5)
    page.mouse.up()


def test_a_dragged_bar_says_what_it_moves_and_is_saved_or_put_back(
    desk: Page, team: dict[str, Any], axe: Callable[[Page], None]
) -> None:
    desk.goto(f"/projects/{team['projects'][2]}/?view=gantt")
    bar = desk.locator(".bar-wrapper.fw-bar-critical").last
    bar.wait_for()
    task_id = bar.get_attribute("data-id")
    bar = desk.locator(f'.bar-wrapper[data-id="{task_id}"]')
    place = bar.locator(".bar")
    before = place.get_attribute("x")
    drag(desk, place, 280)
    effect = desk.locator("#ask-effect")
    expect(effect).to_contain_text("later, to")
    axe(desk)
    desk.get_by_role("button", name="Cancel").click()
    expect(place).to_have_attribute("x", str(before))
    drag(desk, place, 280)
    expect(effect).to_contain_text("later, to")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("Saved; the plan follows.")).to_be_visible()
    expect(place).not_to_have_attribute("x", str(before))
    expect(desk.locator("dialog.fw-dialog[open]")).to_have_count(0)
    desk.keyboard.press("Control+z")
    expect(desk.get_by_text("Taken back:")).to_be_visible()
    expect(place).to_have_attribute("x", str(before))


def test_a_circle_is_spelled_out_before_anything_is_saved(desk: Page, team: dict[str, Any]) -> None:
    desk.goto(f"/projects/{team['projects'][3]}/?view=gantt")
    table = desk.get_by_role("table", name="Plan, launch and room")
    table.get_by_role("row").filter(has_text="it decides the end").first.get_by_role("link").click()
    behind = desk.locator("#task-body").get_by_role("listitem").filter(has=desk.get_by_label("Waits for this"))
    name = behind.first.get_by_role("link").inner_text()
    desk.get_by_role("button", name="Add a dependency").click()
    desk.get_by_label("The other task").select_option(label=name)
    expect(desk.locator("#ask-effect")).to_contain_text("These wait for each other")


def test_dates_are_kept_and_compared_with(desk: Page, team: dict[str, Any], axe: Callable[[Page], None]) -> None:
    desk.goto(f"/projects/{team['projects'][4]}/?view=gantt")
    desk.get_by_role("button", name="Keep a baseline").click()
    desk.get_by_label("Name").fill("Agreed on Monday")
    axe(desk)
    desk.get_by_role("button", name="Keep", exact=True).click()
    table = desk.get_by_role("table", name="Plan, launch and room")
    expect(table.get_by_role("columnheader", name="Agreed on Monday")).to_be_visible()
    desk.get_by_role("button", name="Agreed on Monday").click()
    desk.get_by_role("link", name="At the launch").click()
    expect(table.get_by_role("columnheader", name="Planned at the launch")).to_be_visible()
    axe(desk)

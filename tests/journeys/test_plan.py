"""Steering a plan in a real browser: a bar is dragged, what would move is seen first, a circle is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import DESKTOP, PHONE, Scene

pytestmark = pytest.mark.journey
SignIn = Callable[[Page, dict[str, Any]], None]


@pytest.fixture
def team(scene: Scene) -> dict[str, Any]:
    return scene("busy_team")


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
    expect(desk.get_by_role("button", name="Save")).to_be_focused()
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
    desk.keyboard.press("Control+z")
    expect(desk.get_by_text("There is nothing to undo.")).to_be_visible()


def test_a_circle_is_spelled_out_before_anything_is_saved(desk: Page, team: dict[str, Any]) -> None:
    desk.goto(f"/projects/{team['projects'][3]}/?view=gantt")
    table = desk.get_by_role("table", name="Plan, launch and room")
    table.get_by_role("row").filter(has_text="it decides the end").first.get_by_role("link").click()
    behind = desk.locator("#task-body").get_by_role("listitem").filter(has=desk.get_by_label("Waits for this"))
    name = behind.first.get_by_role("link").inner_text()
    desk.get_by_role("button", name="Add a dependency").click()
    desk.get_by_label("The other task").select_option(label=name)
    effect, add = desk.locator("#ask-effect"), desk.get_by_role("button", name="Add", exact=True)
    expect(effect).to_contain_text("These wait for each other")
    expect(add).to_be_disabled()
    desk.get_by_label("The other task").select_option(label="Choose a task")
    expect(effect).to_contain_text("Change something")
    expect(add).to_be_enabled()


def test_dates_are_kept_and_compared_with(desk: Page, team: dict[str, Any], axe: Callable[[Page], None]) -> None:
    desk.goto(f"/projects/{team['projects'][4]}/?view=gantt")
    desk.get_by_role("button", name="Keep a baseline").click()
    desk.get_by_label("Name").fill("Agreed on Monday")
    axe(desk)
    desk.get_by_role("button", name="Keep", exact=True).click()
    table = desk.get_by_role("table", name="Plan, launch and room")
    expect(table.get_by_role("columnheader", name="Agreed on Monday")).to_be_visible()
    desk.get_by_role("button", name="Agreed on Monday").click()
    # What others do meanwhile does not close an open menu.
    with desk.expect_response(lambda response: "view=gantt" in response.url):
        desk.evaluate("document.body.dispatchEvent(new CustomEvent('changed'))")
    desk.get_by_role("link", name="At the launch").click()
    expect(table.get_by_role("columnheader", name="Planned at the launch")).to_be_visible()
    axe(desk)


def test_what_others_do_leaves_the_focus_where_it_is(desk: Page, team: dict[str, Any]) -> None:
    desk.goto(f"/projects/{team['projects'][1]}/?view=gantt")
    button = desk.get_by_role("button", name="Keep a baseline")
    button.focus()
    button.evaluate("(button) => button.setAttribute('data-earlier', '')")
    desk.evaluate("document.body.dispatchEvent(new CustomEvent('changed'))")
    expect(desk.locator("[data-earlier]")).to_have_count(0)
    expect(button).to_be_focused()


BOND = """() => {
  const bars = JSON.parse(document.getElementById("bars").textContent);
  const place = new Map(bars.map((bar, index) => [bar.id, index]));
  const isFree = (id) => bars[place.get(id)]?.link_href && !bars[place.get(id)].shape;
  const bonds = JSON.parse(document.getElementById("chart").textContent).bonds;
  const found = bonds.filter((one) => one.type === "finish_to_start" && isFree(one.from) && isFree(one.to));
  found.sort((a, b) => Math.abs(place.get(a.to) - place.get(a.from)) - Math.abs(place.get(b.to) - place.get(b.from)));
  return found[0];
}"""
"""A dependency of two open tasks whose bars lie close together."""


def test_a_line_drawn_between_bars_is_a_dependency_and_a_circle_is_refused(desk: Page, team: dict[str, Any]) -> None:
    desk.goto(f"/projects/{team['projects'][5]}/?view=gantt")
    desk.locator(".bar-wrapper").first.wait_for()
    bond = desk.evaluate(BOND)
    behind, before = (desk.locator(f'.bar-wrapper[data-id="{bond[end]}"]') for end in ("to", "from"))
    behind.locator('.fw-link-handle[data-end="finish"]').hover()
    desk.mouse.down()
    before.locator(".bar").hover(position={"x": 4, "y": 3})
    desk.mouse.up()
    expect(desk.get_by_label("How they hang together")).to_have_value("finish_to_start")
    expect(desk.locator("#ask-effect")).to_contain_text("These wait for each other")
    desk.get_by_role("button", name="Cancel").click()
    expect(desk.locator("dialog.fw-dialog[open]")).to_have_count(0)


def test_an_end_that_cannot_be_kept_says_what_is_too_late(
    desk: Page, team: dict[str, Any], axe: Callable[[Page], None]
) -> None:
    desk.goto(f"/projects/{team['projects'][6]}/")
    desk.get_by_role("button", name="More").click()
    desk.get_by_role("button", name="Plan backwards from an end").click()
    effect = desk.locator("#ask-effect")
    expect(effect).to_contain_text("Choose a day")
    desk.get_by_label("Done by").fill("2040-01-31")
    expect(effect).to_contain_text("It can be kept")
    desk.get_by_label("Done by").fill("2026-01-05")
    expect(effect).to_contain_text("cannot be kept as the plan stands")
    axe(desk)
    desk.get_by_role("button", name="Cancel").click()


def test_going_back_to_the_playbook_says_what_goes_back(
    desk: Page, team: dict[str, Any], axe: Callable[[Page], None]
) -> None:
    desk.goto(f"/projects/{team['projects'][0]}/?view=gantt")
    table = desk.get_by_role("table", name="Plan, launch and room")
    table.get_by_role("row").filter(has_text="it decides the end").last.get_by_role("link").click()
    desk.get_by_role("button", name="Dates and length").click()
    expect(desk.get_by_label("Starts")).to_be_focused()
    desk.get_by_label("Takes").fill("40")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("Saved; the plan follows.")).to_be_visible()
    desk.goto(f"/projects/{team['projects'][0]}/")
    desk.get_by_role("button", name="More").click()
    desk.get_by_role("button", name="Move the start or another key date").click()
    desk.get_by_label("What was set by hand").select_option("to_playbook")
    desk.get_by_label("To", exact=True).fill("2040-01-31T09:00")
    expect(desk.locator("#ask-effect")).to_contain_text("of the playbook: 1 length.")
    axe(desk)
    desk.get_by_role("button", name="Cancel").click()


def test_dates_and_length_on_a_phone(desk: Page, team: dict[str, Any], axe: Callable[[Page], None]) -> None:
    desk.set_viewport_size(PHONE)
    desk.goto(f"/projects/{team['projects'][7]}/?view=gantt")
    table = desk.get_by_role("table", name="Plan, launch and room")
    table.get_by_role("row").filter(has_text="it decides the end").first.get_by_role("link").click()
    desk.get_by_role("button", name="Dates and length").click()
    desk.get_by_label("Takes").fill("40")
    expect(desk.locator("#ask-effect")).to_contain_text("later, to")
    axe(desk)
    wide = desk.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("Saved; the plan follows.")).to_be_visible()

"""The team's day in a real browser: plans, panels, undo, boards, and changes by others as they happen."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.journeys.conftest import DESKTOP, PHONE, Scene
from tests.journeys.installation import Installation

pytestmark = [pytest.mark.journey, pytest.mark.long]
OPEN_FOR_LONG = "Sales hands over the customer's context"
"""A task that nobody finishes: neither the scene nor the worker."""
SignIn = Callable[[Page, dict[str, Any]], None]


@pytest.fixture
def team(scene: Scene) -> dict[str, Any]:
    return scene("busy_team")


@pytest.fixture
def desk(page: Page, sign_in: SignIn, team: dict[str, Any]) -> Page:
    page.set_viewport_size(DESKTOP)
    sign_in(page, team)
    return page


@pytest.fixture
def second(browser: Browser, firstwin: Installation, sign_in: SignIn, team: dict[str, Any]) -> Iterator[Page]:
    """Another browser that looks at the same things."""
    context = browser.new_context(base_url=firstwin.address)
    other = context.new_page()
    sign_in(other, team)
    yield other
    context.close()


@pytest.mark.looks
@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_the_team(
    desk: Page,
    team: dict[str, Any],
    axe: Callable[[Page], None],
    width: str,
    scheme: Literal["light", "dark"],
) -> None:
    desk.set_viewport_size(DESKTOP if width == "wide" else PHONE)
    desk.emulate_media(color_scheme=scheme)
    project = f"/projects/{team['projects'][4]}/"
    tabs = ("", "?view=board", "?view=gantt", "people/", "messages/", "files/", "timeline/")
    for address in ("/", "/projects/", "/projects/?view=board", *(project + tab for tab in tabs)):
        desk.goto(address)
        if "gantt" in address:
            desk.locator(".bar-wrapper").first.wait_for()
        axe(desk)
        assert desk.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address


def first_row_to_finish(page: Page) -> Locator:
    """The first task of a plan that a click finishes, found again by its id whatever becomes of it."""
    button = page.get_by_role("button", name="Done", exact=True)
    row = page.get_by_role("listitem").filter(has=button).first
    return page.locator(f"#{row.get_attribute('id')}")


def test_a_task_is_finished_in_its_row_and_that_is_undone(desk: Page, team: dict[str, Any]) -> None:
    desk.goto(f"/projects/{team['projects'][2]}/?only=open")
    row = first_row_to_finish(desk)
    row.get_by_role("button", name="Done", exact=True).click()
    expect(row).to_have_count(0)
    desk.get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)


def test_a_task_opens_beside_the_plan_and_its_address_can_be_shared(desk: Page, team: dict[str, Any]) -> None:
    plan = f"/projects/{team['projects'][3]}/"
    desk.goto(plan)
    desk.get_by_role("link", name=OPEN_FOR_LONG, exact=True).first.click()
    panel = desk.get_by_role("dialog", name=OPEN_FOR_LONG)
    expect(panel).to_be_visible()
    shared = desk.url
    assert "/tasks/" in shared
    desk.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(desk).to_have_url(re.compile(f"{plan}$"))
    desk.goto(shared)
    expect(panel).to_be_visible()


def test_stuck_is_said_with_a_reason_and_nothing_typed_is_lost(
    desk: Page, team: dict[str, Any], axe: Callable[[Page], None]
) -> None:
    desk.goto(f"/projects/{team['projects'][3]}/")
    desk.get_by_role("link", name=OPEN_FOR_LONG, exact=True).first.click()
    panel = desk.get_by_role("dialog", name=OPEN_FOR_LONG)
    panel.get_by_label("Write a comment").fill("Half a sentence")
    panel.get_by_role("button", name="Stuck").click()
    dialog = desk.get_by_role("dialog", name=f"“{OPEN_FOR_LONG}” is stuck")
    axe(desk)
    dialog.get_by_role("button", name="Mark as stuck").click()
    expect(dialog.get_by_role("alert")).to_contain_text("This field is required")
    dialog.get_by_label("What stops it").fill("Waiting for their logo")
    dialog.get_by_role("button", name="Mark as stuck").click()
    expect(dialog).to_be_hidden()
    undo = desk.get_by_role("button", name="Undo")
    undo.hover()  # what offers to undo stays while the pointer is on it
    expect(panel.get_by_text("Waiting for their logo").first).to_be_visible()
    expect(panel.get_by_label("Write a comment")).to_have_value("Half a sentence")
    axe(desk)
    undo.click()
    expect(panel.get_by_role("button", name="Stuck")).to_be_visible()


def test_a_change_that_comes_while_the_panel_is_being_fetched_is_shown_too(desk: Page, team: dict[str, Any]) -> None:
    desk.route(re.compile("/live/"), lambda route: route.abort())
    desk.goto(f"/projects/{team['projects'][3]}/")
    desk.get_by_role("link", name=OPEN_FOR_LONG, exact=True).first.click()
    panel = desk.get_by_role("dialog", name=OPEN_FOR_LONG)
    panel.get_by_role("button", name="Begin").wait_for()
    held: list[Route] = []
    desk.route(desk.url, lambda route: route.continue_() if held else held.append(route))
    with desk.expect_response(re.compile("/start/")):
        panel.get_by_role("button", name="Begin").click()
    desk.wait_for_function("document.querySelector('#task-body.htmx-request') !== null")
    before = held[0].fetch()
    panel.get_by_role("button", name="Stuck").click()
    dialog = desk.get_by_role("dialog", name=f"“{OPEN_FOR_LONG}” is stuck")
    dialog.get_by_label("What stops it").fill("Waiting for their logo")
    dialog.get_by_role("button", name="Mark as stuck").click()
    expect(dialog).to_be_hidden()
    held[0].fulfill(response=before)
    expect(panel.get_by_text("Waiting for their logo").first).to_be_visible()
    panel.get_by_role("button", name="Goes on").click()
    expect(panel.get_by_role("button", name="Stuck")).to_be_visible()


def test_comments_appear_and_the_box_is_empty_again(desk: Page, team: dict[str, Any]) -> None:
    desk.goto(f"/projects/{team['projects'][1]}/messages/")
    box = desk.get_by_label("Write a comment")
    box.fill("Shall we meet on Thursday")
    box.press("Control+Enter")
    expect(desk.get_by_role("article").filter(has_text="Shall we meet on Thursday")).to_be_visible()
    expect(box).to_have_value("")


def test_what_others_do_appears_by_itself(desk: Page, second: Page, team: dict[str, Any]) -> None:
    plan = f"/projects/{team['projects'][5]}/?only=open"
    second.goto(plan)
    desk.goto(plan)
    row = first_row_to_finish(desk)
    seen_by_second = second.locator(f"#{row.get_attribute('id')}")
    expect(seen_by_second).to_have_count(1)
    row.get_by_role("button", name="Done", exact=True).click()
    expect(seen_by_second).to_have_count(0, timeout=10_000)


def test_what_is_typed_and_ticked_stays_when_others_change_the_plan(
    desk: Page, second: Page, team: dict[str, Any]
) -> None:
    plan = f"/projects/{team['projects'][3]}/?only=open"
    second.goto(plan)
    desk.goto(plan)
    ticked = desk.get_by_role("checkbox", name=f"Select {OPEN_FOR_LONG}")
    ticked.check()
    desk.get_by_role("link", name=OPEN_FOR_LONG, exact=True).first.click()
    panel = desk.get_by_role("dialog", name=OPEN_FOR_LONG)
    panel.get_by_label("Why did they buy").fill("Three depots, one map")
    row = first_row_to_finish(second)
    seen_beside = desk.locator(f"#{row.get_attribute('id')}")
    expect(seen_beside).to_have_count(1)
    row.get_by_role("button", name="Done", exact=True).click()
    expect(seen_beside).to_have_count(0, timeout=10_000)
    expect(panel.get_by_label("Why did they buy")).to_have_value("Three depots, one map")
    expect(ticked).to_be_checked()
    expect(desk.get_by_role("group", name="Selected tasks")).to_be_visible()


def test_a_card_is_dragged_into_another_column(desk: Page, team: dict[str, Any]) -> None:
    desk.goto(f"/projects/{team['projects'][0]}/?view=board")
    expect(desk.locator("[data-ready=yes]")).to_be_attached()
    ready, begun = desk.get_by_role("region", name="Ready"), desk.get_by_role("region", name="In progress")
    card = ready.get_by_role("listitem").first
    name = card.get_by_role("link").inner_text()
    card.drag_to(begun.get_by_role("list"))
    expect(begun.get_by_role("link", name=name, exact=True)).to_be_visible()


def test_a_card_in_hand_stays_there_when_somebody_changes_the_project_meanwhile(
    desk: Page, team: dict[str, Any]
) -> None:
    desk.goto(f"/projects/{team['projects'][1]}/?view=board")
    expect(desk.locator("[data-ready=yes]")).to_be_attached()
    ready, begun = desk.get_by_role("region", name="Ready"), desk.get_by_role("region", name="In progress")
    card, column = ready.get_by_role("listitem").first, begun.get_by_role("list")
    name = card.get_by_role("link").inner_text()
    card.hover()
    desk.mouse.down()
    column.hover()
    column.hover()  # the second move is the one by which a browser knows where the card is held
    with desk.expect_response(lambda answer: "view=board" in answer.url):
        desk.evaluate("document.body.dispatchEvent(new CustomEvent('changed'))")
    desk.mouse.up()
    expect(begun.get_by_role("link", name=name, exact=True)).to_be_visible()


def test_a_project_is_held_and_resumed(desk: Page, team: dict[str, Any]) -> None:
    desk.goto(f"/projects/{team['projects'][6]}/")
    desk.get_by_role("button", name="More").first.click()
    desk.get_by_role("button", name="Put on hold").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Why").fill("Their merger comes first")
    dialog.get_by_role("button", name="Put on hold").click()
    expect(desk.get_by_text("Their merger comes first").first).to_be_visible()
    desk.get_by_role("button", name="Resume").first.click()
    expect(desk.get_by_text("Their merger comes first")).to_have_count(0)


def test_a_view_is_saved_and_offered_again(desk: Page) -> None:
    desk.goto("/projects/?standing=late")
    desk.get_by_role("button", name="More").click()
    desk.get_by_role("button", name="Save this view").click()
    desk.get_by_label("Name").fill("Late ones")
    desk.get_by_role("button", name="Save view").click()
    desk.goto("/projects/")
    desk.get_by_role("button", name="Views").click()
    desk.get_by_role("link", name="Late ones").click()
    expect(desk.get_by_role("link", name="Remove filter Late")).to_be_visible()

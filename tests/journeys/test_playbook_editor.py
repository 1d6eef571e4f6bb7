"""A playbook is edited in a real browser: put in order by drag and keyboard, undone, refused as a circle, published."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import DESKTOP, PHONE, Scene

pytestmark = pytest.mark.journey


@pytest.fixture
def team(scene: Scene) -> dict[str, Any]:
    return scene("playbook_designer")


@pytest.fixture
def editor(page: Page, sign_in: Callable[[Page, dict[str, Any]], None], team: dict[str, Any]) -> Page:
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    sign_in(page, team)
    page.goto(f"/playbooks/{team['playbook_id']}/edit/")
    return page


def tasks_of_the_first_stage(page: Page) -> Locator:
    return page.locator(".fw-outline").first.get_by_role("listitem").get_by_role("link")


def answered(page: Page) -> None:
    """Wait until nothing is asked of the server any more: what is clicked before may be replaced under the pointer."""
    expect(page.locator(".htmx-request")).to_have_count(0)


@pytest.mark.looks
@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_axe_finds_nothing_in_the_editor(editor: Page, axe: Callable[[Page], None], width: str) -> None:
    editor.set_viewport_size(DESKTOP if width == "wide" else PHONE)  # type: ignore[arg-type]
    for part in ("playbook:", "task:accept-invitation", "task:welcome-email", "target:", "stage:kickoff"):
        editor.goto(f"{editor.url.split('?')[0]}?part={part}")
        axe(editor)
        assert editor.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), part


def test_tasks_are_put_in_order_by_keyboard_and_by_drag_and_that_is_undone(editor: Page) -> None:
    tasks = tasks_of_the_first_stage(editor)
    before = tasks.all_inner_texts()
    tasks.first.focus()
    editor.keyboard.press("Alt+ArrowDown")
    expect(tasks.first).to_have_text(before[1])
    grips = editor.locator(".fw-outline").first.locator(".fw-outline-task .fw-grip")
    with editor.expect_response(lambda answer: answer.request.method == "POST"):
        grips.nth(2).drag_to(grips.first)
    expect(tasks.first).to_have_text(before[2])
    answered(editor)
    editor.get_by_role("button", name="Undo").click()
    expect(tasks.first).to_have_text(before[1])
    answered(editor)
    editor.get_by_role("button", name="Undo").click()
    expect(tasks).to_have_text(before)


def test_choosing_a_part_leaves_the_page_and_the_focus_where_they_are(editor: Page) -> None:
    link = editor.get_by_role("link", name="Set up workflows", exact=True)
    link.scroll_into_view_if_needed()
    before = editor.evaluate("scrollY")
    assert before > 0
    link.focus()
    editor.keyboard.press("Enter")
    expect(editor.locator("#part-form").get_by_label("Name")).to_have_value("Set up workflows")
    answered(editor)
    assert abs(editor.evaluate("scrollY") - before) < 5
    expect(link).to_be_focused()


def test_a_circle_is_seen_while_typing_and_refused(editor: Page) -> None:
    editor.get_by_role("link", name="Accept the invitation to the kickoff call").click()
    heading = editor.get_by_role("heading", name="Accept the invitation to the kickoff call")
    expect(heading).to_be_visible()
    editor.get_by_label("Waits for", exact=True).select_option(
        label="Kickoff call: Sign the project plan with its milestones"
    )
    editor.get_by_role("button", name="Save").click()
    answered(editor)
    expect(editor.get_by_role("alert")).to_have_count(0)
    editor.get_by_role("link", name="Sign the project plan with its milestones").click()
    expect(editor.get_by_role("heading", name="Sign the project plan with its milestones")).to_be_visible()
    another = editor.get_by_label("Waits for (another)", exact=True)
    another.select_option(label="Kickoff call: Accept the invitation to the kickoff call")
    circle = re.compile("“Accept the invitation.*” → “Sign the project plan.*” → ")
    expect(editor.locator("#part-check")).to_contain_text("in a circle")
    editor.get_by_role("button", name="Save").click()
    refused = editor.get_by_role("alert").filter(has_text="That did not work")
    expect(refused).to_contain_text("in a circle")
    expect(refused).to_contain_text(circle)
    expect(another).not_to_have_value("")


def test_a_stage_is_added_and_published(editor: Page, team: dict[str, Any], axe: Callable[[Page], None]) -> None:
    editor.get_by_placeholder("New stage").fill("A look back")
    editor.get_by_role("button", name="Add stage").click()
    expect(editor.get_by_role("heading", name="A look back")).to_be_visible()
    editor.get_by_label("New task in A look back").fill("Ask what to do better")
    editor.get_by_label("New task in A look back").press("Enter")
    expect(editor.get_by_role("heading", name="Ask what to do better")).to_be_visible()
    editor.get_by_label("Takes optional", exact=True).fill("soon")
    expect(editor.locator("#part-check")).to_contain_text("would not be saved")
    editor.get_by_label("Takes optional", exact=True).fill("2wd")
    expect(editor.locator("#part-check")).to_contain_text("has no owner")
    editor.get_by_label("Done by", exact=True).select_option(index=1)
    expect(editor.locator("#part-check")).to_contain_text("Not saved yet")
    editor.get_by_role("button", name="Save").click()
    answered(editor)
    expect(editor.locator("#part-check")).to_be_empty()
    editor.get_by_role("button", name="Publish").click()
    dialog = editor.get_by_role("dialog", name="Publish")
    axe(editor)
    dialog.get_by_label("What is new").fill("We look back at the end")
    dialog.get_by_role("button", name="Publish version").click()
    expect(editor).to_have_url(re.compile(f"/playbooks/{team['playbook_id']}/$"))
    expect(editor.get_by_text("Version 2, published")).to_be_visible()

"""A newer version of a playbook on its way into running projects, in a real browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, Scene

pytestmark = pytest.mark.journey
SignIn = Callable[[Page, dict[str, Any]], None]


@pytest.fixture
def team(scene: Scene) -> dict[str, Any]:
    return scene("newer_playbook")


@pytest.fixture
def desk(page: Page, sign_in: SignIn, team: dict[str, Any]) -> Page:
    page.set_viewport_size(DESKTOP)
    sign_in(page, team)
    return page


def test_a_project_takes_over_what_its_owner_chooses_and_takes_it_back(
    desk: Page, team: dict[str, Any], axe: Callable[[Page], None]
) -> None:
    desk.goto(f"/projects/{team['projects'][0]}/")
    desk.get_by_role("link", name="Review what it would change").click()
    axe(desk)
    conflict = desk.get_by_role("group", name="Who are you?, Task, words")
    expect(conflict.get_by_label("Keep ours")).to_be_checked()
    conflict.get_by_label("Take the new").check()
    desk.get_by_role("group", name=re.compile("Security review")).get_by_label("Leave out").check()
    expect(desk.locator("#effect")).to_contain_text("1 to keep as it is")
    expect(desk.locator("#effect")).to_contain_text("The end stays on")
    desk.get_by_role("button", name="Apply").click()
    expect(desk.get_by_text("This project uses the newest version")).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    expect(conflict.get_by_label("Keep ours")).to_be_checked()
    desk.goto(f"/projects/{team['projects'][0]}/")
    expect(desk.get_by_text("Who are you?").first).to_be_visible()


def test_many_projects_are_tried_out_and_then_updated_by_one_rule(
    desk: Page, team: dict[str, Any], axe: Callable[[Page], None]
) -> None:
    desk.goto(f"/playbooks/{team['playbook']}/simulation/")
    expect(desk.get_by_role("heading", name="How long would it take")).to_be_visible()
    axe(desk)
    desk.goto(f"/playbooks/{team['playbook']}/")
    desk.get_by_role("link", name="Look at what they would take over").click()
    axe(desk)
    desk.get_by_label("Leave a project alone when its end would move by more than").fill("60")
    desk.get_by_role("button", name="Try it out").click()
    update = desk.get_by_role("button", name=re.compile(r"Update \d+ project"))
    expect(update).to_be_visible(timeout=30_000)
    axe(desk)
    update.click()
    expect(desk.get_by_text("What came of it")).to_be_visible()
    expect(desk.get_by_role("link", name="Back to updates")).to_be_visible(timeout=30_000)
    expect(desk.get_by_role("row", name=re.compile("left to decide")).first).to_be_visible()

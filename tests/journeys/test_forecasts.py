"""By when a project is likely done: in the portfolio, in words, over time, and the task that decides it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, Scene

pytestmark = pytest.mark.journey
SignIn = Callable[[Page, dict[str, Any]], None]


@pytest.fixture
def team(scene: Scene) -> dict[str, Any]:
    return scene("forecast_team")


def test_a_forecast_is_read_from_the_portfolio_down_to_the_task_that_decides_it(
    page: Page, sign_in: SignIn, team: dict[str, Any], axe: Callable[[Page], None]
) -> None:
    page.set_viewport_size(DESKTOP)
    sign_in(page, team)
    page.goto("/projects/")
    expect(page.get_by_role("columnheader", name="Likely end")).to_be_visible()
    expect(page.get_by_text("% in time").first).to_be_visible()
    page.goto(f"/projects/{team['projects'][1]}/")
    expect(page.get_by_text("Half of plans like this are done by").first).to_be_visible()
    axe(page)
    page.get_by_role("link", name="See it over time").click()
    fan = page.locator("#likely")
    expect(fan.get_by_role("rowheader", name="The whole plan")).to_be_visible()
    expect(fan.locator("svg").first).to_be_visible()
    axe(page)
    deciding = fan.locator("a").first
    name = deciding.inner_text()
    deciding.click()
    expect(page.locator("#over").get_by_text(name).first).to_be_visible()

"""Every component, in every state, can be used by everybody."""

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.installation import Installation

pytestmark = [pytest.mark.journey, pytest.mark.looks]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_gallery(
    page: Page,
    firstwin: Installation,
    axe: Callable[[Page], None],
    viewport: ViewportSize,
    scheme: Literal["light", "dark"],
) -> None:
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{firstwin.address}/gallery/")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_what_lies_over_the_page_can_be_used_too(
    page: Page, firstwin: Installation, axe: Callable[[Page], None]
) -> None:
    page.goto(f"{firstwin.address}/gallery/")
    page.get_by_role("button", name="Open a dialog").click()
    dialog = page.get_by_role("dialog", name="Cancel the project “Acme onboarding”?")
    expect(dialog).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Open a side panel").click()
    expect(page.get_by_role("dialog", name="Send the data template")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="A menu").click()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Second")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Second")).to_be_hidden()


def test_the_theme_is_kept(page: Page, firstwin: Installation) -> None:
    page.goto(f"{firstwin.address}/gallery/")
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_rows_are_selected_and_the_bar_appears(page: Page, firstwin: Installation) -> None:
    page.goto(f"{firstwin.address}/gallery/")
    bar = page.get_by_role("group", name="Selected projects")
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox", name="Select Acme").check()
    expect(bar).to_contain_text("1 project selected")
    page.get_by_role("checkbox", name="Select all").check()
    expect(bar).to_contain_text("3 projects selected")
    bar.get_by_role("button", name="Clear selection").click()
    expect(bar).to_be_hidden()


@pytest.mark.parametrize("path", ["/auth/login/", "/auth/login/code/", "/auth/password/reset/", "/nothing-is-here"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_way_in(
    page: Page, firstwin: Installation, axe: Callable[[Page], None], path: str, scheme: Literal["light", "dark"]
) -> None:
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme=scheme)
    page.goto(firstwin.address + path)
    axe(page)

"""Accounts from a file with its faults named row by row, and the way to anything by the keyboard alone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, PHONE, Scene

pytestmark = pytest.mark.journey
Axe = Callable[[Page], None]
HEADER = "name,segment,contract_signed_at\n"
GOOD = "Kestrel Farms,enterprise,2026-03-02\nLumen Labs,mid_market,2026-03-03\n"
FAULTY = "Kestrel Farms,enterprise,2026-03-02\n,mid_market,2026-03-03\nMoss Works,gigantic,some day\n"


@pytest.fixture
def team(scene: Scene) -> dict[str, Any]:
    return scene("busy_team")


@pytest.fixture
def desk(page: Page, sign_in: Callable[[Page, dict[str, Any]], None], team: dict[str, Any]) -> Page:
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    sign_in(page, team)
    return page


def choose(page: Page, rows: str) -> None:
    page.goto("/accounts/imports/")
    file = {"name": "accounts.csv", "mimeType": "text/csv", "buffer": (HEADER + rows).encode()}
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    page.get_by_role("button", name="Check the file").click()


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_a_file_with_faults_takes_nothing_in_and_the_corrected_one_all(desk: Page, axe: Axe, width: str) -> None:
    desk.set_viewport_size(DESKTOP if width == "wide" else PHONE)  # type: ignore[arg-type]
    choose(desk, FAULTY)
    expect(desk.get_by_text("Nothing is taken in while a row has a fault")).to_be_visible(timeout=20_000)
    faults = desk.get_by_role("table", name="Faults")
    expect(faults.get_by_role("row").filter(has_text="3").first).to_be_visible()
    expect(faults).to_contain_text("That is not a segment")
    axe(desk)
    assert desk.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    desk.get_by_role("button", name="Drop it").click()
    choose(desk, GOOD.replace("Kestrel", f"Kestrel {width}").replace("Lumen", f"Lumen {width}"))
    expect(desk.get_by_text("No row has a fault")).to_be_visible(timeout=20_000)
    expect(desk.get_by_role("table", name="First rows")).to_contain_text(f"Lumen {width} Labs")
    desk.get_by_role("button", name="Take it in").click()
    expect(desk.get_by_text("Everything was taken in")).to_be_visible(timeout=20_000)
    desk.goto(f"/accounts/?q=Kestrel+{width}")
    expect(desk.get_by_role("link", name=f"Kestrel {width} Farms")).to_be_visible()


def test_the_palette_leads_anywhere_by_the_keyboard_alone(desk: Page, axe: Axe) -> None:
    desk.goto("/")
    before = desk.get_by_role("link", name="Projects", exact=True).first
    before.focus()
    desk.keyboard.press("Control+k")
    palette = desk.get_by_role("dialog", name="Search and commands")
    expect(palette.get_by_role("option").first).to_be_visible()
    axe(desk)
    desk.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    expect(before).to_be_focused()
    desk.keyboard.press("/")
    expect(palette).to_be_visible()
    desk.keyboard.type("cedar health")
    first = palette.get_by_role("option", name=re.compile("Cedar Health")).first
    expect(first).to_be_visible()
    expect(palette.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("ArrowDown")
    expect(palette.get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Cedar Health")


def test_a_dialog_keeps_the_focus_and_gives_it_back(desk: Page, team: dict[str, Any]) -> None:
    desk.goto(f"/projects/{team['projects'][1]}/")
    button = desk.get_by_role("button", name="Add a task")
    button.focus()
    desk.keyboard.press("Enter")
    dialog = desk.get_by_role("dialog", name=re.compile("Add a task"))
    expect(dialog).to_be_visible()
    for _ in range(12):
        desk.keyboard.press("Tab")
        assert desk.evaluate(
            "!document.activeElement || !!document.activeElement.closest('dialog') || document.activeElement === document.body"
        )
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()

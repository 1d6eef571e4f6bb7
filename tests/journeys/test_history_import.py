"""The owner brings past events in from a file: looks at it, says what a column means, takes it in and sees what was wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.installation import Installation

pytestmark = pytest.mark.journey
ROWS = "".join(
    f"Report viewed,user-{number % 7},2025-05-01T10:00:{number:02}Z,{number},acorn\n" for number in range(50)
)
FILE = f"action taken,user,time,rows,company id\n{ROWS}Report viewed,,2025-05-01T10:00:00Z,1,acorn\n"


def test_past_events_come_in_from_a_file(
    page: Page,
    firstwin: Installation,
    sign_in: Callable[[Page, dict[str, Any]], None],
    axe: Callable[[Page], None],
) -> None:
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    sign_in(page, firstwin.play("member"))
    page.goto("/settings/product-events/")
    page.get_by_role("main").get_by_role("button", name="Add source").last.click()
    page.get_by_role("dialog").get_by_label("Name").fill("Server")
    page.get_by_role("dialog").get_by_role("button", name="Add source").click()
    page.get_by_role("link", name="Import past events").click()
    axe(page)
    file = {"name": "old events.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Look at the file").click()

    expect(page.get_by_text("0 of the first 51 rows can be taken in")).to_be_visible()
    page.get_by_label("What “action taken” is").select_option("What happened")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("50 of the first 51 rows can be taken in")).to_be_visible()
    expect(page.get_by_role("table", name="First events")).to_contain_text("acorn")
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        axe(page)
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_text("50 events taken in, 1 row with a fault")).to_be_visible()
    expect(page.get_by_role("table", name="Faults")).to_contain_text("It names nobody")
    axe(page)
    page.get_by_role("link", name="Server").click()
    expect(page.get_by_text("Nothing came yet")).to_be_visible()  # a year ago is not what came last

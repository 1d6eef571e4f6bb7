"""The owner connects the product: a source, its key, the first event, and one that is rejected."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.installation import Installation

pytestmark = pytest.mark.journey


def test_the_first_event_arrives_and_a_wrong_one_says_why(
    page: Page,
    firstwin: Installation,
    sign_in: Callable[[Page, dict[str, Any]], None],
    axe: Callable[[Page], None],
) -> None:
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    sign_in(page, firstwin.play("member"))
    page.goto("/settings/product-events/")
    page.get_by_role("main").get_by_role("button", name="Add source").last.click()
    page.get_by_role("dialog").get_by_label("Name").fill("Web app")
    page.get_by_role("dialog").get_by_role("button", name="Add source").click()

    expect(page.get_by_text("Nothing came yet")).to_be_visible()
    key = page.get_by_role("table", name="Write keys").locator("code").inner_text()
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        axe(page)

    wrong = {"type": "group", "userId": "ada"}
    right = {"type": "track", "userId": "ada", "event": "Report viewed"}
    sent = httpx.post(f"{firstwin.address}/v1/batch", json={"batch": [wrong, right]}, auth=(key, ""), timeout=20)
    assert sent.json() == {"success": True}
    expect(page.get_by_role("table", name="Events that came last")).to_contain_text("Report viewed")

    page.reload()
    rejected = page.get_by_role("table", name="Rejected events")
    expect(rejected).to_contain_text("A group call names its group: groupId is missing.")
    axe(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("0 came in, 1 cannot be taken in as they are.")).to_be_visible()

    page.get_by_role("table", name="Write keys").get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke key").click()
    expect(page.get_by_text("This source takes nothing in")).to_be_visible()
    expect(page.get_by_role("table", name="Events that came last")).to_contain_text("Report viewed")

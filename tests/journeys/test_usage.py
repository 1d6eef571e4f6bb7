"""The head of onboarding looks at usage: from the first events to every figure, narrowed, kept and sent on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.installation import Installation

pytestmark = pytest.mark.journey


def sent_by_the_product() -> list[dict[str, Any]]:
    """Three people on ten days, the last of them today: they sign in, view a report, and one of them shares one."""
    now = datetime.now(tz=UTC)
    calls: list[dict[str, Any]] = []
    for number, user in enumerate(("ada", "ben", "cyd")):
        shared = {"userId": user, "context": {"groupId": "bees"}}
        calls.append({"type": "identify", **shared, "traits": {"name": f"{user.title()} Hale"}})
        calls.append({"type": "group", **shared, "groupId": "bees", "traits": {"name": "Busy Bees"}})
        for day in range(10):
            at = now - timedelta(days=2 * day, hours=1, minutes=number)
            for minute, event in enumerate(
                ("Signed in", "Report viewed", *(["Report shared"] if user == "ada" else []))
            ):
                stamp = (at + timedelta(minutes=minute)).isoformat()
                calls.append({"type": "track", **shared, "event": event, "timestamp": stamp})
    return calls


def look_at(page: Page, axe: Callable[[Page], None], *, at: str, shows: str) -> None:
    """Look at a page as it stands, on a desk and on a phone."""
    expect(page.get_by_text(at).first).to_be_visible()
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        expect(page.get_by_text(shows).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{at} scrolls sideways"
        axe(page)


def reload_until(shown: Locator) -> None:
    """Look again until events have reached the figures, for half a minute."""
    for _ in range(60):
        if shown.count():
            return
        shown.page.wait_for_timeout(500)
        shown.page.reload()


def test_usage_is_looked_at_narrowed_kept_and_sent_on(
    page: Page,
    firstwin: Installation,
    sign_in: Callable[[Page, dict[str, Any]], None],
    axe: Callable[[Page], None],
) -> None:
    scene = firstwin.play("product_in_use")
    sign_in(page, scene)

    look = partial(look_at, page, axe)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Usage").click()
    look(at="Waiting for the first event", shows="See the code to send events")

    body = {"batch": sent_by_the_product()}
    sent = httpx.post(f"{firstwin.address}/v1/batch", json=body, auth=(scene["key"], ""), timeout=20)
    assert sent.json() == {"success": True}
    page.goto("/usage/")
    reload_until(page.get_by_role("table", name="What do most people do?").get_by_text("Report shared"))
    look(at="How many people are active each week?", shows="What do most people do?")
    page.get_by_text("Show as a table").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").first.click()
    assert download.value.suggested_filename.startswith("active_people-")

    page.get_by_role("link", name="Adoption", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Busy Bees")
    reload_until(row.get_by_text("75 %"))
    look(at="How far is each feature adopted?", shows="At the target")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("dialog").get_by_label("Segment").select_option("mid_market")
    page.get_by_role("dialog").get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Remove filter Mid-market")).to_be_visible()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Save this view").click()
    page.get_by_role("dialog").get_by_label("Name").fill("The middle")
    page.get_by_role("dialog").get_by_role("button", name="Save view").click()
    page.get_by_role("button", name="Views").click()
    expect(page.get_by_role("link", name="The middle").first).to_be_visible()
    page.keyboard.press("Escape")

    row.get_by_role("link", name="Busy Bees").click()
    look(at="Who uses it, and who went quiet?", shows="Ada Hale")

    page.goto("/usage/funnel/")
    page.get_by_label("Step 1").select_option("Signed in")
    page.get_by_label("Step 2").select_option("Report shared")
    page.get_by_role("button", name="Show funnel").click()
    look(at="1 of 3 people got through all 2 steps", shows="Step by step")
    page.get_by_role("link", name="Retention", exact=True).click()
    look(at="Which cohorts come back?", shows="On how many days do they come?")
    page.get_by_role("link", name="Time to first win", exact=True).click()
    expect(page.get_by_text("There is nobody to compare yet")).to_be_visible()
    look(at="How long until the first win?", shows="100 % of 1 account")

"""The vendor pastes the snippet into their product: what is done there arrives, once, and who says no is left alone."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import DESKTOP
from tests.journeys.installation import Installation
from tests.journeys.vendor import vendor_site

pytestmark = pytest.mark.journey
HTML = """<!doctype html><html lang="en"><head><title>Vendor's product</title>{snippet}
<script src="/app.js"></script></head><body><h1>Reports</h1>
<button data-firstwin-track="Report created" data-firstwin-rows="3">Create report</button>
<a href="/away" data-firstwin-track="Left">Leave</a></body></html>"""
APP = """window.firstwin = window.firstwin || [];
firstwin.push(["identify", "ada", { email: "ada@acorn.example" }], ["group", "acorn"]);
"""
COUNTED = "() => Object.keys(localStorage).filter((name) => name.includes(':e:')).length"


def new_source(page: Page) -> str:
    """Add a source and return the snippet that its page shows."""
    page.goto("/settings/product-events/")
    page.get_by_role("main").get_by_role("button", name="Add source").last.click()
    page.get_by_role("dialog").get_by_label("Name").fill("Web app")
    page.get_by_role("dialog").get_by_role("button", name="Add source").click()
    expect(page.get_by_text("Nothing came yet")).to_be_visible()
    return page.locator("#snippet").inner_text()


def test_what_is_done_in_the_vendors_product_arrives_once(
    page: Page,
    browser: Browser,
    firstwin: Installation,
    sign_in: Callable[[Page, dict[str, Any]], None],
    axe: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    sign_in(page, firstwin.play("member"))
    snippet = new_source(page)
    axe(page)
    (tmp_path / "app.js").write_text(APP)
    policy = f"default-src 'none'; img-src 'self'; script-src 'self' {firstwin.address}; connect-src {firstwin.address}"
    pages = {"/": HTML.format(snippet=snippet), "/app.js": tmp_path / "app.js", "/away": "<title>Away</title>"}
    with vendor_site(pages, policy=policy) as site:
        visit = browser.new_context()
        customer = visit.new_page()
        complaints: list[str] = []
        asked: list[str] = []
        customer.on("console", lambda message: complaints.append(message.text))
        customer.on("request", lambda request: asked.append(request.url))
        customer.goto(site)
        customer.get_by_role("button", name="Create report").click()
        came = page.get_by_role("table", name="Events that came last")
        expect(came).to_contain_text("Report created")
        expect(came).to_contain_text("acorn")
        expect(came).to_contain_text("Vendor's product")
        assert visit.cookies() == []
        assert not [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:"))]

        # Offline nothing is lost: it goes out once the browser is back, on the next page if need be.
        visit.set_offline(True)
        customer.get_by_role("button", name="Create report").click()
        customer.wait_for_function(f"({COUNTED})() === 1")
        visit.set_offline(False)
        customer.get_by_role("link", name="Leave").click()
        expect(customer).to_have_title("Away")
        customer.goto(site)
        customer.wait_for_function(f"window.firstwin.flush().then(() => ({COUNTED})() === 0)")
        expect(came.get_by_text("Left")).to_have_count(1)
        expect(came.get_by_text("Report created")).to_have_count(2)
        assert not [text for text in complaints if "Content Security Policy" in text or "firstwin" in text]
        visit.close()

        # Who asks not to be tracked leaves no trace, here or there.
        quiet = browser.new_context()
        quiet.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
        customer = quiet.new_page()
        asked.clear()
        customer.on("request", lambda request: asked.append(request.url))
        customer.goto(site)
        customer.get_by_role("button", name="Create report").click()
        customer.evaluate("window.firstwin.flush()")
        assert not [url for url in asked if "/v1/" in url]
        assert customer.evaluate("localStorage.length") == 0
        quiet.close()


def test_what_a_customer_does_proves_their_first_win(
    page: Page,
    browser: Browser,
    firstwin: Installation,
    sign_in: Callable[[Page, dict[str, Any]], None],
    tmp_path: Path,
) -> None:
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    scene = firstwin.play("vendor_customer")
    sign_in(page, scene)
    (tmp_path / "app.js").write_text(APP)
    product = HTML.format(snippet=new_source(page)).replace("Report created", "report_run")
    with vendor_site({"/": product, "/app.js": tmp_path / "app.js"}) as site:
        visit = browser.new_context()
        customer = visit.new_page()
        customer.goto(site)
        customer.get_by_role("button", name="Create report").click()
        expect(page.get_by_role("table", name="Events that came last")).to_contain_text("report_run")
        visit.close()

    # The product's own id of the customer stands on the account, so the event is theirs, and it is what they signed for.
    page.goto(f"/projects/{scene['project_id']}/")
    won = page.locator("dt", has_text="First win").locator("+ dd").first
    for _ in range(20):
        with contextlib.suppress(AssertionError):
            expect(won).not_to_have_text("not yet", timeout=2_000)
            break
        page.reload()
    expect(won).not_to_have_text("not yet")
    page.goto(f"/accounts/{scene['account_id']}/usage/")
    expect(page.get_by_role("main")).to_contain_text("report_run")
    portal = browser.new_context(base_url=firstwin.address)
    phone = portal.new_page()
    phone.goto(scene["portal"])
    phone.goto("/portal/")
    expect(phone.get_by_text("You reached your first win!")).to_be_visible()
    portal.close()

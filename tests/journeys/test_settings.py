"""The owner settles who works here: invitations, roles, keys, devices, and the record of it all."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.installation import Installation

pytestmark = pytest.mark.journey
Axe = Callable[[Page], None]


@pytest.fixture
def owner(firstwin: Installation) -> dict[str, Any]:
    return firstwin.play("member")


@pytest.fixture
def desk(page: Page, sign_in: Callable[[Page, dict[str, Any]], None], owner: dict[str, Any]) -> Page:
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    sign_in(page, owner)
    return page


@pytest.mark.looks
@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_axe_finds_nothing_in_the_settings(desk: Page, axe: Axe, width: str) -> None:
    desk.set_viewport_size(DESKTOP if width == "wide" else PHONE)  # type: ignore[arg-type]
    desk.goto("/settings/")
    tabs = desk.get_by_role("navigation", name="Settings").get_by_role("link").all()
    for address in {tab.get_attribute("href") or "" for tab in tabs}:
        desk.goto(address)
        axe(desk)
        assert desk.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address


def test_somebody_is_invited_comes_in_and_gets_another_role(
    desk: Page, browser: Browser, firstwin: Installation, owner: dict[str, Any], axe: Axe
) -> None:
    desk.goto("/settings/members/")
    desk.get_by_role("button", name="Invite someone").click()
    dialog = desk.get_by_role("dialog")
    axe(desk)
    dialog.get_by_label("Email").fill("lee@northwind.example")
    dialog.get_by_role("button", name=re.compile("invit", re.IGNORECASE)).click()
    expect(desk.get_by_role("table", name="Open invitations")).to_contain_text("lee@northwind.example")

    address = firstwin.play("invitation_link", workspace_id=owner["workspace_id"], email="lee@northwind.example")["url"]

    context = browser.new_context(base_url=firstwin.address)
    guest = context.new_page()
    guest.goto(address)
    axe(guest)
    guest.get_by_label("Your name").fill("Lee Novak")
    guest.get_by_role("button").last.click()
    expect(guest.get_by_role("heading", level=1)).to_contain_text("Lee")
    context.close()

    desk.goto("/settings/members/")
    row = desk.get_by_role("table", name="Members").get_by_role("row").filter(has_text="Lee Novak")
    row.get_by_role("button", name="Actions for Lee Novak").click()
    row.get_by_role("button", name="Change role").click()
    desk.get_by_role("dialog").get_by_label("Manager").check()
    desk.get_by_role("dialog").get_by_role("button", name="Change role").click()
    expect(row).to_contain_text("Manager")


def test_a_key_is_shown_once_copied_and_revoked(desk: Page, axe: Axe) -> None:
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.goto("/settings/api-keys/")
    desk.get_by_role("link", name="Create key").first.click()
    axe(desk)
    desk.get_by_label("Name").fill("Warehouse sync")
    desk.get_by_role("checkbox").first.check()
    desk.get_by_role("button", name="Create key").click()
    secret = desk.locator("code.fw-code").inner_text()
    assert secret.startswith("fw_")
    axe(desk)
    desk.get_by_role("button", name="Copy key").click()
    expect(desk.locator("[data-copy-target=said]")).not_to_be_empty()
    assert desk.evaluate("navigator.clipboard.readText()") == secret
    desk.get_by_role("link", name="I have kept it").click()
    keys = desk.get_by_role("table", name="API keys")
    expect(keys).to_contain_text("Warehouse sync")
    assert secret not in desk.content()
    keys.get_by_role("button", name="Revoke").click()
    desk.get_by_role("dialog").get_by_role("button", name=re.compile("Revoke")).click()
    expect(keys).to_contain_text("Revoked")


def test_another_device_is_signed_out(
    desk: Page, browser: Browser, firstwin: Installation, owner: dict[str, Any]
) -> None:
    context = browser.new_context(base_url=firstwin.address, user_agent="Mozilla/5.0 (X11) Firefox/140.0")
    other = context.new_page()
    printed = firstwin.command("sign_in_link", owner["email"])
    link = re.search(r"http\S+", printed)
    assert link
    other.goto(link[0])
    expect(other).to_have_url(f"{firstwin.address}/")
    desk.goto("/auth/sessions/")
    expect(desk.get_by_text("This one")).to_be_visible()
    desk.get_by_role("listitem").filter(has_text="Firefox").get_by_role("button", name="Sign out").click()
    expect(desk.get_by_text("That device is signed out")).to_be_visible()
    other.goto("/")
    expect(other).to_have_url(re.compile("/auth/login/"))
    context.close()


def test_the_record_is_verified_narrowed_and_taken_along(desk: Page, axe: Axe) -> None:
    desk.goto("/settings/journal/")
    desk.get_by_role("button", name="Verify now").click()
    expect(desk.get_by_text("The journal is intact")).to_be_visible()
    axe(desk)
    desk.get_by_label("From").fill("2020-01-01")
    expect(desk.get_by_role("link", name="Clear all filters")).to_be_visible()
    desk.get_by_role("button", name="Export").click()
    with desk.expect_download() as taken:
        desk.get_by_role("link", name="Everything as JSON lines").click()
    assert taken.value.suggested_filename.endswith(".jsonl")


def test_a_passkey_is_added_and_alone_lets_its_owner_in(
    page: Page, firstwin: Installation, owner: dict[str, Any], axe: Axe
) -> None:
    # Browsers give passkeys only to names: an address of numbers has none.
    address = firstwin.address.replace("127.0.0.1", "localhost")
    page.context.add_cookies([{"name": "sessionid", "value": owner["session"], "url": address}])
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**kind, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    page.goto(f"{address}/auth/2fa/webauthn/add/")
    axe(page)
    page.get_by_role("button", name="Add it").click()
    # The device makes the key and only then is it sent: whoever leaves the page before that has added none. What comes next
    # is codes for the day on which it is lost, or the question who is asking for them.
    expect(page).to_have_url(re.compile("recovery-codes"))
    page.goto(f"{address}/auth/2fa/webauthn/")
    expect(page.get_by_text("Signs you in alone")).to_be_visible()
    axe(page)

    page.context.clear_cookies()
    page.goto(f"{address}/auth/login/")
    page.get_by_role("button", name=re.compile("passkey", re.IGNORECASE)).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good")

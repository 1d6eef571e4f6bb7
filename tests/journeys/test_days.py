"""Whose days were lost, in a real browser: read, corrected, added up, shared with the customer and taken back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, PHONE, Scene

pytestmark = pytest.mark.journey
SignIn = Callable[[Page, dict[str, Any]], None]


@pytest.fixture
def team(scene: Scene) -> dict[str, Any]:
    return scene("days_lost")


@pytest.fixture
def desk(page: Page, sign_in: SignIn, team: dict[str, Any]) -> Page:
    page.set_viewport_size(DESKTOP)
    sign_in(page, team)
    return page


def is_narrow(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


COVERED = """() => {
  const texts = [...document.querySelectorAll('.fw-days-chart text')].filter(e => e.getBoundingClientRect().width);
  const steps = [...document.querySelectorAll('.fw-days-chart polygon')];
  const box = e => e.getBoundingClientRect();
  const meets = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const lies = (r, step) => [...Array(84).keys()].some(n => {
    const x = r.left + r.width * (n % 21) / 20, y = r.top + 2 + (r.height - 4) * Math.floor(n / 21) / 3;
    return step.isPointInFill(new DOMPoint(x, y).matrixTransform(step.getScreenCTM().inverse()));
  });
  return texts.filter((text, n) => texts.slice(n + 1).some(other => meets(box(text), box(other)))
    || steps.some(step => lies(box(text), step))).map(text => text.textContent);
}"""


@pytest.mark.parametrize("size", [DESKTOP, {"width": 1024, "height": 768}, PHONE], ids=["desktop", "tablet", "phone"])
def test_words_of_the_drawing_cover_nothing(desk: Page, team: dict[str, Any], size: Any) -> None:
    desk.set_viewport_size(size)
    desk.goto(f"/projects/{team['project_id']}/days/")
    expect(desk.get_by_role("img", name=re.compile(r"The end moved \d+ working days later"))).to_be_visible()
    assert desk.evaluate(COVERED) == []


def test_days_of_many_projects_are_added_up(desk: Page, team: dict[str, Any], axe: Callable[[Page], None]) -> None:
    desk.goto("/days/")
    sums = desk.get_by_role("table", name="Days by side")
    expect(sums.get_by_role("link", name=team["account"])).to_be_visible()
    axe(desk)
    desk.get_by_role("navigation", name="Added up by").get_by_role("link", name="Project").click()
    desk.get_by_role("button", name="Filter").click()
    desk.get_by_role("combobox", name="On whose side").select_option(label="Customer's side")
    desk.get_by_role("button", name="Show days").click()
    expect(desk.get_by_role("link", name=re.compile("Customer's side"))).to_be_visible()
    sums.get_by_role("link", name=team["account"]).click()
    expect(desk.get_by_role("heading", name="Whose days were lost")).to_be_visible()


def test_days_are_read_and_a_line_is_put_down_elsewhere(
    desk: Page, team: dict[str, Any], axe: Callable[[Page], None]
) -> None:
    desk.goto(f"/projects/{team['project_id']}/")
    tab = desk.get_by_role("navigation", name="Project").get_by_role("link", name="Days")
    desk.goto(str(tab.get_attribute("href")))
    expect(desk.get_by_role("img", name=re.compile(r"The end moved \d+ working days later"))).to_be_visible()
    lines = desk.get_by_role("table", name="Days by side and reason")
    held = lines.get_by_role("row").filter(has_text="On hold")
    expect(held).to_contain_text("Their budget was frozen")
    axe(desk)
    desk.emulate_media(color_scheme="dark")
    desk.reload()  # else colours are looked at while they still change
    expect(held).to_contain_text("Their budget was frozen")
    axe(desk)
    held.get_by_role("button", name="Correct").click()
    desk.get_by_role("combobox", name="On whose side").select_option(label="Third parties")
    desk.get_by_label("Note").fill("Their bank froze it, not they.")
    axe(desk)
    desk.get_by_role("button", name="Put down here").click()
    expect(held).to_contain_text("Their bank froze it, not they.")
    expect(held).to_contain_text("first put down to: Customer's side, on hold")
    desk.get_by_role("navigation", name="On whose side").get_by_role("link", name="Third parties").click()
    expect(lines.get_by_role("row")).to_have_count(2)
    desk.get_by_role("navigation", name="Project").get_by_role("link", name="Timeline").click()
    expect(desk.get_by_text("working days down to third party")).to_be_visible()


def test_the_customer_reads_a_statement_while_it_is_shared(
    desk: Page, team: dict[str, Any], axe: Callable[[Page], None]
) -> None:
    desk.goto(f"/projects/{team['project_id']}/days/")
    desk.get_by_role("link", name="Statement for the customer").click()
    expect(desk.get_by_text("Only the team sees this")).to_be_visible()
    desk.get_by_label("A word to them").fill("Let us look at this on Tuesday.")
    axe(desk)
    desk.get_by_role("button", name=f"Share with {team['account']}").click()
    expect(desk.get_by_text(f"{team['account']} can read this")).to_be_visible()

    customer = desk.context.new_page()
    customer.set_viewport_size(PHONE)
    customer.goto(team["portal"])
    customer.get_by_role("link", name="See every day and its reason").click()
    expect(customer.get_by_role("heading", name="Whose days", level=1)).to_be_visible()
    expect(customer.get_by_text("Let us look at this on Tuesday.")).to_be_visible()
    expect(customer.get_by_text("Their budget was frozen")).to_have_count(0)
    axe(customer)
    assert is_narrow(customer)
    with customer.expect_download() as paper:
        customer.get_by_role("link", name="Download as PDF").click()
    assert paper.value.suggested_filename.endswith(".pdf")

    desk.get_by_role("button", name="Withdraw it").click()
    expect(desk.get_by_text("Only the team sees this")).to_be_visible()
    customer.reload()
    expect(customer.get_by_text("No statement is shared.")).to_be_visible()


def test_on_a_phone_everything_fits(desk: Page, team: dict[str, Any], axe: Callable[[Page], None]) -> None:
    desk.set_viewport_size(PHONE)
    for path in (f"/projects/{team['project_id']}/days/", f"/projects/{team['project_id']}/days/statement/", "/days/"):
        desk.goto(path)
        expect(desk.get_by_role("heading", name=re.compile("Whose days|would read it")).first).to_be_visible()
        assert is_narrow(desk)
        axe(desk)

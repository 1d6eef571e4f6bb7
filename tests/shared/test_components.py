"""Small components say what they are given, and no more."""

from datetime import UTC, datetime, timedelta

from django.template import Context, Template
from django.test import RequestFactory

from firstwin.shared import clock
from firstwin.shared.templatetags import ui


def test_long_addresses_break_only_where_nobody_minds() -> None:
    assert ui.breakable("kim.lee@a-b.example.com") == "kim<wbr>.lee<wbr>@a-b<wbr>.example<wbr>.com"
    assert ui.breakable("https://example.com/a/b") == "https://<wbr>example<wbr>.com/<wbr>a/<wbr>b"
    assert ui.breakable("<b>.x") == "&lt;b&gt;<wbr>.x"
    assert ui.breakable("") == ""
    assert ui.breakable("America/Argentina") == "America/<wbr>Argentina"


def test_what_has_passed_is_over() -> None:
    now = clock.now()
    assert ui.is_over(now - timedelta(seconds=1))
    assert not ui.is_over(now + timedelta(days=1))
    assert not ui.is_over(None)


def test_large_totals_are_grouped_wherever_lists_are_counted() -> None:
    page = Template("{% paging None shown=25 total=total %}").render(
        Context({"total": 1612, "request": RequestFactory().get("/list/")})
    )
    assert "25 of 1,612" in page


def test_what_stands_below_tabs_names_itself_and_the_way_back() -> None:
    page = Template('{% part_header name "Events" "/events/" "Reports" "/r/" %}').render(
        Context({"name": "Report <b>"})
    )
    assert "<h2" in page
    assert "Report &lt;b&gt;</h2>" in page
    assert '<a href="/events/">Events</a>' in page


def test_a_span_says_a_day_once() -> None:
    page = Template("{% span start end %}")
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    one_day = page.render(Context({"now": start, "start": start, "end": start + timedelta(hours=7)}))
    assert one_day.endswith("</time>–16:00")
    assert one_day.count("2 March") == page.render(Context({"now": start, "start": start, "end": start})).count(
        "2 March"
    )
    two_days = page.render(Context({"now": start, "start": start, "end": start + timedelta(days=1)}))
    assert two_days.count("<time") == 2

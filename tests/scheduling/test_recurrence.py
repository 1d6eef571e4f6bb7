"""Rules of calendars that come again, and those that are refused."""

from datetime import UTC, date, datetime, time
from itertools import islice, takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from firstwin.scheduling import queries
from firstwin.scheduling.contracts import CalendarSpec, DayRule, InvalidCalendarError, parse_span
from firstwin.scheduling.rules.recurrence import days_of

MORNING = ((time(9), time(12)),)
BREAK = ((time(9), time(12)), (time(13), time(17)))


def calendar(*rules: DayRule) -> CalendarSpec:
    return CalendarSpec(week=(BREAK,) * 5 + ((), ()), rules=rules)


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def closed_days(spec: CalendarSpec, year: int) -> list[date]:
    days = (date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1))
    return [day for day in days if day.weekday() < 5 and not queries.is_working_day(spec, day)]


@pytest.mark.parametrize(
    ("rule", "year", "closed"),
    [
        (DayRule(first_on=date(2020, 12, 31), repeats="FREQ=YEARLY"), 2027, [date(2027, 12, 31)]),
        (DayRule(first_on=date(2020, 2, 29), repeats="FREQ=YEARLY"), 2027, []),
        (DayRule(first_on=date(2020, 2, 29), repeats="FREQ=YEARLY"), 2028, [date(2028, 2, 29)]),
        (
            DayRule(first_on=date(2025, 12, 30), last_on=date(2026, 1, 2), repeats="RRULE:FREQ=YEARLY"),
            2026,
            [date(2026, 1, 1), date(2026, 1, 2), date(2026, 12, 30), date(2026, 12, 31)],
        ),
        (
            DayRule(first_on=date(2026, 1, 2), repeats="FREQ=MONTHLY;BYDAY=1FR;UNTIL=20260401T120000Z"),
            2026,
            [date(2026, 1, 2), date(2026, 2, 6), date(2026, 3, 6)],
        ),
        (DayRule(first_on=date(2026, 3, 2), repeats="freq=weekly;count=2"), 2026, [date(2026, 3, 2), date(2026, 3, 9)]),
        (DayRule(first_on=date(1990, 1, 1), repeats="FREQ=DAILY;INTERVAL=3;COUNT=2"), 2026, []),
        (DayRule(first_on=date(2026, 3, 2), repeats="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), 2027, []),
        (DayRule(first_on=date(1900, 1, 1), repeats="FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;BYDAY=MO"), 2026, []),
    ],
)
def test_days_that_come_again(rule: DayRule, year: int, closed: list[date]) -> None:
    assert closed_days(calendar(rule), year) == closed


WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


@st.composite
def recurrences(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    if draw(st.booleans()):
        parts.append(
            "BYDAY=" + ",".join(draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=3, unique=True)))
        )
    elif frequency in ("MONTHLY", "YEARLY") and draw(st.booleans()):
        parts.append(f"BYDAY={draw(st.sampled_from([1, 2, -1]))}{draw(st.sampled_from(WEEKDAYS))}")
    if draw(st.booleans()):
        parts.append("BYMONTH=" + ",".join(map(str, draw(st.sets(st.integers(1, 12), min_size=1, max_size=3)))))
    if frequency != "WEEKLY" and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(st.sampled_from(['1', '13', '28,31', '-1']))}")
    if frequency in ("MONTHLY", "YEARLY") and "BY" in ";".join(parts) and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(st.sampled_from([1, -1, 2]))}")
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(WEEKDAYS))}")
    if draw(st.booleans()):
        parts.append(draw(st.sampled_from(["COUNT=7", "UNTIL=20240315"])))
    return ";".join(parts)


@given(text=recurrences(), first_on=st.dates(date(2019, 1, 1), date(2024, 12, 31)))
def test_every_year_has_the_days_that_the_whole_sequence_has(text: str, first_on: date) -> None:
    begin = datetime.combine(first_on, time(0))
    sequence = takewhile(lambda at: at.year < 2026, (at for at in islice(rrulestr(text, dtstart=begin), 3000)))
    expected = {at.date() for at in sequence}
    for year in range(2023, 2026):
        found = {date.fromordinal(day) for day in days_of(DayRule(first_on=first_on, repeats=text), year)}
        assert found == {day for day in expected if day.year == year}


def test_a_weekly_rhythm_goes_on_as_if_it_had_been_followed_from_its_first_day() -> None:
    spec = calendar(DayRule(first_on=date(1950, 1, 6), repeats="FREQ=WEEKLY;INTERVAL=2"))
    fridays = closed_days(spec, 2026)
    assert len(fridays) == 26
    assert all((day - date(1950, 1, 6)).days % 14 == 0 for day in fridays)


@pytest.mark.parametrize(
    "repeats",
    [
        "FREQ=SECONDLY",
        "FREQ=HOURLY;INTERVAL=1",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;COUNT=100000",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;UNTIL=20261399",
        "FREQ=MONTHLY;BYDAY=99FR",
        "FREQ=YEARLY;BYMONTH=0x1",
        "FREQ=YEARLY;BYEASTER=0",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY\nRRULE:FREQ=SECONDLY",
        "DTSTART:20200101",
        "every day",
        ";",
        "FREQ=DAILY;BYDAY=" + ",".join(["MO"] * 200),
    ],
)
def test_a_recurrence_that_names_no_days_is_refused(repeats: str) -> None:
    with pytest.raises(InvalidCalendarError, match="cannot be used"):
        queries.is_working_day(calendar(DayRule(first_on=date(2026, 1, 1), repeats=repeats)), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            DayRule(first_on=date(2026, 3, 2), last_on=date(2026, 3, 1), label="Leave"),
            "'Leave' ends on 2026-03-01, before",
        ),
        (DayRule(first_on=date(2026, 3, 2), last_on=date(2126, 3, 1)), "more than ten years"),
        (DayRule(first_on=date(1, 1, 1)), "outside 1900"),
        (DayRule(first_on=date(2026, 3, 2), hours=((time(12), time(9)),)), "12:00 to 09:00 are not in order"),
        (DayRule(first_on=date(2026, 3, 2), hours=((time(9), time(9)),)), "not in order"),
        (DayRule(first_on=date(2026, 3, 2), hours=(BREAK[1], BREAK[0])), "13:00 to 17:00, 09:00 to 12:00"),
    ],
)
def test_a_rule_out_of_order_is_refused(rule: DayRule, words: str) -> None:
    with pytest.raises(InvalidCalendarError, match=words):
        queries.is_working_day(calendar(rule), date(2026, 1, 1))


def test_part_days_and_breaks_count_for_working_hours() -> None:
    spec = calendar(DayRule(first_on=date(2026, 3, 6), repeats="FREQ=WEEKLY;BYDAY=FR", hours=MORNING))
    assert queries.ends_at(spec, utc(3, 5, 11), parse_span("1wh")) == utc(3, 5, 12)
    assert queries.ends_at(spec, utc(3, 5, 11), parse_span("2wh")) == utc(3, 5, 14)
    assert queries.ends_at(spec, utc(3, 5, 16), parse_span("4wh")) == utc(3, 6, 12)
    assert queries.ends_at(spec, utc(3, 5, 16), parse_span("5wh")) == utc(3, 9, 10)
    assert queries.ends_at(spec, utc(3, 7, 16), parse_span("1wh")) == utc(3, 9, 10)
    assert queries.starts_at(spec, utc(3, 5, 16), parse_span("4wh")) == utc(3, 9, 9)
    assert queries.promised_at(spec, utc(3, 5, 16), parse_span("4wh")) == utc(3, 6, 12)
    assert queries.promised_at(spec, utc(3, 9, 10), parse_span("-2wh")) == utc(3, 6, 11)
    assert queries.closing_of(spec, date(2026, 3, 6)) == utc(3, 6, 12)


def test_a_calendar_open_on_some_days_of_a_rule_only_is_enough() -> None:
    never = ((),) * 7
    spec = CalendarSpec(week=never, rules=(DayRule(first_on=date(2026, 1, 6), repeats="FREQ=WEEKLY", hours=MORNING),))
    assert queries.ends_at(spec, utc(3, 5, 16), parse_span("2wd")) == utc(3, 17, 12)
    with pytest.raises(InvalidCalendarError, match="no working hour"):
        queries.is_working_day(CalendarSpec(week=never, rules=(DayRule(first_on=date(2026, 1, 6)),)), date(2026, 1, 1))
    once = CalendarSpec(week=never, rules=(DayRule(first_on=date(2026, 1, 6), hours=MORNING),))
    with pytest.raises(InvalidCalendarError, match="No working hour in 3 years"):
        queries.ends_at(once, utc(1, 1, 9), parse_span("2wd"))


def test_round_the_clock_ends_at_midnight_and_knows_the_short_day_of_spring() -> None:
    always = CalendarSpec(time_zone="Europe/Berlin", week=(((time(0), time(0)),),) * 7)
    saturday = datetime(2026, 3, 27, 23, tzinfo=UTC)
    assert queries.ends_at(always, saturday, parse_span("24wh")) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert queries.ends_at(always, saturday, parse_span("48wh")) == datetime(2026, 3, 29, 23, tzinfo=UTC)
    assert queries.ends_at(always, saturday, parse_span("2wd")) == datetime(2026, 3, 29, 22, tzinfo=UTC)

"""Load: the hours of work add up to its estimate, and nothing falls on closed days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.scheduling import queries
from firstwin.scheduling.contracts import CalendarSpec, DayRule, InvalidCalendarError
from firstwin.scheduling.contracts.load import Work
from firstwin.scheduling.queries import load

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2027, 6, 30))
RULES = st.builds(
    lambda first, length, is_half: DayRule(
        first_on=first,
        last_on=first + timedelta(days=length),
        hours=((time(9), time(12)),) if is_half else (),
        takes_away=is_half,
    ),
    DAYS,
    st.integers(0, 60),
    st.booleans(),
)
CALENDARS = st.builds(
    CalendarSpec,
    time_zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland"]),
    country=st.sampled_from(["", "DE", "US"]),
    rules=st.lists(RULES, max_size=4).map(tuple),
)
INSTANTS = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 6, 30), timezones=st.just(UTC))  # noqa: DTZ001
WORKS = st.builds(
    lambda start, length, minutes: Work(owner="a", minutes=minutes, start_at=start, due_at=start + length),
    INSTANTS,
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=120)),
    st.integers(0, 60_000),
)


def work(minutes: int, start: datetime, due: datetime) -> Work:
    return Work(owner="a", minutes=minutes, start_at=start, due_at=due)


def by_day(calendar: CalendarSpec, one: Work, open_from: datetime = NOW) -> dict[date, int]:
    """The minutes of one piece of work on every day on which some fall."""
    first = date(2025, 12, 31)
    found = load.load_by_day({"a": calendar}, {"a": load.work_table([one])}, first, 1000, open_from)["a"]
    return {first + timedelta(days=place): minutes for place, minutes in enumerate(found) if minutes}


def slowly(calendar: CalendarSpec, one: Work, open_from: datetime = NOW) -> dict[date, int]:
    """The same, a day after the other: evenly over the open time of the days from its start to its due."""
    zone, instant = ZoneInfo(calendar.time_zone), timedelta(microseconds=1)
    start, due, now = (
        at.astimezone(zone).date() for at in (one.start_at, max(one.start_at, one.due_at - instant), open_from)
    )
    first, last = max(start, now), max(start, due, now)
    open_minutes = load.open_by_day(calendar, first, (last - first).days + 1)
    while not any(open_minutes):
        first = last = last + timedelta(days=1)
        open_minutes = load.open_by_day(calendar, first, 1)
    found: dict[date, int] = {}
    for place in range(len(open_minutes)):
        until = one.minutes * sum(open_minutes[: place + 1]) // sum(open_minutes)
        if until > (before := sum(found.values())):
            found[first + timedelta(days=place)] = until - before
    return found


@given(calendar=CALENDARS, one=WORKS, open_from=INSTANTS)
def test_hours_add_up_to_the_estimate_and_nothing_falls_on_closed_days(
    calendar: CalendarSpec, one: Work, open_from: datetime
) -> None:
    spread = by_day(calendar, one, open_from)
    assert sum(spread.values()) == one.minutes
    assert all(minutes > 0 and queries.is_working_day(calendar, day) for day, minutes in spread.items())


@given(calendar=CALENDARS, works=st.lists(WORKS, max_size=6))
def test_weeks_hold_what_falls_on_their_days(calendar: CalendarSpec, works: list[Work]) -> None:
    weeks = load.load_by_week({"a": calendar}, {"a": load.work_table(works)}, MONDAY, 12, NOW)["a"]
    expected = [0] * 12
    for one in works:
        for day, minutes in slowly(calendar, one).items():
            if 0 <= (week := (day - MONDAY).days // 7) < 12:
                expected[week] += minutes
    assert list(weeks) == expected


def test_a_half_day_takes_half_and_a_weekend_nothing() -> None:
    half = DayRule(first_on=date(2026, 3, 6), hours=((time(9), time(13)),), takes_away=True)
    one = work(1200, datetime(2026, 3, 5, 9, tzinfo=UTC), datetime(2026, 3, 9, 17, tzinfo=UTC))
    spread = by_day(CalendarSpec(rules=(half,)), one)
    assert spread == {date(2026, 3, 5): 480, date(2026, 3, 6): 240, date(2026, 3, 9): 480}


def test_what_is_late_falls_on_today_and_what_falls_into_leave_on_the_day_after() -> None:
    late = work(120, datetime(2026, 2, 2, 9, tzinfo=UTC), datetime(2026, 2, 3, 17, tzinfo=UTC))
    assert by_day(CalendarSpec(), late) == {MONDAY: 120}
    leave = DayRule(first_on=MONDAY, last_on=date(2026, 3, 6))
    assert by_day(CalendarSpec(rules=(leave,)), late) == {date(2026, 3, 9): 120}


def test_the_midnight_at_the_end_of_a_day_belongs_to_that_day() -> None:
    one = work(60, datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
    assert by_day(CalendarSpec(), one) == {MONDAY: 60}


def test_a_calendar_that_is_closed_for_years_is_refused() -> None:
    closed = CalendarSpec(rules=(DayRule(first_on=date(2026, 1, 1), last_on=date(2040, 1, 1)),))
    with pytest.raises(InvalidCalendarError):
        by_day(closed, work(60, NOW, NOW))


def test_open_minutes_leave_out_what_is_closed() -> None:
    assert load.open_minutes(CalendarSpec(), MONDAY, date(2026, 3, 8)) == 5 * 480


@given(calendar=CALENDARS, works=st.lists(WORKS, max_size=6))
def test_days_hold_what_falls_on_them(calendar: CalendarSpec, works: list[Work]) -> None:
    days = load.load_by_day({"a": calendar, "idle": calendar}, {"a": load.work_table(works)}, MONDAY, 60, NOW)
    expected = [0] * 60
    for one in works:
        for day, minutes in slowly(calendar, one).items():
            if 0 <= (place := (day - MONDAY).days) < 60:
                expected[place] += minutes
    assert list(days["a"]) == expected
    assert not any(days["idle"])


def test_open_days_are_those_of_the_calendar() -> None:
    assert load.open_by_day(CalendarSpec(), MONDAY, 7) == (480, 480, 480, 480, 480, 0, 0)


def test_what_does_not_fit_keeps_other_work_waiting_until_it_is_done() -> None:
    day, nothing = [480.0] * 6, [0.0] * 6
    assert load.waiting_hours([960, 480, 480, 240, 0, 0], nothing, day) == (8, 8, 8, 4, 0, 0)
    assert load.waiting_hours([480] * 6, nothing, day) == (0,) * 6


def test_only_the_work_of_others_keeps_a_project_waiting() -> None:
    total, day = [1440, 0, 0, 0], [480.0] * 4
    assert load.waiting_hours(total, total, day) == (0, 0, 0, 0)
    assert load.waiting_hours(total, [480, 0, 0, 0], day) == (16, 8, 0, 0)


MINUTES = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 600)), min_size=1, max_size=30)


@given(days=MINUTES)
def test_other_work_never_makes_anything_earlier(days: list[tuple[int, int, int]]) -> None:
    own, others, capacity = zip(*days, strict=True)
    total = [one + other for one, other in zip(own, others, strict=True)]
    waits = load.waiting_hours(total, own, capacity)
    assert all(0 <= wait <= sum(others) / 60 + 1e-6 for wait in waits)

"""Spans counted backwards: the latest instant that still leads no further, against a search that tries."""

import itertools
from datetime import UTC, date, datetime, time

from hypothesis import given
from hypothesis import strategies as st

from firstwin.scheduling.contracts import CalendarSpec, DayRule, Span, SpanUnit
from firstwin.scheduling.rules import spans
from firstwin.scheduling.rules.instants import MINUTE, Ticks, ticks
from firstwin.scheduling.rules.timetable import Timetable, timetable_of

BREAK = ((time(8, 30), time(12)), (time(13), time(17)))
DAY = ((time(9), time(17)),)
LATE = ((time(12), time(20)),)
CALENDARS = st.builds(
    CalendarSpec,
    time_zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
    week=st.sampled_from([(DAY,) * 5 + ((), ()), (BREAK,) * 4 + (DAY, (), ()), ((), LATE, (), BREAK, (), DAY, ())]),
    country=st.sampled_from(["", "DE", "US"]),
    rules=st.sampled_from(
        [
            (),
            (DayRule(first_on=date(2026, 3, 27), last_on=date(2026, 4, 8), label="Leave"),),
            (DayRule(first_on=date(2026, 1, 2), repeats="FREQ=WEEKLY;BYDAY=FR", hours=((time(9), time(12)),)),),
            (DayRule(first_on=date(2026, 1, 1), repeats="FREQ=DAILY;INTERVAL=3", label="Every third day"),),
        ]
    ),
).map(timetable_of)
INSTANTS = st.integers(
    ticks(datetime(2026, 3, 1, tzinfo=UTC)) // MINUTE, ticks(datetime(2026, 11, 10, tzinfo=UTC)) // MINUTE
).map(lambda minutes: minutes * MINUTE)
LENGTHS = st.builds(Span, st.integers(0, 12), st.sampled_from(SpanUnit))
LAGS = st.builds(Span, st.integers(-6, 6), st.sampled_from(SpanUnit))


def is_awkward(calendar: Timetable, at: Ticks, days: int = 16) -> bool:
    """The clock goes back around that instant: an hour comes twice there, so that no order can be kept."""
    nights = [calendar.midnight(calendar.day_of(at) + n) for n in range(-days, days + 1)]
    return any(later - earlier != 24 * 60 * MINUTE for earlier, later in itertools.pairwise(nights))


@given(calendar=CALENDARS, at=INSTANTS)
def test_openings(calendar: Timetable, at: Ticks) -> None:
    assert calendar.latest_before_opening(at) == spans.latest(calendar.at_or_after, at, at)
    assert calendar.latest_moment_before_opening(at) == spans.latest(calendar.moment_at_or_after, at, at)
    assert calendar.latest_kept(at) == spans.latest(calendar.kept_promise, at, at)


@given(calendar=CALENDARS, at=INSTANTS, length=LENGTHS)
def test_starts_and_ends_of_a_length(calendar: Timetable, at: Ticks, length: Span) -> None:
    if length.unit is SpanUnit.CALENDAR_DAYS and is_awkward(calendar, at):
        return
    start = spans.latest_start(calendar, at, length)
    assert start == spans.latest(lambda begin: spans.ends(calendar, begin, length), at, at)
    end = spans.latest_end(calendar, at, length)
    assert end == spans.latest(lambda due: spans.begins(calendar, due, length), at, at)


@given(calendar=CALENDARS, at=INSTANTS, lag=LAGS, is_start=st.booleans())
def test_sources_of_a_lag(calendar: Timetable, at: Ticks, lag: Span, is_start: bool) -> None:
    if lag.unit in (SpanUnit.CALENDAR_DAYS, SpanUnit.WORKING_DAYS) and is_awkward(calendar, at):
        return
    source = spans.latest_source(calendar, at, lag, is_start=is_start)
    assert source == spans.latest(lambda since: spans.lagged(calendar, since, lag, is_start=is_start), at, at)

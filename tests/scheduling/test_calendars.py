"""Working calendars: days, holidays, time zones, spans."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firstwin.scheduling import queries
from firstwin.scheduling.contracts import CalendarSpec, DayRule, InvalidCalendarError, Pause, Span, SpanUnit, parse_span
from firstwin.scheduling.rules.calendars import WorkingCalendar, calendar_of
from firstwin.scheduling.rules.hours import public_holidays

BERLIN = CalendarSpec(time_zone="Europe/Berlin", country="DE")
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])
COUNTRIES = st.sampled_from(["", "DE", "US", "IN", "NZ"])
CALENDARS = st.builds(CalendarSpec, time_zone=ZONES, country=COUNTRIES)
INSTANTS = st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2032, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def berlin(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return calendar_of(BERLIN).instant(date(year, month, day), time(hour, minute))


def test_weekends_and_public_holidays_are_closed_every_year() -> None:
    assert not queries.is_working_day(BERLIN, date(2026, 3, 7))
    for year in range(2024, 2035):
        assert not queries.is_working_day(BERLIN, date(year, 10, 3))
        assert not queries.is_working_day(BERLIN, date(year, 12, 25))
    assert queries.is_working_day(CalendarSpec(country="US"), date(2025, 10, 3))
    assert not queries.is_working_day(CalendarSpec(country="US"), date(2025, 7, 4))


def test_regional_holidays_count_in_their_region_only() -> None:
    day = date(2026, 1, 6)
    assert queries.is_working_day(BERLIN, day)
    assert not queries.is_working_day(CalendarSpec(country="DE", subdivision="BY"), day)


def test_an_unknown_country_has_no_holidays() -> None:
    assert public_holidays("XX", "", 2026) == frozenset()


def test_rules_beat_the_week_and_holidays_and_a_later_rule_beats_an_earlier_one() -> None:
    saturday, monday, tuesday = date(2026, 3, 7), date(2026, 3, 9), date(2026, 3, 10)
    new_year = date(2027, 1, 1)
    morning = ((time(8), time(12)),)
    spec = CalendarSpec(
        country="DE",
        rules=(
            DayRule(first_on=saturday, hours=morning),
            DayRule(first_on=monday, last_on=tuesday, label="Moving house"),
            DayRule(first_on=tuesday, hours=morning),
            DayRule(first_on=new_year, hours=morning),
        ),
    )
    assert queries.is_working_day(spec, saturday)
    assert not queries.is_working_day(spec, monday)
    assert queries.opening_of(spec, saturday) == datetime(2026, 3, 7, 8, tzinfo=UTC)
    assert queries.closing_of(spec, tuesday) == datetime(2026, 3, 10, 12, tzinfo=UTC)
    assert queries.is_working_day(spec, new_year)


@pytest.mark.parametrize(
    ("anchor", "span", "start", "due"),
    [
        # Tuesday 15:00, hours of the clock run through the night and the weekend
        (berlin(2026, 3, 3, 15), "24h", berlin(2026, 3, 4, 15), berlin(2026, 3, 4, 15)),
        (berlin(2026, 3, 6, 15), "24h", berlin(2026, 3, 7, 15), berlin(2026, 3, 7, 15)),
        # calendar days: a start on a weekend moves on, a promise moves back
        (berlin(2026, 3, 3, 15), "4d", berlin(2026, 3, 9, 9), berlin(2026, 3, 6, 17)),
        (berlin(2026, 3, 3, 15), "7d", berlin(2026, 3, 10, 15), berlin(2026, 3, 10, 15)),
        # working days over a weekend, and over Good Friday and Easter Monday
        (berlin(2026, 3, 6, 15), "1wd", berlin(2026, 3, 9, 9), berlin(2026, 3, 9, 17)),
        (berlin(2026, 4, 2, 15), "1wd", berlin(2026, 4, 7, 9), berlin(2026, 4, 7, 17)),
        (berlin(2026, 3, 9, 15), "-1wd", berlin(2026, 3, 6, 9), berlin(2026, 3, 6, 17)),
        # a leap day is a day
        (berlin(2028, 2, 28, 10), "1d", berlin(2028, 2, 29, 10), berlin(2028, 2, 29, 10)),
        (berlin(2028, 2, 28, 10), "1wd", berlin(2028, 2, 29, 9), berlin(2028, 2, 29, 17)),
        # summer time begins on 29 March 2026: the local time of day stays, the hours of the clock do not
        (berlin(2026, 3, 27, 10), "3d", berlin(2026, 3, 30, 10), berlin(2026, 3, 30, 10)),
        (berlin(2026, 3, 28, 10), "24h", berlin(2026, 3, 29, 11), berlin(2026, 3, 29, 11)),
        (berlin(2026, 10, 23, 10), "3d", berlin(2026, 10, 26, 10), berlin(2026, 10, 26, 10)),
    ],
)
def test_offsets_from_an_anchor(anchor: datetime, span: str, start: datetime, due: datetime) -> None:
    assert queries.starts_at(BERLIN, anchor, parse_span(span)) == start
    assert queries.promised_at(BERLIN, anchor, parse_span(span)) == due


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        (berlin(2026, 3, 3, 9), "1wd", berlin(2026, 3, 3, 17)),
        (berlin(2026, 3, 3, 17), "1wd", berlin(2026, 3, 4, 17)),
        (berlin(2026, 3, 5, 9), "3wd", berlin(2026, 3, 9, 17)),
        (berlin(2026, 3, 3, 9), "0wd", berlin(2026, 3, 3, 9)),
        (berlin(2026, 3, 3, 9), "36h", berlin(2026, 3, 4, 21)),
        (berlin(2026, 3, 3, 9), "4d", berlin(2026, 3, 6, 17)),
    ],
)
def test_durations_count_the_first_day(start: datetime, duration: str, end: datetime) -> None:
    assert queries.ends_at(BERLIN, start, parse_span(duration)) == end


def test_a_hold_moves_what_was_ahead_by_its_local_days() -> None:
    pause = Pause(start_at=berlin(2026, 3, 3, 12), end_at=berlin(2026, 3, 10, 12))
    assert queries.resumed_at(BERLIN, pause, berlin(2026, 3, 4, 17)) == berlin(2026, 3, 11, 17)
    short = Pause(start_at=berlin(2026, 3, 3, 12), end_at=berlin(2026, 3, 3, 16))
    assert queries.resumed_at(BERLIN, short, berlin(2026, 3, 4, 17)) == berlin(2026, 3, 4, 17)


@pytest.mark.parametrize(
    "spec",
    [
        CalendarSpec(time_zone="Mars/Olympus"),
        CalendarSpec(time_zone="../etc/passwd"),
        CalendarSpec(week=((), (), (), (), (), (), ())),
        CalendarSpec(week=(((time(9), time(17)),),)),
    ],
)
def test_an_impossible_calendar_is_refused(spec: CalendarSpec) -> None:
    with pytest.raises(InvalidCalendarError):
        WorkingCalendar(spec)


def test_a_calendar_that_never_opens_again_is_refused_and_not_waited_for() -> None:
    closed = CalendarSpec(rules=(DayRule(first_on=date(2026, 1, 1), repeats="FREQ=DAILY", label="Closed for good"),))
    with pytest.raises(InvalidCalendarError, match="No working hour in 3 years"):
        queries.opening_of(closed, date(2026, 1, 1))
    assert queries.closing_of(closed, date(2026, 1, 1)) == datetime(2025, 12, 31, 17, tzinfo=UTC)
    with pytest.raises(InvalidCalendarError):
        queries.ends_at(CalendarSpec(), berlin(2026, 3, 3), Span(99_999 * 9, SpanUnit.WORKING_DAYS))


@given(spec=CALENDARS, at=INSTANTS, days=st.integers(1, 40))
def test_working_days_there_and_back_again(spec: CalendarSpec, at: datetime, days: int) -> None:
    calendar = calendar_of(spec)
    day = calendar.working_day(calendar.day_of(at))
    there = calendar.shift_day(day, days)
    assert calendar.shift_day(there, -days) == day
    assert sum(calendar.is_working_day(day + timedelta(days=n)) for n in range(1, (there - day).days + 1)) == days


@given(spec=CALENDARS, at=INSTANTS, amount=st.integers(0, 60), unit=st.sampled_from(SpanUnit))
def test_promises_fall_into_working_days_and_starts_into_working_hours(
    spec: CalendarSpec, at: datetime, amount: int, unit: SpanUnit
) -> None:
    calendar, span = calendar_of(spec), Span(amount, unit)
    start, due = calendar.starts(at, span), calendar.is_due(at, span)
    if unit is SpanUnit.HOURS:
        assert start == due == at + timedelta(hours=amount)
        return
    assert calendar.is_working_day(calendar.day_of(start))
    assert start >= at
    if amount:
        assert calendar.is_working_day(calendar.day_of(due))


@given(spec=CALENDARS, at=INSTANTS, amount=st.integers(1, 60), unit=st.sampled_from(SpanUnit))
def test_work_never_ends_before_it_starts_and_begins_in_time_to_be_done(
    spec: CalendarSpec, at: datetime, amount: int, unit: SpanUnit
) -> None:
    calendar, span = calendar_of(spec), Span(amount, unit)
    assert calendar.ends(at, span) >= at
    begin = calendar.begins(at, span)
    assert begin <= at
    if unit is SpanUnit.WORKING_DAYS:
        assert calendar.ends(begin, span) <= max(at, calendar.closing(calendar.working_day(calendar.day_of(at))))


@given(spec=CALENDARS, at=INSTANTS, first=st.integers(0, 30), more=st.integers(0, 30), unit=st.sampled_from(SpanUnit))
def test_longer_never_means_earlier(spec: CalendarSpec, at: datetime, first: int, more: int, unit: SpanUnit) -> None:
    calendar = calendar_of(spec)
    assert calendar.ends(at, Span(first, unit)) <= calendar.ends(at, Span(first + more, unit))
    assert calendar.starts(at, Span(first, unit)) <= calendar.starts(at, Span(first + more, unit))


def test_hours_away_go_off_the_day_and_never_open_it() -> None:
    morning, noon = ((time(8), time(10)),), ((time(12), time(13)), (time(16), time(0)))
    friday = date(2026, 3, 6)
    spec = CalendarSpec(
        country="DE",
        rules=(
            DayRule(first_on=friday, repeats="FREQ=WEEKLY", hours=morning, takes_away=True),
            DayRule(first_on=friday, hours=noon, takes_away=True),
        ),
    )
    assert queries.hours_on(spec, friday) == ((time(10), time(12)), (time(13), time(16)))
    assert queries.hours_on(spec, date(2026, 3, 13)) == ((time(10), time(17)),)
    assert queries.hours_on(spec, date(2026, 4, 3)) == ()  # Good Friday
    assert queries.days_named(spec.rules[0], friday, date(2026, 3, 20)) == (
        friday,
        date(2026, 3, 13),
        date(2026, 3, 20),
    )


def worked_days(spec: CalendarSpec, start: datetime, due: datetime) -> int:
    """The working days from the day of the start to the day of the end, both counted."""
    calendar = calendar_of(spec)
    return calendar.working_days(calendar.day_of(start) - timedelta(days=1), calendar.day_of(due))


@given(CALENDARS, INSTANTS, st.integers(0, 20), st.integers(0, 23), st.integers(-60, 60))
@example(CalendarSpec(), datetime(2024, 1, 6, tzinfo=UTC), 2, 0, 0)  # begins on a Saturday and ends on Monday morning
def test_what_moves_as_a_whole_keeps_its_working_days(
    spec: CalendarSpec, at: datetime, length: int, hours: int, days: int
) -> None:
    calendar = calendar_of(spec)
    start = calendar.instant(calendar.day_of(at), time(1))
    due = calendar.plus_days(start, length) + timedelta(hours=hours) if hours else calendar.plus_days(start, length)
    wished = (calendar.plus_days(start, days), calendar.plus_days(due, days))
    landed = queries.moved(spec, (start, due), wished)
    assert queries.on_working_day(spec, landed[0]) == landed[0]
    assert landed[0] >= wished[0]
    assert landed[1] >= landed[0]
    if due > start:
        assert landed[1] > landed[0]
    before, after = worked_days(spec, start, due), worked_days(spec, *landed)
    assert after >= before
    if before and calendar.clock_of(start) <= calendar.clock_of(due):
        assert after == before


@pytest.mark.parametrize(
    ("known", "days", "landed"),
    [
        ((berlin(2026, 3, 14, 10), berlin(2026, 3, 14, 12)), 7, (berlin(2026, 3, 23, 10), berlin(2026, 3, 23, 12))),
        ((berlin(2026, 3, 9), berlin(2026, 3, 14)), 7, (berlin(2026, 3, 16), berlin(2026, 3, 21))),
        ((berlin(2026, 3, 9), berlin(2026, 3, 14)), 1, (berlin(2026, 3, 10), berlin(2026, 3, 16, 17))),
        ((berlin(2026, 3, 13, 22), berlin(2026, 3, 14, 2)), 7, (berlin(2026, 3, 20, 22), berlin(2026, 3, 21, 2))),
        ((berlin(2026, 3, 13, 22), berlin(2026, 3, 14, 2)), 6, (berlin(2026, 3, 19, 22), berlin(2026, 3, 20, 2))),
        ((berlin(2026, 3, 30), berlin(2026, 4, 2, 17)), 2, (berlin(2026, 4, 1), berlin(2026, 4, 8, 17))),
    ],
)
def test_a_whole_that_touches_days_off_loses_nothing(
    known: tuple[datetime, datetime], days: int, landed: tuple[datetime, datetime]
) -> None:
    start, due = (calendar_of(BERLIN).plus_days(at, days) for at in known)
    assert queries.moved(BERLIN, known, (start, due)) == landed


def test_a_part_day_is_a_whole_working_day_and_working_hours_go_on_the_next_day() -> None:
    away = DayRule(first_on=date(2026, 3, 2), hours=((time(10), time(17)),), takes_away=True)
    spec = CalendarSpec(time_zone="Europe/Berlin", rules=(away,))
    start = queries.opening_of(spec, date(2026, 3, 2))
    assert start == berlin(2026, 3, 2, 9)
    assert queries.ends_at(spec, start, parse_span("1wd")) == berlin(2026, 3, 2, 10)
    assert queries.ends_at(spec, start, parse_span("8wh")) == berlin(2026, 3, 3, 16)

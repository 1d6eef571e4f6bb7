"""How spans of time are counted in a calendar.

Hours are hours of the clock and are never moved. Working hours leave out everything closed, breaks included. Calendar
days keep the local time of day, whatever daylight saving does. Working days are counted by the calendar's own week,
holidays and rules. A start that falls into closed time moves on to the next opening; a promise that falls into closed
time moves back to the close of the last working day, so that it is still kept.
"""

from collections.abc import Callable

from firstwin.scheduling.contracts import Span, SpanUnit
from firstwin.scheduling.rules.instants import DAY, HOUR, Ticks
from firstwin.scheduling.rules.timetable import Timetable


def starts(calendar: Timetable, anchor: Ticks, offset: Span) -> Ticks:
    """The instant at which something starts that starts `offset` after (before, when negative) an anchor."""
    match offset.unit:
        case SpanUnit.HOURS:
            return anchor + offset.amount * HOUR
        case SpanUnit.CALENDAR_DAYS:
            return calendar.moment_at_or_after(plus_days(calendar, anchor, offset.amount))
        case SpanUnit.WORKING_HOURS if offset.amount:
            return calendar.after_work(anchor, offset.amount * HOUR, is_open=True)
        case SpanUnit.WORKING_DAYS if offset.amount:
            return calendar.nth_day(calendar.day_of(anchor), offset.amount)[1]
    return calendar.moment_at_or_after(anchor)


def is_due(calendar: Timetable, anchor: Ticks, offset: Span) -> Ticks:
    """The instant by which something is promised that is promised `offset` after (before) an anchor."""
    match offset.unit:
        case SpanUnit.HOURS:
            return anchor + offset.amount * HOUR
        case SpanUnit.CALENDAR_DAYS:
            return calendar.kept_promise(plus_days(calendar, anchor, offset.amount)) if offset.amount else anchor
        case SpanUnit.WORKING_HOURS:
            return calendar.after_work(anchor, offset.amount * HOUR, is_open=False) if offset.amount else anchor
        case SpanUnit.WORKING_DAYS:
            day, _, closing = calendar.nth_day(calendar.day_of(anchor), offset.amount)
            is_today = offset.amount == 0 and day == calendar.day_of(anchor)
            return max(anchor, closing) if is_today else closing


def ends(calendar: Timetable, start: Ticks, duration: Span) -> Ticks:
    """When something ends that starts then and takes so long: the first working day counts as one."""
    if duration.amount <= 0:
        return start
    match duration.unit:
        case SpanUnit.WORKING_DAYS:
            return calendar.next_day(start, duration.amount - 1)[1]
        case SpanUnit.HOURS:
            return start + duration.amount * HOUR
        case SpanUnit.CALENDAR_DAYS:
            return max(start, calendar.kept_promise(plus_days(calendar, start, duration.amount)))
        case SpanUnit.WORKING_HOURS:
            return calendar.after_work(start, duration.amount * HOUR, is_open=False)


def begins(calendar: Timetable, due: Ticks, duration: Span) -> Ticks:
    """When something has to begin that takes so long and is due then."""
    if duration.amount <= 0:
        return due
    match duration.unit:
        case SpanUnit.WORKING_DAYS:
            return calendar.last_day(due, duration.amount - 1)[0]
        case SpanUnit.HOURS:
            return due - duration.amount * HOUR
        case SpanUnit.CALENDAR_DAYS:
            return min(due, calendar.at_or_after(plus_days(calendar, due, -duration.amount)))
        case SpanUnit.WORKING_HOURS:
            return calendar.after_work(due, -duration.amount * HOUR, is_open=True)


def lagged(calendar: Timetable, at: Ticks, lag: Span | None, *, is_start: bool) -> Ticks:
    """An instant moved by the lag of a link. Working days count from when work goes on (for a start) or last went on
    (for a finish) and keep the time of day.
    """
    if lag is None or lag.amount == 0:
        return at
    match lag.unit:
        case SpanUnit.WORKING_DAYS:
            return calendar.move_days(at, lag.amount, is_start=is_start)
        case SpanUnit.HOURS:
            return at + lag.amount * HOUR
        case SpanUnit.CALENDAR_DAYS:
            return plus_days(calendar, at, lag.amount)
        case SpanUnit.WORKING_HOURS:
            return calendar.after_work(at, lag.amount * HOUR, is_open=is_start)


def plus_days(calendar: Timetable, at: Ticks, count: int) -> Ticks:
    """The same local time of day, so many calendar days on; summer time does not shift it."""
    return calendar.same_clock(at, calendar.day_of(at) + count)


def latest_start(calendar: Timetable, end: Ticks, duration: Span) -> Ticks:
    """The latest start of something that takes so long and ends no later than that."""
    if duration.amount <= 0:
        return end
    match duration.unit:
        case SpanUnit.WORKING_DAYS:
            return calendar.closed_by(end, duration.amount) - 1
        case SpanUnit.HOURS:
            return end - duration.amount * HOUR
        case SpanUnit.CALENDAR_DAYS:
            return min(end, plus_days(calendar, calendar.latest_kept(end), -duration.amount))
        case SpanUnit.WORKING_HOURS:
            return calendar.after_work(end, -duration.amount * HOUR, is_open=True)


def latest_end(calendar: Timetable, begin: Ticks, duration: Span) -> Ticks:
    """The latest due of something that takes so long and has to begin no later than that."""
    if duration.amount <= 0:
        return begin
    match duration.unit:
        case SpanUnit.WORKING_DAYS:
            return calendar.opens_after(begin, duration.amount)
        case SpanUnit.HOURS:
            return begin + duration.amount * HOUR
        case SpanUnit.CALENDAR_DAYS:
            return max(begin, plus_days(calendar, calendar.latest_before_opening(begin), duration.amount))
        case SpanUnit.WORKING_HOURS:
            return calendar.after_work(calendar.last_open_moment(begin), duration.amount * HOUR, is_open=True)


def latest_source(calendar: Timetable, at: Ticks, lag: Span | None, *, is_start: bool) -> Ticks:
    """The latest instant that a lag moves no further than that."""
    if lag is None or lag.amount == 0:
        return at
    match lag.unit:
        case SpanUnit.WORKING_DAYS:
            return calendar.latest_moved_days(at, lag.amount, is_start=is_start)
        case SpanUnit.HOURS:
            return at - lag.amount * HOUR
        case SpanUnit.CALENDAR_DAYS:
            return plus_days(calendar, at, -lag.amount)
        case SpanUnit.WORKING_HOURS:
            at = calendar.last_open_moment(at) if is_start else at
            return calendar.after_work(at, -lag.amount * HOUR, is_open=True)


def latest(moved: Callable[[Ticks], Ticks], at: Ticks, near: Ticks) -> Ticks:
    """The latest instant that a rule which never moves later instants earlier moves no further than `at`; it is looked
    for around `near`.
    """
    step = DAY
    low = near
    while moved(low) > at:
        low -= step
        step *= 2
    step, high = DAY, low + DAY
    while moved(high) <= at:
        low, step = high, step * 2
        high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if moved(middle) <= at else (low, middle)
    return low

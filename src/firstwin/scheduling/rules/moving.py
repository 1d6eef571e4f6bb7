"""Where dates land that people move by days: not on a day off, and with the working days that were there before."""

from datetime import datetime, timedelta

from firstwin.scheduling.contracts import Pause
from firstwin.scheduling.rules.calendars import WorkingCalendar

Stretch = tuple[datetime, datetime]
_DAY = timedelta(days=1)


def on_working_day(calendar: WorkingCalendar, at: datetime) -> datetime:
    """An instant, or the same time of the next working day."""
    day = calendar.day_of(at)
    found = calendar.working_day(day)
    return at if found == day else calendar.instant(found, calendar.clock_of(at)).astimezone(at.tzinfo)


def moved(calendar: WorkingCalendar, known: Stretch, wished: Stretch) -> Stretch:
    """What moves as a whole keeps its working days: its start lands on a working day, its end is counted from there.

    Where the ends are wished for at another distance, each lands on its own. Nothing that took time takes none afterwards.
    """
    start = on_working_day(calendar, wished[0])
    is_whole = _days_apart(calendar, known) == _days_apart(calendar, wished)
    due = _counted_end(calendar, known, start, wished[1]) if is_whole else on_working_day(calendar, wished[1])
    if due <= start and wished[1] > wished[0]:
        closing = calendar.closing(calendar.day_of(due))
        due = closing if closing > start else on_working_day(calendar, start + (wished[1] - wished[0]))
    return start, max(start, due)


def resumed(calendar: WorkingCalendar, pause: Pause, known: Stretch) -> Stretch:
    """What lay ahead when a plan was held moves as a whole by the local days that the hold lasted."""
    days = (calendar.day_of(pause.end_at) - calendar.day_of(pause.start_at)).days
    if days <= 0:
        return known
    return moved(calendar, known, (calendar.plus_days(known[0], days), calendar.plus_days(known[1], days)))


def _days_apart(calendar: WorkingCalendar, stretch: Stretch) -> timedelta:
    return calendar.day_of(stretch[1]) - calendar.day_of(stretch[0])


def _counted_end(calendar: WorkingCalendar, known: Stretch, start: datetime, wished: datetime) -> datetime:
    """The end so many working days after a start as the known one, at the time of day that is wished for."""
    first, last, begin = calendar.day_of(known[0]), calendar.day_of(known[1]), calendar.day_of(start)
    worked = calendar.working_days(first - _DAY, last)
    same = begin + (last - first)
    was_on_working_day = calendar.is_working_day(last)
    is_like_before = worked == calendar.working_days(begin - _DAY, same)
    if is_like_before and calendar.is_working_day(same) == was_on_working_day:
        # Somebody who had it end on a day off wanted that, so there it stays.
        return calendar.instant(same, calendar.clock_of(wished))
    if worked <= 0:
        return on_working_day(calendar, calendar.instant(same, calendar.clock_of(wished)))
    found = calendar.shift_day(begin, worked - 1)
    return calendar.instant(found, calendar.clock_of(wished)) if was_on_working_day else calendar.closing(found)

"""Answers about people's time: when the hours of their work fall."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from firstwin.scheduling.contracts import CalendarSpec
from firstwin.scheduling.contracts.load import Work
from firstwin.scheduling.rules import load


def spread_work(calendar: CalendarSpec, work: Work, open_from: datetime | None = None) -> Mapping[date, int]:
    """Return how many minutes of a piece of work fall on which day; raises InvalidCalendarError."""
    return load.spread_work(calendar, work, open_from)


def load_by_week(
    calendars: Mapping[str, CalendarSpec], works: Iterable[Work], monday: date, weeks: int, open_from: datetime
) -> Mapping[str, tuple[int, ...]]:
    """Return the minutes of everybody's work by week from a Monday on, by owner; raises InvalidCalendarError."""
    return load.load_by_week(calendars, works, monday, weeks, open_from)


def open_minutes(calendar: CalendarSpec, first: date, last: date) -> int:
    """Return how many minutes are open from one day to another, both counted."""
    return load.open_minutes(calendar, first, last)

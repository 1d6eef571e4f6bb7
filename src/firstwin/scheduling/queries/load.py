"""Answers about people's time: when the hours of their work fall, and how long it keeps other work waiting."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from firstwin.scheduling.contracts import CalendarSpec
from firstwin.scheduling.contracts.load import Work, WorkTable
from firstwin.scheduling.rules import load, load_sums


def work_table(works: Iterable[Work]) -> WorkTable:
    """Return pieces of work of one person in columns."""
    return load_sums.table_of(works)


def load_by_week(
    calendars: Mapping[str, CalendarSpec],
    works: Mapping[str, WorkTable],
    monday: date,
    weeks: int,
    open_from: datetime,
) -> Mapping[str, tuple[int, ...]]:
    """Return the minutes of everybody's work by week from a Monday on, by owner; raises InvalidCalendarError."""
    return load_sums.load_by_week(calendars, works, monday, weeks, open_from)


def load_by_day(
    calendars: Mapping[str, CalendarSpec],
    works: Mapping[str, WorkTable],
    first: date,
    days: int,
    open_from: datetime,
) -> Mapping[str, tuple[int, ...]]:
    """Return the minutes of everybody's work by day from one on, by owner; raises InvalidCalendarError."""
    return load_sums.load_by_day(calendars, works, first, days, open_from)


def open_by_day(calendar: CalendarSpec, first: date, days: int) -> tuple[int, ...]:
    """Return the open minutes of each day from one on."""
    return load_sums.open_by_day(calendar, first, days)


def waiting_hours(total: Sequence[float], own: Sequence[float], capacity: Sequence[float]) -> tuple[float, ...]:
    """Return for how many hours other work keeps that of a project waiting, by day; all three are minutes by day."""
    return load_sums.waiting_hours(total, own, capacity)


def open_minutes(calendar: CalendarSpec, first: date, last: date) -> int:
    """Return how many minutes are open from one day to another, both counted."""
    return load.open_minutes(calendar, first, last)

"""The hours of many pieces of work added up at once, by week or by day, and how long that keeps people waiting."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from firstwin.scheduling.contracts import CalendarSpec
from firstwin.scheduling.contracts.load import Work, WorkTable
from firstwin.scheduling.rules.hours import midnights
from firstwin.scheduling.rules.instants import DAY, Ticks, moment, ticks
from firstwin.scheduling.rules.load import OpenDays

Ints = NDArray[np.int64]
_MARGIN = 2 * DAY
_LEAST_WAIT = 60
"""Minutes; who is only a little over makes nobody wait."""


def load_by_week(
    calendars: Mapping[str, CalendarSpec],
    works: Mapping[str, WorkTable],
    monday: date,
    weeks: int,
    open_from: datetime,
) -> Mapping[str, tuple[int, ...]]:
    """The load of a person in a week is the time of all their open tasks that falls on its days."""
    return _sums(calendars, works, range(monday.toordinal(), monday.toordinal() + 7 * weeks + 1, 7), open_from)


def load_by_day(
    calendars: Mapping[str, CalendarSpec],
    works: Mapping[str, WorkTable],
    first: date,
    days: int,
    open_from: datetime,
) -> Mapping[str, tuple[int, ...]]:
    """The load of a person on a day is the time of all their open tasks that falls on it.

    The estimated time of a task falls on the working days of its owner between start and due, and adds up to the estimate.
    A half day takes half as much. Nothing falls on weekends, holidays or leave, nor before `open_from`: what is late is
    still to be done now. If every day between is closed, all of it falls on the next open day.
    """
    return _sums(calendars, works, range(first.toordinal(), first.toordinal() + days + 1), open_from)


def open_by_day(calendar: CalendarSpec, first: date, days: int) -> tuple[int, ...]:
    """The open minutes of each day from one on."""
    start = first.toordinal()
    known = OpenDays(calendar)
    known.cover(start, start + days)
    return tuple(known.minutes(day, day) for day in range(start, start + days))


def table_of(works: Iterable[Work]) -> WorkTable:
    """Pieces of work in columns."""
    rows = [(work.minutes, ticks(work.start_at), ticks(work.due_at)) for work in works]
    minutes, starts, dues = zip(*rows, strict=True) if rows else ((), (), ())
    return WorkTable(minutes=minutes, starts=starts, dues=dues)


def _sums(
    calendars: Mapping[str, CalendarSpec], works: Mapping[str, WorkTable], bounds: range, open_from: datetime
) -> dict[str, tuple[int, ...]]:
    nothing = (0,) * (len(bounds) - 1)
    return {
        owner: _between(OpenDays(spec), works[owner], bounds, open_from) if owner in works else nothing
        for owner, spec in calendars.items()
    }


def _between(days: OpenDays, works: WorkTable, bounds: range, open_from: datetime) -> tuple[int, ...]:
    """The minutes of all pieces that fall between one bound and the next; each falls evenly on the open time of its days."""
    minutes = np.asarray(works.minutes, dtype=np.int64)
    counted = minutes > 0
    if not counted.any():
        return (0,) * (len(bounds) - 1)
    minutes = minutes[counted]
    starts, dues = (np.asarray(column, dtype=np.int64)[counted] for column in (works.starts, works.dues))
    earliest = days.day_of(open_from)
    local = _local_days(days.zone.key, np.concatenate((starts, np.maximum(starts, dues - 1))))
    first = np.maximum(local[: len(starts)], earliest)
    last = np.maximum(local[len(starts) :], first)
    days.cover(int(first.min()), int(last.max()))
    before = np.array(days.before, dtype=np.int64)
    closed = np.flatnonzero(before[last + 1 - days.first] == before[first - days.first])
    for place in closed:
        first[place] = last[place] = days.next_open(int(last[place]))
    if len(closed):
        before = np.array(days.before, dtype=np.int64)
    since = before[first - days.first]
    whole = before[last + 1 - days.first] - since
    edges = np.array(bounds, dtype=np.int64)[:, np.newaxis]
    reached = before[np.clip(edges, first, last + 1) - days.first] - since
    totals = (minutes * reached // whole).sum(axis=1)
    return tuple(int(value) for value in np.diff(totals))


def _local_days(zone_name: str, instants: Ints) -> Ints:
    """The local days of instants, as ordinals."""
    since, until = (int(instants.min()) - _MARGIN, int(instants.max()) + _MARGIN)
    first, begins = _midnights(zone_name, _year(since), _year(until))
    found: Ints = first + np.searchsorted(begins, instants, side="right") - 1
    return found


def _year(at: Ticks) -> int:
    return moment(at).astimezone(UTC).year


@lru_cache(maxsize=256)
def _midnights(zone_name: str, since: int, until: int) -> tuple[int, Ints]:
    years = [midnights(zone_name, year)[:-1] for year in range(since, until + 1)]
    return date(since, 1, 1).toordinal(), np.concatenate([np.array(year, dtype=np.int64) for year in years])


def waiting_hours(total: Sequence[float], own: Sequence[float], capacity: Sequence[float]) -> tuple[float, ...]:
    """Somebody who has more to do than hours keeps the rest for the days after, and what comes then waits.

    `total` is all their work by day, `own` the part of one project: the answer is how many hours a task of that project
    waits for the other work, by the day on which it could begin. Work that fits makes nothing wait. All in minutes, the
    answer in hours.
    """
    hours = np.asarray(capacity, dtype=np.float64)
    waits = _left_over(np.asarray(total) - hours) - _left_over(np.asarray(own) - hours)
    return tuple(float(value) / 60 for value in np.where(waits >= _LEAST_WAIT, waits, 0.0))


def _left_over(beyond: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is still to be done at the end of each day: beyond the hours there are, since the last day without a rest."""
    level = np.cumsum(beyond)
    found: NDArray[np.float64] = level - np.minimum(np.minimum.accumulate(level), 0.0)
    return found

"""The hours that several people share, for meetings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations

from firstwin.scheduling.contracts import CalendarSpec, SharedHours, Slot
from firstwin.scheduling.rules.instants import MINUTE, Ticks, moment, ticks
from firstwin.scheduling.rules.timetable import timetable_of

Stretch = tuple[Ticks, Ticks]


def shared_hours(
    calendars: Mapping[str, CalendarSpec],
    start_at: datetime,
    until_at: datetime,
    minutes: int,
    names: Mapping[str, str],
) -> SharedHours:
    """The stretches in which everybody works for so many minutes, and when there are none, why."""
    worked = {
        name: timetable_of(spec).shifts_between(ticks(start_at), ticks(until_at)) for name, spec in calendars.items()
    }
    shared: list[Stretch] = [(ticks(start_at), ticks(until_at))] if start_at < until_at else []
    for stretches in worked.values():
        shared = _both(shared, stretches)
    long_enough = [
        Slot(start_at=moment(start), end_at=moment(end)) for start, end in shared if _fits(start, end, minutes)
    ]
    people = [(names.get(key, key), stretches) for key, stretches in worked.items()]
    return SharedHours(slots=tuple(long_enough), why_none="" if long_enough else _why_none(people, shared, minutes))


def _fits(start: Ticks, end: Ticks, minutes: int) -> bool:
    return end - start >= max(minutes, 1) * MINUTE


def _both(some: list[Stretch], others: list[Stretch]) -> list[Stretch]:
    """The time that lies in both of two lists of stretches in order."""
    found: list[Stretch] = []
    one = other = 0
    while one < len(some) and other < len(others):
        start, end = max(some[one][0], others[other][0]), min(some[one][1], others[other][1])
        if start < end:
            found.append((start, end))
        if some[one][1] < others[other][1]:
            one += 1
        else:
            other += 1
    return found


def _why_none(worked: Sequence[tuple[str, list[Stretch]]], shared: list[Stretch], minutes: int) -> str:
    away = [name for name, stretches in worked if not stretches]
    if away:
        return f"{' and '.join(away)} {'does' if len(away) == 1 else 'do'} not work in this time."
    for (name, some), (other, others) in combinations(worked, 2):
        if not _both(some, others):
            return f"{name} and {other} share no working hours in this time."
    if shared:
        longest = max(end - start for start, end in shared) // MINUTE
        return f"The longest time that all share is {longest} minutes; {minutes} are needed."
    return "There is no hour in this time in which all of them work."

"""Finding a time within the hours that everybody shares."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from firstwin.scheduling.contracts import CalendarSpec, Slot

_STEP = timedelta(minutes=30)
_WIDE = ((time(7), time(20)),)


def free_times(
    *,
    minutes: int,
    shared: Sequence[Slot],
    busy: Sequence[tuple[datetime, datetime]],
    zone: ZoneInfo,
    most: int,
) -> tuple[datetime, ...]:
    """Of each day, as the one who asks counts them, the first free half hour is offered, so that days can be compared."""
    found: dict[date, datetime] = {}
    for slot in shared:
        start = first_free(minutes=minutes, shared=[slot], busy=busy)
        if start is not None:
            found.setdefault(start.astimezone(zone).date(), start)
        if len(found) == most:
            break
    return tuple(found.values())


def away(name: str, calendar: CalendarSpec, start: datetime) -> str:
    """Who would have to meet outside of their hours is named with the time that it is where they are."""
    local = start.astimezone(ZoneInfo(calendar.time_zone))
    return f"{name} does not work then: it is {local:%A}, {local:%H:%M} where they are."


def first_free(*, minutes: int, shared: Sequence[Slot], busy: Sequence[tuple[datetime, datetime]]) -> datetime | None:
    """A meeting is proposed at the first half hour at which everybody works and nobody invited has another meeting."""
    length = timedelta(minutes=minutes)
    for slot in shared:
        start = _round_up(slot.start_at)
        while start + length <= slot.end_at:
            end = start + length
            if all(end <= taken_from or taken_until <= start for taken_from, taken_until in busy):
                return start
            start += _STEP
    return None


def widened(calendar: CalendarSpec) -> CalendarSpec:
    """People so far apart that they share no ordinary hour meet in an early morning or evening of a working day."""
    return replace(calendar, week=tuple(_WIDE if day else () for day in calendar.week))


def _round_up(at: datetime) -> datetime:
    past = timedelta(minutes=at.minute % 30, seconds=at.second, microseconds=at.microsecond)
    return at if not past else at - past + _STEP

"""Finding a time within the hours that everybody shares."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from firstwin.scheduling.contracts import CalendarSpec, Slot

_STEP = timedelta(minutes=30)
_WIDE = ((time(7), time(20)),)


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

"""Finding a time that suits both sides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_STEP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkHours:
    """When one side works: local hours on the days that `is_working_day` says."""

    zone: ZoneInfo
    is_working_day: Callable[[date], bool]
    opens: time = time(9)
    closes: time = time(17)

    def covers(self, start: datetime, end: datetime) -> bool:
        """Return whether the whole time lies within one local working day's hours."""
        local_start, local_end = start.astimezone(self.zone), end.astimezone(self.zone)
        return (
            local_start.date() == local_end.date()
            and self.opens <= local_start.time()
            and local_end.time() <= self.closes
            and self.is_working_day(local_start.date())
        )

    def widened(self) -> "WorkHours":
        """Return the same days with an early morning and an early evening, for sides that are far apart."""
        return WorkHours(zone=self.zone, is_working_day=self.is_working_day, opens=time(7), closes=time(20))


def find_slot(
    *,
    minutes: int,
    earliest: datetime,
    latest: datetime,
    sides: Sequence[WorkHours],
    busy: Sequence[tuple[datetime, datetime]],
) -> datetime | None:
    """A meeting is proposed at the first half hour at which both sides work and nobody invited has another meeting.

    It ends by `latest`. Sides so far apart that they share no ordinary hour meet in an early morning or evening; where
    even that fails there is none.
    """
    for hours in (list(sides), [side.widened() for side in sides]):
        slot = _first_free(minutes, earliest, latest, hours, busy)
        if slot is not None:
            return slot
    return None


def _first_free(
    minutes: int,
    earliest: datetime,
    latest: datetime,
    sides: Sequence[WorkHours],
    busy: Sequence[tuple[datetime, datetime]],
) -> datetime | None:
    length = timedelta(minutes=minutes)
    start = _round_up(earliest)
    while start + length <= latest:
        end = start + length
        is_free = all(end <= taken_from or taken_until <= start for taken_from, taken_until in busy)
        if is_free and all(side.covers(start, end) for side in sides):
            return start
        start += _STEP
    return None


def _round_up(at: datetime) -> datetime:
    past = timedelta(minutes=at.minute % 30, seconds=at.second, microseconds=at.microsecond)
    return at if not past else at - past + _STEP

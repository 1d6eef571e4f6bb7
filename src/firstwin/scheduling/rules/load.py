"""How the estimated time of work falls on days and weeks. Days are ordinals; what a day takes follows its open time."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate

from firstwin.scheduling.contracts import CalendarSpec, InvalidCalendarError, OpenHours
from firstwin.scheduling.contracts.load import Work
from firstwin.scheduling.rules.hours import hours_of_days, zone_of
from firstwin.scheduling.rules.timetable import LONGEST_CLOSURE

_INSTANT = timedelta(microseconds=1)


class OpenDays:
    """The open minutes of a calendar, added up day by day over whole years; it grows as it is asked."""

    def __init__(self, spec: CalendarSpec) -> None:
        """Begin with no year; the first question brings its own."""
        self.spec = spec
        self.zone = zone_of(spec.time_zone)
        self.years = (0, 0)
        self.first = 0
        self.before: Sequence[int] = (0,)

    def cover(self, first: int, last: int) -> None:
        """Know every day between two, and the rest of their years."""
        since, until = date.fromordinal(first).year, date.fromordinal(last).year
        if self.before != (0,):
            since, until = min(since, self.years[0]), max(until, self.years[1])
        if (since, until) == self.years:
            return
        self.years, self.first = (since, until), date(since, 1, 1).toordinal()
        self.before = _before(self.spec, since, until)

    def minutes(self, first: int, last: int) -> int:
        """The open minutes from one day to another, both counted; days outside what is covered have none."""
        end = len(self.before) - 1
        since, until = (min(max(day - self.first, 0), end) for day in (first, last + 1))
        return max(self.before[until] - self.before[since], 0)

    def next_open(self, day: int) -> int:
        """The first open day after one; raises InvalidCalendarError when there is none for years."""
        for years in range(LONGEST_CLOSURE + 1):
            last = date(date.fromordinal(day).year + years, 12, 31).toordinal()
            self.cover(day, last)
            place = bisect_right(self.before, self.before[day + 1 - self.first])
            if place < len(self.before):
                return self.first + place - 1
        raise InvalidCalendarError("Nothing is open for years: look at the closed days of this calendar.")

    def day_of(self, at: datetime) -> int:
        """The local day of an instant."""
        return at.astimezone(self.zone).toordinal()


@lru_cache(maxsize=1024)
def _before(spec: CalendarSpec, since: int, until: int) -> tuple[int, ...]:
    minutes = (one for year in range(since, until + 1) for one in _minutes_of_year(spec, year))
    return tuple(accumulate(minutes, initial=0))


@lru_cache(maxsize=1024)
def _minutes_of_year(spec: CalendarSpec, year: int) -> tuple[int, ...]:
    return tuple(map(_minutes, hours_of_days(spec, year)))


@lru_cache(maxsize=512)
def _minutes(hours: OpenHours) -> int:
    return sum(
        (closing.hour * 60 + closing.minute or 24 * 60) - opening.hour * 60 - opening.minute
        for opening, closing in hours
    )


class Spread:
    """Where the minutes of one piece of work fall: evenly over the open time of the days from its start to its due."""

    def __init__(self, days: OpenDays, work: Work, open_from: datetime | None) -> None:
        """Nothing falls before `open_from`; work whose days are all closed falls on the next open day."""
        self.days, self.total = days, work.minutes
        first = days.day_of(work.start_at)
        last = max(days.day_of(max(work.start_at, work.due_at - _INSTANT)), first)
        if open_from is not None:
            earliest = days.day_of(open_from)
            first, last = max(first, earliest), max(last, earliest)
        days.cover(first, last)
        if not days.minutes(first, last):
            first = last = days.next_open(last)
        self.first, self.last = first, last

    def until(self, day: int) -> int:
        """The minutes that fall on a day and all before it."""
        if day >= self.last:
            return self.total
        if day < self.first:
            return 0
        return self.total * self.days.minutes(self.first, day) // self.days.minutes(self.first, self.last)

    def between(self, first: int, last: int) -> int:
        """The minutes that fall from one day to another, both counted."""
        return self.until(last) - self.until(first - 1)


def spread_work(calendar: CalendarSpec, work: Work, open_from: datetime | None = None) -> Mapping[date, int]:
    """The estimated time of a task falls on the working days of its owner between start and due, and adds up to the estimate.

    A half day takes half as much. Nothing falls on weekends, holidays or leave, nor, with `open_from`, in the past: what
    is late is still to be done now. If every day between is closed, all of it falls on the next open day.
    """
    spread = Spread(OpenDays(calendar), work, open_from)
    found = {day: spread.between(day, day) for day in range(spread.first, spread.last + 1)}
    return {date.fromordinal(day): minutes for day, minutes in found.items() if minutes}


def open_minutes(calendar: CalendarSpec, first: date, last: date) -> int:
    """The open time of the days from one to another, both counted."""
    days = OpenDays(calendar)
    days.cover(first.toordinal(), last.toordinal())
    return days.minutes(first.toordinal(), last.toordinal())

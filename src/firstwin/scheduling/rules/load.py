"""How long calendars are open, day by day. Days are ordinals."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import accumulate

from firstwin.scheduling.contracts import CalendarSpec, InvalidCalendarError, OpenHours
from firstwin.scheduling.rules.hours import hours_of_days, zone_of
from firstwin.scheduling.rules.timetable import LONGEST_CLOSURE


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


def open_minutes(calendar: CalendarSpec, first: date, last: date) -> int:
    """The open time of the days from one to another, both counted."""
    days = OpenDays(calendar)
    days.cover(first.toordinal(), last.toordinal())
    return days.minutes(first.toordinal(), last.toordinal())

"""Counting working time by looking it up in the tables of a calendar.

A table covers some years; asking beyond it makes a longer one. A table never changes once it is made, so threads may
share a timetable.
"""

from bisect import bisect_left, bisect_right
from functools import lru_cache

from firstwin.scheduling.contracts import CalendarSpec, DateOutOfReachError, InvalidCalendarError
from firstwin.scheduling.rules import recurrence
from firstwin.scheduling.rules.hours import Table, check_hours, local_instant, table_of, zone_of
from firstwin.scheduling.rules.instants import DAY, EPOCH_DAY, Ticks, moment

LONGEST_CLOSURE = 3
"""Years without a single working hour after which a calendar is taken to be wrong."""
_FIRST_YEAR, _LAST_YEAR = 1950, 2150
_CLOSED_TOO_LONG = (
    f"No working hour in {LONGEST_CLOSURE} years: look at the weekly hours and the closed days of this calendar."
)
_NO_TABLE = Table(
    years=(0, 0), begin=0, end=0, first_day=0, midnights=[], days=[], opens=[], closes=[], shift_opens=[],
    shift_closes=[], worked=[],
)  # fmt: skip


class Timetable:
    """The working time of one calendar. A break within a day is no working time, but the day goes on through it."""

    def __init__(self, spec: CalendarSpec) -> None:
        self.zone = zone_of(spec.time_zone)
        if len(spec.week) != 7:
            raise InvalidCalendarError("A working week has seven days.")
        for hours in (*spec.week, *(rule.hours for rule in spec.rules)):
            check_hours(hours)
        for rule in spec.rules:
            recurrence.check_rule(rule)
        if not any(spec.week) and not any(rule.hours for rule in spec.rules if not rule.takes_away):
            raise InvalidCalendarError("This calendar has no working hour: give at least one weekday its hours.")
        self.spec = spec
        self._table = _NO_TABLE

    # tables ---------------------------------------------------------------------------------------------------------

    def around(self, at: Ticks) -> Table:
        """A table that covers an instant, with working days before and after it."""
        table = self._table
        if table.begin <= at < table.end:
            return table
        if table is _NO_TABLE:
            year = moment(at).year
            table = self._grown(year, year + 1)
        while at < table.begin:
            table = self.longer(table, -1)
        while at >= table.end:
            table = self.longer(table, 1)
        return table

    def longer(self, table: Table, step: int) -> Table:
        """A table that goes on for twice as long: later (step 1) or earlier (step -1)."""
        first, last = table.years
        length = last - first + 1
        if step > 0:
            is_closed = table.midnights[-1] - table.closes[-1] > LONGEST_CLOSURE * 366 * DAY
        else:
            is_closed = table.opens[0] - table.midnights[0] > LONGEST_CLOSURE * 366 * DAY
        if is_closed:
            raise self._closed()
        return self._grown(first - length, last) if step < 0 else self._grown(first, last + length)

    def _grown(self, first: int, last: int) -> Table:
        first, last = max(first, _FIRST_YEAR), min(last, _LAST_YEAR)
        if first > last or (first, last) == self._table.years:
            raise DateOutOfReachError(
                f"These dates lie outside the years {_FIRST_YEAR} to {_LAST_YEAR}.", remedy="Look at the year."
            )
        table = table_of(self.spec, first, last)
        if not table.days:
            raise self._closed()
        self._table = table
        return table

    def _closed(self) -> InvalidCalendarError:
        error = InvalidCalendarError(_CLOSED_TOO_LONG)
        error.calendar = self.spec
        return error

    # days -----------------------------------------------------------------------------------------------------------

    def day_of(self, at: Ticks) -> int:
        """The local day of an instant, as an ordinal."""
        table = self.around(at)
        return table.first_day + bisect_right(table.midnights, at) - 1

    def midnight(self, day: int) -> Ticks:
        """When a local day begins."""
        table = self.around((day - EPOCH_DAY) * DAY - DAY)
        while day - table.first_day >= len(table.midnights):
            table = self.longer(table, 1)
        return table.midnights[day - table.first_day]

    def is_working_day(self, day: int) -> bool:
        """Whether there is any working time on a day."""
        days = self.around(self.midnight(day)).days
        index = bisect_left(days, day)
        return index < len(days) and days[index] == day

    def worked_days(self, since: int, until: int) -> int:
        """The working days after one day, up to and including another; less than none when that one comes first."""
        self.around(self.midnight(min(since, until)))
        days = self.around(self.midnight(max(since, until))).days
        return bisect_right(days, until) - bisect_right(days, since)

    def nth_day(self, day: int, count: int) -> tuple[int, Ticks, Ticks]:
        """The count-th working day after (before, when negative) a day, its opening and its close; 0 is the day itself
        or the next working one.
        """
        table = self.around(self.midnight(day))
        while True:
            days = table.days
            index = bisect_right(days, day) + count - 1 if count > 0 else bisect_left(days, day) + count
            if 0 <= index < len(days):
                return days[index], table.opens[index], table.closes[index]
            table = self.longer(table, 1 if index >= 0 else -1)

    def same_clock(self, at: Ticks, day: int) -> Ticks:
        """The local time of day of an instant on another day, whatever summer time does in between."""
        own = self.day_of(at)
        begin, target = self.midnight(own), self.midnight(day)
        if self.midnight(own + 1) - begin == DAY == self.midnight(day + 1) - target:
            return target + at - begin
        local = moment(at).astimezone(self.zone)
        return local_instant(self.zone, day, local.time().replace(fold=0))

    def move_days(self, at: Ticks, count: int, *, is_start: bool) -> Ticks:
        """The same local time so many working days on, counted from when work goes on (or last went on)."""
        table = self.around(at)
        own = bisect_right(table.closes, at) if is_start else bisect_right(table.opens, at) - 1
        if 0 <= own < len(table.days) and 0 <= own + count < len(table.days):
            at = max(at, table.opens[own]) if is_start else min(at, table.closes[own])
            return self._same_clock(table, at, table.days[own], table.days[own + count])
        at = self.at_or_after(at) if is_start else self.at_or_before(at)
        return self.same_clock(at, self.nth_day(self.day_of(at), count)[0])

    def _same_clock(self, table: Table, at: Ticks, own: int, day: int) -> Ticks:
        """`same_clock` of an instant whose day is known, within a table."""
        begins, own, target = table.midnights, own - table.first_day, day - table.first_day
        if begins[own + 1] - begins[own] == DAY == begins[target + 1] - begins[target]:
            return begins[target] + at - begins[own]
        return self.same_clock(at, day)

    def latest_moved_days(self, at: Ticks, count: int, *, is_start: bool) -> Ticks:
        """The latest instant that `move_days` moves no further than another."""
        table = self.around(at)
        own = table.first_day + bisect_right(table.midnights, at) - 1
        last = bisect_right(table.days, own) - 1
        before = last - count
        while not (last >= 0 and 0 <= before < len(table.days) - 1):
            table = self.longer(table, 1 if last >= 0 and before >= 0 else -1)
            last = bisect_right(table.days, own) - 1
            before = last - count
        opening, closing = table.opens[before], table.closes[before]
        is_worked = table.days[last] == own
        wanted = self._same_clock(table, at, own, table.days[before]) if is_worked else closing
        if wanted < opening:
            return self.last_day(opening)[1] - 1 if is_start else opening - 1
        if is_start:
            return min(wanted, closing - 1)
        return wanted if wanted < closing else table.opens[before + 1] - 1

    # instants -------------------------------------------------------------------------------------------------------

    def next_day(self, at: Ticks, count: int = 0) -> tuple[Ticks, Ticks]:
        """Opening and close of the day that is worked at an instant, or next after it; `count` days further on."""
        table = self.around(at)
        while True:
            index = bisect_right(table.closes, at) + count
            if 0 <= index < len(table.closes):
                return table.opens[index], table.closes[index]
            table = self.longer(table, 1 if index >= 0 else -1)

    def last_day(self, at: Ticks, count: int = 0) -> tuple[Ticks, Ticks]:
        """Opening and close of the last day that opened before an instant; `count` days further back."""
        table = self.around(at)
        while True:
            index = bisect_left(table.opens, at) - 1 - count
            if 0 <= index < len(table.opens):
                return table.opens[index], table.closes[index]
            table = self.longer(table, 1 if index >= 0 else -1)

    def work_days(self, at: Ticks, count: int) -> tuple[Ticks, Ticks]:
        """When work of so many days begins that may begin then, and the close of its last day."""
        table = self._table
        if not table.begin <= at < table.end:
            table = self.around(at)
        index = bisect_right(table.closes, at)
        if index + count > len(table.closes):
            return self.at_or_after(at), self.next_day(at, count - 1)[1]
        opening = table.opens[index]
        return (opening if opening > at else at), table.closes[index + count - 1]

    def at_or_after(self, at: Ticks) -> Ticks:
        """The instant itself when people are at work, else the next opening. A break within a day counts as work."""
        return max(at, self.next_day(at)[0])

    def moment_at_or_after(self, at: Ticks) -> Ticks:
        """Like `at_or_after` for things that take no time: the very close of a day still counts."""
        return max(at, self.next_day(at - 1)[0])

    def at_or_before(self, at: Ticks) -> Ticks:
        """The instant itself when people are at work, else the last close before it."""
        return min(at, self.last_day(at + 1)[1])

    def kept_promise(self, at: Ticks) -> Ticks:
        """The instant itself, or the close of its day, or of the last working day before it."""
        day = self.day_of(at)
        return at if self.is_working_day(day) and at <= self.nth_day(day, 0)[2] else self.at_or_before(at)

    # the latest instants that lead no further -----------------------------------------------------------------------

    def latest_before_opening(self, at: Ticks) -> Ticks:
        """The latest instant that `at_or_after` does not move past another."""
        opening, _ = self.next_day(at)
        return at if opening <= at else self.last_day(at)[1] - 1

    def latest_moment_before_opening(self, at: Ticks) -> Ticks:
        """The latest instant that `moment_at_or_after` does not move past another."""
        opening, _ = self.next_day(at - 1)
        return at if opening <= at else self.last_day(at)[1]

    def closed_by(self, at: Ticks, count: int) -> Ticks:
        """The close of the count-th last day that closes by an instant; 1 is the last one."""
        table = self._table
        if not table.begin <= at < table.end:
            table = self.around(at)
        while (index := bisect_right(table.closes, at) - count) < 0:
            table = self.longer(table, -1)
        return table.closes[index]

    def opens_after(self, at: Ticks, count: int) -> Ticks:
        """The opening of the count-th day that opens after an instant; 1 is the first one."""
        table = self.around(at)
        while (index := bisect_right(table.opens, at) + count - 1) >= len(table.opens):
            table = self.longer(table, 1)
        return table.opens[index]

    def last_open_moment(self, at: Ticks) -> Ticks:
        """The instant itself when somebody works then, breaks left out, else the last one before at which somebody did."""
        table = self.around(at)
        while (index := bisect_right(table.shift_opens, at) - 1) < 0:
            table = self.longer(table, -1)
        return min(at, table.shift_closes[index] - 1)

    def latest_kept(self, at: Ticks) -> Ticks:
        """The latest instant for which a promise is still kept by another."""
        day = self.day_of(at)
        if self.is_working_day(day) and at < self.nth_day(day, 0)[2]:
            return at
        return self.midnight(self.nth_day(day, 1)[0]) - 1

    # working hours --------------------------------------------------------------------------------------------------

    def worked(self, since: Ticks, until: Ticks) -> Ticks:
        """The working time between two instants, breaks left out; negative when they come the other way round."""
        self.around(min(since, until))
        table = self.around(max(since, until))
        return _before(table, until) - _before(table, since)

    def shifts_between(self, since: Ticks, until: Ticks) -> list[tuple[Ticks, Ticks]]:
        """The stretches of work between two instants, in order; those that touch at midnight are one."""
        self.around(since)
        table = self.around(max(since, until))
        begin, end = bisect_right(table.shift_closes, since), bisect_left(table.shift_opens, until)
        found: list[tuple[Ticks, Ticks]] = []
        for opening, closing in zip(table.shift_opens[begin:end], table.shift_closes[begin:end], strict=True):
            opening, closing = max(opening, since), min(closing, until)
            if opening >= closing:
                continue
            if found and found[-1][1] == opening:
                opening = found.pop()[0]
            found.append((opening, closing))
        return found

    def days_between(self, since: Ticks, until: Ticks) -> int:
        """The whole working days between two instants: as often as one may go on to the same hour of the next working day;
        negative, and rounded away from zero, when they come the other way round.
        """
        if until < since:
            return -max(self.days_between(until, since), 1)
        self.around(since)
        table = self.around(until + DAY)
        first, last = bisect_left(table.closes, since), bisect_left(table.closes, until)
        while last >= len(table.closes):
            table = self.longer(table, 1)
            first, last = bisect_left(table.closes, since), bisect_left(table.closes, until)
        reached = max(until, table.opens[last]) - table.opens[last]
        is_short = until < table.closes[last] and reached < max(since, table.opens[first]) - table.opens[first]
        return last - first - is_short

    def after_work(self, at: Ticks, amount: Ticks, *, is_open: bool) -> Ticks:
        """The instant so much working time after (before) another. Where work stops just then it is the end of that
        shift, or with `is_open` the instant at which work goes on.
        """
        table = self.around(at)
        while True:
            total = _before(table, at) + amount
            ends = table.worked[-1] + table.shift_closes[-1] - table.shift_opens[-1]
            if total < 0 or (total == 0 and not is_open):
                table = self.longer(table, -1)
            elif total > ends or (total == ends and is_open):
                table = self.longer(table, 1)
            else:
                index = (bisect_right(table.worked, total) if is_open else bisect_left(table.worked, total)) - 1
                return table.shift_opens[index] + total - table.worked[index]


def _before(table: Table, at: Ticks) -> Ticks:
    """The working time that a table knows before an instant."""
    index = bisect_right(table.shift_opens, at) - 1
    return table.worked[index] + min(at, table.shift_closes[index]) - table.shift_opens[index] if index >= 0 else 0


@lru_cache(maxsize=512)
def timetable_of(spec: CalendarSpec) -> Timetable:
    """The timetable of a calendar, worked out once."""
    return Timetable(spec)

"""Working time for whole arrays of instants: the sorted tables of a calendar, looked up two thousand at a time.

Instants are whole seconds since 1970.
"""

from datetime import UTC, datetime
from functools import lru_cache

import numpy as np

from firstwin.scheduling.contracts import CalendarSpec, Span, SpanUnit
from firstwin.scheduling.rules.forecast.trees import Floats, Ints
from firstwin.scheduling.rules.instants import SECOND, ticks
from firstwin.scheduling.rules.timetable import timetable_of

_HOUR, _DAY = 3_600, 86_400


class Hours:
    """A calendar over some years."""

    def __init__(self, spec: CalendarSpec, first: int, last: int) -> None:
        """Cover the years from first to last."""
        timetable = timetable_of(spec)
        timetable.around(ticks(datetime(first, 1, 1, tzinfo=UTC)))
        table = timetable.around(ticks(datetime(last, 12, 31, tzinfo=UTC)))
        self.day_opens = np.array(table.opens, dtype=np.int64) // SECOND
        self.day_closes = np.array(table.closes, dtype=np.int64) // SECOND
        self.opens = np.array(table.shift_opens, dtype=np.int64) // SECOND
        self.closes = np.array(table.shift_closes, dtype=np.int64) // SECOND
        self.before = np.array(table.worked, dtype=np.int64) // SECOND
        self.total = int(self.before[-1] + self.closes[-1] - self.opens[-1])
        self.day = self.total / len(self.day_opens)

    def at_or_after(self, at: Ints) -> Ints:
        """The instant itself when people are at work, else the next opening; the very close of a day still counts."""
        place = np.minimum(np.searchsorted(self.day_closes, at, side="left"), len(self.day_opens) - 1)
        found: Ints = np.maximum(at, self.day_opens[place])
        return found

    def worked(self, at: Ints) -> Ints:
        """The working seconds before an instant."""
        place = np.searchsorted(self.opens, at, side="right") - 1
        kept = np.maximum(place, 0)
        inside = np.minimum(at, self.closes[kept]) - self.opens[kept]
        found: Ints = np.where(place >= 0, self.before[kept] + inside, 0)
        return found

    def after_work(self, at: Ints, seconds: Floats) -> Ints:
        """The instant so many working seconds later. Beyond the table time goes on at the usual pace."""
        wanted = self.worked(at) + np.rint(np.maximum(seconds, 0.0)).astype(np.int64)
        place = np.maximum(np.searchsorted(self.before, wanted, side="left") - 1, 0)
        found = self.opens[place] + wanted - self.before[place]
        beyond = np.maximum(wanted - self.total, 0)
        later: Ints = np.maximum(at, found - beyond + (beyond * (7 * _DAY / max(5 * self.day, 1.0))).astype(np.int64))
        return later

    def later(self, at: Ints, span: Span, *, is_promise: bool) -> Ints:
        """An instant moved by a span; a start moves on to working time, a promise ends with its day."""
        match span.unit:
            case SpanUnit.HOURS:
                return at + span.amount * _HOUR
            case SpanUnit.WORKING_HOURS:
                return self._worked_on(at, span.amount * _HOUR)
            case SpanUnit.CALENDAR_DAYS:
                moved = at + span.amount * _DAY
                return moved if is_promise else self.at_or_after(moved)
            case SpanUnit.WORKING_DAYS:
                return self.days_later(at, span.amount, is_close=is_promise)

    def _worked_on(self, at: Ints, seconds: int) -> Ints:
        if seconds >= 0:
            return self.after_work(at, np.full(len(at), float(seconds)))
        wanted = np.maximum(self.worked(at) + seconds, 0)
        place = np.maximum(np.searchsorted(self.before, wanted, side="right") - 1, 0)
        found: Ints = np.minimum(at, self.opens[place] + wanted - self.before[place])
        return found

    def days_later(self, at: Ints, count: int, *, is_close: bool) -> Ints:
        """Opening or close of the count-th working day from the one that is worked at an instant, or next."""
        place = np.searchsorted(self.day_closes, at, side="left") + count
        place = np.clip(place, 0, len(self.day_opens) - 1)
        found: Ints = self.day_closes[place] if is_close else self.day_opens[place]
        return found

    def lagged(self, at: Ints, span: Span) -> Ints:
        """An instant moved by the lag of a link; the time of day is kept."""
        if span.unit is not SpanUnit.WORKING_DAYS:
            return self.later(at, span, is_promise=True)
        place = np.minimum(np.searchsorted(self.day_closes, at, side="left"), len(self.day_opens) - 1)
        on = np.maximum(at, self.day_opens[place])
        target = np.clip(place + span.amount, 0, len(self.day_opens) - 1)
        found: Ints = self.day_opens[target] + on - self.day_opens[place]
        return found


@lru_cache(maxsize=256)
def hours_of(spec: CalendarSpec, first: int, last: int) -> Hours:
    """The working time of a calendar over some years, worked out once."""
    return Hours(spec, first, last)

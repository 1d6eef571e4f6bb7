"""From an event log to one row per moment at which the rest of a case is forecast.

A row stands after every event of a case but its last one (after that nothing remains). It sees only what had happened
by then: counts of activities, the last three, times since the start and the last events, the hour of the week.
"""

from dataclasses import dataclass

import numpy as np

from firstwin.scheduling.contracts.forecasting import EventLog
from firstwin.scheduling.rules.forecast.trees import Bools, Floats, Ints, group_quantiles

_MOST_ACTIVITIES = 40
_DAY, _WEEK = 86_400, 604_800


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefixes:
    """One row per moment. `rank` is the place of the case by its start; `step` how many events came before."""

    case: Ints
    rank: Ints
    step: Ints
    at: Floats
    end_at: Floats
    remaining: Floats
    elapsed: Floats
    counts: Floats
    last: tuple[Ints, Ints, Ints]
    calendar: Floats
    cases: int

    @property
    def split(self) -> int:
        """The first case of the test part: two thirds of the cases come before it by their start."""
        return (self.cases * 2) // 3

    def state(self) -> Ints:
        """The step as people name it: the last activity."""
        return self.last[0] + 1


def prefixes_of(log: EventLog) -> Prefixes:
    """Every moment of every case, in the order of cases and time."""
    case, activity, at = np.asarray(log.cases), np.asarray(log.activities), np.asarray(log.at, dtype=np.float64)
    order = np.lexsort((np.arange(len(at)), at, case))
    case, activity, at = case[order], activity[order], at[order]
    starts = np.flatnonzero(np.concatenate(([True], case[1:] != case[:-1])))
    sizes = np.diff(np.concatenate((starts, [len(case)])))
    number = np.repeat(np.arange(len(starts)), sizes)
    step = np.arange(len(case)) - starts[number]
    start_at, end_at = at[starts], at[starts + sizes - 1]
    rank = np.empty(len(starts), np.int64)
    rank[np.argsort(start_at, kind="stable")] = np.arange(len(starts))
    last = [_earlier(activity, step, back) for back in range(3)]
    elapsed = at - start_at[number]
    columns = _calendar(at, step, elapsed)
    kept = step < sizes[number] - 1
    return Prefixes(
        case=number[kept],
        rank=rank[number][kept],
        step=step[kept],
        at=at[kept],
        end_at=end_at[number][kept],
        remaining=(end_at[number] - at)[kept],
        elapsed=elapsed[kept],
        counts=_counts(activity, starts, number)[kept],
        last=(last[0][kept], last[1][kept], last[2][kept]),
        calendar=columns[kept],
        cases=len(starts),
    )


def _earlier(activity: Ints, step: Ints, back: int) -> Ints:
    found = np.full(len(activity), -1, np.int64)
    has = np.flatnonzero(step >= back)
    found[has] = activity[has - back]
    return found


def _counts(activity: Ints, starts: Ints, number: Ints) -> Floats:
    """How often each of the most frequent activities happened so far; the rest share the last column."""
    often = np.argsort(-np.bincount(activity), kind="stable")[:_MOST_ACTIVITIES]
    code = np.full(int(activity.max()) + 1, len(often))
    code[often] = np.arange(len(often))
    marks = np.zeros((len(activity), len(often) + 1))
    marks[np.arange(len(activity)), code[activity]] = 1
    total = marks.cumsum(0)
    before = total[starts] - marks[starts]
    counted: Floats = total - before[number]
    return counted


def _calendar(at: Floats, step: Ints, elapsed: Floats) -> Floats:
    place = np.arange(len(at))
    gap = np.where(step > 0, at - at[np.maximum(place - 1, 0)], 0.0)
    longer = np.where(step > 1, at - at[np.maximum(place - 2, 0)], elapsed)
    return np.column_stack((gap, longer, step, at % _WEEK, at % _DAY))


@dataclass(frozen=True, slots=True)
class Columns:
    """How activities become numbers: by the median of what remained after them in the rows learned from."""

    medians: tuple[Floats, Floats, Floats]

    @classmethod
    def of(cls, rows: Prefixes, known: Bools) -> "Columns":
        """Learn the order of activities from rows whose rest is known."""
        medians = []
        for last in rows.last:
            found = group_quantiles(rows.remaining[known], last[known] + 1, int(last.max()) + 2)
            medians.append(np.where(np.isnan(found), np.nanmedian(found), found))
        return cls((medians[0], medians[1], medians[2]))

    def plain(self, rows: Prefixes, chosen: Bools) -> Floats:
        """Counts, elapsed time and the last three activities."""
        codes = [median[last[chosen] + 1] for median, last in zip(self.medians, rows.last, strict=True)]
        return np.column_stack((rows.counts[chosen], rows.elapsed[chosen], *codes))

    def timed(self, rows: Prefixes, chosen: Bools) -> Floats:
        """The same with gaps, the number of the step and the hour of the week."""
        return np.column_stack((self.plain(rows, chosen), rows.calendar[chosen]))

"""A backtest: the log is split by time, every moment of the later cases is forecast, and the errors are compared.

The first two thirds of the cases by their start train, the rest test. As in the literature, the lengths of training cases
that ended after the split count as known; the strict variant takes them as known only once they ended, for every
method, so that nothing could have been known only later.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from firstwin.scheduling.contracts.forecasting import (
    Backtest,
    EventLog,
    Method,
    Score,
    TooLittleHistoryError,
)
from firstwin.scheduling.rules.forecast.intervals import HIGH, LEVELS, LOW
from firstwin.scheduling.rules.forecast.prefixes import Prefixes, prefixes_of
from firstwin.scheduling.rules.forecast.remaining import Replay, step_medians
from firstwin.scheduling.rules.forecast.trees import Bools, Floats, Ints

_DAY = 86_400.0
LEAST_CASES = 30
_LONG = 0.9
"""A long case takes longer from a moment on than this share of the moments learned from."""
_FEWEST_OPEN = 50
Peer = Callable[[Floats, list[int], Floats, Floats], Floats]
"""Fits columns (with the places of those that name activities) to lengths, and forecasts other columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Which moments are known at the split, held out for first weights, streamed, and which of the stream are scored."""

    known: Bools
    held_out: Bools
    stream: Bools
    scored: Bools


def parts_of(rows: Prefixes, *, is_strict: bool) -> Parts:
    """The moments of the first two thirds of the cases are known, all others are forecast."""
    train = rows.rank < rows.split
    test = ~train
    known = train
    if is_strict:
        split_at = float(rows.at[test].min())
        known = train & (rows.end_at < split_at)
    ranks = np.unique(rows.rank[known])
    held_out = known & (rows.rank >= ranks[(len(ranks) * 3) // 4]) if len(ranks) else known
    stream = ~known
    return Parts(known=known, held_out=held_out, stream=stream, scored=test[stream])


def backtest(log: EventLog, *, is_strict: bool = False, peer: Peer | None = None) -> Backtest:
    """How well the remaining time of later cases was forecast from earlier ones, beside simpler ways."""
    begun = time.perf_counter()
    rows = prefixes_of(log)
    parts = _checked(rows, is_strict=is_strict)
    forecasts = Replay(rows, parts.known, parts.held_out, parts.stream).run()
    seconds = time.perf_counter() - begun
    test = np.flatnonzero(parts.stream)[parts.scored]
    true = rows.remaining[test]
    levels = forecasts.levels[parts.scored]
    scores = [
        score(Method.FIRSTWIN, true, levels[:, 1], levels[:, 2], levels[:, 4]),
        score(Method.FIRSTWIN_FROZEN, true, forecasts.frozen[parts.scored]),
        *_simple(log, rows, parts, test),
    ]
    if peer is not None:
        scores.append(score(Method.BOOSTING, true, _peer(rows, parts, test, peer)))
    is_inside = (true >= levels[:, LOW]) & (true <= levels[:, HIGH])
    thirds = [float(part.mean()) for part in np.array_split(is_inside[np.argsort(rows.at[test], kind="stable")], 3)]
    is_open = rows.at[test] + np.quantile(rows.remaining[parts.known], _LONG) <= max(log.at)
    return Backtest(
        cases=rows.cases,
        events=len(log.at),
        train_cases=rows.split,
        test_cases=rows.cases - rows.split,
        train_moments=int(parts.known.sum()),
        test_moments=len(test),
        is_strict=is_strict,
        scores=tuple(scores),
        coverage={f"P{round(LEVELS[place] * 100)}": float((true <= levels[:, place]).mean()) for place in (1, 2, 4)},
        interval_coverage=float(is_inside.mean()),
        interval_error=standard_error(is_inside, rows.case[test]),
        interval_by_third=(thirds[0], thirds[1], thirds[2]),
        interval_coverage_open=float(is_inside[is_open].mean()) if is_open.sum() >= _FEWEST_OPEN else None,
        open_share=float(is_open.mean()),
        interval_days=float((levels[:, HIGH] - levels[:, LOW]).mean()) / _DAY,
        seconds=seconds,
    )


def standard_error(is_inside: Bools, case: Ints) -> float:
    """The standard error of a share whose moments come in cases (Liang and Zeger 1986, the cluster-robust variance)."""
    _, place = np.unique(case, return_inverse=True)
    sums = np.bincount(place, is_inside - is_inside.mean())
    return float(np.sqrt((sums**2).sum())) / len(is_inside)


def _checked(rows: Prefixes, *, is_strict: bool) -> Parts:
    if rows.cases < LEAST_CASES or not len(rows.at):
        raise TooLittleHistoryError(
            f"The log has {rows.cases} cases with more than one event; a backtest needs at least {LEAST_CASES}.",
            remedy="Take a longer stretch of history.",
        )
    parts = parts_of(rows, is_strict=is_strict)
    if int((parts.known & ~parts.held_out).sum()) < 50 or not parts.scored.any() or not parts.held_out.any():
        raise TooLittleHistoryError(
            "Too little had ended before the later third of the cases began.",
            remedy="Take a longer stretch of history.",
        )
    return parts


def score(method: Method, true: Floats, median: Floats, p80: Floats | None = None, p95: Floats | None = None) -> Score:
    """The errors of a method; one that gives a date and no spread is judged by that date at every level."""
    p80 = median if p80 is None else p80
    p95 = median if p95 is None else p95
    losses = [pinball(true, found, level) / _DAY for found, level in ((median, 0.5), (p80, 0.8), (p95, 0.95))]
    return Score(
        method=method,
        mae_days=float(np.abs(true - median).mean()) / _DAY,
        pinball_days=(losses[0], losses[1], losses[2]),
        moments=len(true),
    )


def pinball(true: Floats, found: Floats, level: float) -> float:
    """The loss of a quantile: being late costs `level`, being early the rest."""
    miss = true - found
    return float(np.maximum(level * miss, (level - 1) * miss).mean())


def _simple(log: EventLog, rows: Prefixes, parts: Parts, test: Ints) -> list[Score]:
    true = rows.remaining[test]
    chosen = np.zeros(len(rows.at), dtype=np.bool_)
    chosen[test] = True
    state = rows.state()
    sums = np.bincount(state[parts.known], weights=rows.remaining[parts.known], minlength=int(state.max()) + 1)
    seen = np.bincount(state[parts.known], minlength=int(state.max()) + 1)
    overall = float(rows.remaining[parts.known].mean())
    mean = np.where(seen > 0, sums / np.maximum(seen, 1), overall)[state[test]]
    scores = [
        score(Method.MEAN_BY_STEP, true, mean),
        score(Method.MEDIAN_BY_STEP, true, step_medians(rows, state, parts.known, chosen)),
        score(Method.MEDIAN_BY_NUMBER, true, step_medians(rows, rows.step, parts.known, chosen)),
    ]
    if log.planned_end:
        scores = [*_planned(log, rows, test), *scores]
    return scores


def _planned(log: EventLog, rows: Prefixes, test: Ints) -> list[Score]:
    """The promised end, and the promised length stretched by how late the finished steps are on average."""
    names = np.unique(np.asarray(log.cases))
    planned = np.array([log.planned_end.get(int(name), np.nan) for name in names])[rows.case[test]]
    known = ~np.isnan(planned)
    true, at = rows.remaining[test][known], rows.at[test][known]
    left = np.maximum(planned[known] - at, 0.0)
    total = np.maximum(planned[known] - (at - rows.elapsed[test][known]), _DAY)
    stretch = np.maximum(rows.elapsed[test][known] / total, 0.0)
    late = np.where(planned[known] < at, np.maximum(stretch, 1.0), 1.0)
    scaled = np.where(left > 0, left, rows.elapsed[test][known] * np.maximum(late - 1, 0.0))
    return [score(Method.PLANNED, true, left), score(Method.SCALED, true, scaled)] if len(true) else []


def _peer(rows: Prefixes, parts: Parts, test: Ints, peer: Peer) -> Floats:
    """Gradient boosting on counts of activities, elapsed time and the last three activities."""
    table = np.column_stack((rows.counts, rows.elapsed, *(last + 1 for last in rows.last)))
    width = table.shape[1]
    named = [width - 3, width - 2, width - 1]
    return peer(table[parts.known], named, rows.remaining[parts.known], table[test])

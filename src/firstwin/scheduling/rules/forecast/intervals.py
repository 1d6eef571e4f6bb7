"""Intervals that keep their promise although the process changes.

The forest says how likely each length is; how far it errs is watched as forecasts come true. A quantile is asked for
at a level moved (in probits) so that it held for recent forecasts, cases that still run counting as "longer than so
far" (Kaplan-Meier), and then steered by the difference between promised and kept shares, as adaptive conformal
inference does (Gibbs and Candès 2021), each time the day comes at which a forecast can be judged.

Many lengths may be nothing at all. A lower end of an interval that is hit exactly is not missed, so that the upper end may
be missed the more often: the interval as a whole keeps its promise.
"""

import numpy as np
from scipy import special

from firstwin.scheduling.rules.forecast.trees import Bools, Floats, Ints

LEVELS = (0.1, 0.5, 0.8, 0.9, 0.95)
LOW, HIGH = 0, 3
"""The places of the levels between which the 80 % interval lies."""
_TOP = 2.6
_LAST_SHIFT = 3.0


def km_quantile(values: Floats, is_known: Bools, weights: Floats, level: float) -> float:
    """The quantile of values of which some are only known to be larger than what was seen (Kaplan-Meier)."""
    order = np.lexsort((~is_known, values))
    values, is_known, weights = values[order], is_known[order], weights[order]
    at_risk = np.cumsum(weights[::-1])[::-1]
    survival = np.cumprod(1 - np.where(is_known, weights / np.maximum(at_risk, 1e-12), 0.0))
    place = int(np.searchsorted(-survival, -(1 - level)))
    return float(values[min(place, len(values) - 1)])


class Spread:
    """The distributions of some rows: for each the share of lengths up to every edge."""

    def __init__(self, shares: Floats, edges: Floats, longest: float) -> None:
        self.shares = shares
        self.low = np.concatenate(([0.0], edges))
        self.high = np.concatenate((edges, [max(longest, edges[-1] if len(edges) else 0.0)]))

    def lengths(self, probit: float) -> Floats:
        """The length at a level given in probits; beyond what was ever seen it grows by the same factor per probit."""
        level = float(special.ndtr(np.clip(probit, -_TOP, _TOP)))
        rows = np.arange(len(self.shares))
        cell = np.minimum((self.shares < level).sum(1), len(self.high) - 1)
        upper = self.shares[rows, cell]
        lower = np.where(cell > 0, self.shares[rows, np.maximum(cell - 1, 0)], 0.0)
        part = np.clip((level - lower) / np.maximum(upper - lower, 1e-12), 0.0, 1.0)
        found: Floats = self.low[cell] + part * (self.high[cell] - self.low[cell])
        found *= float(np.exp(0.7 * (probit - np.clip(probit, -_TOP, _TOP))))
        return found

    def probits(self, lengths: Floats) -> Floats:
        """At which level of its own distribution a length lies, in probits."""
        rows = np.arange(len(self.shares))
        cell = np.minimum(np.searchsorted(self.low[1:], lengths, side="left"), len(self.high) - 1)
        upper = self.shares[rows, cell]
        lower = np.where(cell > 0, self.shares[rows, np.maximum(cell - 1, 0)], 0.0)
        width = np.maximum(self.high[cell] - self.low[cell], 1e-12)
        part = np.clip((lengths - self.low[cell]) / width, 0.0, 1.0)
        level = lower + part * (upper - lower)
        beyond = np.log(np.maximum(lengths, 1e-9) / np.maximum(self.high[-1], 1e-9)) / 0.7
        found: Floats = np.clip(special.ndtri(np.clip(level, 1e-9, 1 - 1e-9)), -_TOP, _TOP) + np.maximum(beyond, 0.0)
        return found


def _levels(hit: float) -> Floats:
    """What each quantile promises; the share that hits the lower end exactly is spared at the upper one."""
    levels = np.array(LEVELS)
    levels[HIGH] -= min(hit, LEVELS[LOW])
    return levels


class Steering:
    """How far each level is moved, from forecasts that came true."""

    def __init__(self, spread: Spread, lengths: Floats, pace: float) -> None:
        """Start from held-out lengths; `pace` is how far one forecast that failed moves its level."""
        self.pace = pace
        probits = spread.probits(lengths)
        known, weights = np.ones(len(probits), dtype=np.bool_), np.ones(len(probits))
        lowest = spread.lengths(km_quantile(probits, known, weights, LEVELS[LOW]))
        self.levels = _levels(float((lengths == lowest).mean()))
        self.held_out = np.array([km_quantile(probits, known, weights, level) for level in self.levels])
        self.base = self.held_out.copy()
        self.shift = np.zeros(len(LEVELS))

    def observe(self, probits: Floats, is_known: Bools, weights: Floats, trust: float, hit: Bools) -> None:
        """Move the base by recent forecasts, as far as enough of them came true; `hit` ended on their lower end."""
        self.levels = _levels(float(weights[hit].sum() / weights.sum()))
        recent = np.array([km_quantile(probits, is_known, weights, level) for level in self.levels])
        self.base = trust * recent + (1 - trust) * self.held_out

    def judge(self, place: int, kept: int, judged: int) -> None:
        """Steer one level by forecasts whose day has come: `kept` of `judged` cases had ended by it."""
        step = self.pace * (self.levels[place] * judged - kept)
        self.shift[place] = float(np.clip(self.shift[place] + step, -_LAST_SHIFT, _LAST_SHIFT))

    def probit(self, place: int) -> float:
        """The level, in probits, at which to ask for a quantile now."""
        return float(self.base[place] + self.shift[place])


class Docket:
    """Forecasts that wait for the day at which they can be judged."""

    def __init__(self, count: int) -> None:
        self.due = np.full((len(LEVELS), count), np.inf)
        self.is_judged = np.zeros((len(LEVELS), count), dtype=np.bool_)

    def add(self, place: int, rows: Ints, due: Floats) -> None:
        """Enter the days that were promised."""
        self.due[place, rows] = due

    def hit(self, rows: Ints, end_at: Floats) -> Bools:
        """Which of some rows ended exactly at the lower end of their interval."""
        found: Bools = end_at[rows] == self.due[LOW, rows]
        return found

    def settle(self, now: float, end_at: Floats, steering: Steering) -> None:
        """Judge what is due."""
        for place in range(len(LEVELS)):
            ready = (self.due[place] < now) & ~self.is_judged[place]
            judged = int(ready.sum())
            if judged:
                kept = int((end_at[ready] <= self.due[place, ready]).sum())
                steering.judge(place, kept, judged)
                self.is_judged[place] |= ready

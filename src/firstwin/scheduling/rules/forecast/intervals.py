"""Intervals that keep their promise although the process changes.

The forest says how likely each length is; how far it errs is watched as forecasts come true. A quantile is asked for
at a level moved (in probits) so that it held for recent forecasts, cases that still run counting as "longer than so
far" (Kaplan-Meier), and then steered by the difference between promised and kept shares, as adaptive conformal
inference does (Gibbs and Candès 2021), each time the day comes at which a forecast can be judged.

The interval is steered as a whole, whichever end is missed, by all errors so far (the integral of conformal PID control:
Angelopoulos, Candès and Tibshirani 2023): what was missed at one end or time is made up for at another. So where often nothing
remains, and a lower end of nothing is hit and not missed, the upper end comes down.
"""

import numpy as np
from scipy import special

from firstwin.scheduling.rules.forecast.trees import Bools, Floats, Ints

LEVELS = (0.1, 0.5, 0.8, 0.9, 0.95)
LOW, HIGH = 0, 3
"""The places of the levels between which the 80 % interval lies."""
ALONE = (1, 2, 4)
"""The places of the levels that are promised each by itself."""
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


class Steering:
    """How far each level is moved, from forecasts that came true."""

    def __init__(self, spread: Spread, lengths: Floats, pace: float) -> None:
        """Start from held-out lengths; `pace` is how far one forecast that failed moves its level."""
        self.pace = pace
        probits = spread.probits(lengths)
        known, weights = np.ones(len(probits), dtype=np.bool_), np.ones(len(probits))
        self.held_out = np.array([km_quantile(probits, known, weights, level) for level in LEVELS])
        self.base = self.held_out.copy()
        self.shift = np.zeros(len(LEVELS))

    def observe(self, probits: Floats, is_known: Bools, weights: Floats, trust: float) -> None:
        """Move the base by recent forecasts, as far as enough of them came true."""
        recent = np.array([km_quantile(probits, is_known, weights, level) for level in LEVELS])
        self.base = trust * recent + (1 - trust) * self.held_out

    def judge(self, place: int, kept: int, judged: int) -> None:
        """Steer one level by forecasts whose day has come: `kept` of `judged` cases had ended by it."""
        step = self.pace * (LEVELS[place] * judged - kept)
        self.shift[place] = float(np.clip(self.shift[place] + step, -_LAST_SHIFT, _LAST_SHIFT))

    def widen(self, shift: float) -> None:
        """Move the ends of the interval apart, as far as it says."""
        self.shift[LOW], self.shift[HIGH] = -shift, shift

    def probit(self, place: int) -> float:
        """The level, in probits, at which to ask for a quantile now."""
        return float(self.base[place] + self.shift[place])


class Docket:
    """Days named by one level that wait until they can be judged."""

    def __init__(self, count: int) -> None:
        self.due = np.full((len(LEVELS), count), np.inf)
        self.is_judged = np.zeros((len(LEVELS), count), dtype=np.bool_)

    def add(self, place: int, rows: Ints, due: Floats) -> None:
        """Enter the days that were promised."""
        self.due[place, rows] = due

    def settle(self, now: float, end_at: Floats, steering: Steering) -> None:
        """Judge what is due."""
        for place in ALONE:
            ready = (self.due[place] < now) & ~self.is_judged[place]
            judged = int(ready.sum())
            if judged:
                kept = int((end_at[ready] <= self.due[place, ready]).sum())
                steering.judge(place, kept, judged)
                self.is_judged[place] |= ready


class Interval:
    """The intervals promised so far, and how far the next ones are moved apart by how those were kept.

    While its case runs within it, a promise counts with the chance that it will be broken. Short cases come true first: if
    only what is decided counted, intervals would look wider than they are.
    """

    def __init__(self, spread: Spread, lengths: Floats, *, pace: float, count: int) -> None:
        """Held-out lengths say how likely a case goes on; `pace` is how far one promise too many that breaks moves the ends."""
        self.held_out = np.sort(spread.probits(lengths))
        self.pace = pace
        self.due = np.zeros((2, count))
        self.share = np.zeros((2, count))

    def promise(self, rows: Ints, due: tuple[Floats, Floats], probits: tuple[float, float]) -> None:
        """Enter the days between which cases shall end, and the levels at which they were asked for."""
        self.due[:, rows] = due
        self.share[:, rows] = self._share(np.array(probits))[:, None]

    def shift(self, now: float, rows: Ints, end_at: Floats, probits: Floats) -> float:
        """How far to move the ends by the promises of some rows; `probits` say at which level of each its case is by now."""
        (earliest, latest), (first, last), gone = self.due[:, rows], self.share[:, rows], self._share(probits)
        early, late = LEVELS[LOW], 1 - LEVELS[HIGH]
        outside = early * _ahead(0.0, first, gone) + late
        inside = (1 - early - late) * _ahead(first, last, gone)
        is_missed = (end_at < earliest) | (end_at > latest)
        is_open = (end_at >= now) & (latest >= now)
        broken = np.where(is_open, outside / (outside + inside), is_missed)
        return float(np.clip(self.pace * (broken - early - late).sum(), -_LAST_SHIFT, _LAST_SHIFT))

    def _share(self, probits: Floats) -> Floats:
        """The share of held-out lengths up to a level."""
        return np.searchsorted(self.held_out, probits, side="right") / len(self.held_out)


def _ahead(begin: Floats | float, end: Floats, gone: Floats) -> Floats:
    """Which part of what lies between two shares is still to come."""
    part: Floats = np.clip((end - gone + 1e-9) / (end - begin + 1e-9), 0.0, 1.0)
    return part

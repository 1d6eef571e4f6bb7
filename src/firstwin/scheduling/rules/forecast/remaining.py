"""The remaining time of running cases: several ways to forecast it, weighed by how well each did lately.

Boosting, a forest and medians by step learn from the first part of the log. After that every case that ends teaches
the forest and the medians on. The ways are weighed by their error on forecasts that came true; because short cases come
true first, each counts the more the longer it took (inverse probability of being known by now). All of it uses only
what was known at the time of a forecast.
"""

from dataclasses import dataclass

import numpy as np

from firstwin.scheduling.rules.forecast.intervals import (
    ALONE,
    HIGH,
    LEVELS,
    LOW,
    Docket,
    Interval,
    Spread,
    Steering,
    km_quantile,
)
from firstwin.scheduling.rules.forecast.prefixes import Columns, Prefixes
from firstwin.scheduling.rules.forecast.trees import (
    Binning,
    Bools,
    Floats,
    Ints,
    MedianBoost,
    SpreadForest,
    group_quantiles,
)

_BLOCKS = 60
_RECENT = 300
_SHARPNESS = 15.0
_LARGEST_SAMPLE = 6_000
_DOUBT = 0.3
_PACE = 30.0
_MOST_PACED = 12_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecasts:
    """Forecasts of the remaining seconds of every row: the combined median, the frozen one, and the levels."""

    median: Floats
    frozen: Floats
    levels: Floats


def step_medians(rows: Prefixes, groups: Ints, known: Bools, chosen: Bools) -> Floats:
    """The median of what remained for known rows of the same group; the median of all where there was none."""
    found = group_quantiles(rows.remaining[known], groups[known], int(groups.max()) + 1)
    found = np.where(np.isnan(found), np.median(rows.remaining[known]), found)
    return found[groups[chosen]]


class Models:
    """What is learned once from known rows, and its forecasts for chosen rows."""

    NAMES = ("plain", "timed", "forest", "by_step", "by_number")

    def __init__(self, rows: Prefixes, known: Bools, chosen: Bools) -> None:
        columns = Columns.of(rows, known)
        lengths = rows.remaining[known]
        plain, timed = columns.plain(rows, known), columns.timed(rows, known)
        cut_plain, cut_timed = Binning(plain), Binning(timed)
        new_plain = cut_plain.apply(columns.plain(rows, chosen))
        new_timed = cut_timed.apply(columns.timed(rows, chosen))
        binned = cut_timed.apply(timed)
        self.forest = SpreadForest().fit(binned, lengths)
        self.leaves = self.forest.leaves(new_timed)
        self.longest = float(lengths.max())
        shares = self.forest.shares(self.leaves, np.arange(int(chosen.sum())))
        self.spread = Spread(shares, self.forest.edges, self.longest)
        self.points = np.column_stack(
            (
                MedianBoost().fit(cut_plain.apply(plain), lengths).predict(new_plain),
                MedianBoost(seed=5).fit(binned, lengths).predict(new_timed),
                self.spread.lengths(0.0),
                step_medians(rows, rows.state(), known, chosen),
                step_medians(rows, rows.step, known, chosen),
            )
        )


def weights_of(points: Floats, lengths: Floats) -> Floats:
    """Shares of several forecasts whose sum has the least absolute error (exponentiated gradient on the simplex)."""
    scale = max(float(lengths.mean()), 1e-9)
    points, lengths = points / scale, lengths / scale
    strength = np.zeros(points.shape[1])
    total = np.zeros(points.shape[1])
    for turn in range(200):
        share = np.exp(strength - strength.max())
        share /= share.sum()
        slope = (np.sign(points @ share - lengths)[:, None] * points).mean(0)
        strength -= (slope - slope @ share) / np.sqrt(1 + turn * 0.2)
        if turn >= 100:
            total += share
    shares: Floats = total / total.sum()
    return shares


def blended(points: Floats, shares: Floats) -> Floats:
    """Halfway between the weighted mean and the weighted median: the one is finer, the other bears an outlier."""
    order = points.argsort(1)
    reached = shares[order].cumsum(1)
    place = (reached < 0.5 - 1e-9).sum(1)
    rows = np.arange(len(points))
    middle = points[rows, order[rows, np.minimum(place, points.shape[1] - 1)]]
    found: Floats = (points @ shares + middle) / 2
    return found


class RecentMedians:
    """Medians of the latest moments of each group: of those old enough, and of those whose case has ended."""

    def __init__(self, rows: Prefixes, groups: Ints, stream: Bools) -> None:
        self.groups, self.seen_at, self.end_at, self.lengths = groups, rows.at, rows.end_at, rows.remaining
        self.is_streamed = stream
        self.by_time = np.lexsort((rows.at, groups))
        self.by_end = np.lexsort((rows.end_at, groups))
        self.asked = groups[stream]
        self.count = int(groups.max()) + 1

    def old(self, now: float, patience: float, block: Ints) -> Floats:
        """The medians of moments old enough; a case that still runs counts as long as it has run since."""
        latest = self._latest(self.by_time[self.seen_at[self.by_time] <= now - patience])
        is_known = ~self.is_streamed[latest] | (self.end_at[latest] < now)
        lengths = np.where(is_known, self.lengths[latest], now - self.seen_at[latest])
        return group_quantiles(lengths, self.groups[latest], self.count)[self.asked[block]]

    def ended(self, now: float, block: Ints) -> Floats:
        """The medians of moments whose case has ended, the latest ends first."""
        latest = self._latest(self.by_end[self.end_at[self.by_end] < now])
        return group_quantiles(self.lengths[latest], self.groups[latest], self.count)[self.asked[block]]

    def _latest(self, ordered: Ints) -> Ints:
        groups = self.groups[ordered]
        ends = np.cumsum(np.bincount(groups, minlength=self.count))
        return ordered[ends[groups] - np.arange(len(ordered)) <= _RECENT]


class Replay:
    """Forecasts of all test moments in the order of time, learning from cases as they end."""

    ADDED = (
        "learning forest",
        "shifted",
        "recent by step",
        "recent by number",
        "ended by step",
        "ended by number",
        "steered forest",
    )

    def __init__(self, rows: Prefixes, known: Bools, held_out: Bools, stream: Bools) -> None:
        """Learn from `known` rows; `held_out` of them set the first weights; `stream` rows come one after the other."""
        trial = Models(rows, known & ~held_out, known & held_out)
        held = rows.remaining[known & held_out]
        self.shares = weights_of(trial.points, held)
        self.models = Models(rows, known, stream)
        self.rows, self.forest = rows, self.models.forest
        self.known, self.stream = known, stream
        self.at, self.end_at = rows.at[stream], rows.end_at[stream]
        self.lengths, self.case = rows.remaining[stream], rows.case[stream]
        self.count = len(self.at)
        self.cells = self.forest.cells_of(self.lengths)
        self.recent = tuple(RecentMedians(rows, groups, stream) for groups in (rows.state(), rows.step))
        self.kept = np.zeros((self.count, len(self.forest.typical)), dtype=np.float32)
        self.patience = float(np.quantile(rows.remaining[known], 0.75))
        self.memory = 0.15 * float(np.ptp(rows.at[known])) + 1.0
        many = max(200, int(known.sum()))
        self.steering = Steering(trial.spread, held, pace=_PACE / min(many, _MOST_PACED))
        self.interval = Interval(trial.spread, held, pace=_PACE / many, count=self.count)
        self.reached = np.zeros(self.count)
        self.docket = Docket(self.count)
        self.points = np.column_stack((self.models.points, np.zeros((self.count, len(self.ADDED)))))
        self.median = np.zeros(self.count)
        self.levels = np.zeros((self.count, len(LEVELS)))
        self.is_learned = np.zeros(self.count, dtype=np.bool_)
        self.random = np.random.default_rng(7)
        self.half = 0.25 * int(known.sum())

    def run(self) -> Forecasts:
        """Go through the stream block by block; what ended before a block is known in it."""
        order = np.argsort(self.at, kind="stable")
        for block in np.array_split(order, min(_BLOCKS, max(1, self.count // 20))):
            now = float(self.at[block[0]])
            self._learn(now)
            self._forecast(block, now)
        frozen = blended(self.models.points, self.shares)
        return Forecasts(median=self.median, frozen=frozen, levels=self.levels)

    def _learn(self, now: float) -> None:
        seen = np.flatnonzero(self.at < now)
        running = seen[~self.is_learned[seen]]
        then = self._spread(self.kept[running].astype(np.float64))
        self.reached[running] = then.probits(np.minimum(self.lengths[running], now - self.at[running]))
        self.steering.widen(self.interval.shift(now, seen, self.end_at[seen], self.reached[seen]))
        new = running[self.end_at[running] < now]
        if len(new):
            self.is_learned[new] = True
            self.forest.learn(self.models.leaves, new, self.cells[new], 0.5 ** (len(new) / self.half))
        self.docket.settle(now, self.end_at, self.steering)

    def _forecast(self, block: Ints, now: float) -> None:
        spread = self._spread(self.forest.shares(self.models.leaves, block))
        self.kept[block] = spread.shares
        seen = np.flatnonzero(self.at < now)
        recent, is_known, weights, trust = self._lately(seen, now)
        first = len(Models.NAMES)
        self.points[block, first] = spread.lengths(0.0)
        for place, medians in enumerate(self.recent):
            for added, found in enumerate((medians.old(now, self.patience, block), medians.ended(now, block))):
                usual = self.points[block, 3 + place]
                self.points[block, first + 2 + 2 * added + place] = np.where(np.isnan(found), usual, found)
        self.points[block, first + 6] = spread.lengths(self.steering.probit(1))
        self.points[block, first + 1] = self.points[block, 0] * self._shift(recent, is_known, weights, now) ** trust
        shares = self._shares(recent, is_known, weights, now, trust)
        self.median[block] = blended(self.points[block], shares)
        if len(recent):
            self.steering.observe(self.reached[recent], is_known, weights, trust)
        self._levels(block, spread)

    def _spread(self, shares: Floats) -> Spread:
        return Spread(shares, self.forest.edges, self.models.longest)

    def _lately(self, seen: Ints, now: float) -> tuple[Ints, Bools, Floats, float]:
        """The moments forecast lately, which of them came true, how much each counts, and how far to trust them."""
        if not len(seen):
            return seen, np.zeros(0, dtype=np.bool_), np.zeros(0), 0.0
        if len(seen) > _LARGEST_SAMPLE:
            seen = np.sort(self.random.choice(seen, _LARGEST_SAMPLE, replace=False))
        is_known = self.end_at[seen] < now
        weights = 0.5 ** ((now - self.at[seen]) / self.memory)
        share = float((weights * is_known).sum() / weights.sum())
        ended = len(np.unique(self.case[seen[is_known]]))
        return seen, is_known, weights, share * ended / (ended + 30)

    def _shift(self, recent: Ints, is_known: Bools, weights: Floats, now: float) -> float:
        if not is_known.any():
            return 1.0
        guess = np.maximum(self.points[recent, 0], 1.0)
        gone = np.where(is_known, self.lengths[recent], now - self.at[recent])
        return float(np.clip(km_quantile(gone / guess, is_known, weights * guess, 0.5), 0.3, 3.0))

    def _shares(self, recent: Ints, is_known: Bools, weights: Floats, now: float, trust: float) -> Floats:
        """How much each way counts: at first as on held-out rows, then by its error on what came true lately."""
        prior = np.concatenate((self.shares, np.zeros(len(self.ADDED))))
        prior[len(self.shares)] = prior[2] = self.shares[2] / 2
        if not is_known.any():
            return prior
        true = recent[is_known]
        ages = np.sort(now - self.at[recent])
        waited = 1 - np.searchsorted(ages, self.lengths[true]) / len(ages)
        counted = weights[is_known] / np.maximum(waited, 0.05)
        errors = np.abs(self.points[true] - self.lengths[true][:, None])
        loss = (errors * counted[:, None]).sum(0) / counted.sum()
        merit = np.exp(-_SHARPNESS * (loss / max(float(loss.min()), 1e-9) - 1))
        merit[len(self.shares) + 1 :] *= _DOUBT
        found: Floats = trust * merit / merit.sum() + (1 - trust) * prior
        return found

    def _levels(self, block: Ints, spread: Spread) -> None:
        median = self.median[block]
        for place, level in enumerate(LEVELS):
            found = spread.lengths(self.steering.probit(place))
            if place in ALONE:
                self.docket.add(place, block, self.at[block] + found)
            bounded = np.minimum(found, median) if level < 0.5 else np.maximum(found, median)
            self.levels[block, place] = median if level == 0.5 else bounded
        low, high = self.at[block] + self.levels[block, LOW], self.at[block] + self.levels[block, HIGH]
        self.interval.promise(block, (low, high), (self.steering.probit(LOW), self.steering.probit(HIGH)))

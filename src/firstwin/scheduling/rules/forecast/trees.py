"""Decision trees over binned columns, grown level by level with histograms, so that whole arrays are worked on at once.

`MedianBoost` adds up small trees that each correct the sign of what is still wrong (gradient boosting for the absolute
error: Friedman 2001, LAD TreeBoost). `SpreadForest` keeps in every leaf how often each length was seen, so that a forecast
is a whole distribution (quantile regression forests: Meinshausen 2006) and can go on learning after it was grown.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]

_BINS = 32
_MOST_ROWS = 40_000


def group_quantiles(values: Floats, groups: NDArray[Any], count: int, level: float = 0.5) -> Floats:
    """The quantile of the values of each group 0..count-1; nothing known (nan) for a group without values."""
    order = np.lexsort((values, groups))
    ordered = values[order]
    sizes = np.bincount(groups, minlength=count)[:count]
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    low = starts + np.floor((sizes - 1) * level).astype(np.int64)
    high = starts + np.ceil((sizes - 1) * level).astype(np.int64)
    found = np.full(count, np.nan)
    seen = sizes > 0
    found[seen] = (ordered[low[seen]] + ordered[high[seen]]) / 2
    return found


class Binning:
    """Columns cut into at most 32 bins of about the same number of rows."""

    def __init__(self, columns: Floats) -> None:
        levels = np.linspace(0, 1, _BINS + 1)[1:-1]
        self.edges = [np.unique(np.quantile(column, levels, method="nearest")) for column in columns.T]

    def apply(self, columns: Floats) -> Bytes:
        """The bin of every cell."""
        binned = np.empty(columns.shape, np.uint8, order="F")
        for place, edges in enumerate(self.edges):
            binned[:, place] = np.searchsorted(edges, columns[:, place], side="left")
        return binned


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree as a heap: node n has the children 2n+1 and 2n+2; column -1 is a leaf."""

    columns: Ints
    cuts: Bytes
    depth: int

    def leaves(self, binned: Bytes) -> Ints:
        """The leaf that every row falls into."""
        node = np.zeros(len(binned), np.int64)
        rows = np.arange(len(binned))
        for _ in range(self.depth):
            column = self.columns[node]
            is_right = binned[rows, np.maximum(column, 0)] > self.cuts[node]
            node = np.where(column >= 0, 2 * node + 1 + is_right, node)
        return node


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How large a tree grows: its depth, the rows a leaf keeps at least, and the shares of rows and columns it looks at."""

    depth: int
    least: int
    rows: float
    columns: float


def grow(binned: Bytes, target: Floats, shape: Shape, random: np.random.Generator) -> tuple[Tree, Ints, Ints]:
    """A tree that splits where the squared error of the target falls most, the rows it saw, and their leaves."""
    total = len(binned)
    size = min(max(1, int(total * shape.rows)), _MOST_ROWS)
    rows = np.sort(random.choice(total, size, replace=False))
    seen, goal = np.asfortranarray(binned[rows]), target[rows]
    size = 2 ** (shape.depth + 1) - 1
    tree = Tree(np.full(size, -1, np.int64), np.zeros(size, np.uint8), shape.depth)
    node = np.zeros(len(rows), np.int64)
    live = np.arange(len(rows))
    for level in range(shape.depth):
        first = 2**level - 1
        used, place = np.unique(node[live] - first, return_inverse=True)
        width = binned.shape[1]
        columns = random.choice(width, max(1, int(width * shape.columns)), replace=False)
        column, cut = _best_cuts(seen, live, place, goal[live], columns, shape.least)
        tree.columns[first + used] = column
        tree.cuts[first + used] = cut
        is_split = column[place] >= 0
        live, place = live[is_split], place[is_split]
        if not len(live):
            break
        is_right = seen[live, column[place]] > cut[place]
        node[live] = 2 * node[live] + 1 + is_right
    return tree, rows, node


def _best_cuts(
    seen: Bytes, live: Ints, place: Ints, goal: Floats, columns: Ints, least: int
) -> tuple[Ints, NDArray[np.uint8]]:
    count = int(place[-1:].max(initial=0)) if not len(place) else int(place.max()) + 1
    size = np.bincount(place, minlength=count)
    total = np.bincount(place, weights=goal, minlength=count)
    best = np.full(count, 1e-12)
    best_column = np.full(count, -1, np.int64)
    best_cut = np.zeros(count, np.uint8)
    offset = place * _BINS
    before = total**2 / np.maximum(size, 1)
    for column in columns:
        cell = offset + seen[live, column]
        counts = np.bincount(cell, minlength=count * _BINS).reshape(count, _BINS).cumsum(1)[:, :-1]
        sums = np.bincount(cell, weights=goal, minlength=count * _BINS).reshape(count, _BINS).cumsum(1)[:, :-1]
        others = size[:, None] - counts
        gain = sums**2 / np.maximum(counts, 1) + (total[:, None] - sums) ** 2 / np.maximum(others, 1)
        gain = np.where((counts >= least) & (others >= least), gain - before[:, None], -1.0)
        cut = gain.argmax(1)
        reached = gain[np.arange(count), cut]
        is_better = reached > best
        best[is_better] = reached[is_better]
        best_column[is_better] = column
        best_cut[is_better] = cut[is_better]
    return best_column, best_cut


class MedianBoost:
    """Medians by gradient boosting of the absolute error."""

    def __init__(self, *, trees: int = 100, rate: float = 0.1, seed: int = 0) -> None:
        self.trees, self.rate, self.seed = trees, rate, seed
        self.shape = Shape(depth=5, least=20, rows=0.6, columns=0.6)
        self.grown: list[tuple[Tree, Floats]] = []
        self.middle = 0.0

    def fit(self, binned: Bytes, lengths: Floats) -> "MedianBoost":
        """Learn from rows whose lengths are known."""
        random = np.random.default_rng(self.seed)
        self.middle = float(np.median(lengths))
        guess = np.full(len(lengths), self.middle)
        for _ in range(self.trees):
            missing = lengths - guess
            tree, rows, leaves = grow(binned, np.sign(missing), self.shape, random)
            steps = np.nan_to_num(group_quantiles(missing[rows], leaves, len(tree.columns))) * self.rate
            guess += steps[tree.leaves(binned)]
            self.grown.append((tree, steps))
        return self

    def predict(self, binned: Bytes) -> Floats:
        """The median of every row."""
        guess = np.full(len(binned), self.middle)
        for tree, steps in self.grown:
            guess += steps[tree.leaves(binned)]
        return guess


class SpreadForest:
    """Distributions by a forest whose leaves count how often each length was seen, and forget slowly."""

    def __init__(self, *, trees: int = 30, lengths: int = 100, seed: int = 1) -> None:
        self.trees, self.seed, self.wanted = trees, seed, lengths
        self.shape = Shape(depth=9, least=20, rows=0.5, columns=0.4)
        self.grown: list[tuple[Tree, Ints]] = []
        self.counts: list[Floats] = []
        self.edges: Floats = np.zeros(0)
        self.typical: Floats = np.zeros(1)

    def fit(self, binned: Bytes, lengths: Floats) -> "SpreadForest":
        """Learn from rows whose lengths are known."""
        random = np.random.default_rng(self.seed)
        self._cut(lengths)
        cells = self.cells_of(lengths)
        typical = group_quantiles(lengths, cells, len(self.edges) + 1)
        self.typical = np.maximum.accumulate(np.where(np.isnan(typical), 0.0, typical))
        target = np.sqrt(lengths)
        target = target - target.mean()
        width = len(self.typical)
        for _ in range(self.trees):
            tree, _, _ = grow(binned, target, self.shape, random)
            used, place = np.unique(tree.leaves(binned), return_inverse=True)
            numbers = np.full(len(tree.columns), -1, np.int64)
            numbers[used] = np.arange(len(used))
            counted = np.bincount(place * width + cells, minlength=len(used) * width)
            self.grown.append((tree, numbers))
            self.counts.append(counted.reshape(len(used), width).astype(np.float64))
        return self

    def _cut(self, lengths: Floats) -> None:
        """Half of the cells hold the same number of rows, half the same sum of roots: long tails stay fine enough."""
        ordered = np.sort(lengths)
        mass = np.cumsum(np.sqrt(ordered))
        levels = np.linspace(0, 1, self.wanted // 2 + 1)[1:-1]
        by_mass = ordered[np.minimum(np.searchsorted(mass, levels * mass[-1]), len(ordered) - 1)]
        self.edges = np.unique(np.concatenate((np.quantile(ordered, levels), by_mass)))

    def cells_of(self, lengths: Floats) -> Ints:
        """The cell of the histograms that a length belongs to."""
        return np.searchsorted(self.edges, lengths, side="left")

    def leaves(self, binned: Bytes) -> list[Ints]:
        """The leaf of every row in every tree; one that no row fell into before counts as the first."""
        return [np.maximum(numbers[tree.leaves(binned)], 0) for tree, numbers in self.grown]

    def shares(self, leaves: list[Ints], rows: Ints) -> Floats:
        """For some rows the share of lengths up to each cell."""
        total = np.zeros((len(rows), len(self.typical)))
        for counted, leaf in zip(self.counts, leaves, strict=True):
            seen = counted[leaf[rows]]
            total += seen / np.maximum(seen.sum(1, keepdims=True), 1e-12)
        reached: Floats = np.cumsum(total / total.sum(1, keepdims=True), axis=1)
        return reached

    def learn(self, leaves: list[Ints], rows: Ints, cells: Ints, keep: float) -> None:
        """Add rows whose lengths became known; `keep` is how much what was known before still counts."""
        for counted, leaf in zip(self.counts, leaves, strict=True):
            counted *= keep
            np.add.at(counted, (leaf[rows], cells), 1.0)

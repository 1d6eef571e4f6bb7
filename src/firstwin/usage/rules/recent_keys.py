"""Which events may have come before, told without looking through all that the store has."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]


class RecentKeys:
    """An event surely came for the first time when half of its key is unknown: 8 bytes in memory for each that came.

    All that arrived at `since` or later has to be in here; what came before may be. Sorted runs, each more than twice as
    long as the next, so that adding costs little and looking up a few searches.
    """

    def __init__(self, *, since: datetime) -> None:
        self.since = since
        self._runs: list[Keys] = []

    def __len__(self) -> int:
        return sum(map(len, self._runs))

    def add(self, keys: Keys) -> None:
        """Remember keys; twice changes nothing but the room that they take."""
        run = np.sort(keys)
        while self._runs and len(self._runs[-1]) <= 2 * len(run):
            run = np.sort(np.concatenate((self._runs.pop(), run)), kind="stable")
        if len(run):
            self._runs.append(run)

    def may_hold(self, keys: Keys) -> NDArray[np.bool_]:
        """Say of each key whether it may have come; no is certain."""
        order = np.argsort(keys)  # looked up in order, neighbours are near each other
        wanted = keys[order]
        is_in = np.zeros(len(keys), dtype=np.bool_)
        for run in self._runs:
            places = np.searchsorted(run, wanted)
            is_in |= run[np.minimum(places, len(run) - 1)] == wanted
        found = np.empty_like(is_in)
        found[order] = is_in
        return found


def halves(keys: Iterable[int]) -> Keys:
    """Keys are fingerprints of 128 bits; the first half of them tells nearly all apart."""
    return np.fromiter((key >> 64 for key in keys), dtype=np.uint64)

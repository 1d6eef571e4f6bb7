"""What a benchmark hands to the harness.

A benchmark is a module benchmarks/<name>.py with `def run(bench: Bench) -> None`. The harness makes an empty, migrated
database (SQLite, then PostgreSQL), calls `run`, and prints what was measured. No benchmark asserts a time.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

ROUNDS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure: all samples, their unit, the goal in words, and whether the median meets it."""

    name: str
    unit: str
    samples: tuple[float, ...]
    goal: str = ""
    is_met: bool | None = None

    @property
    def median(self) -> float:
        """Return the median of the samples."""
        return statistics.median(self.samples)


@dataclass(slots=True)
class Bench:
    """What one benchmark measures on one database (`vendor` is "sqlite" or "postgresql")."""

    vendor: str
    figures: list[Figure] = field(default_factory=list)

    def note(
        self,
        name: str,
        samples: Sequence[float] | float,
        *,
        unit: str,
        goal: str = "",
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> float:
        """Keep a figure measured by the benchmark itself, and return its median; `at_most` or `at_least` is the goal as a
        number.
        """
        values = (samples,) if isinstance(samples, int | float) else tuple(samples)
        figure = Figure(name=name, unit=unit, samples=values, goal=goal)
        met = None if at_most is None else figure.median <= at_most
        if at_least is not None:
            met = figure.median >= at_least
        self.figures.append(Figure(name=name, unit=unit, samples=values, goal=goal, is_met=met))
        return figure.median

    def time(
        self,
        name: str,
        action: Callable[[], object],
        *,
        rounds: int = ROUNDS,
        warm_up: int = 1,
        before: Callable[[], object] | None = None,
        goal: str = "",
        at_most: float | None = None,
    ) -> float:
        """Time an action over some rounds after a warm-up, in milliseconds, and return the median."""
        samples = []
        for turn in range(warm_up + rounds):
            if before is not None:
                before()
            start = time.perf_counter()
            action()
            if turn >= warm_up:
                samples.append((time.perf_counter() - start) * 1000)
        return self.note(name, samples, unit="ms", goal=goal, at_most=at_most)

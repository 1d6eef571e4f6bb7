"""How the end of a project moved, drawn as steps over time: each step in the colour and pattern of its side."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from firstwin.projects.contracts.ledger import DayEntry, DayLedger, LedgerSide
from firstwin.shared import wording

HEIGHT = 280
_TOP, _BOTTOM = 34, 34
_SHORTEST = timedelta(days=14)
_WIDTH = 1000
_THINNEST = 9
"""Of a width of 1000: a thinner step could not be seen."""
_LABELS = 3
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Days in a row for one reason: a slope over the time that they took, a bar where that was a day or two.

    `points` and `line` lie on a width of 1000 and a height in pixels; `x` (of 1000), `top` and `foot` are its place.
    """

    side: LedgerSide
    points: str
    line: str
    x: float
    top: float
    foot: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Words on the drawing; `x` is a percent of the width."""

    x: float
    y: float
    text: str
    anchor: str = "middle"
    is_wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The whole drawing. `now` is where the end stands, `zero` where it was planned."""

    height: int
    foot: int
    zero: float
    zero_shift: int
    steps: tuple[Step, ...]
    levels: tuple[str, ...]
    grid: tuple[Label, ...]
    months: tuple[Label, ...]
    labels: tuple[Label, ...]
    now: Label


def chart_of(ledger: DayLedger) -> Chart | None:
    """Return the drawing of a ledger; None while nothing moved."""
    return _Drawing(ledger).chart() if ledger.entries else None


def signed(days: int) -> str:
    """Return days with their sign, as they are told in tables: "+3", "−2"."""
    return f"+{days}" if days > 0 else f"−{-days}" if days < 0 else "0"


class _Drawing:
    def __init__(self, ledger: DayLedger) -> None:
        self.ledger = ledger
        self.entries = ledger.entries
        self.first = min(ledger.counted_from, *(entry.since for entry in self.entries))
        last = max(ledger.counted_until, *(entry.on for entry in self.entries)) + _DAY
        self.last = max(last, self.first + _SHORTEST)
        totals = [0]
        for entry in self.entries:
            totals.append(totals[-1] + entry.days)
        self.totals = totals
        self.low, self.high = min(totals), max(totals)

    def x(self, on: date) -> float:
        return round((on - self.first).days / (self.last - self.first).days * _WIDTH, 1)

    def y(self, days: int) -> float:
        room = HEIGHT - _TOP - _BOTTOM
        return round(_TOP + (self.high - days) / max(self.high - self.low, 1) * room, 1)

    def chart(self) -> Chart:
        end = self.totals[-1]
        return Chart(
            height=HEIGHT,
            foot=HEIGHT - 8,
            zero=self.y(0),
            zero_shift=14 if self.high > 0 else -6,
            steps=tuple(self._steps()),
            levels=tuple(self._levels()),
            grid=tuple(Label(x=0, y=self.y(days), text=signed(days)) for days in self._ticks()),
            months=tuple(self._months()),
            labels=tuple(self._labels()),
            now=Label(x=100, y=max(self.y(end) - 8, 14), text=f"{signed(end)} now", anchor="end"),
        )

    def _steps(self) -> Iterable[Step]:
        for entry, before, after in zip(self.entries, self.totals, self.totals[1:], strict=False):
            begin, end = self._span(entry)
            old, new = self.y(before), self.y(after)
            is_slope = (entry.on - entry.since).days > 1
            corners = [(begin, old), (end, old), (end, new)] if is_slope else self._bar(begin, end, old, new)
            yield Step(
                side=entry.side,
                points=_points(corners),
                line=_points([(begin, old), (end, new)] if is_slope else [(end, old), (end, new)]),
                x=(begin + end) / 2,
                top=min(old, new),
                foot=max(old, new),
                title=f"{said(entry)}: {signed(entry.days)}",
            )

    def _span(self, entry: DayEntry) -> tuple[float, float]:
        begin = min(self.x(entry.since), _WIDTH - _THINNEST)
        return begin, min(max(self.x(entry.on + _DAY), begin + _THINNEST), _WIDTH)

    @staticmethod
    def _bar(begin: float, end: float, old: float, new: float) -> list[tuple[float, float]]:
        return [(begin, old), (end, old), (end, new), (begin, new)]

    def _levels(self) -> Iterable[str]:
        """The line between the steps: where the end stood meanwhile."""
        spans = [self._span(entry) for entry in self.entries]
        begins = [*(begin for begin, _ in spans), float(_WIDTH)]
        for level, begin, until in zip(self.totals, [0.0, *(end for _, end in spans)], begins, strict=True):
            if until > begin:
                yield _points([(begin, self.y(level)), (until, self.y(level))])

    def _ticks(self) -> list[int]:
        span = self.high - self.low
        step = next((one for one in _STEPS if span / one <= 5), 1000)
        low = -(-self.low // step) * step
        return [days for days in range(low, self.high + 1, step) if days]

    def _months(self) -> Iterable[Label]:
        span = (self.last - self.first).days
        every = timedelta(days=max(span // 6, 1))
        on, number = self.first, 0
        while on <= self.last - every / 2:
            text = wording.short_day(on, today=self.ledger.counted_until)
            anchor = "start" if number == 0 else "middle"
            yield Label(x=self.x(on) / 10, y=0, text=text, anchor=anchor, is_wide=number % 2 == 1)
            on, number = on + every, number + 1

    def _labels(self) -> Iterable[Label]:
        """The steps that moved the end most are named, those that would cover each other are not."""
        taken: list[float] = []
        ranked = sorted(zip(self.entries, self._steps(), strict=True), key=lambda pair: -abs(pair[0].days))
        for entry, step in ranked[: _LABELS * 2]:
            x = min(max(step.x / 10, 14), 82)
            name = entry.task_name or entry.words
            if len(taken) == _LABELS or abs(entry.days) < 2 or any(abs(x - other) < 24 for other in taken):
                continue
            taken.append(x)
            y = step.top - 8 if entry.days > 0 else step.foot + 16
            yield Label(x=x, y=min(y, HEIGHT - _BOTTOM - 4), text=f"{_short(name)} {signed(entry.days)}")


def _points(corners: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def said(entry: DayEntry) -> str:
    """Return an entry in a few words: what for, and why."""
    return f"{entry.task_name}, {entry.words[0].lower()}{entry.words[1:]}" if entry.task_name else entry.words


def _short(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:25].rstrip()}…"

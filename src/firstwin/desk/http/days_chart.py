"""How the end of a project moved, drawn as steps over time: each step in the colour and pattern of its side."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from firstwin.projects.contracts.ledger import DayEntry, DayLedger, LedgerSide
from firstwin.shared import wording

HEIGHT = 294
_TOP, _BOTTOM = 34, 48
"""Pixels above and below all steps: room for a line of words above, for one and the days of the axis below."""
NARROWEST = 500
"""Pixels of width from which on steps are named (days.css hides names below it)."""
_SHORTEST = timedelta(days=14)
_WIDTH = 1000
_THINNEST = 9
"""Of a width of 1000: a thinner step could not be seen."""
_LABELS = 3
_LINE, _DESCENT = 16, 4
"""Pixels of a line of words, and of what hangs below the line on which they stand."""
_LETTER, _WIDE = 7.5, 14.0
"""Pixels of a letter, which is more than most take up, and of a Chinese, Japanese or Korean one."""
_GAP = 2.0
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Days in a row for one reason: a slope over the time that they took, a bar where that was a day or two.

    `points` and `line` lie on a width of 1000 and a height in pixels, as do `begin`, `end` and the heights of its line at
    both; its area lies between the line and `old`, where the end stood before.
    """

    side: LedgerSide
    points: str
    line: str
    begin: float
    end: float
    old: float
    first: float
    last: float
    title: str

    def is_hit(self, box: "Box") -> bool:
        """Return whether a box lies on the area, or next to it."""
        left, right = max(box.left, self.begin), min(box.right, self.end)
        if left > right:
            return False
        slope = (self.last - self.first) / (self.end - self.begin)
        heights = (self.old, self.first + slope * (left - self.begin), self.first + slope * (right - self.begin))
        return box.top < max(heights) + _GAP and box.foot > min(heights) - _GAP


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The room of a line, or of words where the drawing is narrowest: on a width of 1000, and a height in pixels."""

    left: float
    right: float
    top: float
    foot: float

    def is_hit(self, other: "Box") -> bool:
        """Return whether two boxes have something in common."""
        is_beside = self.right <= other.left or other.right <= self.left
        return not (is_beside or self.foot <= other.top or other.foot <= self.top)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Words on the drawing; `x` is a percent of the width."""

    x: float
    y: float
    text: str
    is_wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The whole drawing. `now` is where the end stands, `zero` where it was planned."""

    height: int
    foot: int
    zero: float
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
            steps=tuple(self._steps()),
            levels=tuple(_points([(one.left, one.top), (one.right, one.foot)]) for one in self._levels()),
            grid=tuple(Label(x=0, y=self.y(days), text=signed(days)) for days in self._ticks()),
            months=tuple(self._months()),
            labels=tuple(self._labels()),
            now=Label(x=100, y=self.y(end), text=f"{signed(end)} now"),
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
                begin=begin,
                end=end,
                old=old,
                first=old if is_slope else new,
                last=new,
                title=f"{said(entry)}: {signed(entry.days)}",
            )

    def _span(self, entry: DayEntry) -> tuple[float, float]:
        begin = min(self.x(entry.since), _WIDTH - _THINNEST)
        return begin, min(max(self.x(entry.on + _DAY), begin + _THINNEST), _WIDTH)

    @staticmethod
    def _bar(begin: float, end: float, old: float, new: float) -> list[tuple[float, float]]:
        return [(begin, old), (end, old), (end, new), (begin, new)]

    def _levels(self) -> Iterable[Box]:
        """The lines between the steps: where the end stood meanwhile."""
        spans = [self._span(entry) for entry in self.entries]
        begins = [*(begin for begin, _ in spans), float(_WIDTH)]
        for level, begin, until in zip(self.totals, [0.0, *(end for _, end in spans)], begins, strict=True):
            if until > begin:
                yield Box(left=begin, right=until, top=self.y(level), foot=self.y(level))

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
            yield Label(x=self.x(on) / 10, y=0, text=text, is_wide=number % 3 != 0)
            on, number = on + every, number + 1

    def _labels(self) -> Iterable[Label]:
        """The steps that moved the end most are named, each where its name covers no step, no line and no other name; one
        that finds no such place is not.
        """
        steps, named = list(self._steps()), 0
        taken: list[Step | Box] = [*steps, *self._levels()]
        for entry, step in sorted(zip(self.entries, steps, strict=True), key=lambda pair: -abs(pair[0].days)):
            if named == _LABELS or abs(entry.days) < 2:
                break
            text = f"{_short(entry.task_name or entry.words)} {signed(entry.days)}"
            box = next((box for box in _places(step, text) if not any(one.is_hit(box) for one in taken)), None)
            if box is not None:
                taken.append(box)
                named += 1
                yield Label(x=round((box.left + box.right) / 20, 2), y=box.foot - _DESCENT, text=text)


def _places(step: Step, text: str) -> Iterable[Box]:
    """Where the name of a step may stand, the best place first: above it or below it, in its middle or at one of its ends."""
    half = _width(text) / 2
    high, low = min(step.old, step.last) - 4, max(step.old, step.last) + 3 + _LINE
    middle = (step.begin + step.end) / 2
    for foot in (high, low) if step.last < step.old else (low, high):
        for x in (middle, step.end - half, step.begin + half, step.begin - half - _GAP, step.end + half + _GAP):
            if half <= x <= _WIDTH - half:
                yield Box(left=x - half, right=x + half, top=foot - _LINE, foot=foot)


def _width(text: str) -> float:
    """How wide words are at most, of a width of 1000, where the drawing is narrowest."""
    pixels = sum(_WIDE if unicodedata.east_asian_width(letter) in "WF" else _LETTER for letter in text)
    return pixels / NARROWEST * _WIDTH


def _points(corners: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def said(entry: DayEntry) -> str:
    """Return an entry in a few words: what for, and why."""
    return f"{entry.task_name}, {entry.words[0].lower()}{entry.words[1:]}" if entry.task_name else entry.words


def _short(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:25].rstrip()}…"

"""A figure as a page shows it: a question, what was found, a drawing, the same as a table, and that table as CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from firstwin.desk.http.usage.plots import Plot


class Kind(StrEnum):
    """What stands in a column of a table."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    DAYS = "days"
    DAY = "day"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column."""

    label: str
    kind: Kind = Kind.TEXT

    @property
    def is_number(self) -> bool:
        """Return whether its cells stand at the end."""
        return self.kind not in {Kind.TEXT, Kind.DAY}

    @property
    def is_share(self) -> bool:
        """Return whether its cells may be drawn as bars."""
        return self.kind is Kind.SHARE


@dataclass(frozen=True, slots=True)
class Cell:
    """What a table shows of a value: a number with its label, for a phone, and a share with the length of its bar."""

    text: str
    is_number: bool
    label: str = ""
    share: float | None = None

    @property
    def meter(self) -> float:
        """Return how long the bar of a share is."""
        return round(min(max(self.share or 0.0, 0.0), 1.0) * 100, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A figure. `said` is the finding with its base; `empty` stands where there is too little to draw."""

    key: str
    title: str
    said: str
    heads: tuple[Head, ...]
    rows: Sequence[Sequence[object]]
    plot: Plot | None = None
    note: str = ""
    empty: str = ""

    @property
    def shown(self) -> list[list[Cell]]:
        """Return the cells of the table in words."""
        return [[_cell(value, head) for value, head in zip(row, self.heads, strict=True)] for row in self.rows]

    @property
    def labels(self) -> list[str]:
        """Return the heads as CSV has them."""
        return [head.label for head in self.heads]

    @property
    def plain(self) -> list[list[object]]:
        """Return the values as CSV has them: shares as fractions, durations in seconds, days as dates."""
        return [[_plain(value) for value in row] for row in self.rows]


def said(value: object, kind: Kind) -> str:
    """Return a value in words; nothing for None."""
    match value:
        case None:
            return "–"
        case date():
            return f"{value:%-d %b %Y}"
        case int() | float() if kind is Kind.SHARE:
            return percent(value)
        case int() | float() if kind is Kind.DURATION:
            return duration(value)
        case float() if kind is Kind.DAYS:
            return f"{value:,.1f}"
        case int() | float():
            return f"{value:,.10g}"
        case _:
            return str(value)


def percent(share: float) -> str:
    """Return a share in percent; only nothing is 0 %, and only all of it is 100 %."""
    rounded = round(share * 100)
    if share > 0 and rounded == 0:
        return "< 1 %"
    if share < 1 and rounded == 100:
        return "> 99 %"
    return f"{rounded} %"


def signed_percent(share: float) -> str:
    """Return a change in percent with its sign."""
    rounded = round(share * 100)
    return f"+{rounded} %" if rounded > 0 else f"−{-rounded} %" if rounded < 0 else "±0 %"


def duration(seconds: float) -> str:
    """Return a length of time in its largest unit that fits: "40 s", "12 min", "3.5 h", "2.1 days"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 36 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:.1f} days"


def many(count: int, one: str, more: str = "") -> str:
    """Return a count with its noun: "1 account", "48 accounts"."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def _cell(value: object, head: Head) -> Cell:
    share = float(value) if head.is_share and isinstance(value, int | float) else None
    return Cell(said(value, head.kind), head.is_number, head.label if head.is_number else "", share)


def _plain(value: object) -> object:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return "" if value is None else value

"""Drawings of figures: lines over time, steps with a band, and columns, each placed on a width of 1000 by a height in pixels.

Words are placed in percent of the width, so that they keep their size however wide the drawing gets.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

HEIGHT = 260
_TOP, _FOOT = 28, 30
_WIDTH = 1000
_APART = 15
"""Names of lines closer than so many pixels could not be read."""
_MOST_GRID = 5
_MOST_DOTS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A line: its name, its tone (a state colour, or "accent"), its points, and perhaps a band around it."""

    name: str
    tone: str
    points: Sequence[tuple[float, float]]
    band: Sequence[tuple[float, float, float]] = ()
    titles: Sequence[str] = ()
    is_step: bool = False
    is_dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a histogram; `is_soft` for one that is not final, such as a week that is not over."""

    name: str
    value: float
    title: str
    said: str = ""
    tone: str = "accent"
    is_soft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Words on the drawing; `x` is a percent of the width."""

    x: float
    y: float
    text: str
    anchor: str = "middle"
    tone: str = ""
    is_wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A line or an area, its corners as SVG wants them."""

    points: str
    tone: str
    is_dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A place on a line that says its value when pointed at."""

    x: float
    y: float
    tone: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A column as it is drawn; `x` and `width` are percent of the width."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    title: str
    is_soft: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """The whole drawing; `summary` is what a screen reader hears."""

    summary: str
    height: int = HEIGHT
    foot: int = HEIGHT - 8
    base: float = HEIGHT - _FOOT
    grid: tuple[Label, ...] = ()
    lines: tuple[Path, ...] = ()
    bands: tuple[Path, ...] = ()
    dots: tuple[Dot, ...] = ()
    bars: tuple[Bar, ...] = ()
    labels: tuple[Label, ...] = ()
    marks: tuple[Label, ...] = ()
    target: Label | None = None


@dataclass(slots=True)
class _Scale:
    low_x: float
    high_x: float
    top: float
    step: float
    is_share: bool
    ticks: list[float] = field(default_factory=list)

    def x(self, value: float) -> float:
        return round((value - self.low_x) / max(self.high_x - self.low_x, 1e-9) * _WIDTH, 1)

    def y(self, value: float) -> float:
        return round(_TOP + (1 - min(value / self.top, 1.0)) * (HEIGHT - _TOP - _FOOT), 1)

    def said(self, value: float) -> str:
        return f"{value:.0%}".replace("%", " %") if self.is_share else f"{value:,.10g}"


def lines(
    series: Sequence[Series],
    *,
    summary: str,
    marks: Iterable[tuple[float, str]],
    target: tuple[float, str] | None = None,
    is_share: bool = False,
) -> Plot | None:
    """Draw lines over a common axis; `marks` are places on it with their words. None where there is nothing to draw."""
    points = [point for one in series for point in one.points]
    if not points:
        return None
    xs = [x for x, _ in points]
    highest = max(y for _, y in points)
    scale = _scale(min(xs), max(xs), max(highest, target[0] if target else 0.0), is_share=is_share)
    return Plot(
        summary=summary,
        grid=_grid(scale),
        bands=tuple(Path(points=_band(one, scale), tone=one.tone) for one in series if one.band),
        lines=tuple(Path(points=_line(one, scale), tone=one.tone, is_dashed=one.is_dashed) for one in series),
        dots=tuple(dot for one in series for dot in _dots(one, scale)),
        labels=_names(series, scale),
        marks=_marks(marks, scale),
        target=_target(target, scale),
    )


def columns(
    found: Sequence[Column], *, summary: str, target: tuple[float, str] | None = None, is_share: bool = False
) -> Plot | None:
    """Draw columns side by side, each with its name below; of many only some are named. None without any."""
    if not any(one.value for one in found):
        return None
    highest = max(one.value for one in found)
    scale = _scale(0, 1, max(highest, target[0] if target else 0.0), is_share=is_share)
    room = 100 / len(found)
    every = max(len(found) // 8, 1)
    bars, labels, marks = [], [], []
    for number, one in enumerate(found):
        y = scale.y(one.value)
        middle = round((number + 0.5) * room, 2)
        bars.append(
            Bar(
                x=round(number * room + room * 0.12, 2),
                y=y,
                width=round(room * 0.76, 2),
                height=round(HEIGHT - _FOOT - y, 1),
                tone=one.tone,
                title=one.title,
                is_soft=one.is_soft,
            )
        )
        if one.said:
            labels.append(Label(x=middle, y=y - 6, text=one.said, is_wide=len(found) > 8))
        if number % every == 0:
            marks.append(Label(x=middle, y=0, text=one.name, is_wide=len(found) > 8 and (number // every) % 2 == 1))
    return Plot(
        summary=summary,
        grid=_grid(scale),
        bars=tuple(bars),
        labels=tuple(labels),
        marks=tuple(marks),
        target=_target(target, scale),
    )


def _scale(low: float, high: float, highest: float, *, is_share: bool) -> _Scale:
    step = _step(highest, is_share=is_share)
    count = max(math.ceil(highest / step - 1e-9), 1)
    ticks = [round(step * number, 6) for number in range(1, count + 1)]
    return _Scale(low, high, ticks[-1], step, is_share, ticks)


def _step(highest: float, *, is_share: bool) -> float:
    """Return the distance of lines of the grid: 1, 2 or 5 times a power of ten; whole numbers for counts."""
    if highest <= 0:
        return 0.25 if is_share else 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    for factor in (0.1, 0.2, 0.25, 0.5, 1.0, 2.0):
        step = factor * power
        if highest / step <= _MOST_GRID and (is_share or step >= 1):
            return step
    return max(power, 0.01 if is_share else 1.0)


def _grid(scale: _Scale) -> tuple[Label, ...]:
    return tuple(Label(x=0, y=scale.y(tick), text=scale.said(tick), anchor="start") for tick in scale.ticks)


def _line(series: Series, scale: _Scale) -> str:
    corners: list[tuple[float, float]] = []
    for x, y in series.points:
        if series.is_step and corners:
            corners.append((scale.x(x), corners[-1][1]))
        corners.append((scale.x(x), scale.y(y)))
    return _points(corners)


def _band(series: Series, scale: _Scale) -> str:
    lower: list[tuple[float, float]] = []
    upper: list[tuple[float, float]] = []
    for x, low, high in series.band:
        if series.is_step and lower:
            lower.append((scale.x(x), lower[-1][1]))
            upper.append((scale.x(x), upper[-1][1]))
        lower.append((scale.x(x), scale.y(low)))
        upper.append((scale.x(x), scale.y(high)))
    return _points([*lower, *reversed(upper)])


def _points(corners: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in corners)


def _dots(series: Series, scale: _Scale) -> Iterable[Dot]:
    if not series.titles or len(series.points) > _MOST_DOTS:
        return
    for (x, y), title in zip(series.points, series.titles, strict=True):
        yield Dot(x=round(scale.x(x) / 10, 2), y=scale.y(y), tone=series.tone, title=title)


def _names(series: Sequence[Series], scale: _Scale) -> tuple[Label, ...]:
    """Write the name of each line at its end, pushed apart where ends lie close together."""
    ends = sorted(((_name_y(one, scale), one) for one in series if one.name and one.points), key=lambda end: end[0])
    found: list[Label] = []
    for wanted, one in ends:
        y = found[-1].y + _APART if found and wanted - found[-1].y < _APART else wanted
        found.append(Label(x=100, y=y, text=one.name, anchor="end", tone=one.tone))
    return tuple(found)


def _name_y(series: Series, scale: _Scale) -> float:
    """Return where a name stands free of its line: below the end of one that falls, above the end of another."""
    values = [y for _, y in series.points[-2:]]
    end = scale.y(values[-1])
    return end + 18 if values[0] > values[-1] and end + 24 < HEIGHT - _FOOT else max(end - 8, 12.0)


def _marks(marks: Iterable[tuple[float, str]], scale: _Scale) -> tuple[Label, ...]:
    found = []
    for number, (place, text) in enumerate(marks):
        x = scale.x(place) / 10
        anchor = "start" if x < 6 else "end" if x > 94 else "middle"
        found.append(Label(x=round(x, 2), y=0, text=text, anchor=anchor, is_wide=number % 2 == 1))
    return tuple(found)


def _target(target: tuple[float, str] | None, scale: _Scale) -> Label | None:
    return Label(x=0, y=scale.y(target[0]), text=target[1], anchor="start") if target else None

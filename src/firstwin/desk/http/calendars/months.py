"""The days of a calendar laid out by week and month, for the month and year view."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from firstwin.calendars.contracts import DayState, ExplainedDay

_LOOKS = {
    DayState.WORKING: ("", ""),
    DayState.WEEKEND: ("closed", ""),
    DayState.HOLIDAY: ("holiday", "confetti"),
    DayState.OFF: ("holiday", "door-off"),
    DayState.LEAVE: ("leave", "beach"),
    DayState.PART: ("part", "clock"),
    DayState.EXTRA: ("extra", "briefcase"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One day as the view shows it."""

    on: date
    look: str
    icon: str
    text: str
    is_today: bool
    is_outside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month by weeks; days of its neighbours fill the first and the last week."""

    first_on: date
    weeks: tuple[tuple[Cell, ...], ...]


def bounds(first: date) -> tuple[date, date]:
    """Return the Monday before a month's first day and the Sunday after its last."""
    last = next_month(first) - timedelta(days=1)
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def next_month(first: date) -> date:
    """Return the first day of the month after."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def month_before(first: date) -> date:
    """Return the first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def month_of(first: date, days: Iterable[ExplainedDay], today: date) -> Month:
    """Lay a month out."""
    begin, end = bounds(first)
    cells = [_cell(day, first, today) for day in days if begin <= day.on <= end]
    return Month(first_on=first, weeks=_weeks(cells))


def _weeks(cells: Sequence[Cell]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(cells[at : at + 7]) for at in range(0, len(cells), 7))


def _cell(day: ExplainedDay, month: date, today: date) -> Cell:
    look, icon = _LOOKS[day.state]
    text = day.reason if day.state not in (DayState.WORKING, DayState.WEEKEND) else ""
    return Cell(
        on=day.on,
        look=look,
        icon=icon,
        text=text,
        is_today=day.on == today,
        is_outside=(day.on.year, day.on.month) != (month.year, month.month),
    )

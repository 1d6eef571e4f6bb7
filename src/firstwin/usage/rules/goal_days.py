"""When goals about days of activity are reached: pure, from the days on which an account did anything."""

import math
from collections.abc import Sequence
from datetime import date, timedelta

from firstwin.scheduling.contracts import Span
from firstwin.usage.rules import goals

_DAY = timedelta(days=1)


def days_of(span: Span) -> int:
    """A window counts whole days: one that is begun counts as well."""
    return math.ceil(goals.length(span) / _DAY)


def active_within(days: Sequence[date], *, asked: int, within: Span, last: date) -> tuple[date | None, int]:
    """So many days of activity lie within a time: reached on the last of them; the figure counts the time until now.

    `days` are in order, each once; `last` is the day that it is now.
    """
    window = days_of(within)
    reached = next((on for first, on in zip(days, days[asked - 1 :], strict=False) if (on - first).days < window), None)
    return reached, sum((last - on).days < window for on in days)


def stayed(days: Sequence[date], *, length: Span) -> tuple[date | None, int]:
    """An account stays as long as it comes back: reached on the first day of activity that lies so long after the first one.

    The figure is how long it stayed so far, in days.
    """
    asked = days_of(length)
    reached = next((on for on in days if (on - days[0]).days >= asked), None)
    return reached, (days[-1] - days[0]).days if days else 0

"""What crosses the border of scheduling: spans of time, working calendars, plan networks and their dates."""

import re
from dataclasses import dataclass
from enum import StrEnum


class SpanUnit(StrEnum):
    """How a span counts."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"


class InvalidSpanError(ValueError):
    """A text is not a span such as 24h, 5wd or -30d."""


@dataclass(frozen=True, slots=True, order=False)
class Span:
    """A signed length of time: 24h (hours of the clock), 5wd (working days), 30d (calendar days), 2w (calendar weeks)."""

    amount: int
    unit: SpanUnit

    def __str__(self) -> str:
        suffix = {SpanUnit.HOURS: "h", SpanUnit.WORKING_DAYS: "wd", SpanUnit.CALENDAR_DAYS: "d"}[self.unit]
        return f"{self.amount}{suffix}"


_SPAN = re.compile(r"^\s*([+-]?\d{1,5})\s*(wd|d|h|w)\s*$")


def parse_span(text: str) -> Span:
    """Read a span such as 24h, 5wd, -30d or 2w; raises InvalidSpanError."""
    match = _SPAN.match(text)
    if match is None:
        raise InvalidSpanError(f"{text!r} is not a length of time: write 24h, 5wd (working days), 30d or 2w")
    amount = int(match.group(1))
    match match.group(2):
        case "h":
            return Span(amount, SpanUnit.HOURS)
        case "wd":
            return Span(amount, SpanUnit.WORKING_DAYS)
        case "w":
            return Span(amount * 7, SpanUnit.CALENDAR_DAYS)
        case _:
            return Span(amount, SpanUnit.CALENDAR_DAYS)


class LinkType(StrEnum):
    """Which end of the predecessor binds which end of the successor."""

    FINISH_TO_START = "finish_to_start"
    START_TO_START = "start_to_start"
    FINISH_TO_FINISH = "finish_to_finish"
    START_TO_FINISH = "start_to_finish"

"""What crosses the border of scheduling: spans of time, working calendars, plan networks and their dates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from functools import lru_cache

import msgspec

from firstwin.shared.errors import InvalidInputError

PLAN_YEARS = range(2000, 2101)
"""Years of which people give dates of plans and days of calendars; any other is a slip."""

CALENDAR_YEARS = range(1900, 2201)
"""Years that a calendar reaches, whoever wrote its rules."""


class SpanUnit(StrEnum):
    """How a span counts."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"
    WORKING_HOURS = "working_hours"


class InvalidSpanError(ValueError):
    """A text is not a span such as 24h, 5wd or -30d."""


@dataclass(frozen=True, slots=True, order=False)
class Span:
    """A signed length of time: 24h (hours of the clock), 8wh (working hours, breaks left out), 5wd (working days), 30d
    (calendar days), 2w (calendar weeks).
    """

    amount: int
    unit: SpanUnit

    def __str__(self) -> str:
        return f"{self.amount}{_SUFFIXES[self.unit]}"


_SUFFIXES = {
    SpanUnit.HOURS: "h",
    SpanUnit.WORKING_HOURS: "wh",
    SpanUnit.WORKING_DAYS: "wd",
    SpanUnit.CALENDAR_DAYS: "d",
}
_UNITS = {suffix: unit for unit, suffix in _SUFFIXES.items()}
SPAN_PATTERN = r"^\s*([+-]?\d{1,5})\s*(wd|wh|d|h|w)\s*$"
_SPAN = re.compile(SPAN_PATTERN)


@lru_cache(maxsize=1024)
def parse_span(text: str) -> Span:
    """Read a span such as 24h, 8wh, 5wd, -30d or 2w; raises InvalidSpanError."""
    match = _SPAN.match(text)
    if match is None:
        raise InvalidSpanError(
            f"{text!r} is not a length of time: write 24h, 8wh (working hours), 5wd (working days), 30d or 2w"
        )
    amount, suffix = int(match.group(1)), match.group(2)
    return Span(amount * 7, SpanUnit.CALENDAR_DAYS) if suffix == "w" else Span(amount, _UNITS[suffix])


class LinkType(StrEnum):
    """Which end of the predecessor binds which end of the successor."""

    FINISH_TO_START = "finish_to_start"
    START_TO_START = "start_to_start"
    FINISH_TO_FINISH = "finish_to_finish"
    START_TO_FINISH = "start_to_finish"


class InvalidCalendarError(ValueError):
    """A calendar that cannot be used: no working time, an unknown time zone, a rule that is none; says which.

    `calendar` is the one that is closed for years, so that whoever knows whose it is can say so.
    """

    calendar: "CalendarSpec | None" = None


class DateOutOfReachError(InvalidInputError, InvalidCalendarError):
    """A date that no calendar reaches: a slip of the year, most often. Whoever entered it is told so."""


class CycleError(ValueError):
    """Items of a plan wait for each other; `cycle` holds their keys in order, the first one again at the end."""

    def __init__(self, cycle: tuple[str, ...], names: tuple[str, ...]) -> None:
        super().__init__("These wait for each other: " + " → ".join(names))
        self.cycle = cycle
        self.names = names


OpenHours = tuple[tuple[time, time], ...]
"""Open from, open until; several a day when there is a break. An end at 00:00 is midnight at the end of the day."""

_DAY: OpenHours = ((time(9), time(17)),)
OFFICE_WEEK: tuple[OpenHours, ...] = (_DAY, _DAY, _DAY, _DAY, _DAY, (), ())
"""Monday to Friday, nine to five; Monday is the first of the seven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRule:
    """The hours of some days: from `first_on` to `last_on` (empty: that one day); without hours they are closed.

    `repeats` is an RFC 5545 recurrence such as `FREQ=YEARLY` by which the whole stretch comes again. Only recurrences
    that name days are taken: no hours, minutes or seconds. With `takes_away` the hours are those that people are away:
    they go off what the day has otherwise, and never open it.
    """

    first_on: date
    last_on: date | None = None
    repeats: str = ""
    hours: OpenHours = ()
    label: str = ""
    takes_away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSpec:
    """When people work. `country` is ISO 3166 alpha-2 (empty: no public holidays), `subdivision` one of its parts.

    The rules beat the week and the holidays; a later rule beats an earlier one.
    """

    time_zone: str = "UTC"
    week: tuple[OpenHours, ...] = OFFICE_WEEK
    country: str = ""
    subdivision: str = ""
    rules: tuple[DayRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """An instant relative to an anchor. `anchor` is a key of the network's anchors, `stage_start`, `project_end`, or
    `start:<item>` and `due:<item>`. `further` offsets are added one after the other (repeats).
    """

    anchor: str
    offset: Span
    further: tuple[Span, ...] = ()


class PlanLink(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A dependency on the item `predecessor`; a negative `lag` lets both overlap.

    An `is_soft` link only places dates and gives way where it would close a circle (the order of stages).
    """

    predecessor: str
    type: LinkType = LinkType.FINISH_TO_START
    lag: Span | None = None
    is_soft: bool = False


class PlanItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A task or stage of a plan.

    `calendar` names the calendar of the side that owns it. `stage` names the stage that holds it. Without `start` it
    begins when its links and its stage allow; `due` is a promise and beats `duration`; a duration of nothing is an
    instant (milestones, messages). `fixed_start_at` and `fixed_due_at` are facts or set by hand: nothing moves them.
    `must_finish_by` is a deadline: it moves nothing, but a later end is a conflict. `is_started` and `is_done` say that
    the fixed start, or both fixed dates, are facts. `sets_anchor` is the anchor that its end sets. A stage ends with
    its last item; `at_least` is its shortest length.
    """

    key: str
    name: str
    calendar: str = ""
    stage: str = ""
    is_stage: bool = False
    start: Timing | None = None
    due: Timing | None = None
    duration: Span | None = None
    at_least: Span | None = None
    links: tuple[PlanLink, ...] = ()
    not_before: datetime | None = None
    fixed_start_at: datetime | None = None
    fixed_due_at: datetime | None = None
    must_finish_by: datetime | None = None
    is_started: bool = False
    is_done: bool = False
    sets_anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A stretch in which a plan was on hold: what was still ahead moves by the days that it lasted."""

    start_at: datetime
    end_at: datetime


class PlanNetwork(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Everything that the dates of a plan follow from. The calendar with the empty key is the default.

    With `open_from` the dates are those that can still be met: nothing that is not started starts before it, and nothing
    that is not done ends before it. Without it they are the dates as promised.
    """

    items: tuple[PlanItem, ...]
    anchors: Mapping[str, datetime]
    calendars: Mapping[str, CalendarSpec] = msgspec.field(default_factory=dict)
    pauses: tuple[Pause, ...] = ()
    open_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDates:
    """When an item starts and is due, and why, as sentences. `conflict` says which promise cannot be kept."""

    key: str
    start_at: datetime
    due_at: datetime
    why_start: str
    why_due: str
    conflict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDates:
    """The dates of a plan by item key; `end_at` is the last due of all. `warnings` name assumptions made.

    `times` are start and due alone, `conflicts` what is said of the items that cannot be as they should: who wants no
    reasons reads them in a fraction of the time.
    """

    items: Mapping[str, ItemDates]
    times: Mapping[str, tuple[datetime, datetime]]
    end_at: datetime
    warnings: tuple[str, ...] = ()
    conflicts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFloat:
    """What an item has to spare: the latest dates that leave the end of the plan, and every deadline, where they are.

    Floats are working minutes of the item's calendar, and whole working days of it. `free_float` leaves what follows at
    once where it is too. A missed deadline makes the total float negative. Critical is what has no whole working day
    to spare; what is done has nothing to spare and is not critical.
    """

    key: str
    latest_start_at: datetime
    latest_due_at: datetime
    total_float: int = 0
    free_float: int = 0
    total_float_days: int = 0
    free_float_days: int = 0
    is_critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A stretch of time, such as one for a meeting."""

    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedHours:
    """The stretches in which all work; `why_none` says, in a sentence, why there is none."""

    slots: tuple[Slot, ...]
    why_none: str = ""

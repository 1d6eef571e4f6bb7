"""What crosses the border of calendars: whose calendar it is, its hours, its exceptions, and days with their reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from firstwin.scheduling.contracts import CalendarSpec, OpenHours

MOST_DAYS = 2000
"""How many exceptions one calendar holds."""

MOST_IMPORT_BYTES = 1_000_000
"""How large an imported file may be."""

Week = tuple[OpenHours, ...]
"""The hours of seven days, Monday first; an empty day is closed."""


class HolderKind(StrEnum):
    """Whose calendar it is."""

    WORKSPACE = "workspace"
    MEMBER = "member"
    ACCOUNT = "account"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose calendar it is; the id of a workspace, member, account or contact."""

    kind: HolderKind
    id: UUID


class DayKind(StrEnum):
    """What an exception does to a day: closes it, opens it, or takes some hours away."""

    LEAVE = "leave"
    DAY_OFF = "day_off"
    WORKING_DAY = "working_day"
    PART_DAY = "part_day"


class Repeat(StrEnum):
    """How an exception comes back, in the words people choose; `custom` comes from imported files only."""

    NEVER = "never"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDay:
    """An exception as a person enters it.

    `hours` are the hours worked on a working day (empty: the ordinary ones), or the hours away on a part day.
    """

    kind: DayKind
    first_on: date
    last_on: date | None = None
    label: str = ""
    hours: OpenHours = ()
    repeat: Repeat = Repeat.NEVER
    repeat_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayInfo:
    """An exception of a calendar. `words` say it whole: "Leave 3–14 August, every year".

    `is_inherited` when it stands in the calendar above; `is_imported` when it came from a file. The label of another
    person's leave is empty for readers who may not edit it.
    """

    id: UUID
    holder: Holder
    kind: DayKind
    first_on: date
    last_on: date
    label: str
    hours: OpenHours
    repeats: str
    repeat: Repeat
    repeat_until: date | None
    words: str
    is_inherited: bool
    is_imported: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarInfo:
    """A calendar as it works today, and where each part of it comes from.

    `*_from` names whose it is ("Northwind Software"), and is empty for what is the holder's own.
    """

    holder: Holder
    holder_name: str
    account_id: UUID | None
    time_zone: str
    time_zone_from: str
    country: str
    country_name: str
    country_from: str
    subdivision: str
    subdivision_name: str
    week: Week
    week_from: str
    weekly_hours: Decimal
    days: tuple[DayInfo, ...]
    can_edit: bool


class DayState(StrEnum):
    """What a day is to those who work by a calendar."""

    WORKING = "working"
    PART = "part"
    EXTRA = "extra"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    OFF = "off"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedDay:
    """One day of a calendar: whether and when people work, and why not."""

    on: date
    state: DayState
    hours: OpenHours
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A run of days with the same reason, for lists of what is coming up."""

    first_on: date
    last_on: date
    state: DayState
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Specs:
    """The working calendars of one vendor and some of the people and accounts around it."""

    workspace: CalendarSpec
    accounts: Mapping[UUID, CalendarSpec]
    members: Mapping[UUID, CalendarSpec]
    contacts: Mapping[UUID, CalendarSpec]


PLACE_FIELDS = ("time_zone", "country")
"""What counts in a working calendar and stands with the workspace, account or person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecsChange:
    """A change of working calendars: when and why, and what they were before it (None: that was not kept) and after it."""

    at: datetime
    why: str
    before: Specs | None
    after: Specs


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A country or a part of one whose public holidays are known."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How much a member can take on: hours of an ordinary week, and what they know well."""

    member_id: UUID
    weekly_hours: Decimal
    has_own_hours: bool
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekOfMember:
    """What is left of a member's week after holidays, leave and part days; `away` says what took time.

    `has_days_off` when they have leave or a day off of their own in it; holidays and what the workspace closes for are none.
    """

    member_id: UUID
    monday: date
    hours: Decimal
    away: tuple[str, ...]
    has_days_off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOfMember:
    """A member's capacity, weeks and working calendar, for sums over many people."""

    capacity: Capacity
    weeks: tuple[WeekOfMember, ...]
    calendar: CalendarSpec


class ImportFormat(StrEnum):
    """What kind of file it is."""

    ICS = "ics"
    CSV = "csv"


class ImportState(StrEnum):
    """Where an import stands; nothing is written before it is done, and then everything."""

    READY = "ready"
    FAULTY = "faulty"
    DONE = "done"
    UNDONE = "undone"


class EntryFate(StrEnum):
    """What an import does with an entry of its file."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportEntry:
    """An entry of a file: its line, what it would become in words, and what happens to it; `note` says why or how."""

    line: int
    words: str
    fate: EntryFate
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProblem:
    """A fault in a file: the line, what is wrong, and the remedy."""

    line: int
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarImportInfo:
    """A file on its way into a calendar."""

    id: UUID
    holder: Holder
    state: ImportState
    format: ImportFormat
    file_name: str
    entries: tuple[ImportEntry, ...]
    problems: tuple[ImportProblem, ...]
    added: int
    changed: int
    same: int
    skipped: int
    by_name: str
    created_at: datetime
    finished_at: datetime | None

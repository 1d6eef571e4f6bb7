"""Whose days were lost: by how many working days the end of a project moved, on whose side and why."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from firstwin.customers.contracts import Segment


class LedgerSide(StrEnum):
    """To whom a day is put down. The calendar and a changed scope are on nobody's side."""

    VENDOR = "vendor"
    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"
    CALENDAR = "calendar"
    SCOPE = "scope"


class LedgerReason(StrEnum):
    """Why the end moved."""

    HOLD = "hold"
    STUCK = "stuck"
    APPROVAL = "approval"
    NOT_STARTED = "not_started"
    NOT_DONE = "not_done"
    FINISHED = "finished"
    STARTED = "started"
    REOPENED = "reopened"
    DATE_SET = "date_set"
    HANDED_ON = "handed_on"
    SCOPE = "scope"
    ANCHOR = "anchor"
    CALENDAR = "calendar"
    ENDED = "ended"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """Working days by which the end moved on one day, less than none when it came nearer."""

    on: date
    days: int
    side: LedgerSide
    reason: LedgerReason
    text: str = ""
    task_id: UUID | None = None
    task_name: str = ""
    person: str = ""
    is_internal: bool = False
    actor_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideSum:
    """What one side lost, what it won back, and both together."""

    side: LedgerSide
    lost: int
    gained: int

    @property
    def days(self) -> int:
        """Return the days lost less those won back."""
        return self.lost - self.gained


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEntry:
    """Days of a ledger as they are read: one entry, or `count` of them in a row that are told together.

    `id` and `since` are of the first of them, `on` of the last. `side` and `reason` are what counts: where somebody
    corrected them, `first_side` and `first_reason` keep what was written down. `has_task`: the task is still in the plan.
    """

    id: UUID
    project_id: UUID
    position: int
    count: int = 1
    since: date
    on: date
    days: int
    side: LedgerSide
    reason: LedgerReason
    words: str
    text: str
    task_id: UUID | None
    task_name: str
    has_task: bool = False
    is_internal: bool
    person: str
    actor_name: str
    first_side: LedgerSide
    first_reason: LedgerReason
    note: str
    corrected_by: str
    corrected_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLedger:
    """The ledger of a project: from the end it was to have to the end as things stand, the latest days last.

    `is_whole` says that it is kept since the launch, and not only since the product began to.
    """

    project_id: UUID
    counted_from: date
    counted_until: date
    is_whole: bool
    baseline_end_at: datetime
    current_end_at: datetime
    days: int
    sentence: str
    sides: tuple[SideSum, ...]
    entries: tuple[DayEntry, ...]


class SumsBy(StrEnum):
    """What the days of many projects are added up by."""

    PROJECT = "project"
    ACCOUNT = "account"
    PLAYBOOK = "playbook"
    OWNER = "owner"
    TASK = "task"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFilters:
    """Which days: those that passed from `since` to `until`, of the projects that the rest leaves."""

    since: date | None = None
    until: date | None = None
    side: LedgerSide | None = None
    segment: Segment | None = None
    owner_id: UUID | None = None
    account_id: UUID | None = None
    playbook_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySums:
    """The days of one project, account, playbook, owner or task. `id` is None for tasks and for projects without an owner."""

    id: UUID | None
    name: str
    projects: int
    lost: int
    gained: int
    sides: tuple[SideSum, ...]

    @property
    def days(self) -> int:
        """Return the days lost less those won back."""
        return self.lost - self.gained


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """Days as both sides may read them: when, how many, on whose side, why, and what for."""

    since: date
    on: date
    days: int
    side: LedgerSide
    side_name: str
    words: str
    what: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementSide:
    """What a side lost and won back, by the name that both sides know it by."""

    side: LedgerSide
    name: str
    lost: int
    gained: int

    @property
    def days(self) -> int:
        """Return the days lost less those won back."""
        return self.lost - self.gained


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStatement:
    """The ledger of a project on one page, for both sides alike. `mark` tells two different ones apart."""

    project_id: UUID
    project_name: str
    account_name: str
    vendor_name: str
    as_of: date
    counted_from: date
    planned_end_on: date
    end_on: date
    days: int
    sentence: str
    sides: tuple[StatementSide, ...]
    lines: tuple[StatementLine, ...]
    mark: str

    @property
    def most(self) -> int:
        """Return the most days that a side lost or won back: the length of the longest bar."""
        return max((max(side.lost, side.gained) for side in self.sides), default=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedStatement:
    """A statement that the customer can read, as it was when it was shared."""

    id: UUID
    statement: DayStatement
    message: str
    shared_at: datetime
    shared_by: str

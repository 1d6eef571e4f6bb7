"""Whose days were lost: by how many working days the end of a project moved, on whose side and why."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class LedgerSide(StrEnum):
    """To whom a day is put down. The calendar and a changed scope are on nobody's side."""

    VENDOR = "vendor"
    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"
    CALENDAR = "calendar"
    SCOPE = "scope"


class DayReason(StrEnum):
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
    reason: DayReason
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
class DayLedger:
    """The ledger of a project: from the end it was to have to the end as things stand, line by line."""

    project_id: UUID
    counted_from: date
    counted_until: date
    baseline_end_at: datetime
    current_end_at: datetime
    days: int
    sides: tuple[SideSum, ...]
    lines: tuple[LedgerLine, ...]

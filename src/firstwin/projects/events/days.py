"""Facts about the ledger of days and its statements; the subject is the project."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import event
from firstwin.projects.events.projects import ProjectEvent


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class DaysReattributed(ProjectEvent):
    """Days of the ledger were put down to another side or reason, and why; sides and reasons are LedgerSide and LedgerReason.

    `since` and `until` are days; `title` is the task that the days were about.
    """

    name: ClassVar[str] = "project.days_reattributed"
    entry_ids: tuple[UUID, ...]
    since: str
    until: str
    days: int
    title: str
    old_side: str
    old_reason: str
    side: str
    reason: str
    note: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class DayStatementShared(ProjectEvent):
    """The customer can read from now on whose days were lost, as it stood then; `mark` tells statements apart."""

    name: ClassVar[str] = "project.day_statement_shared"
    statement_id: UUID
    mark: str
    days: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class DayStatementWithdrawn(ProjectEvent):
    """The customer can no longer read the statement of the days."""

    name: ClassVar[str] = "project.day_statement_withdrawn"
    statement_id: UUID

"""Facts about projects. Ids and plain values only; the subject of all of them is the project."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectEvent(Event):
    """Base of facts about one project."""

    subject_type: ClassVar[str] = "project"
    project_id: UUID
    account_id: UUID

    @property
    def subject_id(self) -> UUID:
        """Return the project's id."""
        return self.project_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLaunched(ProjectEvent):
    """A playbook version began to run for an account."""

    name: ClassVar[str] = "project.launched"
    title: str
    playbook_version_id: UUID
    playbook_name: str
    playbook_version: int
    overlays: tuple[str, ...]
    task_count: int
    planned_end_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEvent(ProjectEvent):
    """Base of facts about one task; `kind` is a TaskKind value, `visibility` a Visibility value."""

    task_id: UUID
    task_key: str
    title: str
    kind: str
    visibility: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCameDue(TaskEvent):
    """The planned start of a task came and its predecessors are done: automatic ones are carried out now."""

    name: ClassVar[str] = "task.came_due"
    is_automatic: bool


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskBecameOverdue(TaskEvent):
    """A promise was not kept in time."""

    name: ClassVar[str] = "task.became_overdue"
    due_at: datetime
    side: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStarted(TaskEvent):
    """Someone began a task."""

    name: ClassVar[str] = "task.started"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStuck(TaskEvent):
    """Someone said that a task cannot go on, and on whose side the cause lies."""

    name: ClassVar[str] = "task.stuck"
    side: str
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCompleted(TaskEvent):
    """A task was finished."""

    name: ClassVar[str] = "task.completed"
    late_by_seconds: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSubmitted(TaskEvent):
    """An approval was asked for."""

    name: ClassVar[str] = "task.submitted"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRejected(TaskEvent):
    """An approver sent it back, with a reason."""

    name: ClassVar[str] = "task.rejected"
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMarkedNotApplicable(TaskEvent):
    """Someone said that a task does not apply here, and why."""

    name: ClassVar[str] = "task.marked_not_applicable"
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReopened(TaskEvent):
    """A finished or stuck task was opened again."""

    name: ClassVar[str] = "task.reopened"
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAssigned(TaskEvent):
    """A task got another assignee (or none)."""

    name: ClassVar[str] = "task.assigned"
    assignee_side: str
    assignee_id: UUID | None
    assignee_name: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAdded(TaskEvent):
    """A task was added to a running project."""

    name: ClassVar[str] = "task.added"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChanged(TaskEvent):
    """The wording, dates, place or settings of a task changed; `changes` holds (field, old, new) as texts."""

    name: ClassVar[str] = "task.changed"
    changes: tuple[tuple[str, str, str], ...]


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRemoved(TaskEvent):
    """A task was taken out of a running project."""

    name: ClassVar[str] = "task.removed"
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class CommentAdded(ProjectEvent):
    """Someone commented on a task or the project. `mentions` are member ids."""

    name: ClassVar[str] = "comment.added"
    comment_id: UUID
    task_id: UUID | None
    title: str
    excerpt: str
    is_internal: bool
    mentions: tuple[UUID, ...]


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class FileAttached(ProjectEvent):
    """Someone handed in a file."""

    name: ClassVar[str] = "file.attached"
    file_id: UUID
    task_id: UUID | None
    title: str
    file_name: str
    is_internal: bool


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class FileRemoved(ProjectEvent):
    """Someone took a file out again, and why."""

    name: ClassVar[str] = "file.removed"
    file_id: UUID
    task_id: UUID | None
    file_name: str
    reason: str
    is_internal: bool


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneReached(TaskEvent):
    """A milestone was reached, with what proves it."""

    name: ClassVar[str] = "milestone.reached"
    evidence: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class FirstValueReached(ProjectEvent):
    """The account had its first win, with what proves it; `days` counts from signature."""

    name: ClassVar[str] = "project.first_value_reached"
    task_id: UUID
    title: str
    evidence: str
    days: int | None


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class StageEntered(ProjectEvent):
    """The project moved into another stage."""

    name: ClassVar[str] = "stage.entered"
    stage_id: UUID
    title: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectHeld(ProjectEvent):
    """The project was put on hold, by which side and why."""

    name: ClassVar[str] = "project.held"
    side: str
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectResumed(ProjectEvent):
    """The project goes on; its open dates moved by the time it was held."""

    name: ClassVar[str] = "project.resumed"
    held_seconds: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRescheduled(ProjectEvent):
    """Dates moved: what caused it, and how far the planned end went.

    `extent` says how many tasks moved and how far. `is_by_calendar` when somebody's working calendar changed; `member_ids`
    are the members whose tasks moved.
    """

    name: ClassVar[str] = "project.rescheduled"
    cause: str
    moved_tasks: int
    end_moved_seconds: int
    extent: str = ""
    is_by_calendar: bool = False
    member_ids: tuple[UUID, ...] = ()


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChangeUndone(ProjectEvent):
    """The latest change of dates, lengths or dependencies was taken back; `what` says which it was."""

    name: ClassVar[str] = "project.plan_change_undone"
    what: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorMoved(ProjectEvent):
    """The start or the signature, on which dates hang, or the target was moved; `what` says which."""

    name: ClassVar[str] = "project.anchor_moved"
    what: str
    moved_from: datetime
    moved_to: datetime


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineKept(ProjectEvent):
    """Somebody kept the dates of the plan under a name, to compare with later."""

    name: ClassVar[str] = "project.baseline_kept"
    title: str
    end_at: datetime


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRemoved(ProjectEvent):
    """Dates that were kept are no longer compared with."""

    name: ClassVar[str] = "project.baseline_removed"
    title: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleFilled(ProjectEvent):
    """Another person took a role of the project."""

    name: ClassVar[str] = "project.role_filled"
    role: str
    person_side: str
    person_id: UUID | None
    person_name: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCompleted(ProjectEvent):
    """The onboarding is complete by its criteria."""

    name: ClassVar[str] = "project.completed"
    days: int | None
    unmet_criteria: tuple[str, ...]


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCancelled(ProjectEvent):
    """The onboarding ended without completion."""

    name: ClassVar[str] = "project.cancelled"
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectReopened(ProjectEvent):
    """A completed or cancelled project goes on."""

    name: ClassVar[str] = "project.reopened"
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookUpdateApplied(ProjectEvent):
    """The project took over what somebody accepted of a newer version of its playbook; `changes` says each in words.

    `is_finished`: everything was decided, so the project stands on the new version from now on.
    """

    name: ClassVar[str] = "project.playbook_updated"
    title: str
    from_version: int
    to_version: int
    changes: tuple[str, ...]
    refused: int
    left: int
    is_finished: bool
    end_moved_seconds: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookUpdateUndone(ProjectEvent):
    """An update to a newer version of the playbook was taken back; the plan is what it was before."""

    name: ClassVar[str] = "project.playbook_update_undone"
    title: str
    from_version: int
    to_version: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingEvent(Event):
    """Base of facts about one soft booking; `title` is the account's or prospect's name."""

    subject_type: ClassVar[str] = "booking"
    booking_id: UUID
    account_id: UUID | None
    title: str
    playbook_name: str

    @property
    def subject_id(self) -> UUID:
        """Return the booking's id."""
        return self.booking_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BookingMade(BookingEvent):
    """Time was set aside for a project that may begin on a day, with so many per cent."""

    name: ClassVar[str] = "booking.made"
    start_on: date
    probability: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BookingChanged(BookingEvent):
    """A booking was changed; `changed` names what: start, probability, people or note."""

    name: ClassVar[str] = "booking.changed"
    changed: tuple[str, ...]
    start_on: date
    probability: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BookingReleased(BookingEvent):
    """The time of a booking was given free."""

    name: ClassVar[str] = "booking.released"
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRestored(BookingEvent):
    """A released or lapsed booking was taken up again."""

    name: ClassVar[str] = "booking.restored"
    start_on: date


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BookingLaunched(BookingEvent):
    """The project that was booked has begun; its tasks take the place of the booking."""

    name: ClassVar[str] = "booking.launched"
    project_id: UUID


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BookingExpired(BookingEvent):
    """Nothing came of a booking within two weeks of its likely start; `by_id` is the member who made it."""

    name: ClassVar[str] = "booking.expired"
    start_on: date
    by_id: UUID | None

"""Facts about tasks, what is said about them and what is attached; the subject is their project."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import event
from firstwin.projects.events.projects import ProjectEvent


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
class MilestoneReached(TaskEvent):
    """A milestone was reached, with what proves it."""

    name: ClassVar[str] = "milestone.reached"
    evidence: str


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

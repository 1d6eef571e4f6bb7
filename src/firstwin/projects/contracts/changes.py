"""Changes to a running plan, as somebody asks for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects.contracts import PersonRef

FIELD_NAMES: Mapping[str, str] = {
    "start_at": "start",
    "due_at": "end",
    "duration": "length",
    "not_before_at": "earliest start",
    "must_finish_by_at": "latest end",
}
"""What people call that of a task which is stored under another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task to add to a running project. It goes after `after_task_id`, or to the end of the stage.

    Without dates it starts when what it follows is done, and takes `duration` (a span such as 3wd).
    """

    stage_id: UUID
    name: str
    kind: TaskKind = TaskKind.TODO
    description: str = ""
    guidance: str = ""
    side: Side = Side.VENDOR
    owner_role: str = ""
    assignee: PersonRef | None = None
    visibility: Visibility = Visibility.SHARED
    is_required: bool = True
    start_at: datetime | None = None
    due_at: datetime | None = None
    duration: str = "1wd"
    predecessor_ids: tuple[UUID, ...] = ()
    after_task_id: UUID | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    deliverables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPatch:
    """Changes of wording and substance; None leaves a field as it is.

    `estimate_hours` is how long the work takes; `has_usual_estimate` takes that back to what is usual for the kind.
    """

    name: str | None = None
    description: str | None = None
    guidance: str | None = None
    visibility: Visibility | None = None
    is_required: bool | None = None
    settings: Mapping[str, Any] | None = None
    deliverables: tuple[str, ...] | None = None
    predecessor_ids: tuple[UUID, ...] | None = None
    estimate_hours: float | None = None
    has_usual_estimate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMove:
    """Where and when a task goes; None leaves it. `unfix` hands dates set by hand back to the plan."""

    start_at: datetime | None = None
    due_at: datetime | None = None
    unfix: bool = False
    stage_id: UUID | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChange:
    """Everything that is to change about one task at once. With `is_reassigned` it goes to `person`, or to nobody."""

    patch: TaskPatch = TaskPatch()
    move: TaskMove = TaskMove()
    is_reassigned: bool = False
    person: PersonRef | None = None


class BulkVerb(StrEnum):
    """What can be done to many tasks at once."""

    COMPLETE = "complete"
    START = "start"
    NOT_APPLICABLE = "not_applicable"
    REOPEN = "reopen"
    ASSIGN = "assign"
    MOVE_BY_DAYS = "move_by_days"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkChange:
    """One change for many tasks; all of them or none."""

    verb: BulkVerb
    task_ids: tuple[UUID, ...]
    reason: str = ""
    assignee: PersonRef | None = None
    days: int = 0

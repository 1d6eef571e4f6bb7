"""A project as its customer sees it: only what is shared, and counts of that alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from firstwin.playbooks.contracts import Side, TaskKind
from firstwin.projects.contracts import PersonRef, ProjectRole, ProjectState, TaskStanding, TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalTask:
    """A task as the customer sees it; a title-only one carries no details. `seen_in_usage` says how far usage is with it."""

    id: UUID
    name: str
    kind: TaskKind
    has_details: bool
    description: str
    state: TaskState
    standing: TaskStanding
    standing_reason: str
    is_yours: bool
    can_act: bool
    can_approve: bool
    assignee: PersonRef | None
    side: Side
    start_at: datetime
    due_at: datetime
    finished_at: datetime | None
    settings: dict[str, Any]
    deliverables: tuple[str, ...]
    result: dict[str, Any]
    version: int
    comment_count: int
    file_count: int
    seen_in_usage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalStage:
    """A stage as the customer sees it."""

    id: UUID
    name: str
    objective: str
    start_at: datetime
    due_at: datetime
    done_count: int
    task_count: int
    is_current: bool
    tasks: tuple[PortalTask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalProject:
    """A project as a contact sees it: only what is shared, and counts of that alone."""

    id: UUID
    workspace_id: UUID
    account_id: UUID
    account_name: str
    name: str
    state: ProjectState
    stages: tuple[PortalStage, ...]
    next_step: PortalTask | None
    next_meeting: PortalTask | None
    done_count: int
    task_count: int
    percent: int
    people: tuple[ProjectRole, ...]
    target_end_at: datetime
    planned_end_at: datetime
    first_value_at: datetime | None
    completed_at: datetime | None

"""What a message or a meeting has to know of a project and of a task, without the plan around them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects.contracts import PersonRef, ProjectRole, ProjectState, TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectBrief:
    """A project in brief. `fields` are the answers given at launch."""

    id: UUID
    account_id: UUID
    account_name: str
    name: str
    playbook_name: str
    playbook_version_id: UUID
    state: ProjectState
    owner: PersonRef | None
    current_stage: str
    target_end_at: datetime
    roles: tuple[ProjectRole, ...]
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskBrief:
    """A task in brief; `reason` says why it is stuck or does not apply, `is_held` that it waits for what comes before it."""

    id: UUID
    project_id: UUID
    stage_name: str
    key: str
    name: str
    kind: TaskKind
    description: str
    owner_role: str
    side: Side
    assignee: PersonRef | None
    visibility: Visibility
    is_automatic: bool
    state: TaskState
    reason: str
    start_at: datetime
    due_at: datetime
    is_held: bool
    settings: dict[str, Any]

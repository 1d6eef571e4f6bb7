"""What crosses the border of projects: states, plans, tasks and previews as pages, the portal and the API show them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects.contracts.wishes import Wish
from firstwin.shared.errors import ConflictError, InvalidInputError


class ProjectState(StrEnum):
    """Where a project stands. Late, at risk and non-responsive are derived, never stored."""

    DRAFT = "draft"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


RUNNING_STATES = frozenset({ProjectState.ACTIVE, ProjectState.ON_HOLD})
"""Of a project that is neither complete nor cancelled: its plan follows what happens, also while it is on hold."""


class TaskState(StrEnum):
    """What people have said about a task. Scheduled, blocked, ready and late are derived (see `TaskStanding`)."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    STUCK = "stuck"
    AWAITING_APPROVAL = "awaiting_approval"
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({TaskState.OPEN, TaskState.IN_PROGRESS, TaskState.STUCK, TaskState.AWAITING_APPROVAL})
"""States of a task on which there is still something to do."""


class TaskStanding(StrEnum):
    """The derived state that people see."""

    SCHEDULED = "scheduled"
    BLOCKED = "blocked"
    READY = "ready"
    IN_PROGRESS = "in_progress"
    STUCK = "stuck"
    AWAITING_APPROVAL = "awaiting_approval"
    LATE = "late"
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"
    CANCELLED = "cancelled"


UNLIKELY = 0.4
"""A project whose chance to meet its target is smaller is at risk, whatever its plan still says."""


class Standing(StrEnum):
    """How a project is doing, derived; each comes with reasons."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    LATE = "late"
    WAITING = "waiting"
    NON_RESPONSIVE = "non_responsive"
    ON_HOLD = "on_hold"
    DONE = "done"
    CANCELLED = "cancelled"


class ReasonSide(StrEnum):
    """On whose side the cause of a stop lies."""

    VENDOR = "vendor"
    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"


class StaleVersionError(ConflictError):
    """Someone else changed it since the reader looked; the detail says who changed what and when."""

    code = "stale_version"
    title = "Someone changed this meanwhile"


class WrongStateError(ConflictError):
    """The state of the task or project does not allow this."""

    code = "wrong_state"
    title = "That is not possible now"


class NotFinishedError(InvalidInputError):
    """What finishes this kind of task is missing; `problems` name each thing."""

    code = "not_finished"
    title = "Something is still missing"


class UnmetCriteriaError(ConflictError):
    """The project cannot complete yet; `problems` name each criterion."""

    code = "unmet_criteria"
    title = "Not everything is done yet"


class RefusedFileError(InvalidInputError):
    """A file that is not taken: too large, of a kind not asked for, or empty."""

    code = "refused_file"
    title = "This file was not taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRef:
    """A person on a project: a member (vendor side) or a contact (customer side)."""

    side: Side
    id: UUID
    name: str
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRole:
    """A role of the playbook and who fills it."""

    key: str
    name: str
    side: Side
    person: PersonRef | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskInfo:
    """A task of a running project. `start_at` and `due_at` are the plan; `baseline_*` were kept at launch.

    `duration` is a span such as 3wd, empty while nothing but the kind and the dates say how long it takes. What is held waits
    for what comes before it.
    """

    id: UUID
    project_id: UUID
    stage_id: UUID
    key: str
    name: str
    kind: TaskKind
    description: str
    guidance: str
    owner_role: str
    side: Side
    assignee: PersonRef | None
    visibility: Visibility
    is_required: bool
    is_automatic: bool
    state: TaskState
    standing: TaskStanding
    standing_reason: str
    stuck_side: ReasonSide | None
    reason: str
    start_at: datetime
    due_at: datetime
    baseline_start_at: datetime
    baseline_due_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    finished_by: str
    position: int
    version: int
    deliverables: tuple[str, ...]
    settings: dict[str, Any]
    result: dict[str, Any]
    evidence: str
    predecessor_ids: tuple[UUID, ...]
    comment_count: int
    file_count: int
    is_start_fixed: bool
    is_due_fixed: bool
    not_before_at: datetime | None
    must_finish_by_at: datetime | None
    duration: str
    changed_by: str
    changed_at: datetime
    estimate_hours: float | None = None
    is_held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StageInfo:
    """A stage of a running project with its tasks, in order."""

    id: UUID
    key: str
    name: str
    objective: str
    visibility: Visibility
    position: int
    start_at: datetime
    due_at: datetime
    exit_criteria: tuple[str, ...]
    done_count: int
    task_count: int
    is_current: bool
    tasks: tuple[TaskInfo, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSummary:
    """A row of the portfolio."""

    id: UUID
    workspace_id: UUID
    account_id: UUID
    account_name: str
    name: str
    playbook_id: UUID
    playbook_version_id: UUID
    playbook_name: str
    playbook_version: int
    segment: str
    industry: str
    state: ProjectState
    standing: Standing
    standing_reason: str
    owner: PersonRef | None
    current_stage: str
    current_stage_position: int
    stage_count: int
    done_count: int
    task_count: int
    next_milestone: str
    next_milestone_at: datetime | None
    late_count: int
    stuck_count: int
    signed_at: datetime | None
    started_at: datetime
    target_end_at: datetime
    planned_end_at: datetime
    likely_end_at: datetime | None
    likely_chance: float | None
    lost_days: int
    first_value_at: datetime | None
    completed_at: datetime | None
    last_customer_activity_at: datetime | None
    updated_at: datetime

    @property
    def is_unlikely(self) -> bool:
        """Whether the target will hardly be met."""
        return self.likely_chance is not None and self.likely_chance < UNLIKELY


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectDetail:
    """A project with its whole plan."""

    summary: ProjectSummary
    roles: tuple[ProjectRole, ...]
    fields: dict[str, Any]
    stages: tuple[StageInfo, ...]
    completion: tuple["CriterionInfo", ...]
    hold_reason: str
    hold_side: ReasonSide | None
    held_since: datetime | None
    version: int
    is_first_win_near: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionInfo:
    """A completion criterion and whether it is met."""

    key: str
    text: str
    is_met: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewItem:
    """A stage or task in a launch preview: in or out, why, when and who."""

    key: str
    stage_key: str
    name: str
    kind: TaskKind | None
    is_included: bool
    why: str
    start_at: datetime | None
    due_at: datetime | None
    side: Side | None
    role: str
    assignee: PersonRef | None
    visibility: Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPreview:
    """What a launch would create; `warnings` name roles without a person and dates that lie in the past.

    `past_count` tasks were to be done before the launch. `wish` says what a wished end would ask for.
    """

    account_id: UUID
    playbook_version_id: UUID
    name: str
    items: tuple[PreviewItem, ...]
    roles: tuple[ProjectRole, ...]
    overlays: tuple[str, ...]
    planned_end_at: datetime
    target_end_at: datetime
    warnings: tuple[str, ...]
    past_count: int = 0
    wish: Wish | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProject:
    """What a launch needs. `role_map` maps role keys to member or contact ids; `fields` answers the playbook's questions.

    With `catch_up`, what the playbook wants before the launch starts at the launch, each task with the time it needs.
    `booking_id` names the open booking that becomes the project.
    `finish_on` is the day by which everything is to be done: it becomes the target, and moves no date.
    """

    account_id: UUID
    playbook_version_id: UUID
    name: str = ""
    start_on: date | None = None
    finish_on: date | None = None
    role_map: dict[str, UUID] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()
    included: tuple[str, ...] = ()
    catch_up: bool = False
    idempotency_key: str = ""
    booking_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentInfo:
    """A comment on a task or a project; `body_html` is safe to show."""

    id: UUID
    project_id: UUID
    task_id: UUID | None
    author_id: UUID | None
    author_name: str
    author_side: Side
    body: str
    body_html: str
    is_internal: bool
    mentions: tuple[UUID, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInfo:
    """A file handed in or attached."""

    id: UUID
    project_id: UUID
    task_id: UUID | None
    name: str
    size: int
    media_type: str
    requested: str
    is_internal: bool
    uploaded_by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """A file to hand out: what it is, where its bytes lie, and the headers that keep a browser from running it."""

    info: FileInfo
    path: str
    headers: Mapping[str, str]

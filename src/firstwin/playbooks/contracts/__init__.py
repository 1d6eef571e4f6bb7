"""What crosses the border of playbooks: the definition of a playbook, its versions, and problems found in one.

A definition is plain data. `firstwin.playbooks.rules` reads it from YAML, checks it, compares it and writes it back.
Texts that a customer reads may hold placeholders such as {{ account.name }}; conditions are CEL over `account.*` and
`project.*`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from firstwin.customers.contracts import Industry, Segment, StakeholderRole
from firstwin.scheduling.contracts import LinkType, Span
from firstwin.usage.contracts.goals import Goal


class Side(StrEnum):
    """Whose people do it."""

    VENDOR = "vendor"
    CUSTOMER = "customer"


class Visibility(StrEnum):
    """What the customer sees of a stage or task."""

    INTERNAL = "internal"
    TITLE_ONLY = "title_only"
    SHARED = "shared"


class TaskKind(StrEnum):
    """What doing a task means, and so what finishes it."""

    TODO = "todo"
    MESSAGE = "message"
    MEETING = "meeting"
    FORM = "form"
    FILE_REQUEST = "file_request"
    APPROVAL = "approval"
    TRAINING = "training"
    SURVEY = "survey"
    MILESTONE = "milestone"
    USAGE = "usage"
    INTEGRATION = "integration"


class Anchor(StrEnum):
    """The instants that timings hang on. `kickoff`, `go_live` and `first_value` are set by the milestones or meetings
    that carry `anchors:`; until then their planned date counts.
    """

    SIGNATURE = "signature"
    PROJECT_START = "project_start"
    KICKOFF = "kickoff"
    STAGE_START = "stage_start"
    GO_LIVE = "go_live"
    FIRST_VALUE = "first_value"
    PROJECT_END = "project_end"


class FieldType(StrEnum):
    """Types of project fields and form fields."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    DATE = "date"
    EMAIL = "email"
    URL = "url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An instant relative to an anchor: `{anchor: signature, offset: 24h}`."""

    anchor: Anchor
    offset: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSpec:
    """A dependency on another task or stage of the same playbook (`task` holds its key)."""

    task: str
    type: LinkType = LinkType.FINISH_TO_START
    lag: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSpec:
    """A placeholder for a person; the launch maps it to a member or a contact. `stakeholder` preselects the contact."""

    key: str
    name: str
    side: Side
    description: str = ""
    stakeholder: StakeholderRole | None = None
    fallback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """A question: a project field asked at launch, or a field of a form."""

    key: str
    label: str
    type: FieldType = FieldType.TEXT
    help: str = ""
    choices: tuple[str, ...] = ()
    default: str | int | float | bool | None = None
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentTarget:
    """How long the onboarding of a segment should take, from signature to completion."""

    segment: Segment
    at_least: Span | None
    at_most: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSettings:
    """An email: recipients by role, subject and Markdown body.

    One that reminds of a task names it under `unless_done`: it is not sent once that task is done.
    """

    to: tuple[str, ...] = ()
    subject: str = ""
    body: str = ""
    attachments: tuple[str, ...] = ()
    unless_done: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingSettings:
    """A meeting: attendees by role, length, agenda, deliverables and what has to happen before it counts as held.

    The invitation of an automatic meeting goes out when its task starts, for a time before the task is due; `notice`
    says how far ahead that time should lie, if it can.
    """

    attendees: tuple[str, ...] = ()
    minutes: int = 60
    agenda: tuple[str, ...] = ()
    deliverables: tuple[str, ...] = ()
    location: str = ""
    invite_within: Moment | None = None
    notice: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSettings:
    """Questions that somebody answers."""

    fields: tuple[FieldSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRequestSettings:
    """Files that somebody hands in; `accept` lists extensions without a dot, empty = any."""

    files: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSettings:
    """A statement that somebody approves or sends back with a reason."""

    statement: str = ""
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSettings:
    """A training: for whom, how, what it covers, and whether it certifies (pass mark in percent)."""

    audience: tuple[str, ...] = ()
    format: str = ""
    topics: tuple[str, ...] = ()
    recording: bool = False
    certifies: bool = False
    pass_mark: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveySettings:
    """A survey: csat (1-5), nps (0-10), ces (1-7) or relationship (1-5), asked of roles."""

    type: str = "csat"
    question: str = ""
    audience: tuple[str, ...] = ()
    target: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneSettings:
    """A measurable success criterion. `metric` names the figure, compared (>=, <=, ==) with `target` in `unit`.

    `anchors` sets that anchor's actual date when the milestone is reached; `first_value` marks the first win, and
    `options` lists proposals such as 'first report run' from which the kickoff chooses. One with a `goal` is reached by
    itself when usage shows it.
    """

    criterion: str = ""
    metric: str = ""
    comparison: str = ">="
    target: float | None = None
    unit: str = ""
    first_value: bool = False
    options: tuple[str, ...] = ()
    goal: Goal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSettings:
    """Something the customer's users do in the product, that is seen in usage and then done by itself.

    `event`, `count` and `window` say the simplest case; anything else is a `goal`.
    """

    event: str = ""
    count: int = 1
    window: Span | None = None
    description: str = ""
    goal: Goal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationSettings:
    """Another system to connect, and what 'connected' means."""

    system: str = ""
    check: str = ""


KindSettings = (
    MessageSettings
    | MeetingSettings
    | FormSettings
    | FileRequestSettings
    | ApprovalSettings
    | TrainingSettings
    | SurveySettings
    | MilestoneSettings
    | UsageSettings
    | IntegrationSettings
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatSpec:
    """Repeats a task every so often, until an anchor or for a number of times (one of the two)."""

    every: Span
    times: int | None = None
    until: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """A task or milestone. Without `start` it begins when its links and its stage allow; `due` beats `duration`.

    `duration_min` and `duration_max` say how long it takes when all goes well and when much goes wrong; plans use
    `duration`, simulations all three.

    `owner` is a role key. `automatic` tasks (messages, invitations) are done by Firstwin itself when their time comes.
    `guidance` is for the team only. `required` tasks must be done or not applicable before the project can complete.
    """

    key: str
    name: str
    kind: TaskKind = TaskKind.TODO
    description: str = ""
    guidance: str = ""
    owner: str = ""
    visibility: Visibility = Visibility.SHARED
    when: str = ""
    start: Moment | None = None
    due: Moment | None = None
    duration: Span | None = None
    duration_min: Span | None = None
    duration_max: Span | None = None
    after: tuple[LinkSpec, ...] = ()
    required: bool = True
    automatic: bool = False
    anchors: Anchor | None = None
    estimate_hours: float | None = None
    deliverables: tuple[str, ...] = ()
    repeat: RepeatSpec | None = None
    settings: KindSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSpec:
    """A stage: starts when the previous one ends unless `start` or `after` say otherwise.

    `duration_min` and `duration_max` say how long it typically takes. `exit_criteria` are plain sentences.
    """

    key: str
    name: str
    objective: str = ""
    description: str = ""
    visibility: Visibility = Visibility.SHARED
    when: str = ""
    start: Moment | None = None
    due: Moment | None = None
    duration_min: Span | None = None
    duration_max: Span | None = None
    after: tuple[LinkSpec, ...] = ()
    exit_criteria: tuple[str, ...] = ()
    tasks: tuple[TaskSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionCriterion:
    """One condition of completing the project: `required_tasks`, or the key of a milestone or task; else confirmed by hand."""

    key: str
    text: str
    task: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlaySpec:
    """A reusable set of changes, applied at launch when all that it names holds: industry, segment, product, `when`.

    One that names nothing is applied only when somebody chooses it. `add` puts tasks into stages, `remove` drops tasks
    by key.
    """

    key: str
    name: str
    description: str = ""
    industry: Industry | None = None
    segment: Segment | None = None
    product: str = ""
    when: str = ""
    add: tuple["OverlayAddition", ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayAddition:
    """Tasks that an overlay adds to one stage: after the task named `after_task`, or at the end."""

    stage: str
    after_task: str = ""
    tasks: tuple[TaskSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSpec:
    """A figure the playbook is judged by: `metric` such as time_to_value_days, activation_rate, csat."""

    metric: str
    label: str
    target: float
    comparison: str = ">="
    unit: str = ""
    baseline: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookDefinition:
    """A whole playbook, as it stands in YAML and in a published version."""

    key: str
    name: str
    summary: str = ""
    description: str = ""
    language: str = "en"
    roles: tuple[RoleSpec, ...] = ()
    fields: tuple[FieldSpec, ...] = ()
    durations: tuple[SegmentTarget, ...] = ()
    targets: tuple[TargetSpec, ...] = ()
    stages: tuple[StageSpec, ...] = ()
    overlays: tuple[OverlaySpec, ...] = ()
    completion: tuple[CompletionCriterion, ...] = ()
    celebration: MessageSettings | None = None


class ProblemLevel(StrEnum):
    """Whether a problem stops publishing."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookProblem:
    """Something wrong in a playbook: where (file, 1-based line and column, path such as stages.kickoff.tasks.invite),
    what, and what to do. `code` is stable (unknown_role, dependency_cycle, ...).
    """

    code: str
    level: ProblemLevel
    message: str
    remedy: str
    path: str = ""
    file: str = ""
    line: int | None = None
    column: int | None = None


class PlaybookStatus(StrEnum):
    """Life of a playbook in the library."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookSummary:
    """A playbook in the library."""

    id: UUID
    workspace_id: UUID
    key: str
    name: str
    summary: str
    status: PlaybookStatus
    is_builtin: bool
    latest_version: int | None
    has_draft_changes: bool
    stage_count: int
    task_count: int
    owner_id: UUID | None
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookVersionInfo:
    """A published, immutable version."""

    id: UUID
    playbook_id: UUID
    number: int
    notes: str
    published_at: datetime
    published_by_id: UUID | None
    published_by_name: str
    definition: PlaybookDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookDetail:
    """A playbook with its draft; `revision` counts edits of the draft, for undo and to notice two editors."""

    summary: PlaybookSummary
    draft: PlaybookDefinition
    revision: int
    can_undo: bool
    can_redo: bool
    problems: tuple[PlaybookProblem, ...] = field(default_factory=tuple)


MESSAGE_PLACEHOLDERS: Mapping[str, str] = {
    "account.name": "The customer company",
    "contact.name": "The reader's full name",
    "contact.first_name": "The reader's first name",
    "owner.name": "The vendor's project owner",
    "owner.first_name": "The vendor's project owner, first name",
    "owner.email": "The vendor's project owner, email address",
    "workspace.name": "The vendor company",
    "portal_link": "The reader's own link to the plan",
    "project.name": "The onboarding",
    "project.target_end_on": "The day the onboarding should be complete",
    "playbook.name": "The playbook",
    "stage.name": "The stage of the task that sends the message",
    "task.name": "The task that sends the message",
    "task.due_on": "The day it is due, in the reader's zone",
    "first_value.title": "The first win (in celebration messages)",
    "first_value.evidence": "What proves the first win (in celebration messages)",
}
"""What the texts of messages may hold in double braces, beside `project.<key>` for each field of the playbook.

Communications fills them in; an unknown one is an error at lint and at send.
"""

"""Tables of projects. Columns that could be worked out from others carry a comment; operations keep them right."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from firstwin.journal.contracts import AuthorKind
from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects.contracts import OPEN_STATES, ProjectState, ReasonSide, TaskState
from firstwin.projects.contracts.updates import RunOutcome
from firstwin.projects.models.bookings import Booking as Booking
from firstwin.projects.models.choices import choices_of
from firstwin.projects.models.ledger import DayStatementRow as DayStatementRow
from firstwin.projects.models.ledger import LedgerEntry as LedgerEntry
from firstwin.projects.models.plans import Baseline as Baseline
from firstwin.projects.models.plans import PlanStep as PlanStep
from firstwin.scheduling.contracts import LinkType
from firstwin.shared.models import WorkspaceModel

_IS_OPEN = Q(state__in=sorted(OPEN_STATES))


class IsOpen(models.Func):
    """Whether a task is open, with its states written out: SQLite applies a partial index only to what it can read."""

    template = f"%(expressions)s IN ({', '.join(repr(str(state)) for state in sorted(OPEN_STATES))})"
    output_field = models.BooleanField()

    def __init__(self) -> None:
        super().__init__(models.F("state"))


class Project(WorkspaceModel):
    """A playbook version running for an account."""

    account = models.ForeignKey("customers.Account", on_delete=models.RESTRICT, related_name="+", db_index=False)
    playbook_version = models.ForeignKey(
        "playbooks.PlaybookVersion", on_delete=models.RESTRICT, related_name="+", db_index=False
    )
    owner = models.ForeignKey("identity.Member", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=choices_of(ProjectState), default=ProjectState.ACTIVE)
    version = models.PositiveIntegerField(default=1)
    launch_key = models.CharField(max_length=200, null=True)
    fields = models.JSONField(default=dict)
    decisions = models.JSONField(default=list)
    completion = models.JSONField(default=list)

    account_name = models.CharField(max_length=200)
    segment = models.CharField(max_length=20)
    industry = models.CharField(max_length=30)
    owner_name = models.CharField(max_length=200, blank=True)
    playbook_id = models.UUIDField()
    playbook_name = models.CharField(max_length=200)
    playbook_number = models.PositiveIntegerField()

    # By which calendars the plan was dated last (rules.owners.calendars_mark; empty: unknown).
    calendars_mark = models.CharField(max_length=16, blank=True)

    # The ledger of days: from the end that was to be, to the end as things stood on the day counted last.
    baseline_end_at = models.DateTimeField(null=True)
    baseline_number = models.PositiveSmallIntegerField(default=1)
    current_end_at = models.DateTimeField(null=True)
    counted_from = models.DateField(null=True)
    counted_on = models.DateField(null=True)
    lost_days = models.IntegerField(default=0)
    ledger_length = models.PositiveIntegerField(default=0)

    signed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    launched_at = models.DateTimeField()
    target_end_at = models.DateTimeField()
    planned_end_at = models.DateTimeField()
    first_value_at = models.DateTimeField(null=True)
    first_value_evidence = models.TextField(blank=True)
    first_value_task_id = models.UUIDField(null=True)
    completed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    state_reason = models.TextField(blank=True)
    held_since = models.DateTimeField(null=True)
    hold_side = models.CharField(max_length=12, blank=True)
    hold_reason = models.TextField(blank=True)
    last_customer_activity_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    # Worked out from the plan by rules.progress and kept by operations.settling.
    stage_count = models.PositiveSmallIntegerField(default=0)
    task_count = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    stuck_count = models.PositiveIntegerField(default=0)
    current_stage = models.CharField(max_length=200, blank=True)
    current_stage_position = models.PositiveSmallIntegerField(default=0)
    next_milestone = models.CharField(max_length=300, blank=True)
    next_milestone_at = models.DateTimeField(null=True)
    earliest_due_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    vendor_ready_at = models.DateTimeField(null=True)
    next_wake_at = models.DateTimeField(null=True)

    # Kept by operations.forecasting; a change of the plan asks for a new forecast by setting `forecast_due_at`.
    forecast_due_at = models.DateTimeField(null=True)
    likely_end_at = models.DateTimeField(null=True)
    likely_chance = models.FloatField(null=True)

    if TYPE_CHECKING:
        account_id: UUID
        playbook_version_id: UUID
        owner_id: UUID | None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "launch_key"], name="projects_project_launch_key"),
        ]
        indexes = [
            models.Index(fields=["account"], name="projects_project_account"),
            models.Index(fields=["workspace", "planned_end_at", "id"], name="projects_project_end"),
            models.Index(
                fields=["forecast_due_at"], condition=Q(forecast_due_at__isnull=False), name="projects_project_forecast"
            ),
            models.Index(fields=["workspace", "-updated_at", "id"], name="projects_project_updated"),
            models.Index(fields=["workspace", "account_name", "id"], name="projects_project_name"),
            models.Index(fields=["workspace", "owner", "state"], name="projects_project_owner"),
            models.Index(
                fields=["workspace", "current_stage", "planned_end_at", "id", "state"], name="projects_project_board"
            ),
            models.Index(
                # Everything that makes a standing: counting ten thousand of them touches no wide row.
                fields=[
                    "workspace",
                    "state",
                    "earliest_due_at",
                    "waiting_since",
                    "vendor_ready_at",
                    "stuck_count",
                    "planned_end_at",
                    "target_end_at",
                    "likely_chance",
                    "launched_at",
                    "last_customer_activity_at",
                    "first_value_at",
                    "id",
                ],
                name="projects_project_standing",
            ),
        ]


class ProjectStage(WorkspaceModel):
    """A stage of a running project."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    objective = models.TextField(blank=True)
    visibility = models.CharField(max_length=12, choices=choices_of(Visibility))
    position = models.PositiveSmallIntegerField()
    start_at = models.DateTimeField()
    due_at = models.DateTimeField()
    entered_at = models.DateTimeField(null=True)
    exit_criteria = models.JSONField(default=list)
    timing = models.JSONField(default=dict)

    if TYPE_CHECKING:
        project_id: UUID


class ProjectTask(WorkspaceModel):
    """A task or milestone of a running project. `timing` is how the playbook times it; `details` what it consists of."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+")
    stage = models.ForeignKey("projects.ProjectStage", on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=120)
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=choices_of(TaskKind))
    description = models.TextField(blank=True)
    guidance = models.TextField(blank=True)
    owner_role = models.CharField(max_length=100, blank=True)
    side = models.CharField(max_length=10, choices=choices_of(Side))
    visibility = models.CharField(max_length=12, choices=choices_of(Visibility))
    is_required = models.BooleanField(default=True)
    is_automatic = models.BooleanField(default=False)
    position = models.PositiveIntegerField()
    timing = models.JSONField(default=dict)
    details = models.JSONField(default=dict)

    member = models.ForeignKey(
        "identity.Member", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    contact = models.ForeignKey(
        "customers.Contact", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    assignee_name = models.CharField(max_length=200, blank=True)

    state = models.CharField(max_length=20, choices=choices_of(TaskState), default=TaskState.OPEN)
    stuck_side = models.CharField(max_length=12, blank=True, choices=choices_of(ReasonSide))
    reason = models.TextField(blank=True)
    start_at = models.DateTimeField()
    due_at = models.DateTimeField()
    baseline_start_at = models.DateTimeField()
    baseline_due_at = models.DateTimeField()
    is_start_fixed = models.BooleanField(default=False)
    is_due_fixed = models.BooleanField(default=False)
    not_before_at = models.DateTimeField(null=True)
    must_finish_by_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    stuck_since = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    finished_by = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=dict)
    evidence = models.TextField(blank=True)
    came_due_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    meeting_at = models.DateTimeField(null=True)  # for when its meeting is arranged, whatever the plan says

    version = models.PositiveIntegerField(default=1)
    changed_by = models.CharField(max_length=200, blank=True)
    change = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField()

    # Kept by operations: whether everything before it is done, and how much hangs on it.
    is_released = models.BooleanField(default=False)
    comment_count = models.PositiveIntegerField(default=0)
    file_count = models.PositiveIntegerField(default=0)

    if TYPE_CHECKING:
        project_id: UUID
        stage_id: UUID
        member_id: UUID | None
        contact_id: UUID | None

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gte=models.F("start_at")), name="projects_task_due_after_start"),
        ]
        indexes = [
            models.Index(fields=["project"], condition=_IS_OPEN, name="projects_task_open"),
            # Without their dates: those of many tasks move at once, and what no index knows of is written to the row alone.
            models.Index(fields=["member"], condition=_IS_OPEN & Q(member__isnull=False), name="projects_task_member"),
            models.Index(
                fields=["contact"], condition=_IS_OPEN & Q(contact__isnull=False), name="projects_task_contact"
            ),
            models.Index(
                fields=["workspace", "submitted_at"],
                condition=Q(state=TaskState.AWAITING_APPROVAL),
                name="projects_task_approvals",
            ),
            models.Index(fields=["member"], condition=Q(state=TaskState.STUCK), name="projects_task_stuck"),
            models.Index(fields=["workspace", "name", "id", "state"], condition=_IS_OPEN, name="projects_task_name"),
        ]


class TaskLink(WorkspaceModel):
    """A dependency; each end is a task or a stage."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+")
    predecessor = models.ForeignKey(
        "projects.ProjectTask", on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    predecessor_stage = models.ForeignKey(
        "projects.ProjectStage", on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    successor = models.ForeignKey(
        "projects.ProjectTask", on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    successor_stage = models.ForeignKey(
        "projects.ProjectStage", on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    type = models.CharField(max_length=20, choices=choices_of(LinkType), default=LinkType.FINISH_TO_START)
    lag = models.CharField(max_length=12, blank=True)

    if TYPE_CHECKING:
        project_id: UUID
        predecessor_id: UUID | None
        predecessor_stage_id: UUID | None
        successor_id: UUID | None
        successor_stage_id: UUID | None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(predecessor__isnull=True) ^ Q(predecessor_stage__isnull=True),
                name="projects_link_one_predecessor",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) ^ Q(successor_stage__isnull=True),
                name="projects_link_one_successor",
            ),
        ]


class ProjectRole(WorkspaceModel):
    """A role of the playbook in one project, and who fills it."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    side = models.CharField(max_length=10, choices=choices_of(Side))
    position = models.PositiveSmallIntegerField(default=0)
    member = models.ForeignKey(
        "identity.Member", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    contact = models.ForeignKey(
        "customers.Contact", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    person_name = models.CharField(max_length=200, blank=True)
    person_email = models.CharField(max_length=254, blank=True)

    if TYPE_CHECKING:
        project_id: UUID
        member_id: UUID | None
        contact_id: UUID | None


class Comment(WorkspaceModel):
    """A comment on a task or, without one, on the project. `body_html` is rendered and sanitised when written."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    task = models.ForeignKey("projects.ProjectTask", on_delete=models.CASCADE, null=True, related_name="+")
    author_kind = models.CharField(max_length=10, choices=choices_of(AuthorKind))
    author_id = models.UUIDField(null=True)
    author_name = models.CharField(max_length=200)
    author_side = models.CharField(max_length=10, choices=choices_of(Side))
    body = models.TextField()
    body_html = models.TextField()
    is_internal = models.BooleanField(default=False)
    mentions = models.JSONField(default=list)
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        project_id: UUID
        task_id: UUID | None

    class Meta:
        indexes = [
            models.Index(fields=["project", "at"], name="projects_comment_project"),
            models.Index(
                fields=["workspace", "at"],
                condition=Q(author_side=Side.CUSTOMER, answered_at__isnull=True),
                name="projects_comment_unanswered",
            ),
        ]


class Attachment(WorkspaceModel):
    """A file handed in or attached; its bytes lie in the files folder under their SHA-256."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey("projects.ProjectTask", on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    requested = models.CharField(max_length=300, blank=True)
    is_internal = models.BooleanField(default=False)
    uploaded_by_kind = models.CharField(max_length=10, choices=choices_of(AuthorKind))
    uploaded_by_id = models.UUIDField(null=True)
    uploaded_by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        project_id: UUID
        task_id: UUID | None


class Hold(WorkspaceModel):
    """A stretch of time in which a project was on hold; what lay ahead moved by it."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+")
    side = models.CharField(max_length=12, choices=choices_of(ReasonSide))
    reason = models.TextField()
    held_by = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        project_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=Q(ended_at__isnull=True), name="projects_hold_one_at_a_time"
            ),
        ]


class ProjectUpdate(WorkspaceModel):
    """A project was brought to a newer version of its playbook, whole or in part.

    `refused` holds the marks of what was refused, by item. `undo` is what the rows were before, `stamp` the plan
    as the update left it: while it is still so, the update can be taken back.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    from_version = models.ForeignKey(
        "playbooks.PlaybookVersion", on_delete=models.RESTRICT, related_name="+", db_index=False
    )
    to_version = models.ForeignKey(
        "playbooks.PlaybookVersion", on_delete=models.RESTRICT, related_name="+", db_index=False
    )
    from_number = models.PositiveIntegerField()
    to_number = models.PositiveIntegerField()
    accepted = models.JSONField(default=list)
    refused = models.JSONField(default=dict)
    left_count = models.PositiveIntegerField(default=0)
    is_finished = models.BooleanField(default=False)
    undo = models.JSONField(default=dict)
    stamp = models.JSONField(default=dict)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        project_id: UUID
        from_version_id: UUID
        to_version_id: UUID

    class Meta:
        indexes = [models.Index(fields=["project", "at"], name="projects_update_project")]


class UpdateRun(WorkspaceModel):
    """One rule of updating for many projects of a playbook, tried out or carried out."""

    playbook_id = models.UUIDField()
    to_version = models.ForeignKey(
        "playbooks.PlaybookVersion", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    to_number = models.PositiveIntegerField()
    is_trial = models.BooleanField()
    rule = models.JSONField()
    scope = models.JSONField()
    project_ids = models.JSONField()
    done_count = models.PositiveIntegerField(default=0)
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        to_version_id: UUID

    class Meta:
        indexes = [models.Index(fields=["workspace", "playbook_id", "started_at"], name="projects_run_playbook")]


class UpdateRunResult(WorkspaceModel):
    """What came of one project in a run; written once, so that a repeated job changes nothing."""

    run = models.ForeignKey("projects.UpdateRun", on_delete=models.CASCADE, related_name="+", db_index=False)
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    outcome = models.CharField(max_length=12, choices=choices_of(RunOutcome))
    text = models.TextField(blank=True)
    accepted = models.PositiveIntegerField(default=0)
    left_count = models.PositiveIntegerField(default=0)
    conflicts = models.PositiveIntegerField(default=0)
    end_before = models.DateTimeField(null=True)
    end_after = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        run_id: UUID
        project_id: UUID

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "project"], name="projects_run_once_per_project")]


class ProjectForecast(WorkspaceModel):
    """The latest forecast of a project, and by day what was likely then."""

    project = models.OneToOneField("projects.Project", on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    detail = models.JSONField(default=dict)
    history = models.JSONField(default=list)

    if TYPE_CHECKING:
        project_id: UUID


class LearnedHistory(WorkspaceModel):
    """What the finished work of a workspace teaches about lengths; learned anew every day."""

    learned_at = models.DateTimeField()
    finished = models.PositiveIntegerField(default=0)
    groups = models.JSONField(default=dict)
    shape = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace"], name="projects_learned_once")]

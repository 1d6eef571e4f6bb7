"""Rows as others see them. Inside projects only; nothing here reads the database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects.contracts import (
    CommentInfo,
    FileInfo,
    PersonRef,
    ProjectRole,
    ProjectState,
    ProjectSummary,
    ReasonSide,
    StageInfo,
    Standing,
    TaskInfo,
    TaskStanding,
    TaskState,
)
from firstwin.projects.models import Attachment, Comment, Project, ProjectStage, ProjectTask
from firstwin.projects.models import ProjectRole as RoleRow
from firstwin.projects.rules.progress import COUNTED_OUT
from firstwin.projects.rules.standing import project_standing, task_standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What of a project is late and what waits for the customer at this moment."""

    late: int = 0
    waiting: int = 0


def told_to(actor: Actor, at: datetime) -> datetime:
    """Return an instant in the zone of whoever reads: days in sentences are those of the zone in which now is told."""
    return at.astimezone(ZoneInfo(actor.time_zone))


def person_of(row: ProjectTask | RoleRow) -> PersonRef | None:
    """Return who a row is assigned to."""
    name = row.assignee_name if isinstance(row, ProjectTask) else row.person_name
    email = "" if isinstance(row, ProjectTask) else row.person_email
    if row.member_id is not None:
        return PersonRef(side=Side.VENDOR, id=row.member_id, name=name, email=email)
    if row.contact_id is not None:
        return PersonRef(side=Side.CUSTOMER, id=row.contact_id, name=name, email=email)
    return None


def role_info(row: RoleRow) -> ProjectRole:
    """Return a role row."""
    return ProjectRole(key=row.key, name=row.name, side=Side(row.side), person=person_of(row))


def task_info(
    row: ProjectTask,
    *,
    blocked_by: Sequence[str],
    predecessor_ids: Sequence[UUID] = (),
    is_project_running: bool,
    at: datetime,
) -> TaskInfo:
    """Return a task row with its standing at an instant."""
    standing, reason = _standing_of(row, blocked_by, is_project_running=is_project_running, at=at)
    return TaskInfo(
        id=row.id,
        project_id=row.project_id,
        stage_id=row.stage_id,
        key=row.key,
        name=row.name,
        kind=TaskKind(row.kind),
        description=row.description,
        guidance=row.guidance,
        owner_role=row.owner_role,
        side=Side(row.side),
        assignee=person_of(row),
        visibility=Visibility(row.visibility),
        is_required=row.is_required,
        is_automatic=row.is_automatic,
        state=TaskState(row.state),
        standing=standing,
        standing_reason=reason,
        stuck_side=ReasonSide(row.stuck_side) if row.stuck_side else None,
        reason=row.reason,
        start_at=row.start_at,
        due_at=row.due_at,
        baseline_start_at=row.baseline_start_at,
        baseline_due_at=row.baseline_due_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        finished_by=row.finished_by,
        position=row.position,
        version=row.version,
        deliverables=tuple(row.details.get("deliverables", ())),
        settings=dict(row.details.get("settings", {})),
        result=dict(row.result),
        evidence=row.evidence,
        predecessor_ids=tuple(predecessor_ids),
        comment_count=row.comment_count,
        file_count=row.file_count,
        is_start_fixed=row.is_start_fixed,
        is_due_fixed=row.is_due_fixed,
        not_before_at=row.not_before_at,
        must_finish_by_at=row.must_finish_by_at,
        duration=row.timing.get("duration") or "",
        changed_by=row.changed_by,
        changed_at=row.changed_at,
        estimate_hours=row.details.get("estimate_hours"),
        is_held=bool(blocked_by),
    )


def _standing_of(
    row: ProjectTask, blocked_by: Sequence[str], *, is_project_running: bool, at: datetime
) -> tuple[TaskStanding, str]:
    return task_standing(
        state=TaskState(row.state),
        start_at=row.start_at,
        due_at=row.due_at,
        finished_at=row.finished_at,
        stuck_since=row.stuck_since,
        reason=row.reason,
        blocked_by=blocked_by,
        is_project_running=is_project_running,
        now=at,
    )


def stage_info(row: ProjectStage, tasks: Sequence[TaskInfo], *, is_current: bool) -> StageInfo:
    """Return a stage row with its tasks."""
    counted = [task for task in tasks if task.state not in COUNTED_OUT]
    return StageInfo(
        id=row.id,
        key=row.key,
        name=row.name,
        objective=row.objective,
        visibility=Visibility(row.visibility),
        position=row.position,
        start_at=row.start_at,
        due_at=row.due_at,
        exit_criteria=tuple(row.exit_criteria),
        done_count=sum(task.state is TaskState.DONE for task in counted),
        task_count=len(counted),
        is_current=is_current,
        tasks=tuple(tasks),
    )


def standing_of(row: Project, counts: Counts, at: datetime) -> tuple[Standing, str]:
    """Return how a project stands at an instant, and why."""
    return project_standing(
        state=ProjectState(row.state),
        account_name=row.account_name,
        state_reason=row.state_reason,
        held_since=row.held_since,
        hold_reason=row.hold_reason,
        ended_at=row.completed_at or row.cancelled_at,
        planned_end_at=row.planned_end_at,
        target_end_at=row.target_end_at,
        likely_chance=row.likely_chance,
        earliest_due_at=row.earliest_due_at,
        waiting_since=row.waiting_since,
        vendor_ready_at=row.vendor_ready_at,
        last_customer_activity_at=row.last_customer_activity_at,
        launched_at=row.launched_at,
        late_count=counts.late,
        stuck_count=row.stuck_count,
        waiting_count=counts.waiting,
        now=at,
    )


def project_summary(row: Project, counts: Counts, at: datetime) -> ProjectSummary:
    """Return a project row with its standing at an instant."""
    standing, reason = standing_of(row, counts, at)
    return ProjectSummary(
        id=row.id,
        workspace_id=row.workspace_id,
        account_id=row.account_id,
        account_name=row.account_name,
        name=row.name,
        playbook_id=row.playbook_id,
        playbook_version_id=row.playbook_version_id,
        playbook_name=row.playbook_name,
        playbook_version=row.playbook_number,
        segment=row.segment,
        industry=row.industry,
        state=ProjectState(row.state),
        standing=standing,
        standing_reason=reason,
        owner=PersonRef(side=Side.VENDOR, id=row.owner_id, name=row.owner_name) if row.owner_id else None,
        current_stage=row.current_stage,
        current_stage_position=row.current_stage_position,
        stage_count=row.stage_count,
        done_count=row.done_count,
        task_count=row.task_count,
        next_milestone=row.next_milestone,
        next_milestone_at=row.next_milestone_at,
        late_count=counts.late,
        stuck_count=row.stuck_count,
        signed_at=row.signed_at,
        started_at=row.started_at,
        target_end_at=row.target_end_at,
        planned_end_at=row.planned_end_at,
        likely_end_at=row.likely_end_at if row.state == ProjectState.ACTIVE else None,
        likely_chance=row.likely_chance if row.state == ProjectState.ACTIVE else None,
        lost_days=row.lost_days,
        first_value_at=row.first_value_at,
        completed_at=row.completed_at,
        last_customer_activity_at=row.last_customer_activity_at,
        updated_at=row.updated_at,
    )


def comment_info(row: Comment) -> CommentInfo:
    """Return a comment row."""
    return CommentInfo(
        id=row.id,
        project_id=row.project_id,
        task_id=row.task_id,
        author_id=row.author_id,
        author_name=row.author_name,
        author_side=Side(row.author_side),
        body=row.body,
        body_html=row.body_html,
        is_internal=row.is_internal,
        mentions=tuple(UUID(text) for text in row.mentions),
        at=row.at,
    )


def file_info(row: Attachment) -> FileInfo:
    """Return a file row."""
    return FileInfo(
        id=row.id,
        project_id=row.project_id,
        task_id=row.task_id,
        name=row.name,
        size=row.size,
        media_type=row.media_type,
        requested=row.requested,
        is_internal=row.is_internal,
        uploaded_by=row.uploaded_by_name,
        at=row.at,
    )


def for_contact(task: TaskInfo) -> TaskInfo:
    """Return a task as a contact may see it: without the guidance, the deadline and the hours of the team."""
    return replace(task, guidance="", must_finish_by_at=None, estimate_hours=None)

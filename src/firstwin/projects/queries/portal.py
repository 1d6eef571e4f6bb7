"""A project as its customer sees it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects import permissions
from firstwin.projects.contracts import RUNNING_STATES, ProjectRole, ProjectState, TaskInfo, TaskStanding, TaskState
from firstwin.projects.contracts.portal import PortalProject, PortalStage, PortalTask
from firstwin.projects.models import Comment
from firstwin.projects.queries import plans, projects, proofs
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.queries.shown import told_to
from firstwin.projects.rules import portal as portal_rules
from firstwin.projects.rules import progress
from firstwin.shared.errors import PermissionDeniedError


def list_portal_projects(*, actor: Actor) -> tuple[tuple[UUID, str, ProjectState], ...]:
    """Return the projects of a contact's account as (id, name, state), running ones and the latest first."""
    _require_contact(actor)
    rows = plans.projects_of(actor).exclude(state__in=[ProjectState.DRAFT, ProjectState.CANCELLED])
    found = rows.order_by("-started_at", "-id").values_list("id", "name", "state")
    listed = [(project_id, name, ProjectState(state)) for project_id, name, state in found]
    return tuple(sorted(listed, key=lambda row: row[2] not in RUNNING_STATES))


def get_portal_project(*, actor: Actor, project_id: UUID, at: datetime) -> PortalProject:
    """Return what a contact may see of a project, in seven reads, eight where usage closes a task.

    Counts and percent are of what a contact may see.

    Internal stages and tasks do not exist here; a title-only task has its title and dates, no details. Members may look
    too, and then see exactly what a contact without a task of their own would see.
    """
    plan = plans.load_plan(actor, plans.project_row(actor, project_id))
    project = plan.project
    held = progress.blockers(plan.facts(is_dated=False))
    roles = projects.list_roles(actor=actor, project_id=project_id)
    infos = [
        info
        for info in projects.task_infos(plan, held, told_to(actor, at))
        if info.visibility is not Visibility.INTERNAL and info.state is not TaskState.CANCELLED
    ]
    shared_comments = _shared_comments(actor, project_id)
    seen = _seen_in_usage(actor, infos)
    shown = [
        _task(info, actor, roles, comments=shared_comments.get(info.id, 0), seen=seen.get(info.id, ""))
        for info in infos
    ]
    by_stage = {info.id: info.stage_id for info in infos}
    stages = _stages(plan, shown, by_stage)
    counted = [task for task in shown if task.state is not TaskState.NOT_APPLICABLE]
    done = sum(task.state is TaskState.DONE for task in counted)
    return PortalProject(
        id=project.id,
        workspace_id=project.workspace_id,
        account_id=project.account_id,
        account_name=project.account_name,
        name=project.name,
        state=ProjectState(project.state),
        stages=stages,
        next_step=portal_rules.next_step(shown),
        next_meeting=portal_rules.next_meeting(shown, at),
        done_count=done,
        task_count=len(counted),
        percent=portal_rules.percent(done, len(counted)),
        people=tuple(role for role in roles if role.person is not None),
        target_end_at=project.target_end_at,
        planned_end_at=max((task.due_at for task in counted), default=project.planned_end_at),
        first_value_at=project.first_value_at,
        completed_at=project.completed_at,
    )


def _shared_comments(actor: Actor, project_id: UUID) -> dict[UUID, int]:
    rows = Comment.objects.for_actor(actor).filter(project_id=project_id, task_id__isnull=False, is_internal=False)
    return dict(rows.values("task_id").annotate(count=Count("id")).order_by().values_list("task_id", "count"))


def _require_contact(actor: Actor) -> None:
    if not permissions.is_contact(actor):
        raise PermissionDeniedError("This is the customers' list.", remedy="Look at the portfolio.")


def _stages(plan: RunningPlan, tasks: list[PortalTask], stage_of: dict[UUID, UUID]) -> tuple[PortalStage, ...]:
    found: list[PortalStage] = []
    for row in plan.stages:
        own = tuple(task for task in tasks if stage_of[task.id] == row.id)
        if row.visibility == Visibility.INTERNAL or not own:
            continue
        counted = [task for task in own if task.state is not TaskState.NOT_APPLICABLE]
        found.append(
            PortalStage(
                id=row.id,
                name=row.name,
                objective=row.objective if row.visibility == Visibility.SHARED else "",
                start_at=min(task.start_at for task in own),
                due_at=max(task.due_at for task in own),
                done_count=sum(task.state is TaskState.DONE for task in counted),
                task_count=len(counted),
                is_current=False,
                tasks=own,
            )
        )
    return portal_rules.with_current(found)


def _seen_in_usage(actor: Actor, infos: Sequence[TaskInfo]) -> dict[UUID, str]:
    """Return how far usage is with shared tasks that wait for it; one read, none where there is no such task."""
    kinds = {TaskKind.USAGE, TaskKind.MILESTONE}
    waiting = [
        info.id
        for info in infos
        if info.kind in kinds and info.visibility is Visibility.SHARED and info.finished_at is None
    ]
    found = proofs.get_proofs(actor=actor, task_ids=waiting)
    return {task_id: proof.progress for task_id, proof in found.items() if proof.checked_at is not None}


def _task(info: TaskInfo, actor: Actor, roles: tuple[ProjectRole, ...], *, comments: int, seen: str = "") -> PortalTask:
    is_shared = info.visibility is Visibility.SHARED
    is_open = info.finished_at is None
    is_approval = info.kind is TaskKind.APPROVAL
    works = permissions.is_contact(actor) and permissions.can_work_on_task(
        actor, side=info.side, visibility=info.visibility
    )
    approves = is_shared and is_approval and portal_rules.approves(actor.id, info, roles, works=works)
    return PortalTask(
        id=info.id,
        name=info.name,
        kind=info.kind,
        has_details=is_shared,
        description=info.description if is_shared else "",
        state=info.state,
        standing=_standing(info) if is_shared else _plain(info),
        standing_reason=_reason(info, is_shared=is_shared),
        is_yours=info.assignee is not None and info.assignee.id == actor.id,
        can_act=works and is_open and not is_approval,
        can_approve=approves and is_open,
        assignee=info.assignee if is_shared else None,
        side=info.side,
        start_at=info.start_at,
        due_at=info.due_at,
        finished_at=info.finished_at,
        settings=portal_rules.visible_settings(info) if is_shared else {},
        deliverables=info.deliverables if is_shared else (),
        result=info.result if is_shared else {},
        version=info.version,
        comment_count=comments if is_shared else 0,
        file_count=info.file_count if is_shared else 0,
        seen_in_usage=seen if is_shared else "",
    )


def _standing(info: TaskInfo) -> TaskStanding:
    """Return how a shared task stands: nobody is late with what cannot begin yet."""
    is_early = info.is_held and info.state is TaskState.OPEN
    return TaskStanding.BLOCKED if is_early and info.standing is TaskStanding.LATE else info.standing


def _plain(info: TaskInfo) -> TaskStanding:
    """Return the standing of a title-only task: done, running or to come, and nothing of what is behind it."""
    if info.finished_at is not None:
        return info.standing
    return TaskStanding.IN_PROGRESS if info.started_at is not None else TaskStanding.SCHEDULED


def _reason(info: TaskInfo, *, is_shared: bool) -> str:
    """Return why a task stands as it does; what it waits for is named only where that is shared too, so it is not."""
    if not is_shared:
        return ""
    if _standing(info) is TaskStanding.BLOCKED:
        return "Comes later"
    return info.standing_reason if info.side is Side.CUSTOMER or info.state is not TaskState.STUCK else "Stuck"

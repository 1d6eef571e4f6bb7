"""One project with its whole plan."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from firstwin.identity.contracts import Actor
from firstwin.journal import queries as journal_queries
from firstwin.journal.contracts import EntryFilter, EntryInfo
from firstwin.playbooks.contracts import Visibility
from firstwin.projects import permissions
from firstwin.projects.contracts import (
    OPEN_STATES,
    CriterionInfo,
    ProjectDetail,
    ProjectRole,
    ProjectState,
    ReasonSide,
    TaskInfo,
)
from firstwin.projects.contracts.steering import PlanRoom
from firstwin.projects.models import ProjectRole as RoleRow
from firstwin.projects.queries import plans, shown, steering
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import finishing, progress, proofs
from firstwin.scheduling.contracts import LinkType
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE, Page


def get_project(*, actor: Actor, project_id: UUID, at: datetime) -> ProjectDetail:
    """Return a project with stages, tasks, roles and criteria, in six reads however large it is.

    Raises NotFoundError. For members; what a contact sees is `portal.get_portal_project`.
    """
    return _detail_of(actor, plans.load_for_team(actor, project_id), at)


def get_project_with_room(*, actor: Actor, project_id: UUID, at: datetime) -> tuple[ProjectDetail, PlanRoom]:
    """Return a project as `get_project` does and what its tasks have to spare, from one reading of its plan."""
    plan = plans.load_for_team(actor, project_id)
    detail = _detail_of(actor, plan, at)
    return detail, steering.room_of(plan, detail.roles)


def _detail_of(actor: Actor, plan: RunningPlan, at: datetime) -> ProjectDetail:
    project, at = plan.project, shown.told_to(actor, at)
    facts = plan.facts(is_dated=False)
    held = progress.blockers(facts)
    current = progress.current_stage(facts.stages, facts.tasks)
    by_stage: dict[UUID, list[TaskInfo]] = {}
    for info in task_infos(plan, held, at):
        by_stage.setdefault(info.stage_id, []).append(info)
    return ProjectDetail(
        summary=shown.project_summary(project, counts_of(plan, held, at), at),
        roles=list_roles(actor=actor, project_id=project.id),
        fields=dict(project.fields),
        stages=tuple(
            shown.stage_info(row, by_stage.get(row.id, []), is_current=current is not None and row.id == current.id)
            for row in plan.stages
        ),
        completion=tuple(
            CriterionInfo(key=key, text=text, is_met=is_met, reason=reason)
            for key, text, is_met, reason in criteria_of(plan)
        ),
        hold_reason=project.hold_reason,
        hold_side=ReasonSide(project.hold_side) if project.hold_side else None,
        held_since=project.held_since,
        version=project.version,
        is_first_win_near=project.first_value_at is None
        and proofs.is_first_win_near(facts, plans.first_value_ids(plan), held, at),
    )


def task_infos(plan: RunningPlan, held: Mapping[UUID, tuple[str, ...]], at: datetime) -> list[TaskInfo]:
    """Return every task of a loaded plan in order; inside projects only."""
    predecessors: dict[UUID, list[UUID]] = {}
    for link in plan.links:
        if link.successor_id is not None and link.predecessor_id is not None and link.type == LinkType.FINISH_TO_START:
            predecessors.setdefault(link.successor_id, []).append(link.predecessor_id)
    is_running = plan.project.state == ProjectState.ACTIVE
    return [
        shown.task_info(
            row,
            blocked_by=held.get(row.id, ()),
            predecessor_ids=predecessors.get(row.id, ()),
            is_project_running=is_running,
            at=at,
        )
        for row in plans.tasks_in_order(plan)
    ]


def counts_of(plan: RunningPlan, held: Mapping[UUID, tuple[str, ...]], at: datetime) -> shown.Counts:
    """Return what of a loaded plan is late and what waits for the customer; inside projects only."""
    if plan.project.state != ProjectState.ACTIVE:
        return shown.Counts()
    open_facts = [plans.task_fact(row) for row in plan.tasks.values() if row.state in OPEN_STATES]
    return shown.Counts(
        late=sum(fact.due_at < at for fact in open_facts),
        waiting=sum(
            progress.waits_for(fact, held) is ReasonSide.CUSTOMER and progress.waiting_from(fact) <= at
            for fact in open_facts
        ),
    )


def criteria_of(plan: RunningPlan, confirmed: tuple[str, ...] = ()) -> list[tuple[str, str, bool, str]]:
    """Return the completion criteria of a loaded plan as (key, text, is met, reason); inside projects only."""
    return finishing.unmet(
        plan.project.completion,
        open_required=[row.name for row in plans.tasks_in_order(plan) if row.is_required and row.state in OPEN_STATES],
        states={row.key: str(row.state) for row in plan.tasks.values()},
        names={row.key: row.name for row in plan.tasks.values()},
        confirmed=confirmed,
    )


def list_roles(*, actor: Actor, project_id: UUID) -> tuple[ProjectRole, ...]:
    """Return the roles of a project and who fills them; a contact sees names and addresses of both sides too."""
    rows = RoleRow.objects.for_actor(actor).filter(project__in=plans.projects_of(actor), project_id=project_id)
    roles = tuple(shown.role_info(row) for row in rows.order_by("position", "id"))
    if not roles:
        plans.project_row(actor, project_id)  # raises NotFoundError, for the project may not be the reader's
    return roles


def list_timeline(
    *, actor: Actor, project_id: UUID, cursor: str | None = None, limit: int = DEFAULT_PAGE_SIZE
) -> Page[EntryInfo]:
    """Return what happened with a project, the latest first; raises NotFoundError and, for contacts, JournalDeniedError."""
    page = journal_queries.list_entries(actor, EntryFilter(project_id=project_id), cursor=cursor, limit=limit)
    if not page.items:
        plans.project_row(actor, project_id)
    return page


def get_task(*, actor: Actor, task_id: UUID, at: datetime) -> TaskInfo:
    """Return a task with what it waits for; raises NotFoundError, for a contact also for what is not shared."""
    plan = plans.load_plan(actor, plans.project_row(actor, plans.project_id_of_task(actor, task_id)))
    held = progress.blockers(plan.facts(is_dated=False))
    info = next((task for task in task_infos(plan, held, shown.told_to(actor, at)) if task.id == task_id), None)
    if info is None or not permissions.can_open_task(actor, visibility=Visibility(info.visibility)):
        raise plans.task_not_found()
    return shown.for_contact(info) if permissions.is_contact(actor) else info

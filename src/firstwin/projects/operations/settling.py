"""What follows from a change in a running plan: dates, releases, figures, the stage, the timer and the facts about them.

Inside projects only: every operation that changes a plan loads it with `opened`, changes rows and calls `settle`.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.projects import events, permissions
from firstwin.projects.contracts import OPEN_STATES, ProjectState, StaleVersionError, WrongStateError
from firstwin.projects.models import Project, ProjectStage, ProjectTask
from firstwin.projects.operations import waking
from firstwin.projects.queries import plans
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import dates, progress
from firstwin.projects.rules.facts import PlanFacts
from firstwin.projects.rules.standing import day
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import CycleError, PlanDates
from firstwin.shared.errors import ConflictError, PermissionDeniedError

RUNNING = frozenset({ProjectState.ACTIVE, ProjectState.ON_HOLD})


def opened(*, actor: Actor, project_id: UUID) -> RunningPlan:
    """Lock a project and load its plan; raises NotFoundError."""
    return plans.load_plan(actor, plans.project_row(actor, project_id, is_locked=True))


def opened_at_task(*, actor: Actor, task_id: UUID, expected_version: int | None) -> tuple[RunningPlan, ProjectTask]:
    """Lock the project of a task and load its plan; raises NotFoundError, StaleVersionError, WrongStateError."""
    plan = opened(actor=actor, project_id=plans.project_id_of_task(actor, task_id))
    task = plan.tasks.get(task_id)
    if task is None:
        raise plans.task_not_found()
    require_running(plan.project)
    require_version(task, expected_version)
    return plan, task


def require_running(project: Project) -> None:
    """Raise WrongStateError for a project that is complete or cancelled."""
    if ProjectState(project.state) not in RUNNING:
        raise WrongStateError(f"{project.name} is {project.state}.", remedy="Reopen the project to change its plan.")


def require_version(task: ProjectTask, expected: int | None) -> None:
    """Raise StaleVersionError, saying who changed what, when the reader saw an older version."""
    if expected is not None and expected != task.version:
        when = f"{day(task.changed_at, task.changed_at)} at {task.changed_at:%H:%M} UTC"
        raise StaleVersionError(
            f"{task.changed_by or 'Someone'} changed “{task.name}” on {when}: {task.change or 'changed'}.",
            remedy="Look at it again and repeat your change if it still fits.",
        )


def require_editor(*, actor: Actor) -> None:
    """Raise PermissionDeniedError for somebody who may not change plans."""
    if not permissions.can_edit_projects(actor):
        raise PermissionDeniedError("You may not change this project.", remedy="Ask its owner or a manager.")


def touch(plan: RunningPlan, task: ProjectTask, *, actor: Actor, at: datetime, change: str) -> None:
    """Note who changed a task and what; `settle` writes it."""
    task.version += 1
    task.changed_by = actor.name[:200]
    task.change = change[:300]
    task.changed_at = at
    plan.touched.add(task.id)


def settle(plan: RunningPlan, *, actor: Actor, at: datetime, cause: str, is_activity: bool = True) -> None:
    """Work out and write everything that follows from the changed rows of a plan. Raises ConflictError for a circle.

    `cause` says, in the facts, why other tasks moved: "Kickoff call was completed". What is no activity, such as time
    passing, leaves the project where it stands in lists by last change.
    """
    project = plan.project
    before_end = project.planned_end_at
    planned = _plan_dates(plan.facts())
    moved = _place(plan, planned)
    facts = plan.facts()
    held = progress.blockers(facts)
    _release(plan, held)
    figures = progress.figures_of(facts, held)
    for name in waking.FIGURES:
        setattr(project, name, getattr(figures, name))
    project.planned_end_at = planned.end_at
    if is_activity:
        project.updated_at = at
    if permissions.is_contact(actor):
        project.last_customer_activity_at = at
    entered = _entered_stage(plan, facts, at)
    _write(plan)
    waking.set_or_cancel(project)
    _record(plan, entered, moved, before_end, actor=actor, at=at, cause=cause)


def _plan_dates(facts: PlanFacts) -> PlanDates:
    try:
        return scheduling_queries.plan_dates(dates.network_of(facts))
    except CycleError as error:
        raise ConflictError(f"{error}.", remedy="Take one of these dependencies out.") from error


def _place(plan: RunningPlan, planned: PlanDates) -> int:
    """Give open tasks and stages their dates; return how many tasks moved that nobody touched."""
    for stage in plan.stages:
        item = planned.items[stage.id.hex]
        if (stage.start_at, stage.due_at) != (item.start_at, item.due_at):
            stage.start_at, stage.due_at = item.start_at, item.due_at
            plan.moved_stages.add(stage.id)
    moved = 0
    for task in plan.tasks.values():
        item = planned.items[task.id.hex]
        if task.state not in OPEN_STATES or (task.start_at, task.due_at) == (item.start_at, item.due_at):
            continue
        moved += task.id not in plan.touched
        if item.due_at > task.due_at:
            task.overdue_at = None
        task.start_at, task.due_at = item.start_at, item.due_at
        plan.moved.add(task.id)
    return moved


def _release(plan: RunningPlan, held: Mapping[UUID, tuple[str, ...]]) -> None:
    for task in plan.tasks.values():
        is_released = task.id not in held
        if task.is_released != is_released:
            task.is_released = is_released
            plan.moved.add(task.id)


def _entered_stage(plan: RunningPlan, facts: PlanFacts, at: datetime) -> ProjectStage | None:
    """Return the stage that the project has just moved into, if it did."""
    current = progress.current_stage(facts.stages, facts.tasks)
    stage = next((row for row in plan.stages if current is not None and row.id == current.id), None)
    is_running = ProjectState(plan.project.state) in RUNNING
    if stage is None or stage.entered_at is not None or not is_running:
        return None
    stage.entered_at = at
    plan.moved_stages.add(stage.id)
    return stage


def _write(plan: RunningPlan) -> None:
    touched = [plan.tasks[task_id] for task_id in plan.touched if task_id in plan.tasks]
    moved = [plan.tasks[task_id] for task_id in plan.moved - plan.touched if task_id in plan.tasks]
    stages = [stage for stage in plan.stages if stage.id in plan.moved_stages]
    if len(touched) == 1:
        touched[0].save(update_fields=TASK_COLUMNS)
    elif touched:
        ProjectTask.objects.for_workspace(plan.project.workspace_id).bulk_update(touched, TASK_COLUMNS, batch_size=100)
    if moved:
        ProjectTask.objects.for_workspace(plan.project.workspace_id).bulk_update(moved, MOVED_COLUMNS, batch_size=200)
    if stages:
        ProjectStage.objects.for_workspace(plan.project.workspace_id).bulk_update(
            stages, ["start_at", "due_at", "entered_at"]
        )
    plan.project.save(update_fields=PROJECT_COLUMNS)


def _record(
    plan: RunningPlan,
    entered: ProjectStage | None,
    moved: int,
    before_end: datetime,
    *,
    actor: Actor,
    at: datetime,
    cause: str,
) -> None:
    project = plan.project
    if entered is not None:
        plan.happened.append(
            events.StageEntered(
                project_id=project.id, account_id=project.account_id, stage_id=entered.id, title=entered.name
            )
        )
    if moved:
        plan.happened.append(
            events.ProjectRescheduled(
                project_id=project.id,
                account_id=project.account_id,
                cause=cause,
                moved_tasks=moved,
                end_moved_seconds=int((project.planned_end_at - before_end).total_seconds()),
            )
        )
    journal_operations.record_many(plan.happened, actor=actor, at=at)


TASK_COLUMNS = [
    "stage_id", "name", "description", "guidance", "side", "visibility", "is_required", "position", "timing", "details",
    "member_id", "contact_id", "assignee_name", "owner_role", "state", "stuck_side", "reason", "start_at", "due_at",
    "is_start_fixed", "is_due_fixed", "started_at", "submitted_at", "stuck_since", "finished_at", "finished_by",
    "result", "evidence", "came_due_at", "overdue_at", "version", "changed_by", "change", "changed_at", "is_released",
    "file_count",
]  # fmt: skip
"""What a change to a task may write."""

MOVED_COLUMNS = ["start_at", "due_at", "is_released", "overdue_at", "came_due_at", "position"]
"""What following another task writes."""

PROJECT_COLUMNS = [
    *waking.FIGURES, "planned_end_at", "updated_at", "last_customer_activity_at", "state", "state_reason", "version",
    "held_since", "hold_side", "hold_reason", "first_value_at", "first_value_evidence", "first_value_task_id",
    "completed_at", "cancelled_at", "owner_id", "owner_name",
]  # fmt: skip
"""What an operation may write to the project itself."""

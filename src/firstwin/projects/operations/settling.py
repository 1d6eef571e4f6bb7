"""What follows from a change in a running plan: dates, releases, figures, the stage, the timer and the facts about them.

Inside projects only: every operation that changes a plan loads it with `opened`, changes rows and calls `settle`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from firstwin.identity.contracts import Actor, system_actor
from firstwin.journal import operations as journal_operations
from firstwin.projects import events, permissions
from firstwin.projects.contracts import OPEN_STATES, RUNNING_STATES, ProjectState, StaleVersionError, WrongStateError
from firstwin.projects.models import Project, ProjectStage, ProjectTask
from firstwin.projects.operations import counting, waking, watching
from firstwin.projects.queries import calendar_causes, plans
from firstwin.projects.queries.day_counts import Course
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.queries.shown import told_to
from firstwin.projects.rules import dates, owners, progress
from firstwin.projects.rules.facts import PlanFacts
from firstwin.projects.rules.standing import day
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import CycleError, InvalidCalendarError, PlanDates, PlanNetwork
from firstwin.shared import bulk
from firstwin.shared.errors import ConflictError, PermissionDeniedError


def opened(*, actor: Actor, project_id: UUID) -> RunningPlan:
    """Lock a project and load its plan; raises NotFoundError."""
    return _ready(plans.lock_plan(actor, project_id))


def loaded(*, actor: Actor, project: Project) -> RunningPlan:
    """Load the plan of a locked project to be changed: noted as it stands, and following every calendar."""
    return _ready(plans.load_plan(actor, project))


def _ready(plan: RunningPlan) -> RunningPlan:
    plan.note()
    catch_up(plan)
    return plan


def catch_up(plan: RunningPlan) -> None:
    """Let a plan follow calendars that changed, before anything else moves it: so each move is told with its own cause.

    They did when they are not those that it was dated by. Each change is followed on its own, at the time when it happened,
    so that what it moved does not hang on when the plan heard of it.
    """
    project = plan.project
    if ProjectState(project.state) not in RUNNING_STATES or plan.before is None or plan.specs is None:
        return
    if project.calendars_mark == owners.calendars_mark(plan.before.plan):
        return
    actor = system_actor(project.workspace_id)
    for change in calendar_causes.list_unheard(plan, plan.specs):
        plan.specs = change.before or change.after
        plan.note()
        plan.specs = change.after
        at = change.at if change.before is not None else counting.counted_last_at(plan)
        settle(plan, actor=actor, at=at, cause=change.why, is_activity=False, is_by_calendar=True)
        plan.moved, plan.moved_stages, plan.happened = set(), set(), []


def opened_at_task(*, actor: Actor, task_id: UUID, expected_version: int | None) -> tuple[RunningPlan, ProjectTask]:
    """Lock the project of a task and load its plan; raises NotFoundError, StaleVersionError, WrongStateError."""
    plan, task = plans.lock_plan_of_task(actor, task_id)
    _ready(plan)
    require_running(plan.project)
    require_version(task, expected_version, actor=actor)
    return plan, task


def require_running(project: Project) -> None:
    """Raise WrongStateError for a project that is complete or cancelled."""
    if ProjectState(project.state) not in RUNNING_STATES:
        raise WrongStateError(f"{project.name} is {project.state}.", remedy="Reopen the project to change its plan.")


def require_version(task: ProjectTask, expected: int | None, *, actor: Actor) -> None:
    """Raise StaleVersionError, saying who changed what, and when where the reader is, if they saw an older version."""
    if expected is not None and expected != task.version:
        changed_at = told_to(actor, task.changed_at)
        when = f"{day(changed_at, changed_at)} at {changed_at:%H:%M %Z}"
        raise StaleVersionError(
            f"{task.changed_by or 'Someone'} changed “{task.name}” on {when}: {task.change or 'changed'}.",
            remedy="Look at it again and repeat your change if it still fits.",
        )


def require_editor(*, actor: Actor) -> None:
    """Raise PermissionDeniedError for somebody who may not change plans."""
    if not permissions.can_edit_projects(actor):
        raise PermissionDeniedError("You may not change this project.", remedy="Ask its owner or a manager.")


def touch(plan: RunningPlan, task: ProjectTask, *, actor: Actor, at: datetime, change: str) -> None:
    """Note who changed a task and what; `settle` writes it. What changes at once is one version, and said together."""
    if task.id in plan.touched:
        change = f"{task.change}, {change}"
    else:
        task.version += 1
    task.changed_by = actor.name[:200]
    task.change = change[:300]
    task.changed_at = at
    plan.touched.add(task.id)


def settle(
    plan: RunningPlan,
    *,
    actor: Actor,
    at: datetime,
    cause: str,
    is_activity: bool = True,
    is_by_calendar: bool = False,
) -> None:
    """Work out and write everything that follows from the changed rows of a plan. Raises ConflictError for a circle.

    `cause` says, in the facts, why other tasks moved: "Kickoff call was completed". What is no activity, such as time
    passing, leaves the project where it stands in lists by last change. What moved because somebody's calendar changed
    (`is_by_calendar`) is told to those whose tasks moved.
    """
    project = plan.project
    before_end = project.planned_end_at
    facts = plan.facts()
    network = dates.network_of(facts)
    planned = planned_dates(facts, network)
    moved = _place(plan, planned)
    after = plan.situation()  # its network is the same: what follows does not hang on the dates that it had
    held = progress.blockers(after.plan)
    _release(plan, held)
    figures = progress.figures_of(after.plan, held)
    for name in waking.FIGURES:
        setattr(project, name, getattr(figures, name))
    project.planned_end_at = planned.end_at
    project.forecast_due_at = at if project.state == ProjectState.ACTIVE else None
    project.calendars_mark = owners.calendars_mark(after.plan)
    if is_activity:
        project.updated_at = at
    if permissions.is_contact(actor):
        project.last_customer_activity_at = at
    entered = _entered_stage(plan, after.plan, at)
    now = Course(after, network, planned)
    again_at = counting.count_days(plan, now, actor=actor, at=at, cause=cause, is_by_calendar=is_by_calendar)
    with bulk.together():
        _write(plan)
        waking.set_or_cancel(project, again_at)
        watching.follow_plan(plan, actor=actor, at=at)
        _record(plan, entered, moved, before_end, actor=actor, at=at, cause=cause, is_by_calendar=is_by_calendar)
    plan.note(after)


def planned_dates(facts: PlanFacts, network: PlanNetwork) -> PlanDates:
    """Work out the dates of a plan; raises ConflictError for a circle, and for a calendar that cannot be used, saying whose."""
    try:
        return scheduling_queries.plan_dates(network)
    except CycleError as error:
        raise ConflictError(f"{error}.", remedy="Take one of these dependencies out.") from error
    except InvalidCalendarError as error:
        remedy = "Give that calendar some hours, or look at the lengths of this plan."
        raise ConflictError(owners.in_words(facts, error), remedy=remedy) from error


def _place(plan: RunningPlan, planned: PlanDates) -> dict[UUID, timedelta]:
    """Give open tasks and stages their dates; return by how much the ends of those moved that nobody touched."""
    for stage in plan.stages:
        start_at, due_at = planned.times[stage.id.hex]
        if (stage.start_at, stage.due_at) != (start_at, due_at):
            stage.start_at, stage.due_at = start_at, due_at
            plan.moved_stages.add(stage.id)
    moved: dict[UUID, timedelta] = {}
    for task in plan.tasks.values():
        if task.state not in OPEN_STATES:
            continue
        start_at, due_at = planned.times[task.id.hex]
        if (task.start_at, task.due_at) == (start_at, due_at):
            continue
        due_by, start_by = due_at - task.due_at, start_at - task.start_at
        if task.id not in plan.touched:
            moved[task.id] = due_by if abs(due_by) >= abs(start_by) else start_by
        if due_at > task.due_at:
            task.overdue_at = None
        task.start_at, task.due_at = start_at, due_at
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
    is_running = ProjectState(plan.project.state) in RUNNING_STATES
    if stage is None or stage.entered_at is not None or not is_running:
        return None
    stage.entered_at = at
    plan.moved_stages.add(stage.id)
    return stage


def _write(plan: RunningPlan) -> None:
    touched = [task for task_id in plan.touched if (task := plan.tasks.get(task_id)) is not None]
    moved = [task for task_id in plan.moved - plan.touched if (task := plan.tasks.get(task_id)) is not None]
    stages = [stage for stage in plan.stages if stage.id in plan.moved_stages]
    bulk.update_rows(touched, TASK_COLUMNS)
    bulk.update_rows(moved, MOVED_COLUMNS)
    bulk.update_rows(stages, ["start_at", "due_at", "entered_at"])
    bulk.update_rows([plan.project], PROJECT_COLUMNS)


def _record(
    plan: RunningPlan,
    entered: ProjectStage | None,
    moved: Mapping[UUID, timedelta],
    before_end: datetime,
    *,
    actor: Actor,
    at: datetime,
    cause: str,
    is_by_calendar: bool,
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
                moved_tasks=len(moved),
                end_moved_seconds=int((project.planned_end_at - before_end).total_seconds()),
                extent=owners.extent(tuple(moved.values())),
                is_by_calendar=is_by_calendar,
                member_ids=tuple(sorted({id for id in (plan.tasks[one].member_id for one in moved) if id is not None})),
            )
        )
    journal_operations.record_many(plan.happened, actor=actor, at=at)


TASK_COLUMNS = [
    "stage_id", "name", "description", "guidance", "side", "visibility", "is_required", "position", "timing", "details",
    "member_id", "contact_id", "assignee_name", "owner_role", "state", "stuck_side", "reason", "start_at", "due_at",
    "is_start_fixed", "is_due_fixed", "not_before_at", "must_finish_by_at", "started_at", "submitted_at",
    "stuck_since", "finished_at", "finished_by", "result", "evidence", "came_due_at", "overdue_at", "version",
    "changed_by", "change", "changed_at", "is_released", "file_count",
]  # fmt: skip
"""What a change to a task may write."""

MOVED_COLUMNS = ["start_at", "due_at", "is_released", "overdue_at", "came_due_at", "position"]
"""What following another task writes."""

PROJECT_COLUMNS = [
    *waking.FIGURES, "planned_end_at", "updated_at", "last_customer_activity_at", "state", "state_reason", "version",
    "held_since", "hold_side", "hold_reason", "first_value_at", "first_value_evidence", "first_value_task_id",
    "completed_at", "cancelled_at", "owner_id", "owner_name", "calendars_mark", "forecast_due_at",
    "baseline_end_at", "current_end_at", "counted_from", "counted_on", "lost_days", "ledger_length",
]  # fmt: skip
"""What an operation may write to the project itself."""

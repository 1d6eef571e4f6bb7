"""One change for many tasks of any projects, all of them or none."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import TaskKind
from firstwin.projects.contracts import OPEN_STATES, TaskState, WrongStateError
from firstwin.projects.contracts.changes import BulkChange, BulkVerb
from firstwin.projects.models import Attachment, ProjectTask
from firstwin.projects.operations import changes, lifecycle, scope, settling, stepping, tasks
from firstwin.projects.queries import plans
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import standing
from firstwin.shared.errors import InvalidInputError, Problem

MOST_AT_ONCE = 500
_NEEDS_REASON = frozenset({BulkVerb.NOT_APPLICABLE, BulkVerb.REMOVE})


def change_tasks(*, actor: Actor, change: BulkChange, at: datetime) -> int:
    """Apply one change to many tasks, all or none, and return how many changed; those already so are left alone.

    Each project's plan is worked out once, however many of its tasks change. Raises what the single change raises.
    """
    settling.require_editor(actor=actor)
    wanted = list(dict.fromkeys(change.task_ids))
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise InvalidInputError(f"Choose between 1 and {MOST_AT_ONCE} tasks.")
    reason = tasks.required_reason(change.reason) if change.verb in _NEEDS_REASON else change.reason.strip()
    with transaction.atomic():
        by_project = _by_project(actor, wanted)
        plans.lock_projects(plans.projects_of(actor).filter(id__in=by_project))
        changed = 0
        for project_id in by_project:
            plan = settling.opened(actor=actor, project_id=project_id)
            settling.require_running(plan.project)
            rows = [_row(plan, task_id) for task_id in by_project[project_id]]
            before = stepping.begin(plan)
            count = _apply(plan, rows, change, reason, actor=actor, at=at)
            if count:
                cause = f"{standing.counted(count)} changed" + (" together" if count > 1 else "")
                settling.settle(plan, actor=actor, at=at, cause=cause)
                if change.verb is BulkVerb.MOVE_BY_DAYS:
                    stepping.keep(plan, before, actor=actor, at=at)
            changed += count
    return changed


def _by_project(actor: Actor, task_ids: list[UUID]) -> dict[UUID, list[UUID]]:
    rows = ProjectTask.objects.for_actor(actor).filter(id__in=task_ids).values_list("id", "project_id")
    found = dict(rows)
    if len(found) < len(task_ids):
        raise plans.task_not_found()
    by_project: dict[UUID, list[UUID]] = defaultdict(list)
    for task_id in task_ids:
        by_project[found[task_id]].append(task_id)
    return by_project


def _row(plan: RunningPlan, task_id: UUID) -> ProjectTask:
    """Return a task of a plan that is locked now; raises NotFoundError for one that was removed a moment ago."""
    if task_id not in plan.tasks:
        raise plans.task_not_found()
    return plan.tasks[task_id]


def _apply(
    plan: RunningPlan, rows: list[ProjectTask], change: BulkChange, reason: str, *, actor: Actor, at: datetime
) -> int:
    if change.verb is BulkVerb.REMOVE:
        scope.apply_removal(plan, rows, reason=reason)
        return len(rows)
    step = _STEPS[change.verb](plan, change, reason, actor, at)
    return sum(step(task) for task in rows)


Step = Callable[[ProjectTask], bool]


def _complete(plan: RunningPlan, _: BulkChange, __: str, actor: Actor, at: datetime) -> Step:
    handed_in: dict[UUID, list[str]] = defaultdict(list)
    files = Attachment.objects.for_actor(actor).filter(project_id=plan.project.id, removed_at__isnull=True)
    for task_id, requested in files.exclude(task_id=None).values_list("task_id", "requested"):
        if task_id is not None:
            handed_in[task_id].append(requested)

    def step(task: ProjectTask) -> bool:
        if task.state == TaskState.DONE:
            return False
        _require_open(task)
        if task.kind == TaskKind.APPROVAL:
            raise WrongStateError(f"{task.name} needs an approval.", remedy="Leave it out; approve it by itself.")
        tasks.apply_completion(
            plan, task, actor=actor, at=at, result={}, evidence="", handed_in=tuple(handed_in[task.id])
        )
        return True

    return step


def _start(plan: RunningPlan, _: BulkChange, __: str, actor: Actor, at: datetime) -> Step:
    def step(task: ProjectTask) -> bool:
        if task.state == TaskState.IN_PROGRESS:
            return False
        _require_open(task)
        tasks.apply_start(plan, task, actor=actor, at=at)
        return True

    return step


def _not_applicable(plan: RunningPlan, _: BulkChange, reason: str, actor: Actor, at: datetime) -> Step:
    def step(task: ProjectTask) -> bool:
        if task.state == TaskState.NOT_APPLICABLE:
            return False
        _require_open(task)
        tasks.apply_not_applicable(plan, task, actor=actor, at=at, reason=reason)
        return True

    return step


def _reopen(plan: RunningPlan, _: BulkChange, reason: str, actor: Actor, at: datetime) -> Step:
    def step(task: ProjectTask) -> bool:
        if task.state in {TaskState.OPEN, TaskState.IN_PROGRESS}:
            return False
        tasks.apply_reopening(plan, task, actor=actor, at=at, reason=reason)
        return True

    return step


def _assign(plan: RunningPlan, change: BulkChange, _: str, actor: Actor, at: datetime) -> Step:
    person = None
    if change.assignee is not None:
        person = lifecycle.known_person(actor=actor, project=plan.project, person=change.assignee)

    def step(task: ProjectTask) -> bool:
        if person is not None and person.id in (task.member_id, task.contact_id):
            return False
        changes.apply_assignment(plan, task, person, actor=actor, at=at)
        return True

    return step


def _move(plan: RunningPlan, change: BulkChange, _: str, actor: Actor, at: datetime) -> Step:
    if not -3650 <= change.days <= 3650 or change.days == 0:
        problem = Problem("days", "Move by at least a day, at most ten years.", "Enter a number of days.")
        raise InvalidInputError("By how many days?", problems=(problem,))

    def step(task: ProjectTask) -> bool:
        _require_open(task)
        changes.apply_shift(plan, task, change.days, actor=actor, at=at)
        return True

    return step


_STEPS: dict[BulkVerb, Callable[[RunningPlan, BulkChange, str, Actor, datetime], Step]] = {
    BulkVerb.COMPLETE: _complete,
    BulkVerb.START: _start,
    BulkVerb.NOT_APPLICABLE: _not_applicable,
    BulkVerb.REOPEN: _reopen,
    BulkVerb.ASSIGN: _assign,
    BulkVerb.MOVE_BY_DAYS: _move,
}


def _require_open(task: ProjectTask) -> None:
    if task.state not in OPEN_STATES:
        raise WrongStateError(f"{task.name} is {str(task.state).replace('_', ' ')}.", remedy="Leave it out.")

"""Tasks and milestones that usage proves: what is looked after on their behalf follows the plan, in the same transaction.

Usage looks after goals and knows nothing of projects; it answers with UsageGoalMet, and `prove_task` finishes the task.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import TaskKind
from firstwin.projects import events
from firstwin.projects.contracts import OPEN_STATES, RUNNING_STATES, ProjectState
from firstwin.projects.contracts.proofs import OWNER_KIND
from firstwin.projects.models import Project, ProjectTask
from firstwin.projects.queries.plans import RunningPlan, is_first_value, lock_projects
from firstwin.projects.rules import proofs
from firstwin.usage.contracts.goals import WantedWatch
from firstwin.usage.operations import watches
from firstwin.usage.queries import first_value
from firstwin.usage.queries.first_value import WhoAsks

_OF_PROJECT = (
    events.ProjectCancelled,
    events.ProjectReopened,
    events.ProjectCompleted,
    events.ProjectResumed,
    events.PlaybookUpdateUndone,
)
"""Facts after which nothing that was looked after before can be taken for granted."""


def is_provable(task: ProjectTask) -> bool:
    """Say whether usage can finish a task: by its own goal, or by what counts as the first win."""
    kind = TaskKind(task.kind)
    settings = task.details.get("settings", {})
    if kind not in proofs.PROVABLE:
        return False
    return bool(settings.get("goal") or settings.get("event")) or proofs.is_first_value(settings, task.timing)


def follow_plan(plan: RunningPlan, *, actor: Actor, at: datetime) -> None:
    """Look after what a changed plan wants proved, by its present names and goals, and no longer after what it does not.

    Costs nothing where the change does not concern it.
    """
    provable = {id: task for id, task in plan.tasks.items() if is_provable(task)}
    is_turned = any(isinstance(fact, _OF_PROJECT) for fact in plan.happened)
    # Tasks that are gone, that lost their goal, or of which an update, or its undoing, made something else.
    gone = {
        task.id
        for task in (plan.before.plan.tasks if plan.before is not None else ())
        if task.kind in proofs.PROVABLE and task.is_open and task.id not in provable
        if is_turned or task.id in plan.touched or task.id not in plan.tasks
    }
    is_concerned = (bool(provable) and is_turned) or not provable.keys().isdisjoint(plan.touched | plan.moved)
    if not gone and not is_concerned:
        return
    reopened = {fact.task_id for fact in plan.happened if isinstance(fact, events.TaskReopened)}
    _follow(actor, [(plan.project, list(provable.values()))], reopened=reopened, gone=gone, at=at)


def follow_launch(
    *, actor: Actor, projects: Sequence[Project], tasks: Iterable[Mapping[str, Any]], at: datetime
) -> None:
    """Look after what plans want proved that have just begun; `tasks` are the values of their rows."""
    found = {project.id: project for project in projects}
    provable = [ProjectTask(**values) for values in tasks if TaskKind(values["kind"]) in proofs.PROVABLE]
    waiting = [(found[task.project_id], task) for task in provable if is_provable(task)]
    wanted = _wanted(actor, waiting, reopened=(), at=at)
    watches.begin_watches(actor=actor, owner_kind=OWNER_KIND, wanted=wanted, at=at)


def follow_rules(*, actor: Actor, project_ids: Iterable[UUID], at: datetime) -> None:
    """Look after first wins as the rules say now; the caller opens the transaction."""
    rows = Project.objects.for_actor(actor).filter(id__in=list(project_ids))
    lock_projects(rows)
    projects = {row.id: row for row in rows}
    tasks = ProjectTask.objects.for_actor(actor).filter(project_id__in=list(projects), kind=TaskKind.MILESTONE)
    provable: dict[UUID, list[ProjectTask]] = {}
    for task in tasks.order_by("id"):
        if is_first_value(task):
            provable.setdefault(task.project_id, []).append(task)
    _follow(actor, [(projects[id], some) for id, some in provable.items()], reopened=(), gone=(), at=at)


def _follow(
    actor: Actor,
    plans: Sequence[tuple[Project, Sequence[ProjectTask]]],
    *,
    reopened: Collection[UUID],
    gone: Collection[UUID],
    at: datetime,
) -> None:
    asked = [(project, task) for project, tasks in plans for task in tasks]
    waiting = [
        (project, task)
        for project, task in asked
        if ProjectState(project.state) in RUNNING_STATES and task.state in OPEN_STATES
    ]
    owner_ids = {*gone, *(task.id for _, task in asked)}
    if not owner_ids:
        return
    watches.follow_watches(
        actor=actor,
        owner_kind=OWNER_KIND,
        owner_ids=owner_ids,
        wanted=_wanted(actor, waiting, reopened=reopened, at=at),
        at=at,
    )


def _wanted(
    actor: Actor, waiting: Sequence[tuple[Project, ProjectTask]], *, reopened: Collection[UUID], at: datetime
) -> list[WantedWatch]:
    own = [proofs.goal_of(TaskKind(task.kind), task.details.get("settings", {})) for _, task in waiting]
    first = [is_first_value(task) for _, task in waiting]
    asking = [
        WhoAsks(
            account_id=project.account_id,
            playbook_id=project.playbook_id,
            segment=str(project.segment),
            own_goal=goal,
        )
        for (project, _), goal, is_first in zip(waiting, own, first, strict=True)
        if is_first
    ]
    again = _onboarded_before(actor, {project.id: project for project, _ in waiting})
    chosen = iter(first_value.choose_goals(actor=actor, asking=asking))
    wanted = []
    for (project, task), own_goal, is_first in zip(waiting, own, first, strict=True):
        goal = next(chosen) if is_first else own_goal
        if goal is None:
            continue
        since = proofs.counts_from(
            task.timing,
            begins_at=task.baseline_start_at,
            signed_at=project.signed_at,
            started_at=project.started_at,
            is_first=project.id not in again,
        )
        wanted.append(
            WantedWatch(
                owner_id=task.id,
                account_id=project.account_id,
                title=task.name,
                goal=goal,
                since=at if task.id in reopened else since,
                due_at=task.due_at,
                is_first_value=is_first,
                playbook_id=project.playbook_id if is_first else None,
                own_goal=own_goal if is_first else None,
            )
        )
    return wanted


def _onboarded_before(actor: Actor, projects: Mapping[UUID, Project]) -> set[UUID]:
    """Return the projects whose account had another one before; asked only where it matters, in one read.

    Ids tell which came first: a start can be moved. Those that begin together are not stored yet.
    """
    late = {id: one for id, one in projects.items() if one.signed_at is not None and one.signed_at < one.started_at}
    if not late:
        return set()
    accounts = {one.account_id for one in late.values()}
    known = Project.objects.for_actor(actor).filter(account_id__in=accounts).values_list("account_id", "id")
    first: dict[UUID, UUID] = {}
    for account_id, project_id in (*known, *((one.account_id, id) for id, one in projects.items())):
        first[account_id] = min(project_id, first.get(account_id, project_id))
    return {id for id, one in late.items() if first[one.account_id] != id}

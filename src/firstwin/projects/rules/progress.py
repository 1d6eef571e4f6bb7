"""What a plan adds up to: what is released, where the project stands, what comes next and when to look again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firstwin.playbooks.contracts import Side, TaskKind
from firstwin.projects.contracts import ReasonSide, TaskState
from firstwin.projects.rules.facts import PlanFacts, StageFact, TaskFact
from firstwin.scheduling.contracts import LinkType

COUNTED_OUT = frozenset({TaskState.NOT_APPLICABLE, TaskState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFigures:
    """The columns of a project that follow from its plan."""

    stage_count: int
    task_count: int
    done_count: int
    stuck_count: int
    current_stage: str
    current_stage_position: int
    next_milestone: str
    next_milestone_at: datetime | None
    earliest_due_at: datetime | None
    waiting_since: datetime | None
    vendor_ready_at: datetime | None
    next_wake_at: datetime | None


def blockers(plan: PlanFacts) -> dict[UUID, tuple[str, ...]]:
    """By task: the names of what has to happen before it can start. Tasks that nothing holds back are left out.

    A link from a finish waits for it to be done, a link from a start for it to be begun; links to a finish hold no
    start back. A stage holds back like all its tasks, and what its own start waits for holds back all its tasks.
    """
    tasks = {task.id: (task,) for task in plan.tasks}
    by_stage: dict[UUID, list[TaskFact]] = {}
    if any(link.predecessor_stage_id or link.successor_stage_id for link in plan.links):
        for task in plan.tasks:
            by_stage.setdefault(task.stage_id, []).append(task)
    stage_names = {stage.id: stage.name for stage in plan.stages}

    def within(task_id: UUID | None, stage_id: UUID | None) -> Sequence[TaskFact]:
        return by_stage.get(stage_id, ()) if stage_id else tasks[task_id] if task_id else ()

    held: dict[UUID, dict[str, None]] = {}
    for link in plan.links:
        holds = _HOLDS.get(link.type)
        before = within(link.predecessor_id, link.predecessor_stage_id)
        if holds is None or not any(map(holds, before)):
            continue
        stage_id = link.predecessor_stage_id
        name = stage_names[stage_id] if stage_id else before[0].name
        for follower in within(link.successor_id, link.successor_stage_id):
            held.setdefault(follower.id, {})[name] = None
    return {task_id: tuple(names) for task_id, names in held.items()}


_HOLDS: Mapping[LinkType, Callable[[TaskFact], bool]] = {
    LinkType.FINISH_TO_START: lambda task: task.is_open,
    LinkType.START_TO_START: lambda task: task.is_open and task.started_at is None,
}
"""By what a link waits for: whether a task still holds back the start of what comes after it."""


def current_stage(stages: Iterable[StageFact], tasks: Iterable[TaskFact]) -> StageFact | None:
    """The first stage in which a required task is open; when there is none, the first with any open task, else the last."""
    ordered = sorted(stages, key=lambda stage: stage.position)
    unfinished = [task for task in tasks if task.is_open]
    required = {task.stage_id for task in unfinished if task.is_required}
    for wanted in (required, {task.stage_id for task in unfinished} - required):
        for stage in ordered:
            if stage.id in wanted:
                return stage
    return ordered[-1] if ordered else None


def figures_of(plan: PlanFacts, held: Mapping[UUID, tuple[str, ...]]) -> ProjectFigures:
    """The figures of a project's plan."""
    open_tasks = [task for task in plan.tasks if task.is_open]
    counted = [task for task in plan.tasks if task.state not in COUNTED_OUT]
    milestones = [task for task in open_tasks if task.kind is TaskKind.MILESTONE]
    milestone = min(milestones, key=lambda task: (task.due_at, task.position), default=None)
    stage = current_stage(plan.stages, plan.tasks)
    waiting: dict[ReasonSide | None, datetime] = {}
    for task in open_tasks:
        side, since = waits_for(task, held), waiting_from(task)
        waiting[side] = min(waiting.get(side, since), since)
    return ProjectFigures(
        stage_count=len(plan.stages),
        task_count=len(counted),
        done_count=sum(task.state is TaskState.DONE for task in counted),
        stuck_count=sum(task.state is TaskState.STUCK for task in open_tasks),
        current_stage=stage.name if stage else "",
        current_stage_position=stage.position if stage else 0,
        next_milestone=milestone.name if milestone else "",
        next_milestone_at=milestone.due_at if milestone else None,
        earliest_due_at=min((task.due_at for task in open_tasks), default=None),
        waiting_since=waiting.get(ReasonSide.CUSTOMER),
        vendor_ready_at=waiting.get(ReasonSide.VENDOR),
        next_wake_at=next_wake(plan, held),
    )


def waits_for(task: TaskFact, held: Mapping[UUID, tuple[str, ...]]) -> ReasonSide | None:
    """Whose move an open task is: of the side named when it is stuck, else of its owner once nothing holds it back.

    Milestones are reached, not done, and what Firstwin does itself waits for nobody.
    """
    if task.state is TaskState.STUCK:
        return task.stuck_side
    if task.kind is TaskKind.MILESTONE or task.is_automatic or task.id in held:
        return None
    return ReasonSide.CUSTOMER if task.side is Side.CUSTOMER else ReasonSide.VENDOR


def waiting_from(task: TaskFact) -> datetime:
    """Since when an open task waits: since it got stuck, else since its planned start."""
    return task.stuck_since or task.start_at


def next_wake(plan: PlanFacts, held: Mapping[UUID, tuple[str, ...]]) -> datetime | None:
    """When the clock has to look at the project again: the next start to announce or promise to check."""
    instants = [task.start_at for task in plan.tasks if is_to_announce(task, held)]
    instants += [task.due_at for task in plan.tasks if is_to_flag(task)]
    return min(instants, default=None)


def is_to_announce(task: TaskFact, held: Mapping[UUID, tuple[str, ...]]) -> bool:
    """A task whose start nobody has announced yet and that nothing holds back."""
    return task.state is TaskState.OPEN and task.came_due_at is None and task.id not in held


def is_to_flag(task: TaskFact) -> bool:
    """An open promise that has not been called overdue yet."""
    return task.is_open and task.overdue_at is None

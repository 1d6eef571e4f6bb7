"""Who waits for whom, and since when: worked out from a plan for the rail beside it."""

from dataclasses import dataclass
from datetime import datetime

from firstwin.playbooks.contracts import Side, TaskKind
from firstwin.projects.contracts import ProjectDetail, ReasonSide, TaskInfo, TaskStanding, TaskState

BEGUN = {TaskStanding.READY, TaskStanding.IN_PROGRESS, TaskStanding.LATE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One side has something to do: how much, since when, and the tasks, the longest wait first."""

    sentence: str
    tone: str
    since: datetime
    tasks: tuple[TaskInfo, ...]


def sides(detail: ProjectDetail, at: datetime) -> list[Waiting]:
    """Return who is waited for, the longest wait first; nobody when everything ahead has not begun."""
    account = detail.summary.account_name
    tasks = [task for stage in detail.stages for task in stage.tasks]
    found = []
    for side, sentence, tone in (
        (ReasonSide.CUSTOMER, f"Waiting for {account}", "waiting"),
        (ReasonSide.VENDOR, f"{account} waits for us", "progress"),
        (ReasonSide.THIRD_PARTY, "Waiting for somebody else", "risk"),
    ):
        on_it = sorted((task for task in tasks if _is_on(task, side, at)), key=lambda task: task.start_at)
        if on_it:
            found.append(Waiting(sentence=sentence, tone=tone, since=on_it[0].start_at, tasks=tuple(on_it)))
    return sorted(found, key=lambda waiting: waiting.since)


def _is_on(task: TaskInfo, side: ReasonSide, at: datetime) -> bool:
    if task.standing is TaskStanding.STUCK:
        return task.stuck_side is side
    is_early = task.is_held and task.state is TaskState.OPEN
    if (
        is_early
        or task.standing not in BEGUN
        or task.start_at > at
        or task.is_automatic
        or task.kind is TaskKind.MILESTONE
    ):
        return False
    return (side is ReasonSide.CUSTOMER and task.side is Side.CUSTOMER) or (
        side is ReasonSide.VENDOR and task.side is Side.VENDOR
    )

"""What a customer sees first: the one next step, the next meeting, and how far things are."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from firstwin.playbooks.contracts import Side, TaskKind
from firstwin.projects.contracts import ProjectRole, TaskInfo, TaskStanding
from firstwin.projects.contracts.portal import PortalStage, PortalTask

_WAITS_FOR_CUSTOMER = frozenset(
    {TaskStanding.READY, TaskStanding.IN_PROGRESS, TaskStanding.LATE, TaskStanding.AWAITING_APPROVAL}
)
_ONLY_FOR_THE_TEAM = frozenset({"body", "subject", "to", "attachments", "check", "goal"})


def percent(done: int, total: int) -> int:
    """How much of what the customer sees is done; never 100 before everything is."""
    return 100 if total and done == total else int(100 * done / total) if total else 0


def next_step(tasks: Iterable[PortalTask]) -> PortalTask | None:
    """The one thing to do next: what the reader can do now; their own first, then what is due first."""
    doable = [task for task in tasks if (task.can_act or task.can_approve) and task.standing in _WAITS_FOR_CUSTOMER]
    return min(doable, key=lambda task: (not task.is_yours, task.due_at, task.start_at, task.name), default=None)


def next_meeting(tasks: Iterable[PortalTask], at: datetime) -> PortalTask | None:
    """The next meeting that has not been held."""
    ahead = [task for task in tasks if task.kind is TaskKind.MEETING and task.finished_at is None and task.due_at >= at]
    return min(ahead, key=lambda task: task.due_at, default=None)


def with_current(stages: Sequence[PortalStage]) -> tuple[PortalStage, ...]:
    """Mark the first stage in which the customer still sees something open."""
    current = next((stage for stage in stages if stage.done_count < stage.task_count), stages[-1] if stages else None)
    return tuple(replace(stage, is_current=stage is current) for stage in stages)


def approves(person_id: UUID | None, task: TaskInfo, roles: Iterable[ProjectRole], *, works: bool) -> bool:
    """Whether a reader gives this approval: named by a role, or on the owning side when nobody is named."""
    approvers = task.settings.get("approvers", ())
    if not approvers:
        return works and task.side is Side.CUSTOMER
    return any(role.key in approvers and role.person is not None and role.person.id == person_id for role in roles)


def visible_settings(task: TaskInfo) -> dict[str, Any]:
    """The settings of a task without what only the team and the product itself need."""
    return {key: value for key, value in task.settings.items() if key not in _ONLY_FOR_THE_TEAM}

"""A look at all open tasks of the demo at once, so that a moment at which nothing is due costs next to nothing."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firstwin.playbooks.contracts import Side, TaskKind
from firstwin.projects.contracts import TaskState
from firstwin.projects.models import ProjectTask


@dataclass(frozen=True, slots=True)
class OpenTask:
    """What one needs to know of an open task to decide when it will be done."""

    id: UUID
    kind: TaskKind
    side: Side
    start_at: datetime
    due_at: datetime
    is_required: bool
    is_released: bool
    state: TaskState

    def is_doable_at(self, at: datetime) -> bool:
        """Say whether somebody can do it now. Messages go out by themselves; meetings are held by people."""
        return self.is_released and self.start_at <= at and self.state in {TaskState.OPEN, TaskState.IN_PROGRESS}


def open_tasks(*, workspace_id: UUID, project_ids: Collection[UUID]) -> dict[UUID, list[OpenTask]]:
    """Return the open tasks that people do, by project."""
    rows = ProjectTask.objects.for_workspace(workspace_id).filter(
        project_id__in=project_ids,
        state__in=[TaskState.OPEN, TaskState.IN_PROGRESS, TaskState.STUCK, TaskState.AWAITING_APPROVAL],
    )
    found: dict[UUID, list[OpenTask]] = defaultdict(list)
    columns = ("project_id", "id", "kind", "side", "start_at", "due_at", "is_required", "is_released", "state")
    for project_id, id, kind, side, start_at, due_at, is_required, is_released, state in (
        rows.exclude(kind=TaskKind.MESSAGE, is_automatic=True).order_by("position", "id").values_list(*columns)
    ):
        task = OpenTask(id, TaskKind(kind), Side(side), start_at, due_at, is_required, is_released, TaskState(state))
        found[project_id].append(task)
    return found

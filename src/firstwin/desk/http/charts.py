"""The plan over time: bars with critical path, float and the dates of the launch, and the same as a table."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from firstwin.projects.contracts import OPEN_STATES, ProjectDetail, StageInfo, TaskInfo, TaskStanding
from firstwin.projects.contracts.steering import PlanRoom, TaskRoom

SHORTEST_BAR = timedelta(hours=18)
"""Shorter ones could neither be seen nor clicked."""
TONES = {
    TaskStanding.LATE: "late",
    TaskStanding.STUCK: "late",
    TaskStanding.IN_PROGRESS: "progress",
    TaskStanding.READY: "progress",
    TaskStanding.AWAITING_APPROVAL: "waiting",
    TaskStanding.DONE: "done",
}


def read(detail: ProjectDetail, room: PlanRoom) -> dict[str, Any]:
    """Return what the chart and its table show of a project."""
    spare = {one.task_id: one for one in room.tasks}
    rows = [(stage, task, spare.get(task.id)) for stage in detail.stages for task in stage.tasks]
    return {
        "bars": [_bar(task, stage, room_of) for stage, task, room_of in rows],
        "chart_rows": [_row(task, room_of) for _, task, room_of in rows],
        "chart_problem": room.problem,
    }


def spare_words(spare: TaskRoom | None) -> str:
    """Return what a task has to spare, in words; nothing for one that is over."""
    if spare is None:
        return ""
    if spare.float_days < 0:
        return f"{-spare.float_days} working day{'s' if spare.float_days < -1 else ''} short"
    if spare.is_critical:
        return "nothing: it decides the end"
    return f"{spare.float_days} working day{'' if spare.float_days == 1 else 's'}"


def _bar(task: TaskInfo, stage: StageInfo, spare: TaskRoom | None) -> dict[str, object]:
    """Return a task for the chart, which writes names into the page as they are: so they are escaped here."""
    end = task.finished_at or task.due_at
    start = min(task.started_at or task.start_at, end - SHORTEST_BAR)
    base_start = min(task.baseline_start_at, task.baseline_due_at - SHORTEST_BAR)
    words = spare_words(spare)
    said = [task.name, f"To spare: {words}" if words else "", spare.conflict if spare else ""]
    return {
        "id": str(task.id),
        "name": escape(task.name),
        "stage": escape(stage.name),
        "start": _local(start),
        "end": _local(end),
        "base_start": _local(base_start),
        "base_end": _local(task.baseline_due_at),
        "progress": 100 if task.standing is TaskStanding.DONE else 0,
        "dependencies": [str(other) for other in task.predecessor_ids],
        "custom_class": f"fw-bar-{TONES.get(task.standing, 'neutral')}",
        "href": reverse("task", kwargs={"project_id": task.project_id, "task_id": task.id}),
        "drag_href": reverse("drag_task", kwargs={"task_id": task.id}),
        "is_critical": spare is not None and spare.is_critical,
        "has_conflict": bool(spare and spare.conflict),
        "title": ". ".join(part for part in said if part),
    }


def _local(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def _row(task: TaskInfo, spare: TaskRoom | None) -> dict[str, object]:
    is_open = task.state in OPEN_STATES
    return {
        "task": task,
        "url": reverse("task", kwargs={"project_id": task.project_id, "task_id": task.id}),
        "actual_at": task.finished_at,
        "end_at": task.due_at if is_open else task.finished_at or task.due_at,
        "spare": spare,
        "words": spare_words(spare),
    }

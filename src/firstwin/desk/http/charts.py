"""The plan over time: bars with critical path, float and the dates of a baseline, and the same as a table."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import TaskKind
from firstwin.projects.contracts import OPEN_STATES, ProjectDetail, StageInfo, TaskInfo, TaskStanding
from firstwin.projects.contracts.baselines import Baselines, KeptDates
from firstwin.projects.contracts.steering import Bond, PlanRoom, TaskRoom
from firstwin.projects.queries import baselines as baseline_queries

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


def read(request: HttpRequest, actor: Actor, detail: ProjectDetail, room: PlanRoom) -> dict[str, Any]:
    """Return what the chart and its table show of a project, compared with the dates that the address asks for."""
    compared = baseline_queries.get_baselines(actor=actor, detail=detail, chosen_id=baseline_asked_for(request))
    return {
        "bars": _bars(detail, room, compared),
        "chart": {
            "bonds": [_bond(bond) for bond in room.bonds],
            "off_days": [day.isoformat() for day in room.off_days],
        },
        "chart_rows": rows_of(detail, room, compared),
        "chart_problem": room.problem,
        "compared": compared,
        "gone": [kept for id, kept in compared.dates.items() if id not in _task_ids(detail)],
    }


def baseline_asked_for(request: HttpRequest) -> UUID | None:
    """Return the baseline that an address names; None stands for the launch."""
    try:
        return UUID(request.GET.get("baseline", ""))
    except ValueError:
        return None


def rows_of(detail: ProjectDetail, room: PlanRoom, compared: Baselines) -> list[dict[str, Any]]:
    """Return the tasks of a plan beside the dates that they are compared with."""
    spare = {one.task_id: one for one in room.tasks}
    return [
        _row(task, stage, spare.get(task.id), compared.dates.get(task.id))
        for stage in detail.stages
        for task in stage.tasks
    ]


def _task_ids(detail: ProjectDetail) -> set[UUID]:
    return {task.id for stage in detail.stages for task in stage.tasks}


def _bars(detail: ProjectDetail, room: PlanRoom, compared: Baselines) -> list[dict[str, object]]:
    spare = {one.task_id: one for one in room.tasks}
    found: list[dict[str, object]] = []
    for stage in detail.stages:
        if stage.tasks:
            found.append(_stage_bar(stage))
        found += [_bar(task, stage, spare.get(task.id), compared.dates.get(task.id)) for task in stage.tasks]
    return found


def _bond(bond: Bond) -> dict[str, str]:
    return {
        "from": str(bond.predecessor_id),
        "to": str(bond.successor_id),
        "type": bond.type.value,
        "words": bond.words,
    }


def _stage_bar(stage: StageInfo) -> dict[str, object]:
    """Return a stage as a bar over all of its tasks."""
    start = min(task.started_at or task.start_at for task in stage.tasks)
    end = max(task.finished_at or task.due_at for task in stage.tasks)
    return {
        "id": str(stage.id),
        "name": escape(stage.name),
        "start": _local(min(start, end - SHORTEST_BAR)),
        "end": _local(end),
        "custom_class": "fw-bar-stage",
        "shape": "stage",
        "title": f"{stage.name}: {stage.done_count} of {stage.task_count} done",
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


def _bar(task: TaskInfo, stage: StageInfo, spare: TaskRoom | None, kept: KeptDates | None) -> dict[str, object]:
    """Return a task for the chart, which writes names into the page as they are: so they are escaped here."""
    end = task.finished_at or task.due_at
    start = min(task.started_at or task.start_at, end - SHORTEST_BAR)
    words = spare_words(spare)
    said = [task.name, f"To spare: {words}" if words else "", spare.conflict if spare else ""]
    bar: dict[str, object] = {
        "id": str(task.id),
        "name": escape(task.name),
        "stage": escape(stage.name),
        "start": _local(start),
        "end": _local(end),
        "progress": 100 if task.standing is TaskStanding.DONE else 0,
        "custom_class": f"fw-bar-{TONES.get(task.standing, 'neutral')}",
        "href": reverse("task", kwargs={"project_id": task.project_id, "task_id": task.id}),
        "is_critical": spare is not None and spare.is_critical,
        "has_conflict": bool(spare and spare.conflict),
        "title": ". ".join(part for part in said if part),
    }
    if kept is not None:
        bar["base_start"] = _local(min(kept.start_at, kept.due_at - SHORTEST_BAR))
        bar["base_end"] = _local(kept.due_at)
    if task.kind is TaskKind.MILESTONE:
        bar["shape"] = "milestone"
    if task.state in OPEN_STATES:
        bar["drag_href"] = reverse("drag_task", kwargs={"task_id": task.id})
        bar["link_href"] = reverse("add_link", kwargs={"task_id": task.id})
    return bar


def _local(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def _row(task: TaskInfo, stage: StageInfo, spare: TaskRoom | None, kept: KeptDates | None) -> dict[str, Any]:
    is_open = task.state in OPEN_STATES
    end_at = task.due_at if is_open else task.finished_at or task.due_at
    slip = (timezone.localtime(end_at).date() - timezone.localtime(kept.due_at).date()).days if kept else None
    return {
        "task": task,
        "stage": stage,
        "url": reverse("task", kwargs={"project_id": task.project_id, "task_id": task.id}),
        "kept": kept,
        "actual_at": task.finished_at,
        "slip": slip,
        "spare": spare,
        "words": spare_words(spare),
    }

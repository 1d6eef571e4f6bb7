"""Steps of a plan: what each change of dates, lengths and links was before, kept so that it can be taken back.

Inside projects only; `operations.undoing` takes the latest one back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from firstwin.identity.contracts import Actor
from firstwin.projects.models import PlanStep, TaskLink
from firstwin.projects.operations import keeping
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import steps
from firstwin.shared import bulk

COLUMNS = (
    "timing", "start_at", "due_at", "is_start_fixed", "is_due_fixed", "not_before_at", "must_finish_by_at", "overdue_at",
)  # fmt: skip
"""What a step puts back of a task that was changed. What only followed follows again."""

_columns = itemgetter(*COLUMNS)


@dataclass(frozen=True, slots=True)
class Before:
    """A plan before a change of it."""

    stamp: str
    tasks: Mapping[UUID, tuple[Any, ...]]
    links: tuple[TaskLink, ...]
    bonds: Mapping[UUID, tuple[str, str]]
    project: Mapping[str, datetime | None]


def begin(plan: RunningPlan) -> Before:
    """Remember a loaded plan before its rows are changed."""
    return Before(
        stamp=stamp_of(plan),
        tasks={task.id: _columns(vars(task)) for task in plan.tasks.values()},
        links=tuple(plan.links),
        bonds={link.id: (link.type, link.lag) for link in plan.links},
        project=_of_project(plan),
    )


def keep(plan: RunningPlan, before: Before, *, actor: Actor, at: datetime, words: str = "") -> UUID | None:
    """Keep what was changed in a plan that has been settled, and return the step's id; None when nothing was."""
    undo = _undo(plan, before)
    if not any(undo.values()):
        return None
    row = PlanStep(
        workspace_id=plan.project.workspace_id,
        project_id=plan.project.id,
        words=words[: steps.LONGEST] or _in_words(plan, undo),
        undo=undo,
        stamp_before=before.stamp,
        stamp=stamp_of(plan),
        by_name=actor.name[:200],
        at=at,
    )
    bulk.insert_rows([row])
    return row.id


def _in_words(plan: RunningPlan, undo: keeping.Rows) -> str:
    """Name what the step would put back: of a task that was renamed as well, only its dates."""
    fields: dict[UUID, list[str]] = {}
    for task_id, then in undo["tasks:changed"].items():
        task = plan.tasks[UUID(task_id)]
        now = dict(zip(COLUMNS, _columns(vars(task)), strict=True))
        fields[task.id] = [field for field, _, _ in steps.reversal(now, then)]
    successors = {link.id.hex: link.successor_id for link in plan.links}
    for part in ("gone", "changed", "came"):
        for link_id, row in undo[f"links:{part}"].items():
            successor = successors.get(link_id) or row.get("successor_id")
            if successor is not None:
                told = fields.setdefault(successor if isinstance(successor, UUID) else UUID(successor), [])
                told += [] if "dependencies" in told else ["dependencies"]
    names = ((plan.tasks[task_id].name, told) for task_id, told in fields.items() if told and task_id in plan.tasks)
    return steps.in_words([steps.part_in_words(name, told) for name, told in names])


def _undo(plan: RunningPlan, before: Before) -> keeping.Rows:
    undo: keeping.Rows = {f"{name}:{part}": {} for name in keeping.TABLES for part in ("gone", "changed", "came")}
    now = {link.id: link for link in plan.links}
    for task_id, old in before.tasks.items():
        task = plan.tasks.get(task_id)
        if task is None or (old[-1] == task.overdue_at and task_id not in plan.touched):
            continue
        was = dict(zip(COLUMNS, old, strict=True))
        asked = COLUMNS if task_id in plan.touched else ("overdue_at",)
        changed = {column: keeping.plain(was[column]) for column in asked if was[column] != getattr(task, column)}
        now_is = dict(zip(COLUMNS, _columns(vars(task)), strict=True))
        if steps.reversal(now_is, changed) or changed.keys() == {"overdue_at"}:
            undo["tasks:changed"][task_id.hex] = changed
    for link in before.links:
        old_type, old_lag = before.bonds[link.id]
        if link.id not in now:
            undo["links:gone"][link.id.hex] = {**keeping.plain_row(link), "type": old_type, "lag": old_lag}
        elif (link.type, link.lag) != (old_type, old_lag):
            undo["links:changed"][link.id.hex] = {"type": old_type, "lag": old_lag}
    undo["links:came"] = {link_id.hex: {} for link_id in now.keys() - before.bonds.keys()}
    return undo | keeping.of_project(_plain(before.project), _plain(_of_project(plan)))


def _plain(columns: Mapping[str, datetime | None]) -> dict[str, Any]:
    return {
        name: keeping.plain(value.astimezone(UTC) if value is not None else None) for name, value in columns.items()
    }


def _of_project(plan: RunningPlan) -> dict[str, datetime | None]:
    return {"started_at": plan.project.started_at, "signed_at": plan.project.signed_at}


def stamp_of(plan: RunningPlan) -> str:
    """Return what identifies a plan until somebody changes it."""
    return steps.stamp(
        tasks=((task.id.hex, task.version) for task in plan.tasks.values()),
        stages=(stage.id.hex for stage in plan.stages),
        links=(link.id.hex for link in plan.links),
        project_version=plan.project.version,
    )

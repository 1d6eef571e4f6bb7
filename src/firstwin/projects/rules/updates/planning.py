"""A merged plan as the rules of dates see it, to be tried out before anything is written."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects.contracts import TaskState
from firstwin.projects.rules.facts import LinkFact, PlanFacts, StageFact, TaskFact
from firstwin.projects.rules.updates.merging import Merged
from firstwin.projects.rules.updates.shapes import STAGE, TASK, Part, timing_data
from firstwin.scheduling.contracts import LinkType

STEP = 1000
"""Between two neighbours, so that something fits between."""


def plan_of(
    plan: PlanFacts,
    result: Merged,
    owner_calendars: Mapping[str, str],
    *,
    new_id: Callable[[], UUID],
    at: datetime,
) -> PlanFacts:
    """The plan after an update, with ids for what is new; what nobody changed is the same fact as before.

    A new task counts in the calendar of whoever plays its role.
    """
    parts = [part for part in result.shape.parts.values() if part.sort in (STAGE, TASK)]
    ids = {part.ref: part.id or new_id() for part in parts}
    stages = {stage.id: stage for stage in plan.stages}
    tasks = {task.id: task for task in plan.tasks}
    own = [part for part in parts if part.sort == TASK]
    places = _places(plan, [ids[part.ref] for part in own])
    after = {part.ref: _task(part, tasks.get(ids[part.ref]), ids, places[ids[part.ref]], result, at) for part in own}
    for part in own:
        if ids[part.ref] not in tasks:
            owner = owner_calendars.get(part.values["owner_role"], "")
            after[part.ref] = replace(after[part.ref], calendar=owner)
    return replace(
        plan,
        stages=tuple(
            _stage(part, stages.get(ids[part.ref]), ids, index, part.ref in result.changed, at)
            for index, part in enumerate(part for part in parts if part.sort == STAGE)
        ),
        tasks=tuple(after.values()),
        links=tuple(link for part in parts for link in _links(part, ids)),
    )


def _places(plan: PlanFacts, order: list[UUID]) -> dict[UUID, int]:
    """Tasks keep their places while their order stays; when something comes between, all get new ones."""
    stages = {stage.id: stage.position for stage in plan.stages}
    before = sorted(plan.tasks, key=lambda task: (stages[task.stage_id], task.position, task.id))
    if [task.id for task in before if task.id in set(order)] == order:
        return {task.id: task.position for task in before}
    return {task_id: (index + 1) * STEP for index, task_id in enumerate(order)}


def _stage(
    part: Part, before: StageFact | None, ids: Mapping[str, UUID], index: int, is_changed: bool, at: datetime
) -> StageFact:
    if before is not None:
        timing = timing_data(part.values, ids) if is_changed else before.timing
        return replace(before, name=part.values["name"], position=index, timing=timing)
    return StageFact(
        id=ids[part.ref],
        key=part.key,
        name=part.values["name"],
        position=index,
        start_at=at,
        due_at=at,
        timing=timing_data(part.values, ids),
    )


def _task(
    part: Part, before: TaskFact | None, ids: Mapping[str, UUID], position: int, result: Merged, at: datetime
) -> TaskFact:
    if before is not None and part.ref in result.retired:
        return replace(before, position=position, state=TaskState.NOT_APPLICABLE, finished_at=at)
    if before is not None and part.ref not in result.changed:
        return replace(before, position=position)
    values = part.values
    words: dict[str, Any] = {
        "stage_id": ids[f"{STAGE}:{values['stage']}"],
        "name": values["name"],
        "kind": TaskKind(values["kind"]),
        "side": Side(values["side"]),
        "visibility": Visibility(values["visibility"]),
        "is_required": values["is_required"],
        "is_automatic": values["is_automatic"],
        "timing": timing_data(values, ids),
        "position": position,
    }
    if before is None:
        fresh = {"id": ids[part.ref], "key": part.key, "state": TaskState.OPEN, "start_at": at, "due_at": at}
        return TaskFact(**{**words, **fresh})
    if part.ref in result.unfixed:
        words |= {"is_start_fixed": False, "is_due_fixed": False}
    return replace(before, **words)


def _links(part: Part, ids: Mapping[str, UUID]) -> list[LinkFact]:
    successor = ids[part.ref]
    return [
        LinkFact(
            predecessor_id=ids[ref] if ref.startswith(f"{TASK}:") else None,
            predecessor_stage_id=ids[ref] if ref.startswith(f"{STAGE}:") else None,
            successor_id=successor if part.sort == TASK else None,
            successor_stage_id=successor if part.sort == STAGE else None,
            type=LinkType(type_),
            lag=lag,
        )
        for ref, type_, lag in part.values.get("after", ())
    ]

"""From a resolved playbook to the plan of a new project: every task with its id, owner, visibility and timing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from firstwin.playbooks.contracts import (
    LinkSpec,
    Moment,
    PlaybookDefinition,
    RoleSpec,
    Side,
    StageSpec,
    TaskSpec,
    Visibility,
)
from firstwin.projects.contracts import TaskState
from firstwin.projects.rules.facts import LinkFact, StageFact, TaskFact
from firstwin.scheduling.contracts import Span

MOST_REPEATS = 60
"""A repeating task is laid out up to this many times; a year of weekly checks."""

_OPENNESS = (Visibility.INTERNAL, Visibility.TITLE_ONLY, Visibility.SHARED)
NewId = Callable[[], UUID]
_Fact = TypeVar("_Fact", StageFact, TaskFact)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncludedStage:
    """A stage that is in, with its links and the tasks that are in."""

    spec: StageSpec
    after: tuple[LinkSpec, ...]
    tasks: tuple["IncludedTask", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncludedTask:
    """A task that is in, with its links."""

    spec: TaskSpec
    after: tuple[LinkSpec, ...]


class Draft(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The plan of a project that does not exist yet; specifications by the ids of stages and tasks."""

    stages: tuple[StageFact, ...]
    tasks: tuple[TaskFact, ...]
    links: tuple[LinkFact, ...]
    stage_specs: Mapping[UUID, StageSpec]
    task_specs: Mapping[UUID, TaskSpec]


def draft_of(
    stages: Iterable[IncludedStage],
    roles: Iterable[RoleSpec],
    calendars: Mapping[str, str],
    *,
    start_at: datetime,
    new_id: NewId,
) -> Draft:
    """The plan of what is in, without dates yet; `calendars` are those of whoever plays each role, by the role's key."""
    sides = {role.key: role.side for role in roles}
    stage_facts: list[StageFact] = []
    task_facts: list[TaskFact] = []
    stage_specs: dict[UUID, StageSpec] = {}
    task_specs: dict[UUID, TaskSpec] = {}
    ids: dict[str, tuple[UUID, bool]] = {}
    waiting: list[tuple[str, tuple[LinkSpec, ...]]] = []
    for position, stage in enumerate(stages):
        stage_id = new_id()
        ids[stage.spec.key] = (stage_id, True)
        waiting.append((stage.spec.key, stage.after))
        stage_specs[stage_id] = stage.spec
        stage_facts.append(_stage_fact(stage.spec, stage_id, position, start_at))
        for task in stage.tasks:
            task_id = new_id()
            ids[task.spec.key] = (task_id, False)
            waiting.append((task.spec.key, task.after))
            task_specs[task_id] = task.spec
            side = sides.get(task.spec.owner, Side.VENDOR)
            calendar = calendars.get(task.spec.owner, "")
            fact = _task_fact(task.spec, stage.spec, task_id, stage_id, side, calendar, len(task_facts), start_at)
            task_facts.append(fact)
    links = tuple(link for key, after in waiting for link in _link_facts(ids[key], after, ids))
    return Draft(
        stages=tuple(stage_facts),
        tasks=tuple(task_facts),
        links=links,
        stage_specs=stage_specs,
        task_specs=task_specs,
    )


def _stage_fact(spec: StageSpec, stage_id: UUID, position: int, start_at: datetime) -> StageFact:
    timing = {
        "start": moment_data(spec.start),
        "due": moment_data(spec.due),
        "at_least": str(spec.duration_min) if spec.duration_min else None,
    }
    return StageFact(
        id=stage_id,
        key=spec.key,
        name=spec.name,
        position=position,
        start_at=start_at,
        due_at=start_at,
        timing={word: value for word, value in timing.items() if value},
    )


def _task_fact(
    spec: TaskSpec,
    stage: StageSpec,
    task_id: UUID,
    stage_id: UUID,
    side: Side,
    calendar: str,
    index: int,
    start_at: datetime,
) -> TaskFact:
    timing = {
        "start": moment_data(spec.start),
        "due": moment_data(spec.due),
        "duration": str(spec.duration) if spec.duration else None,
        "anchors": spec.anchors.value if spec.anchors else None,
    }
    return TaskFact(
        id=task_id,
        stage_id=stage_id,
        key=spec.key,
        name=spec.name,
        kind=spec.kind,
        side=side,
        state=TaskState.OPEN,
        position=(index + 1) * 1000,
        start_at=start_at,
        due_at=start_at,
        is_required=spec.required,
        is_automatic=spec.automatic,
        visibility=effective_visibility(stage.visibility, spec.visibility),
        calendar=calendar,
        timing={word: value for word, value in timing.items() if value},
    )


def moment_data(moment: Moment | None) -> dict[str, Any] | None:
    """A moment as it is stored with a task."""
    return {"anchor": moment.anchor.value, "offset": str(moment.offset)} if moment else None


def effective_visibility(stage: Visibility, task: Visibility) -> Visibility:
    """A task is never more open than its stage."""
    return min(stage, task, key=_OPENNESS.index)


def _link_facts(
    successor: tuple[UUID, bool], after: Iterable[LinkSpec], ids: Mapping[str, tuple[UUID, bool]]
) -> Iterable[LinkFact]:
    follower, is_stage = successor
    for link in after:
        if link.task not in ids:
            continue
        predecessor, from_stage = ids[link.task]
        yield LinkFact(
            predecessor_id=None if from_stage else predecessor,
            predecessor_stage_id=predecessor if from_stage else None,
            successor_id=None if is_stage else follower,
            successor_stage_id=follower if is_stage else None,
            type=link.type,
            lag=str(link.lag) if link.lag and link.lag.amount else "",
        )


def repeats(spec: TaskSpec) -> bool:
    """Whether a task comes again."""
    return spec.repeat is not None and spec.repeat.every.amount > 0


def occurrences_of(task: TaskFact, every: Span, *, times: int, new_id: NewId) -> tuple[TaskFact, ...]:
    """The further occurrences of a repeating task; each is timed like the first, so many intervals later."""
    found: list[TaskFact] = []
    for count in range(1, times):
        step = str(Span(every.amount * count, every.unit))
        timing = {word: value for word, value in task.timing.items() if word != "anchors"}
        for word in ("start", "due"):
            if own := task.timing.get(word):
                timing[word] = {**own, "further": [step]}
        if "start" not in timing:
            timing["start"] = {"anchor": f"start:{task.id.hex}", "offset": step}
        number = count + 1
        found.append(
            replace(
                task,
                id=new_id(),
                key=f"{task.key}-{number}",
                name=f"{task.name} ({number})",
                position=task.position + count,
                timing=timing,
            )
        )
    return tuple(found)


def with_repeats(draft: Draft, times: Mapping[UUID, int], new_id: NewId) -> Draft:
    """The plan with every repeating task laid out so many times; what follows one, follows its last occurrence."""
    tasks: list[TaskFact] = []
    specs = dict(draft.task_specs)
    last: dict[UUID, UUID] = {}
    for task in draft.tasks:
        tasks.append(task)
        spec = draft.task_specs[task.id]
        if spec.repeat is None or times.get(task.id, 1) < 2:
            continue
        further = occurrences_of(task, spec.repeat.every, times=times[task.id], new_id=new_id)
        specs.update((occurrence.id, spec) for occurrence in further)
        tasks.extend(further)
        last[task.id] = further[-1].id
    links = tuple(
        replace(link, predecessor_id=last[link.predecessor_id])
        if link.predecessor_id is not None and link.predecessor_id in last
        else link
        for link in draft.links
    )
    return replace(draft, tasks=tuple(tasks), links=links, task_specs=specs)


def with_dates(draft: Draft, dates: Mapping[str, tuple[datetime, datetime]]) -> Draft:
    """The plan with its dates, by the hexadecimal form of ids."""
    return replace(
        draft,
        stages=tuple(_dated(stage, dates) for stage in draft.stages),
        tasks=tuple(_dated(task, dates) for task in draft.tasks),
    )


def _dated(fact: _Fact, dates: Mapping[str, tuple[datetime, datetime]]) -> _Fact:
    start_at, due_at = dates[fact.id.hex]
    return replace(fact, start_at=start_at, due_at=due_at)


def past_tasks(draft: Draft, at: datetime) -> tuple[TaskFact, ...]:
    """What a playbook wants done before the launch is late from the first moment, unless it is started now."""
    return tuple(task for task in draft.tasks if task.due_at < at)


def caught_up(draft: Draft, at: datetime) -> Draft:
    """What lies before the launch starts at the launch: each task with the days it had, in the order of its links."""
    past = {task.id for task in past_tasks(draft, at)}
    waiting = {link.successor_id for link in draft.links}

    def moved(task: TaskFact) -> TaskFact:
        days = max(1, (task.due_at - task.start_at).days)
        timing = {word: value for word, value in task.timing.items() if word not in {"start", "due"}}
        moved = replace(task, timing={**timing, "duration": timing.get("duration") or f"{days}d"})
        return moved if task.id in waiting else replace(moved, start_at=at, is_start_fixed=True)

    return replace(draft, tasks=tuple(moved(task) if task.id in past else task for task in draft.tasks))


def target_of(definition: PlaybookDefinition, segment: str) -> Span | None:
    """How long the playbook wants the onboarding of a segment to take at most, from signature to completion."""
    return next((target.at_most for target in definition.durations if target.segment == segment), None)

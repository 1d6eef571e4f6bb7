"""Plans by the keys of their playbook, as plain values, so that versions and a running project can be compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from firstwin.playbooks.contracts import CompletionCriterion, RoleSpec, StageSpec, TaskKind, TaskSpec
from firstwin.projects.contracts.updates import UpdatePart
from firstwin.projects.rules.drafting import Draft
from firstwin.projects.rules.facts import LinkFact

Link = tuple[str, str, str]
"""What is waited for (the name of a part), the type of the link, its lag."""

STAGE, TASK, ROLE, CRITERION, TARGET = "stage", "task", "role", "criterion", "target"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a plan. `family` is the key in the playbook, the same for all times that a repeating task comes.

    `is_closed`: it is done, so it stays as it is. `is_begun`: people have worked on it. `has_own_dates`: somebody set
    its dates by hand.
    """

    sort: str
    key: str
    family: str
    values: Mapping[str, Any]
    id: UUID | None = None
    is_closed: bool = False
    is_begun: bool = False
    has_own_dates: bool = False

    @property
    def ref(self) -> str:
        """Return the name of the part among all parts of the plan."""
        return f"{self.sort}:{self.key}"

    @property
    def name(self) -> str:
        """Return what people call it."""
        return str(self.values.get("name") or self.values.get("text") or self.key)

    @property
    def part(self) -> UpdatePart:
        """Return which kind of part it is, milestones apart."""
        is_milestone = self.values.get("kind") == TaskKind.MILESTONE
        return UpdatePart.MILESTONE if self.sort == TASK and is_milestone else UpdatePart(self.sort)


@dataclass(frozen=True, slots=True)
class Shape:
    """All parts of a plan, in order: stages, their tasks, roles, criteria, the target."""

    parts: Mapping[str, Part] = field(default_factory=dict)

    def of(self, sort: str) -> list[Part]:
        """Return the parts of one sort, in order."""
        return [part for part in self.parts.values() if part.sort == sort]

    def tasks_in(self, stage: str) -> list[Part]:
        """Return the tasks of a stage, in order."""
        return [part for part in self.of(TASK) if part.values["stage"] == stage]


def shape_of(parts: Iterable[Part]) -> Shape:
    """Return parts as a shape; keys are unique within a sort."""
    return Shape({part.ref: part for part in parts})


def shape_of_draft(
    draft: Draft, roles: Iterable[RoleSpec], criteria: Iterable[CompletionCriterion], target: str
) -> Shape:
    """The plan that a playbook version comes to for an account."""
    names = names_by_id(((STAGE, s.id, s.key) for s in draft.stages), ((TASK, t.id, t.key) for t in draft.tasks))
    after = after_by_successor(draft.links, names)
    stages = [
        Part(
            sort=STAGE,
            key=stage.key,
            family=stage.key,
            values={**_stage_values(draft.stage_specs[stage.id], stage.timing), "after": after.get(stage.id, ())},
        )
        for stage in draft.stages
    ]
    tasks = [
        Part(
            sort=TASK,
            key=task.key,
            family=draft.task_specs[task.id].key,
            values={
                "stage": names[task.stage_id].partition(":")[2],
                "name": task.name,
                "side": task.side.value,
                "visibility": task.visibility.value,
                **task_values(draft.task_specs[task.id]),
                **timing_values(task.timing, names),
                "after": after.get(task.id, ()),
            },
        )
        for task in sorted(draft.tasks, key=lambda task: task.position)
    ]
    return shape_of([*stages, *tasks, *_others(roles, criteria, target)])


def _others(roles: Iterable[RoleSpec], criteria: Iterable[CompletionCriterion], target: str) -> list[Part]:
    found = [
        Part(sort=ROLE, key=role.key, family=role.key, values={"name": role.name, "side": role.side.value})
        for role in roles
    ]
    found += [
        Part(sort=CRITERION, key=row.key, family=row.key, values={"text": row.text, "task": row.task})
        for row in criteria
    ]
    if target:
        found.append(target_part(target))
    return found


def target_part(length: str) -> Part:
    """Return the target of a project: how long it should take from signature to completion."""
    return Part(sort=TARGET, key="length", family="length", values={"name": "Target of the project", "length": length})


def names_by_id(*rows: Iterable[tuple[str, UUID, str]]) -> dict[UUID, str]:
    """Return the names of parts by the ids of their rows."""
    return {row_id: f"{sort}:{key}" for group in rows for sort, row_id, key in group}


def after_by_successor(links: Iterable[LinkFact], names: Mapping[UUID, str]) -> dict[UUID, tuple[Link, ...]]:
    """Return what each part waits for, in a fixed order."""
    found: dict[UUID, set[Link]] = {}
    for link in links:
        successor = link.successor_id or link.successor_stage_id
        before = link.predecessor_id or link.predecessor_stage_id
        if successor is not None and before is not None and successor in names and before in names:
            found.setdefault(successor, set()).add((names[before], link.type.value, link.lag))
    return {successor: tuple(sorted(after)) for successor, after in found.items()}


def _stage_values(spec: StageSpec, timing: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": spec.name,
        "objective": spec.objective,
        "visibility": spec.visibility.value,
        "exit_criteria": list(spec.exit_criteria),
        "start": timing.get("start"),
        "due": timing.get("due"),
        "at_least": timing.get("at_least"),
    }


def task_values(spec: TaskSpec) -> dict[str, Any]:
    """Return what a task says and holds, apart from its name, place, side and times."""
    return {
        "kind": spec.kind.value,
        "description": spec.description,
        "guidance": spec.guidance,
        "owner_role": spec.owner,
        "is_required": spec.required,
        "is_automatic": spec.automatic,
        "deliverables": list(spec.deliverables),
        "estimate_hours": spec.estimate_hours,
        "settings": msgspec.json.decode(msgspec.json.encode(spec.settings)) if spec.settings else {},
    }


def timing_values(timing: Mapping[str, Any], names: Mapping[UUID, str]) -> dict[str, Any]:
    """Return how a task is timed, with other tasks named by their keys instead of ids."""
    start = timing.get("start")
    if start and str(start["anchor"]).startswith("start:"):
        first = UUID(str(start["anchor"]).partition(":")[2])
        start = {**start, "anchor": f"start:{names.get(first, '').partition(':')[2]}"}
    return {
        "start": start,
        "due": timing.get("due"),
        "duration": timing.get("duration"),
        "anchors": timing.get("anchors"),
    }


def timing_data(values: Mapping[str, Any], ids: Mapping[str, UUID]) -> dict[str, Any]:
    """Return how a task or stage is timed in the form that is stored: other tasks by their ids."""
    start = values.get("start")
    if start and str(start["anchor"]).startswith("start:"):
        first = ids.get(f"{TASK}:{str(start['anchor']).partition(':')[2]}")
        start = {**start, "anchor": f"start:{first.hex}"} if first else None
    words = {"start": start, **{word: values.get(word) for word in ("due", "duration", "anchors", "at_least")}}
    return {word: value for word, value in words.items() if value}

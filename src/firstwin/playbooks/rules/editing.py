"""Edit a draft step by step, as the editor does: set, add, move, remove and copy its parts."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from firstwin.playbooks.contracts import (
    CompletionCriterion,
    FieldSpec,
    OverlayAddition,
    OverlaySpec,
    PlaybookDefinition,
    PlaybookProblem,
    RoleSpec,
    SegmentTarget,
    StageSpec,
    TargetSpec,
    TaskSpec,
)
from firstwin.playbooks.contracts.library import (
    AddPart,
    DuplicatePart,
    Edit,
    InvalidPlaybookError,
    MovePart,
    PartKind,
    RemovePart,
    SetFields,
)
from firstwin.playbooks.rules import linting, overlays, reading, renaming, shapes, writing
from firstwin.shared.errors import InvalidInputError

LISTS: dict[PartKind, tuple[str, type[Any], str]] = {
    PartKind.ROLE: ("roles", RoleSpec, "key"),
    PartKind.FIELD: ("fields", FieldSpec, "key"),
    PartKind.DURATION: ("durations", SegmentTarget, "segment"),
    PartKind.TARGET: ("targets", TargetSpec, "metric"),
    PartKind.STAGE: ("stages", StageSpec, "key"),
    PartKind.OVERLAY: ("overlays", OverlaySpec, "key"),
    PartKind.CRITERION: ("completion", CompletionCriterion, "key"),
}


def apply_edit(definition: PlaybookDefinition, edit: Edit) -> PlaybookDefinition:
    """Return the draft after one edit; raises InvalidInputError when the edit names what is not there or holds mistakes."""
    match edit:
        case SetFields(kind=PartKind.PLAYBOOK):
            return _read_definition(_merged(definition, edit.values))
        case SetFields():
            return _set(definition, edit)
        case AddPart():
            return _add(definition, edit)
        case MovePart():
            return _move(definition, edit)
        case RemovePart():
            return _remove(definition, edit)
        case DuplicatePart():
            return _duplicate(definition, edit)


def checked_definition(values: Mapping[str, Any]) -> PlaybookDefinition:
    """Return a playbook from plain values; raises InvalidPlaybookError for mistakes of form or of its key."""
    definition = _read_definition(values)
    problems = linting.lint_structure(definition)
    if problems:
        raise InvalidPlaybookError(problems[0].message, remedy=problems[0].remedy, found=problems)
    return definition


def new_breakage(before: PlaybookDefinition, after: PlaybookDefinition) -> tuple[PlaybookProblem, ...]:
    """An edit may leave work to do, but not make a circle or two parts with one key."""
    old = {problem.message for problem in linting.lint_structure(before)}
    return tuple(problem for problem in linting.lint_structure(after) if problem.message not in old)


def describe(definition: PlaybookDefinition, edit: Edit) -> str:
    """Return what an edit does, as the history of the draft shows it."""
    match edit:
        case AddPart(values=values):
            return f"Add {edit.kind} '{values.get('name') or values.get('label') or values.get('key') or ''}'"
        case SetFields(kind=PartKind.PLAYBOOK):
            return f"Change {', '.join(sorted(edit.values))} of the playbook"
        case SetFields():
            return f"Change {', '.join(sorted(edit.values))} of {edit.kind} '{_name(definition, edit.kind, edit.key)}'"
        case MovePart():
            return f"Move {edit.kind} '{_name(definition, edit.kind, edit.key)}'"
        case RemovePart():
            return f"Remove {edit.kind} '{_name(definition, edit.kind, edit.key)}'"
        case DuplicatePart():
            return f"Copy {edit.kind} '{_name(definition, edit.kind, edit.key)}'"


def _name(definition: PlaybookDefinition, kind: PartKind, key: str) -> str:
    part = next((part for part in _parts(definition, kind) if _key_of(part, kind) == key), None)
    return str(getattr(part, "name", "") or getattr(part, "label", "") or key)


def _parts(definition: PlaybookDefinition, kind: PartKind) -> Sequence[Any]:
    if kind is PartKind.TASK:
        return [*(task for stage in definition.stages for task in stage.tasks), *overlay_tasks(definition)]
    if kind is PartKind.PLAYBOOK:
        raise InvalidInputError("The playbook itself can only be changed.", remedy="Name a part, such as a stage.")
    parts: Sequence[Any] = getattr(definition, LISTS[kind][0])
    return parts


def overlay_tasks(definition: PlaybookDefinition) -> list[TaskSpec]:
    """Tasks that overlays add are edited one by one, like those of the stages."""
    return [task for overlay in definition.overlays for addition in overlay.add for task in addition.tasks]


def _key_of(part: Any, kind: PartKind) -> str:
    return str(getattr(part, LISTS[kind][2] if kind in LISTS else "key"))


def _missing(kind: PartKind, key: str) -> InvalidInputError:
    return InvalidInputError(
        f"There is no {kind} '{key}' in this playbook.",
        remedy="Somebody may have removed or renamed it; reload the page.",
    )


def _merged(part: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = writing.to_plain(part)
    kinds = {kind.value for kind in shapes.SETTINGS_OF_KIND}
    if isinstance(part, TaskSpec) and ("kind" in values or kinds & set(values)):
        new_kind = values.get("kind") or next((name for name in values if name in kinds), "")
        plain = {name: value for name, value in plain.items() if name == new_kind or name not in kinds | {"kind"}}
    plain.update(values)
    return {name: value for name, value in plain.items() if value is not None}


def _read(cls: type[Any], plain: Mapping[str, Any]) -> Any:
    part, problems = reading.read_part(cls, plain)
    if problems:
        raise InvalidPlaybookError(problems[0].message, remedy=problems[0].remedy, found=problems)
    return part


def _read_definition(plain: Mapping[str, Any]) -> PlaybookDefinition:
    definition: PlaybookDefinition = _read(PlaybookDefinition, plain)
    return definition


def _set(definition: PlaybookDefinition, edit: SetFields) -> PlaybookDefinition:
    cls = TaskSpec if edit.kind is PartKind.TASK else LISTS[edit.kind][1]
    new_key = ""

    def change(part: Any) -> list[Any]:
        nonlocal new_key
        changed = _read(cls, _merged(part, edit.values))
        new_key = _key_of(changed, edit.kind)
        return [changed]

    changed = _replace(definition, edit.kind, edit.key, change)
    return renaming.follow(changed, edit.kind, edit.key, new_key) if new_key != edit.key else changed


def _replace(
    definition: PlaybookDefinition, kind: PartKind, key: str, change: Callable[[Any], list[Any]]
) -> PlaybookDefinition:
    """Put what `change` makes of a part into its place; raises when there is no such part."""
    if all(_key_of(part, kind) != key for part in _parts(definition, kind)):
        raise _missing(kind, key)

    def swap(parts: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(new for part in parts for new in (change(part) if _key_of(part, kind) == key else [part]))

    if kind is PartKind.TASK:
        stages = tuple(replace(stage, tasks=swap(stage.tasks)) for stage in definition.stages)
        return _with_additions(replace(definition, stages=stages), lambda one: replace(one, tasks=swap(one.tasks)))
    name = LISTS[kind][0]
    return _with(definition, name, swap(getattr(definition, name)))


def _with_additions(
    definition: PlaybookDefinition, change: Callable[[OverlayAddition], OverlayAddition]
) -> PlaybookDefinition:
    """Change what overlays add; an addition that is left without tasks goes."""
    found = []
    for overlay in definition.overlays:
        added = tuple(change(addition) for addition in overlay.add)
        found.append(replace(overlay, add=tuple(one for one in added if one.tasks)))
    return replace(definition, overlays=tuple(found))


def _with(definition: PlaybookDefinition, name: str, parts: tuple[Any, ...]) -> PlaybookDefinition:
    changes: dict[str, Any] = {name: parts}
    return replace(definition, **changes)


def _put(parts: Sequence[Any], part: Any, position: int | None) -> tuple[Any, ...]:
    at = len(parts) if position is None else max(0, min(position, len(parts)))
    return (*parts[:at], part, *parts[at:])


def _put_task(
    definition: PlaybookDefinition, stage_key: str, task: TaskSpec, position: int | None
) -> PlaybookDefinition:
    if all(stage.key != stage_key for stage in definition.stages):
        raise _missing(PartKind.STAGE, stage_key)
    stages = tuple(
        replace(stage, tasks=_put(stage.tasks, task, position)) if stage.key == stage_key else stage
        for stage in definition.stages
    )
    return replace(definition, stages=stages)


def _put_overlay_task(
    definition: PlaybookDefinition, overlay_key: str, stage_key: str, task: TaskSpec, position: int | None
) -> PlaybookDefinition:
    """Put a task among those that an overlay adds to a stage."""
    if all(stage.key != stage_key for stage in definition.stages):
        raise _missing(PartKind.STAGE, stage_key)

    def put(overlay: OverlaySpec) -> OverlaySpec:
        place = next((index for index, one in enumerate(overlay.add) if one.stage == stage_key), None)
        if place is None:
            return replace(overlay, add=(*overlay.add, OverlayAddition(stage=stage_key, tasks=(task,))))
        addition = replace(overlay.add[place], tasks=_put(overlay.add[place].tasks, task, position))
        return replace(overlay, add=(*overlay.add[:place], addition, *overlay.add[place + 1 :]))

    return _replace(definition, PartKind.OVERLAY, overlay_key, lambda overlay: [put(overlay)])


def _add(definition: PlaybookDefinition, edit: AddPart) -> PlaybookDefinition:
    values = dict(edit.values)
    taken = _taken(definition, edit.kind)
    if edit.kind is PartKind.TARGET and not values.get("metric"):
        values["metric"] = free_key(str(values.get("label") or "target"), taken, joint="_")
    if edit.kind not in {PartKind.DURATION, PartKind.TARGET} and not values.get("key"):
        said = str(values.get("name") or values.get("label") or values.get("text") or edit.kind.value)
        values["key"] = free_key(said, taken, joint="_" if edit.kind is PartKind.FIELD else "-")
    part = _read(TaskSpec if edit.kind is PartKind.TASK else LISTS[edit.kind][1], values)
    key = _key_of(part, edit.kind)
    if key in taken:
        raise InvalidInputError(f"The key '{key}' is already used.", remedy="Choose another key.")
    if edit.kind is PartKind.TASK and edit.overlay:
        return _put_overlay_task(definition, edit.overlay, edit.stage, part, edit.position)
    if edit.kind is PartKind.TASK:
        return _put_task(definition, edit.stage, part, edit.position)
    name = LISTS[edit.kind][0]
    return _with(definition, name, _put(getattr(definition, name), part, edit.position))


def _taken(definition: PlaybookDefinition, kind: PartKind) -> set[str]:
    if kind in {PartKind.STAGE, PartKind.TASK}:
        tasks = _parts(definition, PartKind.TASK)
        return {stage.key for stage in definition.stages} | {task.key for task in tasks}
    return {_key_of(part, kind) for part in _parts(definition, kind)}


def free_key(said: str, taken: set[str], *, joint: str = "-") -> str:
    """Return a key made from a name, with a number behind it when that is taken."""
    base = re.sub(r"[^a-z0-9]+", joint, said.lower()).strip(joint)[:60] or "part"
    if joint == "_" and not base[0].isalpha():
        base = f"field_{base}"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}{joint}{number}", number + 1
    return key


def _move(definition: PlaybookDefinition, edit: MovePart) -> PlaybookDefinition:
    parts = _parts(definition, edit.kind)
    part = next((part for part in parts if _key_of(part, edit.kind) == edit.key), None)
    if part is None:
        raise _missing(edit.kind, edit.key)
    home = next((stage.key for stage in definition.stages if part in stage.tasks), "")
    rest = _replace(definition, edit.kind, edit.key, lambda _: [])
    for overlay in definition.overlays if edit.kind is PartKind.TASK else ():
        for addition in overlay.add:
            if part in addition.tasks:
                return _put_overlay_task(rest, overlay.key, edit.stage or addition.stage, part, edit.position)
    if edit.kind is PartKind.TASK:
        return _put_task(rest, edit.stage or home, part, edit.position)
    name = LISTS[edit.kind][0]
    return _with(rest, name, _put(getattr(rest, name), part, edit.position))


def _remove(definition: PlaybookDefinition, edit: RemovePart) -> PlaybookDefinition:
    if edit.kind is PartKind.TASK:
        parts = overlays.parts_by_key(definition.stages)
        parts |= {task.key: task for task in overlay_tasks(definition)}
        bridged = _with_additions(
            overlays.without_links(definition, {edit.key}),
            lambda one: replace(one, tasks=tuple(_bridged(task, parts, edit.key) for task in one.tasks)),
        )
        return _replace(bridged, edit.kind, edit.key, lambda _: [])
    if edit.kind is PartKind.STAGE:
        tasks = {task.key for stage in definition.stages if stage.key == edit.key for task in stage.tasks}
        definition = overlays.without_links(definition, tasks | {edit.key})
    return _replace(definition, edit.kind, edit.key, lambda _: [])


def _bridged(task: TaskSpec, parts: Mapping[str, overlays.Part], out: str) -> TaskSpec:
    return replace(task, after=overlays.bridged(task, parts, {out}))


def _duplicate(definition: PlaybookDefinition, edit: DuplicatePart) -> PlaybookDefinition:
    taken = _taken(definition, edit.kind)

    def copy(part: Any) -> list[Any]:
        if isinstance(part, StageSpec):
            return [part, _copy_of_stage(part, taken)]
        if isinstance(part, TaskSpec):
            return [part, replace(part, key=free_key(part.key, taken), name=f"{part.name} (copy)")]
        raise InvalidInputError(f"A {edit.kind} cannot be copied.", remedy="Add a new one instead.")

    return _replace(definition, edit.kind, edit.key, copy)


def _copy_of_stage(stage: StageSpec, taken: set[str]) -> StageSpec:
    """Copy a stage with its tasks; links between them lead to the copies."""
    names = {stage.key: free_key(stage.key, taken)}
    for task in stage.tasks:
        names[task.key] = free_key(task.key, taken | set(names.values()))
    tasks = tuple(
        replace(
            task,
            key=names[task.key],
            after=tuple(replace(link, task=names.get(link.task, link.task)) for link in task.after),
        )
        for task in stage.tasks
    )
    return replace(stage, key=names[stage.key], name=f"{stage.name} (copy)", tasks=tasks)

"""What differs between two playbooks, in plain words and item by item."""

import bisect
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from firstwin.playbooks.contracts import OverlayAddition, PlaybookDefinition, StageSpec, TaskSpec
from firstwin.playbooks.contracts.comparison import Change, ChangeType
from firstwin.playbooks.contracts.library import PartKind
from firstwin.playbooks.rules import shapes, wording
from firstwin.playbooks.rules.editing import LISTS
from firstwin.playbooks.rules.writing import to_plain

_WORDS = {
    PartKind.ROLE: "Role",
    PartKind.FIELD: "Question",
    PartKind.DURATION: "Duration of segment",
    PartKind.TARGET: "Target",
    PartKind.STAGE: "Stage",
    PartKind.TASK: "Task",
    PartKind.OVERLAY: "Overlay",
    PartKind.CRITERION: "Completion criterion",
}


def differences(old: PlaybookDefinition, new: PlaybookDefinition) -> tuple[Change, ...]:
    """Parts are the same when they have the same key, whatever else changed and wherever they moved."""
    comparison = _Comparison(old, new, {**_names(old), **_names(new)})
    return tuple(comparison.changes())


def _names(definition: PlaybookDefinition) -> dict[str, str]:
    names = {role.key: role.name for role in definition.roles}
    names |= {stage.key: stage.name for stage in definition.stages}
    return names | {task.key: task.name for stage in definition.stages for task in stage.tasks}


@dataclass(frozen=True, slots=True)
class _Home:
    """A task and where it is."""

    task: TaskSpec
    stage: StageSpec
    number: int


def _homes(definition: PlaybookDefinition) -> dict[str, _Home]:
    return {
        task.key: _Home(task, stage, number)
        for number, stage in enumerate(definition.stages, start=1)
        for task in stage.tasks
    }


@dataclass(frozen=True, slots=True)
class _Comparison:
    old: PlaybookDefinition
    new: PlaybookDefinition
    names: Mapping[str, str]

    def changes(self) -> Iterator[Change]:
        yield from self.fields(PartKind.PLAYBOOK, self.old, self.new, "", skip=_PARTS_OF_PLAYBOOK)
        for kind in (PartKind.ROLE, PartKind.FIELD, PartKind.DURATION, PartKind.TARGET):
            yield from self.listed(kind)
        yield from self.listed(PartKind.STAGE, skip=frozenset({"tasks"}))
        yield from self.tasks()
        for kind in (PartKind.OVERLAY, PartKind.CRITERION):
            yield from self.listed(kind)

    def listed(self, kind: PartKind, skip: frozenset[str] = frozenset()) -> Iterator[Change]:
        name, _, key_field = LISTS[kind]

        def by_key(definition: PlaybookDefinition) -> dict[str, Any]:
            return {str(getattr(part, key_field)): part for part in getattr(definition, name)}

        before, after = by_key(self.old), by_key(self.new)
        yield from self.gone(kind, before, after, lambda _: "")
        for key, part in after.items():
            if key not in before:
                yield self.appeared(kind, key, part, "")
            else:
                yield from self.fields(kind, before[key], part, key, skip=skip)
        yield from self.reordered(kind, list(before), list(after), after, "")

    def tasks(self) -> Iterator[Change]:
        before, after = _homes(self.old), _homes(self.new)
        tasks = {key: home.task for key, home in before.items()}
        kept = {key: home.task for key, home in after.items()}
        yield from self.gone(PartKind.TASK, tasks, kept, lambda key: before[key].stage.key)
        for key, home in after.items():
            if key not in before:
                yield self.appeared(PartKind.TASK, key, home.task, home.stage.key, f" in stage '{home.stage.name}'")
                continue
            if before[key].stage.key != home.stage.key:
                yield self.changed_home(key, before[key], home)
            yield from self.fields(PartKind.TASK, before[key].task, home.task, key, stage=home.stage.key)
        for stage in self.new.stages:
            old_order = [key for key, home in before.items() if home.stage.key == stage.key]
            new_order = [task.key for task in stage.tasks]
            yield from self.reordered(PartKind.TASK, old_order, new_order, kept, stage.key)

    def gone(
        self, kind: PartKind, before: Mapping[str, Any], after: Mapping[str, Any], stage_of: Callable[[str], str]
    ) -> Iterator[Change]:
        for key, part in before.items():
            if key not in after:
                name = wording.title(part)
                stage = stage_of(key)
                where = f" from stage '{self.names.get(stage, stage)}'" if stage else ""
                yield Change(
                    type=ChangeType.REMOVED,
                    kind=kind,
                    key=key,
                    name=name,
                    text=f"{_WORDS[kind]} '{name}' was removed{where}",
                    stage=stage,
                    before=to_plain(part),
                )

    def appeared(self, kind: PartKind, key: str, part: Any, stage: str, where: str = "") -> Change:
        name = wording.title(part)
        text = f"{_WORDS[kind]} '{name}' was added{where}"
        return Change(
            type=ChangeType.ADDED, kind=kind, key=key, name=name, text=text, stage=stage, after=to_plain(part)
        )

    def changed_home(self, key: str, before: _Home, after: _Home) -> Change:
        old, new = before.stage, after.stage
        return Change(
            type=ChangeType.MOVED,
            kind=PartKind.TASK,
            key=key,
            name=after.task.name,
            text=(
                f"Task '{after.task.name}' moved from stage {before.number} '{old.name}' "
                f"to stage {after.number} '{new.name}'"
            ),
            stage=new.key,
            field="stage",
            before=old.key,
            after=new.key,
        )

    def reordered(
        self, kind: PartKind, old: Sequence[str], new: Sequence[str], parts: Mapping[str, Any], stage: str
    ) -> Iterator[Change]:
        old, new = list(dict.fromkeys(old)), list(dict.fromkeys(new))
        common = [key for key in new if key in set(old)]
        staying = _longest_in_order([old.index(key) for key in common])
        for index, key in enumerate(common):
            if index in staying:
                continue
            position = new.index(key)
            name = wording.title(parts[key])
            where = f"behind '{wording.title(parts[new[position - 1]])}'" if position else "to the beginning"
            within = f" in stage '{self.names.get(stage, stage)}'" if stage else ""
            yield Change(
                type=ChangeType.MOVED,
                kind=kind,
                key=key,
                name=name,
                text=f"{_WORDS[kind]} '{name}' moved {where}{within}",
                stage=stage,
                field="position",
                before=old.index(key),
                after=position,
            )

    def fields(
        self, kind: PartKind, old: Any, new: Any, key: str, *, stage: str = "", skip: frozenset[str] = frozenset()
    ) -> Iterator[Change]:
        subject = f"{_WORDS[kind]} '{wording.title(new)}': " if kind in _WORDS else ""
        for field, before, after in _field_changes(old, new, skip):
            yield Change(
                type=ChangeType.CHANGED,
                kind=kind,
                key=key,
                name=wording.title(new),
                text=_upper(subject + self.say(field, before, after)),
                stage=stage,
                field=field,
                before=to_plain(before),
                after=to_plain(after),
            )

    def say(self, field: str, before: Any, after: Any) -> str:
        name = wording.label(field.rpartition(".")[2])
        if isinstance(before, tuple) and isinstance(after, tuple):
            return self.say_list(name, before, after)
        if wording.is_long(before) or wording.is_long(after):
            verb = "written" if not before else "removed" if not after else "rewritten"
            return f"{name} was {verb}"
        old, new = wording.say(before, self.names), wording.say(after, self.names)
        if before in (None, ""):
            return f"{name} set to {new}"
        if after in (None, ""):
            return f"{name} removed (was {old})"
        return f"{name} changed from {old} to {new}"

    def say_list(self, name: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> str:
        if any(isinstance(item, OverlayAddition) for item in (*before, *after)):
            return f"{name}: {_say_tasks(_tasks_in(before), _tasks_in(after))}"
        added = [wording.say(item, self.names) for item in after if item not in before]
        removed = [wording.say(item, self.names) for item in before if item not in after]
        parts = [f"added {', '.join(added)}"] if added else []
        parts += [f"removed {', '.join(removed)}"] if removed else []
        return f"{name}: {' and '.join(parts)}" if parts else f"{name} put into another order"


def _tasks_in(additions: tuple[OverlayAddition, ...]) -> dict[str, tuple[str, TaskSpec]]:
    return {task.key: (addition.stage, task) for addition in additions for task in addition.tasks}


def _say_tasks(before: Mapping[str, tuple[str, TaskSpec]], after: Mapping[str, tuple[str, TaskSpec]]) -> str:
    said = {
        "added": [task.name for key, (_, task) in after.items() if key not in before],
        "removed": [task.name for key, (_, task) in before.items() if key not in after],
        "changed": [
            task.name for key, (stage, task) in after.items() if key in before and before[key] != (stage, task)
        ],
    }
    parts = [f"{verb} {', '.join(repr(name) for name in names)}" for verb, names in said.items() if names]
    return " and ".join(parts) or "put into another order"


_PARTS_OF_PLAYBOOK = frozenset(name for name, _, _ in LISTS.values())


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _field_changes(old: Any, new: Any, skip: frozenset[str]) -> Iterator[tuple[str, Any, Any]]:
    """Return the keys whose values differ; settings of the same kind are compared key by key."""
    for shape in shapes.fields_of(type(new)):
        before, after = getattr(old, shape.name), getattr(new, shape.name)
        if before == after or shape.name in skip:
            continue
        if isinstance(new, TaskSpec) and shape.name == "settings":
            yield from _settings_changes(old, new)
        elif dataclasses.is_dataclass(before) and type(before) is type(after) and shape.name == "celebration":
            yield from ((f"celebration.{name}", one, other) for name, one, other in _field_changes(before, after, skip))
        else:
            yield shape.name, before, after


def _settings_changes(old: TaskSpec, new: TaskSpec) -> Iterator[tuple[str, Any, Any]]:
    if old.kind is not new.kind:
        return
    empty = shapes.SETTINGS_OF_KIND[new.kind]()
    before, after = old.settings or empty, new.settings or empty
    for name, one, other in _field_changes(before, after, frozenset()):
        yield f"{new.kind.value}.{name}", one, other


def _longest_in_order(positions: Sequence[int]) -> set[int]:
    """Return the indexes of a longest run that kept its order, so that as few parts as possible count as moved."""
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for index, position in enumerate(positions):
        slot = bisect.bisect_left(tails, position)
        previous.append(ends[slot - 1] if slot else -1)
        if slot == len(tails):
            tails.append(position)
            ends.append(index)
        else:
            tails[slot], ends[slot] = position, index
    kept: set[int] = set()
    index = ends[-1] if ends else -1
    while index >= 0:
        kept.add(index)
        index = previous[index]
    return kept

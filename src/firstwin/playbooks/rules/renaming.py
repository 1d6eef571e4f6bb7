"""Follow a new key wherever the old one is used."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from firstwin.playbooks.contracts import (
    CompletionCriterion,
    LinkSpec,
    MessageSettings,
    OverlayAddition,
    OverlaySpec,
    PlaybookDefinition,
    RoleSpec,
    TaskSpec,
)
from firstwin.playbooks.contracts.library import PartKind

_ROLE_LISTS = ("to", "attendees", "approvers", "audience")


def follow(definition: PlaybookDefinition, kind: PartKind, old: str, new: str) -> PlaybookDefinition:
    """A stage, task, role or question that gets another key keeps everything that referred to it."""
    changed: PlaybookDefinition = _walk(definition, kind, {old: new})
    return changed


def _walk(part: Any, kind: PartKind, names: Mapping[str, str]) -> Any:
    if isinstance(part, tuple):
        return tuple(_walk(item, kind, names) for item in part)
    if not dataclasses.is_dataclass(part) or isinstance(part, type):
        return part
    changes = {
        field.name: _walk(value, kind, names)
        for field in dataclasses.fields(part)
        if isinstance(value := getattr(part, field.name), tuple) or dataclasses.is_dataclass(value)
    }
    changes |= _references(part, kind, names)
    return replace(part, **{name: value for name, value in changes.items() if value != getattr(part, name)})


def _references(part: Any, kind: PartKind, names: Mapping[str, str]) -> dict[str, Any]:
    if kind in {PartKind.TASK, PartKind.STAGE}:
        return _task_references(part, names)
    if kind is PartKind.ROLE:
        return _role_references(part, names)
    if kind is PartKind.FIELD:
        return _field_references(part, names)
    return {}


def _task_references(part: Any, names: Mapping[str, str]) -> dict[str, Any]:
    match part:
        case LinkSpec() | CompletionCriterion():
            return {"task": names.get(part.task, part.task)}
        case OverlayAddition():
            return {
                "stage": names.get(part.stage, part.stage),
                "after_task": names.get(part.after_task, part.after_task),
                "tasks": _walk(part.tasks, PartKind.TASK, names),
            }
        case MessageSettings():
            return {"unless_done": names.get(part.unless_done, part.unless_done)}
        case OverlaySpec():
            return {"remove": tuple(names.get(key, key) for key in part.remove)}
        case _:
            return {}


def _role_references(part: Any, names: Mapping[str, str]) -> dict[str, Any]:
    match part:
        case TaskSpec():
            return {"owner": names.get(part.owner, part.owner)}
        case RoleSpec():
            return {"fallback": names.get(part.fallback, part.fallback)}
        case _:
            return {
                name: tuple(names.get(role, role) for role in getattr(part, name))
                for name in _ROLE_LISTS
                if isinstance(getattr(part, name, None), tuple)
            }


def _field_references(part: Any, names: Mapping[str, str]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        if isinstance(value, str) and "project." in value:
            for old, new in names.items():
                value = re.sub(rf"(?<![\w.])project\.{re.escape(old)}(?!\w)", f"project.{new}", value)
            changes[field.name] = value
    return changes

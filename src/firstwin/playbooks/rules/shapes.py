"""What may stand where in a playbook, read off the dataclasses of contracts: one source for reading, writing and schema."""

import dataclasses
import types
from dataclasses import dataclass
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from firstwin.playbooks import contracts
from firstwin.playbooks.contracts import (
    ApprovalSettings,
    FileRequestSettings,
    FormSettings,
    IntegrationSettings,
    MeetingSettings,
    MessageSettings,
    MilestoneSettings,
    Moment,
    SurveySettings,
    TaskKind,
    TrainingSettings,
    UsageSettings,
)
from firstwin.scheduling.contracts import Span, SpanUnit

FORMAT_KEY = "firstwin"
FORMAT = "playbook/1"

SETTINGS_OF_KIND: dict[TaskKind, type[Any]] = {
    TaskKind.MESSAGE: MessageSettings,
    TaskKind.MEETING: MeetingSettings,
    TaskKind.FORM: FormSettings,
    TaskKind.FILE_REQUEST: FileRequestSettings,
    TaskKind.APPROVAL: ApprovalSettings,
    TaskKind.TRAINING: TrainingSettings,
    TaskKind.SURVEY: SurveySettings,
    TaskKind.MILESTONE: MilestoneSettings,
    TaskKind.USAGE: UsageSettings,
    TaskKind.INTEGRATION: IntegrationSettings,
}

ZERO = Span(0, SpanUnit.HOURS)


@dataclass(frozen=True, slots=True)
class FieldShape:
    """A key of a mapping: what it holds and what it is when left out (`required` has no default)."""

    name: str
    kind: type[Any]
    is_list: bool
    is_optional: bool
    required: bool
    default: Any


MIXED = object
"""Stands for a value of any plain type (the default of a field)."""


_shapes: dict[type[Any], dict[str, FieldShape]] = {}


def fields_by_name(cls: type[Any]) -> dict[str, FieldShape]:
    """Return the keys that a mapping of this class may have, by name and in order."""
    known = _shapes.get(cls)
    if known is None:
        hints = get_type_hints(cls, vars(contracts))
        known = {field.name: _field_shape(cls, field, hints[field.name]) for field in dataclasses.fields(cls)}
        _shapes[cls] = known
    return known


def fields_of(cls: type[Any]) -> tuple[FieldShape, ...]:
    """Return the keys that a mapping of this class may have, in order."""
    return tuple(fields_by_name(cls).values())


def _field_shape(cls: type[Any], field: "dataclasses.Field[Any]", hint: Any) -> FieldShape:
    default: Any = None
    required = True
    if field.default is not dataclasses.MISSING:
        default, required = field.default, False
    elif field.default_factory is not dataclasses.MISSING:
        default, required = field.default_factory(), False
    elif cls is Moment and field.name == "offset":
        default, required = ZERO, False
    elif cls is contracts.SegmentTarget and field.name == "at_least":
        required = False
    kind, is_list, is_optional = _unwrap(hint)
    return FieldShape(field.name, kind, is_list, is_optional, required, default)


def _unwrap(hint: Any) -> tuple[type[Any], bool, bool]:
    if get_origin(hint) is tuple:
        return get_args(hint)[0], True, False
    if get_origin(hint) in (Union, types.UnionType):
        options = [option for option in get_args(hint) if option is not type(None)]
        is_optional = len(options) < len(get_args(hint))
        return (options[0] if len(options) == 1 else MIXED), False, is_optional
    return hint, False, False


def is_enum(kind: type[Any]) -> bool:
    """Say whether values of this type come from a fixed list."""
    return isinstance(kind, type) and issubclass(kind, Enum)


def members(kind: Any) -> list[Any]:
    """Return the values of a fixed list, in order."""
    return list(kind)

"""The JSON Schema of a playbook file, for editors that check and complete while one types."""

from typing import Any

from firstwin.playbooks.contracts import LinkSpec, PlaybookDefinition, TaskSpec
from firstwin.playbooks.rules import manual, shapes
from firstwin.playbooks.rules.shapes import FieldShape
from firstwin.playbooks.rules.writing import to_plain
from firstwin.scheduling.contracts import SPAN_PATTERN, Span

SCHEMA_ID = "playbook.schema.json"


def playbook_schema() -> dict[str, Any]:
    """Everything that the schema refuses the reader refuses too; linting knows more than a schema can say."""
    root = _object(PlaybookDefinition)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Firstwin playbook",
        "description": "An onboarding playbook: stages, tasks and milestones with their times, people and conditions.",
        "type": "object",
        "properties": {
            shapes.FORMAT_KEY: {"const": shapes.FORMAT, "description": "The format of this file."},
            **root["properties"],
        },
        "required": [shapes.FORMAT_KEY, *root["required"]],
        "additionalProperties": False,
        "$defs": {cls.__name__: _definition(cls) for cls in manual.KEYS if cls is not PlaybookDefinition},
    }


def _definition(cls: type[Any]) -> dict[str, Any]:
    if cls is LinkSpec:
        return {"anyOf": [{"type": "string", "description": "The key of a task or stage."}, _object(cls)]}
    return _object(cls)


def _object(cls: type[Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for shape in shapes.fields_of(cls):
        if cls is TaskSpec and shape.name == "settings":
            continue
        properties[shape.name] = {"description": manual.KEYS[cls][shape.name], **_value(shape)}
    if cls is TaskSpec:
        for kind, settings in shapes.SETTINGS_OF_KIND.items():
            properties[kind.value] = {"$ref": f"#/$defs/{settings.__name__}"}
    return {
        "type": "object",
        "properties": properties,
        "required": [shape.name for shape in shapes.fields_of(cls) if shape.required],
        "additionalProperties": False,
    }


def _value(shape: FieldShape) -> dict[str, Any]:
    if shape.is_list:
        return {"type": "array", "items": _single(shape.kind)}
    single = _single(shape.kind)
    if isinstance(shape.default, str | bool | int | float) and shape.default != "":
        single["default"] = to_plain(shape.default)
    return single


def _single(kind: type[Any]) -> dict[str, Any]:
    if kind is Span:
        return {"type": "string", "pattern": SPAN_PATTERN, "examples": ["24h", "8wh", "5wd", "30d", "2w"]}
    if shapes.is_enum(kind):
        return {"enum": [str(member.value) for member in shapes.members(kind)]}
    plain: dict[type[Any], Any] = {str: ["string", "number"], int: "integer", float: "number", bool: "boolean"}
    if kind in plain:
        return {"type": plain[kind]}
    if kind is shapes.MIXED:
        return {"type": ["string", "number", "boolean", "null"]}
    return {"$ref": f"#/$defs/{kind.__name__}"}

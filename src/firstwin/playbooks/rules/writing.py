"""Write a playbook as plain data and as YAML; reading it back gives the same playbook."""

import dataclasses
import hashlib
import io
import json
from enum import Enum
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from firstwin.playbooks.contracts import LinkSpec, Moment, PlaybookDefinition, RepeatSpec, TaskSpec
from firstwin.playbooks.rules import shapes
from firstwin.scheduling.contracts import LinkType, Span


def to_plain(part: Any) -> Any:
    """Return a playbook, or any part of one, as JSON-like data; what equals its default is left out."""
    if isinstance(part, Span):
        return str(part)
    if isinstance(part, Enum):
        return part.value
    if isinstance(part, tuple):
        return [to_plain(item) for item in part]
    if isinstance(part, LinkSpec) and part.type is LinkType.FINISH_TO_START and part.lag is None:
        return part.task
    if dataclasses.is_dataclass(part):
        return _mapping(part)
    if isinstance(part, float) and part.is_integer():
        return int(part)
    return part


def to_yaml(definition: PlaybookDefinition) -> str:
    """Return a playbook as a YAML file that a person likes to read and that reads back as the same playbook."""
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = CommentedMap({shapes.FORMAT_KEY: shapes.FORMAT})
    document.update(_pretty(to_plain(definition)))
    for name in ("roles", "fields", "durations", "targets", "stages", "overlays", "completion", "celebration"):
        if name in document:
            document.yaml_set_comment_before_after_key(name, before="\n")
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def digest_of(plain: Any) -> str:
    """Two playbooks are the same edition when they say the same, in whatever order their keys stand."""
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _mapping(part: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for field in shapes.fields_of(type(part)):
        value = getattr(part, field.name)
        if isinstance(part, TaskSpec) and field.name in {"kind", "settings"}:
            continue
        if not field.required and value == field.default and type(value) is type(field.default):
            continue
        plain[field.name] = to_plain(value)
    return _with_kind(part, plain) if isinstance(part, TaskSpec) else plain


def _with_kind(task: TaskSpec, plain: dict[str, Any]) -> dict[str, Any]:
    """Put the kind after the name, and the settings under the name of the kind, at the end."""
    if task.settings is not None:
        if shapes.SETTINGS_OF_KIND.get(task.kind) is not type(task.settings):
            raise ValueError(f"task {task.key} of kind {task.kind} carries {type(task.settings).__name__}")
        return {**plain, task.kind.value: to_plain(task.settings)}
    if task.kind is shapes.fields_by_name(TaskSpec)["kind"].default:
        return plain
    kind = {"kind": task.kind.value}
    head = {name: plain[name] for name in ("key", "name")}
    return {**head, **kind, **{name: value for name, value in plain.items() if name not in head}}


_INLINE = (
    {field.name for field in shapes.fields_of(Moment)},
    {field.name for field in shapes.fields_of(RepeatSpec)},
    {field.name for field in shapes.fields_of(LinkSpec)},
)


def _pretty(value: Any) -> Any:
    if isinstance(value, dict):
        mapping = CommentedMap((name, _pretty(item)) for name, item in value.items())
        if value and any(set(value) <= names for names in _INLINE):
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq(_pretty(item) for item in value)
        if not value or all(isinstance(item, str) and len(item) <= 32 and _is_word(item) for item in value):
            sequence.fa.set_flow_style()
        return sequence
    if isinstance(value, str):
        return _pretty_text(value)
    return value


def _is_word(text: str) -> bool:
    return bool(text) and all(sign.isalnum() or sign in "_-" for sign in text)


def _pretty_text(text: str) -> Any:
    """Use a block for several lines where YAML keeps it as it is, and quotes where anything could be misread."""
    lines = text.split("\n")
    if len(lines) > 1 and lines[0][:1].strip() and text.isprintable() is False:
        is_clean = all(line.isprintable() and line == line.rstrip() for line in lines)
        if is_clean and not text.endswith("\n\n"):
            return LiteralScalarString(text)
    if not text.isprintable():
        return DoubleQuotedScalarString(text)
    return text

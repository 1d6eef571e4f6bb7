"""Turn YAML text or plain data into a tree that knows where each part stands. Nothing in a file is ever executed.

Bounds: length of the text, depth, and number of values after aliases are followed, so that a small file cannot grow
into a large one ("billion laughs").
"""

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.parser import Parser

MAX_CHARACTERS = 400_000
MAX_DEPTH = 24
MAX_VALUES = 40_000
MAX_ALIASES = 500

_STANDARD = "tag:yaml.org,2002:"
_SCALARS = {_STANDARD + name for name in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge")}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a text: 1-based line and column, or neither for plain data."""

    line: int | None = None
    column: int | None = None


NOWHERE = Place()


class UnreadableError(Exception):
    """The text is no YAML that we accept; `code` is a lint code."""

    def __init__(self, code: str, message: str, remedy: str, place: Place = NOWHERE) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.place = place


@dataclass(frozen=True, slots=True)
class ScalarTree:
    """A single value: as YAML understands it, as it was written, and where its text begins (behind the quote)."""

    value: str | int | float | bool | None
    text: str
    place: Place
    text_place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class ListTree:
    """Values in order."""

    items: tuple["Tree", ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping, where the key stands, and its value."""

    key: str
    place: Place
    value: "Tree"


@dataclass(frozen=True, slots=True)
class MapTree:
    """Keys and values in order; a key that stands twice is kept twice."""

    entries: tuple[Entry, ...]
    place: Place


Tree = ScalarTree | ListTree | MapTree


def parse_yaml(text: str) -> Tree:
    """Read YAML 1.2 as a tree with places; raises UnreadableError for broken, oversized or executable content."""
    if len(text) > MAX_CHARACTERS:
        raise UnreadableError(
            "too_large",
            f"The file has {len(text)} characters; at most {MAX_CHARACTERS} are read.",
            "Split it into several playbooks.",
        )
    try:
        yaml = YAML(typ="safe", pure=True)
        yaml.Parser = _BoundedParser
        node = yaml.compose(io.StringIO(text))
    except MarkedYAMLError as error:
        raise _unreadable(error) from error
    except (YAMLError, ValueError) as error:
        raise UnreadableError("invalid_yaml", f"This is not YAML: {_first_line(error)}.", _YAML_REMEDY) from error
    if node is None:
        raise UnreadableError("empty", "The file is empty.", "Begin with 'firstwin: playbook/1'.", Place(1, 1))
    return _Walk().tree(node, 0)


def from_plain(value: Any) -> Tree:
    """Wrap plain data (JSON) as a tree without places."""
    return _Walk().plain(value, 0)


_YAML_REMEDY = "Check the indentation, the quotes and the colons around this place."
_QUOTES_REMEDY = "Put the value in quotes: a text that begins with a sign such as >, |, %, @ or ` needs them."


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _unreadable(error: MarkedYAMLError) -> UnreadableError:
    mark = error.problem_mark or error.context_mark
    place = NOWHERE if mark is None else Place(mark.line + 1, mark.column + 1)
    what = str(error.problem or error.context or "it cannot be parsed").strip().rstrip(".")
    remedy = _QUOTES_REMEDY if "indicator" in what or "cannot start any token" in what else _YAML_REMEDY
    return UnreadableError("invalid_yaml", f"This is not YAML: {what}.", remedy, place)


class _BoundedParser(Parser):
    """Hands on the events of a text and stops at the first one beyond the bounds, before anything is built from it."""

    depth = aliases = values = 0

    def get_event(self) -> Any:
        event = super().get_event()
        self.values += 1
        if isinstance(event, CollectionStartEvent):
            self.depth += 1
        elif isinstance(event, CollectionEndEvent):
            self.depth -= 1
        elif isinstance(event, AliasEvent):
            self.aliases += 1
        place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
        if self.depth > MAX_DEPTH:
            raise _too_deep(place)
        if self.aliases > MAX_ALIASES:
            raise UnreadableError(
                "too_large", f"The file uses more than {MAX_ALIASES} aliases.", "Write the values out.", place
            )
        if self.values > 2 * MAX_VALUES:
            raise _too_many(place)
        return event


def _too_deep(place: Place) -> UnreadableError:
    return UnreadableError(
        "too_deep",
        f"Values are nested more than {MAX_DEPTH} levels deep.",
        "A playbook needs about ten levels; look for wrong indentation or an alias that contains itself.",
        place,
    )


def _too_many(place: Place) -> UnreadableError:
    return UnreadableError(
        "too_large",
        f"The file holds more than {MAX_VALUES} values once aliases are followed.",
        "Split it into several playbooks.",
        place,
    )


@dataclass(slots=True)
class _Walk:
    """Builds a tree within the bounds; one walk counts the values of one tree."""

    values: int = field(default=0)

    def count(self, depth: int, place: Place) -> None:
        self.values += 1
        if depth > MAX_DEPTH:
            raise _too_deep(place)
        if self.values > MAX_VALUES:
            raise _too_many(place)

    def tree(self, node: Any, depth: int) -> Tree:
        place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
        self.count(depth, place)
        tag = str(node.tag)
        if isinstance(node, MappingNode) and tag == _STANDARD + "map":
            return MapTree(tuple(self.entry(key, value, depth) for key, value in node.value), place)
        if isinstance(node, SequenceNode) and tag == _STANDARD + "seq":
            return ListTree(tuple(self.tree(item, depth + 1) for item in node.value), place)
        if isinstance(node, ScalarNode) and tag in _SCALARS:
            value = _scalar(tag.removeprefix(_STANDARD), node.value, place)
            return ScalarTree(value, node.value, place, _text_place(node, place))
        raise UnreadableError(
            "unknown_tag",
            f"The tag {tag.replace(_STANDARD, '!!')} is not allowed.",
            "Remove the tag: a playbook is plain text, numbers, lists and keys; nothing in it is executed.",
            place,
        )

    def entry(self, key: Any, value: Any, depth: int) -> Entry:
        place = Place(key.start_mark.line + 1, key.start_mark.column + 1)
        if not isinstance(key, ScalarNode):
            raise UnreadableError(
                "invalid_yaml", "A key must be a single word.", "Write 'key: value', without brackets.", place
            )
        return Entry(key.value, place, self.tree(value, depth + 1))

    def plain(self, value: Any, depth: int) -> Tree:
        self.count(depth, NOWHERE)
        if isinstance(value, Mapping):
            entries = tuple(Entry(str(key), NOWHERE, self.plain(item, depth + 1)) for key, item in value.items())
            return MapTree(entries, NOWHERE)
        if isinstance(value, list | tuple):
            return ListTree(tuple(self.plain(item, depth + 1) for item in value), NOWHERE)
        if value is None or isinstance(value, str | bool | int | float):
            return ScalarTree(value, "" if value is None else str(value), NOWHERE)
        raise UnreadableError("wrong_type", f"{type(value).__name__} is not plain data.", "Use text, numbers or lists.")


def _text_place(node: Any, place: Place) -> Place:
    if node.style in {"|", ">"} or place.column is None:
        return NOWHERE
    return Place(place.line, place.column + (1 if node.style in {"'", '"'} else 0))


def _scalar(kind: str, text: str, place: Place) -> str | int | float | bool | None:
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return _whole_number(text, place)
        case "float":
            return _number(text, place)
        case _:
            return text


def _whole_number(text: str, place: Place) -> int:
    plain = text.replace("_", "")
    try:
        if len(plain) > 30:
            raise ValueError
        return int(plain, 0) if plain.lower().lstrip("+-").startswith(("0x", "0o")) else int(plain)
    except ValueError:
        raise UnreadableError(
            "wrong_type", f"{text[:40]} is not a number.", "Write a number, or put it in quotes to make it text.", place
        ) from None


def _number(text: str, place: Place) -> float:
    try:
        value = float(text.replace("_", ""))
        if not math.isfinite(value):
            raise ValueError
    except ValueError:
        raise UnreadableError(
            "wrong_type", f"{text[:40]} is not a number.", "Write a number, or put it in quotes to make it text.", place
        ) from None
    return value

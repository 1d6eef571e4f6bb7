"""Read a playbook from YAML or plain data, collecting every problem with its place instead of stopping at the first."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from firstwin.playbooks.contracts import (
    LinkSpec,
    PlaybookDefinition,
    PlaybookProblem,
    ProblemLevel,
    TaskKind,
    TaskSpec,
)
from firstwin.playbooks.rules import shapes, tree
from firstwin.playbooks.rules.shapes import FORMAT, FORMAT_KEY, FieldShape
from firstwin.playbooks.rules.tree import Entry, ListTree, MapTree, Place, ScalarTree, Tree
from firstwin.scheduling.contracts import InvalidSpanError, Span, parse_span

Locator = tuple[str | int, ...]
MAX_TEXT = 20_000
MAX_COMPARED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading: the definition as far as it could be understood (None when it is no playbook at all),
    the problems of form, and where each part stands (by locator, such as ("stages", 0, "name")).
    """

    definition: PlaybookDefinition | None
    problems: tuple[PlaybookProblem, ...]
    places: Mapping[Locator, Place]
    file: str = ""


def read_yaml(text: str, *, file: str = "") -> Reading:
    """A playbook file is plain YAML that begins with 'firstwin: playbook/1'; nothing in it is ever executed."""
    try:
        root = tree.parse_yaml(text)
    except tree.UnreadableError as error:
        return _unread(error, file)
    return _read(root, file=file, needs_format=True)


def read_plain(value: Any) -> Reading:
    """Read a playbook from JSON-like data, as it is stored and sent."""
    try:
        root = tree.from_plain(value)
    except tree.UnreadableError as error:
        return _unread(error, "")
    return _read(root, file="", needs_format=False)


def definition_from_plain(value: Any) -> PlaybookDefinition:
    """Rebuild a stored definition; raises ValueError when it is broken, which storing prevents."""
    reading = read_plain(value)
    if reading.definition is None or any(problem.level is ProblemLevel.ERROR for problem in reading.problems):
        raise ValueError(f"the stored playbook is broken: {[problem.message for problem in reading.problems]}")
    return reading.definition


def read_part(cls: type[Any], value: Any) -> tuple[Any, tuple[PlaybookProblem, ...]]:
    """Read one part of a playbook (a task, a stage, a role) from plain data, for edits of a draft."""
    try:
        root = tree.from_plain(value)
    except tree.UnreadableError as error:
        return None, _unread(error, "").problems
    if not isinstance(root, MapTree):
        return None, (_wrong_type("", "a mapping of keys to values", root, ""),)
    decoder = _Decoder(file="")
    part = decoder.mapping(cls, root, (), "")
    return part, tuple(decoder.problems)


def _unread(error: tree.UnreadableError, file: str) -> Reading:
    problem = PlaybookProblem(
        code=error.code,
        level=ProblemLevel.ERROR,
        message=error.message,
        remedy=error.remedy,
        file=file,
        line=error.place.line,
        column=error.place.column,
    )
    return Reading(definition=None, problems=(problem,), places={}, file=file)


def _read(root: Tree, *, file: str, needs_format: bool) -> Reading:
    decoder = _Decoder(file=file)
    if not isinstance(root, MapTree):
        decoder.problems.append(_wrong_type("", "a playbook, which is a mapping of keys to values", root, file))
        return Reading(definition=None, problems=tuple(decoder.problems), places={}, file=file)
    root = decoder.without_format(root, needs_format)
    definition = decoder.mapping(PlaybookDefinition, root, (), "")
    return Reading(definition=definition, problems=tuple(decoder.problems), places=decoder.places, file=file)


def _describe(node: Tree) -> str:
    match node:
        case MapTree():
            return "a mapping"
        case ListTree():
            return "a list"
        case ScalarTree(value=None):
            return "nothing"
        case ScalarTree(text=text):
            return f"'{text[:60]}'"


def _wrong_type(path: str, expected: str, node: Tree, file: str, remedy: str = "") -> PlaybookProblem:
    return PlaybookProblem(
        code="wrong_type",
        level=ProblemLevel.ERROR,
        message=f"{path or 'The file'} should be {expected}, but is {_describe(node)}.",
        remedy=remedy or f"Write {expected}.",
        path=path,
        file=file,
        line=node.place.line,
        column=node.place.column,
    )


def nearest(word: str, options: Iterable[str]) -> str:
    """Return the option that was probably meant, or an empty text."""
    matches = difflib.get_close_matches(word.lower(), list(options), n=1, cutoff=0.6)
    return matches[0] if matches else ""


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """Return a remedy for an unknown word: the probable one, or all that are possible."""
    known = sorted(set(options))
    if near := nearest(word, known[:MAX_COMPARED]):
        return f"Did you mean '{near}'?"
    if not known:
        return "Remove it, or declare it first."
    return f"Use one of: {', '.join(known[:40])}."


@dataclass(slots=True)
class _Decoder:
    file: str
    problems: list[PlaybookProblem] = field(default_factory=list)
    places: dict[Locator, Place] = field(default_factory=dict)

    def report(self, code: str, path: str, message: str, remedy: str, place: Place) -> None:
        self.problems.append(
            PlaybookProblem(
                code=code,
                level=ProblemLevel.ERROR,
                message=message,
                remedy=remedy,
                path=path,
                file=self.file,
                line=place.line,
                column=place.column,
            )
        )

    def without_format(self, root: MapTree, needs_format: bool) -> MapTree:
        """Take the line 'firstwin: playbook/1' off, complaining when it is missing or another format."""
        marks = [entry for entry in root.entries if entry.key == FORMAT_KEY]
        remedy = f"Begin the file with '{FORMAT_KEY}: {FORMAT}'."
        if not marks and needs_format:
            self.report("missing_format", FORMAT_KEY, "The file does not say which format it has.", remedy, root.place)
        for mark in marks[:1]:
            if not isinstance(mark.value, ScalarTree) or mark.value.text != FORMAT:
                what = _describe(mark.value)
                self.report("unknown_format", FORMAT_KEY, f"The format {what} is not known.", remedy, mark.value.place)
        return MapTree(tuple(entry for entry in root.entries if entry.key != FORMAT_KEY), root.place)

    def mapping(self, cls: type[Any], node: MapTree, at: Locator, path: str) -> Any:
        """Build a dataclass from a mapping; what is missing or wrong becomes its default, and a problem."""
        self.places[at] = node.place
        known = shapes.fields_by_name(cls)
        values: dict[str, Any] = {}
        entries = self.unique(node, path)
        if cls is TaskSpec:
            self.kind_settings(entries, values, at, path, node.place)
        for entry in entries.values():
            name = f"{path}.{entry.key}" if path else entry.key
            shape = known.get(entry.key)
            if shape is None or (cls is TaskSpec and entry.key == "settings"):
                self.unknown_key(cls, entry, name)
                continue
            self.places[(*at, entry.key)] = entry.place
            if isinstance(entry.value, ScalarTree):
                self.places[(*at, entry.key, "=")] = entry.value.text_place
            value = self.value(shape, entry.value, (*at, entry.key), name)
            if value is not _INVALID:
                values[entry.key] = value
        for shape in known.values():
            if shape.name not in values:
                values[shape.name] = self.absent(shape, entries, path, node.place)
        return cls(**values)

    def unique(self, node: MapTree, path: str) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        for entry in node.entries:
            if entry.key in entries:
                first = entries[entry.key].place.line
                name = f"{path}.{entry.key}" if path else entry.key
                message = f"The key '{entry.key}' stands twice here, first in line {first}."
                self.report("duplicate_yaml_key", name, message, "Keep one of the two.", entry.place)
            else:
                entries[entry.key] = entry
        return entries

    def unknown_key(self, cls: type[Any], entry: Entry, path: str) -> None:
        if entry.key == "<<":
            remedy = "Merge keys are not read; write the keys out, or use an alias for a whole value."
        else:
            names = [name for name in shapes.fields_by_name(cls) if name != "settings"]
            if cls is TaskSpec:
                names += [kind.value for kind in shapes.SETTINGS_OF_KIND]
            remedy = did_you_mean(entry.key, names)
        self.report("unknown_key", path, f"The key '{entry.key}' is not known here.", remedy, entry.place)

    def absent(self, shape: FieldShape, entries: Mapping[str, Entry], path: str, place: Place) -> Any:
        if not shape.required:
            return shape.default
        if shape.name not in entries:
            name = f"{path}.{shape.name}" if path else shape.name
            where = f"{path} has" if path else "The playbook has"
            self.report("missing_key", name, f"{where} no '{shape.name}'.", f"Add '{shape.name}:'.", place)
        return _stand_in(shape)

    def kind_settings(
        self, entries: dict[str, Entry], values: dict[str, Any], at: Locator, path: str, place: Place
    ) -> None:
        """A task carries its settings under the name of its kind; then `kind` itself may be left out."""
        present = [kind for kind in shapes.SETTINGS_OF_KIND if kind.value in entries]
        if not present:
            return
        kind = present[0]
        if len(present) > 1:
            names = ", ".join(option.value for option in present)
            message = f"{path} has the settings of several kinds: {names}."
            self.report("several_kinds", path, message, "A task is of one kind: keep one and make another task.", place)
        stated = entries.get("kind")
        if stated is None:
            values["kind"] = kind
        elif isinstance(stated.value, ScalarTree) and stated.value.text != kind.value:
            message = f"{path} is of kind '{stated.value.text}' but carries settings of '{kind.value}'."
            remedy = f"Write 'kind: {kind.value}', or remove '{kind.value}:'."
            self.report("several_kinds", path, message, remedy, entries[kind.value].place)
        for option in present:
            entry = entries.pop(option.value)
            self.places[(*at, "settings")] = entry.place
            settings = self.nested(shapes.SETTINGS_OF_KIND[option], entry.value, (*at, "settings"), _join(path, option))
            if option is kind and settings is not _INVALID:
                values["settings"] = settings

    def value(self, shape: FieldShape, node: Tree, at: Locator, path: str) -> Any:
        if not shape.is_list:
            if shape.is_optional and isinstance(node, ScalarTree) and node.value is None:
                return None
            return self.single(shape.kind, node, at, path)
        if isinstance(node, ScalarTree) and node.value is None:
            return ()
        if not isinstance(node, ListTree):
            expected = "a list"
            self.problems.append(
                _wrong_type(path, expected, node, self.file, "Write one '- ' line for each, or [one, two].")
            )
            return _INVALID
        items = (self.item(shape.kind, item, (*at, index), path) for index, item in enumerate(node.items))
        return tuple(item for item in items if item is not _INVALID)

    def item(self, kind: type[Any], node: Tree, at: Locator, path: str) -> Any:
        self.places[at] = node.place
        name = _key_of(node)
        return self.single(kind, node, at, f"{path}.{name}" if name else f"{path}.{at[-1]}")

    def single(self, kind: type[Any], node: Tree, at: Locator, path: str) -> Any:
        if kind is Span:
            return self.span(node, path)
        if shapes.is_enum(kind):
            return self.choice(kind, node, path)
        if kind in _PLAIN:
            return self.plain(kind, node, path)
        if kind is LinkSpec and isinstance(node, ScalarTree) and isinstance(node.value, str):
            return LinkSpec(task=node.value)
        return self.nested(kind, node, at, path)

    def nested(self, cls: type[Any], node: Tree, at: Locator, path: str) -> Any:
        if isinstance(node, ScalarTree) and node.value is None:
            node = MapTree((), node.place)
        if not isinstance(node, MapTree):
            keys = ", ".join(list(shapes.fields_by_name(cls))[:6])
            self.problems.append(_wrong_type(path, "a mapping", node, self.file, f"Write keys and values: {keys}, ..."))
            return _INVALID
        return self.mapping(cls, node, at, path)

    def span(self, node: Tree, path: str) -> Any:
        if isinstance(node, ScalarTree):
            try:
                return parse_span(node.text)
            except InvalidSpanError:
                pass
        expected = "a length of time"
        remedy = "Write 24h (hours), 8wh (working hours), 5wd (working days), 30d (calendar days) or 2w (weeks)."
        self.problems.append(_wrong_type(path, expected, node, self.file, remedy))
        return _INVALID

    def choice(self, kind: type[Any], node: Tree, path: str) -> Any:
        options = [str(member.value) for member in shapes.members(kind)]
        if isinstance(node, ScalarTree) and node.text in options:
            return kind(node.text)
        remedy = did_you_mean(node.text if isinstance(node, ScalarTree) else "", options)
        message = f"{path} cannot be {_describe(node)}."
        self.report("unknown_value", path, message, remedy, node.place)
        return _INVALID

    def plain(self, kind: type[Any], node: Tree, path: str) -> Any:
        value = _convert(kind, node)
        if isinstance(value, str) and (problem := unfit_text(value)):
            self.report(
                "unfit_text", path, f"{path} {problem}", "Remove what cannot be shown, or shorten it.", node.place
            )
            return _INVALID
        if value is _INVALID:
            self.problems.append(_wrong_type(path, _PLAIN[kind], node, self.file, _PLAIN_REMEDY.get(kind, "")))
        return value


_INVALID: Any = object()
_PLAIN: dict[type[Any], str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    shapes.MIXED: "a text, a number, or true or false",
}
_PLAIN_REMEDY: dict[type[Any], str] = {
    str: "Write a text; put quotes around true, false and null if you mean the words.",
    bool: "Write true or false.",
}


def _join(path: str, kind: TaskKind) -> str:
    return f"{path}.{kind.value}" if path else kind.value


def _key_of(node: Tree) -> str:
    if isinstance(node, MapTree):
        for entry in node.entries:
            if entry.key in {"key", "task", "stage"} and isinstance(entry.value, ScalarTree) and entry.value.text:
                return entry.value.text
    return ""


def _stand_in(shape: FieldShape) -> Any:
    """Return what a required key counts as while it is missing, so that the rest can still be checked."""
    if shape.is_list:
        return ()
    if shape.is_optional:
        return None
    if shape.kind is Span:
        return shapes.ZERO
    if shapes.is_enum(shape.kind):
        return shapes.members(shape.kind)[0]
    return shape.kind()


def _convert(kind: type[Any], node: Tree) -> Any:
    """Return the value as `kind`; numbers are accepted where a text is wanted, nothing else is guessed."""
    if not isinstance(node, ScalarTree):
        return _INVALID
    value = node.value
    is_bool = isinstance(value, bool)
    if kind is shapes.MIXED:
        return value
    if kind is bool:
        return value if is_bool else _INVALID
    if value is None or is_bool:
        return _INVALID
    if kind is str:
        return node.text
    if kind is float and isinstance(value, int | float):
        return float(value) if abs(value) < 1e15 else _INVALID
    if kind is int and isinstance(value, int):
        return value if abs(value) < 2**53 else _INVALID
    return _INVALID


def unfit_text(text: str) -> str:
    """Return what is wrong with a text that cannot be kept, or an empty text."""
    if len(text) > MAX_TEXT:
        return f"has {len(text)} characters; at most {MAX_TEXT} fit."
    if any((ord(sign) < 32 and sign not in "\n\t") or sign == "\x7f" or 0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        return "holds control characters."
    return ""

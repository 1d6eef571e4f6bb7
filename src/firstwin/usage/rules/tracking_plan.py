"""A tracking plan as a file: which events are expected with which properties. YAML, JSON or CSV; read strictly."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent

from firstwin.shared.errors import Problem
from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.catalogue import PlannedEvent, PlannedProperty, PropertyType
from firstwin.usage.rules.identities import comparable
from firstwin.usage.rules.reading import LONGEST_NAME

LARGEST_FILE = 1_000_000
LARGEST_DOCUMENT = 250_000
MOST_LEVELS = 200
MOST_EVENTS = 1000
MOST_PROPERTIES = 100
MOST_PROBLEMS = 50
LONGEST_TEXT = 2000
LONGEST_PROPERTY = 200
_KINDS = {kind.value: kind for kind in (EventKind.TRACK, EventKind.PAGE, EventKind.SCREEN)}
_TYPES: Mapping[str, PropertyType] = {
    **{kind.value: kind for kind in PropertyType},
    "string": PropertyType.TEXT,
    "integer": PropertyType.NUMBER,
    "float": PropertyType.NUMBER,
    "bool": PropertyType.BOOLEAN,
    "date": PropertyType.INSTANT,
    "datetime": PropertyType.INSTANT,
    "array": PropertyType.LIST,
}
_HEADINGS = {
    "event": ("event", "event name", "name"),
    "kind": ("kind", "call", "event type"),
    "description": ("description", "event description", "meaning"),
    "property": ("property", "property name"),
    "type": ("type", "property type"),
    "property_description": ("property description", "property meaning"),
}
_FORMAT = "Write “events:” and beneath it a list of events with name, description and properties."


class UnreadablePlanError(Exception):
    """The file is no tracking plan; `problems` say where and why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


def read_plan(content: bytes, *, is_table: bool) -> tuple[PlannedEvent, ...]:
    """Return the events that a plan names. Raises UnreadablePlanError with every fault, fifty at most."""
    if len(content) > LARGEST_FILE:
        raise _unreadable("file", "The file is larger than 1 MB.", "Split it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable("file", "The file is not UTF-8 text.", "Save it as UTF-8.") from None
    if "\x00" in text:
        raise _unreadable("file", "The file is no text.", "Choose a YAML, JSON or CSV file.")
    problems: list[Problem] = []
    rows = _rows_of_table(text, problems) if is_table else _rows_of_document(text, problems)
    events = _events(rows, problems)
    if not problems and not events:
        problems.append(Problem("file", "The file names no events.", _FORMAT))
    if problems:
        raise UnreadablePlanError(tuple(problems[:MOST_PROBLEMS]))
    return events


def write_plan(events: "list[PlannedEvent]") -> Iterator[str]:
    """Return a plan as CSV, line by line; it can be read back."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["event", "kind", "description", "property", "type", "property description"])
    for event in events:
        for one in event.properties or (PlannedProperty(name="", type=None, description=""),):
            cells = [event.name, event.kind.value, event.description, one.name, one.type or "", one.description]
            writer.writerow([f"'{cell}" if str(cell)[:1] in "=+-@" and cell else cell for cell in cells])
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()


# A row: place, event, kind, description, then name, type and description of one property.
_Row = tuple[str, Any, Any, Any, Any, Any, Any]


def _rows_of_table(text: str, problems: list[Problem]) -> Iterator[_Row]:
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True))
    except csv.Error as error:
        raise _unreadable("file", f"The file cannot be read as CSV: {error}.", "Save it as CSV again.") from None
    headings = [comparable(cell.replace("_", " ")) for cell in lines[0]] if lines else []
    places = {
        field: next((headings.index(word) for word in words if word in headings), None)
        for field, words in _HEADINGS.items()
    }
    if places["event"] is None:
        problems.append(Problem("1", "No column is called “event”.", "Name the column with the events “event”."))
        return
    for number, cells in enumerate(lines[1:], start=2):
        if any(cell.strip() for cell in cells):
            row = {
                field: cells[place].strip() if place is not None and place < len(cells) else ""
                for field, place in places.items()
            }
            yield (
                f"line {number}",
                row["event"],
                row["kind"],
                row["description"],
                row["property"],
                row["type"],
                row["property_description"],
            )


def _rows_of_document(text: str, problems: list[Problem]) -> Iterator[_Row]:
    document = _loaded(text)
    events = document.get("events") if isinstance(document, dict) else document
    if not isinstance(events, list):
        problems.append(Problem("file", "The file has no list of events.", _FORMAT))
        return
    for number, event in enumerate(events, start=1):
        place = f"event {number}"
        if not isinstance(event, dict):
            problems.append(Problem(place, "An event is a mapping with a name.", _FORMAT))
            continue
        shared = (event.get("name"), event.get("kind", ""), event.get("description", ""))
        properties = event.get("properties") or {}
        if not isinstance(properties, dict):
            problems.append(Problem(place, "Properties are a mapping of names to types.", "Write “rows: number”."))
            continue
        yield (place, *shared, "", "", "")
        for name, said in properties.items():
            kind, description = (
                (said.get("type", ""), said.get("description", "")) if isinstance(said, dict) else (said, "")
            )
            yield (f"{place}, {name}", *shared, name, kind, description)


def _loaded(text: str) -> Any:
    if len(text) > LARGEST_DOCUMENT or _levels(text) > MOST_LEVELS:
        remedy = "Split it, or save it as CSV, which may be larger."
        raise _unreadable("file", "The file cannot be read: it is larger than 250 KB, or nested too deeply.", remedy)
    try:
        # An alias may stand for a thousand others: a few lines would then fill the memory.
        if any(isinstance(event, AliasEvent) for event in YAML(typ="safe", pure=True).parse(text)):
            raise _unreadable("file", "The file uses aliases (*name).", "Write each event out.")
        return YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _unreadable(f"line {line}", f"The file cannot be read: {error.problem}.", "Correct this line.") from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise _unreadable("file", f"The file cannot be read: {str(error)[:200]}.", _FORMAT) from None


def _events(rows: Iterator[_Row], problems: list[Problem]) -> tuple[PlannedEvent, ...]:
    found: dict[tuple[EventKind, str], tuple[str, dict[str, PlannedProperty]]] = {}
    for place, event, kind, description, name, type_name, meaning in rows:
        said = _said(place, event, kind, description, name, type_name, meaning)
        if said[0]:
            problems.extend(said[0])
            if len(problems) >= MOST_PROBLEMS:
                break
            continue
        key = (_KINDS[str(kind).strip().lower() or "track"], str(event).strip())
        if key not in found and len(found) >= MOST_EVENTS:
            problems.append(Problem(place, f"There are more than {MOST_EVENTS:,} events.", "Split the file."))
            break
        old, properties = found.setdefault(key, ("", {}))
        found[key] = (old or str(description or "").strip(), properties)
        if said[1] is not None:
            properties[said[1].name] = said[1]
        if len(properties) > MOST_PROPERTIES:
            problems.append(Problem(place, "An event has at most 100 properties.", "Leave some out."))
            break
    return tuple(
        PlannedEvent(kind=kind, name=name, description=description, properties=tuple(properties.values()))
        for (kind, name), (description, properties) in found.items()
    )


def _said(
    place: str, event: Any, kind: Any, description: Any, name: Any, type_name: Any, meaning: Any
) -> tuple[list[Problem], PlannedProperty | None]:
    """Return what is wrong with one row, or the property that it names."""
    problems = []
    if not isinstance(event, str) or not 0 < len(event.strip()) <= LONGEST_NAME:
        problems.append(Problem(place, "The event has no name, or a very long one.", "Write the name as it is sent."))
    if str(kind or "").strip().lower() not in {"", *_KINDS}:
        problems.append(Problem(place, f"The kind “{str(kind)[:40]}” is unknown.", "Write track, page or screen."))
    for text in (description, meaning):
        if not isinstance(text or "", str) or len(text or "") > LONGEST_TEXT:
            problems.append(Problem(place, "A description is no text, or too long.", "Use at most 2,000 characters."))
    if name in ("", None):
        return problems, None
    word = str(type_name or "").strip().lower()
    if not isinstance(name, str) or len(name) > LONGEST_PROPERTY:
        problems.append(Problem(place, "A property has no name, or a very long one.", "Write it as it is sent."))
    if word not in {"", "any", *_TYPES}:
        known = ", ".join(one.value for one in PropertyType)
        problems.append(
            Problem(place, f"The type “{word[:40]}” is unknown.", f"Write one of {known}, or leave it out.")
        )
    if problems:
        return problems, None
    return [], PlannedProperty(name=str(name), type=_TYPES.get(word), description=str(meaning or "").strip())


def _levels(text: str) -> int:
    """Return how deep brackets lie within each other, those in texts too: deep ones keep a reader busy for minutes."""
    deepest = level = 0
    for character in text:
        if character in "[{":
            level += 1
            deepest = max(deepest, level)
        elif character in "]}":
            level -= 1
    return deepest


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max((",", ";", "\t"), key=first.count)


def _unreadable(place: str, message: str, remedy: str) -> UnreadablePlanError:
    return UnreadablePlanError((Problem(place, message, remedy),))

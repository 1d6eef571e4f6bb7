"""What kind of values the properties of events have, told from samples."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from firstwin.usage.contracts.catalogue import PropertyType

MOST_PROPERTIES = 100
LONGEST_NAME = 200
LEARNS_FOR = timedelta(days=1)
QUIET_FOR = timedelta(days=7)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")


def type_of(value: object) -> PropertyType | None:
    """A value is a text, a number, yes or no, an instant, a list or an object; null says nothing."""
    if isinstance(value, bool):
        return PropertyType.BOOLEAN
    if isinstance(value, int | float):
        return PropertyType.NUMBER
    if isinstance(value, str):
        return PropertyType.INSTANT if _INSTANT.fullmatch(value) else PropertyType.TEXT
    if isinstance(value, list):
        return PropertyType.LIST
    return PropertyType.OBJECT if isinstance(value, dict) else None


def types_in(samples: Iterable[Mapping[str, Any]]) -> dict[str, set[PropertyType]]:
    """Return the types of each property that samples show; a property that is always null shows none."""
    found: dict[str, set[PropertyType]] = {}
    for sample in samples:
        for name, value in sample.items():
            if len(name) > LONGEST_NAME or "\x00" in name or (name not in found and len(found) >= MOST_PROPERTIES):
                continue
            types = found.setdefault(name, set())
            if (kind := type_of(value)) is not None:
                types.add(kind)
    return found


def is_learned(noted_at: datetime | None, at: datetime) -> bool:
    """The first day after an event came teaches what it looks like; what changes later is worth a look."""
    return noted_at is not None and at - noted_at >= LEARNS_FOR


@dataclass(frozen=True, slots=True)
class Surprise:
    """Types that a property did not have before, and whether somebody should look at them."""

    new: frozenset[PropertyType]
    is_drift: bool


def surprise(
    known: Collection[PropertyType], seen: Collection[PropertyType], *, expected: PropertyType | None
) -> Surprise:
    """A property changes its type when it has values of a kind it never had, or another kind than the plan says.

    Among texts one that reads as an instant is a text like any other.
    """
    readable = PropertyType.TEXT in (*known, expected)
    new = frozenset(one for one in seen if one not in known and not (readable and one is PropertyType.INSTANT))
    if expected is not None:
        return Surprise(new, bool(new - {expected}))
    return Surprise(new, bool(new and known))


def told(
    event: str, name: str, known: Collection[PropertyType], new: Collection[PropertyType], expected: PropertyType | None
) -> str:
    """Say in a sentence how the type of a property changed."""
    comes = _words(new)
    if expected is not None:
        return f"In “{event}” {name} should be {_words([expected])}, and came as {comes}."
    return f"In “{event}” {name} was {_words(known)}, and came as {comes}."


def _words(types: Collection[PropertyType]) -> str:
    names = {
        PropertyType.TEXT: "a text",
        PropertyType.NUMBER: "a number",
        PropertyType.BOOLEAN: "yes or no",
        PropertyType.INSTANT: "an instant",
        PropertyType.LIST: "a list",
        PropertyType.OBJECT: "an object",
    }
    return " or ".join(names[one] for one in sorted(types))

"""The one way in which a value is written down, so that the same fact always has the same bytes and the same hash.

JSON in UTF-8 without spaces; the keys of objects sorted; whole numbers within 64 bits in decimal; other numbers in the
shortest form that reads back the same (1.5, 1e16), never NaN or infinite; instants in UTC as 2026-01-31T09:30:00Z with
microseconds only where there are some; days as 2026-01-31; ids as lower-case UUIDs with dashes; decimals as texts, as they
are (12.50); enumerations as their value; tuples and lists as arrays.
"""

import math
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec

from firstwin.journal.contracts import Event, EventFormatError

_encoder = msgspec.json.Encoder(order="sorted")
_LARGEST = 2**63 - 1


def encode(value: Mapping[str, Any]) -> bytes:
    """The canonical bytes of an object of plain JSON values."""
    return _encoder.encode(value)


def event_fields(event: Event) -> dict[str, Any]:
    """The fields of an event as plain JSON values; what has no agreed form is refused."""
    return {field.name: plain(getattr(event, field.name), f"{event.name}.{field.name}") for field in fields(event)}


def plain(value: Any, place: str) -> Any:
    """A value as plain JSON; `place` names it where it is refused."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return plain(value.value, place)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | float):
        return _number(value, place)
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return _instant(value, place) if isinstance(value, datetime) else value.isoformat()
    return _container(value, place)


def _container(value: Any, place: str) -> Any:
    if isinstance(value, tuple | list):
        return [plain(item, place) for item in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {str(key): plain(item, f"{place}.{key}") for key, item in value.items()}
    raise EventFormatError(f"{place} is a {type(value).__name__}, which events cannot hold. Use ids and plain values.")


def _number(value: int | float, place: str) -> int | float:
    if isinstance(value, float):
        if math.isfinite(value):
            return value
    elif abs(value) <= _LARGEST:
        return value
    raise EventFormatError(f"{place} is {value}, which JSON cannot hold.")


def _instant(value: datetime, place: str) -> str:
    if value.tzinfo is None:
        raise EventFormatError(f"{place} is {value.isoformat()} without a time zone. Pass instants in UTC.")
    return instant_text(value)


def instant_text(value: datetime) -> str:
    """An instant in UTC, ending in Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")

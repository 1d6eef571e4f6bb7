"""Rows of the event store, read."""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from firstwin.usage.contracts.store import Engine
from firstwin.usage.rules.sql.base import Query

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RowReader:
    """Asks an engine, and reads its answers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rows(self, query: Query, kind: type[T]) -> list[T]:
        """Return the rows of an answer."""
        content = self._engine.read(query.text, query.parameters)
        return msgspec.json.Decoder(kind).decode_lines(content)


def instant_of(text: str) -> datetime:
    """Return an instant as the store writes it."""
    return datetime.fromisoformat(f"{text}+00:00")


def moment_of(microseconds: int | None) -> datetime | None:
    """Return an instant that is counted in microseconds."""
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)


def seconds(microseconds: float | None) -> float | None:
    """Return a length of time in seconds."""
    return None if microseconds is None else microseconds / 1_000_000

"""The clock, read only at the edges: http handlers, commands and the worker pass instants inwards."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant in UTC."""
    return datetime.now(tz=UTC)

"""Imports of history: files of events from before, and how they become events of a source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from firstwin.usage.contracts import EventKind


class FileKind(StrEnum):
    """How a file of events is written."""

    CSV = "csv"
    LINES = "lines"
    PARQUET = "parquet"


class Origin(StrEnum):
    """What a file was exported from; a table is one whose columns somebody names."""

    SEGMENT = "segment"
    AMPLITUDE = "amplitude"
    MIXPANEL = "mixpanel"
    POSTHOG = "posthog"
    TABLE = "table"


class Field(StrEnum):
    """What a column of a table can mean."""

    LEAVE_OUT = ""
    PROPERTY = "property"
    EVENT = "event"
    KIND = "kind"
    USER = "user_id"
    ANONYMOUS = "anonymous_id"
    GROUP = "group_id"
    TIME = "time"
    MESSAGE = "message_id"
    PROPERTIES = "properties"


class HistoryState(StrEnum):
    """Where an import stands. Ready: it can be looked at and its columns named; nothing is taken in yet."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the rows of a file become events: what it was exported from, what columns mean, which kind of group is the account."""

    origin: Origin
    columns: Mapping[str, Field]
    group_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryImport:
    """An import of history. `position` of `size` is how far it came, in bytes, or in rows of a Parquet file.

    `taken` events went to the inbox; those that the store knew already are dropped there. `passed_over` rows are such
    that an export notes for itself, as the beginning of a session.
    """

    id: UUID
    source_id: UUID
    file_name: str
    kind: FileKind
    reading: Reading
    state: HistoryState
    position: int
    size: int
    rows: int
    taken: int
    rejected: int
    passed_over: int
    failure: str
    created_by: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def percent(self) -> int:
        """Return how much of the file was read."""
        return min(100, self.position * 100 // self.size) if self.size else 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewEvent:
    """A row of the file as it would be taken in."""

    row: int
    kind: EventKind
    name: str
    who: str
    group_id: str
    at: datetime
    properties: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """A row that cannot be taken in, by its place in the file, and why."""

    row: int
    detail: str
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSample:
    """A column of a table, what it is taken for, and one of its values."""

    name: str
    field: Field
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPreview:
    """What the first rows of a file would become."""

    columns: tuple[ColumnSample, ...]
    group_types: tuple[str, ...]
    events: tuple[PreviewEvent, ...]
    faults: tuple[RowFault, ...]
    looked_at: int
    fine: int
    passed_over: int

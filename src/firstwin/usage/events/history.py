"""Facts about imports of history. The subject is the source they go to."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import event
from firstwin.usage.events.sources import SourceEvent


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryStarted(SourceEvent):
    """Somebody began to import a file of events from before."""

    name: ClassVar[str] = "event_source.history_started"
    history_id: UUID
    file_name: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFinished(SourceEvent):
    """A file of events from before was read to its end."""

    name: ClassVar[str] = "event_source.history_finished"
    history_id: UUID
    file_name: str
    taken: int
    rejected: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryCancelled(SourceEvent):
    """An import of events from before was stopped; what had been taken in by then stays."""

    name: ClassVar[str] = "event_source.history_cancelled"
    history_id: UUID
    file_name: str
    taken: int

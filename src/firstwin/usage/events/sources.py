"""Facts about where product events come from. The subject is the source."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEvent(Event):
    """Base of facts about one source of product events."""

    subject_type: ClassVar[str] = "event_source"
    source_id: UUID
    title: str

    @property
    def subject_id(self) -> UUID:
        """Return the source's id."""
        return self.source_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCreated(SourceEvent):
    """A source of product events was added, with its first write key."""

    name: ClassVar[str] = "event_source.created"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRenamed(SourceEvent):
    """A source got another name."""

    name: ClassVar[str] = "event_source.renamed"
    old_title: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class WriteKeyRotated(SourceEvent):
    """A source got a new write key; those before it end at `old_keys_end_at`."""

    name: ClassVar[str] = "event_source.key_rotated"
    write_key_id: UUID
    old_keys_end_at: datetime


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class WriteKeyRevoked(SourceEvent):
    """A write key was revoked: what comes with it is no longer taken in."""

    name: ClassVar[str] = "event_source.key_revoked"
    write_key_id: UUID


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedEventsReplayed(SourceEvent):
    """Rejected events were tried again; `taken` came in, `still_rejected` did not."""

    name: ClassVar[str] = "event_source.rejected_replayed"
    taken: int
    still_rejected: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedEventsDropped(SourceEvent):
    """Rejected events of a source were deleted by somebody."""

    name: ClassVar[str] = "event_source.rejected_dropped"
    dropped: int

"""Facts about what is kept of product events: erasures of people, and how long events are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureEvent(Event):
    """Base of facts about the erasure of a person. The title is the beginning of the mark; nothing tells who it was."""

    subject_type: ClassVar[str] = "usage_erasure"
    erasure_id: UUID
    title: str

    @property
    def subject_id(self) -> UUID:
        """Return the erasure's id."""
        return self.erasure_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErasureAsked(ErasureEvent):
    """Somebody asked that all product events of a person be erased; what comes later is refused if `refuses_later`."""

    name: ClassVar[str] = "usage_erasure.asked"
    reference: str
    refuses_later: bool


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(ErasureEvent):
    """Nothing of a person is left in the store, the inbox and what was rejected; `found` says how much there was."""

    name: ClassVar[str] = "usage_erasure.done"
    found: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalEnded(ErasureEvent):
    """Events of a person who was erased are taken in again."""

    name: ClassVar[str] = "usage_erasure.refusal_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionEvent(Event):
    """Base of facts about how long product events are kept. The subject is the rule of the workspace."""

    subject_type: ClassVar[str] = "event_retention"
    retention_id: UUID

    @property
    def subject_id(self) -> UUID:
        """Return the id of the rule."""
        return self.retention_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionChanged(RetentionEvent):
    """How long product events are kept was changed; None is for ever."""

    name: ClassVar[str] = "event_retention.changed"
    months: int | None
    old_months: int | None


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class OldEventsDropped(RetentionEvent):
    """Product events older than `before` were deleted, as the workspace wants it."""

    name: ClassVar[str] = "event_retention.dropped"
    before: datetime
    dropped: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRetried(Event):
    """A batch that was set aside went back into the inbox."""

    name: ClassVar[str] = "event_batch.retried"
    subject_type: ClassVar[str] = "event_batch"
    batch_id: UUID
    events: int

    @property
    def subject_id(self) -> UUID:
        """Return the batch's id."""
        return self.batch_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDropped(Event):
    """A batch that was set aside was deleted for good; `reason` is why the store could not take it."""

    name: ClassVar[str] = "event_batch.dropped"
    subject_type: ClassVar[str] = "event_batch"
    batch_id: UUID
    events: int
    reason: str

    @property
    def subject_id(self) -> UUID:
        """Return the batch's id."""
        return self.batch_id

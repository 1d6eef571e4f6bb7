"""What happened with usage, told to whoever listens: one module per noun."""

from firstwin.usage.events.keeping import (
    ErasureEvent,
    OldEventsDropped,
    PersonErased,
    PersonErasureAsked,
    RefusalEnded,
    RetentionChanged,
    RetentionEvent,
)
from firstwin.usage.events.sources import (
    RejectedEventsDropped,
    RejectedEventsReplayed,
    SourceCreated,
    SourceEvent,
    SourceRenamed,
    WriteKeyRevoked,
    WriteKeyRotated,
)

__all__ = [
    "ErasureEvent",
    "OldEventsDropped",
    "PersonErased",
    "PersonErasureAsked",
    "RefusalEnded",
    "RejectedEventsDropped",
    "RejectedEventsReplayed",
    "RetentionChanged",
    "RetentionEvent",
    "SourceCreated",
    "SourceEvent",
    "SourceRenamed",
    "WriteKeyRevoked",
    "WriteKeyRotated",
]

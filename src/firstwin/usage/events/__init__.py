"""What happened with usage, told to whoever listens: one module per noun."""

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
    "RejectedEventsDropped",
    "RejectedEventsReplayed",
    "SourceCreated",
    "SourceEvent",
    "SourceRenamed",
    "WriteKeyRevoked",
    "WriteKeyRotated",
]

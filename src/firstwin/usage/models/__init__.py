"""Tables of usage, one module per noun."""

from firstwin.usage.models.intake import InboxBatch, RejectedEvent, Source, WriteKey

__all__ = ["InboxBatch", "RejectedEvent", "Source", "WriteKey"]

"""Tables of usage, one module per noun."""

from firstwin.usage.models.intake import InboxBatch, RejectedEvent, Source, WriteKey
from firstwin.usage.models.keeping import Erasure, EventRetention, SetAsideBatch, StoreOrder

__all__ = [
    "Erasure",
    "EventRetention",
    "InboxBatch",
    "RejectedEvent",
    "SetAsideBatch",
    "Source",
    "StoreOrder",
    "WriteKey",
]

"""Questions to the event store, and the way to the process that owns it."""

from functools import cache

from django.conf import settings

from firstwin.usage.queries.store.cluster import ClusterEngine
from firstwin.usage.queries.store.owner import FolderCall, OwnerAddress, OwnerEngine, StoreCall, address_file
from firstwin.usage.queries.store.reading import EventReader

__all__ = [
    "ClusterEngine",
    "EventReader",
    "FolderCall",
    "OwnerAddress",
    "OwnerEngine",
    "StoreCall",
    "address_file",
    "event_reader",
]


@cache
def event_reader() -> EventReader:
    """Return the reader of the store of this installation; its questions raise StoreUnavailableError where it is down."""
    if settings.EVENT_STORE_URL:
        return EventReader(ClusterEngine(settings.EVENT_STORE_URL, cluster=settings.EVENT_STORE_CLUSTER))
    return EventReader(OwnerEngine(address_file()))

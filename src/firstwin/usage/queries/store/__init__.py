"""Questions to the event store, and the way to the process that owns it."""

from functools import cache

from firstwin.usage.queries.store.owner import OwnerAddress, OwnerEngine, StoreCall, address_file
from firstwin.usage.queries.store.reading import EventReader

__all__ = ["EventReader", "OwnerAddress", "OwnerEngine", "StoreCall", "address_file", "event_reader"]


@cache
def event_reader() -> EventReader:
    """Return the reader of the store of this installation; its questions raise StoreUnavailableError where it is down."""
    return EventReader(OwnerEngine(address_file()))

"""Reads of the inbox: how full it is, and what came last."""

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db.models import Min, Sum
from django.db.models.functions import Coalesce

from firstwin.identity.contracts import Actor
from firstwin.usage.contracts import InboxFill, LatestEvents, UsageEvent
from firstwin.usage.contracts.store import EventScope, StoredEvent, StoreUnavailableError
from firstwin.usage.models import InboxBatch, RejectedEvent
from firstwin.usage.queries import sources, store

_LATEST_BATCHES = 10
_LATEST_WITHIN = timedelta(days=30)
_events = msgspec.json.Decoder(UsageEvent)


def get_fill() -> InboxFill:
    """Return how much waits in the inbox, of all workspaces; read from an index alone."""
    rows = InboxBatch.objects.across_workspaces(reason="the inbox is one for all workspaces")
    found = rows.aggregate(events=Sum("events"), bytes=Sum("size"), oldest=Min("received_at"))
    oldest: datetime | None = found["oldest"]
    return InboxFill(events=found["events"] or 0, bytes=found["bytes"] or 0, oldest_at=oldest)


def get_rejected_fill(*, since: datetime) -> Mapping[UUID, int]:
    """Return how many bytes of rejected events are kept since then, by source, of all workspaces; from an index alone."""
    rows = RejectedEvent.objects.across_workspaces(reason="the disk is one for all workspaces")
    # Grouped by an expression: SQLite would walk through the index by source otherwise, and look into every row there is.
    of_source = rows.filter(received_at__gt=since).annotate(of=Coalesce("source_id", "source_id")).order_by()
    return {source_id: size for source_id, size in of_source.values_list("of").annotate(Sum("size"))}


def list_latest(*, actor: Actor, source_id: UUID, at: datetime, limit: int = 25) -> LatestEvents:
    """Return what came from a source last, latest arrival first: from the event store, and what still waits in the inbox."""
    sources.get_source(actor=actor, source_id=source_id)
    rows = InboxBatch.objects.for_actor(actor).filter(source_id=source_id).order_by("-id")[:_LATEST_BATCHES]
    found: dict[UUID, UsageEvent] = {
        event.message_key: event for row in rows for event in reversed(events_of(bytes(row.lines)))
    }
    scope = EventScope(
        workspace_id=actor.workspace_id, since=at - _LATEST_WITHIN, until=at + _LATEST_WITHIN, source_id=source_id
    )
    is_complete = True
    stored: list[StoredEvent] = []
    try:
        stored = store.event_reader().timeline(scope, person="", limit=limit)
    except StoreUnavailableError:
        is_complete = False
    found.update({event.message_key: event for event in stored})
    latest = sorted(found.values(), key=lambda event: (event.received_at, event.at), reverse=True)[:limit]
    return LatestEvents(events=tuple(latest), is_complete=is_complete)


def events_of(lines: bytes) -> list[UsageEvent]:
    """Return the events of one row of the inbox."""
    return _events.decode_lines(zlib.decompress(lines))

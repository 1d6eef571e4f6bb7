"""Reads of the inbox: how full it is, and what came last."""

import zlib
from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Min, Sum

from firstwin.identity.contracts import Actor
from firstwin.usage.contracts import InboxFill, UsageEvent
from firstwin.usage.models import InboxBatch
from firstwin.usage.queries import sources

_LATEST_BATCHES = 10
_events = msgspec.json.Decoder(UsageEvent)


def get_fill() -> InboxFill:
    """Return how much waits in the inbox, of all workspaces; read from an index alone."""
    rows = InboxBatch.objects.across_workspaces(reason="the inbox is one for all workspaces")
    found = rows.aggregate(events=Sum("events"), bytes=Sum("size"), oldest=Min("received_at"))
    oldest: datetime | None = found["oldest"]
    return InboxFill(events=found["events"] or 0, bytes=found["bytes"] or 0, oldest_at=oldest)


def list_latest(*, actor: Actor, source_id: UUID, limit: int = 25) -> list[UsageEvent]:
    """Return the events of a source that came last and are still in the inbox, latest first."""
    sources.get_source(actor=actor, source_id=source_id)
    rows = InboxBatch.objects.for_actor(actor).filter(source_id=source_id).order_by("-id")[:_LATEST_BATCHES]
    found = [event for row in rows for event in reversed(events_of(bytes(row.lines)))]
    return sorted(found, key=lambda event: event.received_at, reverse=True)[:limit]


def events_of(lines: bytes) -> list[UsageEvent]:
    """Return the events of one row of the inbox."""
    return _events.decode_lines(zlib.decompress(lines))

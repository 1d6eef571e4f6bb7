"""From the inbox into the event store: by the one process that owns the store."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from django.db import transaction

from firstwin.usage.contracts import UsageEvent
from firstwin.usage.contracts.store import EventStore, StoredEvent
from firstwin.usage.models import InboxBatch
from firstwin.usage.queries.inbox import events_of

MOST_BATCHES = 500
MOST_EVENTS = 20_000
_FIELDS = tuple(field.name for field in fields(UsageEvent))
_REASON = "the owner of the event store serves every workspace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """What one round took out of the inbox, how much of it was new, and whether more waits."""

    taken: int
    new: int
    has_more: bool


def drain_inbox(*, store: EventStore) -> Drained:
    """Move the oldest batches into the store, and delete them from the inbox once they are durable there.

    Whoever is killed in between does it again: the store knows events by their message keys. Raises
    StoreUnavailableError, and then the inbox is as it was.
    """
    rows = _oldest()
    events = [_stored(row, event) for row in rows for event in events_of(bytes(row.lines))]
    new = store.append(events)
    with transaction.atomic():
        InboxBatch.objects.across_workspaces(reason=_REASON).filter(id__in=[row.id for row in rows]).delete()
    return Drained(taken=len(events), new=new, has_more=len(rows) == MOST_BATCHES or len(events) >= MOST_EVENTS)


def has_waiting() -> bool:
    """Say whether anything waits in the inbox."""
    return InboxBatch.objects.across_workspaces(reason=_REASON).exists()


def _oldest() -> Sequence[InboxBatch]:
    """Return the oldest batches, as many as make a good round; one that is large by itself comes alone."""
    chosen: list[UUID] = []
    count = 0
    sizes = InboxBatch.objects.across_workspaces(reason=_REASON).order_by("id").values_list("id", "events")
    for row_id, events in sizes[:MOST_BATCHES]:
        if chosen and count + events > MOST_EVENTS:
            break
        chosen.append(row_id)
        count += events
    return list(InboxBatch.objects.across_workspaces(reason=_REASON).filter(id__in=chosen).order_by("id"))


def _stored(row: InboxBatch, event: UsageEvent) -> StoredEvent:
    given = {name: getattr(event, name) for name in _FIELDS}
    return StoredEvent(workspace_id=row.workspace_id, source_id=row.source_id, **given)

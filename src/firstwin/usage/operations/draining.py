"""From the inbox into the event store: by the one process that owns the store."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
import structlog
from django.db import DataError, IntegrityError, transaction

from firstwin.usage.contracts.keeping import EventTaker
from firstwin.usage.contracts.store import StoredEvent, StoreUnavailableError
from firstwin.usage.models import InboxBatch, SetAsideBatch
from firstwin.usage.operations import erasing, noting, watches
from firstwin.usage.queries.inbox import events_of

MOST_BATCHES = 500
MOST_EVENTS = 50_000
MOST_REFUSED = 20
_REASON = "the owner of the event store serves every workspace"


Broken = tuple[InboxBatch, str]
UNACCEPTABLE = (DataError, IntegrityError)
"""What the database answers when it is well and will never take this batch, however often it is tried."""
log = structlog.get_logger("firstwin.event_store")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """What one round took out of the inbox, how much of it was new, how many batches are broken, and whether more waits."""

    taken: int
    new: int
    has_more: bool
    set_aside: int = 0


def drain_inbox(*, store: EventTaker, at: datetime) -> Drained:
    """Move the oldest batches into the store, and delete them from the inbox once they are durable there.

    Whoever is killed in between does it again: the store knows events by their message keys. A batch that cannot be read is
    set aside with the reason. Raises StoreUnavailableError, and then the inbox is as it was.
    """
    rows = _oldest()
    taken, new, broken = _move(rows, store=store, at=at)
    has_more = len(rows) == MOST_BATCHES or taken >= MOST_EVENTS
    return Drained(taken=taken, new=new, has_more=has_more, set_aside=broken)


def drain_singly(*, store: EventTaker, at: datetime) -> Drained:
    """Move the oldest batches one by one, after a round of them failed: what store or database refuse is set aside.

    If the store refuses every one, it is to blame and nothing is set aside. Raises StoreUnavailableError then.
    """
    rows = _oldest()
    refused: list[Broken] = []
    unacceptable: list[Broken] = []
    taken = new = aside = 0
    for row in rows:
        try:
            counts = _move([row], store=store, at=at)
        except StoreUnavailableError as error:
            if not taken and len(refused) >= MOST_REFUSED:
                raise
            refused.append((row, error.detail))
        except UNACCEPTABLE as error:
            unacceptable.append((row, f"The database refuses what is to be noted of it: {error}"))
        else:
            taken, new, aside = taken + counts[0], new + counts[1], aside + counts[2]
    is_store_to_blame = bool(refused) and not taken
    broken = unacceptable if is_store_to_blame else refused + unacceptable
    with transaction.atomic():
        _set_aside(broken, at=at)
        _delete([row for row, _ in broken])
    if is_store_to_blame:
        raise StoreUnavailableError(refused[0][1])
    return Drained(taken=taken, new=new, has_more=len(rows) == MOST_BATCHES, set_aside=aside + len(broken))


def has_waiting() -> bool:
    """Say whether anything waits in the inbox."""
    return InboxBatch.objects.across_workspaces(reason=_REASON).exists()


def _move(rows: Sequence[InboxBatch], *, store: EventTaker, at: datetime) -> tuple[int, int, int]:
    """Bring batches into the store, and say how many events that were, how many of them new, and how many batches broken."""
    events: list[StoredEvent] = []
    broken: list[Broken] = []
    for row in rows:
        try:
            events += _events_of(row)
        except (zlib.error, msgspec.DecodeError, UnicodeDecodeError) as error:
            broken.append((row, f"The batch cannot be read: {error}"))
    kept, refused = erasing.without_erased(events, workspace_ids={row.workspace_id for row in rows})
    prepared = noting.prepare_events(events=kept, at=at)
    new = store.append(prepared.events)
    with transaction.atomic():
        noting.note_events(prepared=prepared, at=at)
        watches.note_usage(prepared.groups, at=at)
        if refused:
            erasing.note_refused(refused)
        _set_aside(broken, at=at)
        _delete(rows)
    return len(events), new, len(broken)


def _set_aside(broken: Sequence[Broken], *, at: datetime) -> None:
    """Keep batches with the reason, in the transaction that takes them out of the inbox."""
    for row, reason in broken:
        log.error("a batch of events is set aside", batch=str(row.id), events=row.events, reason=reason[:300])
        SetAsideBatch(
            id=row.id,
            workspace_id=row.workspace_id,
            source_id=row.source_id,
            received_at=row.received_at,
            events=row.events,
            size=row.size,
            lines=row.lines,
            reason=reason[:500],
            set_aside_at=at,
        ).save(force_insert=True)


def _delete(rows: Sequence[InboxBatch]) -> None:
    InboxBatch.objects.across_workspaces(reason=_REASON).filter(id__in=[row.id for row in rows]).delete()


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


def _events_of(row: InboxBatch) -> list[StoredEvent]:
    # Looked up once: each look into a row of the database takes as long as a third of making an event.
    workspace_id, source_id = row.workspace_id, row.source_id
    return [
        StoredEvent(
            workspace_id=workspace_id,
            source_id=source_id,
            message_key=event.message_key,
            kind=event.kind,
            name=event.name,
            user_id=event.user_id,
            anonymous_id=event.anonymous_id,
            group_id=event.group_id,
            previous_id=event.previous_id,
            at=event.at,
            received_at=event.received_at,
            properties=event.properties,
            context=event.context,
        )
        for event in events_of(bytes(row.lines))
    ]

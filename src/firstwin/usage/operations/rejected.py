"""Rejected events: tried again, dropped, and forgotten after a while."""

import zlib
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.shared import ids
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from firstwin.usage import permissions
from firstwin.usage.contracts import RejectReason, Replayed
from firstwin.usage.events import RejectedEventsDropped, RejectedEventsReplayed
from firstwin.usage.models import InboxBatch, RejectedEvent, Source
from firstwin.usage.rules import reading, requests

KEPT_FOR = timedelta(days=30)
MOST_AT_ONCE = 1000
MOST_KEPT = 10_000
_raw_items = msgspec.json.Decoder(list[msgspec.Raw])


def replay_rejected(*, actor: Actor, source_id: UUID, at: datetime) -> Replayed:
    """Read the oldest thousand rejected events of a source again; those that are fine now come in as if they had come today.

    Their times are corrected by when they first arrived. What is still wrong stays rejected, with its reason of today.
    """
    taken, still = 0, Counter[RejectReason]()
    with transaction.atomic():
        source = _source(actor, source_id)
        rows = RejectedEvent.objects.for_actor(actor).filter(source_id=source_id)
        for row in rows.order_by("received_at", "id").select_for_update()[:MOST_AT_ONCE]:
            found = reading.sort_events(_request(row), received_at=row.received_at, batch_id=row.id)
            if found.rejections:
                still[found.rejections[0].reason] += 1
                if found.rejections[0].reason.value != row.reason and not _is_many(row):
                    row.reason, row.detail = found.rejections[0].reason.value, found.rejections[0].detail
                    row.save(update_fields=["reason", "detail"])
                continue
            lines = zlib.compress(reading.as_lines(found.events), 1)
            InboxBatch(
                id=ids.new_id(),
                workspace_id=actor.workspace_id,
                source_id=source_id,
                received_at=row.received_at,
                events=len(found.events),
                size=len(lines),
                lines=lines,
            ).save(force_insert=True)
            taken += len(found.events)
            row.delete()
        fact = RejectedEventsReplayed(source_id=source_id, title=source.name, taken=taken, still_rejected=still.total())
        journal_operations.record(fact, actor=actor, at=at)
    return Replayed(taken=taken, still_rejected=dict(still))


def drop_rejected(*, actor: Actor, source_id: UUID, at: datetime) -> int:
    """Delete all rejected events of a source for good, and return how many there were."""
    with transaction.atomic():
        source = _source(actor, source_id)
        dropped, _ = RejectedEvent.objects.for_actor(actor).filter(source_id=source_id).delete()
        if dropped:
            fact = RejectedEventsDropped(source_id=source_id, title=source.name, dropped=dropped)
            journal_operations.record(fact, actor=actor, at=at)
    return dropped


def forget_old_rejected(*, at: datetime) -> int:
    """Delete rejected events after 30 days, and the oldest of a source beyond 10,000; return how many."""
    rows = RejectedEvent.objects.across_workspaces(reason="tidying serves every workspace")
    forgotten, _ = rows.filter(received_at__lt=at - KEPT_FOR).delete()
    sources = Source.objects.across_workspaces(reason="tidying serves every workspace")
    for source_id in sources.values_list("id", flat=True):
        of_source = rows.filter(source_id=source_id).order_by("-received_at", "-id")
        first_beyond = of_source.values_list("received_at", flat=True)[MOST_KEPT : MOST_KEPT + 1].first()
        if first_beyond is not None:
            deleted, _ = rows.filter(source_id=source_id, received_at__lte=first_beyond).delete()
            forgotten += deleted
    return forgotten


def _request(row: RejectedEvent) -> requests.TrackingRequest:
    raw = bytes(row.raw)
    items = [bytes(item) for item in _raw_items.decode(raw)] if _is_many(row) else [raw]
    return requests.TrackingRequest(
        write_key=None,
        sent_at=row.sent_at,
        shared_context=bytes(row.shared_context),
        items=items,
        kind=row.call,
    )


def _is_many(row: RejectedEvent) -> bool:
    """Say whether it is a batch that was refused as a whole; anything else was one of a batch, though it be a list."""
    is_whole = row.reason in {RejectReason.TOO_MANY.value, RejectReason.TOO_LARGE.value}
    return is_whole and not row.call and bytes(row.raw[:1]) == b"["


def _source(actor: Actor, source_id: UUID) -> Source:
    if not permissions.can_manage_sources(actor):
        raise PermissionDeniedError(
            "Only owners and admins look after rejected events.", remedy="Ask an owner or admin of the workspace."
        )
    source = Source.objects.for_actor(actor).select_for_update().filter(id=source_id).first()
    if source is None:
        raise NotFoundError("There is no such source of events.")
    return source

"""Take events in: what is committed here is acknowledged, and stays until the event store has it."""

import zlib
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from firstwin.shared import ids
from firstwin.usage.contracts import Arrival, KeyHolder
from firstwin.usage.models import InboxBatch, RejectedEvent, WriteKey
from firstwin.usage.rules import reading, requests

_REASON = "the intake serves every workspace; each row carries the workspace of its key"


def sort_arrival(*, request: requests.TrackingRequest, holder: KeyHolder, received_at: datetime) -> Arrival:
    """Return what a request brought, ready to be kept. Pure but for a new id."""
    found = reading.sort_events(request, received_at=received_at, batch_id=ids.new_id())
    return Arrival(
        workspace_id=holder.workspace_id,
        source_id=holder.source_id,
        write_key_id=holder.write_key_id,
        received_at=received_at,
        lines=zlib.compress(reading.as_lines(found.events), 1) if found.events else b"",
        count=len(found.events),
        rejections=tuple(found.rejections),
    )


def keep_arrivals(*, arrivals: Sequence[Arrival], note_use_of: Collection[UUID]) -> None:
    """Commit what several requests brought in one transaction: all of it is durable when this returns, or none of it.

    `note_use_of` names the write keys whose last use is to be written down.
    """
    batches = [_batch(arrival) for arrival in arrivals if arrival.count]
    rejected = [row for arrival in arrivals for row in _rejected(arrival)]
    with transaction.atomic():
        if batches:
            InboxBatch.objects.across_workspaces(reason=_REASON).bulk_create(batches)
        if rejected:
            RejectedEvent.objects.across_workspaces(reason=_REASON).bulk_create(rejected, batch_size=200)
        if note_use_of:
            at = max(arrival.received_at for arrival in arrivals)
            WriteKey.objects.across_workspaces(reason=_REASON).filter(id__in=note_use_of).update(last_used_at=at)


def note_refusal(*, write_key_id: UUID, at: datetime) -> None:
    """Write down that somebody still sends with a key that ended."""
    keys = WriteKey.objects.across_workspaces(reason=_REASON).filter(id=write_key_id)
    keys.filter(Q(last_refused_at=None) | Q(last_refused_at__lt=at)).update(last_refused_at=at)


def _batch(arrival: Arrival) -> InboxBatch:
    return InboxBatch(
        workspace_id=arrival.workspace_id,
        source_id=arrival.source_id,
        received_at=arrival.received_at,
        events=arrival.count,
        size=len(arrival.lines),
        lines=arrival.lines,
    )


def _rejected(arrival: Arrival) -> list[RejectedEvent]:
    return [
        RejectedEvent(
            workspace_id=arrival.workspace_id,
            source_id=arrival.source_id,
            received_at=arrival.received_at,
            reason=one.reason.value,
            detail=one.detail,
            kind=one.kind,
            name=one.name,
            raw=one.raw,
            size=one.size,
            call=one.call,
            sent_at=one.sent_at,
            shared_context=one.shared_context,
        )
        for one in arrival.rejections
    ]

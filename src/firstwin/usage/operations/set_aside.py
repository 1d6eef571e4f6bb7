"""Batches that the store could not take: tried once more, or given up by somebody who may."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from firstwin.usage import permissions
from firstwin.usage.events import BatchDropped, BatchRetried
from firstwin.usage.models import InboxBatch, SetAsideBatch


def retry_batch(*, actor: Actor, batch_id: UUID, at: datetime) -> None:
    """Put a batch back into the inbox; where it still cannot be taken it is set aside again."""
    with transaction.atomic():
        row = _locked(actor, batch_id)
        InboxBatch(
            id=row.id,
            workspace_id=row.workspace_id,
            source_id=row.source_id,
            received_at=row.received_at,
            events=row.events,
            size=row.size,
            lines=row.lines,
        ).save(force_insert=True)
        row.delete()
        journal_operations.record(BatchRetried(batch_id=batch_id, events=row.events), actor=actor, at=at)


def drop_batch(*, actor: Actor, batch_id: UUID, at: datetime) -> None:
    """Delete a batch for good."""
    with transaction.atomic():
        row = _locked(actor, batch_id)
        row.delete()
        fact = BatchDropped(batch_id=batch_id, events=row.events, reason=row.reason)
        journal_operations.record(fact, actor=actor, at=at)


def _locked(actor: Actor, batch_id: UUID) -> SetAsideBatch:
    if not permissions.can_manage_sources(actor):
        raise PermissionDeniedError(
            "Only owners and admins look after batches that were set aside.",
            remedy="Ask an owner or admin of the workspace.",
        )
    row = SetAsideBatch.objects.for_actor(actor).select_for_update().filter(id=batch_id).first()
    if row is None:
        raise NotFoundError("There is no such batch.", remedy="The page shows what is left of them.")
    return row

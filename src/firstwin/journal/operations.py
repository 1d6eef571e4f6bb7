"""Write the journal: record facts within the operation that made them, and seal them into the chain."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from firstwin.jobs import operations as job_operations
from firstwin.jobs.contracts import NewJob
from firstwin.journal.contracts import Event, NotInTransactionError, Recorded, Recorder, subscribers_of
from firstwin.journal.models import Entry, Unsealed
from firstwin.journal.rules import canonical
from firstwin.shared import ids

DELIVERY = "journal.deliver"


def record(event: Event, *, actor: Recorder, at: datetime) -> Recorded:
    """Record a fact in the caller's transaction and enqueue its delivery; raises NotInTransactionError outside of one."""
    return record_many([event], actor=actor, at=at)[0]


def record_many(events: Sequence[Event], *, actor: Recorder, at: datetime) -> list[Recorded]:
    """Record several facts of one operation, in their order, with three statements however many they are."""
    if not connection.in_atomic_block:
        raise NotInTransactionError("Record facts inside transaction.atomic(), together with the change they tell of.")
    entries = [_entry(event, actor, at) for event in events]
    if not entries:
        return []
    Entry.objects.bulk_create(entries, batch_size=500)
    Unsealed.objects.bulk_create(
        [Unsealed(entry_id=entry.id, workspace_id=entry.workspace_id) for entry in entries], batch_size=1000
    )
    job_operations.enqueue_many([job for entry in entries for job in _deliveries(entry)])
    return [
        Recorded(entry_id=entry.id, workspace_id=entry.workspace_id, at=at, author=actor.author, event=event)
        for entry, event in zip(entries, events, strict=True)
    ]


def _entry(event: Event, actor: Recorder, at: datetime) -> Entry:
    author = actor.author
    return Entry(
        id=ids.new_id(),
        workspace_id=actor.workspace_id,
        at=at,
        author_kind=author.kind.value,
        author_id=author.id,
        author_name=author.name[:200],
        on_behalf_of_kind=author.on_behalf_of_kind.value if author.on_behalf_of_kind else "",
        on_behalf_of_id=author.on_behalf_of_id,
        on_behalf_of_name=author.on_behalf_of_name[:200],
        event_name=event.name,
        event_version=event.version,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        account_id=_index_id(event, "account_id"),
        project_id=_index_id(event, "project_id"),
        data=canonical.encode(canonical.event_fields(event)).decode(),
    )


def _index_id(event: Event, name: str) -> UUID | None:
    value = getattr(event, name, None)
    return value if isinstance(value, UUID) else None


def _deliveries(entry: Entry) -> list[NewJob]:
    return [
        NewJob(
            kind=DELIVERY,
            payload={"entry": entry.id, "subscriber": name},
            workspace_id=entry.workspace_id,
            order_key=f"{entry.subject_id}:{name}",
        )
        for name in subscribers_of(entry.event_name)
    ]

"""Write the journal: record facts within the operation that made them, and seal them into the chain."""

import itertools
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from firstwin.jobs import operations as job_operations
from firstwin.jobs.contracts import NewJob
from firstwin.journal.contracts import Event, NotInTransactionError, Recorded, Recorder, subscribers_of
from firstwin.journal.models import Entry, Seal, Unsealed, entry_info
from firstwin.journal.rules import canonical, chain
from firstwin.shared import bulk, ids

DELIVERY = "journal.deliver"
SEAL_BATCH = 500
_SEALER_LOCK = 0x6669727374


def record(event: Event, *, actor: Recorder, at: datetime) -> Recorded:
    """Record a fact in the caller's transaction and enqueue its delivery; raises NotInTransactionError outside of one."""
    return record_many([event], actor=actor, at=at)[0]


def record_many(events: Sequence[Event], *, actor: Recorder, at: datetime, is_bulk: bool = False) -> list[Recorded]:
    """Record several facts of one operation, in their order, with two statements however many they are.

    Facts by the thousand are recorded with `is_bulk`: their deliveries let everything else go first.

    A trigger puts each entry into the queue of the unsealed when the transaction commits: that is the order of the chain.
    """
    if not connection.in_atomic_block:
        raise NotInTransactionError("Record facts inside transaction.atomic(), together with the change they tell of.")
    entries = [_entry(event, actor, at) for event in events]
    queue = "bulk" if is_bulk else "default"
    if not entries:
        return []
    bulk.insert_rows(entries)
    job_operations.enqueue_many([job for entry in entries for job in _deliveries(entry, queue)])
    return [
        Recorded(
            entry_id=entry.id, workspace_id=entry.workspace_id, at=at, told_at=at, author=actor.author, event=event
        )
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


def _deliveries(entry: Entry, queue: str) -> list[NewJob]:
    return [
        NewJob(
            kind=DELIVERY,
            payload={"entry": entry.id, "subscriber": name},
            workspace_id=entry.workspace_id,
            order_key=f"{entry.subject_id}:{name}",
            queue=queue,
        )
        for name in subscribers_of(entry.event_name)
    ]


def seal_entries() -> int:
    """Seal what waits into the chain of its workspace, in commit order; return how many were sealed, at most a batch.

    One sealer at a time; another one that is at it makes this return 0. Called inside a transaction, the facts recorded
    in it so far are sealed too.
    """
    if connection.in_atomic_block and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SET CONSTRAINTS journal_entry_queues IMMEDIATE; SET CONSTRAINTS journal_entry_queues DEFERRED"
            )
    if not Unsealed.objects.exists():
        return 0
    with transaction.atomic():
        if not _is_only_sealer():
            return 0
        queue = list(Unsealed.objects.order_by("id")[:SEAL_BATCH])
        entries = Entry.objects.in_bulk([row.entry_id for row in queue])
        seals: list[Seal] = []
        by_workspace = sorted(queue, key=lambda row: (row.workspace_id, row.id))
        for workspace_id, group in itertools.groupby(by_workspace, key=lambda row: row.workspace_id):
            seals += _continue_chain(workspace_id, [entries[row.entry_id] for row in group])
        Seal.objects.bulk_create(seals, batch_size=500)
        Unsealed.objects.filter(id__in=[row.id for row in queue]).delete()
    return len(seals)


def _is_only_sealer() -> bool:
    """Take the sealers' lock until the transaction ends; SQLite has but one writer anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALER_LOCK])
        return bool(cursor.fetchone()[0])


def _continue_chain(workspace_id: UUID, entries: Sequence[Entry]) -> list[Seal]:
    last = Seal.objects.filter(workspace_id=workspace_id).order_by("-sequence").first()
    sequence, head = (last.sequence, last.hash) if last else (0, chain.BEGINNING)
    seals = []
    for entry in entries:
        sequence += 1
        head = chain.seal(chain.document(entry_info(entry, None), data=entry.data, sequence=sequence, previous=head))
        seals.append(Seal(entry_id=entry.id, workspace_id=workspace_id, sequence=sequence, hash=head))
    return seals

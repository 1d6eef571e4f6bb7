"""Read the journal."""

import base64
import binascii
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from firstwin.journal import permissions
from firstwin.journal.contracts import (
    EntryFilter,
    EntryInfo,
    EntryNotFoundError,
    JournalDeniedError,
    Reader,
    Recorded,
    Verdict,
)
from firstwin.journal.models import Entry, Seal, Unsealed, author_of, entry_info
from firstwin.journal.rules import canonical, chain, rebuilding
from firstwin.shared.errors import InvalidInputError
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Page

_CHUNK = 1000
EVERYTHING = EntryFilter()


def list_entries(
    actor: Reader, chosen: EntryFilter = EVERYTHING, *, cursor: str | None = None, limit: int = DEFAULT_PAGE_SIZE
) -> Page[EntryInfo]:
    """Return a page of entries, the latest first, with two statements.

    A list narrowed to a subject, an account or a project is open to all of the vendor, any other to those who read the
    journal; raises JournalDeniedError.
    """
    rows = _chosen(actor, chosen).order_by("-at", "-id")
    if cursor is not None:
        at, last = _read_cursor(cursor)
        rows = rows.filter(Q(at__lt=at) | Q(id__lt=last), at__lte=at)
    limit = max(1, min(limit, MAX_PAGE_SIZE))
    found = list(rows[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return Page(items=tuple(_infos(found)), next_cursor=_write_cursor(found[-1]) if more else None)


def get_recorded(entry_id: UUID, *, told_at: datetime) -> Recorded:
    """Return an entry with its event rebuilt, as subscribers receive it; raises EventFormatError when it cannot be."""
    entry = Entry.objects.filter(id=entry_id).first()
    if entry is None:
        raise EntryNotFoundError(f"There is no entry {entry_id}.")
    event = rebuilding.rebuild(entry.event_name, entry.event_version, entry.data)
    return Recorded(
        entry_id=entry.id,
        workspace_id=entry.workspace_id,
        at=entry.at,
        told_at=told_at,
        author=author_of(entry),
        event=event,
    )


def entries_after(*, workspace_id: UUID, sequence: int, limit: int = MAX_PAGE_SIZE) -> Sequence[EntryInfo]:
    """Return the sealed entries behind a place in the chain, for live updates: none is ever skipped, also when it commits late.

    For the engine and live pages, which filter what a person may see: no permission is checked.
    """
    seals = list(Seal.objects.filter(workspace_id=workspace_id, sequence__gt=sequence).order_by("sequence")[:limit])
    entries = Entry.objects.in_bulk([seal.entry_id for seal in seals])
    return [entry_info(entries[seal.entry_id], seal) for seal in seals]


def find_head(*, workspace_id: UUID) -> tuple[int, str]:
    """Return the place and hash of the last sealed entry: where live updates begin; (0, zeros) for an empty chain."""
    last = Seal.objects.filter(workspace_id=workspace_id).order_by("-sequence").first()
    return (last.sequence, last.hash) if last else (0, chain.BEGINNING)


def count_unsealed() -> int:
    """Return how many entries wait for their seal, for metrics."""
    return Unsealed.objects.count()


def export_lines(*, workspace_id: UUID, workspace: str, at: datetime) -> Iterator[bytes]:
    """Yield the lines of an export of everything sealed so far: header, entries in order, trailer."""
    entries, head = find_head(workspace_id=workspace_id)
    exported_at = canonical.instant_text(at)
    yield chain.header(workspace_id=str(workspace_id), workspace=workspace, entries=entries, head=head, at=exported_at)
    previous = chain.BEGINNING
    for entry, seal in _in_order(workspace_id, until=entries):
        content = chain.document(entry_info(entry, None), data=entry.data, sequence=seal.sequence, previous=previous)
        yield chain.export_line(content, hash=seal.hash)
        previous = seal.hash
    yield chain.trailer(entries=entries, head=head)


def verify_chain(*, workspace_id: UUID, at: datetime) -> Verdict:
    """Verify the chain of a workspace as it stands in the database, and that nothing was left without a seal."""
    verdict = chain.verify(export_lines(workspace_id=workspace_id, workspace="", at=at))
    if not verdict.is_intact:
        return Verdict(entries=verdict.entries, head=verdict.head, reason=verdict.reason)
    waiting = Unsealed.objects.filter(workspace_id=workspace_id).values("entry_id")
    sealed = Seal.objects.filter(workspace_id=workspace_id).values("entry_id")
    stray = Entry.objects.filter(workspace_id=workspace_id).exclude(id__in=sealed).exclude(id__in=waiting).first()
    if stray is not None:
        reason = f"the entry {stray.id} ({stray.event_name}) was slipped past the chain: it has no seal and awaits none"
        return Verdict(entries=verdict.entries, head=verdict.head, reason=reason)
    return verdict


def verify_lines(lines: Iterable[bytes]) -> Verdict:
    """Verify an export, line by line: needs neither a server nor a database."""
    return chain.verify(lines)


def _in_order(workspace_id: UUID, *, until: int) -> Iterator[tuple[Entry, Seal]]:
    sequence = 0
    while sequence < until:
        seals = list(
            Seal.objects.filter(workspace_id=workspace_id, sequence__gt=sequence, sequence__lte=until).order_by(
                "sequence"
            )[:_CHUNK]
        )
        if not seals:
            return
        entries = Entry.objects.in_bulk([seal.entry_id for seal in seals])
        yield from ((entries[seal.entry_id], seal) for seal in seals if seal.entry_id in entries)
        sequence = seals[-1].sequence


def _chosen(actor: Reader, chosen: EntryFilter) -> QuerySet[Entry]:
    if not permissions.can_list_entries(actor, chosen):
        raise JournalDeniedError(
            "The whole journal is open to owners, admins and auditors.",
            remedy="Open the timeline of an account or project.",
        )
    exact = {
        "subject_id": chosen.subject_id,
        "subject_id__in": chosen.subject_ids,
        "account_id": chosen.account_id,
        "project_id": chosen.project_id,
        "author_id": chosen.author_id,
        "event_name__in": chosen.event_names,
        "at__gte": chosen.since,
        "at__lt": chosen.until,
    }
    rows = Entry.objects.filter(workspace_id=actor.workspace_id)
    if chosen.left_out:
        rows = rows.exclude(event_name__in=chosen.left_out)
    return rows.filter(**{name: value for name, value in exact.items() if value})


def _infos(entries: Sequence[Entry]) -> list[EntryInfo]:
    seals = Seal.objects.in_bulk([entry.id for entry in entries]) if entries else {}
    return [entry_info(entry, seals.get(entry.id)) for entry in entries]


def _write_cursor(entry: Entry) -> str:
    return base64.urlsafe_b64encode(f"{entry.at.isoformat()} {entry.id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, last = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ")
        return datetime.fromisoformat(at), UUID(last)
    except (ValueError, binascii.Error):
        raise InvalidInputError("The page marker is not one of ours.", remedy="Begin at the first page.") from None

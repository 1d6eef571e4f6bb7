"""Erasures, as far as the owner of the event store does them: it alone writes there and takes from the inbox.

First everything is hidden from every answer; then it is waited until the store wrote it out of its files and deleted those
it was in; then everything is counted again. Each step is written down before the next, and may be done twice.
"""

import json
import zlib
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from uuid import UUID

import msgspec
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from firstwin.identity.contracts import system_actor
from firstwin.journal import operations as journal_operations
from firstwin.usage.contracts import UsageEvent
from firstwin.usage.contracts.keeping import StoreKeeper
from firstwin.usage.contracts.store import StoredEvent
from firstwin.usage.events import PersonErased
from firstwin.usage.models import Erasure, HistoryFault, InboxBatch, RejectedEvent, SetAsideBatch, StoreOrder
from firstwin.usage.operations import people as people_operations
from firstwin.usage.queries.inbox import events_of
from firstwin.usage.rules import erasing, reading

_REASON = "the owner of the event store serves every workspace"
log = structlog.get_logger("firstwin.event_store")
_anything = msgspec.json.Decoder()
_IDS = ("userId", "anonymousId", "previousId")


def carry_on(*, order: StoreOrder, keeper: StoreKeeper, now: Callable[[], datetime]) -> bool:
    """Do the next step of an erasure, and say whether nothing is left to do."""
    erasure = Erasure.objects.for_workspace(order.workspace_id).filter(id=order.details["erasure_id"]).first()
    if erasure is None or erasure.gone_at is not None:
        return True
    if erasure.hidden_at is None and "events" not in erasure.found:
        _name_all(order, erasure, keeper)
    people: list[str] = order.details["people"]
    if erasure.hidden_at is None:
        _hide(erasure, people, keeper)
        erasure.hidden_at = now()
        erasure.save(update_fields=["hidden_at"])
    rewritten_at = order.details.get("rewritten_at")
    if rewritten_at is None:
        at = keeper.rewritten_at()
        if at is None:
            return False
        rewritten_at = order.details["rewritten_at"] = at.isoformat()
        order.save(update_fields=["details"])
    if not keeper.is_gone(rewritten_at=datetime.fromisoformat(rewritten_at)):
        return False
    return _is_proved(order, erasure, people, keeper, at=now())


def without_erased(
    events: list[StoredEvent], *, workspace_ids: Collection[UUID]
) -> tuple[list[StoredEvent], dict[UUID, int]]:
    """Return the events of some workspaces without those of people who were erased, and by erasure how many those were.

    What arrived before somebody was erased goes even if it was on its way; what comes later only where that was asked for.
    """
    if not events:
        return [], {}
    oldest = min(map(attrgetter("received_at"), events))
    rows = Erasure.objects.across_workspaces(reason=_REASON).filter(
        Q(refuses_later=True) | Q(asked_at__gte=oldest), workspace_id__in=workspace_ids
    )
    by_mark = {(row.workspace_id, mark): row for row in rows for mark in row.marks}
    if not by_mark:
        return events, {}
    concerned = {workspace_id for workspace_id, _ in by_mark}
    marks = cache(marks_of)
    kept: list[StoredEvent] = []
    refused: dict[UUID, int] = {}
    for event in events:
        erasure = _erasure_of(event, by_mark, marks) if event.workspace_id in concerned else None
        if erasure is None:
            kept.append(event)
        else:
            refused[erasure.id] = refused.get(erasure.id, 0) + 1
    return kept, refused


def note_refused(refused: dict[UUID, int]) -> None:
    """Add to the proofs how much came later; in the transaction that takes it out of the inbox."""
    for row in Erasure.objects.across_workspaces(reason=_REASON).filter(id__in=refused).select_for_update():
        row.found = {**row.found, "later": row.found.get("later", 0) + refused[row.id]}
        row.save(update_fields=["found"])


def mark_of(person: str, *, workspace_id: UUID) -> str:
    """Return what a person who is erased is known by."""
    return erasing.mark_of(person, workspace_id=workspace_id, secret=settings.SECRET_KEY)


def marks_of(person: str, workspace_id: UUID) -> tuple[str, ...]:
    """Return the marks of a person by today's secret key and the earlier ones."""
    secrets = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return tuple(erasing.mark_of(person, workspace_id=workspace_id, secret=secret) for secret in secrets)


def _erasure_of(
    event: StoredEvent,
    by_mark: dict[tuple[UUID, str], Erasure],
    marks: Callable[[str, UUID], tuple[str, ...]],
) -> Erasure | None:
    for name in erasing.names_in(event):
        for mark in marks(name, event.workspace_id):
            row = by_mark.get((event.workspace_id, mark))
            if row is not None and (row.refuses_later or event.received_at <= row.asked_at):
                return row
    return None


def _name_all(order: StoreOrder, erasure: Erasure, keeper: StoreKeeper) -> None:
    """Write down every name of the person before the store forgets which they are."""
    people = keeper.names_of(order.workspace_id, people=order.details["people"])
    order.details["people"] = list(people)
    erasure.marks = [mark_of(name, workspace_id=order.workspace_id) for name in people]
    with transaction.atomic():
        order.save(update_fields=["details"])
        erasure.save(update_fields=["marks"])


def _hide(erasure: Erasure, people: Sequence[str], keeper: StoreKeeper) -> None:
    if "events" not in erasure.found:  # counted before anything goes, so that doing it again does not count less
        count = keeper.count_people(erasure.workspace_id, people=people, received_until=erasure.asked_at)
        _add_found(erasure, "events", count)
    keeper.hide_people(erasure.workspace_id, people=people, received_until=erasure.asked_at)
    names = frozenset(people)
    for place, go in _PLACES.items():
        with transaction.atomic():
            _add_found(erasure, place, go(erasure, names))
    with transaction.atomic():  # not looked for again in the end: whoever goes on using the product is known anew
        _add_found(erasure, "people", people_operations.forget_people(workspace_id=erasure.workspace_id, people=names))


def _add_found(erasure: Erasure, place: str, count: int) -> None:
    erasure.found = {**erasure.found, place: erasure.found.get(place, 0) + count}
    erasure.save(update_fields=["found"])


def _from_inbox(erasure: Erasure, names: Collection[str]) -> int:
    """Take the events of somebody out of the inbox, where nobody else changes rows."""
    gone = 0
    rows = InboxBatch.objects.for_workspace(erasure.workspace_id).filter(received_at__lte=erasure.asked_at)
    for row_id in list(rows.values_list("id", flat=True)):
        row = rows.get(id=row_id)
        try:
            events = events_of(bytes(row.lines))
        except (zlib.error, msgspec.DecodeError):
            continue  # set aside by the next round, and looked through there
        kept = [event for event in events if not erasing.is_named(event, names)]
        gone += len(events) - len(kept)
        _shrink(row, events, kept)
    return gone


def _shrink(row: InboxBatch, events: Sequence[UsageEvent], kept: Sequence[UsageEvent]) -> None:
    if not kept:
        row.delete()
    elif len(kept) < len(events):
        row.lines = zlib.compress(reading.as_lines(kept), 1)
        row.events, row.size = len(kept), len(row.lines)
        row.save(update_fields=["lines", "events", "size"])


def _from_set_aside(erasure: Erasure, names: Collection[str]) -> int:
    """Take the lines of somebody out of what was set aside; what cannot even be unpacked goes whole."""
    gone = 0
    rows = SetAsideBatch.objects.for_workspace(erasure.workspace_id).filter(received_at__lte=erasure.asked_at)
    for row in rows:
        try:
            lines = zlib.decompress(bytes(row.lines)).splitlines()
        except zlib.error:
            gone += row.events
            row.delete()
            continue
        kept = [line for line in lines if not _is_named_in(line, names)]
        if not kept:
            row.delete()
        elif len(kept) < len(lines):
            row.lines = zlib.compress(b"\n".join(kept), 1)
            row.events, row.size = len(kept), len(row.lines)
            row.save(update_fields=["lines", "events", "size"])
        gone += len(lines) - len(kept)
    return gone


def _from_rejected(erasure: Erasure, names: Collection[str]) -> int:
    """Delete rejected events that name somebody."""
    rows = RejectedEvent.objects.for_workspace(erasure.workspace_id).filter(received_at__lte=erasure.asked_at)
    named = [row_id for row_id, raw in rows.values_list("id", "raw").iterator() if _is_named_in(bytes(raw), names)]
    for start in range(0, len(named), 500):
        rows.filter(id__in=named[start : start + 500]).delete()
    return len(named)


def _from_faults(erasure: Erasure, names: Collection[str]) -> int:
    """Delete what is kept of rows of imported files that had a fault, where it says one of the names."""
    rows = HistoryFault.objects.for_workspace(erasure.workspace_id)
    quoted = [f'"{_plain(name)}"' for name in names]
    said = [row_id for row_id, raw in rows.values_list("id", "raw").iterator() if any(one in raw for one in quoted)]
    for start in range(0, len(said), 500):
        rows.filter(id__in=said[start : start + 500]).delete()
    return len(said)


def _is_named_in(raw: bytes, names: Collection[str]) -> bool:
    """Say whether something that was not taken in holds one of the names as an id; unreadable text is searched for it.

    Ids are compared as they would have been taken in, without the spaces around them.
    """
    try:
        found = _anything.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        plain = [_plain(name) for name in names]
        return any(name.encode() in raw or json.dumps(name)[1:-1].encode() in raw for name in plain)
    items = found if isinstance(found, list) else [found]
    said = {
        str(item[key]).strip()
        for item in items
        if isinstance(item, dict)
        for key in (*_IDS, "user_id", "anonymous_id", "previous_id")
        if item.get(key) not in (None, "")
    }
    return any(_plain(name) in said for name in names)


def _plain(name: str) -> str:
    return name.removeprefix("anonymous:")


def _is_proved(
    order: StoreOrder, erasure: Erasure, people: Sequence[str], keeper: StoreKeeper, *, at: datetime
) -> bool:
    """Look everywhere again; where something is left, the erasure begins anew."""
    names = frozenset(people)
    events = keeper.count_people(erasure.workspace_id, people=people, received_until=erasure.asked_at)
    with transaction.atomic():
        again = {place: go(erasure, names) for place, go in _PLACES.items()}
        erasure.left = {"events": events, **again}
        if any(erasure.left.values()):
            for place, count in erasure.left.items():
                erasure.found = {**erasure.found, place: erasure.found.get(place, 0) + count}
            erasure.hidden_at = None
            erasure.problem = "Some of it was still on its way; it is erased once more."
            order.details = {name: value for name, value in order.details.items() if name != "rewritten_at"}
            order.save(update_fields=["details"])
            log.error("an erasure begins anew", erasure=str(erasure.id), left=erasure.left)
        else:
            erasure.gone_at, erasure.problem = at, ""
            fact = PersonErased(erasure_id=erasure.id, title=erasure.mark[:12], found=sum(erasure.found.values()))
            journal_operations.record(fact, actor=system_actor(erasure.workspace_id), at=at)
        erasure.save(update_fields=["found", "left", "hidden_at", "gone_at", "problem"])
    return erasure.gone_at is not None


_PLACES: dict[str, Callable[[Erasure, Collection[str]], int]] = {
    "inbox": _from_inbox,
    "set_aside": _from_set_aside,
    "rejected": _from_rejected,
    "faults": _from_faults,
}

"""Corrections of the ledger of days: to whom days are put down, never how many they are."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.projects import events
from firstwin.projects.contracts.ledger import LedgerReason, LedgerSide
from firstwin.projects.models import LedgerEntry
from firstwin.projects.operations import settling
from firstwin.projects.queries import ledger, plans
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, Problem

MOST_AT_ONCE = 500
_COLUMNS = ["counted_side", "counted_reason", "note", "corrected_by", "corrected_at"]


def correct_days(
    *,
    actor: Actor,
    project_id: UUID,
    entry_id: UUID,
    side: LedgerSide,
    reason: LedgerReason,
    note: str,
    at: datetime,
    count: int = 1,
) -> None:
    """Put an entry, and with `count` those that follow it for the same reason, down to another side or reason.

    What was written down first is kept, and the number of days stays, so the ledger still adds up. Raises NotFoundError,
    InvalidInputError without a note, and ConflictError when the entries are for different reasons.
    """
    said = _required(note)
    settling.require_editor(actor=actor)
    with transaction.atomic():
        project = plans.project_row(actor, project_id, is_locked=True)
        rows = _asked(actor, project_id, entry_id, min(max(count, 1), MOST_AT_ONCE))
        fact = events.DaysReattributed(
            project_id=project.id,
            account_id=project.account_id,
            entry_ids=tuple(row.id for row in rows),
            since=rows[0].on.isoformat(),
            until=rows[-1].on.isoformat(),
            days=sum(row.days for row in rows),
            title=rows[0].task_name,
            old_side=rows[0].counted_side,
            old_reason=rows[0].counted_reason,
            side=side.value,
            reason=reason.value,
            note=said,
        )
        for row in rows:
            row.counted_side, row.counted_reason, row.note = side, reason, said
            row.corrected_by, row.corrected_at = actor.name[:200], at
        LedgerEntry.objects.for_actor(actor).bulk_update(rows, _COLUMNS)
        journal_operations.record(fact, actor=actor, at=at)


def _required(note: str) -> str:
    said = note.strip()
    if not said:
        problem = Problem("note", "The note is missing.", "Say in a few words why these days belong elsewhere.")
        raise InvalidInputError("Please say why.", problems=(problem,))
    return said[:2000]


def _asked(actor: Actor, project_id: UUID, entry_id: UUID, count: int) -> Sequence[LedgerEntry]:
    own = ledger.entries_of(actor).filter(project_id=project_id)
    first = own.filter(id=entry_id).first()
    if first is None:
        raise NotFoundError("There is no such entry.", remedy="Look for it in the ledger of this project.")
    # What was put back lies between, and counts for nobody: entries in a row need not have positions in a row.
    rows = list(own.filter(position__gte=first.position).order_by("position")[:count])
    if any(_what(row) != _what(first) for row in rows):
        raise ConflictError(
            "These days are no longer for one reason: somebody corrected some of them.",
            remedy="Look at the ledger again and correct them one by one.",
        )
    return rows


def _what(row: LedgerEntry) -> tuple[object, ...]:
    return row.counted_side, row.counted_reason, row.task_id

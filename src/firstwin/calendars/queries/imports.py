"""Reads on calendar files that came in."""

from datetime import date
from uuid import UUID

from firstwin.calendars import permissions
from firstwin.calendars.contracts import (
    CalendarImportInfo,
    EntryFate,
    Holder,
    HolderKind,
    ImportEntry,
    ImportFormat,
    ImportProblem,
    ImportState,
)
from firstwin.calendars.models import Calendar, CalendarDay, CalendarImport
from firstwin.calendars.queries.resolved import fact_of
from firstwin.calendars.rules import days, keeping, merging
from firstwin.calendars.rules.merging import Merged
from firstwin.identity.contracts import Actor
from firstwin.shared.errors import NotFoundError, PermissionDeniedError

MOST_LISTED = 20


def get_import(*, actor: Actor, import_id: UUID, today: date) -> CalendarImportInfo:
    """Return an import with what it does, or did, with each entry. Raises NotFoundError."""
    return info_of(actor, row_of(actor, import_id), today=today)


def list_imports(*, actor: Actor, holder: Holder) -> tuple[CalendarImportInfo, ...]:
    """Return the latest imports of a calendar that were taken over, newest first, without their entries."""
    _require_editor(actor, holder)
    rows = CalendarImport.objects.for_actor(actor).filter(
        calendar__holder_id=holder.id, state__in=[ImportState.DONE.value, ImportState.UNDONE.value]
    )
    return tuple(_info(row, holder, (), ()) for row in rows.defer("entries", "replaced").order_by("-id")[:MOST_LISTED])


def row_of(actor: Actor, import_id: UUID) -> CalendarImport:
    """Return the row of an import; raises NotFoundError. Inside calendars only."""
    row = CalendarImport.objects.for_actor(actor).filter(id=import_id).first()
    if row is None:
        raise NotFoundError("There is no such import.", remedy="Choose the file again.")
    return row


def info_of(actor: Actor, row: CalendarImport, *, today: date) -> CalendarImportInfo:
    """Return an import as others see it. Inside calendars only."""
    calendar = Calendar.objects.for_actor(actor).get(id=row.calendar_id)
    holder = Holder(kind=HolderKind(calendar.holder_kind), id=calendar.holder_id)
    _require_editor(actor, holder)
    shown = [
        ImportEntry(line=one.entry.line, words=days.words(one.entry.fact, today=today), fate=one.fate, note=one.note)
        for one in (merged_of(actor, row) if row.state == ImportState.READY else ())
    ]
    shown += [
        ImportEntry(line=one["line"], words=one["title"], fate=EntryFate.SKIP, note=one["note"]) for one in row.skipped
    ]
    problems = tuple(ImportProblem(**problem) for problem in row.problems)
    return _info(row, holder, tuple(sorted(shown, key=lambda entry: entry.line)), problems)


def _info(
    row: CalendarImport, holder: Holder, entries: tuple[ImportEntry, ...], problems: tuple[ImportProblem, ...]
) -> CalendarImportInfo:
    counts = {fate: sum(entry.fate is fate for entry in entries) for fate in EntryFate}
    if row.counts:
        counts = {**counts, **{EntryFate(name): count for name, count in row.counts.items()}}
    return CalendarImportInfo(
        id=row.id,
        holder=holder,
        state=ImportState(row.state),
        format=ImportFormat(row.format),
        file_name=row.file_name,
        entries=entries,
        problems=problems,
        added=counts[EntryFate.ADD],
        changed=counts[EntryFate.CHANGE],
        same=counts[EntryFate.SAME],
        skipped=len(row.skipped),
        by_name=row.by_name,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def merged_of(actor: Actor, row: CalendarImport) -> list[Merged]:
    """Return what an import does with its entries, as the calendar is now. Inside calendars only."""
    present = list(CalendarDay.objects.for_actor(actor).filter(calendar_id=row.calendar_id))
    return merging.merged(
        [keeping.entry_from(entry) for entry in row.entries],
        {day.uid: fact_of(day) for day in present if day.uid},
        [fact_of(day) for day in present if not day.uid],
    )


def _require_editor(actor: Actor, holder: Holder) -> None:
    if not permissions.can_edit_calendar(actor, holder):
        raise PermissionDeniedError("You may not import into this calendar.", remedy="Ask an owner or admin.")

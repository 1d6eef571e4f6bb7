"""Taking over a calendar file: read it, look at what it would do, take it over whole, and undo it."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.calendars import events
from firstwin.calendars.contracts import (
    MOST_IMPORT_BYTES,
    CalendarImportInfo,
    DayKind,
    EntryFate,
    Holder,
    HolderKind,
    ImportFormat,
    ImportState,
)
from firstwin.calendars.models import CalendarDay, CalendarImport
from firstwin.calendars.operations import days as day_operations
from firstwin.calendars.operations import holding
from firstwin.calendars.operations.holding import Opened
from firstwin.calendars.queries import imports as import_queries
from firstwin.calendars.queries.resolved import fact_of
from firstwin.calendars.rules import csv_files, days, ics_files, keeping
from firstwin.calendars.rules.file_entries import FileContent
from firstwin.identity.contracts import Actor
from firstwin.shared.errors import ConflictError, InvalidInputError


def prepare_import(*, actor: Actor, holder: Holder, file_name: str, data: bytes, at: datetime) -> CalendarImportInfo:
    """Read an ICS or CSV file and return what taking it over would do; the calendar stays as it is until then."""
    if len(data) > MOST_IMPORT_BYTES:
        raise InvalidInputError("The file is larger than 1 MB.", remedy="Export a shorter stretch of time.")
    if not data.strip():
        raise InvalidInputError("The file is empty.", remedy="Choose the file that you exported.")
    with transaction.atomic():
        opened = holding.opened(actor=actor, holder=holder, at=at)
        kind, content = _read(opened, file_name, data, at)
        row = CalendarImport(
            workspace_id=actor.workspace_id,
            calendar_id=opened.row.id,
            state=ImportState.FAULTY if content.problems else ImportState.READY,
            format=kind,
            file_name=file_name[:255] or "calendar",
            entries=[keeping.kept_entry(entry) for entry in content.entries],
            skipped=[asdict(entry) for entry in content.skipped],
            problems=[asdict(problem) for problem in content.problems],
            by_name=actor.name[:200],
            created_at=at,
        )
        row.save(force_insert=True)
        _forget_looked_at(row)
    return import_queries.info_of(actor, row, today=at.date())


def _read(opened: Opened, file_name: str, data: bytes, at: datetime) -> tuple[ImportFormat, FileContent]:
    is_person = opened.row.holder_kind in (HolderKind.MEMBER.value, HolderKind.CONTACT.value)
    ordinary = DayKind.LEAVE if is_person else DayKind.DAY_OFF
    if file_name.lower().endswith(".csv"):
        return ImportFormat.CSV, csv_files.read(_text(data), ordinary=ordinary)
    return ImportFormat.ICS, ics_files.read(data, zone=opened.calendar.time_zone, ordinary=ordinary, today=at.date())


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _forget_looked_at(row: CalendarImport) -> None:
    """What was only looked at makes room for the next file."""
    looked_at = [ImportState.READY.value, ImportState.FAULTY.value]
    rows = CalendarImport.objects.for_workspace(row.workspace_id).filter(calendar_id=row.calendar_id)
    rows.filter(state__in=looked_at).exclude(id=row.id).delete()


def finish_import(*, actor: Actor, import_id: UUID, at: datetime) -> CalendarImportInfo:
    """Take a file over, all of it. Doing it again does nothing. Raises ConflictError for a file with faults."""
    with transaction.atomic():
        opened, row = _opened(actor, import_id, at)
        if row.state == ImportState.DONE:
            return import_queries.info_of(actor, row, today=at.date())
        _require_ready(row)
        merged = import_queries.merged_of(actor, row)
        present = {day.uid: day for day in CalendarDay.objects.for_actor(actor).filter(calendar_id=row.calendar_id)}
        day_operations.require_room(opened, sum(one.fate is EntryFate.ADD for one in merged))
        fresh: list[CalendarDay] = []
        changed: list[CalendarDay] = []
        for one in merged:
            if one.fate is EntryFate.ADD:
                day = day_operations.row_of(opened, one.entry.fact)
                day.uid = one.entry.uid
                fresh.append(day)
            elif one.fate is EntryFate.CHANGE:
                day = present[one.entry.uid]
                before = str(day.import_run_id) if day.import_run_id else ""
                row.replaced.append({"id": str(day.id), "import": before, **keeping.kept_fact(fact_of(day))})
                day_operations.write_fact(day, one.entry.fact)
                changed.append(day)
            else:
                continue
            day.import_run_id = row.id
        CalendarDay.objects.for_actor(actor).bulk_create(fresh)
        CalendarDay.objects.for_actor(actor).bulk_update(changed, _DAY_COLUMNS, batch_size=200)
        day_operations.count_again(opened)
        row.counts = {
            fate.value: sum(one.fate is fate for one in merged) for fate in EntryFate if fate != EntryFate.SKIP
        }
        row.state, row.finished_at, row.entries = ImportState.DONE, at, []
        row.save()
        if fresh or changed:
            first = min(day.first_on for day in (*fresh, *changed))
            holding.require_usable(opened, actor=actor, around=first)
            _record_done(opened, row, len(fresh), len(changed), actor, at)
    return import_queries.info_of(actor, row, today=at.date())


_DAY_COLUMNS = ["kind", "first_on", "last_on", "hours", "repeats", "label", "import_run"]


def _require_ready(row: CalendarImport) -> None:
    if row.state == ImportState.FAULTY:
        raise ConflictError(
            "This file has faults, so nothing was taken over.",
            remedy="Correct them and choose the file again.",
        )
    if row.state != ImportState.READY:
        raise ConflictError("This import was undone.", remedy="Choose the file again.")


def _record_done(opened: Opened, row: CalendarImport, added: int, changed: int, actor: Actor, at: datetime) -> None:
    why = f"{days.possessive(opened.calendar.name)} calendar was imported from {row.file_name}"
    event = events.CalendarImported(
        **opened.about(why),
        import_id=row.id,
        file_name=row.file_name,
        added=added,
        changed=changed,
    )
    holding.record(opened, event, actor=actor, at=at)


def undo_import(*, actor: Actor, import_id: UUID, at: datetime) -> CalendarImportInfo:
    """Take out again what an import brought in and put back what it changed. What somebody changed by hand since stays."""
    with transaction.atomic():
        opened, row = _opened(actor, import_id, at)
        if row.state == ImportState.UNDONE:
            return import_queries.info_of(actor, row, today=at.date())
        if row.state != ImportState.DONE:
            raise ConflictError("This import was never taken over, so there is nothing to undo.")
        of_import = CalendarDay.objects.for_actor(actor).filter(import_run_id=row.id)
        before = {data["id"]: data for data in row.replaced}
        restored: list[CalendarDay] = []
        for day in of_import.filter(id__in=list(before)):
            data = before[str(day.id)]
            day_operations.write_fact(day, keeping.fact_from(data))
            day.import_run_id = UUID(data["import"]) if data["import"] else None
            restored.append(day)
        removed, _ = of_import.exclude(id__in=list(before)).delete()
        CalendarDay.objects.for_actor(actor).bulk_update(restored, _DAY_COLUMNS, batch_size=200)
        day_operations.count_again(opened)
        row.state, row.finished_at = ImportState.UNDONE, at
        row.save()
        holding.require_usable(opened, actor=actor, around=at.date())
        event = events.CalendarImportUndone(
            **opened.about(
                f"the import of {row.file_name} into {days.possessive(opened.calendar.name)} calendar was undone"
            ),
            import_id=row.id,
            file_name=row.file_name,
            removed=removed,
            restored=len(restored),
        )
        holding.record(opened, event, actor=actor, at=at)
    return import_queries.info_of(actor, row, today=at.date())


def _opened(actor: Actor, import_id: UUID, at: datetime) -> tuple[Opened, CalendarImport]:
    holder = holding.holder_of(actor=actor, calendar_id=import_queries.row_of(actor, import_id).calendar_id)
    opened = holding.opened(actor=actor, holder=holder, at=at)
    return opened, import_queries.row_of(actor, import_id)

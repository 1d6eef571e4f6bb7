"""Reads of imports of history: where they stand, what they would become, what could not be taken in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from firstwin.identity.contracts import Actor
from firstwin.shared.errors import ConflictError, NotFoundError, PermissionDeniedError
from firstwin.shared.pagination import Page, page_of
from firstwin.usage import permissions
from firstwin.usage.contracts import UsageEvent
from firstwin.usage.contracts.history import (
    ColumnSample,
    Field,
    FileKind,
    HistoryImport,
    HistoryPreview,
    HistoryState,
    Origin,
    PreviewEvent,
    Reading,
    RowFault,
)
from firstwin.usage.models import HistoryFault, HistoryFile
from firstwin.usage.queries import history_files, sources
from firstwin.usage.queries.history_files import FileRow
from firstwin.usage.rules import history_rows, reading, requests

LOOKED_AT = 500
SHOWN = 10
_NO_ID = UUID(int=0)


def list_history(*, actor: Actor, source_id: UUID, cursor: str | None = None, limit: int = 25) -> Page[HistoryImport]:
    """Return the imports of a source, latest first."""
    sources.get_source(actor=actor, source_id=source_id)
    rows = HistoryFile.objects.for_actor(actor).filter(source_id=source_id)
    return page_of(rows, order=("-created_at",), cursor=cursor, limit=limit, convert=history_import)


def get_history(*, actor: Actor, history_id: UUID) -> HistoryImport:
    """Return one import. Raises NotFoundError."""
    return history_import(_row(actor, history_id))


def list_faults(*, actor: Actor, history_id: UUID, cursor: str | None = None, limit: int = 25) -> Page[RowFault]:
    """Return the rows that could not be taken in, in their order; the first thousand are kept."""
    _row(actor, history_id)
    rows = HistoryFault.objects.for_actor(actor).filter(history_id=history_id)
    return page_of(
        rows,
        order=("row",),
        cursor=cursor,
        limit=limit,
        convert=lambda one: RowFault(row=one.row, detail=one.detail, raw=one.raw),
    )


def preview_history(*, actor: Actor, history_id: UUID, at: datetime) -> HistoryPreview:
    """Return what the first five hundred rows would become. Raises ConflictError once the file is gone."""
    row = _row(actor, history_id)
    if row.state != HistoryState.READY or not row.stored_name:
        raise ConflictError("This import has begun or ended.", remedy="Choose the file again.")
    with history_files.open_stored(row.stored_name) as file:
        rows = list(islice(history_files.rows_of(file, FileKind(row.kind), position=0), LOOKED_AT))
    return preview_of(rows, reading_of(row), at=at)


def preview_of(rows: Sequence[FileRow], how: Reading, *, at: datetime) -> HistoryPreview:
    """Return what rows would become."""
    events: list[PreviewEvent] = []
    faults: list[RowFault] = []
    fine = passed_over = 0
    for number, one in enumerate(rows, start=1):
        found = judge(one, how, at=at)
        if isinstance(found, str):
            faults.append(RowFault(row=number, detail=found, raw=one.raw))
        elif found is None:
            passed_over += 1
        else:
            fine += 1
            if len(events) < SHOWN:
                events.append(_shown(number, found))
    values = [one.value for one in rows if one.value is not None]
    names = list(values[0]) if values and how.origin is Origin.TABLE else []
    return HistoryPreview(
        columns=tuple(
            ColumnSample(
                name=name,
                field=how.columns.get(name, Field.PROPERTY),
                example=next((str(value[name])[:60] for value in values if value.get(name) not in (None, "")), ""),
            )
            for name in names
        ),
        group_types=history_rows.group_types(readable(values), how.origin) if how.origin is not Origin.TABLE else (),
        events=tuple(events),
        faults=tuple(faults[:SHOWN]),
        looked_at=len(rows),
        fine=fine,
        passed_over=passed_over,
    )


def judge(row: FileRow, how: Reading, *, at: datetime) -> UsageEvent | str | None:
    """Return the event of a row, None for one that is passed over, or why it cannot be one.

    It counts as having arrived when it happened: so an event that came live before, or a file that is read again
    years later, is known by its id.
    """
    if row.value is None:
        return row.fault
    try:
        item = history_rows.item_of(row.value, how)
        raw = b"" if item is None else msgspec.json.encode(item)
    except history_rows.RowRefusedError as error:
        return str(error)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return "A value cannot be stored."
    if item is None:
        return None
    request = requests.TrackingRequest(write_key=None, sent_at="", shared_context=b"", items=[raw], kind="")
    found = reading.sort_events(request, received_at=at, batch_id=_NO_ID)
    if found.rejections:
        return found.rejections[0].detail
    event = found.events[0]
    return msgspec.structs.replace(event, received_at=min(event.at, at))


def history_import(row: HistoryFile) -> HistoryImport:
    """Return a row as others see it."""
    return HistoryImport(
        id=row.id,
        source_id=row.source_id,
        file_name=row.file_name,
        kind=FileKind(row.kind),
        reading=reading_of(row),
        state=HistoryState(row.state),
        position=row.position,
        size=row.size,
        rows=row.rows,
        taken=row.taken,
        rejected=row.rejected,
        passed_over=row.passed_over,
        failure=row.failure,
        created_by=row.author_name,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def reading_of(row: HistoryFile) -> Reading:
    """Return how the rows of a file become events."""
    columns = {name: Field(field) for name, field in row.columns.items()}
    return Reading(origin=Origin(row.origin), columns=columns, group_type=row.group_type)


def readable(values: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the rows whose groups can be read; the others have their fault told anyway."""
    for value in values:
        try:
            history_rows.group_types([value], Origin.AMPLITUDE)
            history_rows.group_types([value], Origin.POSTHOG)
        except history_rows.RowRefusedError:
            continue
        yield value


def _shown(number: int, event: UsageEvent) -> PreviewEvent:
    return PreviewEvent(
        row=number,
        kind=event.kind,
        name=event.name,
        who=event.user_id or event.anonymous_id,
        group_id=event.group_id,
        at=event.at,
        properties=event.properties,
    )


def _row(actor: Actor, history_id: UUID) -> HistoryFile:
    if not permissions.can_manage_sources(actor):
        raise PermissionDeniedError(
            "Only owners and admins see imports of history.", remedy="Ask an owner or admin of the workspace."
        )
    row = HistoryFile.objects.for_actor(actor).filter(id=history_id).first()
    if row is None:
        raise NotFoundError("There is no such import.")
    return row

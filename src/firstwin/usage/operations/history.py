"""Imports of history: a file is taken, looked at, and read piece by piece into the inbox, as if its events came now.

Each piece is committed together with how far the file was read: whoever is killed goes on where the last piece ended.
Events have ids that come from the file, so what was there already is not counted again.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import PurePosixPath
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from firstwin.identity.contracts import Actor, Role, Scope
from firstwin.jobs import operations as job_operations
from firstwin.journal import operations as journal_operations
from firstwin.journal.contracts import AuthorKind
from firstwin.shared import ids
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError, Problem
from firstwin.usage import permissions
from firstwin.usage.contracts import UsageEvent
from firstwin.usage.contracts.history import Field, FileKind, HistoryImport, HistoryState, Origin, Reading
from firstwin.usage.events import HistoryCancelled, HistoryFinished, HistoryStarted
from firstwin.usage.models import HistoryFault, HistoryFile, InboxBatch, Source
from firstwin.usage.operations import unpacking
from firstwin.usage.queries import history, history_files, inbox
from firstwin.usage.queries.history_files import FileRow, UnreadableHistoryError
from firstwin.usage.rules import history_rows, reading

IMPORT_HISTORY = "usage.import_history"
PIECE_ROWS = 1_000
PIECES_AT_ONCE = 20
MOST_FAULTS = 1_000
FILE_LIFE = timedelta(days=7)
PAUSE = timedelta(seconds=5)
_OPEN = (HistoryState.READY, HistoryState.RUNNING)


def upload_history(*, actor: Actor, source_id: UUID, file_name: str, file: BinaryIO, at: datetime) -> HistoryImport:
    """Take a file (CSV, JSON lines or Parquet; gzip and zip are unpacked) and guess what it is; nothing is taken in yet.

    Raises InvalidInputError for a file that no events can be read from.
    """
    source = _source(actor, source_id)
    history_id = ids.new_id()
    name = f"history/{history_id}"
    try:
        unpacking.store(file, name=name, most_bytes=settings.USAGE_IMPORT_BYTES)
        row = _looked_at(actor, source, name, history_id, file_name, at)
    except UnreadableHistoryError as error:
        default_storage.delete(name)
        problem = Problem("file", error.message, error.remedy)
        raise InvalidInputError(
            f"The file was not taken. {error.message}", remedy=error.remedy, problems=(problem,)
        ) from None
    row.save(force_insert=True)
    return history.history_import(row)


def change_history(
    *,
    actor: Actor,
    history_id: UUID,
    columns: Mapping[str, str] | None = None,
    group_type: str | None = None,
    origin: Origin | None = None,
) -> HistoryImport:
    """Say what the columns of a table mean, what the file was exported from, or which kind of group is the customer."""
    with transaction.atomic():
        row = _locked(actor, history_id)
        if row.state != HistoryState.READY:
            raise ConflictError("This import has begun or ended.", remedy="Choose the file again.")
        if columns is not None:
            row.columns = _checked_columns(row.columns, columns)
        if group_type is not None:
            row.group_type = group_type[:200]
        if origin is not None:
            row.origin = origin.value
        row.save(update_fields=["columns", "group_type", "origin"])
    return history.history_import(row)


def start_history(*, actor: Actor, history_id: UUID, at: datetime) -> HistoryImport:
    """Begin to take the file in, by jobs. Raises ConflictError unless it waits to be started."""
    with transaction.atomic():
        row = _locked(actor, history_id)
        if row.state != HistoryState.READY:
            raise ConflictError("This import has begun or ended.", remedy="Choose the file again.")
        row.state = HistoryState.RUNNING
        row.save(update_fields=["state"])
        source = _source(actor, row.source_id)
        fact = HistoryStarted(source_id=source.id, title=source.name, history_id=row.id, file_name=row.file_name)
        journal_operations.record(fact, actor=actor, at=at)
        _enqueue(row)
    return history.history_import(row)


def cancel_history(*, actor: Actor, history_id: UUID, at: datetime) -> HistoryImport:
    """Stop an import; what was taken in stays. One that ended already cannot be stopped."""
    with transaction.atomic():
        row = _locked(actor, history_id)
        if row.state not in _OPEN:
            raise ConflictError("This import has ended.")
        source = _source(actor, row.source_id)
        _end(row, HistoryState.CANCELLED, at)
        fact = HistoryCancelled(
            source_id=source.id, title=source.name, history_id=row.id, file_name=row.file_name, taken=row.taken
        )
        journal_operations.record(fact, actor=actor, at=at)
    return history.history_import(row)


def take_history_in(*, workspace_id: UUID, history_id: UUID, at: datetime) -> None:
    """Take the next pieces of a file in; called by a job, which it enqueues anew until the file is read.

    While the inbox is half full it waits, so that what comes live has room.
    """
    row = HistoryFile.objects.for_workspace(workspace_id).filter(id=history_id, state=HistoryState.RUNNING).first()
    if row is None:
        return
    if inbox.get_fill().bytes * 2 > settings.USAGE_INBOX_BYTES:
        _enqueue(row, run_at=at + PAUSE)
        return
    how = history.reading_of(row)
    try:
        with history_files.open_stored(row.stored_name) as file:
            rows = history_files.rows_of(file, FileKind(row.kind), position=row.position)
            for _ in range(PIECES_AT_ONCE):
                piece = _judged(islice(rows, PIECE_ROWS), how, at)
                if not _keep(row, piece, at):
                    return
    except (FileNotFoundError, UnreadableHistoryError) as error:
        fail_history(workspace_id=workspace_id, history_id=history_id, at=at, why=str(error))
        return
    _enqueue(row)


def fail_history(*, workspace_id: UUID, history_id: UUID, at: datetime, why: str) -> None:
    """Note that an import cannot go on; what was taken in stays, and the file can be imported again."""
    with transaction.atomic():
        row = HistoryFile.objects.for_workspace(workspace_id).select_for_update().filter(id=history_id).first()
        if row is not None and row.state == HistoryState.RUNNING:
            row.failure = why[:500]
            _end(row, HistoryState.FAILED, at)


def delete_old_files(*, at: datetime) -> int:
    """Delete files that nobody started to import within a week."""
    old = HistoryFile.objects.across_workspaces(reason="housekeeping of the engine").filter(
        state=HistoryState.READY, created_at__lt=at - FILE_LIFE
    )
    count = 0
    for row in old[:1000]:
        with transaction.atomic():
            _end(row, HistoryState.CANCELLED, at)
        count += 1
    return count


@dataclass(slots=True)
class _Piece:
    """Rows that were judged: how many, where the next one begins, and what they became."""

    position: int = 0
    rows: int = 0
    passed_over: int = 0
    events: list[UsageEvent] = field(default_factory=list)
    faults: list[tuple[int, str, str]] = field(default_factory=list)


def _judged(rows: Iterable[FileRow], how: Reading, at: datetime) -> _Piece:
    piece = _Piece()
    for one in rows:
        piece.rows += 1
        piece.position = one.position
        found = history.judge(one, how, at=at)
        if isinstance(found, str):
            piece.faults.append((piece.rows, found, one.raw))
        elif found is None:
            piece.passed_over += 1
        else:
            piece.events.append(found)
    return piece


def _keep(row: HistoryFile, piece: _Piece, at: datetime) -> bool:
    """Commit a piece and how far it goes; returns whether to go on: not at the end, nor where another has been here."""
    with transaction.atomic():
        here = HistoryFile.objects.for_workspace(row.workspace_id).select_for_update()
        now = here.filter(id=row.id, state=HistoryState.RUNNING, position=row.position).first()
        if now is None:
            return False
        if not piece.rows:
            now.position = now.size
            _finish(now, at)
            return False
        _put_in_inbox(row, piece.events, at)
        _keep_faults(row, piece.faults)
        row.position, row.rows = piece.position, row.rows + piece.rows
        row.taken += len(piece.events)
        row.rejected += len(piece.faults)
        row.passed_over += piece.passed_over
        row.save(update_fields=["position", "rows", "taken", "rejected", "passed_over"])
    return True


def _put_in_inbox(row: HistoryFile, events: Sequence[UsageEvent], at: datetime) -> None:
    if not events:
        return
    lines = zlib.compress(reading.as_lines(events), 1)
    InboxBatch(
        id=ids.new_id(),
        workspace_id=row.workspace_id,
        source_id=row.source_id,
        received_at=at,
        events=len(events),
        size=len(lines),
        lines=lines,
    ).save(force_insert=True)


def _keep_faults(row: HistoryFile, faults: Sequence[tuple[int, str, str]]) -> None:
    room = max(0, MOST_FAULTS - row.rejected)
    HistoryFault.objects.for_workspace(row.workspace_id).bulk_create(
        [
            HistoryFault(
                workspace_id=row.workspace_id,
                history_id=row.id,
                row=row.rows + number,
                detail=detail[:300],
                raw=raw[:500],
            )
            for number, detail, raw in faults[:room]
        ]
    )


def _finish(row: HistoryFile, at: datetime) -> None:
    source = Source.objects.for_workspace(row.workspace_id).get(id=row.source_id)
    _end(row, HistoryState.DONE, at)
    fact = HistoryFinished(
        source_id=source.id,
        title=source.name,
        history_id=row.id,
        file_name=row.file_name,
        taken=row.taken,
        rejected=row.rejected,
    )
    journal_operations.record(fact, actor=_author(row), at=at)


def _end(row: HistoryFile, state: HistoryState, at: datetime) -> None:
    """The file holds what people did, so it goes as soon as it is not needed any more."""
    stored, row.stored_name, row.state, row.finished_at = row.stored_name, "", state, at
    row.save(update_fields=["stored_name", "state", "finished_at", "failure", "position"])
    transaction.on_commit(lambda: default_storage.delete(stored))


def _looked_at(
    actor: Actor, source: Source, stored_name: str, history_id: UUID, file_name: str, at: datetime
) -> HistoryFile:
    with history_files.open_stored(stored_name) as file:
        kind = history_files.kind_of(file)
        size = history_files.size_of(file, kind)
        rows = list(islice(history_files.rows_of(file, kind, position=0), history.LOOKED_AT))
    values = [one.value for one in rows if one.value is not None]
    if not values:
        raise UnreadableHistoryError(
            "No row of it can be read." if rows else "It holds no rows.", "Choose a file of CSV, JSON lines or Parquet."
        )
    origin = history_rows.recognise(values[0])
    types = history_rows.group_types(history.readable(values), origin)
    columns = history_rows.guess_columns(values[0])
    return HistoryFile(
        id=history_id,
        workspace_id=actor.workspace_id,
        source=source,
        file_name=PurePosixPath(file_name.replace("\\", "/")).name.replace("\x00", "")[:255] or "events",
        stored_name=stored_name,
        kind=kind.value,
        origin=origin.value,
        columns={name: meaning.value for name, meaning in columns.items()},
        group_type=types[0][:200] if types else "",
        state=HistoryState.READY,
        size=size,
        author_kind=actor.kind.value,
        author_id=actor.id,
        author_name=actor.name[:200],
        created_at=at,
    )


def _checked_columns(known: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    problems: list[Problem] = []
    meanings = {field.value for field in Field}
    for name, meaning in given.items():
        if name not in known:
            problems.append(Problem(name, f"The file has no column “{name[:60]}”.", "Name a column of the file."))
        elif meaning not in meanings:
            problems.append(Problem(name, f"A column cannot be “{meaning[:60]}”.", "Choose one of the meanings."))
    merged = {**known, **given}
    for field_ in set(Field) - {Field.LEAVE_OUT, Field.PROPERTY, Field.PROPERTIES}:
        columns = [name for name, meaning in merged.items() if meaning == field_.value]
        if len(columns) > 1:
            words = f"Both “{columns[0]}” and “{columns[1]}” are the {field_.value.replace('_', ' ')}."
            problems.append(Problem(columns[1], words, "Choose one of them."))
    if problems:
        raise InvalidInputError("The columns were not changed.", problems=tuple(problems))
    return merged


def _enqueue(row: HistoryFile, *, run_at: datetime | None = None) -> None:
    payload = {"workspace_id": str(row.workspace_id), "history_id": str(row.id)}
    job_operations.enqueue(IMPORT_HISTORY, payload, workspace_id=row.workspace_id, queue="bulk", run_at=run_at)


def _author(row: HistoryFile) -> Actor:
    """Who chose the file, as the journal shall name them; that they might was checked when they started it."""
    return Actor(
        workspace_id=row.workspace_id,
        kind=AuthorKind(row.author_kind),
        id=row.author_id,
        name=row.author_name,
        role=Role.ADMIN,
        scopes=frozenset({Scope.ADMIN}),
    )


def _locked(actor: Actor, history_id: UUID) -> HistoryFile:
    _require(actor)
    row = HistoryFile.objects.for_actor(actor).select_for_update().filter(id=history_id).first()
    if row is None:
        raise NotFoundError("There is no such import.")
    return row


def _source(actor: Actor, source_id: UUID) -> Source:
    _require(actor)
    source = Source.objects.for_actor(actor).filter(id=source_id).first()
    if source is None:
        raise NotFoundError("There is no such source of events.")
    return source


def _require(actor: Actor) -> None:
    if not permissions.can_manage_sources(actor):
        raise PermissionDeniedError(
            "Only owners and admins import events.", remedy="Ask an owner or admin of the workspace."
        )

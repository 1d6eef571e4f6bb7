"""Imports of history over the API."""

from collections.abc import Mapping
from typing import BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, Router
from ninja.files import UploadedFile

from firstwin.identity.queries import actor_of
from firstwin.shared import clock
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE, Page
from firstwin.shared.schemas import StrictSchema
from firstwin.usage.contracts.history import Field, HistoryImport, HistoryPreview, Origin, RowFault
from firstwin.usage.operations import history as history_operations
from firstwin.usage.queries import history as history_queries

history_imports = Router(tags=["history imports"])


class HistoryForm(StrictSchema):
    """Which source a file belongs to."""

    source_id: UUID


class HistoryChanges(StrictSchema):
    """How a file is read; what is not sent stays. `columns` names the meaning of each column of a table."""

    columns: Mapping[str, Field] | None = None
    group_type: str | None = None
    origin: Origin | None = None


@history_imports.get("", response=Page[HistoryImport])
def list_history_imports(
    request: HttpRequest, source_id: UUID, cursor: str | None = None, limit: int = DEFAULT_PAGE_SIZE
) -> Page[HistoryImport]:
    return history_queries.list_history(actor=actor_of(request), source_id=source_id, cursor=cursor, limit=limit)


@history_imports.post("", response={201: HistoryImport})
def upload_history(request: HttpRequest, new: Form[HistoryForm], file: File[UploadedFile]) -> HistoryImport:
    return history_operations.upload_history(
        actor=actor_of(request),
        source_id=new.source_id,
        file_name=file.name or "",
        file=cast(BinaryIO, file.file),
        at=clock.now(),
    )


@history_imports.get("/{uuid:history_id}", response=HistoryImport)
def read_history_import(request: HttpRequest, history_id: UUID) -> HistoryImport:
    return history_queries.get_history(actor=actor_of(request), history_id=history_id)


@history_imports.patch("/{uuid:history_id}", response=HistoryImport)
def change_history(request: HttpRequest, history_id: UUID, changes: HistoryChanges) -> HistoryImport:
    return history_operations.change_history(
        actor=actor_of(request),
        history_id=history_id,
        columns=None if changes.columns is None else {name: field.value for name, field in changes.columns.items()},
        group_type=changes.group_type,
        origin=changes.origin,
    )


@history_imports.get("/{uuid:history_id}/preview", response=HistoryPreview)
def preview_history(request: HttpRequest, history_id: UUID) -> HistoryPreview:
    return history_queries.preview_history(actor=actor_of(request), history_id=history_id, at=clock.now())


@history_imports.get("/{uuid:history_id}/faults", response=Page[RowFault])
def list_history_faults(
    request: HttpRequest, history_id: UUID, cursor: str | None = None, limit: int = DEFAULT_PAGE_SIZE
) -> Page[RowFault]:
    return history_queries.list_faults(actor=actor_of(request), history_id=history_id, cursor=cursor, limit=limit)


@history_imports.post("/{uuid:history_id}/start", response=HistoryImport)
def start_history(request: HttpRequest, history_id: UUID) -> HistoryImport:
    return history_operations.start_history(actor=actor_of(request), history_id=history_id, at=clock.now())


@history_imports.post("/{uuid:history_id}/cancel", response=HistoryImport)
def cancel_history(request: HttpRequest, history_id: UUID) -> HistoryImport:
    return history_operations.cancel_history(actor=actor_of(request), history_id=history_id, at=clock.now())

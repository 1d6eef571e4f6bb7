"""Reads of imports, and accounts as a file that an import reads back."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from firstwin.customers import permissions
from firstwin.customers.contracts import (
    AccountFilters,
    ImportInfo,
    ImportKind,
    ImportState,
    RowProblem,
)
from firstwin.customers.models import Account, AccountExternalId, Import, ImportProblem
from firstwin.customers.queries import filtered_accounts
from firstwin.customers.rules import csv_files
from firstwin.identity.contracts import Actor
from firstwin.shared import pagination
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from firstwin.shared.pagination import Page


def get_import(*, actor: Actor, import_id: UUID) -> ImportInfo:
    """Return an import with its progress, for a page that asks again and again. Raises NotFoundError."""
    return import_info(_import_row(actor, import_id))


def list_imports(
    *, actor: Actor, cursor: str | None = None, limit: int = pagination.DEFAULT_PAGE_SIZE
) -> Page[ImportInfo]:
    """Return one page of imports, latest first."""
    _require_importing(actor)
    rows = Import.objects.for_actor(actor)
    return pagination.page_of(rows, order=["-id"], cursor=cursor, limit=limit, convert=import_info)


def list_import_problems(
    *, actor: Actor, import_id: UUID, cursor: str | None = None, limit: int = pagination.DEFAULT_PAGE_SIZE
) -> Page[RowProblem]:
    """Return one page of the faults of an import, by line; the first five thousand are kept."""
    row = _import_row(actor, import_id)
    rows = ImportProblem.objects.for_actor(actor).filter(import_run=row)
    return pagination.page_of(rows, order=["line"], cursor=cursor, limit=limit, convert=_row_problem)


def read_import_result(*, actor: Actor, import_id: UUID) -> Iterator[str]:
    """Return the file of an import as CSV again, line by line, with its line number and its faults on each row."""
    row = _import_row(actor, import_id)
    if not row.stored_name:
        raise NotFoundError("The file is deleted a month after its import.", remedy="Upload it again.")
    faults: dict[int, list[str]] = {}
    for problem in ImportProblem.objects.for_actor(actor).filter(import_run=row).order_by("line", "id"):
        place = f"{problem.column}: " if problem.column else ""
        faults.setdefault(problem.line, []).append(f"{place}{problem.message} {problem.remedy}".strip())
    with default_storage.open(row.stored_name) as file:
        table = csv_files.read(file.read())
    lines = [[*cells[: len(row.headers)], *[""] * (len(row.headers) - len(cells))] for _, cells in table.lines]
    numbered = zip((line for line, _ in table.lines), lines, strict=True)
    head = [*row.headers, "Line in the file", "What is wrong"]
    return csv_files.write([head, *([*cells, str(line), " ".join(faults.get(line, []))] for line, cells in numbered)])


def export_accounts(*, actor: Actor, filters: AccountFilters | None = None) -> Iterator[str]:
    """Return the accounts that the filters leave as CSV, line by line; an import reads it back."""
    _require_importing(actor)
    rows = (
        filtered_accounts(actor, filters or AccountFilters()).select_related("owner__user").order_by("name_key", "id")
    )
    systems = sorted(
        AccountExternalId.objects.for_actor(actor).values_list("system", flat=True).distinct().order_by("system")
    )
    return csv_files.write(_exported(rows, systems))


def _exported(rows: QuerySet[Account], systems: list[str]) -> Iterator[list[str]]:
    fields = tuple(csv_files.FIELDS[ImportKind.ACCOUNTS])
    yield [*fields, *(f"{system} id" for system in systems)]
    for row in rows.iterator(chunk_size=2000):
        cells = (_cell(row, name) for name in fields)
        yield [*cells, *(row.external_ids.get(system, "") for system in systems)]


def _cell(row: Account, name: str) -> str:
    if name == "owner_email":
        return row.owner.user.email if row.owner else ""
    value = getattr(row, name)
    if isinstance(value, datetime):
        return value.isoformat()
    return "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def import_info(row: Import) -> ImportInfo:
    """Return an import row as others see it; inside customers only."""
    return ImportInfo(
        id=row.id,
        workspace_id=row.workspace_id,
        kind=ImportKind(row.kind),
        state=ImportState(row.state),
        file_name=row.file_name,
        encoding=row.encoding,
        delimiter=row.delimiter,
        headers=tuple(row.headers),
        fields=tuple(csv_files.FIELDS[ImportKind(row.kind)]),
        mapping=tuple(row.mapping),
        skips_existing=row.skips_existing,
        preview=tuple(tuple(cells) for cells in row.preview),
        row_count=row.row_count,
        checked_rows=row.checked_rows,
        problem_count=row.problem_count,
        existing_count=row.existing_count,
        created_count=row.created_count,
        failure=row.failure,
        created_by=row.author_name,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def _row_problem(row: ImportProblem) -> RowProblem:
    return RowProblem(line=row.line, column=row.column, message=row.message, remedy=row.remedy)


def _import_row(actor: Actor, import_id: UUID) -> Import:
    _require_importing(actor)
    row = Import.objects.for_actor(actor).filter(id=import_id).first()
    if row is None:
        raise NotFoundError("There is no such import.", remedy="Look at the list of imports.")
    return row


def _require_importing(actor: Actor) -> None:
    if not permissions.can_import_accounts(actor):
        raise PermissionDeniedError(
            "You may not import or export customers.", remedy="Ask a manager, admin or owner of the workspace."
        )

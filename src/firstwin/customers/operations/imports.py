"""Imports of CSV files: checked by a job, shown, and then taken in whole by another job, or not at all."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import TypeVar
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from firstwin.customers import permissions
from firstwin.customers.contracts import (
    ImportInfo,
    ImportKind,
    ImportState,
    NewAccount,
    NewContact,
    RowProblem,
)
from firstwin.customers.events import ImportFinished
from firstwin.customers.models import Account, AccountExternalId, AccountProduct, Contact, Import, ImportProblem
from firstwin.customers.operations import accounts, contacts
from firstwin.customers.queries import imports as import_queries
from firstwin.customers.rules import csv_files, csv_rows, facts
from firstwin.customers.rules.csv_rows import Known
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, Role, Scope, system_actor
from firstwin.jobs import operations as job_operations
from firstwin.journal import operations as journal_operations
from firstwin.journal.contracts import AuthorKind, Event
from firstwin.shared import ids
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError, Problem

CHECK_IMPORT = "customers.check_import"
RUN_IMPORT = "customers.run_import"
TELL_IMPORT = "customers.tell_import"
LARGEST_FILE = csv_files.LARGEST_FILE
PREVIEW_ROWS = 10
PROGRESS_EVERY = 2_000
BATCH = 1_000
FILE_LIFE = timedelta(days=30)
MOST_PROBLEMS = 5_000
Item = TypeVar("Item")
Made = TypeVar("Made", Account, Contact)
OPEN_STATES = (ImportState.CHECKING, ImportState.READY, ImportState.FAULTY)


def upload_import(
    *, actor: Actor, kind: ImportKind, file_name: str, content: bytes, at: datetime, skips_existing: bool = False
) -> ImportInfo:
    """Take a file, guess what its columns mean and have it checked; nothing is created before `start_import`.

    Raises InvalidInputError for a file that is no CSV, with the reason and a remedy.
    """
    _require(actor)
    table = _table(content)
    import_id = ids.new_id()
    stored = default_storage.save(f"imports/{import_id}.csv", io.BytesIO(content))
    with transaction.atomic():
        row = Import(
            id=import_id,
            workspace_id=actor.workspace_id,
            kind=kind,
            state=ImportState.CHECKING,
            file_name=PurePosixPath(file_name.replace("\\", "/")).name[:255] or "import.csv",
            stored_name=stored,
            encoding=table.encoding,
            delimiter=table.delimiter,
            headers=list(table.headers),
            mapping=list(csv_files.guess_mapping(kind, table.headers)),
            skips_existing=skips_existing,
            preview=[list(cells) for _, cells in table.lines[:PREVIEW_ROWS]],
            row_count=len(table.lines),
            author_kind=actor.kind.value,
            author_id=actor.id,
            author_name=actor.name[:200],
            created_at=at,
        )
        row.save(force_insert=True)
        _enqueue(CHECK_IMPORT, row)
    return import_queries.import_info(row)


def change_import(
    *, actor: Actor, import_id: UUID, mapping: Sequence[str] | None = None, skips_existing: bool | None = None
) -> ImportInfo:
    """Say what the columns mean, or whether accounts that exist already are passed over, and check again."""
    with transaction.atomic():
        row = _locked(actor, import_id)
        if row.state not in OPEN_STATES or not row.stored_name:
            raise ConflictError("This import has begun or ended.", remedy="Upload the file again.")
        if mapping is not None:
            problems = csv_files.mapping_problems(ImportKind(row.kind), row.headers, mapping)
            accounts.refuse_problems(problems, "The columns were not changed.")
            row.mapping = list(mapping)
        if skips_existing is not None:
            row.skips_existing = skips_existing
        row.state, row.round, row.checked_rows, row.problem_count = ImportState.CHECKING, row.round + 1, 0, 0
        row.save()
        ImportProblem.objects.for_actor(actor).filter(import_run=row).delete()
        _enqueue(CHECK_IMPORT, row)
    return import_queries.import_info(row)


def start_import(*, actor: Actor, import_id: UUID) -> ImportInfo:
    """Take the checked file in, by a job, all or nothing. Raises ConflictError unless the check found no fault."""
    with transaction.atomic():
        row = _locked(actor, import_id)
        if row.state != ImportState.READY or not row.stored_name:
            remedy = "Correct the rows and upload the file again." if row.state == ImportState.FAULTY else ""
            raise ConflictError(f"This import is {row.state}, not ready.", remedy=remedy or "Wait for the check.")
        row.state, row.checked_rows = ImportState.RUNNING, 0
        row.save(update_fields=["state", "checked_rows"])
        _enqueue(RUN_IMPORT, row)
    return import_queries.import_info(row)


def cancel_import(*, actor: Actor, import_id: UUID, at: datetime) -> ImportInfo:
    """Drop an import that has not begun to run."""
    with transaction.atomic():
        row = _locked(actor, import_id)
        if row.state not in OPEN_STATES:
            raise ConflictError("This import has begun or ended.")
        row.state, row.finished_at = ImportState.CANCELLED, at
        row.save(update_fields=["state", "finished_at"])
    return import_queries.import_info(row)


def check_import(*, workspace_id: UUID, import_id: UUID, round: int) -> None:
    """Check every row and keep the faults; called by a job, idempotent, gives way to a later round."""
    row = Import.objects.for_workspace(workspace_id).filter(id=import_id).first()
    if row is None or row.state != ImportState.CHECKING or row.round != round:
        return
    open_row = Import.objects.for_workspace(workspace_id).filter(id=row.id, state=ImportState.CHECKING, round=round)
    problems = csv_files.mapping_problems(ImportKind(row.kind), row.headers, row.mapping)
    found = _Checked(problems=[_row_problem(1, problem) for problem in problems])
    if not problems:
        found = _checked(row, open_row)
    with transaction.atomic():
        state = ImportState.FAULTY if found.problems else ImportState.READY
        is_current = open_row.update(
            state=state,
            checked_rows=row.row_count,
            problem_count=len(found.problems),
            existing_count=found.existing,
        )
        if is_current:
            _keep_problems(row, found.problems)


def run_import(*, workspace_id: UUID, import_id: UUID, at: datetime) -> None:
    """Lay every row out unseen, in small transactions, then show all of them in one; called by a job, idempotent.

    So an import of any size is all or nothing, lets others write meanwhile, and its progress is seen. The rows are
    checked again first: what another person added meanwhile makes the import faulty, and nothing stays.
    """
    rows = Import.objects.for_workspace(workspace_id).filter(id=import_id, state=ImportState.RUNNING)
    row = rows.first()
    if row is None:
        return
    _clear(row)
    found = _checked(row)
    problems = found.problems
    if not problems:
        try:
            _lay_out(row, found)
        except IntegrityError:
            problems = [
                RowProblem(line=1, column="", message="Someone added one of these meanwhile.", remedy="Check again.")
            ]
    with transaction.atomic():
        if problems:
            _clear(row)
            _keep_problems(row, problems)
            rows.update(state=ImportState.FAULTY, problem_count=len(problems))
        else:
            _show(row, found, at)


def tell_import(*, workspace_id: UUID, import_id: UUID, at: datetime) -> bool:
    """Record what an import created, a thousand rows at a time; returns whether there is more. Called by a job.

    Each call moves on with what it records, in one transaction: nothing is told twice or left out.
    """
    with transaction.atomic():
        row = Import.objects.for_workspace(workspace_id).select_for_update().get(id=import_id)
        events: list[Event] = []
        batch: list[UUID] = []
        for account in _untold(Account.objects.laid_out_by(row), row):
            events += accounts.created_events(account, import_id=row.id)
            batch.append(account.id)
        for contact in _untold(Contact.objects.laid_out_by(row), row):
            events.append(contacts.added_event(contact, import_id=row.id))
            batch.append(contact.id)
        journal_operations.record_many(events, actor=_author(row), at=at, is_bulk=True)
        if batch:
            row.told_to = batch[-1]
            row.save(update_fields=["told_to"])
    return len(batch) == BATCH


def _untold(rows: QuerySet[Made], row: Import) -> QuerySet[Made]:
    rows = rows.filter(id__gt=row.told_to) if row.told_to is not None else rows
    return rows.order_by("id")[:BATCH]


def fail_import(*, workspace_id: UUID, import_id: UUID, at: datetime) -> None:
    """Note that an import failed for a reason that is not in the file; nothing was written."""
    rows = Import.objects.for_workspace(workspace_id).filter(id=import_id)
    rows.filter(state__in=[ImportState.RUNNING, ImportState.CHECKING]).update(
        state=ImportState.FAILED,
        failure="Something broke on our side. Nothing was imported. Upload the file again.",
        finished_at=at,
    )


def delete_old_files(*, at: datetime) -> int:
    """Delete the files of imports older than a month, for they hold people's names; the imports stay listed."""
    old = Import.objects.across_workspaces(reason="housekeeping of the engine").filter(created_at__lt=at - FILE_LIFE)
    count = 0
    for row in old.exclude(stored_name="")[:1000]:
        default_storage.delete(row.stored_name)
        row.stored_name, row.preview = "", []
        row.save(update_fields=["stored_name", "preview"])
        count += 1
    return count


@dataclass(slots=True)
class _Checked:
    accounts: list[NewAccount] = field(default_factory=list)
    contacts: list[tuple[UUID, NewContact]] = field(default_factory=list)
    existing: int = 0
    problems: list[RowProblem] = field(default_factory=list)


def _checked(row: Import, progress: QuerySet[Import] | None = None) -> _Checked:
    """Read the file and sort its rows into what would be created, what exists, and what is faulty."""
    with default_storage.open(row.stored_name) as file:
        table = csv_files.read(file.read())
    known = _known(row)
    found = _Checked()
    column_of = {name: header for header, name in zip(row.headers, row.mapping, strict=True) if name}
    for count, (line, cells) in enumerate(table.lines):
        if progress is not None and count % PROGRESS_EVERY == 0 and not progress.update(checked_rows=count):
            break
        problems = csv_rows.shape_problems(table.headers, cells)
        if not problems:
            take = _take_account if row.kind == ImportKind.ACCOUNTS else _take_contact
            problems = take(csv_rows.cells_of(row.mapping, cells), line, known, found, row.skips_existing)
        found.problems += [
            _row_problem(line, replace(problem, place=column_of.get(problem.place, problem.place)))
            for problem in problems
        ]
    return found


def _take_account(
    cells: Mapping[str, str], line: int, known: Known, found: _Checked, skips_existing: bool
) -> list[Problem]:
    account, problems = csv_rows.account_of(cells, known)
    if account is None or problems:
        return problems
    account = accounts.tidy(account)
    problems = csv_rows.double_problems(account, line, known)
    existing = csv_rows.existing_account(account, known)
    if existing is not None and not problems:
        if not skips_existing:
            return [Problem(existing[0], "This account exists already.", "Remove the row, or pass over existing ones.")]
        found.existing += 1
    elif not problems:
        found.accounts.append(account)
    return problems


def _take_contact(
    cells: Mapping[str, str], line: int, known: Known, found: _Checked, skips_existing: bool
) -> list[Problem]:
    contact, problems = csv_rows.contact_of(cells)
    account_id, missing = csv_rows.account_for_contact(cells, known)
    if contact is None or account_id is None or problems:
        return [*problems, *missing]
    contact = contacts.tidy(contact)
    key = ("email", str(account_id), contact.email)
    earlier = known.seen.setdefault(key, line) if contact.email else line
    if earlier != line:
        return [Problem("email", f"Line {earlier} has the same.", "Remove one of the two rows.")]
    if contact.email and (account_id, contact.email) in known.emails:
        if not skips_existing:
            return [Problem("email", "The account knows this address.", "Remove the row, or pass over existing ones.")]
        found.existing += 1
    else:
        found.contacts.append((account_id, contact))
    return []


def _known(row: Import) -> Known:
    known = Known()
    actor = system_actor(row.workspace_id)
    for account_id, name, domain in Account.objects.for_actor(actor).values_list("id", "name_key", "domain_key"):
        known.names.setdefault(name, []).append(account_id)
        if domain:
            known.domains.setdefault(domain, []).append(account_id)
    taken = AccountExternalId.objects.for_actor(actor).values_list("system", "value", "account_id")
    known.external.update({(system, value): account_id for system, value, account_id in taken})
    if row.kind == ImportKind.CONTACTS:
        addresses = Contact.objects.for_actor(actor).exclude(email="").values_list("account_id", "email")
        known.emails.update((account_id, email) for account_id, email in addresses)
    else:
        members = identity_queries.list_members(actor=actor)
        known.owners = {facts.normal_email(member.email): member.id for member in members}
    return known


def _lay_out(row: Import, found: _Checked) -> None:
    workspace_id, done = row.workspace_id, 0
    progress = Import.objects.for_workspace(workspace_id).filter(id=row.id)
    for batch in _batches(found.accounts):
        laid = [accounts.account_row(workspace_id, account, at=row.created_at) for account in batch]
        sides = [accounts.side_rows(account) for account in laid]
        with transaction.atomic():
            Account.objects.for_workspace(workspace_id).bulk_create(_staged(laid, row))
            AccountProduct.objects.for_workspace(workspace_id).bulk_create([one for pair in sides for one in pair[0]])
            AccountExternalId.objects.for_workspace(workspace_id).bulk_create(
                [one for pair in sides for one in pair[1]]
            )
            done += len(laid)
            progress.update(checked_rows=done)
    for people in _batches(found.contacts):
        added = [contacts.contact_row(workspace_id, account_id, one, at=row.created_at) for account_id, one in people]
        with transaction.atomic():
            Contact.objects.for_workspace(workspace_id).bulk_create(_staged(added, row))
            done += len(added)
            progress.update(checked_rows=done)


def _staged(rows: list[Made], run: Import) -> list[Made]:
    for row in rows:
        row.import_run, row.is_staged = run, True
    return rows


def _clear(row: Import) -> None:
    """Take away what an attempt that broke off laid out; nobody has seen it."""
    for model in (Account, Contact):
        while unseen := list(
            model.objects.laid_out_by(row).filter(is_staged=True).values_list("id", flat=True)[:BATCH]
        ):
            model.objects.laid_out_by(row).filter(id__in=unseen).delete()


def _show(row: Import, found: _Checked, at: datetime) -> None:
    """Make everything visible at once, say so in the journal, and have the single facts told by jobs."""
    Account.objects.laid_out_by(row).update(is_staged=False, created_at=at, updated_at=at)
    Contact.objects.laid_out_by(row).update(is_staged=False, created_at=at, updated_at=at)
    count = len(found.accounts) + len(found.contacts)
    Import.objects.for_workspace(row.workspace_id).filter(id=row.id).update(
        state=ImportState.DONE,
        created_count=count,
        existing_count=found.existing,
        checked_rows=row.row_count,
        finished_at=at,
    )
    journal_operations.record(
        ImportFinished(
            import_id=row.id,
            kind=row.kind,
            file_name=row.file_name,
            created_count=count,
            skipped_count=found.existing,
        ),
        actor=_author(row),
        at=at,
    )
    _enqueue(TELL_IMPORT, row)


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _author(row: Import) -> Actor:
    """Who uploaded the file, as the journal shall name them; that they might was checked when they started it."""
    return Actor(
        workspace_id=row.workspace_id,
        kind=AuthorKind(row.author_kind),
        id=row.author_id,
        name=row.author_name,
        role=Role.ADMIN,
        scopes=frozenset({Scope.ADMIN}),
    )


def _table(content: bytes) -> csv_files.Table:
    try:
        return csv_files.read(content)
    except csv_files.UnreadableFileError as error:
        raise InvalidInputError(
            f"The file was not taken. {error.problem.message}", remedy=error.problem.remedy, problems=(error.problem,)
        ) from None


def _row_problem(line: int, problem: Problem) -> RowProblem:
    return RowProblem(line=line, column=problem.place, message=problem.message, remedy=problem.remedy)


def _keep_problems(row: Import, problems: Sequence[RowProblem]) -> None:
    manager = ImportProblem.objects.for_workspace(row.workspace_id)
    manager.filter(import_run=row).delete()
    manager.bulk_create(
        [
            ImportProblem(
                workspace_id=row.workspace_id,
                import_run=row,
                line=problem.line,
                column=problem.column[:200],
                message=problem.message[:300],
                remedy=problem.remedy[:300],
            )
            for problem in problems[:MOST_PROBLEMS]
        ],
        batch_size=BATCH,
    )


def _enqueue(kind: str, row: Import) -> None:
    job_operations.enqueue(
        kind,
        {"workspace_id": str(row.workspace_id), "import_id": str(row.id), "round": row.round},
        workspace_id=row.workspace_id,
        key=f"{row.id}:{row.round}",
        priority=4,
    )


def _locked(actor: Actor, import_id: UUID) -> Import:
    _require(actor)
    row = Import.objects.for_actor(actor).select_for_update().filter(id=import_id).first()
    if row is None:
        raise NotFoundError("There is no such import.", remedy="Look at the list of imports.")
    return row


def _require(actor: Actor) -> None:
    if not permissions.can_import_accounts(actor):
        raise PermissionDeniedError("You may not import customers.", remedy="Ask a manager, admin or owner.")

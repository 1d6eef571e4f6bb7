"""Files handed in or attached. The bytes lie in the files folder under their SHA-256, each content once."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects import events, permissions
from firstwin.projects.contracts import RefusedFileError
from firstwin.projects.models import Attachment, Project, ProjectTask
from firstwin.projects.operations import tasks
from firstwin.projects.queries import files as file_queries
from firstwin.projects.queries import plans
from firstwin.projects.rules import files as file_rules
from firstwin.shared import ids
from firstwin.shared.errors import NotFoundError, PermissionDeniedError, Problem

_PIECE = 1 << 20


class Readable(Protocol):
    """Something to read bytes from: an open file, an upload."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file to attach: its name, and what to read its bytes from."""

    name: str
    content: Readable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """A file whose bytes are in the files folder already, under a name of their own until all are accepted."""

    name: str
    size: int
    sha256: str
    kept_at: Path


def attach_file(
    *,
    actor: Actor,
    project_id: UUID,
    name: str,
    content: Readable,
    at: datetime,
    task_id: UUID | None = None,
    requested: str = "",
    is_internal: bool = False,
) -> UUID:
    """Store a file and attach it to a task, or without one to the project; return its id. See `attach_files`."""
    (file_id,) = attach_files(
        actor=actor,
        project_id=project_id,
        new=[NewFile(name=name, content=content)],
        at=at,
        task_id=task_id,
        requested=requested,
        is_internal=is_internal,
    )
    return file_id


def attach_files(
    *,
    actor: Actor,
    project_id: UUID,
    new: Sequence[NewFile],
    at: datetime,
    task_id: UUID | None = None,
    requested: str = "",
    is_internal: bool = False,
) -> tuple[UUID, ...]:
    """Store files and attach them to a task, or without one to the project, all or none; return their ids.

    `requested` names which of a file request's files they are. Raises RefusedFileError for one that is too large, empty,
    a program, of another kind than asked for, or not what its name says; nothing is kept of any of them then.
    """
    _, task = _place(actor, project_id, task_id, is_internal=is_internal)
    stored: list[_Stored] = []
    try:
        for file in new:
            stored.append(_store(file, accept=_accepted(task)))
        with transaction.atomic():
            # An upload takes its time: the task may be hidden or gone since.
            project, task = _place(actor, project_id, task_id, is_internal=is_internal, is_locked=True)
            for one in stored:
                path = file_queries.path_of(one.sha256)
                _folder(path.parent)
                os.replace(one.kept_at, path)
            rows = _rows(project, task, stored, actor=actor, at=at, requested=requested, is_internal=is_internal)
            Attachment.objects.for_actor(actor).bulk_create(rows)
            _note(actor, project, task, len(rows), at)
            for row in rows:
                journal_operations.record(_attached(project, task, row), actor=actor, at=at)
    except BaseException:
        for one in stored:
            one.kept_at.unlink(missing_ok=True)
        raise
    return tuple(row.id for row in rows)


def _rows(
    project: Project,
    task: ProjectTask | None,
    stored: Sequence[_Stored],
    *,
    actor: Actor,
    at: datetime,
    requested: str,
    is_internal: bool,
) -> list[Attachment]:
    return [
        Attachment(
            id=ids.new_id(),
            workspace_id=actor.workspace_id,
            project_id=project.id,
            task_id=task.id if task is not None else None,
            name=one.name,
            size=one.size,
            media_type=file_rules.media_type_of(one.name),
            sha256=one.sha256,
            requested=requested[:300],
            is_internal=is_internal or (task is not None and task.visibility != Visibility.SHARED),
            uploaded_by_kind=actor.kind,
            uploaded_by_id=actor.id,
            uploaded_by_name=actor.name[:200],
            at=at,
        )
        for one in stored
    ]


def _store(file: NewFile, *, accept: list[str]) -> _Stored:
    """Read a file into the files folder. Raises RefusedFileError, and leaves nothing behind then."""
    clean = file_rules.clean_name(file.name)
    with tempfile.NamedTemporaryFile(dir=_folder(Path(settings.FILES_FOLDER)), delete=False) as kept:
        try:
            size, digest, beginning = _read(file.content, kept, clean)
            fault = file_rules.refusal(clean, size, beginning, accept=accept, largest=settings.MAX_UPLOAD_BYTES)
            if fault:
                raise _refused(fault)
            kept.flush()
            os.fsync(kept.fileno())
        except BaseException:
            Path(kept.name).unlink(missing_ok=True)
            raise
    return _Stored(name=clean, size=size, sha256=digest, kept_at=Path(kept.name))


def _place(
    actor: Actor, project_id: UUID, task_id: UUID | None, *, is_internal: bool, is_locked: bool = False
) -> tuple[Project, ProjectTask | None]:
    project = plans.project_row(actor, project_id, is_locked=is_locked)
    task: ProjectTask | None = None
    if task_id is not None:
        task = ProjectTask.objects.for_actor(actor).filter(id=task_id, project_id=project.id).first()
        if task is None or not permissions.can_open_task(actor, visibility=Visibility(task.visibility)):
            raise plans.task_not_found()
    visibility = Visibility(task.visibility) if task is not None else Visibility.SHARED
    if not permissions.can_take_part(actor, visibility=visibility) or (permissions.is_contact(actor) and is_internal):
        raise PermissionDeniedError("You may not attach files here.", remedy="Ask the project's owner.")
    return project, task


def _accepted(task: ProjectTask | None) -> list[str]:
    if task is None or task.kind != TaskKind.FILE_REQUEST:
        return []
    return list(task.details.get("settings", {}).get("accept", ()))


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _read(content: Readable, kept: "tempfile._TemporaryFileWrapper[bytes]", name: str) -> tuple[int, str, bytes]:
    """Copy piece by piece, counting and hashing; stop as soon as it is too large."""
    digest = hashlib.sha256()
    size = 0
    beginning = b""
    while piece := content.read(_PIECE):
        beginning = beginning or piece[:16]
        size += len(piece)
        if size > settings.MAX_UPLOAD_BYTES:
            raise _refused(f"{name} is larger than {settings.MAX_UPLOAD_BYTES // 1_000_000} MB.")
        digest.update(piece)
        kept.write(piece)
    return size, digest.hexdigest(), beginning


def _refused(fault: str) -> RefusedFileError:
    return RefusedFileError(fault, remedy="Choose another file.", problems=(Problem("file", fault, "Choose another."),))


def _note(actor: Actor, project: Project, task: ProjectTask | None, count: int, at: datetime) -> None:
    if task is not None:
        ProjectTask.objects.for_actor(actor).filter(id=task.id).update(file_count=F("file_count") + count)
    changes: dict[str, datetime] = {"updated_at": at}
    if permissions.side_of(actor) is Side.CUSTOMER:
        changes["last_customer_activity_at"] = at
    Project.objects.for_actor(actor).filter(id=project.id).update(**changes)


def _attached(project: Project, task: ProjectTask | None, row: Attachment) -> events.FileAttached:
    return events.FileAttached(
        project_id=project.id,
        account_id=project.account_id,
        file_id=row.id,
        task_id=row.task_id,
        title=task.name if task is not None else project.name,
        file_name=row.name,
        is_internal=row.is_internal,
    )


def remove_file(*, actor: Actor, file_id: UUID, reason: str, at: datetime) -> None:
    """Take a file out of a project; its bytes go when nothing else holds the same content. Contacts: their own only."""
    said = tasks.required_reason(reason)
    with transaction.atomic():
        row = file_queries.file_row(actor, file_id)
        is_own = row.uploaded_by_kind == actor.kind and row.uploaded_by_id == actor.id
        if not permissions.can_edit_projects(actor) and not (permissions.is_contact(actor) and is_own):
            raise PermissionDeniedError("Only who attached a file, or the team, removes it.")
        project = plans.project_row(actor, row.project_id, is_locked=True)
        if not Attachment.objects.for_actor(actor).filter(id=row.id, removed_at__isnull=True).update(removed_at=at):
            raise NotFoundError("This file was removed already.")
        if row.task_id is not None:
            ProjectTask.objects.for_actor(actor).filter(id=row.task_id).update(file_count=F("file_count") - 1)
        journal_operations.record(
            events.FileRemoved(
                project_id=project.id,
                account_id=project.account_id,
                file_id=row.id,
                task_id=row.task_id,
                file_name=row.name,
                reason=said,
                is_internal=row.is_internal,
            ),
            actor=actor,
            at=at,
        )
        others = Attachment.objects.across_workspaces(reason="the same content may be held by others")
        if not others.filter(sha256=row.sha256, removed_at__isnull=True).exists():
            path = file_queries.path_of(row.sha256)
            transaction.on_commit(lambda: path.unlink(missing_ok=True))

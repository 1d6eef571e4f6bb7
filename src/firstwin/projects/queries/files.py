"""Files of projects."""

from pathlib import Path
from uuid import UUID

from django.conf import settings

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Visibility
from firstwin.projects import permissions
from firstwin.projects.contracts import FileContent, FileInfo
from firstwin.projects.models import Attachment
from firstwin.projects.queries import plans, shown
from firstwin.projects.rules import files as file_rules
from firstwin.shared.errors import NotFoundError

HIDDEN = (Visibility.INTERNAL.value, Visibility.TITLE_ONLY.value)


def list_files(*, actor: Actor, project_id: UUID, task_id: UUID | None = None) -> tuple[FileInfo, ...]:
    """Return the files of a project or of one of its tasks, latest first; a contact sees what is shared with them."""
    plans.project_row(actor, project_id)
    rows = Attachment.objects.for_actor(actor).filter(project_id=project_id, removed_at__isnull=True)
    if task_id is not None:
        rows = rows.filter(task_id=task_id)
    if permissions.is_contact(actor):
        rows = rows.filter(is_internal=False).exclude(task__visibility__in=HIDDEN)
    return tuple(shown.file_info(row) for row in rows.order_by("-at", "-id"))


def get_file(*, actor: Actor, file_id: UUID) -> FileContent:
    """Return a file with the place of its bytes and the headers to send; raises NotFoundError."""
    row = file_row(actor, file_id)
    path = path_of(row.sha256)
    if not path.is_file():
        raise NotFoundError("The content of this file is missing.", remedy="Restore the files folder from a backup.")
    headers = file_rules.download_headers(row.name, row.media_type)
    return FileContent(info=shown.file_info(row), path=str(path), headers=headers)


def list_contents(*, actor: Actor, task_id: UUID) -> tuple[FileContent, ...]:
    """Return the files of a task that its customer may have, with the place of their bytes, oldest first."""
    rows = Attachment.objects.for_actor(actor).filter(task_id=task_id, removed_at__isnull=True, is_internal=False)
    return tuple(
        FileContent(
            info=shown.file_info(row),
            path=str(path_of(row.sha256)),
            headers=file_rules.download_headers(row.name, row.media_type),
        )
        for row in rows.order_by("at", "id")
    )


def file_row(actor: Actor, file_id: UUID) -> Attachment:
    """Return a file's row when the actor may see it; inside projects only."""
    row = Attachment.objects.for_actor(actor).select_related("task").filter(id=file_id, removed_at__isnull=True).first()
    if row is None:
        raise NotFoundError("There is no such file.", remedy="It may have been removed; look at the project's files.")
    plans.project_row(actor, row.project_id)
    visibility = Visibility(row.task.visibility) if row.task is not None else Visibility.SHARED
    if permissions.is_contact(actor) and (
        row.is_internal or not permissions.can_open_task(actor, visibility=visibility)
    ):
        raise NotFoundError("There is no such file.", remedy="It may have been removed; look at the project's files.")
    return row


def path_of(sha256: str) -> Path:
    """Return where content with this hash lies."""
    return Path(settings.FILES_FOLDER) / sha256[:2] / sha256[2:4] / sha256

"""The messages that a plan sends by itself: to whom, with which files, and how they would look now."""

from pathlib import Path
from uuid import UUID

from django.conf import settings

from firstwin.communications import permissions
from firstwin.communications.contracts import MailFile, MessagePreview, NoReaderError, Reader
from firstwin.communications.operations.letterhead import Letterhead, letterhead_of, values_for
from firstwin.communications.queries import people
from firstwin.communications.rules import addresses, markdown, placeholders
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts.briefs import TaskBrief
from firstwin.projects.queries import briefs
from firstwin.projects.queries import files as file_queries
from firstwin.shared.errors import ConflictError, FirstwinError, NotFoundError, PermissionDeniedError

LARGEST_MAIL_BYTES = 15_000_000
"""Many mail servers refuse more than 20 MB, and files grow by a third on the way."""


def readers_of_task(*, actor: Actor, head: Letterhead, roles: list[str]) -> tuple[Reader, ...]:
    """Return who fills these roles. Raises NoReaderError for nobody; inside communications only."""
    readers = people.readers_of_roles(actor=actor, project=head.project, account=head.account, roles=roles)
    if not readers:
        names = {role.key: role.name for role in head.project.roles}
        wanted = ", ".join(names.get(role, role) for role in roles)
        raise NoReaderError(
            f"Nobody with an email address fills {wanted}.",
            remedy="Fill the role on the People tab, then mark the task as open again.",
        )
    return readers


def text_of(task: TaskBrief) -> tuple[str, str]:
    """Return subject and body of a message task as the playbook has them; inside communications only."""
    return task.settings.get("subject") or task.name, task.settings.get("body") or task.description


def list_files(*, actor: Actor, task_id: UUID) -> tuple[MailFile, ...]:
    """Return the files attached to a message task: they go out with it; inside communications only."""
    found = file_queries.list_contents(actor=actor, task_id=task_id)
    return tuple(MailFile(name=one.info.name, media_type=one.info.media_type, path=one.path) for one in found)


def require_files(*, actor: Actor, task: TaskBrief) -> tuple[MailFile, ...]:
    """Return the files of a message task. Raises ConflictError while one that has to go with it is missing, or too large."""
    files = list_files(actor=actor, task_id=task.id)
    there = {Path(file.name).stem.casefold() for file in files} | {file.name.casefold() for file in files}
    missing = [name for name in task.settings.get("attachments") or () if name.casefold() not in there]
    if missing:
        raise ConflictError(
            f"The message waits for its files: {', '.join(missing)}.",
            remedy="Attach them to the task, then mark it as open again.",
        )
    if sum(Path(file.path).stat().st_size for file in files if Path(file.path).is_file()) > LARGEST_MAIL_BYTES:
        raise ConflictError(
            f"The files of this task are larger than {LARGEST_MAIL_BYTES // 1_000_000} MB together.",
            remedy="Share them on the plan instead and remove them here, then mark the task as open again.",
        )
    return files


def preview_message(*, actor: Actor, task_id: UUID) -> MessagePreview:
    """Return a message of the plan as it would go out now. Nothing is written and no personal link is made.

    Raises NotFoundError.
    """
    if not permissions.can_see_messages(actor):
        raise PermissionDeniedError("You may not read the log of messages.")
    task = briefs.find_task_brief(actor=actor, task_id=task_id)
    if task is None:
        raise NotFoundError("There is no such task.", remedy="It may have been removed; look at the plan.")
    head = letterhead_of(actor=actor, project_id=task.project_id)
    subject, body = text_of(task)
    try:
        readers = readers_of_task(actor=actor, head=head, roles=task.settings.get("to") or [task.owner_role])
        link = settings.BASE_URL + addresses.project_path(task.project_id, None)
        values = values_for(head=head, reader=readers[0], link=link, task=task)
        filled = placeholders.fill_line(subject, values), placeholders.fill_markdown(body, values)
        files = require_files(actor=actor, task=task)
    except NotFoundError:
        raise
    except FirstwinError as error:
        return MessagePreview(subject=subject, problem=f"{error.detail} {error.remedy}".strip())
    return MessagePreview(
        recipients=tuple(f"{reader.name} <{reader.email}>" for reader in readers),
        subject=filled[0],
        body_html=markdown.to_html(filled[1]),
        file_names=tuple(file.name for file in files),
    )

"""Comments and files of projects and tasks."""

import re
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from firstwin.desk.http import answers
from firstwin.desk.http.access import desk_page
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.projects.operations import comments, files
from firstwin.projects.queries import files as file_queries
from firstwin.shared import clock
from firstwin.shared.errors import InvalidInputError


def mentioned(actor: Actor, body: str) -> list[UUID]:
    """Return the members whose name follows an @ in a text, the longest names first so that Ann is not Anna."""
    found = []
    for member in sorted(identity_queries.list_members(actor=actor), key=lambda member: -len(member.name)):
        body, count = re.subn(rf"@{re.escape(member.name)}(?!\w)", "", body, flags=re.IGNORECASE)
        if count:
            found.append(member.id)
    return found


@require_POST
@desk_page
def comment(request: HttpRequest, actor: Actor, project_id: UUID, task_id: UUID | None = None) -> HttpResponse:
    """Comment on a project or a task."""
    body = request.POST.get("body", "")
    comments.add_comment(
        actor=actor,
        project_id=project_id,
        task_id=task_id,
        body=body,
        is_internal=bool(request.POST.get("is_internal")),
        mentions=mentioned(actor, body) if "@" in body else (),
        at=clock.now(),
    )
    return answers.done(request, "Comment added.")


@require_POST
@desk_page
def mark_answered(request: HttpRequest, actor: Actor, comment_id: UUID) -> HttpResponse:
    """Say that a customer's comment needs no answer."""
    comments.mark_answered(actor=actor, comment_id=comment_id, at=clock.now())
    return answers.done(request, "Marked as answered.")


@require_POST
@desk_page
def attach(request: HttpRequest, actor: Actor, project_id: UUID, task_id: UUID | None = None) -> HttpResponse:
    """Attach files to a project or a task."""
    sent = request.FILES.getlist("file")
    if not sent:
        raise InvalidInputError("No file was chosen.", remedy="Choose one or drop it here.")
    files.attach_files(
        actor=actor,
        project_id=project_id,
        task_id=task_id,
        new=[files.NewFile(name=file.name or "file", content=file) for file in sent],
        requested=request.POST.get("requested", ""),
        is_internal=bool(request.POST.get("is_internal")),
        at=clock.now(),
    )
    return answers.done(request, "Attached." if len(sent) == 1 else f"{len(sent)} files attached.")


@require_POST
@desk_page
def remove_file(request: HttpRequest, actor: Actor, file_id: UUID) -> HttpResponse:
    """Take a file out of a project."""
    files.remove_file(
        actor=actor, file_id=file_id, reason=request.POST.get("reason", "Removed by hand"), at=clock.now()
    )
    return answers.done(request, "File removed.")


@require_safe
@desk_page
def download(_request: HttpRequest, actor: Actor, file_id: UUID) -> FileResponse:
    """Hand a file out, as a download that no browser runs."""
    found = file_queries.get_file(actor=actor, file_id=file_id)
    response = FileResponse(open(found.path, "rb"), content_type=found.info.media_type)  # noqa: SIM115 - closed by Django
    for name, value in found.headers.items():
        response.headers[name] = value
    return response

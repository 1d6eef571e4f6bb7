"""Imports of past product events: a file is chosen, what it would become is shown, its columns named, and it is taken in."""

from typing import Any, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.desk.http.access import desk_page, words
from firstwin.desk.http.settings import tabs
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.shared.errors import ConflictError, FirstwinError, InvalidInputError
from firstwin.usage.contracts.history import Field, HistoryImport, HistoryState, Origin
from firstwin.usage.operations import history as history_operations
from firstwin.usage.queries import history, sources

STATES = {
    HistoryState.READY: ("progress", "Waits for your word"),
    HistoryState.RUNNING: ("progress", "Being taken in"),
    HistoryState.DONE: ("done", "Taken in"),
    HistoryState.CANCELLED: ("archived", "Stopped"),
    HistoryState.FAILED: ("late", "Failed"),
}
ORIGINS = {
    Origin.SEGMENT: "Segment",
    Origin.AMPLITUDE: "Amplitude",
    Origin.MIXPANEL: "Mixpanel",
    Origin.POSTHOG: "PostHog",
    Origin.TABLE: "A table with columns of your own",
}
MEANINGS = {
    Field.PROPERTY: "A property of the event",
    Field.EVENT: "What happened",
    Field.KIND: "Kind of call (track, page ...)",
    Field.USER: "User id",
    Field.ANONYMOUS: "Anonymous id",
    Field.GROUP: "Group id (the customer)",
    Field.TIME: "When it happened",
    Field.MESSAGE: "Id of the event",
    Field.PROPERTIES: "Properties as JSON",
    Field.LEAVE_OUT: "Leave out",
}


@require_http_methods(["GET", "POST"])
@desk_page
def show_all(request: HttpRequest, actor: Actor, source_id: UUID) -> HttpResponse:
    """List the imports of a source and take a new file."""
    error: FirstwinError | None = None
    if request.method == "POST":
        file = request.FILES.get("file")
        if isinstance(file, UploadedFile):
            try:
                made = history_operations.upload_history(
                    actor=actor,
                    source_id=source_id,
                    file_name=file.name or "",
                    file=cast(BinaryIO, file.file),
                    at=clock.now(),
                )
            except InvalidInputError as refused:
                error = refused
            else:
                return redirect("history_import", history_id=made.id)
        else:
            error = InvalidInputError("No file was chosen.", remedy="Choose a file of events.")
    page = history.list_history(actor=actor, source_id=source_id, cursor=words(request, "cursor") or None)
    context = {
        "source": sources.get_source(actor=actor, source_id=source_id),
        "rows": [(one, STATES[one.state]) for one in page.items],
        "page": page,
        "error": error,
    }
    return tabs.page(
        request, actor, "settings_sources", "history_imports.html", context, status=error.status if error else 200
    )


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor, history_id: UUID) -> HttpResponse:
    """Show where an import stands: what it would become, how far it came, what could not be taken in."""
    return _page(request, actor, history_id)


@require_POST
@desk_page
def change(request: HttpRequest, actor: Actor, history_id: UUID) -> HttpResponse:
    """Say how the file is read, and look again."""
    names, meanings = request.POST.getlist("name"), request.POST.getlist("meaning")
    origin = words(request, "origin")
    try:
        history_operations.change_history(
            actor=actor,
            history_id=history_id,
            columns=dict(zip(names, meanings, strict=False)) or None,
            group_type=request.POST.get("group_type"),
            origin=Origin(origin) if origin in set(Origin) else None,
        )
    except (InvalidInputError, ConflictError) as error:
        return _page(request, actor, history_id, error)
    return redirect("history_import", history_id=history_id)


@require_POST
@desk_page
def start(request: HttpRequest, actor: Actor, history_id: UUID) -> HttpResponse:
    """Take the file in."""
    try:
        history_operations.start_history(actor=actor, history_id=history_id, at=clock.now())
    except ConflictError as error:
        return _page(request, actor, history_id, error)
    return redirect("history_import", history_id=history_id)


@require_POST
@desk_page
def cancel(request: HttpRequest, actor: Actor, history_id: UUID) -> HttpResponse:
    """Stop, or drop what was not begun."""
    try:
        ended = history_operations.cancel_history(actor=actor, history_id=history_id, at=clock.now())
    except ConflictError as error:
        return _page(request, actor, history_id, error)
    messages.success(request, f"The import was stopped. {ended.taken} events had been taken in, and stay.")
    return redirect("history_import", history_id=history_id)


def _page(request: HttpRequest, actor: Actor, history_id: UUID, error: FirstwinError | None = None) -> HttpResponse:
    shown = history.get_history(actor=actor, history_id=history_id)
    context: dict[str, Any] = {
        "shown": shown,
        "source": sources.get_source(actor=actor, source_id=shown.source_id),
        "state": STATES[shown.state],
        "origin": ORIGINS[shown.reading.origin],
        "faults": history.list_faults(actor=actor, history_id=history_id, cursor=words(request, "cursor") or None),
        "error": error,
        **_preview(actor, shown),
    }
    return tabs.page(
        request, actor, "settings_sources", "history_import.html", context, status=error.status if error else 200
    )


def _preview(actor: Actor, shown: HistoryImport) -> dict[str, Any]:
    if shown.state is not HistoryState.READY:
        return {}
    found = history.preview_history(actor=actor, history_id=shown.id, at=clock.now())
    return {
        "preview": found,
        "columns": [(column, [(one.value, word) for one, word in MEANINGS.items()]) for column in found.columns],
        "origins": [(one.value, word) for one, word in ORIGINS.items()],
    }

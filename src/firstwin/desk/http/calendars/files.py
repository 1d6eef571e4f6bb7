"""Calendar files: choose one, look at what it would do, take it over, undo it."""

from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.calendars.contracts import MOST_IMPORT_BYTES, EntryFate, ImportState
from firstwin.calendars.operations import imports
from firstwin.calendars.queries import calendars as calendar_queries
from firstwin.calendars.queries import imports as import_queries
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.calendars.pages import address_of, holder_from
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.shared.errors import ConflictError, FirstwinError, InvalidInputError

STATES = {
    ImportState.READY: ("progress", "Ready"),
    ImportState.FAULTY: ("late", "Has faults"),
    ImportState.DONE: ("done", "Taken over"),
    ImportState.UNDONE: ("neutral", "Undone"),
}
FATES = {
    EntryFate.ADD: ("progress", "New"),
    EntryFate.CHANGE: ("waiting", "Changes"),
    EntryFate.SAME: ("neutral", "Known"),
    EntryFate.SKIP: ("neutral", "Left out"),
}


@require_http_methods(["GET", "POST"])
@desk_page
def choose(request: HttpRequest, actor: Actor, holder_kind: str, holder_id: UUID) -> HttpResponse:
    """Choose a calendar file and have it read."""
    holder = holder_from(holder_kind, holder_id)
    calendar = calendar_queries.get_calendar(actor=actor, holder=holder, today=timezone.localdate())
    error: FirstwinError | None = None
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if not isinstance(file, UploadedFile):
                raise InvalidInputError("No file was chosen.", remedy="Choose an ICS or CSV file.")
            made = imports.prepare_import(
                actor=actor,
                holder=holder,
                file_name=file.name or "",
                data=file.read(MOST_IMPORT_BYTES + 1),
                at=clock.now(),
            )
        except InvalidInputError as refused:
            error = refused
        else:
            return redirect("calendar_import", calendar_import_id=made.id)
    context = {"calendar": calendar, "back": address_of(holder), "error": error}
    return render(request, "desk/calendars/choose.html", context, status=422 if error else 200)


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor, calendar_import_id: UUID) -> HttpResponse:
    """Show what a file would do, or what is wrong with it."""
    return _page(request, actor, calendar_import_id)


def _page(
    request: HttpRequest, actor: Actor, calendar_import_id: UUID, error: FirstwinError | None = None
) -> HttpResponse:
    today = timezone.localdate()
    shown = import_queries.get_import(actor=actor, import_id=calendar_import_id, today=today)
    context = {
        "shown": shown,
        "state": STATES[shown.state],
        "entries": [(entry, FATES[entry.fate]) for entry in shown.entries],
        "calendar": calendar_queries.get_calendar(actor=actor, holder=shown.holder, today=today),
        "back": address_of(shown.holder),
        "error": error,
    }
    return render(request, "desk/calendars/import.html", context, status=error.status if error else 200)


@require_POST
@desk_page
def take_over(request: HttpRequest, actor: Actor, calendar_import_id: UUID) -> HttpResponse:
    """Take a file over, all of it."""
    try:
        done = imports.finish_import(actor=actor, import_id=calendar_import_id, at=clock.now())
    except (ConflictError, InvalidInputError) as error:
        return _page(request, actor, calendar_import_id, error)
    messages.success(request, f"{done.added} added, {done.changed} changed. Plans that it touches follow in a moment.")
    return redirect(address_of(done.holder))


@require_POST
@desk_page
def undo(request: HttpRequest, actor: Actor, calendar_import_id: UUID) -> HttpResponse:
    """Take out again what a file brought in."""
    try:
        undone = imports.undo_import(actor=actor, import_id=calendar_import_id, at=clock.now())
    except ConflictError as error:
        return _page(request, actor, calendar_import_id, error)
    messages.success(request, f"The import of {undone.file_name} was undone.")
    return redirect(address_of(undone.holder))

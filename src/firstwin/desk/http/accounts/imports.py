"""Bring accounts and people in from a CSV file: choose it, say what its columns mean, see every fault, take it in."""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.customers.contracts import EXTERNAL, ImportInfo, ImportKind, ImportState
from firstwin.customers.operations import imports
from firstwin.customers.queries import imports as import_queries
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.accounts.filters import filters_of
from firstwin.desk.http.accounts.forms import show_problems
from firstwin.desk.http.downloads import attachment
from firstwin.identity.contracts import Actor
from firstwin.shared import clock, wording
from firstwin.shared.errors import ConflictError, FirstwinError, InvalidInputError

MOVING = {ImportState.CHECKING, ImportState.RUNNING}
STATES = {
    ImportState.CHECKING: ("progress", "Being checked"),
    ImportState.READY: ("done", "Ready to take in"),
    ImportState.FAULTY: ("late", "Has faults"),
    ImportState.RUNNING: ("progress", "Being taken in"),
    ImportState.DONE: ("done", "Taken in"),
    ImportState.FAILED: ("late", "Failed"),
    ImportState.CANCELLED: ("neutral", "Dropped"),
}


class UploadForm(forms.Form):
    """A file and what its rows are."""

    kind = forms.ChoiceField(
        label="Each row is",
        choices=((ImportKind.ACCOUNTS.value, "An account"), (ImportKind.CONTACTS.value, "A person at an account")),
        initial=ImportKind.ACCOUNTS.value,
    )
    skips_existing = forms.BooleanField(label="Pass over those that exist already", required=False)


@require_http_methods(["GET", "POST"])
@desk_page
def show_all(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List imports and take a new file."""
    page = import_queries.list_imports(actor=actor, cursor=request.GET.get("cursor"))
    form = UploadForm(request.POST or None)
    if form.is_valid():
        file = request.FILES.get("file")
        if not isinstance(file, UploadedFile):
            form.add_error(None, "No file was chosen. Choose a CSV file.")
        else:
            try:
                made = imports.upload_import(
                    actor=actor,
                    kind=ImportKind(form.cleaned_data["kind"]),
                    file_name=file.name or "",
                    content=file.read(imports.LARGEST_FILE + 1),
                    skips_existing=form.cleaned_data["skips_existing"],
                    at=clock.now(),
                )
            except InvalidInputError as error:
                show_problems(form, error)
            else:
                return redirect("account_import", import_id=made.id)
    context = {"form": form, "rows": [(one, STATES[one.state]) for one in page.items], "page": page}
    return render(request, "desk/accounts/imports.html", context, status=422 if form.is_bound else 200)


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """Show where an import stands: its columns, its first rows, its faults, its result."""
    return _page(request, actor, import_id)


def _page(request: HttpRequest, actor: Actor, import_id: UUID, error: FirstwinError | None = None) -> HttpResponse:
    shown = import_queries.get_import(actor=actor, import_id=import_id)
    faults = import_queries.list_import_problems(
        actor=actor, import_id=import_id, cursor=request.GET.get("cursor") or None
    )
    context: dict[str, Any] = {
        "shown": shown,
        "state": STATES[shown.state],
        "faults": faults,
        "columns": [
            {"header": header, "field": field, "choices": _choices(shown, header, field)}
            for header, field in zip(shown.headers, shown.mapping, strict=True)
        ],
        "is_moving": shown.state in MOVING,
        "is_open": shown.state in {ImportState.READY, ImportState.FAULTY},
        "error": error,
    }
    return render(request, "desk/accounts/import.html", context, status=error.status if error else 200)


def _choices(shown: ImportInfo, header: str, field: str) -> list[tuple[str, str]]:
    """Return what a column can mean: a field, the account's id in another system, or nothing."""
    choices = [("", "Leave out"), *((name, wording.in_words(name)) for name in shown.fields)]
    if shown.kind is ImportKind.ACCOUNTS:
        system = re.sub(r"[^a-z0-9]+", "_", header.lower().removesuffix("id")).strip("_")
        own = field if field.startswith(EXTERNAL) else f"{EXTERNAL}{system}" if system else ""
        if own:
            choices.append((own, f"Id in {own.removeprefix(EXTERNAL)}"))
    return choices


@require_POST
@desk_page
def change(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """Say what the columns mean and have the file checked again."""
    try:
        imports.change_import(
            actor=actor,
            import_id=import_id,
            mapping=request.POST.getlist("column"),
            skips_existing="skips_existing" in request.POST,
        )
    except (InvalidInputError, ConflictError) as error:
        return _page(request, actor, import_id, error)
    return redirect("account_import", import_id=import_id)


@require_POST
@desk_page
def start(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """Take the checked file in."""
    try:
        imports.start_import(actor=actor, import_id=import_id)
    except ConflictError as error:
        return _page(request, actor, import_id, error)
    return redirect("account_import", import_id=import_id)


@require_POST
@desk_page
def cancel(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """Drop an import that has not begun."""
    try:
        imports.cancel_import(actor=actor, import_id=import_id, at=clock.now())
    except ConflictError as error:
        return _page(request, actor, import_id, error)
    messages.success(request, "The import was dropped. Nothing was taken in.")
    return redirect("account_imports")


@require_safe
@desk_page
def download(_request: HttpRequest, actor: Actor, import_id: UUID) -> StreamingHttpResponse:
    """Send the file again, with its faults beside each row."""
    content = import_queries.read_import_result(actor=actor, import_id=import_id)
    return attachment("import-with-faults.csv", content, content_type="text/csv; charset=utf-8")


@require_safe
@desk_page
def export(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    """Send the accounts that the filters leave, in the form that an import reads back."""
    content = import_queries.export_accounts(actor=actor, filters=filters_of(request))
    return attachment(f"accounts-{clock.now():%Y-%m-%d}.csv", content, content_type="text/csv; charset=utf-8")

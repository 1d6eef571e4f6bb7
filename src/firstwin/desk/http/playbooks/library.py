"""The library of playbooks: find one, write one, bring one in."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.desk.http.access import desk_page, is_fragment, words
from firstwin.desk.http.accounts.forms import show_problems
from firstwin.identity.contracts import Actor
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import PlaybookStatus
from firstwin.playbooks.contracts.library import PlaybookFilters
from firstwin.playbooks.operations import library as library_operations
from firstwin.shared import clock
from firstwin.shared.errors import ConflictError, InvalidInputError

STATUSES = (("published", "Published"), ("draft", "Never published"), ("archived", "Archived"))
MOST_BYTES = 500_000


class NewPlaybookForm(forms.Form):
    """An empty playbook."""

    name = forms.CharField(max_length=200)
    summary = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=1000)


class ImportForm(forms.Form):
    """A playbook as a file or as text: YAML, or a Mermaid flowchart."""

    file = forms.FileField(required=False, help_text="A .yaml file, or a .mmd file with a flowchart.")
    text = forms.CharField(
        label="Or paste it",
        required=False,
        widget=forms.Textarea(attrs={"rows": 14, "class": "fw-code", "spellcheck": "false"}),
        help_text="A flowchart's chain becomes stages, its branches tasks, its subgraphs stages.",
    )

    def clean(self) -> dict[str, object]:
        """Read the file, or take the text."""
        data: dict[str, object] = super().clean() or {}
        upload = self.files.get("file")
        if upload is not None:
            if (upload.size or 0) > MOST_BYTES:
                raise forms.ValidationError(
                    "The file is larger than 500 kB. Split the playbook, or leave long texts out."
                )
            try:
                data["text"] = upload.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError("The file is not text in UTF-8. Save it as UTF-8 and try again.") from None
            data["name"] = upload.name
        if not str(data.get("text", "")).strip():
            raise forms.ValidationError("Choose a file, or paste a text.")
        return data


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the library."""
    status = words(request, "status")
    filters = PlaybookFilters(
        search=words(request, "q"), status=PlaybookStatus(status) if status in dict(STATUSES) else None
    )
    page = playbook_queries.list_playbooks(actor=actor, filters=filters, cursor=request.GET.get("cursor"))
    context = {
        "page": page,
        "q": filters.search,
        "status": status,
        "statuses": STATUSES,
        "can_edit": playbook_queries.may_edit_playbooks(actor),
    }
    template = "desk/playbooks/_rows.html" if is_fragment(request) else "desk/playbooks/library.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@desk_page
def create(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Write a new playbook."""
    form = NewPlaybookForm(request.POST or None)
    if form.is_valid():
        try:
            playbook_id = library_operations.create_playbook(actor=actor, at=clock.now(), **form.cleaned_data)
        except (InvalidInputError, ConflictError) as error:
            show_problems(form, error)
        else:
            return redirect("edit_playbook", playbook_id=playbook_id)
    return render(request, "desk/playbooks/new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@desk_page
def bring_in(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Import YAML or a flowchart; mistakes are shown with their line and column, and nothing is created."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    problems: tuple[object, ...] = ()
    if form.is_valid():
        text, name = str(form.cleaned_data["text"]), str(form.cleaned_data.get("name", ""))
        try:
            playbook_id = library_operations.import_text(
                actor=actor, text=text, is_flowchart=_is_flowchart(text), name=name, at=clock.now()
            )
        except (InvalidInputError, ConflictError) as error:
            problems = error.problems
            form.add_error(None, f"{error.detail} {error.remedy}".strip())
        else:
            messages.success(request, "The playbook is in the library as a draft. Look through it, then publish it.")
            return redirect("edit_playbook", playbook_id=playbook_id)
    context = {"form": form, "problems": problems}
    return render(request, "desk/playbooks/import.html", context, status=422 if form.is_bound else 200)


def _is_flowchart(text: str) -> bool:
    return not any(line.startswith("firstwin:") for line in text.splitlines())


@require_POST
@desk_page
def duplicate(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Copy a playbook and open the copy."""
    copy_id = library_operations.duplicate_playbook(actor=actor, playbook_id=playbook_id, at=clock.now())
    messages.success(request, "This is the copy. Give it a name of its own.")
    return redirect("edit_playbook", playbook_id=copy_id)


@require_POST
@desk_page
def archive(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Take a playbook out of the library; running projects go on."""
    library_operations.archive_playbook(actor=actor, playbook_id=playbook_id, at=clock.now())
    messages.success(request, "The playbook was archived. Running projects go on; restore it under More.")
    return redirect("playbook", playbook_id=playbook_id)


@require_POST
@desk_page
def restore(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Bring an archived playbook back."""
    library_operations.restore_playbook(actor=actor, playbook_id=playbook_id, at=clock.now())
    messages.success(request, "The playbook is back in the library.")
    return redirect("playbook", playbook_id=playbook_id)

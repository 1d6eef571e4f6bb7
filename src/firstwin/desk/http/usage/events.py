"""The catalogue of events: what comes, what is expected, what it means, and what changed about it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.desk.http import answers
from firstwin.desk.http.access import desk_page, is_fragment, may_shape, words
from firstwin.desk.http.accounts.forms import show_problems
from firstwin.desk.http.asks import Question, ask
from firstwin.desk.http.usage import frame
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.shared.errors import InvalidInputError
from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.catalogue import CatalogueFilters, CatalogueState, EventTypeInfo
from firstwin.usage.operations import catalogue as catalogue_operations
from firstwin.usage.queries import activity, catalogue, features

STATES = (
    ("seen", "Seen"),
    ("expected", "Expected"),
    ("undescribed", "Without description"),
    ("never_seen", "Expected, never seen"),
    ("blocked", "Blocked"),
)
KINDS = (("track", "Track"), ("page", "Page"), ("screen", "Screen"))


class DescriptionForm(forms.Form):
    """What an event means."""

    description = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What somebody did when this event comes, in words that everybody understands.",
    )


class PlanForm(forms.Form):
    """A tracking plan as a file."""

    file = forms.FileField(label="File", help_text="YAML, JSON or CSV, 1 MB at most.")


@require_safe
@frame.usage_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List the names of events, with what should be looked at on top."""
    at = clock.now()
    filters = CatalogueFilters(
        search=words(request, "q"),
        state=next((one for one in CatalogueState if one.value == words(request, "state")), None),
        kind=next((EventKind(key) for key, _ in KINDS if key == words(request, "kind")), None),
    )
    page = catalogue.list_event_types(actor=actor, filters=filters, cursor=words(request, "cursor") or None, limit=50)
    use = activity.find_name_use(actor=actor, at=at)
    of_event = features.get_features_of_events(actor=actor, names=[one.name for one in page.items])
    rows = [
        {
            "event": one,
            "use": (use or {}).get((one.kind, one.name)),
            "features": of_event.get(one.name, ()) if one.kind is EventKind.TRACK else (),
        }
        for one in page.items
    ]
    context: dict[str, Any] = {
        "rows": rows,
        "page": page,
        "is_complete": use is not None,
        "total": catalogue.count_event_types(actor=actor, filters=filters),
        "is_filtered": filters != CatalogueFilters(),
        "states": STATES,
        "kinds": KINDS,
        "chosen": {"q": filters.search, "state": words(request, "state"), "kind": words(request, "kind")},
        "may_shape": may_shape(actor),
    }
    if is_fragment(request) and request.headers.get("HX-Target") == "event-rows":
        return render(request, "desk/usage/_events.html", context)
    context["drifts"] = catalogue.list_drifts(actor=actor, at=at)
    return frame.page(request, "usage_events", "events.html", context)


@require_safe
@frame.usage_page
def show_one(request: HttpRequest, actor: Actor, event_type_id: UUID) -> HttpResponse:
    """Show one event: what it means, how often it comes, its properties, what changed."""
    at = clock.now()
    event = catalogue.get_event_type(actor=actor, event_type_id=event_type_id)
    use = activity.find_name_use(actor=actor, at=at)
    of_event = features.get_features_of_events(actor=actor, names=[event.name])
    context = {
        "event": event,
        "use": (use or {}).get((event.kind, event.name)),
        "is_complete": use is not None,
        "properties": catalogue.list_properties(actor=actor, event_type_id=event_type_id),
        "drifts": catalogue.list_drifts(actor=actor, at=at, event_type_id=event_type_id),
        "features": of_event.get(event.name, ()) if event.kind is EventKind.TRACK else (),
        "may_shape": may_shape(actor),
    }
    return frame.page(request, "usage_events", "event.html", context)


@require_http_methods(["GET", "POST"])
@desk_page
def describe(request: HttpRequest, actor: Actor, event_type_id: UUID) -> HttpResponse:
    """Ask what an event means."""
    event = catalogue.get_event_type(actor=actor, event_type_id=event_type_id)
    form = DescriptionForm(
        request.POST if request.method == "POST" else None, initial={"description": event.description}
    )

    def carry_out() -> HttpResponse:
        text = form.cleaned_data["description"]
        catalogue_operations.describe_event(actor=actor, event_type_id=event_type_id, description=text, at=clock.now())
        return answers.done(request, f"The description of “{event.name}” is kept.")

    question = Question(title=f"Describe “{event.name}”", verb="Save")
    return ask(request, question, form, carry_out, beneath=_page(event_type_id))


@require_POST
@desk_page
def expect(request: HttpRequest, actor: Actor, event_type_id: UUID, *, yes: bool) -> HttpResponse:
    """Say whether an event is expected."""
    done = catalogue_operations.expect_event(actor=actor, event_type_id=event_type_id, is_expected=yes, at=clock.now())
    said = "is expected: it is missed after seven days" if yes else "is no longer expected"
    return _done(request, done, said, back="unexpect_event" if yes else "expect_event")


@require_POST
@desk_page
def block(request: HttpRequest, actor: Actor, event_type_id: UUID, *, yes: bool) -> HttpResponse:
    """Leave an event out, or let it in again."""
    done = catalogue_operations.block_event(actor=actor, event_type_id=event_type_id, is_blocked=yes, at=clock.now())
    said = "is left out from now on, and counted" if yes else "is stored again"
    return _done(request, done, said, back="unblock_event" if yes else "block_event")


@require_POST
@desk_page
def settle(request: HttpRequest, actor: Actor, drift_id: UUID) -> HttpResponse:
    """Say that a change is right."""
    catalogue_operations.settle_drift(actor=actor, drift_id=drift_id, at=clock.now())
    return answers.done(
        request, "Found right, and no longer shown.", undo_url=reverse("reopen_drift", kwargs={"drift_id": drift_id})
    )


@require_POST
@desk_page
def reopen(request: HttpRequest, actor: Actor, drift_id: UUID) -> HttpResponse:
    """Show a change again."""
    catalogue_operations.reopen_drift(actor=actor, drift_id=drift_id, at=clock.now())
    return answers.done(request, "Shown again.")


@require_http_methods(["GET", "POST"])
@frame.usage_page
def import_plan(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Take a tracking plan in from a file."""
    form = PlanForm(request.POST or None, request.FILES or None) if request.method == "POST" else PlanForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            done = catalogue_operations.import_plan(
                actor=actor,
                file_name=file.name,
                content=file.read(catalogue_operations.LARGEST_PLAN + 1),
                at=clock.now(),
            )
        except InvalidInputError as error:
            for problem in error.problems:
                form.add_error(None, f"{problem.place}: {problem.message} {problem.remedy}".strip())
            if not error.problems:
                show_problems(form, error)
        else:
            said = f"{done.added} events are new, {done.changed} changed, {done.unchanged} were as they are."
            messages.success(request, said)
            return redirect(f"{reverse('usage_events')}?state=expected")
    status = 422 if request.method == "POST" else 200
    return frame.page(
        request, "usage_events", "plan.html", {"form": form, "may_shape": may_shape(actor)}, status=status
    )


@require_safe
@desk_page
def export_plan(_request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    """Hand out what is expected as CSV; an import reads it back."""
    headers = {"Content-Disposition": 'attachment; filename="tracking-plan.csv"'}
    lines = catalogue.export_plan(actor=actor)
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _done(request: HttpRequest, event: EventTypeInfo, said: str, *, back: str) -> HttpResponse:
    undo_url = reverse(back, kwargs={"event_type_id": event.id})
    return answers.done(request, f"“{event.name}” {said}.", undo_url=undo_url)


def _page(event_type_id: UUID) -> str:
    return reverse("usage_event", kwargs={"event_type_id": event_type_id})

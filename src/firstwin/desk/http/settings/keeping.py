"""How long product events are kept, who was erased from them with the proof, and what the store could not take."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.desk.http.access import desk_page, words
from firstwin.desk.http.asks import Question, ask
from firstwin.desk.http.settings import tabs
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.usage.contracts.keeping import ErasureInfo, RetentionPreview
from firstwin.usage.contracts.store import StoreUnavailableError
from firstwin.usage.operations import erasure as erasure_operations
from firstwin.usage.operations import retention as retention_operations
from firstwin.usage.operations import set_aside as set_aside_operations
from firstwin.usage.queries import keeping

MONTHS = (3, 6, 12, 25, 37, 61)
PLACES = {
    "events": "in the event store",
    "inbox": "in the inbox",
    "rejected": "rejected",
    "set_aside": "set aside",
    "faults": "faults of imported files",
    "people": "known people and links",
    "later": "came later and refused",
}


class RetentionForm(forms.Form):
    """For how many months events are kept."""

    months = forms.ChoiceField(label="Events are kept")


class ErasureForm(forms.Form):
    """Who is to be erased, who asked for it, and what is done with what comes later."""

    person = forms.CharField(
        label="User id",
        max_length=1000,
        help_text="As your product sends it; anonymous:<id> for somebody who never signed in.",
    )
    reference = forms.CharField(
        label="Reference", max_length=200, required=False, help_text="Who asked for it, such as the number of a ticket."
    )
    refuses_later = forms.BooleanField(
        label="Refuse what comes of this person from now on",
        required=False,
        help_text="Without it, only what came until now goes.",
    )


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show how long events are kept, the proofs of erasures, and batches that were set aside."""
    erasures = keeping.list_erasures(actor=actor, cursor=words(request, "cursor") or None)
    context = {
        "retention": keeping.get_retention(actor=actor),
        "erasures": erasures,
        "rows": [{"erasure": one, "found": _found(one)} for one in erasures.items],
        "is_running": any(one.gone_at is None for one in erasures.items),
        "batches": keeping.list_set_aside(actor=actor).items,
    }
    return tabs.page(request, actor, "settings_keeping", "keeping.html", context)


@require_http_methods(["GET", "POST"])
@desk_page
def change_retention(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask how long events are kept; each choice says how many would go."""
    now = keeping.get_retention(actor=actor)
    form = RetentionForm(request.POST if request.method == "POST" else None, initial={"months": now.months or ""})
    try:
        previews = keeping.preview_retention(actor=actor, choices=MONTHS, at=clock.now())
        text = "What is older goes within a day and cannot be brought back."
    except StoreUnavailableError:
        previews = []
        text = (
            "The event store does not answer, so nobody can say how many events would go. They would go within a day."
        )
    form.fields["months"] = forms.ChoiceField(
        label="Events are kept", choices=[("", "For ever"), *_choices(previews)], required=False
    )

    def carry_out() -> str:
        months = int(form.cleaned_data["months"]) if form.cleaned_data["months"] else None
        retention_operations.set_retention(actor=actor, months=months, at=clock.now())
        return f"Events are kept for {months} months." if months else "Events are kept for ever."

    question = Question(title="How long events are kept", verb="Keep them so", text=text, is_danger=True)
    return ask(request, question, form, carry_out, beneath=_page())


@require_http_methods(["GET", "POST"])
@desk_page
def erase(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask who is to be erased."""
    form = ErasureForm(request.POST if request.method == "POST" else None)

    def carry_out() -> str:
        erasure_operations.erase_person(
            actor=actor,
            person=form.cleaned_data["person"],
            reference=form.cleaned_data["reference"],
            refuses_later=form.cleaned_data["refuses_later"],
            at=clock.now(),
        )
        return "The erasure began. The list says when everything is gone."

    question = Question(
        title="Erase a person",
        verb="Erase",
        text="Every event of this person goes, under each of their ids, also what was rejected or still waits. "
        "The contact in Firstwin stays. This cannot be undone.",
        is_danger=True,
    )
    return ask(request, question, form, carry_out, beneath=_page())


@require_http_methods(["GET", "POST"])
@desk_page
def allow_again(request: HttpRequest, actor: Actor, erasure_id: UUID) -> HttpResponse:
    """Ask once, then take events of somebody in again."""
    one = keeping.get_erasure(actor=actor, erasure_id=erasure_id)
    form = forms.Form(request.POST if request.method == "POST" else None)

    def carry_out() -> str:
        erasure_operations.end_refusal(actor=actor, erasure_id=erasure_id, at=clock.now())
        return "What comes of this person is taken in again."

    text = "What was erased stays gone. What comes from now on is taken in."
    question = Question(title=f"Take events of {one.mark[:12]} in again", verb="Take them in", text=text)
    return ask(request, question, form, carry_out, beneath=_page())


@require_POST
@desk_page
def retry_batch(_request: HttpRequest, actor: Actor, batch_id: UUID) -> HttpResponse:
    """Put a batch back into the inbox."""
    set_aside_operations.retry_batch(actor=actor, batch_id=batch_id, at=clock.now())
    return redirect(_page())


@require_http_methods(["GET", "POST"])
@desk_page
def drop_batch(request: HttpRequest, actor: Actor, batch_id: UUID) -> HttpResponse:
    """Ask once, then delete a batch."""
    found = keeping.get_set_aside(actor=actor, batch_id=batch_id)
    form = forms.Form(request.POST if request.method == "POST" else None)

    def carry_out() -> str:
        set_aside_operations.drop_batch(actor=actor, batch_id=batch_id, at=clock.now())
        return "The batch was deleted."

    text = f"It holds {found.events} events that were acknowledged to whoever sent them. This cannot be undone."
    question = Question(title="Delete the batch", verb="Delete it", text=text, is_danger=True)
    return ask(request, question, form, carry_out, beneath=_page())


def _choices(previews: list[RetentionPreview]) -> list[tuple[str, str]]:
    known = {one.months: f": {one.events:,} events from before {one.before:%-d %B %Y} go" for one in previews}
    return [(str(months), f"{months} months{known.get(months, '')}") for months in MONTHS]


def _found(one: ErasureInfo) -> list[str]:
    return [f"{count:,} {PLACES.get(place, place)}" for place, count in one.found.items() if count]


def _page() -> str:
    return reverse("settings_keeping")

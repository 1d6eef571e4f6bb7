"""Sources of product events: where they come from, the keys they are sent with, what came last and what was rejected."""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.desk.http import answers
from firstwin.desk.http.access import desk_page, words
from firstwin.desk.http.asks import Question, ask
from firstwin.desk.http.settings import tabs
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.shared.errors import NotFoundError
from firstwin.usage.operations import rejected as rejected_operations
from firstwin.usage.operations import sources as source_operations
from firstwin.usage.queries import inbox, sources

SNIPPET = '<script async src="{host}/widget/firstwin.js" data-write-key="{key}"></script>'
GRACES = (("0", "Not at all"), ("1", "One day"), ("7", "One week"), ("30", "30 days"))


class SourceForm(forms.Form):
    """How a source is called."""

    name = forms.CharField(max_length=120, help_text="Name what sends the events: Web app, Server, iOS app.")


class RotateForm(forms.Form):
    """How long the keys before go on."""

    days = forms.ChoiceField(
        label="The old key goes on for", choices=GRACES, initial="7", help_text="Time to put the new key everywhere."
    )


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List the sources."""
    at = clock.now()
    found = sources.list_sources(actor=actor)
    rows = [{"source": source, "is_open": source.current_key(at) is not None} for source in found]
    return tabs.page(request, actor, "settings_sources", "sources.html", {"rows": rows})


@require_safe
@desk_page
def show_one(request: HttpRequest, actor: Actor, source_id: UUID) -> HttpResponse:
    """Show one source: its keys, how to send, what came last, what was rejected."""
    at = clock.now()
    source = sources.get_source(actor=actor, source_id=source_id)
    key = source.current_key(at)
    context = {
        "source": source,
        "key": key,
        "keys": [{"key": one, "is_alive": one.ends_at is None or one.ends_at > at} for one in source.keys],
        "latest": inbox.list_latest(actor=actor, source_id=source_id, at=at),
        "rejected": sources.list_rejected(actor=actor, source_id=source_id, cursor=words(request, "cursor") or None),
        "host": settings.BASE_URL,
        "snippet": SNIPPET.format(host=settings.BASE_URL, key=key.key) if key else "",
    }
    return tabs.page(request, actor, "settings_sources", "source.html", context)


@require_http_methods(["GET", "POST"])
@desk_page
def create(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask for a name and make a source."""
    form = SourceForm(request.POST if request.method == "POST" else None)

    def carry_out() -> HttpResponse:
        made = source_operations.create_source(actor=actor, name=form.cleaned_data["name"], at=clock.now())
        return answers.gone_to(_page(made.id))

    question = Question(title="Add a source of events", verb="Add source")
    return ask(request, question, form, carry_out, beneath=reverse("settings_sources"))


@require_http_methods(["GET", "POST"])
@desk_page
def rename(request: HttpRequest, actor: Actor, source_id: UUID) -> HttpResponse:
    """Ask for another name."""
    source = sources.get_source(actor=actor, source_id=source_id)
    form = SourceForm(request.POST if request.method == "POST" else None, initial={"name": source.name})

    def carry_out() -> str:
        name = form.cleaned_data["name"]
        source_operations.rename_source(actor=actor, source_id=source_id, name=name, at=clock.now())
        return f"The source is called “{name}” now."

    return ask(
        request, Question(title=f"Rename “{source.name}”", verb="Rename"), form, carry_out, beneath=_page(source_id)
    )


@require_http_methods(["GET", "POST"])
@desk_page
def rotate(request: HttpRequest, actor: Actor, source_id: UUID) -> HttpResponse:
    """Make a new key and let the old one end."""
    source = sources.get_source(actor=actor, source_id=source_id)
    form = RotateForm(request.POST if request.method == "POST" else None)

    def carry_out() -> str:
        grace = timedelta(days=int(form.cleaned_data["days"]))
        source_operations.rotate_write_key(actor=actor, source_id=source_id, grace=grace, at=clock.now())
        return "There is a new write key."

    question = Question(title=f"New write key for “{source.name}”", verb="Make new key")
    return ask(request, question, form, carry_out, beneath=_page(source_id))


@require_http_methods(["GET", "POST"])
@desk_page
def revoke(request: HttpRequest, actor: Actor, source_id: UUID, write_key_id: UUID) -> HttpResponse:
    """Ask once, then end a key."""
    if write_key_id not in [key.id for key in sources.get_source(actor=actor, source_id=source_id).keys]:
        raise NotFoundError("There is no such write key.")
    form = forms.Form(request.POST if request.method == "POST" else None)

    def carry_out() -> str:
        source_operations.revoke_write_key(actor=actor, source_id=source_id, write_key_id=write_key_id, at=clock.now())
        return "The key was revoked."

    question = Question(
        title="Revoke the write key",
        verb="Revoke key",
        text="Within ten seconds nothing that is sent with it comes in any more, and it is not kept either.",
        is_danger=True,
    )
    return ask(request, question, form, carry_out, beneath=_page(source_id))


@require_POST
@desk_page
def replay(request: HttpRequest, actor: Actor, source_id: UUID) -> HttpResponse:
    """Try the rejected events again."""
    done = rejected_operations.replay_rejected(actor=actor, source_id=source_id, at=clock.now())
    still = sum(done.still_rejected.values())
    messages.success(request, f"{done.taken} came in, {still} cannot be taken in as they are.")
    return redirect(_page(source_id))


@require_http_methods(["GET", "POST"])
@desk_page
def drop(request: HttpRequest, actor: Actor, source_id: UUID) -> HttpResponse:
    """Ask once, then delete the rejected events."""
    source = sources.get_source(actor=actor, source_id=source_id)
    form = forms.Form(request.POST if request.method == "POST" else None)

    def carry_out() -> str:
        dropped = rejected_operations.drop_rejected(actor=actor, source_id=source_id, at=clock.now())
        return f"{dropped} rejected events were deleted."

    question = Question(
        title=f"Delete the rejected events of “{source.name}”",
        verb="Delete them",
        text="They were never taken in. This cannot be undone.",
        is_danger=True,
    )
    return ask(request, question, form, carry_out, beneath=_page(source_id))


def _page(source_id: UUID) -> str:
    return reverse("settings_source", kwargs={"source_id": source_id})

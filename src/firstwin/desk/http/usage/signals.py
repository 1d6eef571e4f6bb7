"""Usage, Signals: chances and risks as things to do, with the reason; and from when on somebody wants to hear of them."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.desk.http import answers, asks, signal_rows
from firstwin.desk.http.access import desk_page, may_edit, may_shape, words
from firstwin.desk.http.usage import frame
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.usage.contracts.signals import CHANCES, SignalKind, SignalState
from firstwin.usage.operations import signals as signal_operations
from firstwin.usage.queries import signals

SHOWN = {
    "open": ((SignalState.OPEN,), "Open"),
    "snoozed": ((SignalState.SNOOZED,), "Put off"),
    "settled": ((SignalState.DISMISSED, SignalState.ENDED), "Settled"),
}


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List what usage says that somebody should act on."""
    asked = words(request, "show") if words(request, "show") in SHOWN else "open"
    kinds = {"chances": tuple(CHANCES), "risks": tuple(set(SignalKind) - CHANCES)}.get(words(request, "kind"), ())
    page = signals.list_signals(
        actor=actor, states=SHOWN[asked][0], kinds=kinds, cursor=words(request, "cursor") or None
    )
    context = {
        "page": page,
        "entries": [signal_rows.entry(one) for one in page.items],
        "asked": asked,
        "kind": words(request, "kind"),
        "ways": [(key, label) for key, (_, label) in SHOWN.items()],
        "limits": [
            (name, text, asdict(signals.get_limits(actor=actor))[name])
            for name, (_, _, text) in signals.list_limits().items()
        ],
        "may_edit": may_edit(actor),
        "may_shape": may_shape(actor),
    }
    return frame.page(request, "usage_signals", "signals.html", context)


@require_POST
@desk_page
def look(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Look for signals now."""
    signal_operations.ask_for_signals(actor=actor, at=clock.now())
    return answers.done(request, "Looking now; what is found appears here within moments.")


class DismissForm(forms.Form):
    """Why a signal is settled."""

    reason = forms.CharField(
        label="What did you do, or why does it not matter?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@require_http_methods(["GET", "POST"])
@desk_page
def dismiss(request: HttpRequest, actor: Actor, signal_id: UUID) -> HttpResponse:
    """Say that a signal was dealt with."""
    signals.get_signal(actor=actor, signal_id=signal_id)
    form = DismissForm(request.POST if request.method == "POST" else None)

    def answered() -> str:
        signal_operations.dismiss_signal(
            actor=actor, signal_id=signal_id, reason=form.cleaned_data["reason"], at=clock.now()
        )
        return "Settled."

    question = asks.Question(title="Settle this signal", verb="Settle")
    undo_url = reverse("reopen_signal", kwargs={"signal_id": signal_id})
    return asks.ask(request, question, form, answered, beneath=reverse("usage_signals"), undo_url=undo_url)


class SnoozeForm(forms.Form):
    """For how long a signal is put off."""

    days = forms.IntegerField(label="For how many days", min_value=1, max_value=180, initial=7)


@require_http_methods(["GET", "POST"])
@desk_page
def snooze(request: HttpRequest, actor: Actor, signal_id: UUID) -> HttpResponse:
    """Put a signal off."""
    signals.get_signal(actor=actor, signal_id=signal_id)
    form = SnoozeForm(request.POST if request.method == "POST" else None)

    def answered() -> str:
        at = clock.now()
        until = at + timedelta(days=form.cleaned_data["days"])
        signal_operations.snooze_signal(actor=actor, signal_id=signal_id, until=until, at=at)
        return "Put off; it comes back if it is still so then."

    question = asks.Question(title="Put this signal off", verb="Put off")
    undo_url = reverse("reopen_signal", kwargs={"signal_id": signal_id})
    return asks.ask(request, question, form, answered, beneath=reverse("usage_signals"), undo_url=undo_url)


@require_POST
@desk_page
def reopen(request: HttpRequest, actor: Actor, signal_id: UUID) -> HttpResponse:
    """Take a dismissal or a pause back."""
    signal_operations.reopen_signal(actor=actor, signal_id=signal_id, at=clock.now())
    return answers.done(request, "Open again.")


class LimitsForm(forms.Form):
    """From when on something is noticed."""

    def __init__(self, data: Any = None, *, actor: Actor) -> None:
        super().__init__(data)
        now = asdict(signals.get_limits(actor=actor))
        for name, (low, high, text) in signals.list_limits().items():
            self.fields[name] = forms.IntegerField(label=text, min_value=low, max_value=high)
            self.initial[name] = now[name]


@require_http_methods(["GET", "POST"])
@desk_page
def limits(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Change from when on the workspace hears of signals."""
    form = LimitsForm(request.POST if request.method == "POST" else None, actor=actor)

    def answered() -> str:
        signal_operations.change_limits(actor=actor, changes=form.cleaned_data, at=clock.now())
        return "Saved. It counts from the next look on."

    question = asks.Question(title="When to speak up", verb="Save", is_wide=True)
    return asks.ask(request, question, form, answered, beneath=reverse("usage_signals"))

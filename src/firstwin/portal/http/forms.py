"""Forms of the portal; those of a task are made from what the task asks for."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from firstwin.communications.contracts import MailChoice, NotificationKind, Rsvp
from firstwin.projects.contracts import ReasonSide
from firstwin.shared import questions

_SCORES = {"csat": (1, 5), "nps": (0, 10), "ces": (1, 7), "relationship": (1, 5)}
STUCK_SIDES = (
    (ReasonSide.CUSTOMER.value, "We are not ready yet on our side"),
    (ReasonSide.VENDOR.value, "We need something from you"),
    (ReasonSide.THIRD_PARTY.value, "Somebody else holds it up"),
)
KIND_WORDS = {
    NotificationKind.REPLY: "Somebody answers or writes to you",
    NotificationKind.ASSIGNED: "Something new for you to do",
    NotificationKind.OVERDUE: "Something of yours is still open",
}
CHOICE_WORDS = (
    (MailChoice.AT_ONCE.value, "At once"),
    (MailChoice.DAILY.value, "Once a day"),
    (MailChoice.OFF.value, "Not by mail"),
)


class FreshLinkForm(forms.Form):
    """Asks for a fresh link."""

    email = forms.EmailField(
        label="Your email address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


class CommentForm(forms.Form):
    """A comment."""

    body = forms.CharField(max_length=10_000, widget=forms.Textarea(attrs={"rows": 3}))


class StuckForm(forms.Form):
    """Why something cannot go on."""

    side = forms.ChoiceField(label="What holds it up?", choices=STUCK_SIDES, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="What happened?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A sentence is enough.",
    )


class SendBackForm(forms.Form):
    """Why something is sent back."""

    reason = forms.CharField(label="What should change?", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class AnswerForm(forms.Form):
    """An answer to an invitation."""

    rsvp = forms.ChoiceField(choices=[(one.value, one.value) for one in Rsvp if one is not Rsvp.NEEDS_ACTION])
    note = forms.CharField(required=False, max_length=500)


class MailForm(forms.Form):
    """How somebody wants mail."""

    quiet_from = forms.TimeField(label="No mail from", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    quiet_until = forms.TimeField(label="No mail until", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    summary_at = forms.TimeField(
        label="Send the daily summary at", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, kinds: Sequence[NotificationKind], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            kind.value: forms.ChoiceField(label=KIND_WORDS[kind], choices=CHOICE_WORDS, widget=forms.Select)
            for kind in kinds
        }
        self.fields = {**choices, **self.fields}


def finish_form(
    kind: str, settings: Mapping[str, Any], *, data: Mapping[str, Any] | None = None, answers: Mapping[str, Any]
) -> forms.Form | None:
    """Return the form that finishes a task, or None where one press does; `answers` are those given before."""
    fields: dict[str, forms.Field] = {}
    if kind == "form":
        fields = {str(spec["key"]): questions.field(spec, is_open=True) for spec in settings.get("fields", ())}
    elif kind == "survey":
        low, high = _SCORES.get(str(settings.get("type", "csat")), (0, 10))
        scale = [(str(score), str(score)) for score in range(low, high + 1)]
        fields["score"] = forms.TypedChoiceField(
            label=settings.get("question") or "Your answer", choices=scale, coerce=int, widget=forms.RadioSelect
        )
        fields["comment"] = forms.CharField(
            label="What is the reason?", required=False, widget=forms.Textarea(attrs={"rows": 3})
        )
    elif kind in ("milestone", "usage"):
        fields["evidence"] = forms.CharField(
            label="What shows that it is done?", max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
        )
    if not fields:
        return None
    form = forms.Form(data=data, initial=dict(answers), prefix="answer")
    form.fields.update(fields)
    return form

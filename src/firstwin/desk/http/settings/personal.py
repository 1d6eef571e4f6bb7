"""What everyone settles for themselves: their profile, and which mail they get when."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from firstwin.communications.contracts import MailChoice, NotificationKind, Preferences
from firstwin.communications.operations import preferences as preference_operations
from firstwin.communications.queries import preferences as preference_queries
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.accounts.forms import ZONES, show_problems
from firstwin.desk.http.settings import tabs
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.identity.operations import members as member_operations
from firstwin.shared import clock
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError

KINDS = {
    NotificationKind.MENTION: ("Somebody mentions you", ""),
    NotificationKind.REPLY: ("Somebody answers you", ""),
    NotificationKind.ASSIGNED: ("A task becomes yours", ""),
    NotificationKind.STUCK: ("A task is stuck", "In projects that you look after."),
    NotificationKind.OVERDUE: ("A task is overdue", ""),
    NotificationKind.MEETING: ("A meeting changes", ""),
    NotificationKind.PLAN: ("Dates of yours move", "Because of leave, a day off or other working hours."),
    NotificationKind.DELIVERY: ("A mail did not arrive", ""),
    NotificationKind.FIRST_VALUE: ("A customer has its first win", ""),
    NotificationKind.PLAYBOOK: ("A new version of a playbook is out", "When projects that you look after use it."),
}
CHOICES = (
    (MailChoice.AT_ONCE.value, "At once"),
    (MailChoice.DAILY.value, "In the daily summary"),
    (MailChoice.OFF.value, "Not by mail"),
)


class ProfileForm(forms.Form):
    """How others see a person, and in which zone they read times."""

    name = forms.CharField(max_length=200)
    title = forms.CharField(label="Job title", required=False, max_length=120, help_text="Customers see it too.")
    time_zone = forms.ChoiceField(choices=(("UTC", "UTC"), *ZONES), help_text="All times are told in this zone.")


class MailForm(forms.Form):
    """One choice for each kind of news, and when no mail shall come."""

    quiet_from = forms.TimeField(label="Quiet from", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    quiet_until = forms.TimeField(
        label="Quiet until",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="What comes in between waits until the end.",
    )
    summary_at = forms.TimeField(
        label="Daily summary at", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, data: object, *, current: Preferences) -> None:
        initial = {
            "quiet_from": current.quiet_from,
            "quiet_until": current.quiet_until,
            "summary_at": current.summary_at,
            **{kind.value: choice.value for kind, choice in current.choices.items()},
        }
        super().__init__(data, initial=initial)  # type: ignore[arg-type]
        self._current = current
        times = dict(self.fields)
        self.fields = {
            kind.value: forms.ChoiceField(choices=CHOICES, label=KINDS[kind][0], help_text=KINDS[kind][1])
            for kind in current.choices
        }
        self.fields |= times

    def preferences(self) -> Preferences:
        """Return what was chosen, once it is valid; the zone stays that of the profile."""
        data = self.cleaned_data
        return Preferences(
            choices={kind: MailChoice(data[kind.value]) for kind in self._current.choices},
            quiet_from=data["quiet_from"],
            quiet_until=data["quiet_until"],
            summary_at=data["summary_at"],
            time_zone="",
        )


@require_http_methods(["GET", "POST"])
@desk_page
def edit_profile(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Change one's own name, title and time zone."""
    if actor.id is None:
        raise NotFoundError("Only people have a profile.")
    member = identity_queries.get_member(actor=actor, member_id=actor.id)
    initial = {"name": member.name, "title": member.title, "time_zone": member.time_zone}
    form = ProfileForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            member_operations.edit_member(actor=actor, member_id=actor.id, changes=form.cleaned_data, at=clock.now())
        except (InvalidInputError, PermissionDeniedError) as error:
            show_problems(form, error)
        else:
            messages.success(request, "Your profile was saved.")
            return redirect("settings_profile")
    context = {"form": form, "email": member.email}
    return tabs.page(request, actor, "settings_profile", "profile.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@desk_page
def choose_mail(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Choose what comes by mail at once, once a day, or not at all."""
    current = preference_queries.get_preferences(actor=actor)
    form = MailForm(request.POST or None, current=current)
    if form.is_valid():
        try:
            preference_operations.choose_mail(actor=actor, preferences=form.preferences(), at=clock.now())
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            messages.success(request, "Your choice was saved.")
            return redirect("settings_mail")
    context = {"form": form, "kinds": [form[kind.value] for kind in current.choices], "zone": actor.time_zone}
    return tabs.page(request, actor, "settings_mail", "mail.html", context, status=422 if form.is_bound else 200)

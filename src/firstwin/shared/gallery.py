"""The gallery of components, for development: every component in every state. Pages are built from it and nothing else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from firstwin.shared import states
from firstwin.shared.errors import Problem

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


class SampleForm(forms.Form):
    """Every kind of input."""

    name = forms.CharField(label="Company", help_text="As it stands in the contract.", max_length=80)
    email = forms.EmailField(label="Email", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    segment = forms.ChoiceField(label="Segment", choices=[("mid_market", "Mid-market"), ("enterprise", "Enterprise")])
    signed_on = forms.DateField(label="Signed on", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    seats = forms.IntegerField(label="Licensed seats", required=False, min_value=1)
    side = forms.ChoiceField(
        label="Whose side",
        widget=forms.RadioSelect,
        choices=[("vendor", "Ours"), ("customer", "The customer's")],
    )
    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agree = forms.BooleanField(label="Tell the customer by email", required=False)


STEPS = [
    {"name": "Kickoff", "state": "done", "detail": "Done on 12 February"},
    {"name": "Set-up", "state": "done", "detail": "Done on 24 February", "href": "#set-up"},
    {"name": "Data import", "state": "current", "detail": "3 of 7 done"},
    {"name": "Training", "state": "ahead", "detail": "from 16 March"},
    {"name": "First win", "state": "ahead", "detail": "by 2 April"},
]
RESULTS = [
    {
        "title": "Projects",
        "entries": [
            {"title": "Acme onboarding", "detail": "Data import", "href": "#acme", "icon": "rocket"},
            {"title": "Globex onboarding", "detail": "Kickoff", "href": "#globex", "icon": "rocket"},
        ],
    },
    {"title": "Commands", "entries": [{"title": "New project", "href": "#new", "icon": "plus"}]},
]


def _month() -> dict[str, Any]:
    """Return March 2026 with a day of every look, as calendars hand it to the page."""
    first = date(2026, 2, 23)
    texts = {
        date(2026, 3, 4): ("part", "clock", "Half a day"),
        date(2026, 3, 12): ("leave", "beach", "Ada is on leave"),
        date(2026, 3, 17): ("holiday", "confetti", "Saint Patrick's Day"),
        date(2026, 3, 21): ("extra", "briefcase", "Stocktaking"),
    }
    days = []
    for number in range(42):
        on = first + timedelta(days=number)
        look, icon, text = texts.get(on, ("closed" if on.weekday() > 4 else "", "", ""))
        outside, today = on.month != NOW.month, on == NOW.date()
        days.append({"on": on, "look": look, "icon": icon, "text": text, "is_outside": outside, "is_today": today})
    return {"first_on": NOW.date().replace(day=1), "weeks": [days[at : at + 7] for at in range(0, 42, 7)]}


def samples() -> dict[str, Any]:
    """Return what the gallery shows."""
    wrong = SampleForm({"name": "", "email": "not an address", "segment": "enterprise", "side": "vendor"})
    wrong.is_valid()
    return {
        "now": NOW,
        "month": _month(),
        "states": list(states.STATES),
        "form": SampleForm(initial={"segment": "enterprise"}, auto_id="good_%s"),
        "wrong_form": wrong,
        "steps": STEPS,
        "groups": RESULTS,
        "problems": (Problem("plan.yaml:12:5", "Unknown role “captain”.", "Use one of the roles listed under roles."),),
        "minutes_ago": NOW - timedelta(minutes=12),
        "days_ago": NOW - timedelta(days=3),
        "today": NOW + timedelta(hours=5),
        "in_weeks": NOW + timedelta(days=40),
        "rows": [
            {"name": "Acme", "stage": "Data import", "position": 2, "done": 12, "total": 40, "state": "on_track"},
            {"name": "Globex", "stage": "Kickoff", "position": 0, "done": 2, "total": 38, "state": "waiting"},
            {"name": "Initech", "stage": "Training", "position": 3, "done": 31, "total": 44, "state": "late"},
        ],
    }


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show every component; only where development aids are on."""
    if not settings.DEVELOPMENT:
        raise Http404
    return render(request, "gallery/index.html", samples())

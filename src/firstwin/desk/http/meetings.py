"""Meetings of a project: invite to one, move it, say that it was held, call it off. Nudges too."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from firstwin.communications.contracts import MeetingInfo, NewMeeting
from firstwin.communications.operations import meetings, messages
from firstwin.communications.queries import meetings as meeting_queries
from firstwin.communications.queries import times as time_queries
from firstwin.desk.http import answers, asks, people
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.task_forms import InstantInput, ReasonForm
from firstwin.identity.contracts import Actor
from firstwin.projects.queries import projects as project_queries
from firstwin.shared import clock

NOTICE = timedelta(hours=20)


class NewMeetingForm(forms.Form):
    """A meeting to invite to."""

    title = forms.CharField(label="Title", max_length=200)
    starts_at = forms.DateTimeField(label="When", widget=InstantInput(), help_text="In your own time zone.")
    minutes = forms.IntegerField(label="How long, in minutes", min_value=5, max_value=720, initial=60)
    attendees = forms.MultipleChoiceField(label="Who is invited", widget=forms.CheckboxSelectMultiple)
    location = forms.CharField(label="Where", required=False, max_length=300, help_text="A place or a link.")
    agenda = forms.CharField(
        label="Agenda", required=False, widget=forms.Textarea(attrs={"rows": 4}), help_text="One point in each line."
    )

    # The time stands early, beside the words that say whom it suits.
    field_order = ("title", "starts_at", "minutes", "attendees", "location", "agenda")

    def __init__(self, *args: Any, everybody: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attendees = self.fields["attendees"]
        assert isinstance(attendees, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        attendees.choices = everybody


class MoveMeetingForm(forms.Form):
    """Another time for a meeting."""

    starts_at = forms.DateTimeField(label="New time", widget=InstantInput(), help_text="In your own time zone.")
    reason = forms.CharField(label="Why", required=False, max_length=500, help_text="Everybody invited reads it.")


class HeldForm(forms.Form):
    """What came of a meeting."""

    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea(attrs={"rows": 5}))


def _times(
    request: HttpRequest,
    actor: Actor,
    form: forms.Form,
    *,
    project_id: UUID,
    attendee_ids: Sequence[UUID],
    minutes: int | None,
    leave_out: UUID | None = None,
) -> HttpResponse:
    """Say what speaks against the time in a form, and when everybody could meet; nothing is written."""
    found = None
    if attendee_ids and minutes:
        found = time_queries.find_times(
            actor=actor,
            project_id=project_id,
            attendee_ids=attendee_ids,
            minutes=minutes,
            since=clock.now() + NOTICE,
            starts_at=form.cleaned_data.get("starts_at"),
            leave_out=leave_out,
            time_zone=actor.time_zone,
        )
    return render(
        request, "desk/messages/_times.html", {"times": found, "starts_at": form.cleaned_data.get("starts_at")}
    )


def _beneath(meeting: MeetingInfo) -> str:
    return reverse("project_messages", kwargs={"project_id": meeting.project_id})


@require_http_methods(["GET", "POST"])
@desk_page
def invite(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Invite to a meeting."""
    at = clock.now()
    summary = project_queries.get_project(actor=actor, project_id=project_id, at=at).summary
    proposal = timezone.localtime(at + timedelta(days=2)).replace(hour=10, minute=0)
    form = NewMeetingForm(
        request.POST or None,
        everybody=people.choices(actor, summary.account_id),
        initial={"starts_at": proposal, "attendees": [f"vendor:{actor.id}"]},
    )

    def chosen() -> list[UUID]:
        return [person.id for person in map(people.chosen, form.cleaned_data.get("attendees", ())) if person]

    if request.method == "POST" and "try" in request.GET:
        form.is_valid()
        minutes = form.cleaned_data.get("minutes")
        return _times(request, actor, form, project_id=project_id, attendee_ids=chosen(), minutes=minutes)

    def answered() -> str:
        said = form.cleaned_data
        new = NewMeeting(
            project_id=project_id,
            title=said["title"],
            starts_at=said["starts_at"],
            minutes=said["minutes"],
            attendees=tuple(chosen()),
            agenda=tuple(line.strip() for line in said["agenda"].splitlines() if line.strip()),
            location=said["location"],
        )
        meetings.schedule_meeting(actor=actor, new=new, at=clock.now())
        return "Invitation sent."

    question = asks.Question(
        title=f"Meeting with {summary.account_name}",
        verb="Send invitation",
        is_wide=True,
        try_url=f"{request.path}?try=1",
    )
    beneath = reverse("project_messages", kwargs={"project_id": project_id})
    return asks.ask(request, question, form, answered, beneath=beneath)


@require_http_methods(["GET", "POST"])
@desk_page
def move(request: HttpRequest, actor: Actor, meeting_id: UUID) -> HttpResponse:
    """Give a meeting another time."""
    meeting = meeting_queries.get_meeting(actor=actor, meeting_id=meeting_id)
    form = MoveMeetingForm(request.POST or None, initial={"starts_at": timezone.localtime(meeting.starts_at)})
    if request.method == "POST" and "try" in request.GET:
        form.is_valid()
        return _times(
            request,
            actor,
            form,
            project_id=meeting.project_id,
            attendee_ids=[one.id for one in meeting.attendees],
            minutes=meeting.minutes,
            leave_out=meeting_id,
        )

    def answered() -> str:
        meetings.move_meeting(
            actor=actor,
            meeting_id=meeting_id,
            starts_at=form.cleaned_data["starts_at"],
            reason=form.cleaned_data["reason"],
            at=clock.now(),
        )
        return "Moved. Everybody invited is asked anew."

    question = asks.Question(title=f"Move “{meeting.title}”", verb="Move meeting", try_url=f"{request.path}?try=1")
    return asks.ask(request, question, form, answered, beneath=_beneath(meeting))


@require_http_methods(["GET", "POST"])
@desk_page
def say_held(request: HttpRequest, actor: Actor, meeting_id: UUID) -> HttpResponse:
    """Say that a meeting took place, with notes."""
    meeting = meeting_queries.get_meeting(actor=actor, meeting_id=meeting_id)
    form = HeldForm(request.POST or None)

    def answered() -> str:
        meetings.mark_held(actor=actor, meeting_id=meeting_id, notes=form.cleaned_data["notes"], at=clock.now())
        return "Noted that it took place."

    question = asks.Question(title=f"“{meeting.title}” took place", verb="Meeting was held")
    return asks.ask(request, question, form, answered, beneath=_beneath(meeting))


@require_http_methods(["GET", "POST"])
@desk_page
def call_off(request: HttpRequest, actor: Actor, meeting_id: UUID) -> HttpResponse:
    """Call a meeting off."""
    meeting = meeting_queries.get_meeting(actor=actor, meeting_id=meeting_id)
    form = ReasonForm(request.POST or None)

    def answered() -> str:
        meetings.cancel_meeting(actor=actor, meeting_id=meeting_id, reason=form.cleaned_data["reason"], at=clock.now())
        return "Called off."

    question = asks.Question(
        title=f"Call “{meeting.title}” off?",
        verb="Call off",
        text="It leaves the calendars of everybody invited, and they read the reason.",
        is_danger=True,
    )
    return asks.ask(request, question, form, answered, beneath=_beneath(meeting))


@require_POST
@desk_page
def nudge(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Remind the customer politely of one task."""
    at = clock.now()
    task = project_queries.get_task(actor=actor, task_id=task_id, at=at)
    message = messages.nudge(actor=actor, project_id=task.project_id, task_id=task_id, at=at)
    return answers.done(request, f"Reminded {message.to_name}.")

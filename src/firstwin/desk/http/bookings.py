"""Soft bookings: the list, booking time for a project to come, changing it, releasing it and taking it up again."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.customers.contracts import Segment
from firstwin.desk import queries
from firstwin.desk.contracts import BookingChoice
from firstwin.desk.http import answers, asks
from firstwin.desk.http.access import desk_page, may_edit, words
from firstwin.desk.http.accounts.forms import SEGMENTS, show_problems
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts.bookings import (
    LEAST_LIKELY,
    MOST_LIKELY,
    BookingInfo,
    BookingPatch,
    BookingState,
    NewBooking,
)
from firstwin.projects.operations import bookings
from firstwin.projects.queries import bookings as booking_queries
from firstwin.shared import clock
from firstwin.shared.errors import ConflictError, InvalidInputError

NOBODY = "Nobody yet"
LIKELY = 50


class BookingForm(forms.Form):
    """When a project likely begins, how likely it is, and whose time it would take."""

    customer = forms.CharField(
        label="For whom",
        max_length=200,
        help_text="An account as it is called here, or the name of a prospect.",
        widget=forms.TextInput(attrs={"list": "accounts", "autocomplete": "off"}),
    )
    segment = forms.ChoiceField(
        choices=(("", "That of the account"), *SEGMENTS), required=False, help_text="Needed for a prospect."
    )
    start_on = forms.DateField(label="Likely start", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    probability = forms.IntegerField(
        label="How likely, in per cent",
        min_value=LEAST_LIKELY,
        max_value=MOST_LIKELY,
        help_text="As many of its hours count beside the work that runs.",
    )
    note = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, choice: BookingChoice, booking: BookingInfo | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice = choice
        if booking is not None:
            del self.fields["customer"], self.fields["segment"]
            self.fields["version"] = forms.IntegerField(required=False, widget=forms.HiddenInput)
        team = [("", NOBODY), *((str(member.id), member.name) for member in choice.members)]
        for role in choice.definition.roles:
            if role.side is Side.VENDOR:
                self.fields[f"role.{role.key}"] = forms.ChoiceField(
                    label=role.name, choices=team, required=False, help_text=role.description
                )

    def about(self) -> list[forms.BoundField]:
        """Return what is asked about the project."""
        return [self[name] for name in self.fields if not name.startswith("role.")]

    def people(self) -> list[forms.BoundField]:
        """Return the roles of our side."""
        return [self[name] for name in self.fields if name.startswith("role.")]

    def role_map(self) -> dict[str, UUID]:
        """Return the members by role, once the form is valid."""
        chosen = ((name, self.cleaned_data[name]) for name in self.fields if name.startswith("role."))
        return {name.removeprefix("role."): UUID(value) for name, value in chosen if value}


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List what is booked, and what became of earlier bookings."""
    found = booking_queries.list_bookings(actor=actor)
    context = {
        "bookings": found,
        "ended": booking_queries.list_ended_bookings(actor=actor),
        "today": timezone.localdate(),
        "may_edit": may_edit(actor),
        "can_return": (BookingState.RELEASED, BookingState.EXPIRED),
    }
    return render(request, "desk/bookings/list.html", context)


@require_http_methods(["GET", "POST"])
@desk_page
def add(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Book time: choose a playbook, then say for whom, when and how likely."""
    playbook_id = _id(words(request, "playbook"))
    if playbook_id is None:
        playbooks = queries.list_launchable_playbooks(actor=actor)
        context = {"playbooks": playbooks, "query": request.GET.urlencode()}
        return render(request, "desk/bookings/playbook.html", context)
    choice = queries.get_booking_choice(actor=actor, playbook_id=playbook_id)
    initial = {
        "customer": words(request, "customer"),
        "start_on": timezone.localdate(),
        "probability": LIKELY,
    }
    form = BookingForm(request.POST or None, initial=initial, choice=choice)
    if form.is_valid():
        try:
            bookings.book(actor=actor, new=_new(actor, form, playbook_id), at=clock.now())
        except (InvalidInputError, ConflictError) as error:
            show_problems(form, error)
        else:
            messages.success(request, f"Booked for {form.cleaned_data['customer']}.")
            return redirect("bookings")
    status = 422 if form.is_bound else 200
    return render(request, "desk/bookings/form.html", {"form": form, "choice": choice}, status=status)


def _new(actor: Actor, form: BookingForm, playbook_id: UUID) -> NewBooking:
    data = form.cleaned_data
    account = queries.find_account_by_name(actor=actor, name=data["customer"])
    if account is None and not data["segment"]:
        form.add_error("segment", "No account is called so: choose the segment of the prospect.")
        raise InvalidInputError("This cannot be booked yet.")
    return NewBooking(
        playbook_id=playbook_id,
        start_on=data["start_on"],
        probability=data["probability"],
        account_id=account.id if account else None,
        prospect_name="" if account else data["customer"],
        segment=None if account else Segment(data["segment"]),
        role_map=form.role_map(),
        note=data["note"],
    )


@require_http_methods(["GET", "POST"])
@desk_page
def edit(request: HttpRequest, actor: Actor, booking_id: UUID) -> HttpResponse:
    """Change a booking."""
    booking = booking_queries.get_booking(actor=actor, booking_id=booking_id)
    choice = queries.get_booking_choice(actor=actor, playbook_id=booking.playbook_id)
    initial = {
        "start_on": booking.start_on,
        "probability": booking.probability,
        "note": booking.note,
        "version": booking.version,
        **{f"role.{role.key}": str(role.member_id or "") for role in booking.roles},
    }
    form = BookingForm(request.POST or None, initial=initial, choice=choice, booking=booking)
    if form.is_valid():
        data = form.cleaned_data
        patch = BookingPatch(
            start_on=data["start_on"], probability=data["probability"], note=data["note"], role_map=form.role_map()
        )
        try:
            bookings.change_booking(
                actor=actor, booking_id=booking_id, patch=patch, at=clock.now(), version=data["version"]
            )
        except (InvalidInputError, ConflictError) as error:
            show_problems(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("bookings")
    status = 422 if form.is_bound else 200
    context = {"form": form, "choice": choice, "booking": booking}
    return render(request, "desk/bookings/form.html", context, status=status)


@require_POST
@desk_page
def release(request: HttpRequest, actor: Actor, booking_id: UUID) -> HttpResponse:
    """Give the time of a booking free; it can be taken up again."""
    bookings.release_booking(actor=actor, booking_id=booking_id, at=clock.now())
    undo_url = reverse("restore_booking", kwargs={"booking_id": booking_id})
    return answers.done(request, "Released. The time is free again.", undo_url=undo_url)


class RestoreForm(forms.Form):
    """From when a booking counts again."""

    start_on = forms.DateField(
        label="Likely start",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Left empty, it stays as it was.",
    )


@require_http_methods(["GET", "POST"])
@desk_page
def restore(request: HttpRequest, actor: Actor, booking_id: UUID) -> HttpResponse:
    """Take a booking up again."""
    booking = booking_queries.get_booking(actor=actor, booking_id=booking_id)
    form = RestoreForm(request.POST if request.method == "POST" else None, initial={"start_on": timezone.localdate()})

    def answered() -> str:
        bookings.restore_booking(
            actor=actor, booking_id=booking_id, start_on=form.cleaned_data["start_on"], at=clock.now()
        )
        return "Booked again."

    question = asks.Question(title=f"Book the time for {booking.name} again", verb="Book again")
    return asks.ask(request, question, form, answered, beneath=reverse("bookings"))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def names_of(found: Iterable[BookingInfo]) -> list[tuple[str, str]]:
    """Return bookings as choices of a launch."""
    return [
        (
            str(one.id),
            f"{one.name}, likely {one.start_on.day} {one.start_on:%B}, {one.probability} %",
        )
        for one in found
    ]

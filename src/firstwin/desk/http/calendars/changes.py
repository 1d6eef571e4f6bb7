"""Changes of a calendar, asked in dialogs over its page."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from firstwin.calendars.contracts import CalendarInfo, DayInfo, HolderKind, Repeat
from firstwin.calendars.operations import days, hours
from firstwin.calendars.queries import calendars as calendar_queries
from firstwin.calendars.queries import capacities
from firstwin.desk.http import answers
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.asks import Question, ask
from firstwin.desk.http.calendars.forms import CapacityForm, DayForm, HoursForm
from firstwin.desk.http.calendars.pages import address_of, holder_from
from firstwin.identity.contracts import Actor
from firstwin.shared import clock

PERSONS = (HolderKind.MEMBER, HolderKind.CONTACT)
FOLLOW = "Plans that it touches follow in a moment."


def _calendar(actor: Actor, holder_kind: str, holder_id: UUID) -> CalendarInfo:
    holder = holder_from(holder_kind, holder_id)
    return calendar_queries.get_calendar(actor=actor, holder=holder, today=timezone.localdate())


@require_http_methods(["GET", "POST"])
@desk_page
def add_day(request: HttpRequest, actor: Actor, holder_kind: str, holder_id: UUID) -> HttpResponse:
    """Enter leave, a day off, hours away or an extra working day."""
    calendar = _calendar(actor, holder_kind, holder_id)
    is_person = calendar.holder.kind in PERSONS
    # An undo sends what was taken out in the address.
    data = request.POST if "kind" in request.POST else request.GET if request.method == "POST" else None
    form = DayForm(data, is_person=is_person, on=_day(request.GET.get("on", "")))

    def carry_out() -> HttpResponse:
        day_id = days.add_day(actor=actor, holder=calendar.holder, new=form.new(), at=clock.now())
        undo = reverse("calendar_day_remove", kwargs={"day_id": day_id})
        return answers.done(request, f"Entered. {FOLLOW}", undo_url=undo)

    title = f"Add leave for {calendar.holder_name}" if is_person else f"Add a day for {calendar.holder_name}"
    return ask(request, Question(title=title, verb="Add"), form, carry_out, beneath=address_of(calendar.holder))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_http_methods(["GET", "POST"])
@desk_page
def change_day(request: HttpRequest, actor: Actor, day_id: UUID) -> HttpResponse:
    """Change an exception."""
    day = calendar_queries.get_day(actor=actor, day_id=day_id, today=timezone.localdate())
    form = DayForm(request.POST or None, is_person=day.holder.kind in PERSONS, day=day)

    def carry_out() -> str:
        days.change_day(actor=actor, day_id=day_id, new=form.new(), at=clock.now())
        return f"Changed. {FOLLOW}"

    return ask(request, Question(title=day.words, verb="Save"), form, carry_out, beneath=address_of(day.holder))


@require_POST
@desk_page
def remove_day(request: HttpRequest, actor: Actor, day_id: UUID) -> HttpResponse:
    """Take an exception out; it can be put back at once."""
    day = calendar_queries.get_day(actor=actor, day_id=day_id, today=timezone.localdate())
    days.remove_day(actor=actor, day_id=day_id, at=clock.now())
    return answers.done(request, f"Taken out: {day.words}.", undo_url=_put_back(day))


def _put_back(day: DayInfo) -> str:
    """Return the address that enters an exception again; none for a repetition that nobody can choose."""
    if day.repeat is Repeat.CUSTOM:
        return ""
    values = {
        "kind": day.kind.value,
        "first_on": day.first_on,
        "last_on": day.last_on,
        "starts": f"{day.hours[0][0]:%H:%M}" if day.hours else "",
        "ends": f"{day.hours[-1][1]:%H:%M}" if day.hours else "",
        "repeat": day.repeat.value,
        "repeat_until": day.repeat_until or "",
        "label": day.label,
    }
    address = reverse("calendar_day_add", kwargs={"holder_kind": day.holder.kind.value, "holder_id": day.holder.id})
    return f"{address}?{urlencode(values)}"


@require_http_methods(["GET", "POST"])
@desk_page
def set_hours(request: HttpRequest, actor: Actor, holder_kind: str, holder_id: UUID) -> HttpResponse:
    """Change the hours of the week, the time zone, and whose public holidays count."""
    calendar = _calendar(actor, holder_kind, holder_id)
    form = HoursForm(
        request.POST or None,
        calendar=calendar,
        countries=calendar_queries.list_countries(actor=actor),
        regions=calendar_queries.list_subdivisions(actor=actor, country=calendar.country),
    )

    def carry_out() -> str:
        hours.set_hours(actor=actor, holder=calendar.holder, changes=form.changes(), at=clock.now())
        return f"Saved. {FOLLOW}"

    question = Question(
        title=f"Working hours of {calendar.holder_name}",
        verb="Save hours",
        text="One line a day, such as 9:00-12:00, 13:00-17:00. An empty day is closed.",
    )
    return ask(request, question, form, carry_out, beneath=address_of(calendar.holder))


@require_http_methods(["GET", "POST"])
@desk_page
def set_capacity(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """Say how many hours a member has for customers, and what they know well."""
    calendar = _calendar(actor, HolderKind.MEMBER.value, member_id)
    form = CapacityForm(
        request.POST or None,
        capacity=capacities.get_capacity(actor=actor, member_id=member_id),
        known_skills=capacities.list_skills(actor=actor),
    )

    def carry_out() -> str:
        hours.set_capacity(
            actor=actor,
            member_id=member_id,
            weekly_hours=form.cleaned_data["weekly_hours"],
            skills=form.skill_list(),
            at=clock.now(),
        )
        return "Saved."

    question = Question(title=f"Time and skills of {calendar.holder_name}", verb="Save")
    return ask(request, question, form, carry_out, beneath=address_of(calendar.holder))

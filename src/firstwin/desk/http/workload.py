"""People's time: everybody's weeks as a heat map, what is behind a week, and handing it on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404
from django.utils import timezone
from django.views.decorators.http import require_safe

from firstwin.customers.contracts import Segment
from firstwin.desk.http import portfolio_address
from firstwin.desk.http.access import desk_page, is_fragment, may_edit, words
from firstwin.desk.http.downloads import csv_answer
from firstwin.identity.contracts import Actor, Role
from firstwin.projects.contracts.workload import (
    USUAL_WEEKS,
    LoadLevel,
    MemberLoad,
    WeekLoad,
    Workload,
    WorkloadFilters,
)
from firstwin.projects.queries import projects as project_queries
from firstwin.projects.queries import suggestions, workload
from firstwin.shared import clock, wording
from firstwin.shared.errors import InvalidInputError

WEEKS = (4, 8, 12, 26)
LEAST_LIKELY = Decimal("0.5")
"""Hours below which a cell would say plus nothing."""
NARROWING = ("role", "skill", "segment", "time_zone", "over")
HEAT = {LoadLevel.FREE: 1, LoadLevel.BUSY: 2, LoadLevel.FULL: 3}
_LABELS: Mapping[str, str] = {"skill": "Knows", "time_zone": "Time zone"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A week of somebody as the table shows it."""

    week: WeekLoad
    heat: str
    label: str
    spoken: str
    nothing: str


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show everybody's weeks."""
    return render(request, "desk/workload/people.html", _context(request, actor))


@require_safe
@desk_page
def export(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    """Send the table as CSV, a line for each week of each member."""
    at = clock.now()
    found = workload.get_workload(actor=actor, at=at, filters=_filters(request), weeks=_weeks(request))
    return csv_answer(f"people-{at:%Y-%m-%d}.csv", _HEAD, _lines(_asked(request, found)))


_HEAD = (
    "Member",
    "Role",
    "Time zone",
    "Skills",
    "Week",
    "Hours of work",
    "Likely hours",
    "Hours there are",
    "State",
    "Away",
)


def _lines(members: Sequence[MemberLoad]) -> Iterator[tuple[object, ...]]:
    for member in members:
        for week in member.weeks:
            yield (
                member.name,
                member.role.value,
                member.time_zone,
                ", ".join(member.skills),
                week.monday.isoformat(),
                week.hours,
                week.likely,
                week.capacity,
                week.level.value,
                ", ".join(week.away),
            )


@require_safe
@desk_page
def show_week(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """Show what is behind a week of somebody, beside the table."""
    monday = _day(words(request, "on"))
    found = workload.get_week_tasks(actor=actor, member_id=member_id, monday=monday, at=clock.now())
    context = {
        "found": found,
        "cell": _cell(found.member, found.week),
        "last": monday + timedelta(days=6),
        "here": request.get_full_path(),
        "beneath": _beneath(request),
        "others": [(f"vendor:{other.member_id}", f"{other.name} ({other.free:.0f} h free)") for other in found.others],
        "may_edit": may_edit(actor),
    }
    if is_fragment(request):
        return render(request, "desk/workload/week.html", context)
    return render(request, "desk/workload/people.html", {**_context(request, actor), **context})


@require_safe
@desk_page
def relieve(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """Answer who could take tasks of a week that is too full."""
    monday = _day(words(request, "on"))
    relief = suggestions.suggest_relief(actor=actor, member_id=member_id, monday=monday, at=clock.now())
    return render(request, "desk/workload/_relief.html", {"relief": relief})


@require_safe
@desk_page
def suggest(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Show who could take a task and why; nothing happens until one is chosen."""
    at = clock.now()
    task = project_queries.get_task(actor=actor, task_id=task_id, at=at)
    if not is_fragment(request):
        return redirect("task", project_id=task.project_id, task_id=task.id)
    found = suggestions.suggest_owners(actor=actor, task_id=task_id, at=at)
    return render(request, "desk/workload/suggest.html", {"task": task, "suggested": found})


def _context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    weeks = _weeks(request)
    found = workload.get_workload(actor=actor, at=clock.now(), filters=_filters(request), weeks=weeks)
    first = [member.weeks[0] for member in found.members]
    is_over_only = words(request, "over") == "1"
    return {
        "workload": found,
        "rows": [
            (member, [_cell(member, week) for week in member.weeks])
            for member in _ordered(_asked(request, found), words(request, "sort"))
        ],
        "is_over_only": is_over_only,
        "weeks": weeks,
        "week_choices": WEEKS,
        "over_count": sum(member.is_over for member in found.members),
        "away_count": sum(any(week.has_days_off for week in member.weeks) for member in found.members),
        "free_now": sum(max(week.capacity - week.hours, 0) for week in first),
        "roles": list(Role),
        "segments": list(Segment),
        "skills": [(skill, skill) for skill in found.skills],
        "time_zones": [(zone, zone) for zone in found.time_zones],
        "chips": _chips(request),
        "cleared": reverse("workload"),
        "list_url": f"{reverse('workload')}?{request.GET.urlencode()}",
    }


def _asked(request: HttpRequest, found: Workload) -> list[MemberLoad]:
    """Return everybody, or with `?over=1` those who have too much in some week."""
    return [member for member in found.members if member.is_over or words(request, "over") != "1"]


def _ordered(members: Sequence[MemberLoad], sort: str) -> list[MemberLoad]:
    """Return members by the hours that they have free, or else by name, either way round."""
    is_turned = sort.startswith("-")
    if sort.removeprefix("-") == "free":
        return sorted(members, key=lambda member: member.free, reverse=is_turned)
    return list(reversed(members)) if sort == "-member" else list(members)


def _cell(member: MemberLoad, week: WeekLoad) -> Cell:
    heat = (
        "over" if week.level is LoadLevel.OVER else str(HEAT[week.level]) if week.level in HEAT and week.hours else ""
    )
    likely = f" and likely {week.likely:.0f} more" if week.likely >= LEAST_LIKELY else ""
    of = f"{week.hours:.0f} of {week.capacity:.0f} hours{likely}, {week.level.value}"
    nothing = _nothing(week, is_present=week.monday == member.weeks[0].monday)
    away = f", {', '.join(week.away)}" if week.away else ""
    label = f"Week of {week.monday.day} {week.monday:%B}"
    return Cell(week, heat, label, f"{member.name}, {label.lower()}: {nothing or of}{away}", nothing)


def _nothing(week: WeekLoad, *, is_present: bool) -> str:
    """Return what to say of a week without hours and without work, as the present one is on its Sunday; "" for any other."""
    if week.capacity > 0 or week.hours > 0 or week.likely >= LEAST_LIKELY:
        return ""
    return "no hours are left in this week" if is_present else "no working hours in this week"


def _filters(request: HttpRequest) -> WorkloadFilters:
    role, segment = words(request, "role"), words(request, "segment")
    try:
        return WorkloadFilters(
            role=Role(role) if role else None,
            segment=Segment(segment) if segment else None,
            skill=words(request, "skill"),
            time_zone=words(request, "time_zone"),
        )
    except ValueError:
        raise InvalidInputError("This is not a filter of this list.", remedy="Choose one from the filters.") from None


def _weeks(request: HttpRequest) -> int:
    text = words(request, "weeks")
    return int(text) if text in {str(weeks) for weeks in WEEKS} else USUAL_WEEKS


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        today = timezone.localdate()
        return today - timedelta(days=today.weekday())


def _chips(request: HttpRequest) -> list[portfolio_address.Chip]:
    return [
        portfolio_address.Chip(
            _said(name, value),
            f"{reverse('workload')}{portfolio_address.without(request.GET, name, value)}",
        )
        for name in NARROWING
        if (value := words(request, name))
    ]


def _said(name: str, value: str) -> str:
    if name == "over":
        return "Over in some week"
    return f"{_LABELS[name]}: {value}" if name in _LABELS else wording.in_words(value)


def _beneath(request: HttpRequest) -> str:
    """Return the address of the table under the panel, with its filters."""
    current = request.headers.get("HX-Current-URL", "")
    path = "/" + current.split("//", 1)[-1].partition("/")[2]
    try:
        name = resolve(path.partition("?")[0]).url_name
    except Resolver404:
        name = None
    return path if current and name == "workload" else reverse("workload")

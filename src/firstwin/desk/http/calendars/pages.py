"""The calendar of the workspace, a member, an account or a contact: month or year, what is coming up, hours, exceptions."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from firstwin.calendars.contracts import CalendarInfo, Holder, HolderKind
from firstwin.calendars.queries import calendars as calendar_queries
from firstwin.calendars.queries import capacities, imports
from firstwin.customers import queries as customer_queries
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.calendars import months
from firstwin.desk.http.settings import tabs
from firstwin.identity.contracts import Actor
from firstwin.shared.errors import NotFoundError

AHEAD = timedelta(days=180)


def holder_from(holder_kind: str, holder_id: UUID) -> Holder:
    """Return whose calendar an address names."""
    try:
        return Holder(kind=HolderKind(holder_kind), id=holder_id)
    except ValueError:
        raise Http404 from None


def address_of(holder: Holder) -> str:
    """Return the page of a calendar."""
    if holder.kind is HolderKind.WORKSPACE:
        return reverse("settings_calendar")
    return reverse("calendar", kwargs={"holder_kind": holder.kind.value, "holder_id": holder.id})


@require_safe
@desk_page
def show_workspace(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show when the workspace works."""
    holder = Holder(kind=HolderKind.WORKSPACE, id=actor.workspace_id)
    return tabs.page(request, actor, "settings_calendar", "calendar.html", _context(request, actor, holder))


@require_safe
@desk_page
def show_own(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show one's own calendar and leave."""
    if actor.id is None:
        raise NotFoundError("Only people have a calendar of their own.")
    holder = Holder(kind=HolderKind.MEMBER, id=actor.id)
    return tabs.page(request, actor, "settings_own_calendar", "calendar.html", _context(request, actor, holder))


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor, holder_kind: str, holder_id: UUID) -> HttpResponse:
    """Show the calendar of a member, an account or a contact."""
    context = _context(request, actor, holder_from(holder_kind, holder_id))
    return render(request, "desk/calendars/page.html", context)


def _context(request: HttpRequest, actor: Actor, holder: Holder) -> dict[str, Any]:
    today = timezone.localdate()
    calendar = calendar_queries.get_calendar(actor=actor, holder=holder, today=today)
    is_member = holder.kind is HolderKind.MEMBER
    own = [day for day in calendar.days if not day.is_inherited]
    return {
        "calendar": calendar,
        "crumb": _crumb(actor, calendar),
        "here": request.path,
        "today": today,
        "closures": calendar_queries.list_closures(actor=actor, holder=holder, first_on=today, last_on=today + AHEAD),
        "week": tuple(zip(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), calendar.week, strict=True)),
        "own_days": [day for day in own if day.repeats or day.last_on >= today],
        "past_days": [day for day in own if not day.repeats and day.last_on < today],
        "capacity": capacities.get_capacity(actor=actor, member_id=holder.id) if is_member else None,
        "contacts": _contacts(actor, holder, today),
        "imports": imports.list_imports(actor=actor, holder=holder) if calendar.can_edit else (),
        **_view(request, actor, holder, today),
    }


def _contacts(actor: Actor, holder: Holder, today: date) -> Any:
    if holder.kind is not HolderKind.ACCOUNT:
        return ()
    return calendar_queries.list_contact_closures(
        actor=actor, account_id=holder.id, first_on=today, last_on=today + AHEAD
    )


def _crumb(actor: Actor, calendar: CalendarInfo) -> tuple[str, str]:
    match calendar.holder.kind:
        case HolderKind.ACCOUNT | HolderKind.CONTACT if calendar.account_id is not None:
            account = customer_queries.get_account(actor=actor, account_id=calendar.account_id)
            return account.name, reverse("account", kwargs={"account_id": account.id})
        case _:
            return "Members", reverse("settings_members")


def _view(request: HttpRequest, actor: Actor, holder: Holder, today: date) -> dict[str, Any]:
    """Return the month or the year that the address asks for."""
    year = request.GET.get("year", "")
    if year.isascii() and year.isdigit() and 2000 <= int(year) <= 2099:
        firsts = [date(int(year), month, 1) for month in range(1, 13)]
        before, after = f"?year={int(year) - 1}", f"?year={int(year) + 1}"
        title = year
    else:
        firsts = [_month(request.GET.get("month", ""), today)]
        before = f"?month={months.month_before(firsts[0]):%Y-%m}"
        after = f"?month={months.next_month(firsts[0]):%Y-%m}"
        title = f"{firsts[0]:%B %Y}"
    begin, end = months.bounds(firsts[0])[0], months.bounds(firsts[-1])[1]
    days = calendar_queries.list_days(actor=actor, holder=holder, first_on=begin, last_on=end)
    return {
        "months": [months.month_of(first, days, today) for first in firsts],
        "is_year": len(firsts) > 1,
        "title": title,
        "before": before,
        "after": after,
        "month_address": f"?month={firsts[0]:%Y-%m}",
        "year_address": f"?year={firsts[0].year}",
    }


def _month(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return found if 2000 <= found.year <= 2099 else today.replace(day=1)

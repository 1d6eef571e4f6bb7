"""Whose days were lost over many projects: by project, account, playbook, owner or task; and on a playbook."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from firstwin.customers.contracts import Segment
from firstwin.desk.http import days
from firstwin.desk.http.access import desk_page, words
from firstwin.desk.http.downloads import csv_answer
from firstwin.desk.http.playbooks import pages as playbook_pages
from firstwin.desk.http.portfolio_address import Chip, without
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.playbooks import queries as playbook_queries
from firstwin.projects.contracts.ledger import DayFilters, DaySums, LedgerSide, SumsBy
from firstwin.projects.queries import day_sums
from firstwin.shared import clock
from firstwin.shared.errors import InvalidInputError
from firstwin.shared.pagination import MAX_PAGE_SIZE

WAYS: tuple[tuple[SumsBy, str], ...] = (
    (SumsBy.ACCOUNT, "Account"),
    (SumsBy.PROJECT, "Project"),
    (SumsBy.PLAYBOOK, "Playbook"),
    (SumsBy.OWNER, "Owner"),
    (SumsBy.TASK, "Task"),
)
NARROWING = ("since", "until", "side", "segment", "owner", "playbook", "account")
_LEADS = {SumsBy.ACCOUNT: ("account", "account_id"), SumsBy.PROJECT: ("project_days", "project_id")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a bar, in percents of the longest one."""

    side: LedgerSide
    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table: what it is about, where it leads, and its bar."""

    sums: DaySums
    href: str
    parts: tuple[Part, ...]
    won: float


def filters_of(query: QueryDict) -> DayFilters:
    """Return the filters that an address asks for; raises InvalidInputError for one that does not exist."""
    return DayFilters(
        since=_choice(date.fromisoformat, query.get("since", "")),
        until=_choice(date.fromisoformat, query.get("until", "")),
        side=_choice(LedgerSide, query.get("side", "")),
        segment=_choice(Segment, query.get("segment", "")),
        owner_id=_choice(UUID, query.get("owner", "")),
        playbook_id=_choice(UUID, query.get("playbook", "")),
        account_id=_choice(UUID, query.get("account", "")),
    )


def _way(query: QueryDict) -> SumsBy:
    return _choice(SumsBy, query.get("by", "")) or SumsBy.ACCOUNT


def _choice(kind: Any, text: str) -> Any:
    try:
        return kind(text) if text else None
    except ValueError:
        raise InvalidInputError(
            f"“{text[:80]}” is not a filter of this list.", remedy="Choose one from the filters."
        ) from None


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the days of every project, added up as the address asks."""
    filters, by = filters_of(request.GET), _way(request.GET)
    owners = {str(member.id): member.name for member in identity_queries.list_members(actor=actor)}
    playbooks = {str(book.id): book.name for book in playbook_queries.list_playbooks(actor=actor, limit=200).items}
    names = {"owner": owners, "playbook": playbooks}
    context = {
        **_sums(request, actor, by, filters),
        "now": clock.now(),
        "ways": WAYS,
        "owners": owners,
        "playbooks": playbooks,
        "segments": list(Segment),
        "all_sides": [(side.value, name) for side, name in days.SIDES],
        "chips": [
            Chip(_label(name, value, names), without(request.GET, name, value))
            for name in NARROWING
            if (value := words(request, name))
        ],
        "cleared": f"{reverse('day_sums')}?by={by}",
        "export_url": f"{reverse('day_sums_export')}?{request.GET.urlencode()}",
    }
    return render(request, "desk/days/sums.html", context)


@require_safe
@desk_page
def show_playbook(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Show on a playbook which of its tasks, or which of its projects, lost days."""
    by = SumsBy.PROJECT if words(request, "by") == SumsBy.PROJECT else SumsBy.TASK
    context = playbook_pages.context_of(request, actor, playbook_id, "days")
    context |= _sums(request, actor, by, DayFilters(playbook_id=playbook_id))
    query = f"playbook={playbook_id}&by={by}"
    context |= {"now": clock.now(), "export_url": f"{reverse('day_sums_export')}?{query}"}
    return render(request, "desk/playbooks/days.html", context)


@require_safe
@desk_page
def export(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    """Send the sums as CSV, a line for each row of the table, on all its pages."""
    by, filters = _way(request.GET), filters_of(request.GET)
    head = [dict(WAYS)[by], "Projects", "Days lost", "Days won back", "In all"]
    head += [f"{name}: {what}" for _, name in days.SIDES for what in ("lost", "won back")]
    return csv_answer(f"days-by-{by}-{clock.now():%Y-%m-%d}.csv", head, _lines(actor, by, filters))


def _lines(actor: Actor, by: SumsBy, filters: DayFilters) -> Iterator[list[object]]:
    cursor: str | None = None
    while True:
        page = day_sums.list_sums(actor=actor, by=by, filters=filters, cursor=cursor, limit=MAX_PAGE_SIZE)
        for sums in page.items:
            line: list[object] = [sums.name, sums.projects, sums.lost, sums.gained, sums.days]
            of = {one.side: one for one in sums.sides}
            for side, _ in days.SIDES:
                line += [of[side].lost, of[side].gained] if side in of else [0, 0]
            yield line
        cursor = page.next_cursor
        if cursor is None:
            return


def _sums(request: HttpRequest, actor: Actor, by: SumsBy, filters: DayFilters) -> dict[str, Any]:
    page = day_sums.list_sums(actor=actor, by=by, filters=filters, cursor=request.GET.get("cursor") or None)
    totals = day_sums.get_totals(actor=actor, filters=filters)
    most = max((max(sums.lost, sums.gained) for sums in page.items), default=1) or 1
    return {
        "by": by.value,
        "by_name": dict(WAYS)[by],
        "totals": totals,
        "legend": [(one, days.NAMES[one.side]) for one in totals.sides],
        "rows": [_row(sums, by, most) for sums in page.items],
        "next_cursor": page.next_cursor,
    }


def _row(sums: DaySums, by: SumsBy, most: int) -> Row:
    parts, x = [], 0.0
    for side in sums.sides:
        width = round(side.lost / most * 100, 2)
        if width:
            parts.append(Part(side=side.side, x=round(x, 2), width=width))
        x += width
    href = ""
    if by in _LEADS and sums.id is not None:
        name, parameter = _LEADS[by]
        href = reverse(name, kwargs={parameter: sums.id})
    elif by is SumsBy.PLAYBOOK:
        href = reverse("playbook_days", kwargs={"playbook_id": sums.id})
    return Row(sums=sums, href=href, parts=tuple(parts), won=round(sums.gained / most * 100, 2))


def _label(name: str, value: str, names: dict[str, dict[str, str]]) -> str:
    match name:
        case "since":
            return f"From {value}"
        case "until":
            return f"Until {value}"
        case "side":
            return days.NAMES[LedgerSide(value)]
        case "segment":
            return value.replace("_", " ").capitalize()
        case "account":
            return "One account"
        case _:
            return f"{name.capitalize()}: {names[name].get(value, 'another one')}"

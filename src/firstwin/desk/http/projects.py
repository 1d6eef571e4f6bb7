"""The portfolio: every onboarding as a table or a board, with numbers that are filters."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from firstwin.customers.contracts import Industry, Segment
from firstwin.desk import queries as desk_queries
from firstwin.desk.http import portfolio_address
from firstwin.desk.http.access import desk_page, may_edit
from firstwin.desk.http.downloads import csv_answer
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.playbooks import queries as playbook_queries
from firstwin.projects.contracts import ProjectSummary, Standing
from firstwin.projects.contracts.portfolio import ProjectFacets, ProjectFilters
from firstwin.projects.queries import portfolio
from firstwin.shared import clock, pagination

NUMBERS = (
    (Standing.LATE, "Late", "late", "clock-exclamation"),
    (Standing.AT_RISK, "At risk", "risk", "alert-triangle"),
    (Standing.WAITING, "Waiting", "waiting", "hourglass"),
    (Standing.NON_RESPONSIVE, "Silent", "waiting", "message-circle"),
    (Standing.ON_TRACK, "On track", "done", "circle-check"),
    (Standing.ON_HOLD, "On hold", "neutral", "player-pause"),
)
COLUMNS = {
    "stage": "Stage",
    "progress": "Progress",
    "milestone": "Next milestone",
    "end": "Planned end",
    "likely": "Likely end",
    "owner": "Owner",
    "customer": "Customer seen",
    "segment": "Segment",
    "playbook": "Playbook",
}
USUAL_COLUMNS = ("stage", "progress", "milestone", "likely", "owner", "customer")


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the portfolio as its address asks for it."""
    at = clock.now()
    asked = portfolio_address.read(request.GET)
    owners = {str(member.id): member.name for member in identity_queries.list_members(actor=actor)}
    playbooks = {str(book.id): book.name for book in playbook_queries.list_playbooks(actor=actor, limit=200).items}
    context: dict[str, Any] = {
        "now": at,
        "asked": asked,
        "numbers": numbers(request, portfolio.count_projects(actor=actor, at=at, filters=_apart_from_standing(asked))),
        "chips": portfolio_address.chips(request.GET, owners=owners, playbooks=playbooks),
        "cleared": portfolio_address.cleared(request.GET),
        "owners": owners,
        "playbooks": playbooks,
        "segments": list(Segment),
        "industries": list(Industry),
        "views": desk_queries.list_views(actor=actor, page="projects"),
        "may_edit": may_edit(actor),
        "me": str(actor.id),
    }
    if asked.is_board:
        context["columns"] = portfolio.get_board(actor=actor, at=at, filters=asked.filters)
        return render(request, "desk/projects/board.html", context)
    context["page"] = portfolio.list_projects(
        actor=actor,
        at=at,
        filters=asked.filters,
        sort=asked.sort,
        is_descending=asked.is_descending,
        cursor=asked.cursor,
    )
    taste = desk_queries.get_taste(actor=actor)
    context["shown"] = taste.get("projects.columns", list(USUAL_COLUMNS))
    context["is_dense"] = taste.get("projects.density") == "dense"
    context["all_columns"] = COLUMNS
    return render(request, "desk/projects/table.html", context)


def _apart_from_standing(asked: portfolio_address.Asked) -> ProjectFilters:
    """Return the filters without the standing, so that the numbers stay comparable while one of them is chosen."""
    filters = asked.filters
    return ProjectFilters(
        states=filters.states,
        owner_id=filters.owner_id,
        playbook_id=filters.playbook_id,
        segment=filters.segment,
        industry=filters.industry,
        stage=filters.stage,
        search=filters.search,
    )


def numbers(request: HttpRequest, facets: ProjectFacets) -> list[dict[str, Any]]:
    """Return the numbers above the list; each is a link to the projects it counts."""
    chosen = request.GET.getlist("standing")
    query = request.GET.copy()
    query.pop("cursor", None)
    query.pop("state", None)
    query.pop("standing", None)
    rest = query.urlencode()
    found: list[dict[str, Any]] = [
        {
            "label": "Running",
            "value": facets.running,
            "href": f"?{rest}",
            "is_active": not chosen and not request.GET.get("state"),
            "tone": "",
            "icon": "player-play",
        }
    ]
    for standing, label, tone, icon in NUMBERS:
        query["standing"] = standing.value
        found.append(
            {
                "label": label,
                "value": facets.by_standing.get(standing, 0),
                "href": f"?{query.urlencode()}",
                "is_active": standing.value in chosen,
                "tone": tone,
                "icon": icon,
            }
        )
    return found


@require_safe
@desk_page
def export(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    """Send the whole filtered list as CSV, page by page, so that ten thousand rows need no memory."""
    at = clock.now()
    asked = portfolio_address.read(request.GET)
    first = _page(actor, asked, at, None)
    rows = (_row(project) for project in _all_projects(actor, asked, at, first))
    return csv_answer(f"projects-{at:%Y-%m-%d}.csv", _HEAD, rows)


_HEAD = (
    "Account",
    "Project",
    "State",
    "Why",
    "Stage",
    "Done",
    "Tasks",
    "Next milestone",
    "Next milestone on",
    "Target end",
    "Planned end",
    "Likely end",
    "Chance to meet the target",
    "Owner",
    "Segment",
    "Industry",
    "Playbook",
    "Version",
    "Signed",
    "First win",
    "Customer last seen",
)


def _row(project: ProjectSummary) -> tuple[object, ...]:
    return (
        project.account_name,
        project.name,
        project.standing.value,
        project.standing_reason,
        project.current_stage,
        project.done_count,
        project.task_count,
        project.next_milestone,
        _day(project.next_milestone_at),
        _day(project.target_end_at),
        _day(project.planned_end_at),
        _day(project.likely_end_at),
        "" if project.likely_chance is None else f"{project.likely_chance:.0%}",
        project.owner.name if project.owner else "",
        project.segment,
        project.industry,
        project.playbook_name,
        project.playbook_version,
        _day(project.signed_at),
        _day(project.first_value_at),
        _day(project.last_customer_activity_at),
    )


def _day(at: datetime | None) -> str:
    return timezone.localtime(at).date().isoformat() if at else ""


def _page(
    actor: Actor, asked: portfolio_address.Asked, at: datetime, cursor: str | None
) -> pagination.Page[ProjectSummary]:
    return portfolio.list_projects(
        actor=actor,
        at=at,
        filters=asked.filters,
        sort=asked.sort,
        is_descending=asked.is_descending,
        cursor=cursor,
        limit=pagination.MAX_PAGE_SIZE,
    )


def _all_projects(
    actor: Actor, asked: portfolio_address.Asked, at: datetime, page: pagination.Page[ProjectSummary]
) -> Iterator[ProjectSummary]:
    yield from page.items
    while page.next_cursor:
        page = _page(actor, asked, at, page.next_cursor)
        yield from page.items

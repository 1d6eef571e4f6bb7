"""The frame of the pages about usage: their tabs, and what stands there while the event store is away."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from firstwin.customers import queries as customer_queries
from firstwin.desk import queries as desk_queries
from firstwin.desk.http.access import desk_page, may_govern
from firstwin.desk.http.downloads import csv_answer
from firstwin.desk.http.shell import address_of
from firstwin.desk.http.usage.charts import Chart
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.shared.errors import NotFoundError
from firstwin.usage.contracts.store import StoreUnavailableError

Arguments = ParamSpec("Arguments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One tab; `name` is the URL name of its page."""

    name: str
    label: str
    href: str


TABS = (
    ("usage", "Overview"),
    ("usage_adoption", "Adoption"),
    ("usage_funnel", "Funnel"),
    ("usage_retention", "Retention"),
    ("usage_time_to_value", "Time to first win"),
    ("usage_people", "People and companies"),
    ("usage_events", "Events"),
    ("usage_features", "Features"),
    ("usage_first_value", "First win"),
    ("usage_signals", "Signals"),
)
"""URL name and label. A tab whose page does not exist yet is not shown."""


View = Callable[Concatenate[HttpRequest, Actor, Arguments], HttpResponseBase]
Opened = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def usage_page(view: View[Arguments]) -> Opened[Arguments]:
    """Give a page its actor, as desk_page does; while the event store does not answer, say so calmly in its place."""

    def away(request: HttpRequest, actor: Actor, problem: str, /, **_kwargs: Any) -> HttpResponse:
        name = (request.resolver_match.url_name if request.resolver_match else None) or ""
        context = {"problem": problem, "may_govern": may_govern(actor)}
        return page(request, name, "unavailable.html", context, status=StoreUnavailableError.status)

    return _guarded(view, away)


def account_page(view: View[Arguments]) -> Opened[Arguments]:
    """Do the same for the page of an account, which keeps its own frame."""

    def away(request: HttpRequest, actor: Actor, problem: str, /, *, account_id: UUID) -> HttpResponse:
        account = customer_queries.get_account(actor=actor, account_id=account_id)
        context = {"account": account, "problem": problem, "is_away": True, "may_govern": may_govern(actor)}
        return render(request, "desk/usage/account.html", context, status=StoreUnavailableError.status)

    return _guarded(view, away)


def _guarded(view: View[Arguments], away: Callable[..., HttpResponse]) -> Opened[Arguments]:
    @functools.wraps(view)
    def open_page(
        request: HttpRequest, actor: Actor, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponseBase:
        try:
            return view(request, actor, *args, **kwargs)
        except StoreUnavailableError as error:
            response = away(request, actor, error.detail, **kwargs)
            response.headers["Retry-After"] = "10"
            return response

    return desk_page(open_page)


def page(request: HttpRequest, name: str, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Answer one page about usage with its tabs; `name` is the URL name of the tab that it stands under."""
    shown = {**context, "tabs": tabs(), "current": name}
    return render(request, f"desk/usage/{template}", shown, status=status)


def figures(
    request: HttpRequest, actor: Actor, name: str, template: str, context: dict[str, Any], charts: Sequence[Chart] = ()
) -> HttpResponseBase:
    """Answer a page of figures; `csv` in its address asks for the table of one of them instead."""
    shown = {
        **context,
        **{chart.key: chart for chart in charts},
        "views": desk_queries.list_views(actor=actor, page=name),
        "may_save": actor.role is not None,
        "page_key": name,
    }
    return find_download(request, charts) or page(request, name, template, shown)


def figures_of_account(
    request: HttpRequest, template: str, context: dict[str, Any], charts: Sequence[Chart]
) -> HttpResponseBase:
    """Answer the figures of an account, in its own frame; `csv` in the address asks for one of them as CSV."""
    shown = {**context, **{chart.key: chart for chart in charts}}
    return find_download(request, charts) or render(request, f"desk/usage/{template}", shown)


def find_download(request: HttpRequest, charts: Sequence[Chart]) -> HttpResponseBase | None:
    """Return the figure that the address asks for as CSV, or None. Raises NotFoundError."""
    wanted = request.GET.get("csv")
    if not wanted:
        return None
    chart = next((one for one in charts if one.key == wanted), None)
    if chart is None:
        raise NotFoundError("There is no such figure to download.", remedy="Download it from its page.")
    return csv_answer(f"{chart.key}-{clock.now():%Y-%m-%d}.csv", chart.labels, chart.plain)


def tabs() -> list[Tab]:
    """Return the tabs whose pages exist."""
    found = [Tab(name=name, label=label, href=address_of(name)) for name, label in TABS]
    return [tab for tab in found if tab.href]

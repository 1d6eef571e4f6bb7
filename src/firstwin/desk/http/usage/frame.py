"""The frame of the pages about usage: their tabs, and what stands there while the event store is away."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from firstwin.desk.http.access import desk_page, may_govern
from firstwin.desk.http.shell import address_of
from firstwin.identity.contracts import Actor
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
    ("usage_first_value", "First value"),
    ("usage_signals", "Signals"),
)
"""URL name and label. A tab whose page does not exist yet is not shown."""


def usage_page(
    view: Callable[Concatenate[HttpRequest, Actor, Arguments], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]:
    """Give a page its actor, as desk_page does; while the event store does not answer, say so calmly in its place."""

    @functools.wraps(view)
    def open_page(
        request: HttpRequest, actor: Actor, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponseBase:
        try:
            return view(request, actor, *args, **kwargs)
        except StoreUnavailableError as error:
            name = request.resolver_match.url_name if request.resolver_match else ""
            context = {"problem": error.detail, "may_govern": may_govern(actor)}
            response = page(request, name or "", "unavailable.html", context, status=StoreUnavailableError.status)
            response.headers["Retry-After"] = "10"
            return response

    return desk_page(open_page)


def page(request: HttpRequest, name: str, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Answer one page about usage with its tabs; `name` is the URL name of the tab that it stands under."""
    shown = {**context, "tabs": tabs(), "current": name}
    return render(request, f"desk/usage/{template}", shown, status=status)


def tabs() -> list[Tab]:
    """Return the tabs whose pages exist."""
    found = [Tab(name=name, label=label, href=address_of(name)) for name, label in TABS]
    return [tab for tab in found if tab.href]

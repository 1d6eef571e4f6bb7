"""The door of every page of the team: who acts, in which time zone, and how refusals are answered."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, NotSignedInError
from firstwin.shared import pages
from firstwin.shared.errors import FirstwinError

Arguments = ParamSpec("Arguments")
Page = Callable[Concatenate[HttpRequest, Actor, Arguments], HttpResponseBase]


def desk_page(view: Page[Arguments]) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]:
    """Give a page its actor; answer an expected error in words, and lead a stranger to the sign-in page."""

    @functools.wraps(view)
    def open_page(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        try:
            actor = identity_queries.actor_of(request)
            timezone.activate(ZoneInfo(actor.time_zone))
            return view(request, actor, *args, **kwargs)
        except NotSignedInError:
            return _to_sign_in(request)
        except FirstwinError as error:
            return pages.answer_to(request, error)

    return open_page


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Refresh": "true"})
    return redirect_to_login(request.get_full_path())


def is_fragment(request: HttpRequest) -> bool:
    """Return whether htmx asks for a part of a page (and not for a page that it boosts)."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-Boosted")


def words(request: HttpRequest, name: str) -> str:
    """Return one parameter of the address without blanks around it; "" when it is missing."""
    return request.GET.get(name, "").strip()


def kept(request: HttpRequest, **more: Any) -> dict[str, Any]:
    """Return the parameters of the address for a template, with what the page adds."""
    return {**request.GET.dict(), **more}

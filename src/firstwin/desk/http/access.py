"""The door of every page of the team: who acts and in which time zone. Errors are answered by identity's middleware."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import ADMIN_ROLES, AUDIT_ROLES, DESIGNER_ROLES, EDITOR_ROLES, Actor

Arguments = ParamSpec("Arguments")
Page = Callable[Concatenate[HttpRequest, Actor, Arguments], HttpResponseBase]


def desk_page(view: Page[Arguments]) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]:
    """Give a page its actor and tell its times in the reader's zone; raises NotSignedInError for a stranger."""

    @functools.wraps(view)
    def open_page(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        actor = identity_queries.actor_of(request)
        timezone.activate(ZoneInfo(actor.time_zone))
        return view(request, actor, *args, **kwargs)

    return open_page


def is_fragment(request: HttpRequest) -> bool:
    """Return whether htmx asks for a part of a page."""
    return bool(request.headers.get("HX-Request"))


def words(request: HttpRequest, name: str) -> str:
    """Return one parameter of the address without blanks around it; "" when it is missing."""
    return request.GET.get(name, "").strip()


def kept(request: HttpRequest, **more: Any) -> dict[str, Any]:
    """Return the parameters of the address for a template, with what the page adds."""
    return {**request.GET.dict(), **more}


def may_edit(actor: Actor) -> bool:
    """Return whether to offer changes at all; what really may be done is decided below."""
    return actor.role in EDITOR_ROLES


def may_shape(actor: Actor) -> bool:
    """Return whether to offer what managers and above do."""
    return actor.role in DESIGNER_ROLES


def may_govern(actor: Actor) -> bool:
    """Return whether to offer what owners and admins do: members, keys, the workspace itself."""
    return actor.role in ADMIN_ROLES


def may_audit(actor: Actor) -> bool:
    """Return whether to offer the whole journal."""
    return actor.role in AUDIT_ROLES

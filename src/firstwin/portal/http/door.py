"""The door of the portal: a link from a mail lets in, a cookie of its own keeps in, and every request proves it again.

The cookie holds the same signed token as the link, so that revoking the link ends every visit at once. It is apart from
the session of members: a member who opens a customer's link stays signed in as a member elsewhere.
"""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from firstwin.customers.contracts import PortalLinkEndedError
from firstwin.customers.operations import portal_access
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.portal import queries
from firstwin.shared import clock
from firstwin.shared.errors import FirstwinError, NotFoundError

COOKIE = "firstwin_portal"
ACTING_COOKIE = "firstwin_portal_as"
PATH = "/portal/"
YEAR = 60 * 60 * 24 * 365
HOUR = 60 * 60
_SALT = "firstwin.portal.as"

Arguments = ParamSpec("Arguments")
Page = Callable[Concatenate[HttpRequest, Actor, Arguments], HttpResponseBase]


def portal_page(view: Page[Arguments]) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]:
    """Give a page its reader; who has no valid link is told how to get one, an expected error is told in words."""

    @functools.wraps(view)
    def open_page(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        actor = find_reader(request)
        if actor is None:
            return HttpResponseRedirect(reverse("portal_ask"))
        with timezone.override(zone_of(actor)):
            try:
                response = view(request, actor, *args, **kwargs)
            except FirstwinError as error:
                response = show_error(request, actor, error)
        response.headers["Cache-Control"] = "no-store"
        return response

    return open_page


def zone_of(actor: Actor) -> ZoneInfo:
    """Return the zone that a reader reads dates in; UTC where theirs is unknown."""
    try:
        return ZoneInfo(actor.time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def find_reader(request: HttpRequest) -> Actor | None:
    """Return who visits: a member who acts as a contact, or the contact whose link the cookie holds; else None."""
    acting = _find_acting(request)
    if acting is not None:
        return acting
    token = request.COOKIES.get(COOKIE, "")
    if not token:
        return None
    try:
        return portal_access.open_portal_link(token=token, at=clock.now())
    except (NotFoundError, PortalLinkEndedError):
        return None


def let_in(response: HttpResponse, token: str) -> None:
    """Keep a link's token in the portal's cookie, and end looking as somebody else."""
    _set(response, COOKIE, token, YEAR)
    response.delete_cookie(ACTING_COOKIE, path=PATH)


def let_member_in(response: HttpResponse, contact_id: UUID, member_id: UUID) -> None:
    """Let a member look as a contact for an hour, in this browser and with their own session only."""
    _set(response, ACTING_COOKIE, signing.dumps([str(contact_id), str(member_id)], salt=_SALT), HOUR)


def let_out(response: HttpResponse, *, only_acting: bool = False) -> None:
    """Forget who visited."""
    response.delete_cookie(ACTING_COOKIE, path=PATH)
    if not only_acting:
        response.delete_cookie(COOKIE, path=PATH)


def show_error(request: HttpRequest, actor: Actor, error: FirstwinError) -> HttpResponse:
    """Answer an expected error within the portal: what happened and the way back."""
    context = {"workspace": queries.get_frame(actor=actor), "actor": actor, "error": error}
    return render(request, "portal/error.html", context, status=error.status)


def _find_acting(request: HttpRequest) -> Actor | None:
    cookie = request.COOKIES.get(ACTING_COOKIE, "")
    if not cookie:
        return None
    try:
        contact_id, member_id = signing.loads(cookie, salt=_SALT, max_age=HOUR)
        member = identity_queries.find_actor_of(request)
        if member is None or str(member.id) != member_id:
            return None
        return queries.get_acting_contact(actor=member, contact_id=UUID(contact_id))
    except (signing.BadSignature, ValueError, TypeError, FirstwinError):
        return None


def _set(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )

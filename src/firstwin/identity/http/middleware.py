"""Puts the actor on every request and turns errors of the product into pages."""

from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.usersessions.models import UserSession
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from firstwin.identity import queries
from firstwin.identity.contracts import NotSignedInError
from firstwin.shared import clock, pages
from firstwin.shared.errors import FirstwinError

API_PREFIX = "/api/"
SEEN_IN_SESSION = "seen_at"
SEEN_EVERY_SECONDS = 300


class ActorMiddleware:
    """`request.actor` is who acts, found when first asked for; asking raises NotSignedInError or NoWorkspaceError.

    On pages, NotSignedInError leads to the sign-in page and back, and every other FirstwinError that a view lets
    through becomes a page with its status. The API answers for itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = SimpleLazyObject(lambda: queries.actor_of(request))  # type: ignore[attr-defined]
        _note_activity(request)
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if request.path_info.startswith(API_PREFIX) or not isinstance(error, FirstwinError):
            return None
        if isinstance(error, NotSignedInError):
            return _to_sign_in(request)
        return pages.answer_to(request, error)


def _note_activity(request: HttpRequest) -> None:
    """Keep the list of sessions fresh, with one write every few minutes and not one at every request."""
    if not request.session.session_key or not request.user.is_authenticated:
        return
    now = int(clock.now().timestamp())
    if now - int(request.session.get(SEEN_IN_SESSION, 0)) >= SEEN_EVERY_SECONDS:
        request.session[SEEN_IN_SESSION] = now
        UserSession.objects.create_from_request(request)


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Lead to the sign-in page and back; a fragment that htmx asked for makes the whole page go there."""
    if request.headers.get("HX-Request") != "true":
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = redirect_to_login(f"{shown.path or '/'}{'?' if shown.query else ''}{shown.query}")
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = back["Location"]
    return answer

"""Who calls the API: a program with a key, or a member with a session."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from firstwin.identity import queries
from firstwin.identity.contracts import Actor, NotSignedInError, Scope
from firstwin.identity.operations import api_keys, api_requests
from firstwin.journal.contracts import AuthorKind
from firstwin.shared import clock
from firstwin.shared.errors import PermissionDeniedError

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_COUNTED = "_firstwin_counted"


def caller_of(request: HttpRequest) -> Actor | None:
    """Return who calls, counting the request against their limit, or None for nobody.

    A key that is shown must be valid: a request with a bad key never falls back to the session.
    Raises NotSignedInError and TooManyRequestsError.
    """
    at = clock.now()
    text = bearer_of(request)
    if text is not None:
        known = getattr(request, _COUNTED, None)
        actor: Actor | None = known or api_keys.authenticate_api_key(text=text, at=at)
    else:
        actor = queries.find_actor_of(request)
    if actor is not None:
        _count(request, actor, at)
        queries.keep_actor(request, actor)
    return actor


def bearer_of(request: HttpRequest) -> str | None:
    """Return the key that the request shows, or None where it shows none."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else None


def _count(request: HttpRequest, actor: Actor, at: datetime) -> None:
    if getattr(request, _COUNTED, None) is None:
        setattr(request, _COUNTED, actor)
        api_requests.take_permit(actor=actor, per_minute=settings.API_REQUESTS_PER_MINUTE, at=at)


class KeyOfProgram(HttpBearer):
    """A bearer key. Reading needs the scope `read` or the one that writes there; writing needs that one."""

    def __init__(self, *, read: Scope, write: Scope) -> None:
        super().__init__()
        self._read, self._write = read, write

    def __call__(self, request: HttpRequest) -> Actor | None:
        return None if bearer_of(request) is None else self.authenticate(request, "")

    def authenticate(self, request: HttpRequest, token: str) -> Actor:  # noqa: ARG002
        actor = caller_of(request)
        if actor is None or actor.kind is not AuthorKind.API_KEY:
            raise NotSignedInError("This API key is not valid, expired or revoked.")
        needed = {Scope.ADMIN, self._write} | ({self._read} if request.method in SAFE_METHODS else set())
        if not needed & actor.scopes:
            names = " or ".join(sorted(scope.value for scope in needed))
            raise PermissionDeniedError(f"The key lacks the scope {names}.", remedy="Make a key with that scope.")
        return actor


class MemberWithSession(APIKeyCookie):
    """A signed-in member; their cookie needs a CSRF token beside it whenever something is written."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Actor | None:
        if bearer_of(request) is not None:
            return None
        queries.actor_of(request)  # nobody at all is 401; only then does a missing CSRF token matter
        super().__call__(request)
        return caller_of(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> None:  # noqa: ARG002
        return None

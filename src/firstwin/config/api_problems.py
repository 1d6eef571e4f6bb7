"""Every error under /api is problem+json: those of the product, of validation, of addresses, and unexpected ones."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from firstwin.identity.contracts import NotSignedInError
from firstwin.shared import problem_json
from firstwin.shared.errors import FirstwinError, Problem

logger = logging.getLogger(__name__)
API_PREFIX = "/api/"
_DETAILS = {
    400: ("The request could not be read.", "Look at the reference under /api/docs."),
    403: ("The request was refused.", "Send the CSRF token in X-CSRFToken, or use an API key."),
    404: ("There is nothing at this address.", "Look at the reference under /api/docs."),
    405: ("This address does not know that method.", "Look at the reference under /api/docs."),
    413: ("The request is too large.", "Send less at once."),
    500: ("Something broke on our side; nothing was changed.", "Try again later. The error was written down."),
}


class ApiProblemsMiddleware:
    """Turns what reaches it as an HTML or empty error under /api into problem+json."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request."""
        response = self._get_response(request)
        if (
            response.status_code < 400
            or not request.path_info.startswith(API_PREFIX)
            or response.headers.get("Content-Type", "").startswith(problem_json.CONTENT_TYPE)
        ):
            return response
        answer = plain_problem(response.status_code)
        for name in ("Allow", "Retry-After", "WWW-Authenticate"):
            if name in response.headers:
                answer[name] = response.headers[name]
        return answer


def plain_problem(status: int) -> HttpResponse:
    """Return a problem of which only the status is known."""
    detail, remedy = _DETAILS.get(status, _DETAILS[500 if status >= 500 else 400])
    return problem_json.problem_response(status=status, detail=detail, remedy=remedy)


def add_handlers(api: NinjaAPI) -> None:
    """Make the API answer each kind of exception with a problem."""
    api.add_exception_handler(FirstwinError, _of_product)
    api.add_exception_handler(ValidationError, _of_validation)
    api.add_exception_handler(HttpError, _of_status)
    api.add_exception_handler(Http404, _of_missing)
    for fault in (BadRequest, SuspiciousOperation, MultiPartParserError):
        api.add_exception_handler(fault, _of_unreadable)
    api.add_exception_handler(Exception, _unexpected)


def _of_product(_request: HttpRequest, error: FirstwinError | type[FirstwinError]) -> HttpResponse:
    assert isinstance(error, FirstwinError)  # noqa: S101 - ninja types handlers for classes too
    response = problem_json.response_of(error)
    if isinstance(error, NotSignedInError):
        response["WWW-Authenticate"] = 'Bearer realm="firstwin"'
    return response


def _of_validation(_request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    found: Sequence[dict[str, Any]] = error.errors if isinstance(error, ValidationError) else []
    return problem_json.problem_response(
        status=422,
        code="invalid_input",
        title="Please correct what you sent",
        detail="The request does not have the form that this address expects.",
        remedy="Look at the reference under /api/docs.",
        problems=tuple(Problem(_place(fault.get("loc", ())), str(fault.get("msg", ""))) for fault in found[:50]),
    )


def _place(location: Sequence[Any]) -> str:
    """("body", "new", "name") is the field `name` of the body; ("query", "limit") is the parameter `limit`."""
    parts = [str(part) for part in location]
    kept = parts[2:] if parts[:1] == ["body"] and len(parts) > 2 else parts[1:]
    return ".".join(kept) or ".".join(parts)


def _of_status(_request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    status = error.status_code if isinstance(error, HttpError) else 500
    return plain_problem(status)


def _of_missing(_request: HttpRequest, _error: Http404 | type[Http404]) -> HttpResponse:
    return plain_problem(404)


def _of_unreadable(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """What Django itself would answer, had the API not seen the error first."""
    return plain_problem(413 if isinstance(error, RequestDataTooBig) else 400)


def _unexpected(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    logger.error("unexpected error in %s %s", request.method, request.path, exc_info=error)  # type: ignore[arg-type]
    return plain_problem(500)

"""Errors as application/problem+json (RFC 9457)."""

from http import HTTPStatus

import msgspec
from django.http import HttpResponse

from firstwin.shared.errors import FirstwinError, Problem

CONTENT_TYPE = "application/problem+json"


def response_of(error: FirstwinError) -> HttpResponse:
    """Return the answer to a request that an error ended; a `retry_after` on the error becomes its header."""
    response = problem_response(
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        remedy=error.remedy,
        problems=error.problems,
    )
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def problem_response(
    *,
    status: int,
    code: str = "",
    title: str = "",
    detail: str = "",
    remedy: str = "",
    problems: tuple[Problem, ...] = (),
) -> HttpResponse:
    """Return a problem; `code` is the stable word for programs, `errors` name each place and remedy."""
    phrase = HTTPStatus(status).phrase
    body = {
        "type": "about:blank",
        "title": title or phrase,
        "status": status,
        "code": code or phrase.lower().replace(" ", "_"),
        "detail": detail,
        "remedy": remedy,
        "errors": [
            {"place": problem.place, "message": problem.message, "remedy": problem.remedy} for problem in problems
        ],
    }
    return HttpResponse(msgspec.json.encode(body), status=status, content_type=CONTENT_TYPE)

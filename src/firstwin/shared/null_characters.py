"""Null characters: no person types one, PostgreSQL stores none, and SQLite would."""

import re
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

NULL = "\x00"
_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # in JSON, and not the text of a backslash before u0000


def refuse_null_characters(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer a request that holds one with 400, on every database alike; files may hold what they like."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if _holds_one(request):
            raise BadRequest("A null character stands in this request.")
        return get_response(request)

    return answer


def _holds_one(request: HttpRequest) -> bool:
    if "%00" in request.META.get("QUERY_STRING", "") or NULL in request.path_info:
        return True
    if request.content_type in _FORMS:
        return any(NULL in value for _, values in request.POST.lists() for value in values)
    return request.path_info.startswith("/api/") and _ESCAPED.search(request.body) is not None

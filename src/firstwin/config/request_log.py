"""What is known about every request: an id that its log lines carry, how long it took, and how it ended."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from firstwin.config import metrics
from firstwin.shared import ids

SLOW_AFTER_SECONDS = 1.0
log = structlog.get_logger("firstwin.request")
_acceptable_id = re.compile(r"^[A-Za-z0-9._-]{8,64}$")

Answer = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Trace:
    """The id of a request and when it began."""

    request_id: str
    started: float = field(default_factory=time.perf_counter)


class RequestLog:
    """Middleware, the outermost one. Logs the route, never the address: addresses hold tokens and names."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request, and tell how."""
        trace = self._begin(request)
        return self._end(request, self._get_response(request), trace)

    @staticmethod
    def _begin(request: HttpRequest) -> "Trace":
        given = request.headers.get("X-Request-ID", "")
        trace = Trace(request_id=given if _acceptable_id.match(given) else ids.new_id().hex)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=trace.request_id)
        return trace

    @staticmethod
    def _end(request: HttpRequest, response: HttpResponseBase, trace: "Trace") -> HttpResponseBase:
        seconds = time.perf_counter() - trace.started
        match = request.resolver_match
        route = (match.view_name or match.route) if match else "unmatched"
        metrics.observe_request(request.method or "", route, response.status_code, seconds)
        response.headers["X-Request-ID"] = trace.request_id
        facts = {
            "method": request.method,
            "route": route,
            "status": response.status_code,
            "milliseconds": round(seconds * 1000, 1),
        }
        if response.status_code >= 500:
            log.error("request failed", **facts)
        elif seconds >= SLOW_AFTER_SECONDS and not response.streaming:
            log.warning("request was slow", **facts)
        elif settings.LOG_REQUESTS:
            log.info("request", **facts)
        return response

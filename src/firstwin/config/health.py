"""Health and metrics: for load balancers, container runtimes and Prometheus."""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from firstwin.config import database, heartbeat, metrics, readings
from firstwin.shared import clock

LOOPBACK = {"127.0.0.1", "::1"}
EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


@dataclass
class Known:
    """What a process need not ask twice: tables that are up to date stay so while it runs."""

    is_up_to_date: bool = False


_known = Known()


@require_safe
@never_cache
def live(_request: HttpRequest) -> HttpResponse:
    """Answer: this process runs."""
    return HttpResponse("live\n", content_type="text/plain", headers={"X-Firstwin": "yes"})


@require_safe
@never_cache
def ready(_request: HttpRequest) -> HttpResponse:
    """Answer whether requests can be served. A silent worker is reported, but pages still work: that stays 200."""
    checks = {"database": "ok", "migrations": "ok", "worker": "ok"}
    try:
        connection.ensure_connection()
        waiting = 0 if _known.is_up_to_date else database.count_waiting_migrations()
        _known.is_up_to_date = waiting == 0
        if waiting:
            checks["migrations"] = f"{waiting} missing"
            checks["worker"] = "unknown"
        elif not heartbeat.is_alive(seen := heartbeat.last_beat(), now=clock.now()):
            checks["worker"] = f"silent since {seen.isoformat()}" if seen else "has not run yet"
    except DatabaseError:
        checks = {"database": "does not answer", "migrations": "unknown", "worker": "unknown"}
    can_serve = checks["database"] == checks["migrations"] == "ok"
    status = "ready" if can_serve and checks["worker"] == "ok" else "degraded" if can_serve else "not ready"
    return JsonResponse({"status": status, "checks": checks}, status=200 if can_serve else 503)


@require_safe
@never_cache
def read_metrics(request: HttpRequest) -> HttpResponse:
    """Return the figures for Prometheus: to this machine, or to whoever brings the token."""
    if not may_read_metrics(request):
        return HttpResponse("Send Authorization: Bearer and the token in FIRSTWIN_METRICS_TOKEN.\n", status=403)
    return HttpResponse(metrics.exposition(readings.gauges(now=clock.now())), content_type=EXPOSITION)


def may_read_metrics(request: HttpRequest) -> bool:
    """Say whether a request may read the figures; one that came through a proxy is not of this machine."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    came_through_a_proxy = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not came_through_a_proxy

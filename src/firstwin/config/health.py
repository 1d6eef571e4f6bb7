"""Health and metrics: for load balancers, container runtimes and Prometheus."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from firstwin.config import database, heartbeat, metrics, readings
from firstwin.shared import clock
from firstwin.usage.queries import inbox, keeping

LOOPBACK = {"127.0.0.1", "::1"}
EVENTS_WAIT_AT_MOST = timedelta(minutes=5)
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
    checks = {"database": "ok", "migrations": "ok", "worker": "ok", "product_events": "ok"}
    try:
        connection.ensure_connection()
        waiting = 0 if _known.is_up_to_date else database.count_waiting_migrations()
        _known.is_up_to_date = waiting == 0
        if waiting:
            checks["migrations"] = f"{waiting} missing"
            checks["worker"] = checks["product_events"] = "unknown"
        elif not heartbeat.is_alive(seen := heartbeat.last_beat(), now=clock.now()):
            checks["worker"] = f"silent since {seen.isoformat()}" if seen else "has not run yet"
        if not waiting:
            checks["product_events"] = _told_of_product_events()
    except DatabaseError:
        checks = {
            "database": "does not answer",
            "migrations": "unknown",
            "worker": "unknown",
            "product_events": "unknown",
        }
    can_serve = checks["database"] == checks["migrations"] == "ok"
    is_well = checks["worker"] == checks["product_events"] == "ok"
    status = "ready" if can_serve and is_well else "degraded" if can_serve else "not ready"
    return JsonResponse({"status": status, "checks": checks}, status=200 if can_serve else 503)


def _told_of_product_events() -> str:
    """Say whether product events get into their store: senders are not refused, so that is no reason to send nobody here."""
    oldest = inbox.get_fill().oldest_at
    if oldest is not None and clock.now() - oldest > EVENTS_WAIT_AT_MOST:
        return f"wait since {oldest.isoformat()}"
    state = keeping.get_state()
    if state.failed_orders or state.set_aside:
        return f"{state.set_aside} batches set aside, {state.failed_orders} orders failed"
    return "ok"


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

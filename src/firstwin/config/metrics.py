"""Figures of the installation for Prometheus; correct with any number of web processes."""

import os

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_own = CollectorRegistry()
_requests = Histogram(
    "firstwin_request_seconds",
    "How long requests took, by route name and status class",
    labelnames=("method", "route", "status"),
    registry=_own,
    buckets=(0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12),
)


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request."""
    known_method = method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"
    _requests.labels(known_method, route, f"{status // 100}xx").observe(seconds)


def exposition(*collectors: Collector) -> bytes:
    """Return everything in the text format of Prometheus: the requests of all processes, then the given collectors."""
    registry = _own
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    own = CollectorRegistry()
    for collector in collectors:
        own.register(collector)
    return generate_latest(registry) + generate_latest(own)


class Gauges(Collector):
    """Figures asked for at the moment of reading."""

    def __init__(self, *families: Metric) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        """Return the figures."""
        return list(self._families)

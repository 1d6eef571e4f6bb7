"""Figures that are asked for at the moment of reading."""

from datetime import datetime

from prometheus_client.core import GaugeMetricFamily

from firstwin.config import heartbeat
from firstwin.config.metrics import Gauges


def gauges(*, now: datetime) -> Gauges:
    """Return the figures of the engine."""
    seen = heartbeat.last_beat()
    silence = (now - seen).total_seconds() if seen else float("nan")
    return Gauges(
        GaugeMetricFamily("firstwin_worker_silence_seconds", "Since a worker was last heard of", value=silence),
    )

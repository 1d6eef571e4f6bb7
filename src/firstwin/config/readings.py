"""Figures that are asked for at the moment of reading."""

from datetime import datetime

from prometheus_client.core import GaugeMetricFamily

from firstwin.config import heartbeat
from firstwin.config.metrics import Gauges
from firstwin.identity import queries as identity_queries
from firstwin.jobs import queries as job_queries
from firstwin.journal import queries as journal_queries
from firstwin.usage.queries import inbox, keeping

NEVER = float("nan")


def gauges(*, now: datetime) -> Gauges:
    """Return the figures of the engine."""
    stats = job_queries.get_stats()
    jobs = GaugeMetricFamily("firstwin_jobs", "Jobs by state", labels=["state"])
    for state in ("ready", "waiting", "held", "running", "dead"):
        jobs.add_metric([state], getattr(stats, state))
    waiting = inbox.get_fill()
    kept = keeping.get_state()
    return Gauges(
        jobs,
        GaugeMetricFamily("firstwin_inbox_events", "Product events on their way to the store", value=waiting.events),
        GaugeMetricFamily(
            "firstwin_inbox_oldest_seconds",
            "How long the oldest product event has been on its way to the store",
            value=_seconds_since(waiting.oldest_at, now) or 0.0,
        ),
        GaugeMetricFamily("firstwin_store_orders", "Orders that wait for the event store", value=kept.orders),
        GaugeMetricFamily(
            "firstwin_store_orders_failed", "Orders that the event store could not carry out", value=kept.failed_orders
        ),
        GaugeMetricFamily(
            "firstwin_inbox_set_aside_batches", "Batches that the event store could not take", value=kept.set_aside
        ),
        GaugeMetricFamily(
            "firstwin_journal_sealed_entries", "Entries of the journal in their chains", value=_sealed_entries()
        ),
        GaugeMetricFamily(
            "firstwin_journal_unsealed_entries", "Entries not sealed yet", value=journal_queries.count_unsealed()
        ),
        GaugeMetricFamily("firstwin_timers", "Timers that wait", value=stats.timers),
        GaugeMetricFamily(
            "firstwin_jobs_oldest_ready_seconds",
            "How long the oldest ready job has been waiting for a worker",
            value=_seconds_since(stats.oldest_ready_at, now) or 0.0,
        ),
        GaugeMetricFamily(
            "firstwin_worker_silence_seconds",
            "Since a worker was last heard of",
            value=NEVER if (silence := _seconds_since(heartbeat.last_beat(), now)) is None else silence,
        ),
    )


def _sealed_entries() -> int:
    return sum(journal_queries.find_head(workspace_id=one.id)[0] for one in identity_queries.list_workspaces())


def _seconds_since(then: datetime | None, now: datetime) -> float | None:
    return None if then is None else max(0.0, (now - then).total_seconds())

"""The sign of life of the workers, kept in the database so that every machine can see it."""

from datetime import datetime, timedelta

from firstwin.config.models import Heartbeat

BEAT_EVERY = timedelta(seconds=10)
SILENT_AFTER = timedelta(seconds=45)
WORKER = "worker"


def beat(now: datetime) -> bool:
    """Note that a worker is alive; there is never more to do."""
    Heartbeat.objects.update_or_create(name=WORKER, defaults={"at": now})
    return False


def last_beat() -> datetime | None:
    """Return when a worker was last heard of, or None."""
    return Heartbeat.objects.filter(name=WORKER).values_list("at", flat=True).first()


def is_alive(seen: datetime | None, *, now: datetime) -> bool:
    """Say whether a worker that was heard of then still counts as alive."""
    return seen is not None and now - seen <= SILENT_AFTER

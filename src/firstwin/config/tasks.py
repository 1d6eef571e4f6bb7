"""Jobs and duties of the installation itself: the sign of life of its workers, and what SQLite has to be told to count."""

from collections.abc import Mapping
from typing import Any

from firstwin.config import database, heartbeat
from firstwin.jobs.contracts import Effect, JobContext, duty, job_handler, schedule

COUNT_ROWS = "config.count_rows"

duty("config.heartbeat", every=heartbeat.BEAT_EVERY)(heartbeat.beat)


@job_handler(COUNT_ROWS, effect=Effect.DB)
def count_rows(_context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Let the database know how its tables are filled by now."""
    database.count_rows()


schedule("config.count_rows", cron="*/10 * * * *", kind=COUNT_ROWS)

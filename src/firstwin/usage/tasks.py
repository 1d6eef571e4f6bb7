"""Jobs of usage: daily tidying."""

from collections.abc import Mapping
from typing import Any

from firstwin.jobs.contracts import Effect, JobContext, job_handler, schedule
from firstwin.usage.operations import rejected, retention

TIDY = "usage.tidy"
DROP_OLD = "usage.drop_old_events"


@job_handler(TIDY, effect=Effect.DB)
def tidy(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Forget rejected events that nobody looked after."""
    rejected.forget_old_rejected(at=context.now)


@job_handler(DROP_OLD, effect=Effect.DB)
def drop_old_events(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Have events deleted that are older than their workspace wants to keep."""
    retention.order_drops(at=context.now)


schedule("usage.tidy", cron="41 * * * *", kind=TIDY)
schedule("usage.drop_old_events", cron="23 3 * * *", kind=DROP_OLD)

"""Jobs of usage: daily tidying."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from firstwin.jobs.contracts import Effect, JobContext, RetryPolicy, job_handler, schedule
from firstwin.usage.operations import history, rejected, retention

TIDY = "usage.tidy"
TIDY_HISTORY = "usage.tidy_history"
DROP_OLD = "usage.drop_old_events"
HISTORY_RETRY = RetryPolicy(max_attempts=5)


@job_handler(TIDY, effect=Effect.DB)
def tidy(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Forget rejected events that nobody looked after."""
    rejected.forget_old_rejected(at=context.now)


@job_handler(DROP_OLD, effect=Effect.DB)
def drop_old_events(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Have events deleted that are older than their workspace wants to keep."""
    retention.order_drops(at=context.now)


@job_handler(history.IMPORT_HISTORY, effect=Effect.EXTERNAL, retry=HISTORY_RETRY, lease=timedelta(seconds=60))
def import_history(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Take the next pieces of a file in; the pieces are transactions of their own, so that progress is seen."""
    workspace_id, history_id = UUID(payload["workspace_id"]), UUID(payload["history_id"])
    try:
        history.take_history_in(workspace_id=workspace_id, history_id=history_id, at=context.now)
    except Exception:
        if context.attempt >= HISTORY_RETRY.max_attempts:
            why = "Something broke on our side."
            history.fail_history(workspace_id=workspace_id, history_id=history_id, at=context.now, why=why)
        raise


@job_handler(TIDY_HISTORY, effect=Effect.EXTERNAL)
def tidy_history(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Delete files of past events that nobody started to import."""
    history.delete_old_files(at=context.now)


schedule("usage.tidy", cron="41 * * * *", kind=TIDY)
schedule("usage.tidy_history", cron="53 3 * * *", kind=TIDY_HISTORY)
schedule("usage.drop_old_events", cron="23 3 * * *", kind=DROP_OLD)

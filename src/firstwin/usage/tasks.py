"""Jobs of usage: daily tidying."""

from collections.abc import Mapping
from typing import Any

from firstwin.jobs.contracts import Effect, JobContext, job_handler, schedule
from firstwin.usage.operations import rejected

TIDY = "usage.tidy"


@job_handler(TIDY, effect=Effect.DB)
def tidy(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Forget rejected events that nobody looked after."""
    rejected.forget_old_rejected(at=context.now)


schedule("usage.tidy", cron="41 * * * *", kind=TIDY)

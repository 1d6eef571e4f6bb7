"""Jobs of the journal: deliver a fact to one subscriber."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from firstwin.jobs.contracts import Effect, JobContext, duty, job_handler
from firstwin.journal import operations, queries
from firstwin.journal.contracts import subscribers_of


@job_handler(operations.DELIVERY, effect=Effect.DB)
def deliver(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Call one subscriber with one fact; a subscriber that no longer exists has nothing to be told."""
    recorded = queries.get_recorded(UUID(payload["entry"]), told_at=context.now)
    subscriber = subscribers_of(recorded.event.name).get(payload["subscriber"])
    if subscriber is not None:
        subscriber(recorded.event, recorded)


@duty("journal.seal", every=timedelta(milliseconds=200))
def seal(now: datetime) -> bool:
    """Seal what was recorded; more is left when a whole batch was sealed."""
    del now
    return operations.seal_entries() == operations.SEAL_BATCH

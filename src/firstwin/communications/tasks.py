"""Jobs of communications."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from firstwin.communications.operations import delivery, outbox, summaries
from firstwin.communications.operations.delivery import DjangoMailTransport
from firstwin.identity.contracts import Actor, system_actor
from firstwin.jobs.contracts import Effect, JobContext, RetryPolicy, job_handler
from firstwin.playbooks.contracts import Side

_RETRY = RetryPolicy(max_attempts=10, first_delay=timedelta(seconds=15), max_delay=timedelta(hours=2))


@job_handler(outbox.SEND_MESSAGE, effect=Effect.EXTERNAL, retry=_RETRY, lease=timedelta(seconds=60))
def send_message(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Hand one mail over."""
    delivery.deliver_message(
        actor=_actor(context),
        message_id=UUID(payload["message_id"]),
        idempotency_key=context.idempotency_key,
        is_last_attempt=context.attempt >= _RETRY.max_attempts,
        transport=DjangoMailTransport(),
        at=context.now,
    )


@job_handler(summaries.SEND_SUMMARY, effect=Effect.DB)
def send_summary(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Write one person's daily summary."""
    summaries.send_summary(
        actor=_actor(context), side=Side(payload["side"]), person_id=UUID(payload["person_id"]), at=context.now
    )


def _actor(context: JobContext) -> Actor:
    if context.workspace_id is None:
        raise ValueError("mail belongs to a workspace")
    return system_actor(context.workspace_id)

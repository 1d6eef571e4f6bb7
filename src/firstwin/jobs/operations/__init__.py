"""Everything that other domains ask of jobs: enqueue work, set timers, run what is due, look after dead jobs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from firstwin.jobs import permissions, rules
from firstwin.jobs.contracts import (
    QUEUES,
    Caretaker,
    JobNotDeadError,
    JobNotFoundError,
    JobsDeniedError,
    JobState,
    NewJob,
    NewTimer,
)
from firstwin.jobs.models import NO_WORKSPACE, Job, Timer
from firstwin.jobs.operations import draining, promotion, wakeup
from firstwin.shared import bulk


def enqueue(
    kind: str,
    payload: Mapping[str, Any],
    *,
    workspace_id: UUID | None,
    key: str | None = None,
    priority: int = 0,
    run_at: datetime | None = None,
    queue: str = "default",
    order_key: str | None = None,
) -> UUID:
    """Enqueue a job in the caller's transaction; see NewJob. Returns its id (of no job, when `key` was taken)."""
    return enqueue_many(
        [
            NewJob(
                kind=kind,
                payload=payload,
                workspace_id=workspace_id,
                key=key,
                priority=priority,
                run_at=run_at,
                queue=queue,
                order_key=order_key,
            )
        ]
    )[0]


def enqueue_many(jobs: Sequence[NewJob]) -> list[UUID]:
    """Enqueue many jobs with one statement, in their order; see NewJob."""
    rows = [_job_row(job) for job in jobs]
    if rows:
        promotion.insert_jobs(rows)
        wakeup.wake_workers()
    return [row.uid for row in rows]


def _job_row(job: NewJob) -> Job:
    row = Job(
        kind=job.kind,
        payload=rules.encode_payload(job.payload),
        workspace_id=job.workspace_id or NO_WORKSPACE,
        key=job.key or "",
        order_key=job.order_key or "",
        priority=job.priority,
        queue=_known_queue(job.queue),
    )
    if job.run_at is not None:
        row.state, row.run_at = JobState.WAITING.value, job.run_at
    return row


def _known_queue(queue: str) -> str:
    if queue not in QUEUES:
        raise ValueError(f"There is no queue {queue}. Choose one of: {', '.join(QUEUES)}.")
    return queue


def set_timers(timers: Iterable[NewTimer]) -> None:
    """Set or move many timers with one statement; of two with the same (owner, name) the last one counts."""
    rows = {
        (timer.owner, timer.name): Timer(
            owner=timer.owner,
            name=timer.name,
            at=timer.at,
            kind=timer.kind,
            payload=rules.encode_payload(timer.payload),
            workspace_id=timer.workspace_id or NO_WORKSPACE,
            queue=_known_queue(timer.queue),
            priority=timer.priority,
            order_key=timer.order_key or "",
        )
        for timer in timers
    }
    if not rows:
        return
    bulk.insert_rows(list(rows.values()), replacing=("owner", "name"))
    wakeup.wake_workers()


def cancel_timers(*, owner: str, names: Sequence[str] | None = None) -> int:
    """Cancel every waiting timer of an owner, or those of the given names, with one statement; return how many there were."""
    timers = Timer.objects.filter(owner=owner)
    if names is not None:
        timers = timers.filter(name__in=names)
    return timers.delete()[0]


def run_due(*, now: datetime, is_strict: bool = True) -> int:
    """Run everything due at `now` in this thread: timers, starts, schedules, deliveries, and what these enqueue in turn.

    Returns how many jobs ran. A failed job is kept for a later attempt; unless `is_strict` is False the failures are then
    raised together as JobsFailedError. For tests and the demo; a running worker needs no such call.
    """
    return draining.drain(now=now, is_strict=is_strict)


def retry_job(*, actor: Caretaker, job_id: UUID, at: datetime) -> None:
    """Give a dead job of the actor's workspace another full set of attempts, beginning at `at`."""
    with transaction.atomic():
        job = _dead_job(actor, job_id)
        try:
            with transaction.atomic():
                Job.objects.filter(id=job.id).update(state=JobState.READY.value, attempts=0, run_at=at)
        except IntegrityError:
            raise JobNotDeadError(
                "The same work was asked for again meanwhile and waits its turn.", remedy="Drop this job."
            ) from None
        wakeup.wake_workers()


def drop_job(*, actor: Caretaker, job_id: UUID) -> None:
    """Delete a dead job of the actor's workspace for good."""
    with transaction.atomic():
        _dead_job(actor, job_id).delete()


def _dead_job(actor: Caretaker, job_id: UUID) -> Job:
    if not permissions.can_manage_jobs(actor):
        raise JobsDeniedError("Only owners and admins look after jobs.", remedy="Ask an admin of your workspace.")
    job = (
        Job.objects.select_for_update()
        .filter(workspace_id=actor.workspace_id or NO_WORKSPACE, uid=job_id, state=JobState.DEAD.value)
        .first()
    )
    if job is None:
        raise JobNotFoundError("There is no such dead job; perhaps it was retried or dropped already.")
    return job

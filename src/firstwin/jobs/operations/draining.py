"""Run everything that is due, here and now, in one thread: for tests, the demo and simulations on a passed-in clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from firstwin.jobs.contracts import JobsFailedError, JobState, duties
from firstwin.jobs.models import Job
from firstwin.jobs.operations import claims, execution, promotion
from firstwin.shared import clock

BATCH = 200
# From the real clock where that is later: beside a running worker, a lease in the past would be taken over at once.
_LEASE = timedelta(minutes=5)
_WORKER = "run_due"


def drain(*, now: datetime, is_strict: bool) -> int:
    """Run until nothing is due; see `run_due`."""
    errors: list[Exception] = []
    count = 0
    while True:
        promoted = promotion.promote_due(now=now)
        ran = _run_batch(now, errors)
        count += ran
        if not promoted and not ran:
            break
    for duty in duties().values():
        while duty.run(now):
            pass
    if errors and is_strict:
        raise JobsFailedError(f"{len(errors)} jobs failed while running what was due at {now.isoformat()}", errors)
    return count


def _run_batch(now: datetime, errors: list[Exception]) -> int:
    """Run one batch of ready jobs in their order; database work shares a transaction, each job in its own savepoint."""
    failed: list[tuple[Job, Exception]] = []
    done: list[int] = []
    ran = 0
    outside: list[Job] = []
    with transaction.atomic():
        stopped: set[str] = set()
        for job in _ready():
            if job.order_key and job.order_key in stopped:
                continue
            ran += 1
            job.attempts += 1
            if execution.is_external(job):
                outside.append(job)
                stopped.add(job.order_key)
                continue
            try:
                with transaction.atomic():
                    execution.run_handler(execution.spec_of(job), job, now=now)
                    if job.key:
                        Job.objects.filter(id=job.id).delete()
                    if job.attempts > 1:
                        claims.release_line(job.order_key)
                done.append(job.id)
            except Exception as error:
                stopped.add(job.order_key)
                failed.append((job, error))
        Job.objects.filter(id__in=done).delete()
        _claim(outside + [job for job, _ in failed], now)
        for job, failure in failed:
            _fail(job, failure, now, errors)
    for job in outside:
        try:
            execution.execute(job, now=now)
        except Exception as error:
            _fail(job, error, now, errors)
    return ran


def _ready() -> list[Job]:
    lock = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    return list(
        Job.objects.raw(
            f"""SELECT j.* FROM jobs_job j WHERE j.state = 'ready' AND (j.order_key = '' OR NOT EXISTS (
                SELECT 1 FROM jobs_job p WHERE p.order_key = j.order_key AND p.order_key <> ''
                AND (p.state = 'running' OR p.id < j.id AND (
                    p.state = 'waiting' OR p.state = 'ready' AND p.priority < j.priority))))
                ORDER BY j.priority DESC, j.id LIMIT {BATCH} {lock}"""  # noqa: S608
        )
    )


def _claim(jobs: Sequence[Job], now: datetime) -> None:
    """Mark jobs as running, so that their end is fenced like that of any other."""
    for job in jobs:
        job.worker, job.state, job.lease_until = _WORKER, JobState.RUNNING.value, max(now, clock.now()) + _LEASE
    Job.objects.bulk_update(jobs, ["worker", "state", "lease_until", "attempts"])


def _fail(job: Job, error: Exception, now: datetime, errors: list[Exception]) -> None:
    claims.fail(job, error=execution.describe(error), retry=claims.policy_of(job), now=now)
    errors.append(error)

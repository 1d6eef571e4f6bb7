"""Run one claimed job: database work commits together with its end, outside work is attempted at least once."""

import time
import traceback
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from firstwin.jobs import rules
from firstwin.jobs.contracts import Effect, HandlerSpec, JobContext, handler_of
from firstwin.jobs.models import NO_WORKSPACE, Job
from firstwin.jobs.operations import claims


class NoHandlerError(LookupError):
    """No part of this program handles jobs of that kind."""


def execute(job: Job, *, now: datetime) -> None:
    """Run a claimed job and delete it; raises what the handler raises, or LostClaimError. Writes no failure down."""
    spec = spec_of(job)
    if spec.effect is Effect.DB:
        with transaction.atomic():
            run_handler(spec, job, now=now)
            claims.finish(job)
    else:
        run_handler(spec, job, now=now)
        claims.finish(job)


def execute_together(jobs: Iterable[Job], *, now: datetime, seconds: float) -> list[tuple[Job, Exception]]:
    """Run claimed database work in one transaction, each job in its own savepoint; return those that failed, and why.

    For SQLite, where the transaction already keeps all other writers away and a commit costs more than a small job. Takes no
    further job from `jobs` once `seconds` have passed, so that others get their turn to write.
    """
    failed: list[tuple[Job, Exception]] = []
    end = time.monotonic() + seconds
    with transaction.atomic():
        for job in jobs:
            try:
                with transaction.atomic():
                    run_handler(spec_of(job), job, now=now)
                    claims.finish(job)
            except Exception as error:
                failed.append((job, error))
            if time.monotonic() > end:
                break
    return failed


def is_external(job: Job) -> bool:
    """Return whether a job's handler works outside of the database."""
    try:
        return spec_of(job).effect is Effect.EXTERNAL
    except NoHandlerError:
        return False


def spec_of(job: Job) -> HandlerSpec:
    """Return the handler of a job; raises NoHandlerError."""
    try:
        return handler_of(job.kind)
    except KeyError:
        raise NoHandlerError(
            f"Nothing handles jobs of kind {job.kind}. Was it renamed, or is an app missing?"
        ) from None


def run_handler(spec: HandlerSpec, job: Job, *, now: datetime) -> None:
    """Call the handler with its context and payload."""
    context = JobContext(
        job_id=job.uid,
        workspace_id=None if job.workspace_id == NO_WORKSPACE else job.workspace_id,
        attempt=job.attempts,
        idempotency_key=str(job.uid),
        now=now,
    )
    spec.run(context, rules.decode_payload(job.payload))


def describe(error: BaseException) -> str:
    """Return an error with its way through the code, as a person reads it on the page of dead jobs."""
    return "".join(traceback.format_exception(error))

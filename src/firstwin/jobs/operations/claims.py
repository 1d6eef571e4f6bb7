"""Who may run a job: claims with a lease, fair among workspaces; and their end: done, failed, released, taken over."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import connection, models, transaction

from firstwin.jobs import rules
from firstwin.jobs.contracts import JobState, RetryPolicy, handlers
from firstwin.jobs.models import Job

DEFAULT_LEASE = timedelta(seconds=10)
BATCH = 500
UNBLOCKED = """(j.order_key = '' OR NOT EXISTS (
    SELECT 1 FROM jobs_job p WHERE p.order_key = j.order_key AND p.order_key <> '' AND p.state <> 'dead'
    AND (p.id < j.id OR p.state = 'running') AND p.id <> j.id))"""
log = structlog.get_logger("firstwin.jobs")


class LostClaimError(RuntimeError):
    """Another worker took the job over meanwhile; whatever was done is rolled back."""


def claim(*, worker: str, limit: int, queue: str, after: UUID | None, now: datetime) -> tuple[list[Job], UUID | None]:
    """Claim up to `limit` ready jobs, in turn from every workspace that has some, beginning behind workspace `after`.

    Returns the jobs and where the next claim begins. An attempt is counted with the claim.
    """
    first = after
    for _ in range(20):
        spaces = _workspaces_with_work(queue, after, limit)
        if not spaces:
            return [], None
        share = -(-limit // len(spaces))
        with transaction.atomic():
            jobs = _lock_ready(queue, spaces, share)[:limit]
            _mark_claimed(jobs, worker=worker, now=now)
        after = spaces[-1]
        if jobs or len(spaces) < limit or after == first:
            return jobs, after
    return [], after


def has_ready() -> bool:
    """Return whether any job is ready, be it one that waits for another with the same `order_key`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM jobs_job WHERE state = 'ready' ORDER BY queue, workspace_id LIMIT 1")
        return cursor.fetchone() is not None


def _workspaces_with_work(queue: str, after: UUID | None, limit: int) -> list[UUID]:
    """Return up to `limit` workspaces, in a circle, by jumping through the index from one to the next."""
    spaces = _scan_workspaces(queue, after, limit)
    if after is not None and len(spaces) < limit:
        seen = set(spaces)
        spaces += [space for space in _scan_workspaces(queue, None, limit - len(spaces)) if space not in seen]
    return spaces


def _scan_workspaces(queue: str, after: UUID | None, limit: int) -> list[UUID]:
    ready = "FROM jobs_job WHERE state = 'ready' AND queue = %s"
    start = "" if after is None else "AND workspace_id > %s"
    sql = f"""
        WITH RECURSIVE spaces(workspace_id, depth) AS (
            SELECT (SELECT workspace_id {ready} {start} ORDER BY workspace_id LIMIT 1), 1
            UNION ALL
            SELECT (SELECT workspace_id {ready} AND workspace_id > s.workspace_id ORDER BY workspace_id LIMIT 1),
                   s.depth + 1
            FROM spaces s WHERE s.workspace_id IS NOT NULL AND s.depth < %s
        ) SELECT workspace_id FROM spaces WHERE workspace_id IS NOT NULL"""  # noqa: S608
    parameters = [queue, *([] if after is None else [_uuid(after)]), queue, limit]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [value if isinstance(value, UUID) else UUID(value) for (value,) in cursor.fetchall()]


def _lock_ready(queue: str, spaces: Sequence[UUID], share: int) -> list[Job]:
    """Return up to `share` runnable jobs of each workspace, the first of each first; locked on PostgreSQL."""
    one = f"""SELECT j.* FROM jobs_job j WHERE j.state = 'ready' AND j.queue = %s AND j.workspace_id = {{space}}
        AND {UNBLOCKED} ORDER BY j.priority DESC, j.id LIMIT %s"""  # noqa: S608
    if connection.vendor == "postgresql":
        sql = f"""SELECT k.* FROM unnest(%s::uuid[]) s(workspace_id)
            CROSS JOIN LATERAL ({one.format(space="s.workspace_id")} FOR UPDATE SKIP LOCKED) k"""  # noqa: S608
        found = list(Job.objects.raw(sql, [list(spaces), queue, share]))
    else:
        sql = one.format(space="%s")
        found = [job for space in spaces for job in Job.objects.raw(sql, [queue, _uuid(space), share])]
    turn: dict[UUID, int] = {}
    order: dict[int, tuple[int, int]] = {}
    for job in sorted(found, key=lambda job: (-job.priority, job.id)):
        turn[job.workspace_id] = turn.get(job.workspace_id, 0) + 1
        order[job.id] = (turn[job.workspace_id], job.id)
    return sorted(found, key=lambda job: order[job.id])


def _mark_claimed(jobs: Sequence[Job], *, worker: str, now: datetime) -> None:
    groups: dict[tuple[int, timedelta], list[int]] = {}
    for job in jobs:
        job.attempts += 1
        job.worker, job.state, job.lease_until = worker, JobState.RUNNING.value, now + lease_of(job)
        groups.setdefault((job.attempts, lease_of(job)), []).append(job.id)
    for (attempts, lease), ids in groups.items():
        Job.objects.filter(id__in=ids).update(
            state=JobState.RUNNING.value, worker=worker, attempts=attempts, lease_until=now + lease
        )


def extend_leases(jobs: Sequence[Job], *, now: datetime) -> set[int]:
    """Extend the leases of claimed jobs; return the ids of those that were lost. Rows locked by their own end are skipped."""
    groups: dict[timedelta, list[Job]] = {}
    for job in jobs:
        groups.setdefault(lease_of(job), []).append(job)
    lost: set[int] = set()
    for lease, group in groups.items():
        fences = {job.id: (job.worker, job.attempts) for job in group}
        with transaction.atomic():
            rows = Job.objects.filter(id__in=fences, state=JobState.RUNNING.value)
            if connection.vendor == "postgresql":
                rows = rows.select_for_update(skip_locked=True)
            found = {row[0]: row[1:] for row in rows.values_list("id", "worker", "attempts")}
            mine = [id for id, fence in found.items() if fences[id] == fence]
            Job.objects.filter(id__in=mine).update(lease_until=now + lease)
        for job in group:
            if job.id in mine:
                job.lease_until = now + lease
        lost.update(id for id, fence in found.items() if fences[id] != fence)
    return lost


def lease_of(job: Job) -> timedelta:
    """Return how long a silent worker keeps a job."""
    known = handlers()
    return known[job.kind].lease if job.kind in known else DEFAULT_LEASE


def policy_of(job: Job) -> RetryPolicy:
    """Return the retry policy of a job's handler; the usual one when this program does not know the kind."""
    known = handlers()
    return known[job.kind].retry if job.kind in known else RetryPolicy()


def _fenced(job: Job) -> models.QuerySet[Job]:
    return Job.objects.filter(id=job.id, worker=job.worker, attempts=job.attempts, state=JobState.RUNNING.value)


def _uuid(value: UUID) -> UUID | str:
    return value if connection.features.has_native_uuid_field else value.hex


def finish(job: Job) -> None:
    """Delete a finished job, in the caller's transaction if there is one; raises LostClaimError when it was taken over."""
    if not _fenced(job)._raw_delete(using=connection.alias):
        raise LostClaimError(f"{job.kind} {job.uid} was taken over by another worker.")
    if job.attempts > 1:
        release_line(job.order_key)


def fail(job: Job, *, error: str, retry: RetryPolicy, now: datetime) -> JobState | None:
    """Write down a failure: the job pauses and its line is held, or it is dead and its line goes on. None: claim lost."""
    is_dead = rules.is_exhausted(retry, attempt=job.attempts)
    state = JobState.DEAD if is_dead else JobState.WAITING
    resume_at = now + rules.pause(retry, attempt=job.attempts, chance=random.random())  # noqa: S311
    with transaction.atomic():
        changed = _fenced(job).update(
            state=state.value,
            run_at=job.run_at if is_dead else resume_at,
            worker="",
            lease_until=None,
            last_error=rules.shorten_error(error),
        )
        if not changed:
            return None
        if job.order_key and is_dead:
            release_line(job.order_key)
        elif job.order_key:
            Job.objects.filter(order_key=job.order_key, state=JobState.READY.value, id__gt=job.id).update(
                state=JobState.HELD.value
            )
    if is_dead:
        log.error("job_dead", kind=job.kind, job=str(job.uid), attempts=job.attempts)
    return state


def release(jobs: Sequence[Job]) -> None:
    """Give back jobs that were claimed and not begun; the attempt does not count."""
    with transaction.atomic():
        for job in jobs:
            _fenced(job).update(state=JobState.READY.value, worker="", lease_until=None, attempts=job.attempts - 1)


def release_line(order_key: str) -> None:
    """Let the successors of a job go on that had held them."""
    if order_key:
        Job.objects.filter(order_key=order_key, state=JobState.HELD.value).update(state=JobState.READY.value)


def take_over_expired(*, now: datetime) -> int:
    """Make the jobs of silent workers ready again, or dead when they have taken down as many workers as they may."""
    expired = Job.objects.extra(where=["state = 'running'"]).filter(lease_until__lt=now).order_by("lease_until")
    if not expired.exists():
        return 0
    with transaction.atomic():
        if connection.vendor == "postgresql":
            expired = expired.select_for_update(skip_locked=True)
        rows = list(expired[:BATCH])
        dead = [job for job in rows if rules.is_exhausted(policy_of(job), attempt=job.attempts)]
        dead_ids = {job.id for job in dead}
        Job.objects.filter(id__in=dead_ids).update(
            state=JobState.DEAD.value, worker="", lease_until=None, last_error="Its worker stopped without a word."
        )
        Job.objects.filter(id__in=[job.id for job in rows if job.id not in dead_ids]).update(
            state=JobState.READY.value, worker="", lease_until=None
        )
        for order_key in {job.order_key for job in dead}:
            release_line(order_key)
    for job in rows:
        log.warning("job_taken_over", kind=job.kind, job=str(job.uid), worker=job.worker, is_dead=job.id in dead_ids)
    return len(rows)

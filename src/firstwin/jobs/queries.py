"""What can be seen of jobs and timers."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from firstwin.jobs import permissions, rules
from firstwin.jobs.contracts import Caretaker, JobInfo, JobsDeniedError, JobState, JobStats
from firstwin.jobs.models import NO_WORKSPACE, Job, Timer

COUNTED_TIMERS = 50_000


def list_dead_jobs(actor: Caretaker, *, limit: int = 50) -> Sequence[JobInfo]:
    """Return the dead jobs of the actor's workspace, the latest first; raises JobsDeniedError for all but owners and admins."""
    if not permissions.can_manage_jobs(actor):
        raise JobsDeniedError("Only owners and admins look after jobs.", remedy="Ask an admin of your workspace.")
    rows = Job.objects.filter(workspace_id=actor.workspace_id or NO_WORKSPACE, state=JobState.DEAD.value).order_by(
        "-id"
    )[:limit]
    return [_job_info(row) for row in rows]


def list_all_dead_jobs(*, limit: int = 200) -> Sequence[JobInfo]:
    """Return the dead jobs of every workspace and of the installation itself: for those who run the machine."""
    rows = Job.objects.filter(state=JobState.DEAD.value).order_by("-id")[:limit]
    return [_job_info(row) for row in rows]


def get_stats() -> JobStats:
    """Return the state of the engine over all workspaces, for metrics; of very many timers only about how many there are."""
    return _stats(Job.objects.all(), timers=_about_how_many_timers())


def _about_how_many_timers() -> int:
    """PostgreSQL would read a million rows to count them; it keeps an estimate, which is good enough from there on."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [Timer._meta.db_table])
            (estimate,) = cursor.fetchone()
        if estimate >= COUNTED_TIMERS:
            return int(estimate)
    return Timer.objects.count()


def get_workspace_stats(actor: Caretaker) -> JobStats:
    """Return the state of the actor's workspace; raises JobsDeniedError for all but owners and admins."""
    if not permissions.can_manage_jobs(actor):
        raise JobsDeniedError("Only owners and admins look after jobs.", remedy="Ask an admin of your workspace.")
    workspace_id = actor.workspace_id or NO_WORKSPACE
    timers = Timer.objects.filter(workspace_id=workspace_id).count()
    return _stats(Job.objects.filter(workspace_id=workspace_id), timers=timers)


def _stats(jobs: QuerySet[Job], *, timers: int) -> JobStats:
    row = jobs.aggregate(
        **{state.value: Count("id", filter=Q(state=state.value)) for state in JobState},
        oldest_ready_at=Min("run_at", filter=Q(state=JobState.READY.value)),
    )
    return JobStats(timers=timers, **row)


def _job_info(row: Job) -> JobInfo:
    return JobInfo(
        id=row.uid,
        workspace_id=None if row.workspace_id == NO_WORKSPACE else row.workspace_id,
        kind=row.kind,
        state=JobState(row.state),
        queue=row.queue,
        priority=row.priority,
        attempts=row.attempts,
        run_at=row.run_at,
        created_at=row.created_at,
        last_error=row.last_error,
        payload=rules.decode_payload(row.payload),
    )

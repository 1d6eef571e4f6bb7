"""Turn what has come due into ready jobs: timers, pauses that are over, schedules that tick. Safe in many workers at once."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from firstwin.jobs import rules
from firstwin.jobs.contracts import JobState, schedules
from firstwin.jobs.models import NO_WORKSPACE, Job, Schedule, Timer
from firstwin.shared import bulk

BATCH = 500
_COPIED = "uid, workspace_id, kind, payload, queue, priority, order_key"
_FRESH = "state, run_at, created_at, key, attempts, worker, last_error"


def promote_due(*, now: datetime) -> int:
    """Make everything ready that is due at `now`, at most a batch of each sort; return how many jobs that made."""
    return promote_timers(now=now) + promote_waiting(now=now) + tick_schedules(now=now)


def promote_timers(*, now: datetime) -> int:
    """Turn due timers into jobs, the earliest first. One statement on PostgreSQL; on SQLite writers are alone anyway."""
    if not Timer.objects.filter(at__lte=now).exists():
        return 0
    return _promote_timers_postgresql(now) if connection.vendor == "postgresql" else _promote_timers_sqlite(now)


def _promote_timers_postgresql(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH due AS (
                DELETE FROM jobs_timer WHERE id IN (
                    SELECT id FROM jobs_timer WHERE at <= %s ORDER BY at, id LIMIT {BATCH} FOR UPDATE SKIP LOCKED
                ) RETURNING id, at, {_COPIED}
            )
            INSERT INTO jobs_job ({_COPIED}, {_FRESH})
            SELECT {_COPIED}, 'ready', at, %s, '', 0, '', '' FROM due ORDER BY due.at, due.id
            """,  # noqa: S608
            [now, now],
        )
        return int(cursor.rowcount)


def _promote_timers_sqlite(now: datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        due = list(Timer.objects.filter(at__lte=now).order_by("at", "id").values_list("id", flat=True)[:BATCH])
        if due:
            marks = ",".join(["%s"] * len(due))
            cursor.execute(
                f"INSERT INTO jobs_job ({_COPIED}, {_FRESH}) SELECT {_COPIED}, 'ready', at, %s, '', 0, '', '' "  # noqa: S608
                f"FROM jobs_timer WHERE id IN ({marks}) ORDER BY at, id",
                [connection.ops.adapt_datetimefield_value(now), *due],
            )
            cursor.execute(f"DELETE FROM jobs_timer WHERE id IN ({marks})", due)  # noqa: S608
    return len(due)


def promote_waiting(*, now: datetime) -> int:
    """Make the jobs ready whose start or pause is over."""
    due = Job.objects.extra(where=["state = 'waiting'"]).filter(run_at__lte=now)
    if not due.exists():
        return 0
    with transaction.atomic():
        batch = due.order_by("run_at")
        if connection.vendor == "postgresql":
            batch = batch.select_for_update(skip_locked=True)
        chosen = list(batch.values_list("id", flat=True)[:BATCH])
        return Job.objects.filter(id__in=chosen).update(state=JobState.READY.value)


def tick_schedules(*, now: datetime) -> int:
    """Enqueue the job of every schedule whose tick has come, once, however many ticks were missed."""
    if not schedules():
        return 0
    known = {row.name: row for row in Schedule.objects.all()}
    fresh, due = [], []
    for name, spec in schedules().items():
        row = known.get(name)
        if row is None:
            fresh.append(Schedule(name=name, cron=spec.cron, next_at=rules.next_tick(spec.cron, after=now)))
        elif row.cron != spec.cron:
            upcoming = rules.next_tick(spec.cron, after=now)
            Schedule.objects.filter(name=name, cron=row.cron).update(cron=spec.cron, next_at=upcoming)
        elif row.next_at <= now:
            due.append(row)
    if fresh:
        Schedule.objects.bulk_create(fresh, ignore_conflicts=True)
    return _tick(due, now=now) if due else 0


def _tick(due: Sequence[Schedule], *, now: datetime) -> int:
    """Move schedules on, in every worker in the order of their registration: who meets here waits, and never in a circle."""
    with transaction.atomic():
        moved = [row for row in due if _is_moved_by_us(row, now)]
        insert_jobs(
            [
                Job(
                    kind=schedules()[row.name].kind,
                    workspace_id=NO_WORKSPACE,
                    key=f"schedule:{row.name}",
                    run_at=row.next_at,
                    created_at=now,
                )
                for row in moved
            ]
        )
    return len(moved)


def _is_moved_by_us(row: Schedule, now: datetime) -> bool:
    upcoming = rules.next_tick(row.cron, after=now)
    return bool(Schedule.objects.filter(name=row.name, next_at=row.next_at).update(next_at=upcoming))


def insert_jobs(jobs: Sequence[Job]) -> None:
    """Insert jobs in the given order; one whose key is taken by an unfinished job is left out."""
    plain = [job for job in jobs if not job.key]
    keyed = [job for job in jobs if job.key]
    if plain:
        bulk.insert_rows(plain)
    if keyed:
        Job.objects.bulk_create(keyed, batch_size=1000, ignore_conflicts=True)


def next_due_at() -> datetime | None:
    """Return the instant of the next timer, start or tick; None when nothing is to come."""
    upcoming = [
        Timer.objects.order_by("at").values_list("at", flat=True).first(),
        Job.objects.extra(where=["state = 'waiting'"]).order_by("run_at").values_list("run_at", flat=True).first(),
        Schedule.objects.filter(name__in=list(schedules()))
        .order_by("next_at")
        .values_list("next_at", flat=True)
        .first(),
    ]
    return min((instant for instant in upcoming if instant is not None), default=None)

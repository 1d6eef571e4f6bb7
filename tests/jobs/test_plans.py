"""Every step of the engine finds its rows by an index, on both databases: the plans of the statements it really runs."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstwin.jobs import operations
from firstwin.jobs.contracts import NewJob, NewTimer
from firstwin.jobs.models import Job, Timer
from firstwin.jobs.operations import claims, promotion


def plan(sql: str) -> str:
    """Return how the database goes about a statement."""
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def is_explainable(sql: str) -> bool:
    return sql.lstrip().split(None, 1)[0] in {"SELECT", "UPDATE", "DELETE", "WITH", "INSERT"} and "jobs_" in sql


@pytest.mark.django_db
def test_no_step_reads_a_whole_table(now: datetime, ran: list[str]) -> None:
    many = range(3000)
    later = now + timedelta(days=400)
    operations.set_timers(
        NewTimer(
            owner=f"project:{number % 40}",
            name=str(number),
            at=later,
            kind="probe.note",
            payload={},
            workspace_id=UUID(int=1),
        )
        for number in many
    )
    operations.enqueue_many(
        [NewJob(kind="probe.note", payload={}, workspace_id=UUID(int=number % 9), run_at=later) for number in many]
    )
    operations.enqueue_many(
        [
            NewJob(kind="probe.note", payload={}, workspace_id=UUID(int=number % 9), order_key=f"k{number}")
            for number in many
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as steps:
        jobs, _ = claims.claim(worker="w", limit=20, queue="default", after=UUID(int=3), now=now)
        claims.extend_leases(jobs, now=now)
        claims.has_ready()
        promotion.promote_due(now=now)
        promotion.next_due_at()
        claims.take_over_expired(now=now)
        claims.finish(jobs[0])
        operations.cancel_timers(owner="project:1")
    checked = [query["sql"] for query in steps.captured_queries if is_explainable(query["sql"])]
    assert len(checked) > 10
    for sql in checked:
        assert_uses_index(sql, plan(sql))
    assert (Job.objects.count(), Timer.objects.count()) == (5999, 2925)


def assert_uses_index(sql: str, steps: Any) -> None:
    if connection.vendor == "sqlite":
        bad = [line for line in steps.splitlines() if line.startswith(("SCAN jobs", "SCAN j "))]
        bad = [line for line in bad if "USING" not in line]
    else:
        bad = [line for line in steps.splitlines() if "Seq Scan on jobs_" in line and "jobs_schedule" not in line]
    assert not bad, f"{sql}\n\n{steps}"

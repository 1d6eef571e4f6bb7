"""Claims: fair, in order, fenced; and what becomes of the jobs of silent workers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from firstwin.jobs import operations
from firstwin.jobs.contracts import JobState
from firstwin.jobs.models import Job
from firstwin.jobs.operations import claims, execution, promotion
from tests.jobs.conftest import RETRY, SPACE

pytestmark = pytest.mark.django_db


def put(name: str, space: UUID | None = SPACE, **fields: object) -> None:
    payload = {"name": name, "failures": fields.pop("failures", 0)}
    operations.enqueue("probe.note", payload, workspace_id=space, **fields)  # type: ignore[arg-type]


def claim(
    now: datetime, limit: int = 10, worker: str = "w", after: UUID | None = None, queue: str = "default"
) -> list[Job]:
    return claims.claim(worker=worker, limit=limit, queue=queue, after=after, now=now)[0]


def names(jobs: Sequence[Job]) -> list[str]:
    return [job.payload.split('"name":"')[1].split('"')[0] for job in jobs]


def test_workspaces_take_turns(now: datetime, ran: list[str]) -> None:
    for number in range(30):
        put(f"big{number}", UUID(int=1))
    for space in (2, 3):
        for number in range(2):
            put(f"small{space}.{number}", UUID(int=space))
    put("own", None)
    first, place = claims.claim(worker="w", limit=4, queue="default", after=None, now=now)
    assert names(first) == ["own", "big0", "small2.0", "small3.0"] or set(names(first)) == {
        "own",
        "big0",
        "small2.0",
        "small3.0",
    }
    second, place = claims.claim(worker="w", limit=2, queue="default", after=UUID(int=1), now=now)
    assert set(names(second)) == {"small2.1", "small3.1"}
    assert place == UUID(int=3)
    third, _ = claims.claim(worker="w", limit=2, queue="default", after=place, now=now)
    assert names(third) == ["big1", "big2"]


def test_a_claim_takes_priority_then_age_and_only_its_queue(now: datetime, ran: list[str]) -> None:
    put("a")
    put("b", priority=3)
    put("c", queue="bulk")
    assert names(claim(now)) == ["b", "a"]
    assert names(claim(now, queue="bulk")) == ["c"]
    assert claim(now) == []


def test_one_at_a_time_with_the_same_order_key(now: datetime, ran: list[str]) -> None:
    for name in "abc":
        put(name, order_key="k")
    put("d", order_key="other")
    held = claim(now)
    assert names(held) == ["a", "d"]
    assert claim(now) == []
    execution.execute(held[0], now=now)
    assert names(claim(now)) == ["b"]


def test_a_line_behind_a_pausing_job_leaves_the_way_free(now: datetime, ran: list[str]) -> None:
    put("a", order_key="k", failures=1)
    for number in range(50):
        put(f"b{number}", order_key="k")
    put("free")
    (job,) = claim(now, limit=1)
    assert claims.fail(job, error="no", retry=RETRY, now=now) is JobState.WAITING
    assert Job.objects.filter(state="held").count() == 50
    assert names(claim(now)) == ["free"]
    assert promotion.promote_waiting(now=now + timedelta(hours=1)) == 1
    (again,) = claim(now)
    execution.execute(again, now=now)
    assert names(claim(now)) == ["b0"]


def test_a_full_window_of_blocked_workspaces_does_not_hide_work(now: datetime, ran: list[str]) -> None:
    for space in range(1, 9):
        put("head", UUID(int=space), order_key=f"k{space}")
    claim(now, limit=8)
    for space in range(1, 9):
        put("blocked", UUID(int=space), order_key=f"k{space}")
    put("free", UUID(int=99))
    assert names(claim(now, limit=4)) == ["free"]


def test_a_silent_worker_loses_its_jobs_and_cannot_finish_them(now: datetime, ran: list[str]) -> None:
    put("a")
    (old,) = claim(now, worker="silent")
    assert old.lease_until == now + timedelta(seconds=20)
    assert claims.take_over_expired(now=now + timedelta(seconds=19)) == 0
    assert claims.extend_leases([old], now=now + timedelta(seconds=15)) == set()
    assert claims.take_over_expired(now=now + timedelta(seconds=21)) == 0
    assert claims.take_over_expired(now=now + timedelta(seconds=36)) == 1
    (new,) = claim(now, worker="other")
    assert new.attempts == 2
    assert claims.extend_leases([old], now=now) == {old.id}
    with pytest.raises(claims.LostClaimError):
        execution.execute(old, now=now)
    assert claims.fail(old, error="late", retry=RETRY, now=now) is None
    claims.release([old])
    assert Job.objects.get().worker == "other"
    execution.execute(new, now=now)
    assert not Job.objects.exists()


def test_a_job_that_takes_down_its_workers_dies(now: datetime, ran: list[str]) -> None:
    put("a", order_key="k")
    put("b", order_key="k")
    for _ in range(RETRY.max_attempts):
        assert names(claim(now)) == ["a"]
        claims.take_over_expired(now=now + timedelta(minutes=1))
    assert Job.objects.get(state="dead").last_error == "Its worker stopped without a word."
    assert names(claim(now)) == ["b"]


def test_released_jobs_do_not_count_the_attempt(now: datetime, ran: list[str]) -> None:
    put("a")
    claims.release(claim(now))
    (job,) = claim(now)
    assert job.attempts == 1

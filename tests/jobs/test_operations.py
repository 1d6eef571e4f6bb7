"""Enqueueing, timers, and draining what is due."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from firstwin.jobs import contracts, operations, queries, rules
from firstwin.jobs.contracts import (
    JobNotDeadError,
    JobNotFoundError,
    JobsDeniedError,
    JobsFailedError,
    JobState,
    NewJob,
    NewTimer,
)
from firstwin.jobs.models import Job, Schedule, Timer
from tests.jobs.conftest import SPACE

pytestmark = pytest.mark.django_db
OWNER = "project:1"


@dataclass(frozen=True)
class Person:
    """Someone with a role, as far as jobs look."""

    workspace_id: UUID = SPACE
    role: str | None = "admin"


def new(name: str, **fields: object) -> NewJob:
    return NewJob(kind="probe.note", payload={"name": name}, workspace_id=SPACE, **fields)  # type: ignore[arg-type]


def timer(name: str, at: datetime) -> NewTimer:
    return NewTimer(owner=OWNER, name=name, at=at, kind="probe.note", payload={"name": name}, workspace_id=SPACE)


def test_enqueued_jobs_run_in_order_and_disappear(ran: list[str], now: datetime) -> None:
    operations.enqueue_many([new(name) for name in "abc"])
    assert operations.run_due(now=now) == 3
    assert ran == ["a", "b", "c"]
    assert not Job.objects.exists()


def test_a_job_lives_and_dies_with_the_transaction_that_enqueued_it(ran: list[str], now: datetime) -> None:
    with transaction.atomic():
        operations.enqueue("probe.note", {"name": "a"}, workspace_id=SPACE)
        transaction.set_rollback(True)
    assert operations.run_due(now=now) == 0
    assert ran == []


def test_the_urgent_comes_first_and_the_later_waits(ran: list[str], now: datetime) -> None:
    operations.enqueue_many(
        [new("a"), new("b", priority=5), new("c", run_at=now + timedelta(hours=1)), new("d", run_at=now)]
    )
    operations.run_due(now=now)
    assert ran == ["b", "a", "d"]
    operations.run_due(now=now + timedelta(hours=1))
    assert ran == ["b", "a", "d", "c"]


def test_a_key_is_unique_among_unfinished_jobs_of_a_kind_and_workspace(ran: list[str], now: datetime) -> None:
    for _ in range(3):
        operations.enqueue("probe.note", {"name": "a"}, workspace_id=SPACE, key="k")
    operations.enqueue("probe.note", {"name": "b"}, workspace_id=UUID(int=8), key="k")
    operations.enqueue("probe.send", {"name": "c"}, workspace_id=SPACE, key="k")
    operations.run_due(now=now)
    assert sorted(ran) == ["a", "b", "c"]
    operations.enqueue("probe.note", {"name": "a"}, workspace_id=SPACE, key="k")
    operations.run_due(now=now)
    assert sorted(ran) == ["a", "a", "b", "c"]


def test_an_unknown_queue_is_refused(ran: list[str]) -> None:
    with pytest.raises(ValueError, match="no queue fast"):
        operations.enqueue("probe.note", {}, workspace_id=SPACE, queue="fast")
    assert not Job.objects.exists()


def test_many_jobs_and_many_timers_cost_a_statement_each(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        operations.enqueue_many([new(str(number)) for number in range(50)])
        operations.set_timers(timer(str(number), now) for number in range(50))
    with django_assert_num_queries(1):
        assert operations.cancel_timers(owner=OWNER) == 50


def test_timers_become_jobs_when_due(ran: list[str], now: datetime) -> None:
    operations.set_timers(timer(str(n), now + timedelta(days=n)) for n in range(5))
    operations.run_due(now=now + timedelta(days=2))
    assert ran == ["0", "1", "2"]
    operations.run_due(now=now + timedelta(days=4))
    assert ran == ["0", "1", "2", "3", "4"]


def test_a_timer_is_moved_by_setting_it_again_and_cancelled_by_name(ran: list[str], now: datetime) -> None:
    operations.set_timers([timer("a", now), timer("b", now), timer("c", now)])
    operations.set_timers([replace(timer("a", now + timedelta(days=1)), payload={"name": "moved"})])
    assert operations.cancel_timers(owner=OWNER, names=["b"]) == 1
    assert list(Timer.objects.filter(owner=OWNER).order_by("at").values_list("name", "at")) == [
        ("c", now),
        ("a", now + timedelta(days=1)),
    ]
    operations.run_due(now=now + timedelta(days=1))
    assert ran == ["c", "moved"]
    assert not Timer.objects.exists()


def test_a_failure_is_raised_kept_and_tried_again_in_order(ran: list[str], now: datetime) -> None:
    operations.enqueue("probe.note", {"name": "a", "failures": 1}, workspace_id=SPACE, order_key="k")
    operations.enqueue("probe.note", {"name": "b"}, workspace_id=SPACE, order_key="k")
    operations.enqueue("probe.send", {"name": "c"}, workspace_id=SPACE)
    with pytest.raises(JobsFailedError) as caught:
        operations.run_due(now=now)
    assert "failure 1 of a" in str(caught.value.exceptions[0])
    assert ran == ["c"]
    assert sorted(Job.objects.values_list("state", flat=True)) == [JobState.HELD, JobState.WAITING]
    operations.run_due(now=now + timedelta(hours=2))
    assert ran == ["c", "a", "b"]


def test_a_job_that_fails_too_often_is_dead_and_its_line_goes_on(ran: list[str], now: datetime) -> None:
    operations.enqueue("probe.send", {"name": "a", "failures": 3}, workspace_id=SPACE, order_key="k")
    operations.enqueue("probe.note", {"name": "b"}, workspace_id=SPACE, order_key="k")
    for hour in range(3):
        operations.run_due(now=now + timedelta(hours=hour), is_strict=False)
    assert ran == ["b"]
    (dead,) = queries.list_dead_jobs(Person())
    assert (dead.attempts, dead.state) == (3, JobState.DEAD)
    assert "failure 3 of a" in dead.last_error
    assert queries.get_stats().dead == 1


def test_only_admins_of_the_workspace_retry_and_drop_dead_jobs(ran: list[str], now: datetime) -> None:
    operations.enqueue("probe.note", {"name": "a", "failures": 3}, workspace_id=SPACE, key="k")
    for hour in range(3):
        operations.run_due(now=now + timedelta(hours=hour), is_strict=False)
    job_id = queries.list_dead_jobs(Person())[0].id
    for role in ("manager", "specialist", "viewer", "auditor", None):
        with pytest.raises(JobsDeniedError):
            operations.retry_job(actor=Person(role=role), job_id=job_id, at=now)
        with pytest.raises(JobsDeniedError):
            queries.list_dead_jobs(Person(role=role))
    for actor, wanted in ((Person(workspace_id=UUID(int=8)), job_id), (Person(), uuid4())):
        with pytest.raises(JobNotFoundError):
            operations.drop_job(actor=actor, job_id=wanted)
    operations.enqueue("probe.note", {"name": "again"}, workspace_id=SPACE, key="k")
    with pytest.raises(JobNotDeadError):
        operations.retry_job(actor=Person(), job_id=job_id, at=now)
    assert Job.objects.filter(state="dead").count() == 1
    operations.run_due(now=now)
    operations.retry_job(actor=Person(), job_id=job_id, at=now)
    with pytest.raises(JobsFailedError):
        operations.run_due(now=now)
    Job.objects.update(state="dead")
    operations.drop_job(actor=Person(), job_id=job_id)
    assert not Job.objects.exists()


def test_a_job_that_nothing_handles_is_kept_with_a_clear_error(now: datetime) -> None:
    operations.enqueue("probe.renamed", {}, workspace_id=None)
    with pytest.raises(JobsFailedError):
        operations.run_due(now=now)
    assert "Nothing handles jobs of kind probe.renamed" in Job.objects.get().last_error


def test_a_schedule_ticks_once_however_many_ticks_were_missed(ran: list[str], now: datetime) -> None:
    contracts.schedule("nightly", cron="0 3 * * *", kind="probe.note")
    operations.run_due(now=now)
    assert ran == []
    operations.run_due(now=now + timedelta(days=4))
    operations.run_due(now=now + timedelta(days=4))
    assert len(ran) == 1
    contracts.schedule("nightly", cron="0 5 * * *", kind="probe.note")
    operations.run_due(now=now + timedelta(days=4))
    operations.run_due(now=now + timedelta(days=4, hours=19))
    assert len(ran) == 1
    operations.run_due(now=now + timedelta(days=4, hours=21))
    assert len(ran) == 2


def test_schedules_that_tick_together_tick_once_each_and_what_is_not_due_is_not_reckoned(
    ran: list[str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, cron in (("one", "0 3 * * *"), ("other", "0 3 * * *"), ("rare", "0 3 1 1 *")):
        contracts.schedule(name, cron=cron, kind="probe.note")
    operations.run_due(now=now)
    reckoned: list[str] = []
    original = rules.next_tick

    def next_tick(cron: str, *, after: datetime) -> datetime:
        reckoned.append(cron)
        return original(cron, after=after)

    monkeypatch.setattr(rules, "next_tick", next_tick)
    operations.run_due(now=now + timedelta(hours=1))
    assert (ran, reckoned) == ([], [])
    operations.run_due(now=now + timedelta(hours=19))
    assert (len(ran), reckoned) == (2, ["0 3 * * *"] * 2)
    assert {row.name: row.next_at.day for row in Schedule.objects.all()} == {"one": 4, "other": 4, "rare": 1}

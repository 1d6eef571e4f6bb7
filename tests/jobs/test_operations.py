from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from firstwin.jobs import contracts, operations
from firstwin.jobs.contracts import Effect, JobContext, JobsFailedError, JobState, NewTimer, RetryPolicy, job_handler
from firstwin.jobs.models import Job

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SPACE = UUID(int=7)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Handlers "probe.note" and "probe.send" that write down their payload, and fail where it says so."""
    monkeypatch.setattr(contracts, "_handlers", dict(contracts.handlers()))
    notes: list[str] = []

    def note(context: JobContext, payload: Mapping[str, Any]) -> None:
        if context.attempt <= payload.get("failures", 0):
            raise RuntimeError(f"failure {context.attempt} of {payload['name']}")
        notes.append(payload["name"])

    job_handler("probe.note", effect=Effect.DB, retry=RetryPolicy(max_attempts=3))(note)
    job_handler("probe.send", effect=Effect.EXTERNAL, retry=RetryPolicy(max_attempts=3))(replace_name(note))
    return notes


def replace_name(function: Any) -> Any:
    return lambda context, payload: function(context, payload)


def test_enqueued_jobs_run_in_order_and_disappear(ran: list[str]) -> None:
    for name in "abc":
        operations.enqueue("probe.note", {"name": name}, workspace_id=SPACE)
    assert operations.run_due(now=NOW) == 3
    assert ran == ["a", "b", "c"]
    assert not Job.objects.exists()


def test_timers_become_jobs_when_due(ran: list[str]) -> None:
    operations.set_timers(
        NewTimer(
            owner="project:1",
            name=str(n),
            at=NOW + timedelta(days=n),
            kind="probe.note",
            payload={"name": str(n)},
            workspace_id=SPACE,
        )
        for n in range(5)
    )
    operations.run_due(now=NOW + timedelta(days=2))
    assert ran == ["0", "1", "2"]
    assert operations.shift_timers(owner="project:1", by=timedelta(days=-10)) == 2
    operations.run_due(now=NOW)
    assert ran == ["0", "1", "2", "3", "4"]


def test_failure_is_raised_kept_and_tried_again(ran: list[str]) -> None:
    operations.enqueue("probe.note", {"name": "a", "failures": 1}, workspace_id=SPACE, order_key="k")
    operations.enqueue("probe.note", {"name": "b"}, workspace_id=SPACE, order_key="k")
    operations.enqueue("probe.send", {"name": "c"}, workspace_id=SPACE)
    with pytest.raises(JobsFailedError) as caught:
        operations.run_due(now=NOW)
    assert "failure 1 of a" in str(caught.value.exceptions[0])
    assert ran == ["c"]
    assert sorted(Job.objects.values_list("state", flat=True)) == [JobState.HELD, JobState.WAITING]
    operations.run_due(now=NOW + timedelta(hours=2))
    assert ran == ["c", "a", "b"]

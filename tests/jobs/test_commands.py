"""Looking after jobs from the command line."""

from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from firstwin.jobs import operations, queries
from tests.jobs.conftest import SPACE

pytestmark = pytest.mark.django_db


@pytest.fixture
def _two_dead(ran: list[str], now: datetime) -> None:
    operations.enqueue("probe.note", {"name": "a", "failures": 3}, workspace_id=SPACE)
    operations.enqueue("probe.note", {"name": "b", "failures": 3}, workspace_id=None)
    for hour in range(3):
        operations.run_due(now=now + timedelta(hours=hour), is_strict=False)


@pytest.mark.usefixtures("_two_dead")
def test_dead_jobs_are_shown_retried_and_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("jobs")
    shown = capsys.readouterr().out
    assert shown.startswith("0 ready, 0 running, 0 waiting, 0 held, 2 dead, 0 timers\n")
    assert "RuntimeError: failure 3 of a" in shown
    first, second = (job.id for job in queries.list_all_dead_jobs())
    call_command("jobs", "--retry", str(first))
    call_command("jobs", "--drop", "all")
    assert queries.list_all_dead_jobs() == []
    assert queries.get_stats().ready == 1
    with pytest.raises(CommandError, match="no dead job"):
        call_command("jobs", "--drop", str(second))
    with pytest.raises(CommandError, match="not the id of a job"):
        call_command("jobs", "--retry", "x")


def test_bad_options_of_a_worker_are_refused() -> None:
    with pytest.raises(CommandError, match="--queues takes some of"):
        call_command("worker", "--queues", "fast")
    with pytest.raises(CommandError, match="--threads takes"):
        call_command("worker", "--threads", "0")

"""A worker ends cleanly, shares what it cannot do soon, and outlives its connections."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRELUDE = """
import os, signal, time
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from firstwin.jobs import operations
from firstwin.jobs.contracts import NewJob
from firstwin.jobs.models import Job
from tests.conformance.probe import work

def slow(name, seconds):
    return NewJob(kind="probe.slow", payload={"name": name, "seconds": seconds}, workspace_id=work.WORKSPACE)

def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)

def names():
    return [name for _, name, _ in work.effects()]
"""


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if name != "FIRSTWIN_DATABASE_URL"}
    return {
        **known,
        "DJANGO_SETTINGS_MODULE": "tests.conformance.settings",
        "FIRSTWIN_TEST_DATABASE_URL": database_url,
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "PROBE_FILE": str(tmp_path / "sent"),
    }


def do(environment: dict[str, str], code: str) -> None:
    """Run a piece of code against the database of the worker."""
    result = subprocess.run(
        [sys.executable, "-c", PRELUDE + code], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr[-2000:]


@pytest.fixture
def worker(environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    do(environment, "call_command('migrate', verbosity=0); work.create_table()")
    command = [sys.executable, "-m", "django", "worker", "--threads", "2", "--skip-checks"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.conformance
def test_a_worker_finishes_what_runs_and_gives_back_the_rest(
    environment: dict[str, str], worker: "subprocess.Popen[bytes]"
) -> None:
    do(
        environment,
        f"""
operations.enqueue_many([slow("first", 1.5), slow("second", 1.5), slow("third", 0), slow("fourth", 0)])
wait_for(lambda: Job.objects.filter(state="running").exists())
time.sleep(0.2)
os.kill({worker.pid}, signal.SIGTERM)
""",
    )
    assert worker.wait(timeout=20) == 0
    do(environment, "assert 'first' in names(); assert not Job.objects.exclude(state='ready').exists(), names()")


@pytest.mark.conformance
def test_a_job_longer_than_its_lease_is_kept_and_those_behind_it_are_shared(
    environment: dict[str, str], worker: "subprocess.Popen[bytes]"
) -> None:
    do(
        environment,
        """
quick = [NewJob(kind="probe.effect", payload={"sort": "plain", "name": str(n)}, workspace_id=work.WORKSPACE) for n in range(30)]
operations.enqueue_many([slow("long", 3), *quick])
wait_for(lambda: not Job.objects.exists())
assert [row for row in work.effects() if row[0] == "slow"] == [("slow", "long", 1)]
assert sorted(name for name in names() if name != "long") == sorted(str(n) for n in range(30))
if connection.vendor == "postgresql":
    assert names()[-1] == "long", names()
""",
    )


@pytest.mark.conformance
def test_a_worker_outlives_its_connections(environment: dict[str, str], worker: "subprocess.Popen[bytes]") -> None:
    """PostgreSQL drops every connection, as in a restart; SQLite has none to drop, there the worker merely works on."""
    do(
        environment,
        """
operations.enqueue_many([slow("before", 0)])
wait_for(lambda: names() == ["before"])
if connection.vendor == "postgresql":
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                       "WHERE datname = current_database() AND pid <> pg_backend_pid()")
operations.enqueue_many([slow("after", 0)])
wait_for(lambda: names() == ["before", "after"])
""",
    )
    time.sleep(0.1)
    assert worker.poll() is None

"""Jobs: how many a second with one and two workers, and how soon one starts, empty and with a million timers waiting.

The workers are processes of their own, so this benchmark makes a database of its own beside that of the harness and goes
to work in a process that uses it.
"""

import json
import os
import random
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.db import connection

from benchmarks.contracts import Bench
from benchmarks.generators import places
from firstwin.jobs import operations
from firstwin.jobs.contracts import Effect, JobContext, NewJob, NewTimer, job_handler
from firstwin.jobs.models import Job
from firstwin.shared import clock

ROUNDS = 5
JOBS = 500
PROBES = 100
TIMERS = 1_000_000
SPACE = UUID(int=7)
COLUMNS = "uid, owner, name, at, workspace_id, kind, payload, queue, priority, order_key"
MANY_TIMERS = {
    "postgresql": f"""INSERT INTO jobs_timer ({COLUMNS})
        SELECT gen_random_uuid(), 'project:' || n % 20000, n::text, now() + interval '1 day' + n * interval '7 seconds',
        '{SPACE}', 'bench.nothing', '{{}}', 'default', 0, '' FROM generate_series(1, {TIMERS}) n""",
    "sqlite": f"""INSERT INTO jobs_timer ({COLUMNS})
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {TIMERS})
        SELECT lower(hex(randomblob(16))), 'project:' || n % 20000, n, datetime('now', '+1 day', (n * 7) || ' seconds'),
        '{SPACE.hex}', 'bench.nothing', '{{}}', 'default', 0, '' FROM numbers""",
}


def run(bench: Bench) -> None:
    """Measure in a process of its own and keep the figures."""
    found = places.measure_apart("jobs")
    for name, samples in found.items():
        bench.note(name, samples, unit="ms" if "latency" in name else "/s")
    ratio = statistics.median(found["start latency p99, 1M timers"]) / statistics.median(
        found["start latency p99, empty"]
    )
    bench.note("start latency p99, 1M timers to empty", ratio, unit="x", goal="at most 2x", at_most=2.0)


def register() -> None:
    """Register the work that is measured: nothing at all, and writing down when it began."""

    marks = os.open(os.environ["BENCH_MARKS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def nothing(context: JobContext, payload: Mapping[str, Any]) -> None:
        del context, payload

    def mark(context: JobContext, payload: Mapping[str, Any]) -> None:
        del context
        os.write(marks, f"{(time.time() - payload['at']) * 1000}\n".encode())

    job_handler("bench.nothing", effect=Effect.DB)(nothing)
    job_handler("bench.mark", effect=Effect.DB)(mark)


def work() -> None:
    """Be a worker."""

    register()
    call_command("worker", "--threads", "1")


@contextmanager
def workers(count: int) -> Iterator[None]:
    """Start workers, and wait until the first has done something."""
    processes = [subprocess.Popen(places.command_of("jobs", "work")) for _ in range(count)]
    try:
        latencies(3)
        time.sleep(1)
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def latencies(count: int) -> list[float]:
    """Enqueue jobs one by one at odd moments; return how long each took to start, in milliseconds."""

    marks = Path(os.environ["BENCH_MARKS"])
    marks.write_text("")
    for number in range(1, count + 1):
        time.sleep(0.01 + random.random() * 0.03)
        operations.enqueue("bench.mark", {"at": time.time()}, workspace_id=SPACE)
        while marks.read_text().count("\n") < number:
            time.sleep(0.002)
    return [float(line) for line in marks.read_text().splitlines()]


def rates() -> list[float]:
    """Return the jobs per second of some rounds, from the commit of a batch to its last job."""

    found = []
    for _ in range(ROUNDS):
        operations.enqueue_many([NewJob(kind="bench.nothing", payload={}, workspace_id=SPACE)] * JOBS)
        start = time.perf_counter()
        while Job.objects.exists():
            time.sleep(0.01)
        found.append(JOBS / (time.perf_counter() - start))
    return found


def start_latencies(found: dict[str, list[float]], when: str) -> None:
    """Keep the middle and the 99th of a hundred start latencies, round by round."""
    rounds = [sorted(latencies(PROBES)) for _ in range(ROUNDS)]
    found[f"start latency p50, {when}"] = [samples[PROBES // 2] for samples in rounds]
    found[f"start latency p99, {when}"] = [samples[PROBES * 99 // 100 - 1] for samples in rounds]


def inside() -> dict[str, list[float]]:
    """Measure everything on this database."""

    found: dict[str, list[float]] = {}
    call_command("migrate", verbosity=0)
    with workers(1):
        found["jobs, 1 worker"] = rates()
        start_latencies(found, "empty")
    with workers(2):
        found["jobs, 2 workers"] = rates()
    with connection.cursor() as cursor:
        cursor.execute(MANY_TIMERS[connection.vendor])
        cursor.execute("ANALYZE")
    with workers(1):
        start_latencies(found, "1M timers")
    found["timers set in batches of 50, 1M waiting"] = []
    for turn in range(ROUNDS):
        start = time.perf_counter()
        for owner in range(20):
            operations.set_timers(
                NewTimer(
                    owner=f"new:{turn}:{owner}",
                    name=str(number),
                    at=clock.now() + timedelta(days=number),
                    kind="bench.nothing",
                    payload={},
                    workspace_id=SPACE,
                )
                for number in range(50)
            )
        found["timers set in batches of 50, 1M waiting"].append(1000 / (time.perf_counter() - start))
    return found


def print_figures() -> None:
    """Be the process that measures."""
    print(json.dumps(inside()))

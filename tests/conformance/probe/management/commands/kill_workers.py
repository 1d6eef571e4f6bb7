"""Start real workers, kill them without warning while they work, and count what is left: run by test_kills.py.

python -m django kill_workers KILLS SEED; prints a report as JSON.
"""

import json
import os
import random
import signal
import time
from argparse import ArgumentParser
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from firstwin.jobs import operations
from firstwin.jobs.contracts import NewJob, NewTimer
from firstwin.jobs.models import Job, Timer
from firstwin.journal import queries
from firstwin.journal.models import Unsealed
from firstwin.shared import clock
from tests.conformance.probe.work import WORKSPACE, create_table, effects

WORKERS = 3


class Nursery:
    """A process without any connection that forks workers: a killed one is followed by the next within milliseconds."""

    def __init__(self) -> None:
        ask, answer = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(ask[1])
            os.close(answer[0])
            self._serve(os.fdopen(ask[0]), os.fdopen(answer[1], "w"))
        os.close(ask[0])
        os.close(answer[1])
        self._ask, self._answer = os.fdopen(ask[1], "w"), os.fdopen(answer[0])

    def _serve(self, ask: IO[str], answer: IO[str]) -> None:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        for _ in ask:
            pid = os.fork()
            if pid == 0:
                ask.close()
                answer.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                call_command("worker", "--threads", "2")
                os._exit(0)
            answer.write(f"{pid}\n")
            answer.flush()
        os._exit(0)

    def fork(self) -> int:
        self._ask.write("fork\n")
        self._ask.flush()
        return int(self._answer.readline())


def feed(numbers: "Numbers") -> None:
    """Enqueue a handful of everything, in one transaction, of which every fifth is rolled back."""

    def new(sort: str, name: str, order_key: str | None = None, kind: str = "probe.effect") -> NewJob:
        payload = {"sort": sort, "name": name}
        return NewJob(kind=kind, payload=payload, workspace_id=WORKSPACE, order_key=order_key)

    is_kept = random.random() < 0.8
    given: list[tuple[str, str]] = []
    with transaction.atomic():
        for sort in ("plain", "parent", "fact", "timer", "sent"):
            given += [(sort, numbers.next()) for _ in range(3)]
        lines = [(f"line{number % 3}", numbers.next()) for number in range(6)]
        jobs = [new(sort, name) for sort, name in given if sort in {"plain", "parent", "fact"}]
        jobs += [new(sort, name, order_key=sort) for sort, name in lines]
        jobs += [new(sort, name, kind="probe.send") for sort, name in given if sort == "sent"]
        operations.enqueue_many(jobs)
        operations.set_timers(
            NewTimer(
                owner="probe",
                name=name,
                at=clock.now() + timedelta(seconds=random.random() * 2),
                kind="probe.effect",
                payload={"sort": sort, "name": name},
                workspace_id=WORKSPACE,
            )
            for sort, name in given
            if sort == "timer"
        )
        transaction.set_rollback(not is_kept)
    if is_kept:
        numbers.given.extend([*given, *lines])


class Numbers:
    """Names of effects, and which of them were really asked for."""

    def __init__(self) -> None:
        self._last = 0
        self.given: list[tuple[str, str]] = []

    def next(self) -> str:
        self._last += 1
        return str(self._last)


def wait_until_done(seconds: float) -> dict[str, int]:
    """Wait until no work is left; return what is left at the end."""
    end = time.monotonic() + seconds
    while True:
        left = {"jobs": Job.objects.count(), "timers": Timer.objects.count(), "unsealed": Unsealed.objects.count()}
        if not any(left.values()) or time.monotonic() > end:
            return left
        time.sleep(0.1)


def judge(numbers: Numbers) -> dict[str, Any]:
    """Compare what was asked for with what happened."""
    happened = effects()
    counts = Counter((sort, name) for sort, name, _ in happened)
    expected = [pair for pair in numbers.given if pair[0] != "sent"]
    expected += [("child", name) for sort, name in numbers.given if sort == "parent"]
    expected += [("heard", name) for sort, name in numbers.given if sort == "fact"]
    sent = Counter(tuple(line.split()) for line in Path(os.environ["PROBE_FILE"]).read_text().splitlines())
    facts = [int(name) for sort, name in numbers.given if sort == "fact"]
    lines = [[int(name) for sort, name, _ in happened if sort == f"line{number}"] for number in range(3)]
    verdict = queries.verify_chain(workspace_id=WORKSPACE, at=clock.now())
    names_sent = Counter(name for name, _ in sent)
    return {
        "asked": len(expected) + len([1 for sort, _ in numbers.given if sort == "sent"]),
        "lost": [pair for pair in expected if not counts[pair]],
        "doubled": [pair for pair, count in counts.items() if count > 1],
        "uninvited": [pair for pair in counts if pair not in set(expected)],
        "out_of_order": [number for number, line in enumerate(lines) if line != sorted(line)],
        "interrupted": sum(attempt > 1 for _, _, attempt in happened),
        "not_sent": [name for sort, name in numbers.given if sort == "sent" and not names_sent[name]],
        "sent_with_two_keys": [name for name, count in names_sent.items() if count > 1],
        "sent_again": sum(count - 1 for count in sent.values()),
        "chain": verdict.reason,
        "facts_missing": verdict.entries - len(facts),
    }


class Command(BaseCommand):
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kills", type=int)
        parser.add_argument("seed", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(kill(options["kills"], options["seed"])))


def kill(kills: int, seed: int) -> dict[str, Any]:
    random.seed(seed)
    nursery = Nursery()
    call_command("migrate", verbosity=0)
    create_table()
    Path(os.environ["PROBE_FILE"]).touch()
    numbers = Numbers()
    workers = [nursery.fork() for _ in range(WORKERS)]
    began = time.monotonic()
    try:
        for number in range(kills):
            if number % 2 == 0:
                feed(numbers)
            time.sleep(random.random() * 0.2)
            victim = workers.pop(random.randrange(WORKERS))
            os.kill(victim, signal.SIGKILL)
            workers.append(nursery.fork())
        killing = time.monotonic() - began
        left = wait_until_done(60)
    finally:
        for pid in workers:
            os.kill(pid, signal.SIGTERM)
    report = {"kills": kills, "seconds": round(killing, 1), "left": left, **judge(numbers)}
    connection.close()
    return report

"""Handlers of the kill suite, with a table and a file that show what they did."""

import os
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection

from firstwin.jobs import operations as job_operations
from firstwin.jobs.contracts import Effect, JobContext, RetryPolicy, job_handler
from firstwin.journal import operations as journal_operations
from firstwin.journal.contracts import Author, AuthorKind, Event, Recorded, event, on

WORKSPACE = UUID(int=7)
TABLE = (
    "CREATE TABLE probe_effect (place {} PRIMARY KEY, sort text NOT NULL, name text NOT NULL, attempt integer NOT NULL)"
)
RETRY = RetryPolicy(max_attempts=1000, first_delay=timedelta(milliseconds=20), max_delay=timedelta(milliseconds=200))
LEASE = timedelta(seconds=1)


class Prober:
    """The actor of the suite."""

    workspace_id = WORKSPACE
    author = Author(kind=AuthorKind.SYSTEM, id=None, name="Probe")


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class EffectHappened(Event):
    name: ClassVar[str] = "effect.happened"
    subject_type: ClassVar[str] = "probe"
    number: int

    @property
    def subject_id(self) -> UUID:
        return UUID(int=self.number % 10)


def create_table() -> None:
    serial = "bigserial" if connection.vendor == "postgresql" else "integer"
    with connection.cursor() as cursor:
        cursor.execute(TABLE.format(serial))


def write(sort: str, name: str, attempt: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO probe_effect (sort, name, attempt) VALUES (%s, %s, %s)", [sort, name, attempt])


def effects() -> list[tuple[str, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sort, name, attempt FROM probe_effect ORDER BY place")
        return list(cursor.fetchall())


@job_handler("probe.effect", effect=Effect.DB, retry=RETRY, lease=LEASE)
def effect(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Write an effect, a fact and sometimes a further job, all in the one transaction; fail now and then halfway."""
    write(payload["sort"], payload["name"], context.attempt)
    time.sleep(random.random() * 0.004)
    if random.random() < 0.01:
        raise RuntimeError("a failure by chance")
    if payload["sort"] == "parent":
        child = {"sort": "child", "name": payload["name"]}
        job_operations.enqueue("probe.effect", child, workspace_id=WORKSPACE)
    if payload["sort"] == "fact":
        journal_operations.record(EffectHappened(number=int(payload["name"])), actor=Prober(), at=context.now)


@job_handler("probe.send", effect=Effect.EXTERNAL, retry=RETRY, lease=LEASE)
def send(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Write a line outside of the database, with the key by which a receiver knows repetitions."""
    with Path(os.environ["PROBE_FILE"]).open("a") as file:
        file.write(f"{payload['name']} {context.idempotency_key}\n")
    time.sleep(random.random() * 0.004)


@job_handler("probe.slow", effect=Effect.DB, retry=RETRY, lease=LEASE)
def slow(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Take longer than the lease, and longer than a thread may hoard jobs."""
    time.sleep(payload["seconds"])
    write("slow", payload["name"], context.attempt)


@on(EffectHappened)
def on_effect_happened(event: EffectHappened, recorded: Recorded) -> None:
    """Write that the fact arrived."""
    write("heard", str(event.number), 1)

"""The journal: recording, sealing and verifying entries."""

import time
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from benchmarks.contracts import Bench
from firstwin.journal import operations, queries
from firstwin.journal.contracts import Author, AuthorKind, Event, event
from firstwin.shared import clock

ROUNDS = 5
ENTRIES = 2000
SPACE = UUID(int=7)


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken(Event):
    """A fact of the usual size."""

    name: ClassVar[str] = "bench.step_taken"
    subject_type: ClassVar[str] = "project"
    project_id: UUID
    account_id: UUID
    title: str = "Agree on what the first win is, and by when it shall be there"
    changes: tuple[tuple[str, str, str], ...] = (("due", "2026-03-02", "2026-03-09"),)

    @property
    def subject_id(self) -> UUID:
        return self.project_id


class Clerk:
    """Who records."""

    workspace_id = SPACE
    author = Author(kind=AuthorKind.MEMBER, id=UUID(int=5), name="Ada Quay")


def run(bench: Bench) -> None:
    """Measure."""
    facts = [StepTaken(project_id=UUID(int=number % 50), account_id=UUID(int=number % 20)) for number in range(ENTRIES)]
    single, many, sealed, exported, verified = [], [], [], [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for fact in facts[:200]:
            with transaction.atomic():
                operations.record(fact, actor=Clerk(), at=clock.now())
        single.append(200 / (time.perf_counter() - start))
        start = time.perf_counter()
        with transaction.atomic():
            operations.record_many(facts, actor=Clerk(), at=clock.now())
        many.append(ENTRIES / (time.perf_counter() - start))
        start, count = time.perf_counter(), 0
        while batch := operations.seal_entries():
            count += batch
        sealed.append(count / (time.perf_counter() - start))
    for _ in range(ROUNDS):
        start = time.perf_counter()
        lines = list(queries.export_lines(workspace_id=SPACE, workspace="bench", at=clock.now()))
        exported.append(len(lines) / (time.perf_counter() - start))
        start = time.perf_counter()
        verdict = queries.verify_lines(lines)
        verified.append(len(lines) / (time.perf_counter() - start))
        assert verdict.is_intact, verdict.reason
    bench.note("entries recorded, a transaction each", single, unit="/s")
    bench.note("entries recorded, many in one transaction", many, unit="/s")
    bench.note("entries sealed", sealed, unit="/s")
    bench.note("entries exported", exported, unit="/s")
    bench.note("entries verified", verified, unit="/s")

"""The threads of a worker that run jobs, and the one that keeps their leases."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from firstwin.jobs.models import Job
from firstwin.jobs.operations import claims, execution
from firstwin.shared import clock

LARGEST_BATCH = 20
BATCH_SECONDS = 0.1
"""A thread claims as many jobs at once as it expects to run in this time."""
TRANSACTION_SECONDS = 0.02
"""On SQLite small jobs share a transaction, until they have kept other writers waiting for so long."""
HOARDING_SECONDS = 0.5
"""When a job runs longer than this, the jobs claimed behind it are given back for others."""
TURNS_FOR_BULK = 8
"""Every so many claims the queue `bulk` comes first."""
log = structlog.get_logger("firstwin.jobs")


_writer = threading.Lock()


def turn_to_write() -> contextlib.AbstractContextManager[object]:
    """On SQLite let the threads of a process write one after the other: its own way of waiting is to sleep and try again."""
    return _writer if connection.vendor == "sqlite" else contextlib.nullcontext()


class Bell:
    """Wakes idle threads; a ring between looking and waiting is not lost."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self.rings = 0

    def ring(self, *, everyone: bool = False) -> None:
        """Wake one idle thread, or all."""
        with self._condition:
            self.rings += 1
            self._condition.notify_all() if everyone else self._condition.notify()

    def wait(self, seen: int, timeout: float) -> None:
        """Wait for a ring after the `seen`-th, at most `timeout` seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self.rings != seen, timeout)


class Hand:
    """The jobs a thread holds: the one it runs, and those behind it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._current: Job | None = None
        self._since = 0.0

    def take(self, jobs: Sequence[Job]) -> None:
        """Hold claimed jobs."""
        with self._lock:
            self._waiting.extend(jobs)

    def begin_next(self) -> Job | None:
        """Return the next job to run, whose turn begins now."""
        with self._lock:
            self._current = self._waiting.popleft() if self._waiting else None
            self._since = time.monotonic()
            return self._current

    def give_up_waiting(self) -> list[Job]:
        """Let go of the jobs that were not begun."""
        with self._lock:
            jobs = list(self._waiting)
            self._waiting.clear()
            return jobs

    def has_waiting(self) -> bool:
        """Return whether jobs wait here for their turn."""
        with self._lock:
            return bool(self._waiting)

    def is_hoarding(self) -> bool:
        """Return whether jobs wait here behind a long one."""
        with self._lock:
            return bool(self._waiting) and time.monotonic() - self._since > HOARDING_SECONDS

    def held(self) -> list[Job]:
        """Return every job held."""
        with self._lock:
            return [*([self._current] if self._current else []), *self._waiting]

    def lose(self, ids: set[int]) -> None:
        """Forget jobs that were taken over by others before they were begun."""
        with self._lock:
            self._waiting = deque(job for job in self._waiting if job.id not in ids)


class Executor(threading.Thread):
    """Claims and runs jobs until told to stop."""

    def __init__(self, *, name: str, queues: Sequence[str], bell: Bell, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.hand = Hand()
        self._queues = list(queues)
        self._bell = bell
        self._stop_event = stop
        self._places: dict[str, UUID | None] = {}
        self._turn = 0
        self._seconds_per_job = BATCH_SECONDS / 4

    def run(self) -> None:
        """Work until the stop; finish the job at hand and give back the rest."""
        try:
            while not self._stop_event.is_set():
                self._work_once()
            self._give_back()
        finally:
            connection.close()

    def _work_once(self) -> None:
        seen = self._bell.rings
        try:
            with turn_to_write():
                jobs = self._claim()
        except Exception as error:
            log.warning("claim_failed", error=str(error).strip())
            connection.close()
            self._stop_event.wait(0.5)
            return
        if not jobs:
            self._bell.wait(seen, timeout=2)
            return
        self._bell.ring()
        if connection.vendor == "sqlite":
            outside = [job for job in jobs if execution.is_external(job)]
            self._run_together([job for job in jobs if job not in outside])
            jobs = outside
        self.hand.take(jobs)
        for job in self._next_jobs():
            self._run(job)

    def _next_jobs(self) -> Iterator[Job]:
        """Yield the jobs in hand whose lease still holds, until the stop."""
        while not self._stop_event.is_set() and (job := self.hand.begin_next()):
            if job.lease_until is not None and job.lease_until > clock.now():
                yield job

    def _claim(self) -> list[Job]:
        self._turn += 1
        limit = max(1, min(LARGEST_BATCH, int(BATCH_SECONDS / self._seconds_per_job)))
        queues = self._queues if self._turn % TURNS_FOR_BULK else list(reversed(self._queues))
        for queue in queues:
            jobs, self._places[queue] = claims.claim(
                worker=self.name, limit=limit, queue=queue, after=self._places.get(queue), now=clock.now()
            )
            if jobs:
                return jobs
        return []

    def _run_together(self, jobs: Sequence[Job]) -> None:
        """Run database work in as few transactions as it takes."""
        self.hand.take(jobs)
        while self.hand.has_waiting() and not self._stop_event.is_set():
            taken = 0

            def counted() -> Iterator[Job]:
                nonlocal taken
                for job in self._next_jobs():
                    taken += 1
                    yield job

            start = time.perf_counter()
            try:
                with turn_to_write():
                    failed = execution.execute_together(counted(), now=clock.now(), seconds=TRANSACTION_SECONDS)
            except DatabaseError as broken:
                log.warning("jobs_not_committed", error=str(broken).strip())
                connection.close()
                return
            for job, error in failed:
                if isinstance(error, claims.LostClaimError):
                    log.warning("job_claim_lost", error=str(error))
                else:
                    self._write_down(job, error)
            self._learn((time.perf_counter() - start) / max(1, taken))

    def _learn(self, seconds: float) -> None:
        self._seconds_per_job = 0.7 * self._seconds_per_job + 0.3 * seconds

    def _run(self, job: Job) -> None:
        start = time.perf_counter()
        try:
            execution.execute(job, now=clock.now())
        except claims.LostClaimError as error:
            log.warning("job_claim_lost", error=str(error))
        except (Exception, SystemExit) as error:
            self._write_down(job, error)
        self._learn(time.perf_counter() - start)

    def _write_down(self, job: Job, error: BaseException) -> None:
        """Keep the failure; when even that fails, the lease runs out and someone takes the job over."""
        log.warning("job_failed", kind=job.kind, job=str(job.uid), attempt=job.attempts, error=repr(error)[:500])
        if isinstance(error, OperationalError | InterfaceError):
            connection.close()
        try:
            claims.fail(job, error=execution.describe(error), retry=claims.policy_of(job), now=clock.now())
        except DatabaseError as second:
            log.warning("job_failure_not_kept", job=str(job.uid), error=str(second).strip())
            connection.close()

    def _give_back(self) -> None:
        try:
            claims.release(self.hand.give_up_waiting())
        except DatabaseError as error:
            log.warning("jobs_not_given_back", error=str(error).strip())


class Keeper(threading.Thread):
    """Extends the leases of the jobs in hand, and gives back what waits behind a long one."""

    TICK = 0.2

    def __init__(self, executors: Sequence[Executor], *, bell: Bell, stop: threading.Event) -> None:
        super().__init__(name="keeper", daemon=True)
        self._executors = executors
        self._bell = bell
        self._stop_event = stop

    def run(self) -> None:
        """Look after the hands until the stop, and on while a last job is running."""
        while not self._stop_event.wait(self.TICK) or any(executor.is_alive() for executor in self._executors):
            try:
                self._share()
                self._extend(clock.now())
            except DatabaseError as error:
                log.warning("leases_not_extended", error=str(error).strip())
                connection.close()
            if self._stop_event.is_set():
                time.sleep(self.TICK)
        connection.close()

    def _share(self) -> None:
        for executor in self._executors:
            if executor.hand.is_hoarding() and (jobs := executor.hand.give_up_waiting()):
                self._release(executor, jobs)
                self._bell.ring(everyone=True)

    def _release(self, executor: Executor, jobs: Sequence[Job]) -> None:
        try:
            claims.release(jobs)
        except DatabaseError:
            executor.hand.take(jobs)
            raise

    def _extend(self, now: datetime) -> None:
        """Extend leases of which a third is used up: most jobs end before and cost nothing here."""
        old = [
            job
            for executor in self._executors
            for job in executor.hand.held()
            if job.lease_until is not None and job.lease_until - now < claims.lease_of(job) * 2 / 3
        ]
        if old and (lost := claims.extend_leases(old, now=now)):
            for executor in self._executors:
                executor.hand.lose(lost)

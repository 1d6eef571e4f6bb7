"""A worker: some threads that run jobs, one that keeps leases, one for duties, and the watch over what comes due.

Each thread keeps its connection for as long as it works, and makes a new one only after an error.
"""

import contextlib
import os
import socket
import threading
import time
import uuid
from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.db import DatabaseError, connection

from firstwin.jobs.contracts import DutySpec, duties
from firstwin.jobs.management.executing import Bell, Executor, Keeper
from firstwin.jobs.management.listening import Listener, listen
from firstwin.jobs.operations import claims, promotion
from firstwin.shared import clock

LONGEST_WAIT = 1.0
"""Seconds between two looks when nothing is heard: the price of a lost notification."""
SHORTEST_ROUND = 0.02
TAKE_OVER_EVERY = 1.0
log = structlog.get_logger("firstwin.jobs")


class Worker:
    """Runs jobs until `stop` is called. `grace`: seconds to finish what runs; what is left is taken over by others."""

    def __init__(self, *, threads: int, queues: Sequence[str], grace: float = 30) -> None:
        self._stop = threading.Event()
        self._stop_pipe, self._stop_end = os.pipe()
        self._bell = Bell()
        self._grace = grace
        name = f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid.uuid4().hex[:6]}"
        self._executors = [
            Executor(name=f"{name}:{number}", queues=queues, bell=self._bell, stop=self._stop)
            for number in range(1, threads + 1)
        ]
        self._keeper = Keeper(self._executors, bell=self._bell, stop=self._stop)
        self._dutiful = threading.Thread(target=self._do_duties, name="duties", daemon=True)
        self._looked_for_silent_at = 0.0

    def stop(self) -> None:
        """Finish what runs, give back the rest, and end; may be called from a signal handler, and twice."""
        if not self._stop.is_set():
            self._stop.set()
            os.write(self._stop_end, b".")

    def run(self) -> None:
        """Work until stopped."""
        log.info("worker_started", threads=len(self._executors))
        for thread in (*self._executors, self._keeper, self._dutiful):
            thread.start()
        listener: Listener | None = None
        while not self._stop.is_set():
            try:
                if listener is None:
                    listener = listen(self._stop.wait, self._stop_pipe)
                    self._bell.ring()
                self._watch(listener)
            except (DatabaseError, OSError) as error:
                log.warning("database_unavailable", error=str(error).strip())
                if listener is not None:
                    listener.close()
                listener = None
                connection.close()
                self._stop.wait(0.5)
        self._end(listener)

    def _watch(self, listener: Listener) -> None:
        """One round: make ready what is due, wake a thread if there is work, then wait for the next thing."""
        began = time.monotonic()
        now = clock.now()
        while promotion.promote_due(now=now) >= promotion.BATCH and not self._stop.is_set():
            self._bell.ring()
        if began - self._looked_for_silent_at >= TAKE_OVER_EVERY:
            self._looked_for_silent_at = began
            claims.take_over_expired(now=now)
        if claims.has_ready():
            self._bell.ring()
        next_at = promotion.next_due_at()
        wait = LONGEST_WAIT if next_at is None else (next_at - clock.now()).total_seconds()
        if listener.wait(max(0.005, min(LONGEST_WAIT, wait))):
            self._bell.ring()
            self._stop.wait(max(0.0, SHORTEST_ROUND - (time.monotonic() - began)))

    def _do_duties(self) -> None:
        """Repeat every duty at its interval, each as soon as it may."""
        due = {name: time.monotonic() for name in duties()}
        while due:
            for name, spec in duties().items():
                if due.get(name, 0) <= time.monotonic():
                    self._do_duty(spec)
                    due[name] = time.monotonic() + spec.every.total_seconds()
            if self._stop.wait(max(0.01, min(due.values()) - time.monotonic())):
                break
        with contextlib.suppress(DatabaseError):
            for spec in duties().values():
                self._do_duty(spec)
        connection.close()

    def _do_duty(self, spec: DutySpec) -> None:
        end = clock.now() + timedelta(seconds=5)
        try:
            while spec.run(now := clock.now()) and now < end:
                pass
        except Exception as error:
            log.exception("duty_failed", duty=spec.name, error=str(error).strip())
            connection.close()

    def _end(self, listener: Listener | None) -> None:
        self._bell.ring(everyone=True)
        end = time.monotonic() + self._grace
        # The keeper last: it may hold jobs that it took from behind a long one and has not given back yet.
        for thread in (*self._executors, self._dutiful, self._keeper):
            thread.join(max(0.0, end - time.monotonic()))
        if listener is not None:
            listener.close()
        connection.close()
        unfinished = sum(thread.is_alive() for thread in self._executors)
        log.info("worker_stopped", unfinished=unfinished)

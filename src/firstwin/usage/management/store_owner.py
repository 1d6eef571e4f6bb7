"""The process that owns the event store: it drains the inbox and answers the questions of the others on this machine."""

import json
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import TypeVar

import msgspec
import structlog
from django.db import DatabaseError, close_old_connections

from firstwin.shared import clock
from firstwin.shared.errors import FirstwinError
from firstwin.usage.contracts.keeping import BackupRefusedError
from firstwin.usage.contracts.store import StoreUnavailableError
from firstwin.usage.operations import applying, backup, draining, lease
from firstwin.usage.operations.keeping import EngineKeeper
from firstwin.usage.operations.store import ChdbEngine, EventWriter
from firstwin.usage.queries.store import ClusterEngine, FolderCall, OwnerAddress, StoreCall

LOOK_EVERY_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
SINGLY_AFTER_FAILURES = 3
END_AFTER_FAILURES = 3
BETWEEN_ROUNDS_WITHIN_SECONDS = 3600.0
T = TypeVar("T")
MOST_QUESTION_BYTES = 4_000_000
log = structlog.get_logger("firstwin.event_store")


class EngineBrokenError(RuntimeError):
    """The engine fails whatever it is asked."""


class StoreOwner:
    """Opens the store when it is first needed: an installation without product events never loads the engine."""

    def __init__(self, *, folder: Path, address_file: Path, url: str = "", cluster: str = "") -> None:
        self._folder = folder
        self._address_file = address_file
        self._secret = secrets.token_urlsafe(32)
        self._url, self._cluster = url, cluster
        self._engine: ChdbEngine | ClusterEngine | None = None
        self._opening = threading.Lock()
        self._failures = 0
        self._asked: Queue[Callable[[], None]] = Queue()

    def engine(self) -> ChdbEngine | ClusterEngine:
        """Return the engine, opened; with a URL it is a server elsewhere, whose tables are made if they are not there."""
        with self._opening:
            if self._engine is None:
                self._engine = self._opened()
            return self._engine

    def _opened(self) -> ChdbEngine | ClusterEngine:
        if not self._url:
            return ChdbEngine(self._folder)
        engine = ClusterEngine(self._url, cluster=self._cluster)
        engine.prepare()
        return engine

    def run(self, stop: threading.Event) -> None:
        """Answer and drain until asked to stop."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(self, self._secret))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, name="answers", daemon=True).start()
        self._tell_address(server.server_address[1])
        try:
            self._drain_until(stop)
        finally:
            server.shutdown()
            server.server_close()
            if self._engine is not None:
                self._engine.close()

    def _drain_until(self, stop: threading.Event) -> None:
        pause = LOOK_EVERY_SECONDS
        while not stop.wait(pause):
            while not self._asked.empty():
                self._asked.get()()
            try:
                pause = 0.0 if self._drain_once() else LOOK_EVERY_SECONDS
                self._failures = 0
            except (DatabaseError, StoreUnavailableError) as error:
                pause = min(LONGEST_PAUSE_SECONDS, max(1.0, pause * 2))
                log.error("events wait in the inbox", error=str(error)[:500], again_in_seconds=pause)
                close_old_connections()
                self._failures += isinstance(error, (StoreUnavailableError, *draining.UNACCEPTABLE))
                self._end_if_broken()

    def answer(self, path: str, body: bytes) -> bytes:
        """Answer a question, or do what can only be done where the store is."""
        engine = self.engine()
        if path == "/":
            call = msgspec.json.decode(body, type=StoreCall)
            return engine.read(call.text, call.parameters)
        if self._url:
            raise BackupRefusedError(
                "The event store is a ClickHouse server elsewhere.", remedy="Back it up with ClickHouse's own BACKUP."
            )
        folder, at = Path(msgspec.json.decode(body, type=FolderCall).folder), clock.now()
        if path == "/backup":
            frozen = self.between_rounds(lambda: backup.freeze(engine=engine, folder=folder, at=at))
            return msgspec.json.encode(backup.copy(frozen))
        keeper = EngineKeeper(engine)
        done = self.between_rounds(lambda: backup.restore(engine=engine, keeper=keeper, folder=folder, at=at))
        return msgspec.json.encode(done)

    def between_rounds(self, work: Callable[[], T]) -> T:
        """Have something done by the thread that drains, while nothing is on its way, and return what came of it."""
        future: Future[T] = Future()

        def carry_out() -> None:
            try:
                future.set_result(work())
            except Exception as error:  # whatever it is, the one who asked is told
                future.set_exception(error)

        self._asked.put(carry_out)
        return future.result(timeout=BETWEEN_ROUNDS_WITHIN_SECONDS)

    def _drain_once(self) -> bool:
        """Do what was ordered, then a round of draining; after several that failed, batch by batch."""
        if not lease.is_ours():
            return False
        has_more = False
        if applying.has_orders():
            writer = EventWriter(self.engine())
            has_more = applying.apply_orders(store=writer, keeper=EngineKeeper(self.engine()), now=clock.now).has_more
        if not draining.has_waiting():
            return has_more
        drain = draining.drain_singly if self._failures >= SINGLY_AFTER_FAILURES else draining.drain_inbox
        return drain(store=EventWriter(self.engine()), at=clock.now()).has_more or has_more

    def _end_if_broken(self) -> None:
        """End the process when the engine itself no longer answers: the supervisor starts a new one, which reads the disk."""
        if self._failures >= END_AFTER_FAILURES and not EngineKeeper(self.engine()).is_answering():
            raise EngineBrokenError("The engine of the event store no longer answers; its process starts anew.")

    def _tell_address(self, port: int) -> None:
        self._address_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self._address_file.with_suffix(f".{os.getpid()}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(OwnerAddress(port=port, secret=self._secret)))
        part.replace(self._address_file)


def _answering(owner: StoreOwner, secret: str) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if not secrets.compare_digest(self.headers.get("Authorization", ""), f"Bearer {secret}"):
                self._send(403, b"the secret is wrong")
                return
            size = int(self.headers.get("Content-Length", "0"))
            if size > MOST_QUESTION_BYTES:
                self._send(413, b"the question is too long")
                return
            try:
                self._send(200, owner.answer(self.path, self.rfile.read(size)))
            except FirstwinError as error:
                self._send(400, f"{error.detail} {error.remedy or ''}".strip().encode())
            except OSError as error:
                self._send(400, f"A file cannot be read or written: {error}".encode())
            except msgspec.DecodeError:
                self._send(400, json.dumps("not a question").encode())

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: questions hold the ids of people."""

    return Answers

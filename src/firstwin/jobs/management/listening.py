"""How a worker notices that something happened: NOTIFY on PostgreSQL, a glance at the version of the data on SQLite."""

import contextlib
import select
import time
from collections.abc import Callable
from typing import Any, Protocol

from django.db import connection

from firstwin.jobs.operations.wakeup import CHANNEL

GLANCE = 0.012
"""Seconds between two glances at SQLite's data version: a read of one number in shared memory, some 30 microseconds."""


class Listener(Protocol):
    """Waits for a change that may mean work."""

    def wait(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds; return whether something changed. Raises DatabaseError when the database is gone."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


class SqliteListener:
    """Sees every commit of another connection by PRAGMA data_version, whose number is that of one connection only."""

    def __init__(self, pause: Callable[[float], bool]) -> None:
        self._pause = pause
        self._seen = self._version()

    def wait(self, timeout: float) -> bool:
        """Wait for a commit, or until told to stop."""
        end = time.monotonic() + timeout
        while True:
            version = self._version()
            if version != self._seen:
                self._seen = version
                return True
            left = end - time.monotonic()
            if left <= 0 or self._pause(min(GLANCE, left)):
                return False

    def close(self) -> None:
        """Nothing is held."""

    @staticmethod
    def _version() -> tuple[Any, int]:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            return connection.connection, int(cursor.fetchone()[0])


class PostgresqlListener:
    """Listens on a connection of its own. `stop_pipe` becomes readable when the worker shall stop."""

    def __init__(self, stop_pipe: int) -> None:
        self._stop_pipe = stop_pipe
        with connection.wrap_database_errors:
            self._connection: Any = connection.get_new_connection(connection.get_connection_params())
            self._connection.autocommit = True
            self._connection.execute(f"LISTEN {CHANNEL}")

    def wait(self, timeout: float) -> bool:
        """Wait for a notification, or until told to stop."""
        with connection.wrap_database_errors:
            select.select([self._connection.fileno(), self._stop_pipe], [], [], timeout)
            return any(True for _ in list(self._connection.notifies(timeout=0)))

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(Exception):
            self._connection.close()


def listen(pause: Callable[[float], bool], stop_pipe: int) -> Listener:
    """Return the listener for this database."""
    return PostgresqlListener(stop_pipe) if connection.vendor == "postgresql" else SqliteListener(pause)

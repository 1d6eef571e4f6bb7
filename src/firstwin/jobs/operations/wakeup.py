"""Tell idle workers, after commit, that there is work. Losing a wake-up costs a second, never a job: workers also look."""

from typing import Any

from django.db import connection

CHANNEL = "firstwin_jobs"


def wake_workers() -> None:
    """Notify after the current transaction commits; on SQLite workers see every commit by themselves.

    After, not within: a transaction that carries a NOTIFY holds a lock that all others with one wait for.
    """
    if connection.vendor != "postgresql":
        return
    if any(entry[1] is _notify for entry in connection.run_on_commit):
        return
    connection.on_commit(_notify, robust=True)


def _notify() -> None:
    driver: Any = connection.connection
    driver.execute(f"NOTIFY {CHANNEL}")

"""The database at start: is it there, is it new enough, are its tables up to date."""

import sqlite3
from dataclasses import dataclass

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

OLDEST_POSTGRESQL = 14_00_00
OLDEST_SQLITE = (3, 38)
ROWS_OF_AN_INDEX = 1000
"""As many SQLite looks at to know an index; all of them would keep writers waiting for a second, these for some milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseState:
    """What is known of the database; `error` is empty where it answers."""

    kind: str
    version: str
    is_new_enough: bool
    waiting_migrations: int
    error: str = ""


def state() -> DatabaseState:
    """Look at the database."""
    is_sqlite = connection.vendor == "sqlite"
    kind = "SQLite" if is_sqlite else "PostgreSQL"
    try:
        connection.ensure_connection()
        waiting = count_waiting_migrations()
    except DatabaseError as error:
        text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return DatabaseState(kind=kind, version="", is_new_enough=False, waiting_migrations=0, error=text)
    if is_sqlite:
        number = sqlite3.sqlite_version_info
        return DatabaseState(
            kind=kind,
            version=".".join(map(str, number)),
            is_new_enough=number >= OLDEST_SQLITE,
            waiting_migrations=waiting,
        )
    with connection.cursor() as cursor:
        cursor.execute("show server_version_num")
        version = int(cursor.fetchone()[0])
    return DatabaseState(
        kind=kind,
        version=f"{version // 10000}.{version % 10000}",
        is_new_enough=version >= OLDEST_POSTGRESQL,
        waiting_migrations=waiting,
    )


def count_waiting_migrations() -> int:
    """Return how many migrations the tables still need."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> None:
    """Bring the tables up to date; two that start at once wait for each other on PostgreSQL."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(hashtext('firstwin.migrate'))")
            try:
                call_command("migrate", verbosity=0, interactive=False)
            finally:
                cursor.execute("select pg_advisory_unlock(hashtext('firstwin.migrate'))")
    else:
        call_command("migrate", verbosity=0, interactive=False)


def count_rows() -> None:
    """Let SQLite look at how its tables are filled, which PostgreSQL does by itself.

    Without it SQLite takes every index for as good as any other, also that of the workspace, in which all rows are of one:
    with ten thousand projects a page takes ten times as long. Connections hear of it when they are made.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {ROWS_OF_AN_INDEX}")
            cursor.execute("ANALYZE")


def remedy(database: DatabaseState) -> str:
    """Say how to mend a database that does not answer."""
    if database.kind == "SQLite":
        return "Look at the permissions and the free space of the data folder (FIRSTWIN_HOME)."
    return "Is PostgreSQL running, and are host, name, user and password in FIRSTWIN_DATABASE_URL right?"

"""The test database: made by the real migrations once, copied from then on, since they take ten seconds of every run.

A copy is known by what the migrations and their libraries are. SQLite's lie in .venv/databases, PostgreSQL's beside the
test databases, as templates.
"""

import contextlib
import fcntl
import hashlib
import sqlite3
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

ROOT = Path(__file__).resolve().parents[1]
COPIES = ROOT / ".venv" / "databases"


def mark() -> str:
    """What a migrated database follows from."""
    total = hashlib.sha256(f"{version('django')} {version('django-allauth')}".encode())
    for file in sorted(ROOT.glob("src/firstwin/*/migrations/*.py")):
        total.update(file.name.encode() + file.read_bytes())
    return total.hexdigest()[:16]


@contextlib.contextmanager
def copied(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let the test database that is made in this block begin as a copy; the first one of its kind becomes the copy.

    One process at a time: the others wait for the first and then copy.
    """
    COPIES.mkdir(exist_ok=True)
    with (COPIES / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        copy = _postgresql if connection.vendor == "postgresql" else _sqlite
        with copy(connection):
            yield


def template() -> str:
    """The name of the copy on a PostgreSQL server; it may not be there."""
    return f"firstwin_template_{mark()}"


def file() -> Path:
    """The copy for SQLite; it may not be there."""
    return COPIES / f"{mark()}.sqlite3"


@contextlib.contextmanager
def _sqlite(connection: BaseDatabaseWrapper) -> Iterator[None]:
    if not file().exists():
        yield
        part = file().with_suffix(".part")
        with contextlib.closing(sqlite3.connect(part)) as target:
            connection.connection.backup(target)
        part.replace(file())
        for older in set(COPIES.glob("*.sqlite3")) - {file()}:
            older.unlink()
        return
    # A database in memory lives as long as somebody is connected to it.
    name = connection.creation._get_test_db_name()
    with (
        contextlib.closing(sqlite3.connect(name, uri=True)) as memory,
        contextlib.closing(sqlite3.connect(file())) as source,
    ):
        source.backup(memory)
        yield


@contextlib.contextmanager
def _postgresql(connection: Any) -> Iterator[None]:
    with connection.creation._nodb_cursor() as cursor:
        if connection.creation._database_exists(cursor, template()):
            connection.settings_dict["TEST"]["TEMPLATE"] = template()
            yield
            return
    yield
    connection.close()
    connection.close_pool()
    made = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(template())} WITH TEMPLATE {made}")

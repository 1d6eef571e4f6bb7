"""A database of its own for tests that start processes."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from psycopg import sql


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """A database of its own: the workers are other processes, which do not see a test's transaction."""
    given = settings.DATABASES["default"]
    if not given["ENGINE"].endswith("postgresql"):
        yield f"sqlite:///{tmp_path / 'kills.sqlite3'}"
        return
    name = f"firstwin_kills_{uuid.uuid4().hex[:8]}"
    place = {"host": given["HOST"], "port": given["PORT"] or 5432, "user": given["USER"], "password": given["PASSWORD"]}
    with psycopg.connect(**place, dbname="postgres", autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            secret = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
            yield f"postgresql://{given['USER']}{secret}@{given['HOST']}:{place['port']}/{name}"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

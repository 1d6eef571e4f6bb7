"""How many statements something takes, and in which order it locks."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext


def statements(*, postgresql: int, sqlite: int) -> int:
    """Return the number for the database at hand: PostgreSQL takes as one what is asked for or written together."""
    return postgresql if connection.vendor == "postgresql" else sqlite


@contextmanager
def locking_projects_first() -> Iterator[None]:
    """What is done within locks projects, by their ids, before it writes anything of them. SQLite locks all at once."""
    begin = 'SELECT "projects_project"."id" AS "id" FROM "projects_project" WHERE '
    end = " ORDER BY 1 ASC" + (' FOR UPDATE OF "projects_project"' if connection.vendor == "postgresql" else "")
    with CaptureQueriesContext(connection) as seen:
        yield
    texts = [query["sql"] for query in seen.captured_queries]
    locks = [index for index, text in enumerate(texts) if text.startswith(begin) and text.endswith(end)]
    writes = [index for index, text in enumerate(texts) if re.search(r'(UPDATE|INSERT INTO) "projects_', text)]
    assert locks
    assert writes
    assert locks[0] < writes[0]

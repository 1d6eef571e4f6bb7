"""The triggers are there: a migration that rebuilds a table on SQLite silently drops them."""

import pytest
from django.db import connection

SQLITE = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'journal_%'"
POSTGRESQL = """SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
    AND tgrelid IN ('journal_entry'::regclass, 'journal_seal'::regclass)"""


@pytest.mark.django_db
def test_the_triggers_are_there() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SQLITE if connection.vendor == "sqlite" else POSTGRESQL)
        found = {name for (name,) in cursor.fetchall()}
    if connection.vendor == "sqlite":
        tables = ("journal_entry", "journal_seal")
        refusals = {f"{table}_refuses_{verb}" for table in tables for verb in ("UPDATE", "DELETE")}
    else:
        refusals = {"journal_entry_refuses", "journal_seal_refuses"}
    assert found == {*refusals, "journal_entry_queues"}

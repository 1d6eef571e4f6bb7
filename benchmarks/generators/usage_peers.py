"""The questions of the benchmark of usage, asked of DuckDB and of PostgreSQL on the same events."""

import importlib
import json
import resource
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks.generators.usage_questions import peer_sql

ROUNDS = 5
COLUMNS = "workspace_id, kind, name, user_id, anonymous_id, group_id, moment, properties, context"


def print_duckdb(exported: str) -> None:
    """Load the events into a table of DuckDB in a file, and ask."""
    duckdb = importlib.import_module("duckdb")
    store = duckdb.connect(f"{exported}.duckdb")
    store.execute("SET enable_progress_bar = false")  # it would be drawn among the figures
    store.execute(
        f"CREATE TABLE events AS SELECT * REPLACE (CAST(moment AS TIMESTAMP) AS moment) FROM read_parquet('{exported}')"
    )
    store.execute("CHECKPOINT")
    found = _ask("DuckDB", peer_sql("properties ->> '$.plan'"), lambda text: store.execute(text).fetchall())
    rows = store.execute("SELECT count(*) FROM events").fetchone()[0]
    found["DuckDB, on disk"] = [Path(f"{exported}.duckdb").stat().st_size / rows]
    found["DuckDB, most memory"] = [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]
    print(json.dumps(found))


def ask_postgresql(exported: Path) -> dict[str, list[float]]:
    """Load the events into a table of PostgreSQL with the indexes that such questions want, and ask."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA bench")
        cursor.execute("SET search_path = bench")
        cursor.execute(
            "CREATE TABLE events (workspace_id uuid, kind text, name text, user_id text, anonymous_id text, group_id text, "
            "moment timestamp, properties jsonb, context jsonb)"
        )
        with cursor.copy(f"COPY events ({COLUMNS}) FROM STDIN (FORMAT csv)") as copy, exported.open("rb") as file:
            while piece := file.read(1 << 20):
                copy.write(piece)
        cursor.execute("CREATE INDEX ON events (workspace_id, group_id, moment)")
        cursor.execute("CREATE INDEX ON events (workspace_id, user_id, moment)")
        cursor.execute("CREATE INDEX ON events (workspace_id, name, moment)")
        cursor.execute("CREATE INDEX ON events USING brin (moment)")
        cursor.execute("VACUUM ANALYZE events")

        def ask(text: str) -> Any:
            cursor.execute(text)
            return cursor.fetchall()

        found = _ask("PostgreSQL", peer_sql("properties ->> 'plan'"), ask)
        cursor.execute("SELECT pg_total_relation_size('bench.events')::float8 / count(*) FROM events")
        found["PostgreSQL, on disk"] = [cursor.fetchone()[0]]
        cursor.execute("DROP SCHEMA bench CASCADE")
        cursor.execute("RESET search_path")
    return found


def _ask(peer: str, questions: Mapping[str, str], ask: Callable[[str], object]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for name, text in questions.items():
        ask(text)
        for _ in range(ROUNDS):
            start = time.perf_counter()
            ask(text)
            found.setdefault(f"{peer}: {name}", []).append((time.perf_counter() - start) * 1000)
    return found

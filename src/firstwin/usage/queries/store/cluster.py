"""A ClickHouse server or cluster as the engine of the event store, reached by its URL."""

import importlib
import re
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from firstwin.usage.contracts.store import StoreUnavailableError
from firstwin.usage.rules.sql import cluster as cluster_sql
from firstwin.usage.rules.sql import keeping, tables

ANSWER_WITHIN_SECONDS = 30
LOOK_AGAIN_SECONDS = 1.0
_INSERT = re.compile(r"^INSERT INTO (\w+) (?:SETTINGS .*)?FORMAT (\w+)$")
_SETTINGS = {
    "output_format_json_quote_64bit_integers": "0",
    "output_format_json_quote_denormals": "0",
    "date_time_input_format": "best_effort",
}


class _Written:
    """The value of a parameter that is written as ClickHouse reads it already."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


class ClusterEngine:
    """Speaks to the server that a URL names; with the name of a cluster, tables are replicated and spread over its shards.

    Connects with the first question, so that nothing fails to start because the server is away.
    """

    def __init__(self, url: str, *, cluster: str = "") -> None:
        self._url = url
        self._cluster = cluster
        self._lock = threading.Lock()
        self._client: Any = None
        self._is_hiding, self._look_again_at = True, 0.0

    def read(self, text: str, parameters: Mapping[str, str]) -> bytes:
        """Return the rows of a query as JSON lines."""
        self._look_for_deletions()
        return self._ask(text, parameters, {"apply_mutations_on_fly": str(int(self._is_hiding))})

    def write(self, text: str, parameters: Mapping[str, str], lines: Iterable[bytes] = ()) -> int:
        """Run a statement, with the lines to insert, and return how many rows were written."""
        insert = _INSERT.match(text)
        if insert is None:
            statement = cluster_sql.statement_of(text, cluster=self._cluster) if self._cluster else text
            self._ask(statement, parameters, {}, form="")
            return 0
        client = self._connected()
        try:
            done = client.raw_insert(
                insert[1], insert_block=b"".join(lines), fmt=insert[2], settings=self._settings({})
            )
        except Exception as error:  # clickhouse-connect passes on what its transport raises
            raise _unavailable(error) from error
        return int(done.written_rows)

    def prepare(self) -> None:
        """Make the tables that are not there yet; by the owner alone."""
        statements = list(tables.TABLES)
        if self._cluster:
            database = self._connected().database
            statements = cluster_sql.tables_of(statements, cluster=self._cluster, database=database)
        for statement in statements:
            self._ask(statement, {}, {}, form="")
        for statement in keeping.PREPARE:
            self.write(statement, {})
        if self.read(tables.NOT_ADDED_UP, {}):
            self.write(tables.ADD_UP, {})

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            self._client.close()

    def _look_for_deletions(self) -> None:
        """Hide what is being deleted, as long as anything is: questions then read nothing that is added up."""
        if time.monotonic() >= self._look_again_at:
            self._look_again_at = time.monotonic() + LOOK_AGAIN_SECONDS
            self._is_hiding = bool(self._ask(tables.UNFINISHED_DELETIONS, {}, {}).strip())

    def _ask(
        self, text: str, parameters: Mapping[str, str], settings: Mapping[str, str], *, form: str = "JSONEachRow"
    ) -> bytes:
        bound = {name: _Written(value) for name, value in parameters.items()}
        statement = cluster_sql.statement_of(text, cluster=self._cluster) if self._cluster and form else text
        client = self._connected()
        try:
            return bytes(client.raw_query(statement, bound, settings=self._settings(settings), fmt=form or None))
        except Exception as error:  # clickhouse-connect passes on what its transport raises
            raise _unavailable(error) from error

    def _settings(self, more: Mapping[str, str]) -> dict[str, str]:
        return {**_SETTINGS, **(cluster_sql.SETTINGS if self._cluster else {}), **more}

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                connect = importlib.import_module("clickhouse_connect")
                try:
                    self._client = connect.get_client(**_place(self._url))
                except Exception as error:
                    raise _unavailable(error) from error
            return self._client


def _place(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "chdb":
        return {"dsn": url}
    is_secure = parts.scheme == "https"
    return {
        "interface": "https" if is_secure else "http",
        "host": parts.hostname or "localhost",
        "port": parts.port or (8443 if is_secure else 8123),
        "username": parts.username or "default",
        "password": parts.password or "",
        "database": parts.path.strip("/") or "default",
        "autogenerate_session_id": False,
        "compress": False,
        "send_receive_timeout": ANSWER_WITHIN_SECONDS,
    }


def _unavailable(error: Exception) -> StoreUnavailableError:
    return StoreUnavailableError(
        f"The event store does not answer as it should: {str(error)[:400]}",
        remedy="Look at FIRSTWIN_EVENT_STORE_URL, and whether that server runs. What comes in waits in the inbox.",
    )

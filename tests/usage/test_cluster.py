"""A ClickHouse server by URL: a loopback server that answers with chDB; and the tables of a cluster."""

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest

from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.store import EventScope, StoredEvent, StoreUnavailableError
from firstwin.usage.operations.store import ChdbEngine, EventWriter
from firstwin.usage.queries.store import ClusterEngine, EventReader
from firstwin.usage.rules.sql import cluster, tables

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
WORKSPACE = UUID(int=7)


def answering(engine: ChdbEngine, asked: list[dict[str, str]]) -> type[BaseHTTPRequestHandler]:
    """Speaks as much of ClickHouse over HTTP as is needed: queries in the body or the address, parameters, formats."""

    class Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            asked.append(given)
            text = f"{given.get('query', '')}\n{body.decode()}".strip()
            parameters = {name[6:]: value for name, value in given.items() if name.startswith("param_")}
            try:
                found = engine._writer.query(text, given.get("default_format", "TSV"), params=parameters)
                status, content, written = 200, bytes(found.bytes()), found.rows_written()
            except Exception as error:
                status, content, written = 500, str(error).encode(), 0
            self.send_response(status)
            self.send_header("X-ClickHouse-Summary", json.dumps({"written_rows": str(written)}))
            found_form = re.search(r"FORMAT (\w+)", text)
            self.send_header("X-ClickHouse-Format", found_form[1] if found_form else "TSV")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ChdbEngine, list[dict[str, str]]]]:
    engine = ChdbEngine(Path(tmp_path_factory.mktemp("server")))
    asked: list[dict[str, str]] = []
    http = ThreadingHTTPServer(("127.0.0.1", 0), answering(engine, asked))
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"http://reader:se%27cret@127.0.0.1:{http.server_address[1]}/firstwin", engine, asked
    http.shutdown()
    http.server_close()
    thread.join()
    engine.close()


def event(number: int, **more: Any) -> StoredEvent:
    fields: dict[str, Any] = {
        "workspace_id": WORKSPACE,
        "source_id": UUID(int=1),
        "message_key": UUID(int=number + 1),
        "kind": EventKind.TRACK,
        "name": "it's",
        "user_id": ("o'neil\\", "tab\tnew\nline")[number % 2],
        "anonymous_id": "",
        "group_id": "",
        "previous_id": "",
        "at": START + timedelta(hours=number),
        "received_at": START,
        "properties": "{}",
        "context": "{}",
    }
    return StoredEvent(**{**fields, **more})


def test_a_server_by_url_is_asked_and_written_like_the_engine_here(server: Any) -> None:
    url, here, asked = server
    there = ClusterEngine(url)
    there.prepare()
    writer = EventWriter(there)
    events = [event(number) for number in range(30)]
    assert (writer.append(events), writer.append(events)) == (30, 0)
    writer.link(WORKSPACE, anonymous_id="x'\\", user_id="ben")
    assert writer.append([event(50, user_id="", anonymous_id="x'\\")]) == 1
    scope = EventScope(workspace_id=WORKSPACE, since=START, until=START + timedelta(days=3))
    for ask in (
        lambda store: store.people(scope, limit=9),
        lambda store: store.timeline(scope, person="tab\tnew\nline", limit=99),
        lambda store: store.stickiness(scope),
        lambda store: store.funnel(scope, steps=["it's"], within=timedelta(days=1)),
        lambda store: list(store.export(scope)),
    ):
        assert ask(EventReader(there)) == ask(EventReader(here))
    assert {one["output_format_json_quote_64bit_integers"] for one in asked if "param_workspace" in one} == {"0"}
    assert writer.delete_person(WORKSPACE, person="o'neil\\") == 15
    assert writer.stickiness(scope) == {1: 1, 2: 1}
    there.close()


def test_a_server_that_is_away_or_refuses_says_so(server: Any) -> None:
    scope = EventScope(workspace_id=WORKSPACE, since=START, until=START + timedelta(days=3))
    with pytest.raises(StoreUnavailableError, match="does not answer as it should"):
        EventReader(ClusterEngine("http://127.0.0.1:9/firstwin")).stickiness(scope)
    with pytest.raises(StoreUnavailableError, match="UNKNOWN_TABLE"):
        ClusterEngine(server[0]).read("SELECT * FROM nothing_there", {})


def test_the_tables_of_a_cluster_are_read_by_the_engine_and_replicated(server: Any) -> None:
    made = cluster.tables_of(tables.TABLES, cluster="main", database="firstwin")
    for statement in made:
        assert server[1].read(f"EXPLAIN AST {statement}", {})
    whole = "\n".join(made)
    assert "events_local ON CLUSTER 'main'" in whole
    assert "ReplicatedMergeTree('/clickhouse/tables/{shard}/firstwin/events', '{replica}')" in whole
    assert "ReplicatedReplacingMergeTree('/clickhouse/tables/firstwin/links', '{shard}-{replica}', version)" in whole
    assert "Distributed('main', 'firstwin', 'events_local', sipHash64(" in whole
    assert not [one for one in made if re.search(r"ENGINE = (Replacing)?MergeTree", one)]


def test_on_a_cluster_what_changes_a_table_changes_it_everywhere() -> None:
    assert cluster.statement_of("ALTER TABLE events DELETE WHERE x", cluster="main") == (
        "ALTER TABLE events_local ON CLUSTER 'main' DELETE WHERE x"
    )
    assert cluster.statement_of(tables.UNFINISHED_DELETIONS, cluster="main").startswith(
        "SELECT 1 FROM clusterAllReplicas('main', system.mutations) WHERE"
    )
    assert cluster.statement_of(tables.CLEAR_INCOMING, cluster="main") == tables.CLEAR_INCOMING
    assert cluster.statement_of("SELECT * FROM events", cluster="main") == "SELECT * FROM events"

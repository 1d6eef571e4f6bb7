"""Product events end to end: the official Python client, faults in between, and processes that are killed. N sent, N stored."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from segment.analytics.client import Client

from firstwin.usage.contracts.store import EventScope, StoredEvent, StoreUnavailableError
from firstwin.usage.queries.store import EventReader, OwnerEngine
from tests.journeys.installation import ROOT, Installation, running

# Installations begin with a copy of the database that is made there, or migrate one by one.
pytestmark = [pytest.mark.conformance, pytest.mark.long, pytest.mark.usefixtures("django_db_setup")]
PATIENCE_SECONDS = 90.0
EVENTS = 200


@contextlib.contextmanager
def unreliable(address: str) -> Iterator[str]:
    """A way to the intake on which one request in four is refused and one in four loses its answer."""
    numbers = itertools.count()

    class Way(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            number = next(numbers) % 4
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = 500
            if number != 0:
                kept = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                with contextlib.suppress(httpx.HTTPError):
                    answer = httpx.post(address + self.path, content=body, headers=kept, timeout=10)
                    status = answer.status_code if number != 1 else 500
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Way)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def children_of(installation: Installation) -> dict[str, int]:
    """The running processes of an installation by the name of their command."""
    words = installation.log.read_text().rpartition("Ctrl-C (process ")[2]
    supervisor = int(words.partition(")")[0])
    found = {}
    for child in Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split():
        with contextlib.suppress(OSError):
            words_of_child = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            if len(words_of_child) > 1:  # one that was killed and not yet waited for has none
                found[words_of_child[-2].decode()] = int(child)
    return found


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)


def stored_in(home: Path, workspace: str) -> list[StoredEvent]:
    scope = EventScope(
        workspace_id=UUID(workspace), since=datetime(2020, 1, 1, tzinfo=UTC), until=datetime(2100, 1, 1, tzinfo=UTC)
    )
    try:
        return list(EventReader(OwnerEngine(home / "run" / "event_store.json")).export(scope))
    except StoreUnavailableError:
        return []


def test_all_that_a_client_sends_is_stored_once_through_faults_and_kills(tmp_path: Path) -> None:
    with running(tmp_path) as installation, unreliable(installation.address) as address:
        wait_for(lambda: "Ctrl-C (process " in installation.log.read_text())
        scene = installation.play("event_source")
        lost: list[object] = []
        client = Client(
            scene["write_key"],
            host=address,
            on_error=lambda error, _items: lost.append(error),
            gzip=True,
            max_retries=30,
            upload_size=20,
            upload_interval=0.05,
            timeout=15,
        )
        for number in range(EVENTS):
            client.track(f"user-{number % 7}", "Report viewed", {"number": number})
            if number in {60, 140}:
                wait_for(lambda: "event_store" in children_of(installation))
                os.kill(children_of(installation)["event_store"], signal.SIGKILL)
        client.shutdown()
        assert lost == []
        # The inbox is emptied in order: once what came last is stored, nothing that was sent again is still to come.
        last = {"event": "Last", "userId": "user", "writeKey": scene["write_key"]}
        assert httpx.post(f"{installation.address}/v1/track", json=last, timeout=15).status_code == 200
        wait_for(lambda: any(event.name == "Last" for event in stored_in(tmp_path, scene["workspace_id"])))
        stored = [event for event in stored_in(tmp_path, scene["workspace_id"]) if event.name != "Last"]
    assert len({event.message_key for event in stored}) == len(stored) == EVENTS
    assert {event.properties for event in stored} == {f'{{"number":{number}}}' for number in range(EVENTS)}


def test_a_backup_is_brought_back_through_a_running_owner_and_a_full_store_says_what_to_do(tmp_path: Path) -> None:
    homes = [tmp_path / name for name in ("before", "after")]
    kept = tmp_path / "kept"
    for home in homes:
        home.mkdir()
    with running(homes[0]) as installation:
        scene = installation.play("event_source")
        batch = [{"type": "track", "event": f"Event {n}", "userId": "ada", "messageId": f"m{n}"} for n in range(40)]
        body = {"batch": batch, "writeKey": scene["write_key"]}
        assert httpx.post(f"{installation.address}/v1/batch", json=body, timeout=15).status_code == 200
        wait_for(lambda: len(stored_in(homes[0], scene["workspace_id"])) == len(batch))
        before = stored_in(homes[0], scene["workspace_id"])
        said = installation.command("usage", "backup", str(kept))
        assert said.strip() == f"Backed up to {kept}: 40 events of the store, and 0 that waited in the inbox."
    with running(homes[1]) as installation:
        wait_for(lambda: (homes[1] / "run" / "event_store.json").exists())
        assert ": 40 events of the store" in installation.command("usage", "restore", str(kept))
        assert stored_in(homes[1], scene["workspace_id"]) == before
        environment = installation.environment
        command = [sys.executable, "-m", "firstwin.config.cli", "usage", "restore", str(kept)]
        again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert again.returncode == 1
        assert "The event store is not empty. Stop Firstwin, move the folder “events”" in again.stderr
        assert stored_in(homes[1], scene["workspace_id"]) == before

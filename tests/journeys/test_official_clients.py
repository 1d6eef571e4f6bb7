"""Segment's own clients against a running Firstwin, through faults and a restart of its web server: N sent, N stored.

What the clients do does not depend on the database below; a run on either database walks through it once.
"""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Page

from firstwin.usage.contracts.store import EventScope, StoredEvent, StoreUnavailableError
from firstwin.usage.queries.store import EventReader, OwnerEngine
from tests.conformance.test_product_events import children_of
from tests.journeys.faults import Fault, faulty_way
from tests.journeys.installation import ROOT, Installation
from tests.journeys.vendor import vendor_site

pytestmark = [pytest.mark.journey, pytest.mark.long]
EVENTS = 32
PATIENCE_SECONDS = 180.0
# They end: a client waits twice as long after each failure in a row, half a minute after the fifth, and the restart adds some.
SERVER_FAULTS = 2 * (Fault.REFUSED, Fault.UNANSWERED, Fault.LATE, Fault.NONE, Fault.CUT_OFF, Fault.NONE)
BROWSER_FAULTS = (Fault.NONE, Fault.REFUSED, Fault.NONE, Fault.UNANSWERED, Fault.NONE, Fault.CUT_OFF, Fault.NONE)
BROWSER_CLIENTS = ROOT / "frontend" / "node_modules" / "@segment" / "analytics-next" / "dist" / "umd"
PAGE = """<!doctype html><title>Vendor</title><script src="/client.js"></script><script>
const integrations = {{ "Segment.io": {{ apiHost: "{way}/v1".replace("http://", ""), protocol: "http" }} }};
window.client = AnalyticsNext.AnalyticsBrowser.load({{ writeKey: "{key}", cdnURL: "{host}" }}, {{ integrations }});
</script>"""
OLDER = ROOT / ".venv" / "older-client"


def start(*command: str | Path, path: Path | None = None) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(path or "")}
    pipe = subprocess.PIPE
    return subprocess.Popen([str(word) for word in command], env=environment, stdout=pipe, stderr=pipe, text=True)


def start_clients(ways: list[str], key: str) -> dict[str, "subprocess.Popen[str]"]:
    node = shutil.which("node") or ROOT / ".venv" / "node" / "node"
    script = ROOT / "tests" / "journeys" / "clients" / "python_client.py"
    count = str(EVENTS)
    return {
        "Python 2.4.0": start(sys.executable, script, ways[0], key, count, "Python 2.4.0"),
        "Python 2.3.4": start(sys.executable, script, ways[1], key, count, "Python 2.3.4", path=OLDER),
        "Node": start(node, ROOT / "frontend" / "tests" / "clients" / "node_client.mjs", ways[2], key, count),
    }


def send_from_browser(page: Page, address: str) -> None:
    page.goto(address)
    page.evaluate(
        """async (count) => {
            await client.ready();
            client.identify("user-1", { email: "ada@example.com" });
            for (let number = 0; number < count; number += 1) client.track("Browser", { number });
        }""",
        EVENTS,
    )


def restart_web(firstwin: Installation) -> None:
    """Kill the web server; the supervisor ends and starts what belongs to it anew."""
    found = next((pid for name, pid in children_of(firstwin).items() if "serve" in name or "web" in name), None)
    assert found is not None, children_of(firstwin)
    os.kill(found, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(f"{firstwin.address}/health/live", timeout=2)
            return
        time.sleep(0.1)
    raise AssertionError("the web server did not come back")


def wait_for_stored(reader: EventReader, workspace: str, count: int) -> list[StoredEvent]:
    """Return what is stored once it is so many, or what there is when patience ends."""
    since, until = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    scope = EventScope(workspace_id=UUID(workspace), since=since, until=until)
    deadline = time.monotonic() + PATIENCE_SECONDS
    found: list[StoredEvent] = []
    while len(found) < count and time.monotonic() < deadline:
        time.sleep(0.5)
        with contextlib.suppress(StoreUnavailableError):
            found = list(reader.export(scope))
    return found


def test_what_official_clients_send_is_stored_once_through_faults_and_a_restart(
    page: Page, firstwin: Installation
) -> None:
    scene: dict[str, Any] = firstwin.play("event_source")
    key = scene["write_key"]
    reader = EventReader(OwnerEngine(Path(firstwin.environment["FIRSTWIN_HOME"]) / "run" / "event_store.json"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with contextlib.ExitStack() as stack:
        ways = [stack.enter_context(faulty_way(firstwin.address, SERVER_FAULTS)) for _ in range(3)]
        way = stack.enter_context(faulty_way(firstwin.address, itertools.cycle(BROWSER_FAULTS)))
        site = stack.enter_context(
            vendor_site(
                {"/": PAGE.format(key=key, way=way, host=firstwin.address), "/client.js": BROWSER_CLIENTS / "index.js"}
            )
        )
        running = start_clients(ways, key)
        send_from_browser(page, site)
        restart_web(firstwin)
        for name, process in running.items():
            output, errors = process.communicate(timeout=PATIENCE_SECONDS)
            assert process.returncode == 0, f"{name}: {output}{errors}"
        found = wait_for_stored(reader, scene["workspace_id"], 4 * EVENTS + 1)
        # What a client sends again after it was stored would come now.
        last = {"event": "Last", "userId": "user", "writeKey": key}
        assert httpx.post(f"{firstwin.address}/v1/track", json=last, timeout=20).status_code == 200
        found = wait_for_stored(reader, scene["workspace_id"], 4 * EVENTS + 2)
    assert len({event.message_key for event in found}) == len(found)
    expected = {name: EVENTS for name in ("Python 2.4.0", "Python 2.3.4", "Node", "Browser")}
    assert Counter(event.name for event in found) == {**expected, "": 1, "Last": 1}
    for name in expected:
        numbers = {event.properties for event in found if event.name == name}
        assert numbers == {f'{{"number":{number}}}' for number in range(EVENTS)}, name
    assert not [url for url in asked if not url.startswith("http://127.0.0.1:")], "no host but those of this machine"

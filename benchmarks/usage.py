"""Usage: product events taken in over HTTP, drained into the event store, and asked about by the million.

The intake, the drain and the wait until an event is visible run on the database of the harness. Questions do not touch that
database: on SQLite they are asked of ten million events, beside the bare engine and DuckDB; on PostgreSQL of a tenth of
them, beside PostgreSQL with indexes. BENCH_EVENTS gives another number of events.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from benchmarks.contracts import Bench
from benchmarks.generators import places, usage_events, usage_peers
from benchmarks.generators.usage_questions import QUESTIONS, ROLLED_UP
from firstwin.identity.contracts import Role
from firstwin.shared import clock
from firstwin.usage.contracts.store import EventScope
from firstwin.usage.operations import draining, sources
from firstwin.usage.operations.store import ChdbEngine, EventWriter
from firstwin.usage.queries.store import EventReader, OwnerEngine, address_file
from tests.factories.identity import make_actor

EVENTS = int(os.environ.get("BENCH_EVENTS", "10000000"))
SENT = max(10_000, min(300_000, EVENTS // 33))
ROUNDS = 5
PROBES = 30
MEANWHILE_PER_SECOND = 5_000
GOALS: dict[str, tuple[str, float | None, float | None]] = {
    "drained": ("at least 100,000/s", None, 100_000),
    "acknowledged until visible, p95": ("at most 2,000 ms", 2_000, None),
    "on disk": ("at most 50 bytes", 50, None),
}
UNITS = {
    "acknowledged, batches of 100": "/s",
    "drained": "/s",
    "raw append and fsync of the same bytes": "/s",
    "on disk": "bytes/event",
}


def run(bench: Bench) -> None:
    """Measure in processes of their own and keep the figures."""
    found = places.measure_apart("usage")
    rate, slow = (50_000, 50) if bench.vendor == "postgresql" else (20_000, 200)
    goals = {
        **GOALS,
        "acknowledged, batches of 100": (f"at least {rate:,}/s", None, rate),
        "acknowledged, p99": (f"at most {slow} ms", slow, None),
    }
    for name, samples in found.items():
        goal, most, least = goals.get(name, ("", None, None))
        unit = UNITS.get(name, "MB" if "memory" in name else "bytes/event" if "on disk" in name else "ms")
        if name.startswith("product: "):
            most = 100 if name.removeprefix("product: ") in ROLLED_UP else 1000
            goal = f"at most {most} ms"
        bench.note(name, samples, unit=unit, goal=goal, at_most=most, at_least=least)
    _compare(bench, found)


def _compare(bench: Bench, found: dict[str, list[float]]) -> None:
    middle = {name: statistics.median(samples) for name, samples in found.items()}
    for what, peer, most in (
        ("slowest question beside 1.3 times the bare engine and 10 ms", "bare engine", 1.0),
        ("slowest question during intake beside itself", "during intake", 2.0),
    ):
        ratios = []
        for name in QUESTIONS:
            if f"product: {name}" in middle and f"{peer}: {name}" in middle:
                ours, other = middle[f"product: {name}"], middle[f"{peer}: {name}"]
                ratios.append(other / ours if peer == "during intake" else ours / (1.3 * other + 10))
        if ratios:
            bench.note(what, max(ratios), unit="x", goal=f"at most {most:g}x", at_most=most)
    for peer in ("DuckDB", "PostgreSQL"):
        ratios = [
            middle[f"product: {name}"] / middle[f"{peer}: {name}"] for name in QUESTIONS if f"{peer}: {name}" in middle
        ]
        if ratios:
            bench.note(f"product to {peer}, geometric mean", statistics.geometric_mean(ratios), unit="x")


def print_figures() -> None:
    """Be the process that measures."""
    found: dict[str, list[float]] = {}
    call_command("migrate", verbosity=0)
    actor = make_actor(Role.OWNER)
    source = sources.create_source(actor=actor, name="Web app", at=clock.now())
    write_key = source.keys[0].key
    for step in (_take_in, _drain, _wait_until_visible):
        step(found, actor.workspace_id, write_key)
        print(json.dumps(found), flush=True)
    _ask(found, write_key)
    print(json.dumps(found), flush=True)


def _take_in(found: dict[str, list[float]], _workspace: object, write_key: str) -> None:
    """Send batches of 100 over four connections, and append the same bytes to a file with a sync for each batch."""
    bodies = [_batch(write_key) for _ in range(SENT // 100 // ROUNDS)]
    with places.web_server():
        _send(bodies[: max(4, len(bodies) // 10)])
        for _ in range(ROUNDS):
            seconds, answers = _send(bodies)
            found.setdefault("acknowledged, batches of 100", []).append(len(bodies) * 100 / seconds)
            found.setdefault("acknowledged, p99", []).append(sorted(answers)[len(answers) * 99 // 100 - 1] * 1000)
            bodies = [_batch(write_key) for _ in bodies]
    for _ in range(ROUNDS):
        start = time.perf_counter()
        with (Path(settings.HOME) / "raw").open("ab") as file:
            for body in bodies:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
        rate = len(bodies) * 100 / (time.perf_counter() - start)
        found.setdefault("raw append and fsync of the same bytes", []).append(rate)


def _batch(write_key: str) -> bytes:
    now = clock.now().isoformat()
    events = [
        {
            "type": "track",
            "event": f"Event {number % 40}",
            "userId": f"user-{number * 7 % 5000}",
            "messageId": uuid4().hex,
            "timestamp": now,
            "properties": {"plan": "team", "rows": number, "path": f"/app/reports/{number}", "ms": 40 * number},
            "context": {"groupId": f"group-{number % 50}", "library": {"name": "analytics.js", "version": "4.1.0"}},
        }
        for number in range(100)
    ]
    return msgspec.json.encode({"batch": events, "writeKey": write_key, "sentAt": now})


def _send(bodies: list[bytes]) -> tuple[float, list[float]]:
    """Send over four connections by another process; return how long all took, and how long each did."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bodies"
        path.write_bytes(msgspec.msgpack.encode(bodies))
        command = [sys.executable, "-m", "benchmarks.generators.usage_sender", os.environ["FIRSTWIN_PORT"], str(path)]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    seconds, answers = json.loads(printed)
    return seconds, answers


def _drain(found: dict[str, list[float]], _workspace: object, _write_key: str) -> None:
    """Move what waits into the store, in this process as its owner does, round by round."""
    engine = ChdbEngine(settings.EVENT_STORE_FOLDER)
    try:
        has_more = True
        while has_more:
            start = time.perf_counter()
            drained = draining.drain_inbox(store=EventWriter(engine), at=clock.now())
            has_more = drained.has_more
            if has_more or "drained" not in found:
                found.setdefault("drained", []).append(drained.taken / (time.perf_counter() - start))
    finally:
        engine.close()


def _wait_until_visible(found: dict[str, list[float]], workspace: Any, write_key: str) -> None:
    """Send single events, and ask for each until the store shows it."""
    waits = []
    with places.web_server() as client, _owner() as store:
        for number in range(PROBES + 1):
            name = f"Probe {uuid4().hex}"
            body = {"event": name, "userId": "prober", "writeKey": write_key}
            client.post("/v1/track", json=body).raise_for_status()
            start, at = time.perf_counter(), clock.now()
            scope = EventScope(workspace_id=workspace, since=at - timedelta(hours=1), until=at + timedelta(hours=1))
            while all(event.name != name for event in store.timeline(scope, person="prober", limit=1)):
                time.sleep(0.01)
            if number:
                waits.append((time.perf_counter() - start) * 1000)
            time.sleep(0.07 * (number % 10))
    found["acknowledged until visible"] = waits
    found["acknowledged until visible, p95"] = [sorted(waits)[len(waits) * 95 // 100]]


@contextmanager
def _owner(memory: list[float] | None = None) -> Iterator[EventReader]:
    """Start the process that owns the store, and return a way to ask it; `memory` gets the most it took, in MB."""
    address_file().unlink(missing_ok=True)
    process = subprocess.Popen([sys.executable, "-m", "firstwin.config.cli", "event_store"], env=os.environ)
    try:
        while not address_file().exists():
            time.sleep(0.05)
        yield EventReader(OwnerEngine(address_file()))
        if memory is not None:
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
            memory.append(int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024)
    finally:
        process.terminate()
        process.wait()


def _ask(found: dict[str, list[float]], write_key: str) -> None:
    """Ask the questions of the bare engine, the peer, the product, and the product while events come in."""
    is_sqlite = connection.vendor == "sqlite"
    folder = Path(settings.EVENT_STORE_FOLDER)
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    exported = Path(settings.HOME) / "exported"
    count = EVENTS if is_sqlite else EVENTS // 10
    found.update(_apart("usage", "print_bare", str(count), str(exported), "Parquet" if is_sqlite else "CSV"))
    if is_sqlite:
        found.update(_apart("generators.usage_peers", "print_duckdb", str(exported)))
    else:
        found.update(usage_peers.ask_postgresql(exported))
    memory: list[float] = []
    with _owner(memory) as store:
        _time_all(found, "product", lambda ask: lambda: ask(store))
        with places.web_server():
            command = [
                sys.executable,
                "-m",
                "benchmarks.generators.usage_sender",
                os.environ["FIRSTWIN_PORT"],
                write_key,
            ]
            sender = subprocess.Popen([*command, str(MEANWHILE_PER_SECOND)])
            try:
                _time_all(found, "during intake", lambda ask: lambda: ask(store))
            finally:
                sender.terminate()
                sender.wait()
    found["owner of the store, most memory"] = memory


def _apart(module: str, function: str, *arguments: str) -> dict[str, list[float]]:
    """Call a function in a process of its own, which prints figures."""
    code = f"import sys, django; django.setup(); from benchmarks.{module} import {function}; {function}(*sys.argv[1:])"
    printed = subprocess.run([sys.executable, "-c", code, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, list[float]] = json.loads(printed.stdout.splitlines()[-1])
    return figures


def _time_all(found: dict[str, list[float]], who: str, bind: Callable[[Any], Callable[[], object]]) -> None:
    for name, ask in QUESTIONS.items():
        action = bind(ask)
        action()
        for _ in range(ROUNDS):
            start = time.perf_counter()
            action()
            found.setdefault(f"{who}: {name}", []).append((time.perf_counter() - start) * 1000)


class _Bare:
    """Keeps what an engine was asked, so that it can be asked again without reading the answers."""

    def __init__(self, engine: ChdbEngine) -> None:
        self._engine = engine
        self.asked: list[tuple[str, Any]] = []

    def read(self, text: str, parameters: Any) -> bytes:
        self.asked.append((text, parameters))
        return self._engine.read(text, parameters)

    def write(self, text: str, parameters: Any, lines: bytes = b"") -> int:
        return self._engine.write(text, parameters, lines)


def print_bare(events: str, exported: str, form: str) -> None:
    """Fill the store, ask the bare engine, and write the events out for a peer."""
    found: dict[str, list[float]] = {}
    engine = ChdbEngine(settings.EVENT_STORE_FOLDER)
    start = time.perf_counter()
    usage_events.fill(engine, int(events))
    found["filling the store in bulk"] = [(time.perf_counter() - start) * 1000]
    size = "SELECT sum(bytes_on_disk) AS size FROM system.parts WHERE active AND database = 'firstwin'"
    found["on disk"] = [msgspec.json.decode(engine.read(size, {}))["size"] / int(events)]
    for name, ask in QUESTIONS.items():
        bare = _Bare(engine)
        ask(EventReader(bare))
        for _ in range(ROUNDS):
            start = time.perf_counter()
            for text, parameters in bare.asked:
                engine.read(text, parameters)
            found.setdefault(f"bare engine: {name}", []).append((time.perf_counter() - start) * 1000)
    columns = (
        "toString(workspace_id) AS workspace_id, kind, name, user_id, anonymous_id, group_id, at AS moment, "
        "properties, context"
    )
    more = " SETTINGS output_format_parquet_string_as_string = 1" if form == "Parquet" else ""
    engine.write(
        f"INSERT INTO FUNCTION file('{exported}', '{form}') SELECT {columns} FROM events "
        f"ORDER BY workspace_id, group_id, user_id, at{more}",
        {},
    )
    engine.close()
    print(json.dumps(found))

"""Usage: product events taken in over HTTP, drained into the event store, and asked about by the million.

On SQLite the store is filled with ten million events first, and DuckDB is asked the same questions; on PostgreSQL with a
tenth of them, and PostgreSQL with indexes is asked: a figure says how many there are. Everything else is measured beside that
full store. The sender of events, the web server and the database share the machine; how much of a processor the sender and
the web server take is told apart. BENCH_EVENTS gives another number of events. Ten million take about ten minutes on two
quiet cores.
"""

import json
import os
import resource
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
from benchmarks.generators.usage_events import SCOPE
from benchmarks.generators.usage_questions import QUESTIONS, ROLLED_UP
from firstwin.identity.contracts import Actor, Role
from firstwin.shared import clock
from firstwin.usage.contracts.store import EventScope
from firstwin.usage.operations import draining, sources
from firstwin.usage.operations import erasure as erasure_operations
from firstwin.usage.operations.store import ChdbEngine, EventWriter
from firstwin.usage.queries import inbox, keeping
from firstwin.usage.queries.store import EventReader, OwnerEngine, address_file
from tests.factories.identity import make_actor, make_workspace

EVENTS = int(os.environ.get("BENCH_EVENTS", "10000000"))
SENT = max(10_000, min(300_000, EVENTS // 33))
ROUNDS = 5
PROBES = 30
MEANWHILE_PER_SECOND = 5_000
GOALS: dict[str, tuple[str, float | None, float | None]] = {
    "drained": ("at least 100,000/s", None, 100_000),
    "acknowledged until visible, p95": ("at most 2,000 ms", 2_000, None),
    "on disk": ("at most 50 bytes", 50, None),
    "erased, hidden": ("at most 2 s", 2, None),
    "erased, gone from all files": ("at most 60 s", 60, None),
}
UNITS = {
    "acknowledged, batches of 100": "/s",
    "drained": "/s",
    "raw append and fsync of the same bytes": "/s",
    "erased, hidden": "s",
    "erased, gone from all files": "s",
    "load of the machine": "",
    "events in the store": "",
}


UNITS_BY_WORD = {"memory": "MB", "on disk": "bytes/event", "processor time": "µs/event"}
ERASED = "user-4"


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
        unit = (
            UNITS[name] if name in UNITS else next((unit for word, unit in UNITS_BY_WORD.items() if word in name), "ms")
        )
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
    actor = make_actor(Role.OWNER, workspace=make_workspace(id=usage_events.WORKSPACE))
    source = sources.create_source(actor=actor, name="Web app", at=clock.now())
    write_key = source.keys[0].key
    began = time.perf_counter()
    for step in (_fill, _take_in, _drain, _wait_until_visible, _ask, _erase):
        step(found, actor, write_key)
        found.setdefault("load of the machine", []).append(os.getloadavg()[0])
        print(f"{step.__name__[1:]} done after {time.perf_counter() - began:.0f} s", file=sys.stderr)
        print(json.dumps(found), flush=True)


def _fill(found: dict[str, list[float]], _actor: Actor, _write_key: str) -> None:
    """Fill the store, and ask a peer the questions of the same events."""
    is_sqlite = connection.vendor == "sqlite"
    exported = Path(settings.HOME) / "exported"
    count = EVENTS if is_sqlite else EVENTS // 10
    found["events in the store"] = [float(count)]
    found.update(_apart("usage", "print_filling", str(count), str(exported), "Parquet" if is_sqlite else "CSV"))
    if is_sqlite:
        found.update(_apart("generators.usage_peers", "print_duckdb", str(exported)))
    else:
        found.update(usage_peers.ask_postgresql(exported))


def print_filling(events: str, exported: str, form: str) -> None:
    """Fill the store, and write the events out for a peer."""
    found: dict[str, list[float]] = {}
    engine = ChdbEngine(settings.EVENT_STORE_FOLDER)
    start = time.perf_counter()
    usage_events.fill(engine, int(events))
    found["filling the store in bulk"] = [(time.perf_counter() - start) * 1000]
    size = "SELECT sum(bytes_on_disk) AS size FROM system.parts WHERE active AND database = 'firstwin'"
    found["on disk"] = [msgspec.json.decode(engine.read(size, {}))["size"] / int(events)]
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


def _take_in(found: dict[str, list[float]], _actor: Actor, write_key: str) -> None:
    """Send batches of 100 over four connections, and append the same bytes to a file with a sync for each batch."""
    bodies = [_batch(write_key) for _ in range(SENT // 100 // ROUNDS)]
    with places.web_server():
        servers = places.family()
        _send(bodies[: max(4, len(bodies) // 10)])
        for _ in range(ROUNDS):
            before = places.spent(servers)
            seconds, sender, answers = _send(bodies)
            events = len(bodies) * 100
            found.setdefault("acknowledged, batches of 100", []).append(events / seconds)
            found.setdefault("acknowledged, p99", []).append(sorted(answers)[len(answers) * 99 // 100 - 1] * 1000)
            spent = (places.spent(servers) - before) / events * 1e6
            found.setdefault("acknowledged, processor time of the web server", []).append(spent)
            found.setdefault("acknowledged, processor time of the sender", []).append(sender / events * 1e6)
            bodies = [_batch(write_key) for _ in bodies]
        found["web server, most memory"] = [places.most_memory(servers)]
    waiting = inbox.get_fill()
    found["waiting in the inbox, on disk"] = [waiting.bytes / waiting.events]
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


def _send(bodies: list[bytes]) -> tuple[float, float, list[float]]:
    """Send over four connections by another process; return how long all took, its own work, and how long each took."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bodies"
        path.write_bytes(msgspec.msgpack.encode(bodies))
        command = [sys.executable, "-m", "benchmarks.generators.usage_sender", os.environ["FIRSTWIN_PORT"], str(path)]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    seconds, spent, answers = json.loads(printed)
    return seconds, spent, answers


def _drain(found: dict[str, list[float]], _actor: Actor, _write_key: str) -> None:
    """Move what waits into the full store."""
    found.update(_apart("usage", "print_draining"))


def print_draining() -> None:
    """Move what waits into the store as its owner does, round by round."""
    found: dict[str, list[float]] = {}
    engine = ChdbEngine(settings.EVENT_STORE_FOLDER)
    has_more = True
    while has_more:
        start, worked = time.perf_counter(), time.process_time()
        drained = draining.drain_inbox(store=EventWriter(engine), at=clock.now())
        has_more = drained.has_more
        if has_more or "drained" not in found:
            found.setdefault("drained", []).append(drained.taken / (time.perf_counter() - start))
            spent = (time.process_time() - worked) / drained.taken * 1e6
            found.setdefault("drained, processor time", []).append(spent)
    found["drained, most memory"] = [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]
    engine.close()
    print(json.dumps(found))


def _wait_until_visible(found: dict[str, list[float]], actor: Actor, write_key: str) -> None:
    """Send single events, and ask for each until the store shows it."""
    waits = []
    with places.web_server() as client, _owner() as (store, _):
        for number in range(PROBES + 1):
            name = f"Probe {uuid4().hex}"
            body = {"event": name, "userId": "prober", "writeKey": write_key}
            client.post("/v1/track", json=body).raise_for_status()
            start, at = time.perf_counter(), clock.now()
            scope = EventScope(
                workspace_id=actor.workspace_id, since=at - timedelta(hours=1), until=at + timedelta(hours=1)
            )
            while all(event.name != name for event in store.timeline(scope, person="prober", limit=1)):
                time.sleep(0.01)
            if number:
                waits.append((time.perf_counter() - start) * 1000)
            time.sleep(0.07 * (number % 10))
    found["acknowledged until visible"] = waits
    found["acknowledged until visible, p95"] = [sorted(waits)[len(waits) * 95 // 100]]


@contextmanager
def _owner(memory: list[float] | None = None) -> Iterator[tuple[EventReader, Callable[[str], float]]]:
    """Start the process that owns the store; return a way to ask it, and one to have its bare engine timed, in ms.

    `memory` gets the most that it took, in MB.
    """
    address_file().unlink(missing_ok=True)
    command = places.command_of("generators.usage_owner", "serve")
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    said, told = process.stdin, process.stdout
    assert said is not None
    assert told is not None

    def bare(name: str) -> float:
        print(json.dumps(name), file=said, flush=True)
        return float(told.readline())

    try:
        while not address_file().exists():
            time.sleep(0.05)
        yield EventReader(OwnerEngine(address_file())), bare
        if memory is not None:
            memory.append(places.most_memory([process.pid]))
    finally:
        said.close()
        process.wait()


def _ask(found: dict[str, list[float]], _actor: Actor, write_key: str) -> None:
    """Ask the questions of the product and of its bare engine in turn, and of the product while events come in."""
    memory: list[float] = []
    with _owner(memory) as (store, bare):
        for name, ask in QUESTIONS.items():
            ask(store)
            bare(name)
            for _ in range(ROUNDS):
                found.setdefault(f"product: {name}", []).append(_timed(ask, store))
                found.setdefault(f"bare engine: {name}", []).append(bare(name))
        with places.web_server():
            sender = "benchmarks.generators.usage_sender"
            command = [sys.executable, "-m", sender, os.environ["FIRSTWIN_PORT"], write_key, str(MEANWHILE_PER_SECOND)]
            sending = subprocess.Popen(command)
            try:
                for name, ask in QUESTIONS.items():
                    ask(store)
                    for _ in range(ROUNDS):
                        found.setdefault(f"during intake: {name}", []).append(_timed(ask, store))
            finally:
                sending.terminate()
                sending.wait()
    found["owner of the store, most memory"] = memory


def _timed(ask: Callable[[Any], object], store: EventReader) -> float:
    start = time.perf_counter()
    ask(store)
    return (time.perf_counter() - start) * 1000


def _erase(found: dict[str, list[float]], actor: Actor, _write_key: str) -> None:
    """Erase a person who was a stranger once, and wait until they are hidden and then gone from all files."""
    with _owner() as (store, _):
        assert store.timeline(SCOPE, person=ERASED, limit=1), "nobody to erase"
        asked_at = clock.now()
        erasure = erasure_operations.erase_person(
            actor=actor, person=ERASED, reference="", refuses_later=False, at=asked_at
        )
        for what, name in (("hidden_at", "erased, hidden"), ("gone_at", "erased, gone from all files")):
            while (at := getattr(keeping.get_erasure(actor=actor, erasure_id=erasure.id), what)) is None:
                time.sleep(0.05)
            found[name] = [(at - asked_at).total_seconds()]
            assert not store.timeline(SCOPE, person=ERASED, limit=1), "still there"


def _apart(module: str, function: str, *arguments: str) -> dict[str, list[float]]:
    """Call a function in a process of its own, which prints figures."""
    command = [*places.command_of(module, function), *arguments]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, list[float]] = json.loads(printed.stdout.splitlines()[-1])
    return figures

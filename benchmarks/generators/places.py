"""Where benchmarks run: a database of their own, a process that uses it, and a web server like that of an installation."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
from django.db import connection

START_WITHIN_SECONDS = 60


def measure_apart(module: str) -> dict[str, list[float]]:
    """Call `print_figures` of a benchmark in a process with a real database of its own; return what it printed as JSON.

    It may print more than once, each time all that it knows: the last counts, also when the process fails after it.
    """
    with tempfile.TemporaryDirectory() as folder, database(folder) as url:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "firstwin.config.settings",
            "FIRSTWIN_DATABASE_URL": url,
            "FIRSTWIN_HOME": folder,
            "FIRSTWIN_LOG_LEVEL": "error",
            "FIRSTWIN_API_REQUESTS_PER_MINUTE": "1000000",
            "FIRSTWIN_PORT": str(free_port()),
            "BENCH_MARKS": str(Path(folder) / "marks"),
        }
        environment.pop("FIRSTWIN_TEST_DATABASE_URL", None)
        result = subprocess.run(
            command_of(module, "print_figures"), env=environment, check=False, stdout=subprocess.PIPE, text=True
        )
    printed = [line for line in result.stdout.splitlines() if line.startswith("{")]
    if not printed:
        result.check_returncode()
    if result.returncode:
        print(f"{module} stopped early; what it had measured until then is kept", file=sys.stderr)
    found: dict[str, list[float]] = json.loads(printed[-1])
    return found


def command_of(module: str, function: str) -> list[str]:
    """Return the command of a process that calls a function of a benchmark, with the arguments that are put after it."""
    call = f"from benchmarks.{module} import {function}; {function}(*sys.argv[1:])"
    return [sys.executable, "-c", f"import sys, django; django.setup(); {call}"]


@contextmanager
def database(folder: str) -> Iterator[str]:
    """Make an empty database like that of the harness; a file on SQLite, so that what is written is really written."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder}/bench.sqlite3"
        return
    given = connection.settings_dict
    name = f"firstwin_bench_{uuid.uuid4().hex[:8]}"
    secret = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
    place = f"postgresql://{given['USER']}{secret}@{given['HOST']}:{given['PORT'] or 5432}"
    with psycopg.connect(f"{place}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{place}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def web_server() -> Iterator[httpx.Client]:
    """Start `firstwin web` on the database of this process, and return a client that keeps its connection."""
    address = f"http://127.0.0.1:{os.environ['FIRSTWIN_PORT']}"
    process = subprocess.Popen([sys.executable, "-m", "firstwin.config.cli", "web"], env=os.environ)
    try:
        with httpx.Client(base_url=address, timeout=600, trust_env=False) as client:
            _wait_for(client, process)
            yield client
    finally:
        process.terminate()
        process.wait()


def _wait_for(client: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client.get("/health/live")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The web server did not start.")


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family() -> list[int]:
    """Return the processes that this one started, and those that they did."""
    found: list[int] = []
    started = [os.getpid()]
    while started:
        children = Path(f"/proc/{started[0]}/task/{started.pop(0)}/children").read_text().split()
        found += map(int, children)
        started += map(int, children)
    return found


def spent(processes: Iterable[int]) -> float:
    """Return the processor time that processes took until now, in seconds."""
    fields = [Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split() for process in processes]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def most_memory(processes: Iterable[int]) -> float:
    """Return the most memory that processes took until now, together, in MB."""
    lines = [line for one in processes for line in Path(f"/proc/{one}/status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

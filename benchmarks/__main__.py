"""The harness: every benchmark on both databases, then a table.

python -m benchmarks [name ...] [--sqlite | --postgresql] [--minutes 12]
python -m benchmarks --paper    # docs/guide/figures.md from the latest results

The parent starts one process per benchmark and database, so that none warms up another.
"""

import argparse
import importlib
import json
import os
import platform
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import papers

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results"
PAPER = FOLDER.parent / "docs" / "guide" / "figures.md"
NOT_A_BENCHMARK = {"__init__", "__main__", "contracts", "papers"}


def names() -> list[str]:
    """Return the benchmarks there are."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NOT_A_BENCHMARK)


def measure(name: str, vendor: str, output: Path) -> None:
    """Run one benchmark in this process on a fresh database and write its figures."""
    django = importlib.import_module("django")
    django.setup()
    runner = importlib.import_module("django.test.runner").DiscoverRunner(verbosity=0, interactive=False)
    bench = importlib.import_module("benchmarks.contracts").Bench(vendor=vendor)
    databases = runner.setup_databases()
    try:
        importlib.import_module(f"benchmarks.{name}").run(bench)
    finally:  # what was measured before something failed is kept
        rows = [{**asdict(figure), "median": figure.median} for figure in bench.figures]
        output.write_text(json.dumps(rows))
        runner.teardown_databases(databases)


def child(name: str, vendor: str, seconds: float) -> list[dict[str, Any]]:
    """Measure in a process of its own; PYTHONHASHSEED is fixed so that two runs do the same."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    if vendor == "sqlite":
        environment.pop("FIRSTWIN_TEST_DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "benchmarks", "--measure", name, vendor, str(output)]
        # A group of its own: what a benchmark started (workers, servers) ends with it when the time is over.
        process = subprocess.Popen(command, env=environment, start_new_session=True)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
        if code:
            print(f"{name} on {vendor} failed" if code > 0 else f"{name} on {vendor}: out of time", file=sys.stderr)
        if not output.is_file():
            return []
        figures: list[dict[str, Any]] = json.loads(output.read_text())
        measured = f"{datetime.now(tz=UTC):%Y-%m-%d %H:%M} UTC"
        return [{"benchmark": name, "database": vendor, "measured": measured, **figure} for figure in figures]


def processor() -> str:
    """Return the name of the processor."""
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def environment() -> dict[str, str]:
    """Return the machine and the versions that the figures belong to."""
    facts = {
        "machine": f"{processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }
    if url := os.environ.get("FIRSTWIN_TEST_DATABASE_URL"):
        psycopg = importlib.import_module("psycopg")
        with psycopg.connect(url.rsplit("/", 1)[0] + "/postgres") as connection:
            facts["postgresql"] = connection.execute("show server_version").fetchone()[0]
    return facts


def with_earlier(facts: dict[str, str], figures: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a run's figures, and those of the latest one that it did not measure anew, if machine and versions agree."""
    latest = RESULTS / "latest.json"
    earlier = json.loads(latest.read_text()) if latest.is_file() else {"environment": {}, "figures": []}
    if {**earlier["environment"], **facts} != {**facts, **earlier["environment"]}:
        return {"environment": facts, "figures": figures}
    done = {(row["benchmark"], row["database"]) for row in figures}
    kept = [row for row in earlier["figures"] if (row["benchmark"], row["database"]) not in done]
    return {"environment": {**earlier["environment"], **facts}, "figures": [*kept, *figures]}


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
        return
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", choices=[*names(), []], help="which benchmarks; all without a name")
    parser.add_argument("--sqlite", action="store_true", help="only on SQLite")
    parser.add_argument("--postgresql", action="store_true", help="only on PostgreSQL")
    parser.add_argument("--minutes", type=float, default=12, help="stop what is not done by then")
    parser.add_argument("--paper", action="store_true", help="write docs/guide/figures.md from the latest results")
    options = parser.parse_args()
    if options.paper:
        PAPER.write_text(papers.guide(json.loads((RESULTS / "latest.json").read_text())))
        return
    vendors = ["sqlite"] if not options.postgresql else []
    if "FIRSTWIN_TEST_DATABASE_URL" in os.environ and not options.sqlite:
        vendors.append("postgresql")
    facts, figures = environment(), []
    end = time.monotonic() + options.minutes * 60
    for name in options.names or names():
        for vendor in vendors:
            print(f"{name} on {vendor} ...", flush=True)
            figures += child(name, vendor, max(1.0, end - time.monotonic()))
    RESULTS.mkdir(exist_ok=True)
    result = with_earlier(facts, figures)
    for stem in (datetime.now(tz=UTC).strftime("%Y%m%dT%H%M%SZ"), "latest"):
        (RESULTS / f"{stem}.json").write_text(json.dumps(result, indent=1))
    paper = papers.table(result)
    (RESULTS / "latest.md").write_text(paper)
    print("\n" + paper)


if __name__ == "__main__":
    main()

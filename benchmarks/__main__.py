"""The harness: every benchmark on both databases, then a table.

python -m benchmarks [name ...] [--sqlite | --postgresql]

The parent starts one process per benchmark and database, so that none warms up another.
"""

import argparse
import importlib
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results"
NOT_A_BENCHMARK = {"__init__", "__main__", "contracts"}


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
    finally:
        runner.teardown_databases(databases)
    rows = [{**asdict(figure), "median": figure.median} for figure in bench.figures]
    output.write_text(json.dumps(rows))


def child(name: str, vendor: str) -> list[dict[str, Any]]:
    """Measure in a process of its own; PYTHONHASHSEED is fixed so that two runs do the same."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    if vendor == "sqlite":
        environment.pop("FIRSTWIN_TEST_DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "benchmarks", "--measure", name, vendor, str(output)]
        result = subprocess.run(command, env=environment)
        if result.returncode:
            print(f"{name} on {vendor} failed", file=sys.stderr)
            return []
        figures: list[dict[str, Any]] = json.loads(output.read_text())
        return [{"benchmark": name, "database": vendor, **figure} for figure in figures]


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
        "measured": datetime.now(tz=UTC).strftime("%Y-%m-%d %H:%M UTC"),
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


def number(value: float) -> str:
    """Return a number with about three digits that matter."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(facts: dict[str, str], figures: list[dict[str, Any]]) -> str:
    """Return the figures as a Markdown table with the machine above it."""
    lines = ["# Benchmarks", "", *(f"- {key}: {value}" for key, value in facts.items()), ""]
    lines += ["| Figure | Database | Median | Range | n | Goal | Met |", "|---|---|---|---|---|---|---|"]
    for row in figures:
        low, high = min(row["samples"]), max(row["samples"])
        met = {None: "", True: "yes", False: "no"}[row["is_met"]]
        lines.append(
            f"| {row['benchmark']}: {row['name']} | {row['database']} | {number(row['median'])} {row['unit']} "
            f"| {number(low)} to {number(high)} | {len(row['samples'])} | {row['goal']} | {met} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
        return
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", choices=[*names(), []], help="which benchmarks; all without a name")
    parser.add_argument("--sqlite", action="store_true", help="only on SQLite")
    parser.add_argument("--postgresql", action="store_true", help="only on PostgreSQL")
    options = parser.parse_args()
    vendors = ["sqlite"] if not options.postgresql else []
    if "FIRSTWIN_TEST_DATABASE_URL" in os.environ and not options.sqlite:
        vendors.append("postgresql")
    facts, figures = environment(), []
    for name in options.names or names():
        for vendor in vendors:
            print(f"{name} on {vendor} ...", flush=True)
            figures += child(name, vendor)
    RESULTS.mkdir(exist_ok=True)
    stamp = datetime.now(tz=UTC).strftime("%Y%m%dT%H%M%SZ")
    (RESULTS / f"{stamp}.json").write_text(json.dumps({"environment": facts, "figures": figures}, indent=1))
    paper = table(facts, figures)
    (RESULTS / "latest.md").write_text(paper)
    print("\n" + paper)


if __name__ == "__main__":
    main()

"""Results as papers: a table for the terminal, and the page of the guide that holds the figures."""

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
MET = {None: "", True: "yes", False: "no"}


def number(value: float) -> str:
    """Return a number with about three digits that matter."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(result: dict[str, Any]) -> str:
    """Return every figure of a run as a Markdown table with the machine above it."""
    lines = ["# Benchmarks", "", *_machine(result), ""]
    lines += ["| Figure | Database | Median | Range | n | Goal | Met |", "|---|---|---|---|---|---|---|"]
    for row in result["figures"]:
        low, high = min(row["samples"]), max(row["samples"])
        lines.append(
            f"| {row['benchmark']}: {row['name']} | {row['database']} | {number(row['median'])} {row['unit']} "
            f"| {number(low)} to {number(high)} | {len(row['samples'])} | {row['goal']} | {MET[row['is_met']]} |"
        )
    return "\n".join(lines) + "\n"


def guide(result: dict[str, Any]) -> str:
    """Return the page of the guide: a section for each benchmark, its figures on both databases side by side."""
    lines = [
        "# Figures",
        "",
        "What Firstwin takes, measured by `make bench` and written here by `python -m benchmarks --paper`; nobody types",
        "a figure by hand. Medians, on the machine and the versions named below; times of pages and of the API are those",
        "of somebody who asks a running server over HTTP on the same machine.",
        "",
        *_machine(result),
    ]
    for benchmark in dict.fromkeys(row["benchmark"] for row in result["figures"]):
        rows = [row for row in result["figures"] if row["benchmark"] == benchmark]
        measured = f"Measured {max(row['measured'] for row in rows)}."
        lines += ["", f"## {benchmark.replace('_', ' ').capitalize()}", "", f"{_about(benchmark)} {measured}", ""]
        lines += _side_by_side(rows)
    return "\n".join(lines) + "\n"


def _side_by_side(rows: Sequence[dict[str, Any]]) -> list[str]:
    vendors = list(dict.fromkeys(row["database"] for row in rows))
    heads = [NAMES[vendor] for vendor in vendors]
    lines = [f"| Figure | {' | '.join(heads)} | Goal | Met |", "|---|" + "---|" * (len(vendors) + 2)]
    for name in dict.fromkeys(row["name"] for row in rows):
        found = {row["database"]: row for row in rows if row["name"] == name}
        cells = [f"{number(found[v]['median'])} {found[v]['unit']}" if v in found else "" for v in vendors]
        lines.append(f"| {name} | {' | '.join(cells)} | {_goal(found)} | {_met(list(found.values()))} |")
    return lines


def _goal(found: Mapping[str, dict[str, Any]]) -> str:
    """Return the goal, or that of each database where they differ."""
    goals = {vendor: row["goal"] for vendor, row in found.items() if row["goal"]}
    if len(set(goals.values())) < 2:
        return next(iter(goals.values()), "")
    return ", ".join(f"{goal} on {NAMES[vendor]}" for vendor, goal in goals.items())


def _met(rows: Sequence[dict[str, Any]]) -> str:
    """Return whether a goal is met: "yes", "no", or on which database it is."""
    judged = [row for row in rows if row["is_met"] is not None]
    met = [NAMES[row["database"]] for row in judged if row["is_met"]]
    if judged and len(met) == len(judged):
        return "yes"
    return f"on {met[0]}" if met else MET[False] if judged else ""


def _machine(result: dict[str, Any]) -> list[str]:
    return [f"- {key}: {value}" for key, value in result["environment"].items()]


def _about(benchmark: str) -> str:
    """Return what a benchmark says of itself, as its module's docstring has it."""
    path = FOLDER / f"{benchmark}.py"
    text = ast.get_docstring(ast.parse(path.read_text())) if path.is_file() else None
    return (text or "").split("\n\n")[0].partition(": ")[2].replace("\n", " ").capitalize()

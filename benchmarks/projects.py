"""Projects: what launching a plan of 50 tasks costs, and how pages hold up when there are ten thousand projects.

The launch goes through the whole HTTP stack inside this process (Django's client: middleware, API key, JSON in and out)
and is compared with inserting exactly the rows that it wrote by raw SQL, commit included. Works in a process and on a
database of its own, a file on SQLite, so that what is written is really written.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from benchmarks.contracts import Bench
from benchmarks.generators import fleet as fleets
from benchmarks.jobs import database
from firstwin.customers import queries as customer_queries
from firstwin.identity.contracts import Scope
from firstwin.identity.operations import api_keys
from firstwin.projects.queries import my_day, portfolio
from firstwin.projects.queries import projects as project_queries
from firstwin.shared import clock

ROUNDS = 15
FEW, MANY = 100, 10_000
LAUNCH, RAW = "launch of 50 tasks over HTTP (in process)", "the same rows by raw SQL"
GOALS: dict[str, tuple[str, float]] = {LAUNCH: ("at most 45 ms", 45.0)}
PAGES = ("portfolio, first page", "portfolio, numbers", "board", "project page", "my day")


def run(bench: Bench) -> None:
    """Measure in a process of its own and keep the figures."""
    with tempfile.TemporaryDirectory() as folder, database(folder) as url:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "firstwin.config.settings",
            "FIRSTWIN_DATABASE_URL": url,
            "FIRSTWIN_HOME": folder,
            "FIRSTWIN_LOG_LEVEL": "error",
        }
        environment.pop("FIRSTWIN_TEST_DATABASE_URL", None)
        command = [
            sys.executable,
            "-c",
            "import django; django.setup(); from benchmarks import projects; projects.main()",
        ]
        output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, list[float]] = json.loads(output.splitlines()[-1])
    medians = {}
    for name, samples in found.items():
        goal, at_most = GOALS.get(name, ("", None))
        if name.endswith(f"at {MANY:,}") and name.startswith(("portfolio, first", "project page")):
            goal, at_most = "at most 40 ms", 40.0
        medians[name] = bench.note(name, samples, unit="ms", goal=goal, at_most=at_most)
    bench.note("launch to raw SQL", medians[LAUNCH] / medians[RAW], unit="x", goal="at most 4x", at_most=4.0)
    for page in PAGES:
        ratio = medians[f"{page} at {MANY:,}"] / medians[f"{page} at {FEW:,}"]
        has_goal = page in ("portfolio, first page", "project page")
        goal, at_most = ("at most 1.3x", 1.3) if has_goal else ("", None)
        bench.note(f"{page}, {MANY:,} to {FEW:,}", ratio, unit="x", goal=goal, at_most=at_most)


def main() -> None:
    """Measure on the database of this process and print samples in milliseconds as JSON."""
    call_command("migrate", verbosity=0)
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    settings.ALLOWED_HOSTS = ["*"]
    found: dict[str, list[float]] = {}
    fleet = fleets.make_fleet()
    templates = fleets.launch_templates(fleet)
    _measure_launch(fleet, found)
    present = fleets.TEMPLATES + ROUNDS * 2 + 4
    fleets.copy_projects(templates, first=1, count=FEW - present)
    _measure_pages(fleet, templates[5], FEW, found)
    fleets.copy_projects(templates, first=FEW, count=MANY - FEW)
    _measure_pages(fleet, templates[5], MANY, found)
    print(json.dumps(found))


def _time(action: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    samples = []
    for turn in range(rounds + 2):
        start = time.perf_counter()
        action()
        if turn >= 2:
            samples.append((time.perf_counter() - start) * 1000)
    return samples


def _measure_launch(fleet: fleets.Fleet, found: dict[str, list[float]]) -> None:
    key = api_keys.create_api_key(
        actor=fleet.actor, name="Benchmark", scopes=(Scope.ADMIN,), expires_at=None, at=clock.now()
    )
    client = Client(headers={"Authorization": f"Bearer {key.secret}"})
    accounts = iter(fleet.account_ids[fleets.TEMPLATES :])
    made: list[str] = []

    def launch() -> None:
        body = {"account_id": str(next(accounts)), "playbook_version_id": str(fleet.version_id)}
        answer = client.post("/api/v1/projects", body, "application/json")
        assert answer.status_code == 201, answer.content
        made.append(answer.json()["id"])

    found[LAUNCH] = _time(launch)
    rows = _rows_of(UUID(made[-1]))
    assert sum(row[0] == "projects_projecttask" for row in rows for _ in row[2]) == 50
    copies = iter([_copied(rows) for _ in range(ROUNDS + 2)])

    def insert() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, columns, values in next(copies):
                names = ", ".join(f'"{column}"' for column in columns)
                places = ", ".join(["%s"] * len(columns))
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", values)

    found[RAW] = _time(insert)


Rows = list[tuple[str, list[str], list[list[Any]]]]
_OWN = {
    "projects_project": "id = %s",
    "projects_projectstage": "project_id = %s",
    "projects_projecttask": "project_id = %s",
    "projects_tasklink": "project_id = %s",
    "projects_projectrole": "project_id = %s",
    "journal_entry": "project_id = %s",
    "journal_unsealed": "entry_id IN (SELECT id FROM journal_entry WHERE project_id = %s)",
}


def _rows_of(project_id: UUID) -> Rows:
    """Read what a launch wrote: its own tables, its timer, its fact, and the deliveries of that."""
    rows: Rows = []
    own = project_id if connection.vendor == "postgresql" else project_id.hex
    with connection.cursor() as cursor:
        for table, condition in _OWN.items():
            rows.append(_read(cursor, table, condition, [own]))
        rows.append(_read(cursor, "jobs_timer", "owner = %s", [f"project:{project_id}"]))
        entries = [row[rows[5][1].index("id")] for row in rows[5][2]]
        keys = [f"{project_id}:%"] if entries else []
        rows.append(_read(cursor, "jobs_job", "order_key LIKE %s", keys))
    return [row for row in rows if row[2]]


def _read(cursor: Any, table: str, condition: str, arguments: list[Any]) -> tuple[str, list[str], list[list[Any]]]:
    cursor.execute(f"SELECT * FROM {table} WHERE {condition}", arguments)
    columns = [column.name if hasattr(column, "name") else column[0] for column in cursor.description]
    return table, columns, [list(row) for row in cursor.fetchall()]


def _copied(rows: Rows) -> Rows:
    """Give rows ids of their own, keeping what refers to them together."""
    fresh: dict[Any, Any] = {}

    def renamed(column: str, value: Any, table: str) -> Any:
        if value is not None and (column == "id" or value in fresh) and not isinstance(value, int | bool):
            return fresh.setdefault(value, uuid4() if isinstance(value, UUID) else uuid4().hex)
        if column == "owner" and table == "jobs_timer":
            return f"project:{uuid4()}"
        return value

    copies: Rows = []
    for table, columns, values in rows:
        kept = [
            index for index, column in enumerate(columns) if not (column == "id" and isinstance(values[0][index], int))
        ]
        names = [columns[index] for index in kept]
        lines = []
        for row in values:
            line = [renamed(columns[index], _hashable(row[index]), table) for index in kept]
            for position, column in enumerate(names):
                if column == "uid":
                    line[position] = uuid4() if isinstance(line[position], UUID) else uuid4().hex
                elif column in ("key", "order_key") and table == "jobs_job":
                    line[position] = str(uuid4()) if line[position] else ""
            lines.append(line)
        copies.append((table, names, lines))
    return copies


def _hashable(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _measure_pages(fleet: fleets.Fleet, project_id: UUID, count: int, found: dict[str, list[float]]) -> None:
    actor, at = fleet.actor, fleet.at
    assert portfolio.count_projects(actor=actor, at=at).total >= count - 10, "the fleet is not complete"
    assert customer_queries.count_accounts(actor=actor)
    actions: dict[str, Callable[[], object]] = {
        "portfolio, first page": lambda: portfolio.list_projects(actor=actor, at=at),
        "portfolio, numbers": lambda: portfolio.count_projects(actor=actor, at=at),
        "board": lambda: portfolio.get_board(actor=actor, at=at),
        "project page": lambda: project_queries.get_project(actor=actor, project_id=project_id, at=at),
        "my day": lambda: my_day.get_my_day(actor=actor, at=at),
    }
    for name, action in actions.items():
        found[f"{name} at {count:,}"] = _time(action)

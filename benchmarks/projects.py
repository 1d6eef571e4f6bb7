"""Projects: what launching a plan of 50 tasks costs, and how pages hold up when there are ten thousand projects.

Everything is asked of a running web server over HTTP, and timed by who asks. A launch takes turns with inserting exactly
the rows that it writes by raw SQL over the same driver, commit included.
"""

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from benchmarks.contracts import Bench
from benchmarks.generators import fleet as fleets
from benchmarks.generators import places
from firstwin.identity.contracts import Scope
from firstwin.identity.models import Member
from firstwin.identity.operations import api_keys
from firstwin.projects.queries import portfolio
from firstwin.shared import clock

ROUNDS, VISITS, WARM_UP = 15, 45, 5
FEW, MANY = 100, 10_000
LAUNCH, RAW = "launch of 50 tasks over HTTP", "the same rows by raw SQL"
PORTFOLIO, PROJECT = "portfolio, first page", "project page"
PAGES = (PORTFOLIO, "portfolio as a board", PROJECT, "my day")
GOALS: dict[str, tuple[str, float]] = {
    LAUNCH: ("at most 45 ms", 45.0),
    f"{PORTFOLIO}, {MANY:,} projects": ("at most 40 ms", 40.0),
    f"{PROJECT}, {MANY:,} projects": ("at most 40 ms", 40.0),
}


def run(bench: Bench) -> None:
    """Measure in a process of its own and keep the figures."""
    found = places.measure_apart("projects")
    medians = {}
    for name, samples in found.items():
        goal, at_most = GOALS.get(name, ("", None))
        medians[name] = bench.note(name, samples, unit="ms", goal=goal, at_most=at_most)
    bench.note("launch to raw SQL", medians[LAUNCH] / medians[RAW], unit="x", goal="at most 4x", at_most=4.0)
    for page in PAGES:
        ratio = medians[f"{page}, {MANY:,} projects"] / medians[f"{page}, {FEW:,} projects"]
        goal, at_most = ("at most 1.3x", 1.3) if page in (PORTFOLIO, PROJECT) else ("", None)
        bench.note(f"{page}, {MANY:,} to {FEW:,}", ratio, unit="x", goal=goal, at_most=at_most)


def print_figures() -> None:
    """Be the process that measures: print samples in milliseconds as JSON."""
    call_command("migrate", verbosity=0)
    found: dict[str, list[float]] = {}
    fleet = fleets.make_fleet()
    templates = fleets.launch_templates(fleet)
    with places.web_server() as client:
        launched = _measure_launch(client, fleet, found)
        fleets.copy_projects(templates, first=1, count=FEW - len(templates) - launched)
        _measure_pages(client, fleet, templates[5], FEW, found)
    fleets.copy_projects(templates, first=FEW, count=MANY - FEW)
    with places.web_server() as client:
        _measure_pages(client, fleet, templates[5], MANY, found)
    print(json.dumps(found))


def _time(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def _measure_launch(client: httpx.Client, fleet: fleets.Fleet, found: dict[str, list[float]]) -> int:
    """Launch and insert in turns; returns how many projects there are more."""
    key = api_keys.create_api_key(
        actor=fleet.actor, name="Benchmark", scopes=(Scope.ADMIN,), expires_at=None, at=clock.now()
    )
    headers = {"Authorization": f"Bearer {key.secret}"}
    accounts = iter(fleet.account_ids[fleets.TEMPLATES :])
    made: list[str] = []

    def launch() -> None:
        body = {"account_id": str(next(accounts)), "playbook_version_id": str(fleet.version_id)}
        answer = client.post("/api/v1/projects", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["id"])

    for _ in range(WARM_UP):
        launch()
    rows = _rows_of(UUID(made[-1]))
    assert sum(len(values) for table, _, values in rows if table == "projects_projecttask") == 50
    for _ in range(2):
        _insert(_copied(rows))
    for name in (LAUNCH, RAW):
        found[name] = []
    for _ in range(ROUNDS):
        copy = _copied(rows)
        found[LAUNCH].append(_time(launch))
        found[RAW].append(_time(lambda copy=copy: _insert(copy)))  # type: ignore[misc]
    return WARM_UP + 2 + ROUNDS * 2


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


def _insert(rows: Rows) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table, columns, values in rows:
            names = ", ".join(f'"{column}"' for column in columns)
            places_of = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places_of})", values)


def _rows_of(project_id: UUID) -> Rows:
    """Read what a launch wrote: its own tables, its timer, its fact, and the deliveries of that."""
    own = project_id if connection.vendor == "postgresql" else project_id.hex
    with connection.cursor() as cursor:
        rows = [_read(cursor, table, condition, own) for table, condition in _OWN.items()]
        rows.append(_read(cursor, "jobs_timer", "owner = %s", f"project:{project_id}"))
        rows.append(_read(cursor, "jobs_job", "order_key LIKE %s", f"{project_id}:%"))
    return [row for row in rows if row[2]]


def _read(cursor: Any, table: str, condition: str, argument: Any) -> tuple[str, list[str], list[list[Any]]]:
    cursor.execute(f"SELECT * FROM {table} WHERE {condition}", [argument])
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


def _signed_in(fleet: fleets.Fleet) -> dict[str, str]:
    """Return the cookie of a session of the fleet's owner."""
    client = Client()
    client.force_login(Member.objects.for_actor(fleet.actor).select_related("user").get(id=fleet.actor.id).user)
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


def _measure_pages(
    client: httpx.Client, fleet: fleets.Fleet, project_id: UUID, count: int, found: dict[str, list[float]]
) -> None:
    client.cookies.update(_signed_in(fleet))
    assert portfolio.count_projects(actor=fleet.actor, at=fleet.at).total >= count - 10, "the fleet is not complete"
    addresses = ("/projects/", "/projects/?view=board", f"/projects/{project_id}/", "/")
    for page, address in zip(PAGES, addresses, strict=True):

        def ask(address: str = address) -> None:
            answer = client.get(address)
            assert answer.status_code == 200, answer.text[:500]

        for _ in range(WARM_UP):
            ask()
        found[f"{page}, {count:,} projects"] = [_time(ask) for _ in range(VISITS)]

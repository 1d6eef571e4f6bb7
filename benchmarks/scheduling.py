"""Scheduling: a network of 2,000 tasks forwards and backwards, and what it costs to move a task of one of 1,000 projects.

The engine is measured beside networkx (longest path, no calendars) and OR-Tools (its linear solver and CP-SAT) on the same
network, in turns. Moving the first of 50 chained tasks and launching a project of 50 tasks, over HTTP, take turns with Redmine
moving the first of 50 chained issues and copying a project, on the same PostgreSQL. Both hold a thousand other projects of
about fifty tasks. A turn lasts a quarter of a second at least, so that what is short is measured as often as a busy server
does it, and not once with whatever a long action of the other left in the processor.
"""

import gc
import itertools
import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import networkx
from django.core.management import call_command
from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from benchmarks.contracts import Bench
from benchmarks.generators import fleet as fleets
from benchmarks.generators import places, redmine
from firstwin.config import garbage
from firstwin.identity.contracts import Scope
from firstwin.identity.operations import api_keys
from firstwin.playbooks.contracts import LinkSpec, PlaybookDefinition, RoleSpec, Side, StageSpec, TaskSpec
from firstwin.playbooks.operations import library, versions
from firstwin.projects.contracts import NewProject
from firstwin.projects.operations import launch
from firstwin.projects.queries import projects as project_queries
from firstwin.scheduling import queries
from firstwin.scheduling.contracts import (
    CalendarSpec,
    LinkType,
    PlanItem,
    PlanLink,
    PlanNetwork,
    Span,
    SpanUnit,
    parse_span,
)
from firstwin.shared import clock

ROUNDS = 21
SLOW_ROUNDS = 7
WARM_UP = 8
"""Rounds that are not counted, on either side: what is compared are servers in use, whose databases know the statements."""
TURN_SECONDS = 0.25
MOST_IN_A_TURN = 10
TASKS = 2_000
OTHERS = 1_000
ENGINE = "2,000 tasks forwards and backwards, with calendars"
READ = "the same, every date, float and sentence read"
LONGEST, LINEAR, CP_SAT = "networkx: longest path", "OR-Tools: linear solver (GLOP)", "OR-Tools: CP-SAT"
MOVE, MOVE_MANY = (
    "move of the first of 50 chained tasks over HTTP",
    "move of the first of 2,000 chained tasks over HTTP",
)
LAUNCH = "launch of 50 tasks over HTTP"
REDMINE_MOVE, REDMINE_COPY = (
    "Redmine: move of the first of 50 chained issues",
    "Redmine: copy of a project of 50 issues",
)
GOALS: dict[str, tuple[str, float]] = {MOVE: ("at most 50 ms", 50.0), MOVE_MANY: ("at most 250 ms", 250.0)}


def run(bench: Bench) -> None:
    """Measure the engine here, and what goes over HTTP in a process of its own."""
    _measure_engine(bench)
    medians = {}
    for name, samples in places.measure_apart("scheduling").items():
        goal, at_most = GOALS.get(name, ("", None))
        medians[name] = bench.note(name, samples, unit="ms", goal=goal, at_most=at_most)
    for own, peer, wanted in ((MOVE, REDMINE_MOVE, 60), (LAUNCH, REDMINE_COPY, 80)):
        if own in medians and peer in medians:
            words = f"{peer}, times {own.partition(' over')[0]}"
            bench.note(words, medians[peer] / medians[own], unit="x", goal=f"at least {wanted}x", at_least=wanted)


# the engine ---------------------------------------------------------------------------------------------------------


def network_of(count: int) -> PlanNetwork:
    """A plan with links of all four kinds, some with lag, on three calendars in three time zones."""
    draw = random.Random(2026)
    items = []
    for number in range(count):
        befores = (
            {max(0, number - 1 - int(draw.expovariate(0.2))) for _ in range(draw.choice((1, 1, 2)))}
            if number
            else set()
        )
        items.append(
            PlanItem(
                key=f"t{number}",
                name=f"Task {number}",
                calendar=draw.choice(("", "customer", "third")),
                duration=Span(draw.choice((1, 2, 3, 5)), SpanUnit.WORKING_DAYS),
                links=tuple(
                    PlanLink(
                        predecessor=f"t{before}",
                        type=draw.choice([LinkType.FINISH_TO_START] * 6 + list(LinkType)),
                        lag=draw.choice([None] * 8 + [parse_span("1wd"), parse_span("-1wd")]),
                    )
                    for before in sorted(befores)
                ),
            )
        )
    return PlanNetwork(
        items=tuple(items),
        anchors={"project_start": datetime(2026, 3, 2, 9, tzinfo=UTC)},
        calendars={
            "": CalendarSpec(country="DE", time_zone="Europe/Berlin"),
            "customer": CalendarSpec(country="US", time_zone="America/New_York"),
            "third": CalendarSpec(country="IN", time_zone="Asia/Kolkata"),
        },
    )


def _measure_engine(bench: Bench) -> None:
    network, small = network_of(TASKS), network_of(50)
    garbage.collect_seldom()  # as in a web server
    actions: dict[str, Callable[[], object]] = {
        ENGINE: lambda: queries.plan_floats(network, queries.plan_dates(network)),
        READ: lambda: _all_read(network),
        LONGEST: lambda: _longest_path(network),
        LINEAR: lambda: _linear(network),
    }
    found: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(ROUNDS + 1):
        for name, action in actions.items():
            gc.collect()  # so that nobody clears away what the one before left behind
            elapsed = _time(action)
            found[name] += [elapsed] if turn else []
    found[CP_SAT] = [_time(lambda: _cp_sat(network)) for _ in range(SLOW_ROUNDS)]
    found["50 tasks forwards"] = [_time(lambda: queries.plan_dates(small)) for _ in range(200)][50:]
    goals = {ENGINE: ("at most 20 ms", 20.0), "50 tasks forwards": ("at most 1 ms", 1.0)}
    medians = {}
    for name, samples in found.items():
        goal, at_most = goals.get(name, ("", None))
        medians[name] = bench.note(name, samples, unit="ms", goal=goal, at_most=at_most)
    for peer in (LONGEST, LINEAR, CP_SAT):
        bench.note(f"{peer}, times the engine", medians[peer] / medians[ENGINE], unit="x", goal="ahead", at_least=1.0)


def _time(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def _all_read(network: PlanNetwork) -> object:
    dates = queries.plan_dates(network)
    return list(dates.items.values()), list(queries.plan_floats(network, dates).values())


def _bounds(network: PlanNetwork) -> list[tuple[str, str, int]]:
    """Every link as: the second starts at least so many days after the start of the first. Calendars are left out."""
    days = {item.key: item.duration.amount if item.duration else 0 for item in network.items}
    found = []
    for item in network.items:
        for link in item.links:
            after = link.lag.amount if link.lag else 0
            after += days[link.predecessor] if link.type.value.startswith("finish") else 0
            after -= days[item.key] if link.type.value.endswith("finish") else 0
            found.append((link.predecessor, item.key, after))
    return found


def _longest_path(network: PlanNetwork) -> object:
    graph = networkx.DiGraph()
    graph.add_nodes_from(item.key for item in network.items)
    graph.add_weighted_edges_from(_bounds(network))
    return networkx.dag_longest_path(graph)


def _linear(network: PlanNetwork) -> None:
    solver = pywraplp.Solver.CreateSolver("GLOP")
    starts = {item.key: solver.NumVar(0, 1_000_000, item.key) for item in network.items}
    end = solver.NumVar(0, 1_000_000, "end")
    for before, after, days in _bounds(network):
        solver.Add(starts[after] - starts[before] >= days)
    for item in network.items:
        solver.Add(end - starts[item.key] >= (item.duration.amount if item.duration else 0))
    solver.Minimize(end)
    assert solver.Solve() == pywraplp.Solver.OPTIMAL


def _cp_sat(network: PlanNetwork) -> None:
    model = cp_model.CpModel()
    starts = {item.key: model.new_int_var(0, 1_000_000, item.key) for item in network.items}
    end = model.new_int_var(0, 1_000_000, "end")
    for before, after, days in _bounds(network):
        model.add(starts[after] - starts[before] >= days)
    for item in network.items:
        model.add(end - starts[item.key] >= (item.duration.amount if item.duration else 0))
    model.minimize(end)
    assert cp_model.CpSolver().solve(model) == cp_model.OPTIMAL


# over HTTP ----------------------------------------------------------------------------------------------------------


def print_figures() -> None:
    """Be the process that measures: print samples in milliseconds as JSON."""
    call_command("migrate", verbosity=0)
    fleet = fleets.make_fleet(accounts_wanted=fleets.TEMPLATES + (WARM_UP + ROUNDS) * MOST_IN_A_TURN)
    key = api_keys.create_api_key(
        actor=fleet.actor, name="Benchmark", scopes=(Scope.ADMIN,), expires_at=None, at=clock.now()
    )
    fleets.copy_projects(fleets.launch_templates(fleet), first=1, count=OTHERS)
    with places.web_server() as client:
        client.headers["Authorization"] = f"Bearer {key.secret}"
        few, many = Chain(fleet, client, 50), Chain(fleet, client, TASKS)
        accounts, weeks = iter(fleet.account_ids[fleets.TEMPLATES :]), itertools.count(1)
        own: dict[str, Callable[[], None]] = {
            MOVE: lambda: few.move(next(weeks)),
            LAUNCH: lambda: _launch(client, fleet, next(accounts)),
        }
        try:
            with redmine.started() as other:
                theirs = {REDMINE_MOVE: lambda: other.move(next(weeks)), REDMINE_COPY: other.copy}
                found = _in_turns({**own, **theirs}, SLOW_ROUNDS)
                assert other.start_of_last() > "2026-06-01", "Redmine has moved the whole chain"
        except redmine.NotHereError as error:
            print(f"Redmine is not measured: {error}", file=sys.stderr)
            found = _in_turns(own, ROUNDS)
        print(json.dumps(found), flush=True)
        found |= _in_turns({MOVE_MANY: lambda: many.move(next(weeks))}, SLOW_ROUNDS)
        few.require_moved()
        many.require_moved()
    print(json.dumps(found))


def _in_turns(actions: dict[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in actions}
    for number in range(WARM_UP + rounds):
        for name, action in actions.items():
            turn: list[float] = []
            while sum(turn) < TURN_SECONDS * 1000 and len(turn) < MOST_IN_A_TURN:
                turn.append(_time(action))
            found[name] += turn if number >= WARM_UP else []
    return found


def _launch(client: httpx.Client, fleet: fleets.Fleet, account_id: object) -> None:
    body = {"account_id": str(account_id), "playbook_version_id": str(fleet.version_id)}
    answer = client.post("/api/v1/projects", json=body)
    assert answer.status_code == 201, answer.text


class Chain:
    """A running project in which every task waits for the one before it."""

    def __init__(self, fleet: fleets.Fleet, client: httpx.Client, count: int) -> None:
        self.fleet, self.client = fleet, client
        definition = _chained(count)
        playbook_id = library.import_definition(actor=fleet.actor, definition=definition, at=fleet.at)
        version_id = versions.publish(actor=fleet.actor, playbook_id=playbook_id, notes="First version", at=fleet.at)
        new = NewProject(account_id=fleet.account_ids[0], playbook_version_id=version_id)
        self.project_id = launch.launch_project(actor=fleet.actor, new=new, at=fleet.at)
        self.tasks = self._tasks()

    def _tasks(self) -> list[project_queries.TaskInfo]:
        detail = project_queries.get_project(actor=self.fleet.actor, project_id=self.project_id, at=self.fleet.at)
        return [task for stage in detail.stages for task in stage.tasks]

    def move(self, weeks: int) -> None:
        """Move the first task to so many weeks after its first start."""
        first, by = self.tasks[0], timedelta(weeks=weeks)
        body = {"start_at": (first.start_at + by).isoformat(), "due_at": (first.due_at + by).isoformat()}
        answer = self.client.post(f"/api/v1/tasks/{first.id}/move", json=body)
        assert answer.status_code == 204, answer.text

    def require_moved(self) -> None:
        """Make sure that all tasks have followed."""
        assert all(now.start_at > before.start_at for now, before in zip(self._tasks(), self.tasks, strict=True))


def _chained(count: int) -> PlaybookDefinition:
    tasks = tuple(
        TaskSpec(
            key=f"task-{number}",
            name=f"Thing {number}",
            owner="csm",
            duration=parse_span("1wd"),
            after=(LinkSpec(task=f"task-{number - 1}"),) if number else (),
        )
        for number in range(count)
    )
    return PlaybookDefinition(
        key=f"chain-{count}",
        name=f"A chain of {count}",
        roles=(RoleSpec(key="csm", name="Success manager", side=Side.VENDOR),),
        stages=(StageSpec(key="all", name="All", objective="Done.", exit_criteria=("Done.",), tasks=tasks),),
    )

"""People's time: the weeks of a hundred members with ten thousand open tasks, and forecasting beside their loads."""

from datetime import timedelta
from typing import Any

from django.db import connection

from benchmarks.contracts import Bench
from benchmarks.generators import fleet as fleets
from firstwin.customers.contracts import Segment
from firstwin.identity.contracts import Role, system_actor
from firstwin.projects.contracts import ProjectState
from firstwin.projects.contracts.workload import WorkloadFilters
from firstwin.projects.models import Project, ProjectTask
from firstwin.projects.operations import forecasting
from firstwin.projects.queries import loads, workload
from firstwin.shared import clock
from tests.factories.identity import Member, make_member

PEOPLE, OPEN_TASKS = 100, 10_000
FORECAST = 100


def run(bench: Bench) -> None:
    """Measure the table and the forecasts of projects whose people are busy."""
    fleet = fleets.make_fleet()
    templates = fleets.launch_templates(fleet)
    fleets.copy_projects(templates, first=1, count=PEOPLE * 7)
    _hand_out(fleet)
    count = loads.open_tasks(fleet.actor).filter(member_id__isnull=False).count()
    at = clock.now()
    for weeks in (8, 26):
        bench.time(
            f"{weeks} weeks of {PEOPLE} people with {count:,} open tasks",
            lambda weeks=weeks: workload.get_workload(actor=fleet.actor, at=at, weeks=weeks),  # type: ignore[misc]
            goal="at most 200 ms",
            at_most=200,
        )
    bench.time(
        "the same, of one segment",
        lambda: workload.get_workload(actor=fleet.actor, at=at, filters=WorkloadFilters(segment=next(iter(Segment)))),
    )
    actor = system_actor(fleet.actor.workspace_id)
    running = Project.objects.for_actor(actor).filter(state=ProjectState.ACTIVE).order_by("id")
    ids = list(running.values_list("id", flat=True)[:FORECAST])
    days = [0]

    def forecast() -> None:
        days[0] += 1
        for first in range(0, len(ids), forecasting.AT_ONCE):
            part = ids[first : first + forecasting.AT_ONCE]
            forecasting.forecast_projects(actor=actor, project_ids=part, at=at + timedelta(days=days[0]))

    milliseconds = bench.time(f"forecasts of {len(ids)} projects with the loads of their people", forecast, rounds=2)
    bench.note(
        f"10,000 running projects on two cores, scaled from {len(ids)}",
        milliseconds / len(ids) * 10_000 / 2 / 60_000,
        unit="min",
        goal="at most 60 min",
        at_most=60,
    )


def _hand_out(fleet: fleets.Fleet) -> None:
    """Give the open tasks of our side to a hundred members in turn, over the coming months."""
    workspace = Member.objects.for_actor(fleet.actor)[0].workspace
    members = [make_member(Role.SPECIALIST, workspace=workspace).id for _ in range(PEOPLE - 1)]
    rows: Any = ProjectTask.objects.for_actor(fleet.actor).filter(side="vendor").order_by("id")
    now = clock.now()
    changed = []
    for place, row in enumerate(rows.only("id", "workspace_id", "start_at", "due_at", "member_id")):
        row.member_id = members[place % len(members)]
        row.start_at = now + timedelta(days=place % 90 - 5)
        row.due_at = row.start_at + timedelta(days=1 + place % 9)
        changed.append(row)
    ProjectTask.objects.for_actor(fleet.actor).bulk_update(
        changed[: OPEN_TASKS * 2], ["member_id", "start_at", "due_at"], batch_size=500
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

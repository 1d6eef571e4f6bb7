"""Forecasts: one plan with 2,000 paths, a running project with its database, learning, and the backtest of a log."""

import time
import zlib
from datetime import timedelta

from benchmarks.contracts import Bench
from benchmarks.generators import fleet as fleets
from firstwin.identity.contracts import system_actor
from firstwin.projects.contracts import ProjectState
from firstwin.projects.models import Project
from firstwin.projects.operations import forecasting
from firstwin.projects.queries import forecasts as project_forecasts
from firstwin.projects.queries import plans
from firstwin.projects.rules import outlook
from firstwin.scheduling.queries import forecasts
from firstwin.shared import clock
from tests.factories.event_logs import made_log


def run(bench: Bench) -> None:
    """Measure simulation, storing and the backtest."""
    fleet = fleets.make_fleet()
    project_ids = fleets.launch_templates(fleet)
    actor = system_actor(fleet.actor.workspace_id)
    row = max(
        Project.objects.for_actor(actor).filter(id__in=project_ids, state=ProjectState.ACTIVE),
        key=lambda row: row.task_count - row.done_count,
    )
    now = clock.now()
    plan = plans.load_plan(actor, row)
    question = outlook.question_of(
        plan.facts(),
        playbook_id=row.playbook_id,
        segment=row.segment,
        owners=project_forecasts.owners_of(plan),
        learned=forecasts.learn_lengths([]),
        loads={},
        target_at=row.target_end_at,
        first_value=None,
        now=now,
        seed=zlib.crc32(row.id.bytes),
    )
    bench.time(
        f"forecast of a plan with {row.task_count - row.done_count} open tasks, 2,000 paths",
        lambda: forecasts.forecast_plan(question),
        goal="at most 50 ms",
        at_most=50,
    )
    at = [now]

    def stored() -> None:
        at[0] += timedelta(hours=1)
        forecasting.forecast_projects(actor=actor, project_ids=[row.id], at=at[0])

    milliseconds = bench.time("forecast of one running project, read and stored", stored)
    bench.note(
        "10,000 running projects on two cores, from that",
        milliseconds * 10_000 / 2 / 60_000,
        unit="min",
        goal="at most 60 min",
        at_most=60,
    )
    log = made_log(cases=3_000)
    begun = time.perf_counter()
    result = forecasts.backtest(log)
    seconds = time.perf_counter() - begun
    bench.note(
        "backtest, per 100,000 moments learned from or forecast",
        seconds / (result.train_moments + result.test_moments) * 100_000,
        unit="s",
        goal="at most 120 s",
        at_most=120,
    )

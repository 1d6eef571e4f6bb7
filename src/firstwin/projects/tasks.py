"""Job handlers of projects."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import system_actor
from firstwin.jobs.contracts import Effect, JobContext, job_handler, schedule
from firstwin.projects.operations import bookings, clock, forecasting, replanning, update_runs, waking
from firstwin.shared import clock as real_clock

STALE = timedelta(days=1)
EXPIRE_KIND = "projects.bookings_expire"


@job_handler(waking.JOB_KIND, effect=Effect.DB)
def advance_project(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Look at a project whose next start or promise has come."""
    if context.workspace_id is None:
        return
    clock.advance_project(
        actor=system_actor(context.workspace_id), project_id=UUID(payload["project_id"]), at=context.now
    )


@job_handler(update_runs.JOB_KIND, effect=Effect.DB)
def advance_update_run(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Bring the next projects of a run to the newer version of their playbook."""
    if context.workspace_id is None:
        return
    update_runs.advance_run(actor=system_actor(context.workspace_id), run_id=UUID(payload["run_id"]), at=context.now)


@job_handler(replanning.JOB_KIND, effect=Effect.DB)
def replan_project(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Work a plan out again because somebody's calendar changed."""
    if context.workspace_id is None:
        return
    replanning.replan_project(actor=system_actor(context.workspace_id), project_id=UUID(payload["project_id"]))


@job_handler(forecasting.DUE_KIND, effect=Effect.DB)
def enqueue_forecasts(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Have changed projects forecast. Nobody needs a forecast made in the past, as when history is played through."""
    if real_clock.now() - context.now < STALE:
        forecasting.enqueue_due(at=context.now)


@job_handler(forecasting.DAILY_KIND, effect=Effect.EXTERNAL)
def forecast_daily(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Learn anew and have every running project forecast, because time passes for all of them."""
    if real_clock.now() - context.now < STALE:
        for workspace in identity_queries.list_workspaces():
            forecasting.ask_for_all(actor=system_actor(workspace.id), at=context.now)


@job_handler(forecasting.JOB_KIND, effect=Effect.EXTERNAL, lease=timedelta(minutes=2))
def forecast_projects(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Forecast some projects; working that out takes too long to keep others from writing. Twice does no harm."""
    if context.workspace_id is None:
        return
    forecasting.forecast_projects(
        actor=system_actor(context.workspace_id),
        project_ids=[UUID(project_id) for project_id in payload["project_ids"]],
        at=context.now,
    )


@job_handler(EXPIRE_KIND, effect=Effect.DB)
def expire_bookings(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Let bookings lapse of which nothing came."""
    bookings.expire_bookings(at=context.now)


schedule("projects.forecasts_due", cron="* * * * *", kind=forecasting.DUE_KIND)
schedule("projects.forecasts_daily", cron="11 2 * * *", kind=forecasting.DAILY_KIND)
schedule("projects.bookings_expire", cron="41 3 * * *", kind=EXPIRE_KIND)

"""Forecasts of running projects: made anew soon after a change and every day, from what finished work taught."""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.jobs import operations as job_operations
from firstwin.jobs.contracts import NewJob
from firstwin.projects.contracts import ProjectState
from firstwin.projects.models import LearnedHistory, Project, ProjectForecast
from firstwin.projects.queries import forecasts, loads, plans
from firstwin.projects.queries.loads import OpenLoads
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import outlook
from firstwin.projects.rules.facts import PlanFacts
from firstwin.scheduling.contracts import CycleError, InvalidCalendarError
from firstwin.scheduling.contracts.forecasting import Learned, PlanForecast
from firstwin.scheduling.queries import forecasts as forecast_queries

JOB_KIND = "projects.forecast"
DUE_KIND = "projects.forecasts_due"
DAILY_KIND = "projects.forecasts_daily"
SETTLES = timedelta(seconds=30)
"""People change several things in a row: a forecast waits that long after the first of them."""
_LEARNED_FOR = timedelta(days=2)
AT_ONCE = 25
_MOST_JOBS = 400


def enqueue_due(*, at: datetime) -> int:
    """Have every project forecast whose plan changed a while ago; returns how many. Those already under way are left out."""
    rows = (
        Project.objects.across_workspaces(reason="the engine looks for forecasts that are due")
        .filter(forecast_due_at__lte=at - SETTLES)
        .order_by("forecast_due_at")
        .values_list("id", "workspace_id")[: AT_ONCE * _MOST_JOBS]
    )
    by_workspace: dict[UUID, list[str]] = {}
    for project_id, workspace_id in rows:
        by_workspace.setdefault(workspace_id, []).append(str(project_id))
    job_operations.enqueue_many(
        [
            NewJob(kind=JOB_KIND, payload={"project_ids": part}, workspace_id=workspace_id, key=part[0], queue="bulk")
            for workspace_id, ids in by_workspace.items()
            for part in (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))
        ]
    )
    return sum(map(len, by_workspace.values()))


def ask_for_all(*, actor: Actor, at: datetime) -> int:
    """Learn from a workspace's history anew and have all of its running projects forecast; returns how many."""
    learn(actor=actor, at=at)
    with transaction.atomic():
        running = Project.objects.for_actor(actor).filter(state=ProjectState.ACTIVE)
        plans.lock_projects(running)
        return running.update(forecast_due_at=at)


def learn(*, actor: Actor, at: datetime) -> Learned:
    """Learn how much longer than planned work takes in a workspace, and keep it."""
    learned = forecast_queries.learn_lengths(forecasts.observations(actor, at))
    groups, shape = outlook.stored_learned(learned)
    values = {"learned_at": at, "finished": learned.finished, "groups": groups, "shape": shape}
    LearnedHistory.objects.for_actor(actor).update_or_create(
        defaults=values, create_defaults={**values, "workspace_id": actor.workspace_id}
    )
    return learned


def forecast_projects(*, actor: Actor, project_ids: Sequence[UUID], at: datetime) -> int:
    """Forecast those of some projects that run; returns how many. A plan that cannot be worked out keeps its last forecast.

    Each is written by itself once it is worked out: nobody who changes a plan waits for the forecasts of others.
    """
    known = forecasts.find_learned(actor)
    learned = known[0] if known is not None and at - known[1] < _LEARNED_FOR else learn(actor=actor, at=at)
    asked = Project.objects.for_actor(actor).filter(id__in=project_ids)
    asked.exclude(state=ProjectState.ACTIVE).update(forecast_due_at=None)
    made = 0
    running = list(asked.filter(state=ProjectState.ACTIVE).order_by("id"))
    open_loads = loads.open_loads(actor, loads.owners_in(actor, [project.id for project in running]), at)
    for project in running:
        plan = plans.load_plan(actor, project)
        facts = plan.facts()
        found = _forecast(plan, facts, learned, open_loads, at)
        made += _keep(project, facts, found, actor=actor, at=at)
    return made


def _forecast(
    plan: RunningPlan, facts: PlanFacts, learned: Learned, open_loads: OpenLoads, at: datetime
) -> PlanForecast | None:
    project = plan.project
    marked = plans.first_value_ids(plan)
    proved = outlook.first_value_of(facts.tasks, marked) if project.first_value_at is None else None
    question = outlook.question_of(
        facts,
        playbook_id=project.playbook_id,
        segment=project.segment,
        owners=forecasts.owners_of(plan),
        learned=learned,
        loads=open_loads.beside(plan.tasks.values()),
        target_at=project.target_end_at,
        first_value=proved,
        now=at,
        seed=zlib.crc32(project.id.bytes),
    )
    try:
        return forecast_queries.forecast_plan(question)
    except (CycleError, InvalidCalendarError):
        return None


def _keep(project: Project, facts: PlanFacts, found: PlanForecast | None, *, actor: Actor, at: datetime) -> bool:
    """Write a forecast, unless its project stopped running meanwhile; a change that came meanwhile asks again."""
    with transaction.atomic():
        rows = Project.objects.for_actor(actor).filter(id=project.id)
        rows.filter(forecast_due_at=project.forecast_due_at).update(forecast_due_at=None)
        if found is None:
            return False
        likely = {"likely_end_at": found.completion.p80, "likely_chance": found.chance}
        if not rows.filter(state=ProjectState.ACTIVE).update(**likely):
            return False
        kept = ProjectForecast.objects.for_actor(actor).filter(project_id=project.id).first()
        row = kept or ProjectForecast(workspace_id=project.workspace_id, project_id=project.id)
        row.made_at = at
        row.detail = outlook.stored_forecast(found, facts, project.target_end_at)
        row.history = outlook.with_today(row.history, found, at)
        row.save()
    return True

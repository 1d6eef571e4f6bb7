"""Stored forecasts of running projects: made after changes and daily, kept by day, learned from the own history."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstwin.identity.contracts import system_actor
from firstwin.jobs.contracts import Effect, handler_of
from firstwin.jobs.models import Job
from firstwin.projects import tasks as job_handlers
from firstwin.projects.contracts import ReasonSide
from firstwin.projects.contracts.changes import TaskPatch
from firstwin.projects.models import LearnedHistory, Project, ProjectForecast, ProjectTask
from firstwin.projects.operations import changes, forecasting, lifecycle, tasks
from firstwin.projects.queries import forecasts, history
from firstwin.projects.rules import outlook
from firstwin.scheduling.contracts.forecasting import ForecastQuestion, PlanForecast
from firstwin.scheduling.queries import forecasts as forecast_queries
from firstwin.shared import clock
from tests.factories.counting import statements
from tests.factories.identity import make_workspace
from tests.factories.projects import Running, launch_example

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Running:
    return launch_example()


def row(project: Running) -> Project:
    return Project.objects.for_workspace(project.scene.workspace.id).get(id=project.id)


def make(project: Running, *, days: float = 0) -> int:
    at = project.scene.at + timedelta(days=days)
    actor = system_actor(project.scene.workspace.id)
    return forecasting.forecast_projects(actor=actor, project_ids=[project.id], at=at)


def test_a_launch_and_a_change_ask_for_a_forecast_and_its_making_answers(project: Running) -> None:
    assert row(project).forecast_due_at == project.scene.at
    assert make(project) == 1
    assert row(project).forecast_due_at is None
    tasks.start_task(
        actor=project.scene.specialist,
        task_id=project.task("sales-handoff").id,
        at=project.scene.at + timedelta(hours=1),
    )
    assert row(project).forecast_due_at == project.scene.at + timedelta(hours=1)


def test_a_forecast_is_kept_with_its_reasons_and_shown_in_lists(project: Running) -> None:
    make(project)
    found = forecasts.find_forecast(actor=project.scene.specialist, project_id=project.id)
    assert found is not None
    likely = found.completion
    assert likely.p10 <= likely.p50 <= likely.p80 <= likely.p95
    assert found.chance is not None
    assert found.drivers
    assert found.stages
    assert not found.has_history
    assert row(project).likely_end_at == likely.p80
    assert [day.on for day in found.history] == [project.scene.at.date()]


def test_a_forecast_from_before_a_change_is_told_as_such_until_the_next(project: Running) -> None:
    def is_outdated() -> bool:
        found = forecasts.find_forecast(actor=project.scene.specialist, project_id=project.id)
        assert found is not None
        return found.is_outdated

    make(project)
    assert not is_outdated()
    tasks.start_task(actor=project.scene.specialist, task_id=project.task("sales-handoff").id, at=project.scene.at)
    assert is_outdated()
    make(project)
    assert not is_outdated()


def test_each_day_is_kept_once_and_the_same_day_again_replaces_it(project: Running) -> None:
    make(project)
    make(project, days=0.1)
    make(project, days=1)
    found = forecasts.find_forecast(actor=project.scene.specialist, project_id=project.id)
    assert found is not None
    assert len(found.history) == 2
    assert ProjectForecast.objects.for_actor(project.scene.specialist).count() == 1


def test_a_project_on_hold_is_not_forecast(project: Running) -> None:
    lifecycle.hold_project(
        actor=project.scene.specialist,
        project_id=project.id,
        side=ReasonSide.CUSTOMER,
        reason="Budget",
        at=project.scene.at,
    )
    assert make(project) == 0
    assert row(project).forecast_due_at is None


def test_a_project_held_while_it_is_worked_out_gets_no_forecast_and_is_not_kept_from_being_held(
    project: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    transactions, work_out = len(connection.savepoint_ids), forecast_queries.forecast_plan

    def held_meanwhile(question: ForecastQuestion) -> PlanForecast:
        assert len(connection.savepoint_ids) == transactions
        scene = project.scene
        lifecycle.hold_project(
            actor=scene.manager, project_id=project.id, side=ReasonSide.CUSTOMER, reason="Budget", at=scene.at
        )
        return work_out(question)

    monkeypatch.setattr(forecast_queries, "forecast_plan", held_meanwhile)
    assert make(project) == 0
    assert row(project).likely_end_at is None
    assert not ProjectForecast.objects.for_actor(project.scene.manager).exists()
    assert handler_of(forecasting.JOB_KIND).effect is Effect.EXTERNAL


def test_contacts_and_other_workspaces_see_no_forecast(project: Running) -> None:
    make(project)
    stranger = system_actor(make_workspace().id)
    assert forecasts.find_forecast(actor=stranger, project_id=project.id) is None
    assert forecasts.find_forecast(actor=project.scene.contact, project_id=project.id) is None


def test_due_ones_are_enqueued_once_and_the_job_makes_them(
    project: Running, run_jobs: Callable[[datetime], int]
) -> None:
    at = project.scene.at
    assert forecasting.enqueue_due(at=at) == 0
    for _ in range(2):
        forecasting.enqueue_due(at=at + timedelta(minutes=1))
    assert Job.objects.filter(kind=forecasting.JOB_KIND).count() == 1
    run_jobs(at + timedelta(minutes=1))
    assert row(project).likely_end_at is not None


def test_played_through_history_makes_no_forecasts_but_the_present_does(
    project: Running, run_jobs: Callable[[datetime], int]
) -> None:
    run_jobs(project.scene.at + timedelta(minutes=2))
    assert row(project).likely_end_at is None
    for minutes in (2, 4):
        run_jobs(clock.now() + timedelta(minutes=minutes))
    assert Job.objects.filter(kind=forecasting.JOB_KIND).count() == 0
    assert row(project).likely_end_at is not None
    assert job_handlers.STALE


def test_daily_everything_is_learned_and_asked_for_anew(project: Running) -> None:
    make(project)
    actor = system_actor(project.scene.workspace.id)
    later = project.scene.at + timedelta(days=3)
    assert forecasting.ask_for_all(actor=actor, at=later) == 1
    assert row(project).forecast_due_at == later
    assert LearnedHistory.objects.for_actor(actor).get().learned_at == later


def test_finished_and_open_tasks_are_what_is_learned_from(project: Running) -> None:
    actor = system_actor(project.scene.workspace.id)
    at = project.scene.at + timedelta(days=2)
    ProjectTask.objects.for_actor(actor).filter(id=project.task("sales-handoff").id).update(
        state="done", finished_at=at
    )
    seen = list(forecasts.observations(actor, at))
    done = [one for one in seen if one.is_finished]
    assert len(done) == 1
    assert done[0].groups[0].endswith(":sales-handoff")
    assert done[0].taken_days > 0
    assert all(not one.is_finished and one.taken_days >= 0 for one in seen if one not in done)


def test_what_was_learned_survives_being_stored() -> None:
    from_estimates = outlook.learned_of({"all": [3, 0.1, 0.4]}, [0.0, 1.0], 3)
    groups, shape = outlook.stored_learned(from_estimates)
    assert outlook.learned_of(groups, shape, 3) == from_estimates


def test_the_history_has_the_finished_projects_only(project: Running) -> None:
    assert not history.get_history_log(project.scene.specialist).at


def test_other_projects_of_a_busy_person_delay_the_end_and_a_projects_own_tasks_do_not(project: Running) -> None:
    scene = project.scene
    make(project)
    before = forecasts.find_forecast(actor=scene.specialist, project_id=project.id)
    other = launch_example(scene, name="Acorn Foods, second site")
    patch = TaskPatch(estimate_hours=120)
    changes.edit_task(actor=scene.manager, task_id=other.task("sales-handoff").id, patch=patch, at=scene.at)
    make(project)
    after = forecasts.find_forecast(actor=scene.specialist, project_id=project.id)
    assert before is not None
    assert after is not None
    assert after.completion.p50 > before.completion.p50 + timedelta(days=7)
    assert [delay.owner_name for delay in after.delays] == [scene.specialist.name]
    assert 7 < after.delays[0].days < 20
    make(other)
    itself = forecasts.find_forecast(actor=scene.specialist, project_id=other.id)
    assert itself is not None
    assert sum(delay.days for delay in itself.delays) < 2


def test_one_forecast_costs_a_known_number_of_reads(project: Running, django_assert_num_queries: Any) -> None:
    make(project)
    with django_assert_num_queries(statements(postgresql=18, sqlite=27)):
        make(project, days=1)


def test_the_loads_of_people_are_read_once_for_many_projects(project: Running) -> None:
    others = [launch_example(project.scene, name=f"Acorn Foods {number}") for number in range(3)]
    actor, at = system_actor(project.scene.workspace.id), project.scene.at
    every = [project.id, *(other.id for other in others)]
    forecasting.forecast_projects(actor=actor, project_ids=every, at=at)
    with CaptureQueriesContext(connection) as captured:
        forecasting.forecast_projects(actor=actor, project_ids=every, at=at + timedelta(days=1))
    assert sum("estimate_hours" in query["sql"] for query in captured) == 1

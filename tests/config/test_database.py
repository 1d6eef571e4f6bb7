"""What the database is told to count, so that it looks where the fewest rows are."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from firstwin.config import database, startup
from firstwin.jobs import operations as job_operations
from firstwin.jobs.contracts import schedules
from firstwin.projects.models import ProjectTask
from firstwin.shared import clock
from tests.factories.counting import statements
from tests.factories.projects import Running, launch_example

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    """One of five projects, whose tasks are all of one workspace."""
    first = launch_example()
    for _ in range(4):
        launch_example(first.scene)
    return first


def finds_by_project(running: Running) -> bool:
    """Say whether the tasks of a project are looked for by the project; PostgreSQL reads so few of them as they come."""
    tasks_of = ProjectTask.objects.for_actor(running.scene.manager).filter(project_id=running.id)
    return connection.vendor != "sqlite" or "(project_id=?)" in tasks_of.explain()


def test_tasks_are_looked_for_by_their_project_once_rows_were_counted(
    running: Running, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(statements(postgresql=0, sqlite=2)):
        database.count_rows()
    assert finds_by_project(running)


def test_rows_are_counted_at_the_start_and_every_ten_minutes(running: Running) -> None:
    assert schedules()["config.count_rows"].cron == "*/10 * * * *"
    now = clock.now()
    job_operations.run_due(now=now)
    job_operations.run_due(now=now + timedelta(minutes=10))
    assert finds_by_project(running)


def test_an_installation_that_starts_knows_its_rows(running: Running) -> None:
    startup.prepare_database(say=lambda _: None)
    assert finds_by_project(running)

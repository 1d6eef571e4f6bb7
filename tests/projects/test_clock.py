"""The clock: starts announced and broken promises flagged, each once; names that follow their people."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstwin.customers.operations import accounts as account_operations
from firstwin.customers.operations import contacts as contact_operations
from firstwin.identity.contracts import system_actor
from firstwin.jobs.models import Timer
from firstwin.journal.models import Entry
from firstwin.projects.models import Project, ProjectTask
from firstwin.projects.operations import clock, lifecycle, names
from firstwin.projects.tasks import advance_project as advance_job
from tests.factories.counting import locking_projects_first
from tests.factories.projects import Running, launch_example
from tests.projects.test_tasks import complete, snapshot

pytestmark = pytest.mark.django_db


def advance(project: Running, at: datetime) -> None:
    actor = system_actor(project.scene.workspace.id)
    clock.advance_project(actor=actor, project_id=project.id, at=at)


def titles(project: Running, name: str) -> list[str]:
    rows = Entry.objects.filter(workspace_id=project.scene.workspace.id, event_name=name).order_by("at", "id")
    return [json.loads(row.data)["title"] for row in rows]


def wake_at(project: Running) -> datetime | None:
    found = Timer.objects.filter(owner=f"project:{project.id}").values_list("at", flat=True)
    assert len(found) <= 1
    assert next(iter(found), None) == project.row().next_wake_at
    return project.row().next_wake_at


def test_starts_are_announced_when_they_come_and_promises_when_they_are_broken() -> None:
    project = launch_example()
    at = project.scene.at
    assert wake_at(project) == at
    advance(project, at)
    assert titles(project, "task.came_due") == ["Talk to sales", "Tell us about your company"]
    assert wake_at(project) == at + timedelta(hours=1)
    advance(project, at + timedelta(hours=1))
    assert titles(project, "task.came_due")[-1] == "Welcome email"
    before = snapshot(project)
    advance(project, at + timedelta(hours=1))
    assert snapshot(project) == before
    assert wake_at(project) == at + timedelta(hours=8)
    advance(project, at + timedelta(hours=8))
    assert titles(project, "task.became_overdue") == ["Talk to sales"]
    assert project.task("sales-handoff").overdue_at == at + timedelta(hours=8)


def test_time_passing_is_no_activity() -> None:
    project = launch_example()
    before = project.row().updated_at
    advance(project, project.scene.at + timedelta(days=2))
    assert project.row().updated_at == before


def test_what_is_released_is_announced_at_once_when_its_start_has_come() -> None:
    project = launch_example()
    for key in ("welcome-email", "company-form"):
        complete(project, key, result={"users": 1} if key == "company-form" else None)
    complete(project, "sales-handoff")
    kickoff = project.task("kickoff")
    assert kickoff.start_at == project.scene.at
    advance(project, project.scene.at)
    assert titles(project, "task.came_due")[-1] == "Kickoff call"


def test_a_held_or_finished_project_is_left_alone_and_leaves_no_timer() -> None:
    project = launch_example()
    lifecycle.cancel_project(
        actor=project.scene.manager, project_id=project.id, reason="They left", at=project.scene.at
    )
    assert wake_at(project) is None
    before = snapshot(project)
    advance(project, project.scene.at + timedelta(days=90))
    assert snapshot(project) == before


def test_a_project_that_is_gone_is_no_error() -> None:
    project = launch_example()
    Project.objects.for_actor(project.scene.manager).filter(id=project.id).delete()
    advance(project, project.scene.at)


def test_the_worker_follows_the_timers(run_jobs: Callable[[datetime], int]) -> None:
    project = launch_example()
    run_jobs(project.scene.at + timedelta(days=3))
    assert set(titles(project, "task.came_due")) >= {"Talk to sales", "Tell us about your company", "Welcome email"}
    assert "Talk to sales" in titles(project, "task.became_overdue")
    assert advance_job.__name__ == "advance_project"


def test_names_follow_their_accounts_and_people(run_jobs: Callable[[datetime], int]) -> None:
    project = launch_example()
    scene = project.scene
    due = project.task("company-form").due_at
    account_operations.edit_account(
        actor=scene.manager,
        account_id=scene.account.id,
        changes={"name": "Acorn & Sons", "time_zone": "America/New_York"},
        at=scene.at,
    )
    contact_operations.edit_contact(
        actor=scene.manager, contact_id=scene.sponsor.id, changes={"name": "Nia Park-Lee"}, at=scene.at
    )
    run_jobs(scene.at)
    row = project.row()
    assert row.account_name == "Acorn & Sons"
    assert project.task("company-form").assignee_name == "Nia Park-Lee"
    assert project.detail().roles[1].person is not None
    assert project.detail().roles[1].person.name == "Nia Park-Lee"
    assert project.task("company-form").due_at > due


def test_names_are_written_when_nobody_else_changes_the_plan() -> None:
    project = launch_example()
    scene = project.scene
    actor = system_actor(scene.workspace.id)
    before = (project.row().owner_name, project.task("kickoff").assignee_name)
    with CaptureQueriesContext(connection) as seen:
        names.refresh_member(actor=actor, member_id=scene.specialist.id)
    assert not [query for query in seen.captured_queries if query["sql"].startswith("UPDATE")]
    Project.objects.for_actor(actor).update(owner_name="Somebody")
    ProjectTask.objects.for_actor(actor).update(assignee_name="Somebody")
    with locking_projects_first():
        names.refresh_member(actor=actor, member_id=scene.specialist.id)
    assert (project.row().owner_name, project.task("kickoff").assignee_name) == before
    with locking_projects_first():
        names.refresh_contact(actor=actor, contact_id=scene.sponsor.id)
    assert project.task("company-form").assignee_name == scene.sponsor.name
    with locking_projects_first():
        names.refresh_account(actor=actor, account_id=scene.account.id, at=scene.at)


def test_the_name_of_a_contact_never_becomes_that_of_an_owner() -> None:
    project = launch_example()
    actor = system_actor(project.scene.workspace.id)
    Project.objects.for_actor(actor).update(owner_id=None, owner_name="")
    ProjectTask.objects.for_actor(actor).update(assignee_name="Somebody")
    names.refresh_contact(actor=actor, contact_id=project.scene.sponsor.id)
    assert project.row().owner_name == ""


def test_a_signature_entered_later_moves_what_hangs_on_it(run_jobs: Callable[[datetime], int]) -> None:
    project = launch_example()
    scene = project.scene
    signed_at = scene.at - timedelta(days=3)
    account_operations.edit_account(
        actor=scene.manager, account_id=scene.account.id, changes={"contract_signed_at": signed_at}, at=scene.at
    )
    run_jobs(scene.at)
    assert project.row().signed_at == signed_at
    assert project.task("kickoff").due_at == signed_at + timedelta(days=7)

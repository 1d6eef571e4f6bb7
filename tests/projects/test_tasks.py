"""What happens to tasks: begun, finished by the rule of their kind, stuck, approved, opened again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from firstwin.identity.contracts import Role, system_actor
from firstwin.projects.contracts import (
    NotFinishedError,
    ReasonSide,
    StaleVersionError,
    Standing,
    TaskStanding,
    TaskState,
    WrongStateError,
)
from firstwin.projects.models import Project, ProjectTask
from firstwin.projects.operations import files, tasks
from firstwin.shared.errors import FirstwinError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.counting import locking_projects_first, statements
from tests.factories.customers import contact_actor, make_account, make_contact
from tests.factories.identity import make_actor, recorded
from tests.factories.projects import Running, launch_example
from tests.projects.uploads import PNG, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Running:
    return launch_example()


def snapshot(project: Running) -> list[Any]:
    actor = project.scene.manager
    rows: list[Any] = list(ProjectTask.objects.for_actor(actor).order_by("id").values())
    return [*rows, *Project.objects.for_actor(actor).order_by("id").values(), *recorded(actor)]


def refused(project: Running, error: type[FirstwinError], action: Callable[[], object]) -> FirstwinError:
    """The action raises, and changes nothing."""
    before = snapshot(project)
    with pytest.raises(error) as caught:
        action()
    assert snapshot(project) == before
    return caught.value


def complete(project: Running, key: str, *, days: int = 0, actor: Any = None, **fields: Any) -> None:
    at = project.scene.at + timedelta(days=days)
    actor = actor or project.scene.specialist
    tasks.complete_task(actor=actor, task_id=project.task(key).id, at=at, **fields)


def test_finishing_a_task_releases_what_follows_and_moves_it_up(project: Running) -> None:
    planned = project.task("logo")
    complete(project, "welcome-email")
    complete(project, "company-form", result={"users": 1})
    complete(project, "sales-handoff")
    assert project.task("kickoff").is_released
    assert project.info("kickoff").standing is TaskStanding.READY
    complete(project, "kickoff", days=2)
    logo = project.task("logo")
    assert logo.start_at == project.scene.at + timedelta(days=2)
    assert logo.due_at < planned.due_at
    assert (logo.baseline_start_at, logo.baseline_due_at) == (planned.start_at, planned.due_at)
    assert project.task("kickoff").due_at == project.scene.at + timedelta(days=7)
    names = recorded(project.scene.manager)
    assert names.count("task.completed") == 4
    assert "project.rescheduled" in names


def test_finishing_late_moves_followers_and_keeps_their_durations(project: Running) -> None:
    complete(project, "sales-handoff")
    complete(project, "kickoff", days=14)
    logo = project.task("logo")
    assert logo.start_at == project.scene.at + timedelta(days=14)
    assert (logo.due_at - logo.start_at).days == 1
    assert project.row().planned_end_at > project.task("first-report").baseline_due_at


def test_finishing_twice_is_finishing_once(project: Running) -> None:
    complete(project, "sales-handoff")
    before = snapshot(project)
    complete(project, "sales-handoff", days=1)
    assert snapshot(project) == before


def test_entering_a_stage_is_recorded_once(project: Running) -> None:
    complete(project, "sales-handoff")
    complete(project, "welcome-email", actor=system_actor(project.scene.workspace.id))
    complete(project, "company-form", result={"users": "12"})
    assert recorded(project.scene.manager).count("stage.entered") == 1
    row = project.row()
    assert (row.current_stage, row.current_stage_position, row.done_count) == ("Set-up", 1, 3)


def test_a_form_needs_its_answers_in_their_type(project: Running) -> None:
    error = refused(project, NotFinishedError, lambda: complete(project, "company-form"))
    assert [problem.place for problem in error.problems] == ["result.users"]
    refused(project, NotFinishedError, lambda: complete(project, "company-form", result={"users": "many"}))
    refused(project, NotFinishedError, lambda: complete(project, "company-form", result={"users": 3, "x": 1}))
    complete(project, "company-form", result={"users": "1,200", "notes": " "})
    assert project.task("company-form").result == {"users": 1200}


def test_a_file_request_needs_its_files(project: Running) -> None:
    refused(project, NotFinishedError, lambda: complete(project, "logo"))
    files.attach_file(
        actor=project.scene.contact,
        project_id=project.id,
        task_id=project.task("logo").id,
        name="logo.png",
        content=upload(PNG),
        requested="Logo",
        at=project.scene.at,
    )
    complete(project, "logo", actor=project.scene.contact)
    assert project.task("logo").state == TaskState.DONE


def test_a_milestone_needs_evidence_and_the_first_win_is_counted_from_the_signature(project: Running) -> None:
    refused(project, NotFinishedError, lambda: complete(project, "first-report", evidence="  "))
    complete(project, "first-report", days=12, evidence="Report 7 was run by Nia")
    row = project.row()
    assert row.first_value_evidence == "Report 7 was run by Nia"
    assert row.first_value_task_id == project.task("first-report").id
    names = recorded(project.scene.manager)
    assert [name for name in names if name.endswith(("reached", "first_value_reached"))] == [
        "milestone.reached",
        "project.first_value_reached",
    ]


def test_opening_the_first_win_again_takes_it_back(project: Running) -> None:
    complete(project, "first-report", evidence="Report 7")
    tasks.reopen_task(
        actor=project.scene.manager, task_id=project.task("first-report").id, reason="Wrong", at=project.scene.at
    )
    assert project.row().first_value_at is None


def test_an_approval_is_given_by_whom_it_names_or_by_a_manager_with_evidence(project: Running) -> None:
    task_id, at = project.task("plan-approval").id, project.scene.at
    refused(project, PermissionDeniedError, lambda: complete(project, "plan-approval"))
    tasks.submit_task(actor=project.scene.specialist, task_id=task_id, at=at)
    assert project.info("plan-approval").standing is TaskStanding.AWAITING_APPROVAL
    approve = lambda **who: tasks.approve_task(task_id=task_id, at=at, **who)  # noqa: E731
    colleague = contact_actor(make_contact(project.scene.account))
    refused(project, PermissionDeniedError, lambda: approve(actor=colleague))
    refused(project, InvalidInputError, lambda: approve(actor=project.scene.manager))
    tasks.reject_task(actor=project.scene.contact, task_id=task_id, reason="Too early", at=at)
    assert project.info("plan-approval").state is TaskState.IN_PROGRESS
    approve(actor=project.scene.contact)
    assert project.task("plan-approval").finished_by == "Nia Park"
    assert "task.rejected" in recorded(project.scene.manager)


def test_stuck_needs_side_and_reason_and_shows_on_the_project(project: Running) -> None:
    task_id, at = project.task("company-form").id, project.scene.at
    stuck = lambda reason: tasks.mark_task_stuck(  # noqa: E731
        actor=project.scene.contact, task_id=task_id, side=ReasonSide.CUSTOMER, reason=reason, at=at
    )
    refused(project, InvalidInputError, lambda: stuck("  "))
    stuck("Our lawyer is away")
    info = project.info("company-form")
    assert (info.standing, info.standing_reason) == (TaskStanding.STUCK, "Stuck since 2 March: Our lawyer is away")
    row = project.row()
    assert (row.stuck_count, row.waiting_since, row.last_customer_activity_at) == (1, at, at)
    summary = project.detail().summary
    assert (summary.standing, summary.standing_reason) == (Standing.AT_RISK, "1 task stuck")
    complete(project, "company-form", result={"users": 1})
    assert project.row().stuck_count == 0


def test_not_applicable_needs_a_reason_and_lets_others_go_on(project: Running) -> None:
    task_id = project.task("kickoff").id
    tasks.mark_task_not_applicable(
        actor=project.scene.specialist, task_id=task_id, reason="Met at the fair", at=project.scene.at
    )
    assert project.task("logo").is_released
    assert project.row().task_count == 8
    refused(project, WrongStateError, lambda: complete(project, "kickoff"))
    tasks.reopen_task(actor=project.scene.specialist, task_id=task_id, at=project.scene.at)
    assert not project.task("logo").is_released
    assert project.row().task_count == 9


def test_who_saw_an_older_version_is_told_who_changed_what(project: Running) -> None:
    version = project.task("sales-handoff").version
    tasks.start_task(actor=project.scene.manager, task_id=project.task("sales-handoff").id, at=project.scene.at)
    error = refused(project, StaleVersionError, lambda: complete(project, "sales-handoff", expected_version=version))
    said = f"{project.scene.manager.name} changed “Talk to sales” on"
    assert error.detail == f"{said} 2 March at 09:00 UTC: begun."
    away = replace(project.scene.specialist, time_zone="Pacific/Auckland")
    error = refused(
        project, StaleVersionError, lambda: complete(project, "sales-handoff", actor=away, expected_version=version)
    )
    assert error.detail == f"{said} 2 March at 22:00 NZDT: begun."


def test_contacts_work_on_shared_tasks_of_their_side_in_their_account_only(project: Running) -> None:
    scene = project.scene
    complete(project, "company-form", actor=scene.contact, result={"users": 1})
    refused(project, NotFoundError, lambda: complete(project, "sales-handoff", actor=scene.contact))
    refused(project, NotFoundError, lambda: complete(project, "provision", actor=scene.contact))
    refused(project, PermissionDeniedError, lambda: complete(project, "kickoff", actor=scene.contact))
    stranger = contact_actor(make_contact(make_account(scene.workspace)))
    refused(project, NotFoundError, lambda: complete(project, "first-import", actor=stranger))
    outsider = make_actor(Role.OWNER)
    refused(project, NotFoundError, lambda: complete(project, "first-import", actor=outsider))
    refused(
        project,
        PermissionDeniedError,
        lambda: complete(project, "first-import", actor=make_actor(Role.VIEWER, workspace=scene.workspace)),
    )


def test_a_change_takes_a_constant_number_of_statements(project: Running, django_assert_max_num_queries: Any) -> None:
    complete(project, "sales-handoff")
    # One is the days that passed, two look after the first win, whose date moves.
    with django_assert_max_num_queries(statements(postgresql=13, sqlite=23)):
        complete(project, "kickoff", days=14)


def test_a_number_beyond_all_numbers_is_no_answer(project: Running) -> None:
    refused(project, NotFinishedError, lambda: complete(project, "company-form", result={"users": 10**400}))


def test_only_the_team_notes_when_a_meeting_is_and_nobody_changes_the_plan_meanwhile(project: Running) -> None:
    scene, task_id = project.scene, project.task("kickoff").id
    meeting_at = scene.at + timedelta(days=2)
    for actor in (scene.contact, make_actor(Role.VIEWER, workspace=scene.workspace)):
        refused(
            project,
            PermissionDeniedError,
            lambda actor=actor: tasks.note_meeting(  # type: ignore[misc]
                actor=actor, task_id=task_id, meeting_at=meeting_at, at=scene.at
            ),
        )
    with locking_projects_first():
        tasks.note_meeting(actor=scene.specialist, task_id=task_id, meeting_at=meeting_at, at=scene.at)
    assert project.task("kickoff").meeting_at == meeting_at

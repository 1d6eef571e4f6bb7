"""Projects as a whole: holds, completion, cancellation, the first win, roles."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from firstwin.jobs.models import Timer
from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts import (
    PersonRef,
    ProjectState,
    ReasonSide,
    Standing,
    TaskState,
    UnmetCriteriaError,
    WrongStateError,
)
from firstwin.projects.contracts.changes import TaskMove
from firstwin.projects.models import Hold
from firstwin.projects.operations import changes, lifecycle, tasks
from firstwin.projects.queries import day_counts, plans
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import CalendarSpec, Pause, parse_span
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.identity import recorded
from tests.factories.projects import Running, example_definition, launch_example, make_scene
from tests.projects.test_steering import dates_of, march, save, set_for_a_week, timing
from tests.projects.test_tasks import complete, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Running:
    return launch_example()


def timers(project: Running) -> list[Any]:
    return list(Timer.objects.filter(owner=f"project:{project.id}").values_list("name", "at"))


def hold(project: Running, *, days: int = 0, **fields: Any) -> None:
    wanted = {"side": ReasonSide.CUSTOMER, "reason": "Budget freeze", **fields}
    at = project.scene.at + timedelta(days=days)
    lifecycle.hold_project(actor=project.scene.specialist, project_id=project.id, at=at, **wanted)


def resume(project: Running, *, days: int) -> None:
    at = project.scene.at + timedelta(days=days)
    lifecycle.resume_project(actor=project.scene.specialist, project_id=project.id, at=at)


def test_a_hold_stops_the_clock_and_a_resumption_moves_what_was_ahead(project: Running) -> None:
    changes.move_task(
        actor=project.scene.specialist,
        task_id=project.task("first-import").id,
        move=TaskMove(due_at=project.task("first-import").due_at),
        at=project.scene.at,
    )
    before = {key: project.task(key).due_at for key in ("company-form", "kickoff", "provision", "first-import")}
    assert timers(project)
    hold(project, days=1)
    assert timers(project) == []
    summary = project.detail(project.scene.at + timedelta(days=6)).summary
    assert (summary.standing, summary.standing_reason) == (Standing.ON_HOLD, "On hold since 3 March: Budget freeze")
    assert summary.late_count == 0
    resume(project, days=8)
    for key, due_at in before.items():
        assert project.task(key).due_at == due_at + timedelta(days=7), key
    assert project.task("sales-handoff").due_at < project.scene.at + timedelta(days=1)
    assert timers(project) == [("next", project.row().next_wake_at)]
    row = Hold.objects.for_actor(project.scene.manager).get()
    assert (row.side, row.ended_at) == ("customer", project.scene.at + timedelta(days=8))
    complete(project, "sales-handoff", days=8)
    assert project.task("kickoff").due_at == before["kickoff"] + timedelta(days=7)
    assert [name for name in recorded(project.scene.manager) if name.startswith("project.")][:4] == [
        "project.launched",
        "project.held",
        "project.resumed",
        "project.rescheduled",
    ]


@pytest.mark.parametrize("days", range(1, 9))
def test_a_resumption_keeps_the_working_days_of_what_was_set_by_hand(project: Running, days: int) -> None:
    set_for_a_week(project)
    hold(project)
    at = project.scene.at + timedelta(days=days)
    plan = plans.load_plan(project.scene.specialist, project.row())
    forecast = day_counts.held(plan.facts(), Pause(start_at=project.scene.at, end_at=at))
    resume(project, days=days)
    start_at, due_at = dates_of(project, "provision")
    assert start_at == march(16 + days + {5: 2, 6: 1}.get(days, 0))
    before = start_at.date() - timedelta(days=1)
    assert scheduling_queries.working_days(CalendarSpec(), before, due_at.date()) == 5
    assert due_at.hour == 17
    told = next(task for task in forecast.tasks if task.key == "provision")
    assert (told.start_at, told.due_at) == (start_at, due_at)


def test_a_start_set_by_hand_moves_alone_where_the_end_follows_the_plan(project: Running) -> None:
    save(project, timing(project, "provision", start_at=march(16)))
    hold(project)
    resume(project, days=5)
    assert dates_of(project, "provision") == (march(23), march(25, 17))


def test_only_what_runs_is_held_and_only_what_is_held_goes_on(project: Running) -> None:
    refused(project, WrongStateError, lambda: resume(project, days=1))
    refused(project, InvalidInputError, lambda: hold(project, reason=" "))
    hold(project)
    refused(project, WrongStateError, lambda: hold(project))


def test_work_may_go_on_while_a_project_is_held(project: Running) -> None:
    hold(project)
    complete(project, "company-form", actor=project.scene.contact, result={"users": 1})
    assert project.row().done_count == 1
    assert timers(project) == []


def finish_everything(project: Running) -> None:
    for stage in project.detail().stages:
        for task in stage.tasks:
            if task.state is not TaskState.DONE:
                tasks.mark_task_not_applicable(
                    actor=project.scene.manager, task_id=task.id, reason="Test", at=project.scene.at
                )


def end(project: Running, actor: Any = None, **fields: Any) -> None:
    lifecycle.complete_project(
        actor=actor or project.scene.specialist,
        project_id=project.id,
        at=project.scene.at + timedelta(days=30),
        **fields,
    )


def test_completion_needs_its_criteria_or_a_manager_with_a_reason(project: Running) -> None:
    error = refused(project, UnmetCriteriaError, lambda: end(project))
    assert [problem.place for problem in error.problems] == ["required_tasks", "agreed"]
    assert error.problems[0].message.endswith("and 6 more")
    refused(project, PermissionDeniedError, lambda: end(project, override_reason="I say so"))
    end(project, project.scene.manager, override_reason="The customer is happy")
    row = project.row()
    assert (row.state, row.state_reason, row.completed_at is not None) == ("completed", "The customer is happy", True)
    assert project.task("kickoff").state == TaskState.CANCELLED
    assert timers(project) == []
    assert recorded(project.scene.manager)[-1] == "project.completed"
    refused(project, WrongStateError, lambda: complete(project, "company-form", result={"users": 1}))


def test_what_is_done_and_confirmed_completes(project: Running) -> None:
    finish_everything(project)
    criteria = {row.key: (row.is_met, row.reason) for row in project.detail().completion}
    assert criteria == {
        "required_tasks": (True, "Every required task is done"),
        "agreed": (False, "Nobody has confirmed it"),
    }
    refused(project, UnmetCriteriaError, lambda: end(project))
    end(project, confirmed=("agreed",))
    assert project.detail().summary.standing is Standing.DONE


def test_a_playbook_without_criteria_asks_for_its_required_tasks() -> None:
    project = launch_example(make_scene(example_definition(completion=())))
    refused(project, UnmetCriteriaError, lambda: end(project))
    finish_everything(project)
    end(project)
    assert project.row().state == ProjectState.COMPLETED


def test_a_cancelled_project_can_be_reopened_with_the_tasks_it_cancelled(project: Running) -> None:
    complete(project, "sales-handoff")
    hold(project)
    actor, at = project.scene.specialist, project.scene.at
    refused(
        project,
        InvalidInputError,
        lambda: lifecycle.cancel_project(actor=actor, project_id=project.id, reason="", at=at),
    )
    lifecycle.cancel_project(actor=actor, project_id=project.id, reason="They were bought", at=at)
    assert project.detail().summary.standing_reason == "They were bought"
    assert timers(project) == []
    lifecycle.reopen_project(actor=actor, project_id=project.id, reason="They came back", at=at)
    row = project.row()
    assert (row.state, row.held_since, row.cancelled_at) == ("active", None, None)
    assert project.task("kickoff").state == TaskState.OPEN
    assert project.task("sales-handoff").state == TaskState.DONE
    assert timers(project)


def test_the_first_win_is_recorded_once_with_its_evidence(project: Running) -> None:
    at = project.scene.at + timedelta(days=21, hours=3)
    record = lambda evidence: lifecycle.record_first_value(  # noqa: E731
        actor=project.scene.specialist, project_id=project.id, evidence=evidence, at=at
    )
    refused(project, InvalidInputError, lambda: record(" "))
    record("Report 7")
    record("Report 8")
    row = project.row()
    assert (row.first_value_at, row.first_value_evidence) == (at, "Report 7")
    assert project.task("first-report").state == TaskState.DONE
    assert recorded(project.scene.manager).count("project.first_value_reached") == 1


def test_the_first_win_is_near_once_what_it_waits_for_is_done_or_its_day_has_come(project: Running) -> None:
    scene, task_id = project.scene, project.task("first-import").id
    assert not project.detail().is_first_win_near
    assert project.detail(project.task("first-report").due_at).is_first_win_near
    tasks.complete_task(actor=scene.manager, task_id=task_id, at=scene.at)
    assert project.detail().is_first_win_near
    lifecycle.record_first_value(actor=scene.manager, project_id=project.id, evidence="Report 7", at=scene.at)
    assert not project.detail(project.task("first-report").due_at).is_first_win_near


def test_no_first_win_is_near_in_a_plan_without_one_and_one_that_waits_for_nothing_has_its_day() -> None:
    first, second, third = example_definition().stages
    without = launch_example(make_scene(example_definition(stages=(first, second))))
    assert not without.detail(without.scene.at + timedelta(days=900)).is_first_win_near
    alone = replace(third, tasks=(third.tasks[0], replace(third.tasks[1], after=(), duration=parse_span("5wd"))))
    project = launch_example(make_scene(example_definition(stages=(first, second, alone))))
    due_at = project.task("first-report").due_at
    assert not project.detail(due_at - timedelta(minutes=1)).is_first_win_near
    assert project.detail(due_at).is_first_win_near


def test_a_plan_without_a_first_win_says_so() -> None:
    first, second, _ = example_definition().stages
    project = launch_example(make_scene(example_definition(stages=(first, second))))
    refused(
        project,
        WrongStateError,
        lambda: lifecycle.record_first_value(
            actor=project.scene.manager, project_id=project.id, evidence="Yes", at=project.scene.at
        ),
    )


def test_another_person_takes_a_role_with_its_open_tasks(project: Running) -> None:
    complete(project, "sales-handoff")
    scene = project.scene
    person = PersonRef(side=Side.VENDOR, id=scene.manager.id, name="")  # type: ignore[arg-type]

    def fill(role: str, who: PersonRef | None) -> None:
        lifecycle.fill_role(actor=scene.specialist, project_id=project.id, role=role, person=who, at=scene.at)

    refused(project, InvalidInputError, lambda: fill("sponsor", person))
    refused(project, NotFoundError, lambda: fill("nobody", person))
    fill("csm", person)
    assert project.task("kickoff").assignee_name == scene.manager.name
    assert project.task("sales-handoff").assignee_name == scene.specialist.name
    assert project.row().owner_id == scene.manager.id
    fill("csm", None)
    assert project.task("kickoff").assignee_name == ""
    assert "project.role_filled" in recorded(scene.manager)


def test_contacts_and_readers_steer_nothing(project: Running) -> None:
    scene = project.scene
    for action in (
        lambda: lifecycle.hold_project(
            actor=scene.contact, project_id=project.id, side=ReasonSide.CUSTOMER, reason="x", at=scene.at
        ),
        lambda: lifecycle.cancel_project(actor=scene.contact, project_id=project.id, reason="x", at=scene.at),
        lambda: end(project, scene.contact),
        lambda: lifecycle.record_first_value(actor=scene.contact, project_id=project.id, evidence="x", at=scene.at),
        lambda: lifecycle.fill_role(actor=scene.contact, project_id=project.id, role="csm", person=None, at=scene.at),
    ):
        refused(project, PermissionDeniedError, action)

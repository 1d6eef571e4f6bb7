"""Plans from a wished end: what has to start when, what is too late, and the end that a project is held to."""

from datetime import date, timedelta

import pytest

from firstwin.identity.contracts import Role
from firstwin.projects.contracts import WrongStateError
from firstwin.projects.contracts.wishes import Wish
from firstwin.projects.operations import launch, lifecycle, targets
from firstwin.projects.queries import preview, wishes
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.http import key_client, problem_of
from tests.factories.identity import actor_for, make_member, recorded
from tests.factories.projects import Running, launch_example, make_scene, new_project
from tests.factories.updates import rows_of
from tests.projects.test_tasks import complete

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Running:
    return launch_example()


def wish(project: Running, end_on: date) -> Wish:
    return wishes.get_wish(actor=project.scene.manager, project_id=project.id, end_on=end_on, at=project.scene.at)


def end_of(project: Running) -> date:
    return project.row().planned_end_at.date()


def test_a_late_end_can_be_kept_and_says_what_has_to_start_when(project: Running) -> None:
    found = wish(project, end_of(project) + timedelta(days=28))
    assert found.is_possible
    assert not found.contradictions
    by_name = {task.name: task for task in found.tasks}
    assert by_name["Import your data"].start_by > project.task("first-import").start_at
    assert by_name["Provision the platform"].due_by <= by_name["Approve the plan"].start_by
    assert [task.start_by for task in found.tasks] == sorted(task.start_by for task in found.tasks)
    assert max(task.due_by for task in found.tasks) <= found.end_at


def test_an_end_that_is_too_early_names_what_is_too_late_and_why(project: Running) -> None:
    found = wish(project, end_of(project) - timedelta(days=3))
    assert not found.is_possible
    assert found.possible_end_at > found.end_at
    assert any("cannot end on" in text or "would have to start" in text for text in found.contradictions)
    assert "Import your data" in [task.name for task in found.late]
    assert all("cannot start before" in task.problem for task in found.late)


def test_a_wished_day_of_one_task_counts_back_from_it_and_leaves_its_time_to_what_comes_after(project: Running) -> None:
    scene, task = project.scene, project.task("provision")

    def by(end_on: date) -> Wish:
        return wishes.get_wish(actor=scene.manager, project_id=project.id, end_on=end_on, at=scene.at, task_id=task.id)

    later = by(task.due_at.date() + timedelta(days=14))
    assert (later.is_possible, later.possible_end_at, later.contradictions) == (True, task.due_at, ())
    by_name = {one.name: one for one in later.tasks}
    assert by_name[task.name].due_by == later.end_at
    assert by_name["Import your data"].start_by > later.end_at
    assert by_name["Import your data"].due_by - later.end_at >= project.task("first-import").due_at - task.due_at
    sooner = by(scene.at.date())
    assert not sooner.is_possible
    assert task.name in [one.name for one in sooner.late]


def test_a_wished_day_that_breaks_a_promise_says_which(project: Running) -> None:
    scene, kickoff = project.scene, project.task("kickoff")
    end_on = kickoff.due_at.date() + timedelta(days=14)
    found = wishes.get_wish(actor=scene.manager, project_id=project.id, end_on=end_on, at=scene.at, task_id=kickoff.id)
    assert [one.name for one in found.late] == ["Kickoff call"]
    assert "promised within 7 days of signature" in found.late[0].problem


def test_only_an_open_task_of_the_project_can_be_wished_for(project: Running) -> None:
    complete(project, "sales-handoff")
    for task in (project.task("sales-handoff"), launch_example().task("kickoff")):
        with pytest.raises(NotFoundError):
            wishes.get_wish(
                actor=project.scene.manager,
                project_id=project.id,
                end_on=end_of(project),
                at=project.scene.at,
                task_id=task.id,
            )


def test_time_that_passed_makes_an_end_impossible(project: Running) -> None:
    end_on = end_of(project)
    assert wish(project, end_on).possible_end_at.date() == end_on
    later = project.scene.at + timedelta(days=21)
    found = wishes.get_wish(actor=project.scene.manager, project_id=project.id, end_on=end_on, at=later)
    assert found.possible_end_at.date() > end_on
    assert not found.is_possible


def test_what_is_done_needs_no_start_any_more(project: Running) -> None:
    complete(project, "sales-handoff")
    found = wish(project, end_of(project) + timedelta(days=28))
    assert "Talk to sales" not in [task.name for task in found.tasks]


def test_looking_writes_nothing_and_is_for_the_team(project: Running) -> None:
    before = rows_of(project.scene, project.id)
    wish(project, end_of(project))
    assert rows_of(project.scene, project.id) == before
    for actor, error in (
        (project.scene.contact, PermissionDeniedError),
        (launch_example().scene.manager, NotFoundError),
    ):
        with pytest.raises(error):
            wishes.get_wish(actor=actor, project_id=project.id, end_on=end_of(project), at=project.scene.at)


def test_a_project_is_held_to_another_end_and_its_plan_stays(project: Running) -> None:
    before, end_on = rows_of(project.scene, project.id), end_of(project) + timedelta(days=60)
    for _ in range(2):
        targets.set_target(actor=project.scene.specialist, project_id=project.id, end_on=end_on, at=project.scene.at)
    assert project.row().target_end_at.date() <= end_on
    after = rows_of(project.scene, project.id)
    assert (after["tasks"], after["stages"], after["links"]) == (before["tasks"], before["stages"], before["links"])
    assert recorded(project.scene.manager).count("project.anchor_moved") == 1
    assert project.row().forecast_due_at == project.scene.at


def test_a_target_that_cannot_be_is_refused(project: Running) -> None:
    target, facts = project.row().target_end_at, recorded(project.scene.manager)
    viewer = actor_for(make_member(Role.VIEWER, workspace=project.scene.workspace))
    day = end_of(project)
    at = project.scene.at
    with pytest.raises(InvalidInputError):
        targets.set_target(actor=project.scene.specialist, project_id=project.id, end_on=date(2020, 1, 1), at=at)
    for actor in (viewer, project.scene.contact):
        with pytest.raises(PermissionDeniedError):
            targets.set_target(actor=actor, project_id=project.id, end_on=day, at=at)
    with pytest.raises(NotFoundError):
        targets.set_target(actor=launch_example().scene.specialist, project_id=project.id, end_on=day, at=at)
    assert project.row().target_end_at == target
    assert recorded(project.scene.manager) == facts
    lifecycle.cancel_project(actor=project.scene.manager, project_id=project.id, reason="They left.", at=at)
    with pytest.raises(WrongStateError):
        targets.set_target(actor=project.scene.specialist, project_id=project.id, end_on=day, at=at)


def test_a_launch_towards_an_end_says_what_that_asks_for_and_takes_it_as_target() -> None:
    scene = make_scene()
    usual = preview.preview_launch(actor=scene.specialist, new=new_project(scene), at=scene.at)
    assert usual.wish is None
    soon = usual.planned_end_at.date() - timedelta(days=5)
    tried = preview.preview_launch(actor=scene.specialist, new=new_project(scene, finish_on=soon), at=scene.at)
    assert tried.wish is not None
    assert not tried.wish.is_possible
    assert tried.planned_end_at == usual.planned_end_at
    late = usual.planned_end_at.date() + timedelta(days=30)
    project_id = launch.launch_project(actor=scene.specialist, new=new_project(scene, finish_on=late), at=scene.at)
    row = Running(scene=scene, id=project_id).row()
    assert row.target_end_at.date() <= late < row.target_end_at.date() + timedelta(days=4)
    assert row.planned_end_at == usual.planned_end_at


def test_wishes_and_targets_over_http(project: Running) -> None:
    client = key_client(workspace=project.scene.workspace)
    base = f"/api/v1/projects/{project.id}"
    day = (end_of(project) + timedelta(days=900)).isoformat()
    found = client.get(f"{base}/plan/backwards?end_on={day}")
    assert found.status_code == 200
    assert {task["name"] for task in found.json()["tasks"]} >= {"Import your data", "Kickoff call"}
    assert client.post(f"{base}/target", {"end_on": day}, "application/json").status_code == 204
    assert project.row().target_end_at.date().isoformat() <= day
    assert client.post(f"{base}/target", {"end_on": "2020-01-01"}, "application/json").status_code == 422


@pytest.mark.parametrize("year", [1081, 3218])
def test_a_year_that_no_plan_reaches_is_a_slip_and_changes_nothing(project: Running, year: int) -> None:
    client = key_client(workspace=project.scene.workspace)
    problem = problem_of(client.get(f"/api/v1/projects/{project.id}/plan/backwards?end_on={year}-08-03"), 422)
    assert problem["remedy"] == "Look at the year."
    task = project.task("first-import")
    before = (task.start_at, task.due_at, project.row().planned_end_at)
    far = {"start_at": f"{year}-11-23T08:00:00Z", "due_at": f"{year}-11-24T08:30:48Z"}
    problem_of(client.post(f"/api/v1/tasks/{task.id}/move", far, "application/json"), 422)
    steered = {"timings": [{"task_id": str(task.id), "not_before_at": far["start_at"]}]}
    refused = client.post(f"/api/v1/projects/{project.id}/plan/changes", steered, "application/json")
    assert [error["place"] for error in problem_of(refused, 422)["errors"]] == ["not_before_at"]
    after = project.task("first-import")
    assert (after.start_at, after.due_at, project.row().planned_end_at) == before


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1990-01-01T09:00:00Z"])
def test_an_instant_that_no_plan_reaches_is_refused_wherever_it_is_given(project: Running, at: str) -> None:
    client = key_client(workspace=project.scene.workspace)
    base, task = f"/api/v1/projects/{project.id}", project.task("first-import")
    before = (task.start_at, task.due_at, project.row().started_at, project.row().planned_end_at)
    for field in ("start_at", "due_at"):
        problem_of(client.post(f"/api/v1/tasks/{task.id}/move", {field: at}, "application/json"), 422)
        for more in ({}, {"on_working_days": True}):
            steered = {"timings": [{"task_id": str(task.id), field: at, **more}]}
            problem_of(client.post(f"{base}/plan/changes", steered, "application/json"), 422)
    for anchor in ("project_start", "signature", "kickoff"):
        move = {"anchor": anchor, "to_at": at, "following": "shift_all"}
        problem = problem_of(client.post(f"{base}/plan/anchors", move, "application/json"), 422)
        assert [error["place"] for error in problem["errors"]] == ["to_at"]
    stage = str(project.detail().stages[0].id)
    problem_of(client.post(f"{base}/tasks", {"stage_id": stage, "name": "x", "start_at": at}, "application/json"), 422)
    after = project.task("first-import")
    assert (after.start_at, after.due_at, project.row().started_at, project.row().planned_end_at) == before


def test_an_instant_without_its_zone_is_refused(project: Running) -> None:
    client, task = key_client(workspace=project.scene.workspace), project.task("first-import")
    for field in ("start_at", "due_at"):
        said = {field: "2026-03-20T09:00:00"}
        problem_of(client.post(f"/api/v1/tasks/{task.id}/move", said, "application/json"), 422)
        new = {"stage_id": str(project.detail().stages[0].id), "name": "Extra", **said}
        problem_of(client.post(f"/api/v1/projects/{project.id}/tasks", new, "application/json"), 422)
    assert project.task("first-import").version == task.version

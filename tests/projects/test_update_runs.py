"""Many projects brought to a newer version by one rule."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest

from firstwin.identity.contracts import Role, system_actor
from firstwin.identity.operations import members
from firstwin.projects.contracts import ReasonSide
from firstwin.projects.contracts.changes import BulkChange, BulkVerb, TaskPatch
from firstwin.projects.contracts.updates import Decision, RunOutcome, UpdateAspect, UpdateGroup, UpdateRule, UpdateScope
from firstwin.projects.operations import bulk, changes, lifecycle, update_runs
from firstwin.projects.queries import updates as queries
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.counting import locking_projects_first
from tests.factories.identity import make_actor, recorded
from tests.factories.projects import Running, launch_example, make_scene
from tests.factories.updates import next_version, richer, rows_of

pytestmark = pytest.mark.django_db
Run = Callable[[datetime], int]
ALL = UpdateRule(take=(UpdateGroup.ADDED, UpdateGroup.REMOVED, UpdateGroup.CHANGED))


@pytest.fixture
def projects() -> list[Running]:
    scene = make_scene()
    return [launch_example(scene) for _ in range(3)]


def start(project: Running, rule: UpdateRule = ALL, *, is_trial: bool = False, **scope: object) -> UUID:
    return update_runs.start_run(
        actor=project.scene.manager,
        playbook_id=project.row().playbook_id,
        rule=rule,
        scope=UpdateScope(**scope),  # type: ignore[arg-type]
        is_trial=is_trial,
        at=project.scene.at,
    )


def outcomes(project: Running, run_id: UUID) -> list[RunOutcome]:
    return [row.outcome for row in queries.list_results(actor=project.scene.manager, run_id=run_id)]


def test_every_project_is_updated_in_the_background_and_told_apart(projects: list[Running], run_jobs: Run) -> None:
    scene = projects[0].scene
    form = projects[1].task("company-form")
    changes.edit_task(actor=scene.specialist, task_id=form.id, patch=TaskPatch(name="Who are you?"), at=scene.at)
    next_version(projects[0], richer())
    outdated = queries.find_outdated(actor=scene.manager, playbook_id=projects[0].row().playbook_id)
    assert outdated is not None
    assert (outdated.total, outdated.latest_number) == (3, 2)
    run_id = start(projects[0])
    assert queries.get_run(actor=scene.manager, run_id=run_id).done == 0
    run_jobs(scene.at)
    run = queries.get_run(actor=scene.manager, run_id=run_id)
    assert (run.done, run.total, run.outcomes) == (3, 3, {RunOutcome.UPDATED: 2, RunOutcome.PARTLY: 1})
    assert run.finished_at is not None
    assert [project.row().playbook_number for project in projects] == [2, 1, 2]
    assert projects[1].task("security-review")
    assert recorded(scene.manager).count("project.playbook_updated") == 3
    partly = queries.list_results(actor=scene.manager, run_id=run_id)[0]
    assert (partly.outcome, partly.left, partly.conflicts) == (RunOutcome.PARTLY, 1, 1)


def test_a_step_locks_its_projects_as_every_change_of_several_does(projects: list[Running]) -> None:
    scene = projects[0].scene
    next_version(projects[0], richer())
    run_id = start(projects[0])
    with locking_projects_first():
        update_runs.advance_run(actor=system_actor(scene.workspace.id), run_id=run_id, at=scene.at)
    ids = [project.id for project in projects]
    with locking_projects_first():
        lifecycle.hold_projects(
            actor=scene.specialist, project_ids=ids, side=ReasonSide.VENDOR, reason="Holidays", at=scene.at
        )
    with locking_projects_first():
        lifecycle.resume_projects(actor=scene.specialist, project_ids=ids, at=scene.at)
    change = BulkChange(verb=BulkVerb.START, task_ids=tuple(project.task("kickoff").id for project in projects))
    with locking_projects_first():
        bulk.change_tasks(actor=scene.specialist, change=change, at=scene.at)


def test_a_trial_says_the_same_and_changes_nothing(projects: list[Running], run_jobs: Run) -> None:
    next_version(projects[0], richer())
    run_jobs(projects[0].scene.at)
    before = [rows_of(project.scene, project.id) for project in projects]
    run_id = start(projects[0], is_trial=True)
    run_jobs(projects[0].scene.at)
    assert outcomes(projects[0], run_id) == [RunOutcome.UPDATED] * 3
    results = queries.list_results(actor=projects[0].scene.manager, run_id=run_id)
    assert all(row.end_after is not None and row.end_before is not None for row in results)
    assert [rows_of(project.scene, project.id) for project in projects] == before
    assert queries.list_runs(actor=projects[0].scene.manager, playbook_id=projects[0].row().playbook_id) == ()


def test_a_project_whose_end_moves_too_far_is_left_alone(projects: list[Running], run_jobs: Run) -> None:
    next_version(projects[0], richer())
    rule = UpdateRule(take=(UpdateGroup.ADDED,), aspects=(UpdateAspect.TEXT,), most_days=2)
    run_id = start(projects[0], rule)
    run_jobs(projects[0].scene.at)
    assert outcomes(projects[0], run_id) == [RunOutcome.SKIPPED] * 3
    assert "the rule allows 2" in queries.list_results(actor=projects[0].scene.manager, run_id=run_id)[0].text
    assert projects[0].row().task_count == 9


def test_a_step_that_runs_twice_changes_nothing_more(projects: list[Running], run_jobs: Run) -> None:
    next_version(projects[0], richer())
    run_id = start(projects[0], UpdateRule(conflicts=Decision.REFUSE))
    run_jobs(projects[0].scene.at)
    before = rows_of(projects[0].scene, projects[0].id)
    update_runs.advance_run(actor=projects[0].scene.manager, run_id=run_id, at=projects[0].scene.at)
    assert rows_of(projects[0].scene, projects[0].id) == before
    assert len(outcomes(projects[0], run_id)) == 3


def test_a_run_of_somebody_who_left_meanwhile_ends_and_changes_nothing(projects: list[Running], run_jobs: Run) -> None:
    scene = projects[0].scene
    next_version(projects[0], richer())
    run_id = start(projects[0])
    assert scene.manager.id is not None
    owner = make_actor(Role.OWNER, workspace=scene.workspace)
    members.deactivate_member(actor=owner, member_id=scene.manager.id, at=scene.at)
    run_jobs(scene.at)
    run = queries.get_run(actor=owner, run_id=run_id)
    assert (run.done, run.outcomes, run.finished_at) == (3, {RunOutcome.FAILED: 3}, scene.at)
    assert "not an active member" in queries.list_results(actor=owner, run_id=run_id)[0].text
    assert [project.row().playbook_number for project in projects] == [1, 1, 1]


def test_only_managers_and_only_with_sense(projects: list[Running]) -> None:
    scene = projects[0].scene
    playbook_id = projects[0].row().playbook_id
    with pytest.raises(InvalidInputError, match="No running project"):
        start(projects[0])
    next_version(projects[0], richer())
    with pytest.raises(InvalidInputError, match="change nothing"):
        start(projects[0], UpdateRule(take=(), aspects=()))
    with pytest.raises(InvalidInputError, match="less than no days"):
        start(projects[0], UpdateRule(most_days=-1))
    with pytest.raises(InvalidInputError, match="No running project"):
        start(projects[0], segment="enterprise")
    with pytest.raises(PermissionDeniedError):
        update_runs.start_run(
            actor=scene.specialist, playbook_id=playbook_id, rule=ALL, scope=UpdateScope(), is_trial=False, at=scene.at
        )
    assert queries.list_runs(actor=scene.manager, playbook_id=playbook_id) == ()
    with pytest.raises(NotFoundError):
        queries.get_run(actor=scene.manager, run_id=playbook_id)

"""Tasks that usage proves: looked after from the launch on, finished with the evidence, opened again by people only."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from firstwin.identity.contracts import system_actor
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import TaskKind, UsageSettings
from firstwin.projects.contracts import TaskState
from firstwin.projects.contracts.changes import TaskPatch
from firstwin.projects.operations import changes, launch, lifecycle, scope, tasks, updates
from firstwin.projects.queries import portal, proofs
from firstwin.projects.queries import updates as update_queries
from firstwin.usage.contracts.first_value import RulePlace
from firstwin.usage.contracts.goals import Goal, WatchState
from firstwin.usage.models import Watch
from firstwin.usage.operations import first_value, watches
from tests.factories.identity import recorded
from tests.factories.projects import SIGNED_AT, Running, launch_example, make_scene, new_project
from tests.factories.updates import everything, publish_next, review
from tests.factories.watches import did, place, proved_definition
from tests.usage.oracle import PlainStore

pytestmark = pytest.mark.django_db
RunJobs = Callable[[datetime], int]


@pytest.fixture
def store() -> PlainStore:
    return PlainStore()


@pytest.fixture
def project(store: PlainStore) -> Running:
    running = launch_example(make_scene(proved_definition()))
    place(store, running.scene.account, "acorn", at=running.scene.at)
    return running


def states(project: Running) -> dict[str, str]:
    keys = {project.task(key).id: key for key in ("active", "imported", "first-win")}
    rows = Watch.objects.for_actor(project.scene.manager).filter(owner_id__in=list(keys)).order_by("id")
    return {keys[row.owner_id]: row.state for row in rows}


def check(project: Running, store: PlainStore, run_jobs: RunJobs, *, days: float) -> int:
    at = project.scene.at + timedelta(days=days)
    actor = system_actor(project.scene.workspace.id)
    met = watches.check_account(actor=actor, account_id=project.scene.account.id, store=store, at=at)
    run_jobs(at)
    return met


def test_a_launch_looks_after_what_usage_proves(project: Running) -> None:
    assert states(project) == {"active": "open", "imported": "open", "first-win": "open"}
    row = Watch.objects.for_actor(project.scene.manager).get(owner_id=project.task("first-win").id)
    assert row.is_first_value
    assert (row.playbook_id, row.own_goal) == (project.row().playbook_id, {"events": ["report_run"]})
    assert row.since == project.scene.at
    assert row.due_at == project.task("first-win").due_at


def test_usage_finishes_tasks_and_the_first_win_counts_from_when_it_was(
    project: Running, store: PlainStore, run_jobs: RunJobs
) -> None:
    at, account = project.scene.at, project.scene.account
    did(store, account, "data_imported", at=at + timedelta(days=1))
    did(store, account, "report_run", at=at - timedelta(days=3))
    assert check(project, store, run_jobs, days=2) == 0
    assert project.task("imported").state == TaskState.OPEN
    did(store, account, "data_imported", at=at + timedelta(days=3), user="ben")
    did(store, account, "report_run", at=at + timedelta(days=4), user="cyd")
    assert check(project, store, run_jobs, days=6) == 3
    for key in ("imported", "active", "first-win"):
        task = project.task(key)
        assert task.state == TaskState.DONE
        assert task.finished_at == at + timedelta(days=6)
        assert task.evidence.startswith("Seen in usage: ")
    row = project.row()
    assert row.first_value_at == at + timedelta(days=4)
    assert "“report_run” was done once. Reached on 6 March 2026 at 09:00 UTC." in row.first_value_evidence
    names = recorded(project.scene.manager)
    assert names.count("usage_goal.met") == 3
    assert names.count("milestone.reached") == 1
    assert "project.first_value_reached" in names or "first_value.reached" in " ".join(names)
    assert check(project, store, run_jobs, days=7) == 0
    assert recorded(project.scene.manager).count("usage_goal.met") == 3


def since_of(running: Running) -> datetime:
    """From when on usage counts for the first win of a project."""
    return Watch.objects.for_actor(running.scene.manager).get(owner_id=running.task("first-win").id).since


def test_a_second_onboarding_proves_its_own_win(store: PlainStore, run_jobs: RunJobs) -> None:
    scene = make_scene(proved_definition(), contract_signed_at=SIGNED_AT - timedelta(days=700))
    place(store, scene.account, "acorn", at=scene.at - timedelta(days=700))
    did(store, scene.account, "report_run", at=scene.at - timedelta(days=300))
    first, second = launch_example(scene), launch_example(scene)
    assert since_of(first) == scene.account.contract_signed_at
    assert since_of(second) == second.row().started_at == scene.at
    check(second, store, run_jobs, days=1)
    assert first.task("first-win").state == TaskState.DONE
    assert second.task("first-win").state == TaskState.OPEN
    renamed = TaskPatch(name="The first report")
    task_id = second.task("first-win").id
    changes.edit_task(actor=scene.manager, task_id=task_id, patch=renamed, at=scene.at + timedelta(days=1))
    assert since_of(second) == scene.at
    did(store, scene.account, "report_run", at=scene.at + timedelta(days=2), user="ben")
    check(second, store, run_jobs, days=3)
    assert second.task("first-win").state == TaskState.DONE
    assert second.row().first_value_at == scene.at + timedelta(days=2)


def test_a_second_onboarding_that_goes_on_or_gets_another_rule_counts_from_its_start(run_jobs: RunJobs) -> None:
    scene = make_scene(proved_definition(), contract_signed_at=SIGNED_AT - timedelta(days=700))
    launch_example(scene)
    second = launch_example(scene)
    lifecycle.cancel_project(actor=scene.manager, project_id=second.id, reason="A slip", at=scene.at)
    lifecycle.reopen_project(actor=scene.manager, project_id=second.id, reason="After all", at=scene.at)
    assert since_of(second) == scene.at
    place_of_rule = RulePlace(account_id=scene.account.id)
    first_value.set_rule(actor=scene.manager, place=place_of_rule, goal=Goal(events=("data_imported",)), at=scene.at)
    run_jobs(scene.at)
    watch = Watch.objects.for_actor(scene.manager).get(owner_id=second.task("first-win").id)
    assert (watch.goal, watch.since) == ({"events": ["data_imported"]}, scene.at)


def test_of_two_onboardings_launched_together_one_is_the_first() -> None:
    scene = make_scene(proved_definition(), contract_signed_at=SIGNED_AT - timedelta(days=700))
    news = [new_project(scene), new_project(scene)]
    ids = launch.launch_projects(actor=scene.specialist, news=news, at=scene.at)
    rows = Watch.objects.for_actor(scene.manager).filter(is_first_value=True, account_id=scene.account.id)
    assert len(ids) == 2
    assert sorted(row.since for row in rows) == [scene.account.contract_signed_at, scene.at]


def test_what_is_withdrawn_opens_nothing_and_what_people_open_again_counts_anew(
    project: Running, store: PlainStore, run_jobs: RunJobs
) -> None:
    at, account = project.scene.at, project.scene.account
    did(store, account, "report_run", at=at + timedelta(days=1))
    check(project, store, run_jobs, days=2)
    assert project.task("first-win").state == TaskState.DONE
    store.delete_person(account.workspace_id, person="ada")
    check(project, store, run_jobs, days=3)
    assert project.task("first-win").state == TaskState.DONE
    assert states(project)["first-win"] == WatchState.MET
    did(store, account, "report_run", at=at + timedelta(days=3))
    task_id = project.task("first-win").id
    tasks.reopen_task(actor=project.scene.manager, task_id=task_id, at=at + timedelta(days=4), reason="not theirs")
    assert states(project)["first-win"] == WatchState.OPEN
    check(project, store, run_jobs, days=5)
    assert project.task("first-win").state == TaskState.OPEN or project.task("first-win").state == TaskState.IN_PROGRESS
    did(store, account, "report_run", at=at + timedelta(days=6))
    check(project, store, run_jobs, days=7)
    assert project.task("first-win").state == TaskState.DONE
    assert project.row().first_value_at == at + timedelta(days=6)


def test_nothing_is_looked_after_that_is_over(project: Running, store: PlainStore, run_jobs: RunJobs) -> None:
    at, manager = project.scene.at, project.scene.manager
    tasks.complete_task(actor=manager, task_id=project.task("imported").id, at=at, evidence="I saw it")
    tasks.mark_task_not_applicable(actor=manager, task_id=project.task("active").id, reason="one user", at=at)
    assert states(project) == {"active": "ended", "imported": "ended", "first-win": "open"}
    lifecycle.cancel_project(actor=manager, project_id=project.id, reason="no budget", at=at)
    assert states(project)["first-win"] == "ended"
    did(store, project.scene.account, at=at + timedelta(days=1))
    assert check(project, store, run_jobs, days=2) == 0
    lifecycle.reopen_project(actor=manager, project_id=project.id, reason="budget is back", at=at + timedelta(days=3))
    assert states(project) == {"active": "ended", "imported": "ended", "first-win": "open"}
    assert check(project, store, run_jobs, days=4) == 1
    assert project.task("first-win").state == TaskState.DONE


def test_a_fact_that_comes_twice_or_too_late_changes_nothing(
    project: Running, store: PlainStore, run_jobs: RunJobs
) -> None:
    at = project.scene.at
    did(store, project.scene.account, at=at + timedelta(days=1))
    actor = system_actor(project.scene.workspace.id)
    watches.check_account(actor=actor, account_id=project.scene.account.id, store=store, at=at + timedelta(days=2))
    lifecycle.cancel_project(actor=project.scene.manager, project_id=project.id, reason="no budget", at=at)
    run_jobs(at + timedelta(days=2))
    assert project.task("first-win").state == TaskState.CANCELLED
    assert project.row().first_value_at is None


def test_the_nearest_rule_says_what_the_first_win_is(project: Running, store: PlainStore, run_jobs: RunJobs) -> None:
    at, manager, account = project.scene.at, project.scene.manager, project.scene.account
    task_id = project.task("first-win").id

    def wanted() -> object:
        return Watch.objects.for_actor(manager).get(owner_id=task_id).goal

    def rule(goal: Goal, **fields: object) -> None:
        first_value.set_rule(actor=manager, place=RulePlace(**fields), goal=goal, at=at)  # type: ignore[arg-type]
        run_jobs(at + timedelta(minutes=1))

    rule(Goal(users=40), segment=account.segment)
    assert wanted() == {"events": ["report_run"]}
    rule(Goal(users=30), playbook_id=project.row().playbook_id)
    assert wanted() == {"users": 30}
    rule(Goal(users=20), playbook_id=project.row().playbook_id, segment=account.segment)
    assert wanted() == {"users": 20}
    rule(Goal(users=2), account_id=account.id)
    assert wanted() == {"users": 2}
    did(store, account, "x", at=at + timedelta(days=1), user="ada")
    did(store, account, "x", at=at + timedelta(days=1), user="ben")
    check(project, store, run_jobs, days=2)
    assert project.task("first-win").state == TaskState.DONE


def test_how_far_it_is_is_told_to_the_team_and_in_plain_words_to_the_customer(
    project: Running, store: PlainStore, run_jobs: RunJobs
) -> None:
    at, scene = project.scene.at, project.scene
    did(store, scene.account, "x", at=at + timedelta(days=1))
    check(project, store, run_jobs, days=2)
    task_id = project.task("active").id
    found = proofs.get_proofs(actor=scene.manager, task_ids=[task_id])[task_id]
    assert (found.sentence, found.progress) == ("3 different users were active", "1 of 3 users active")
    assert found.percent == 33
    assert proofs.get_proofs(actor=scene.contact, task_ids=[task_id])[task_id].sentence == ""
    whole = portal.get_portal_project(actor=scene.contact, project_id=project.id, at=at)
    seen = next(task for stage in whole.stages for task in stage.tasks if task.id == task_id)
    assert seen.seen_in_usage == "1 of 3 users active"
    assert "goal" not in seen.settings


def looked_after(project: Running) -> dict[str, dict[str, object]]:
    """What is looked after for the tasks of a project now: the goal by the title."""
    rows = Watch.objects.for_actor(project.scene.manager).filter(state=WatchState.OPEN)
    return {row.title: row.goal for row in rows.order_by("id")}


def test_what_is_looked_after_bears_the_name_of_its_task_and_ends_with_its_goal(project: Running) -> None:
    manager, at = project.scene.manager, project.scene.at
    first, imported = project.task("first-win").id, project.task("imported").id
    for name in ("First board report", "First report of the board"):
        changes.edit_task(actor=manager, task_id=first, patch=TaskPatch(name=name), at=at)
        assert looked_after(project)[name] == {"events": ["report_run"]}
        assert len(looked_after(project)) == 3
    changes.edit_task(actor=manager, task_id=imported, patch=TaskPatch(settings={}), at=at)
    assert set(looked_after(project)) == {"Three people work with it", "First report of the board"}
    scope.remove_task(actor=manager, task_id=first, reason="not needed", at=at)
    assert set(looked_after(project)) == {"Three people work with it"}


def test_what_is_looked_after_follows_an_update_of_the_playbook_and_its_undoing(project: Running) -> None:
    scene, before = project.scene, looked_after(project)
    definition = playbook_queries.get_version(actor=scene.manager, version_id=scene.version_id).definition
    (stage,) = definition.stages
    active, imported, first = stage.tasks
    renamed = replace(first, name="The first report is there")
    by_hand = replace(imported, name="Data imported by hand", kind=TaskKind.TODO, settings=None)
    more = replace(active, key="more", name="Nine people", settings=UsageSettings(goal=Goal(users=9)))
    stages = (replace(stage, tasks=(by_hand, renamed, more)),)
    publish_next(scene.manager, project.row().playbook_id, replace(definition, stages=stages))
    decisions = everything(review(project))
    updates.apply_update(actor=scene.manager, project_id=project.id, decisions=decisions, at=scene.at)
    assert looked_after(project) == {
        "The first report is there": {"events": ["report_run"]},
        "Nine people": {"users": 9},
    }
    (update,) = update_queries.list_updates(actor=scene.manager, project_id=project.id)
    updates.undo_update(actor=scene.manager, update_id=update.id, at=scene.at)
    assert looked_after(project) == before

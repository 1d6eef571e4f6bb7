"""Taking the latest change of a plan back: dates, bounds, lengths and links, while nobody changed the plan since."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.identity.contracts import Role
from firstwin.projects.contracts import TaskState, WrongStateError
from firstwin.projects.contracts.changes import BulkChange, BulkVerb, TaskChange, TaskMove, TaskPatch
from firstwin.projects.contracts.steering import LinkChange, PlanChange, TimingPart
from firstwin.projects.contracts.updates import UndoGoneError
from firstwin.projects.models import LedgerEntry, PlanStep, TaskLink
from firstwin.projects.operations import bulk, changes, comments, lifecycle, undoing
from firstwin.projects.rules import steps
from firstwin.shared.errors import FirstwinError, NotFoundError, PermissionDeniedError
from tests.factories.http import key_client
from tests.factories.identity import actor_for, make_member, recorded
from tests.factories.projects import Running, launch_example
from tests.factories.updates import rows_of
from tests.projects.test_steering import new_link, save, timing
from tests.projects.test_tasks import complete

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
SAID = ("version", "changed_by", "change", "changed_at")


@pytest.fixture
def project() -> Running:
    return launch_example()


def plan_of(project: Running) -> dict[str, Any]:
    """Every row of the plan without the words about who changed it last."""
    rows = rows_of(project.scene, project.id)
    for row in rows["tasks"].values():
        for column in SAID:
            del row[column]
    return rows


def undo(project: Running, step_id: UUID | None = None) -> str:
    return undoing.undo_step(
        actor=project.scene.specialist, project_id=project.id, step_id=step_id, at=project.scene.at
    )


def refused(project: Running, error: type[FirstwinError], step_id: UUID | None = None) -> str:
    """Assert that nothing is taken back and nothing changes; return why."""
    before, facts = rows_of(project.scene, project.id), recorded(project.scene.manager)
    with pytest.raises(error) as caught:
        undo(project, step_id)
    assert rows_of(project.scene, project.id) == before
    assert recorded(project.scene.manager) == facts
    return str(caught.value)


def some_changes(project: Running) -> list[PlanChange]:
    link = TaskLink.objects.for_actor(project.scene.manager).get(successor_id=project.task("logo").id)
    start = project.task("logo").start_at
    return [
        timing(project, "kickoff", start_at=start + timedelta(days=1), due_at=start + timedelta(days=9)),
        timing(project, "provision", duration="20wd"),
        timing(project, "logo", not_before_at=LATER, must_finish_by_at=LATER),
        new_link(project, "logo", "first-import", lag="2wd"),
        PlanChange(changed=(LinkChange(link_id=link.id, type=link.type, lag="5wd"),)),
        PlanChange(removed=(link.id,)),
    ]


@pytest.mark.parametrize("number", range(6))
def test_whatever_was_steered_comes_back_exactly(project: Running, number: int) -> None:
    before, change = plan_of(project), some_changes(project)[number]
    effect = save(project, change)
    assert plan_of(project) != before
    assert undo(project, effect.step_id)
    assert plan_of(project) == before
    facts = recorded(project.scene.manager)
    assert facts.count("project.plan_change_undone") == 1
    assert project.row().planned_end_at == effect.end_before


def test_dates_given_back_to_the_plan_are_set_again(project: Running) -> None:
    start = project.task("logo").start_at + timedelta(days=3)
    save(project, timing(project, "logo", start_at=start))
    before = plan_of(project)
    save(project, timing(project, "logo", freed=(TimingPart.START,)))
    assert project.task("logo").start_at < start
    undo(project)
    assert plan_of(project) == before
    assert project.task("logo").is_start_fixed


def test_steps_are_taken_back_one_after_the_other_in_their_order(project: Running) -> None:
    states, done = [plan_of(project)], []
    for change in some_changes(project)[:4]:
        done.append(save(project, change).step_id)
        states.append(plan_of(project))
    why = refused(project, UndoGoneError, done[0])
    assert "Import your data" in why
    for state in reversed(states[:-1]):
        undo(project)
        assert plan_of(project) == state
    assert "no change of this plan" in refused(project, NotFoundError)


def test_a_step_is_taken_back_once(project: Running) -> None:
    step_id = save(project, timing(project, "logo", duration="9wd")).step_id
    what = undo(project, step_id)
    facts = recorded(project.scene.manager)
    assert undo(project, step_id) == what
    assert recorded(project.scene.manager) == facts
    refused(project, NotFoundError, uuid4())


def test_after_another_change_it_says_who_changed_what(project: Running) -> None:
    save(project, timing(project, "logo", duration="9wd"))
    complete(project, "sales-handoff")
    why = refused(project, UndoGoneError)
    assert "Talk to sales" in why
    assert project.scene.specialist.name in why
    assert project.task("sales-handoff").state == TaskState.DONE


def test_a_comment_is_no_change_of_the_plan(project: Running) -> None:
    before = project.task("logo").due_at
    save(project, timing(project, "logo", duration="9wd"))
    comments.add_comment(
        actor=project.scene.specialist,
        project_id=project.id,
        task_id=project.task("logo").id,
        body="Take your time.",
        at=project.scene.at,
    )
    undo(project)
    assert project.task("logo").due_at == before


def test_dates_from_the_form_of_a_task_and_of_many_tasks_come_back_too(project: Running) -> None:
    logo, before = project.task("logo"), plan_of(project)
    move = TaskMove(start_at=logo.start_at + timedelta(days=7), due_at=logo.due_at + timedelta(days=7))
    changes.change_task(
        actor=project.scene.specialist, task_id=logo.id, change=TaskChange(move=move), at=project.scene.at
    )
    change = BulkChange(verb=BulkVerb.MOVE_BY_DAYS, task_ids=(logo.id, project.task("provision").id), days=3)
    bulk.change_tasks(actor=project.scene.specialist, change=change, at=project.scene.at)
    undo(project)
    assert project.task("logo").due_at == move.due_at
    undo(project)
    assert plan_of(project) == before


def test_what_moves_no_date_is_no_step(project: Running) -> None:
    changes.edit_task(
        actor=project.scene.specialist,
        task_id=project.task("logo").id,
        patch=TaskPatch(name="Send us your emblem"),
        at=project.scene.at,
    )
    assert not PlanStep.objects.for_actor(project.scene.manager).exists()
    refused(project, NotFoundError)


def test_the_days_of_a_step_are_put_down_to_the_same_side_with_the_other_sign(project: Running) -> None:
    save(project, timing(project, "kickoff", due_at=project.task("kickoff").due_at + timedelta(days=14)))
    undo(project)
    lines = LedgerEntry.objects.for_actor(project.scene.manager).filter(project_id=project.id).order_by("position")
    first, second = [(line.side, line.reason, line.days) for line in lines]
    assert first[:2] == second[:2]
    assert first[2] == -second[2] > 0
    assert project.row().lost_days == 0


def test_only_those_who_change_plans_take_back_and_not_when_the_project_is_over(project: Running) -> None:
    save(project, timing(project, "logo", duration="9wd"))
    rows = rows_of(project.scene, project.id)
    viewer = actor_for(make_member(Role.VIEWER, workspace=project.scene.workspace))
    for actor in (viewer, project.scene.contact):
        with pytest.raises(PermissionDeniedError):
            undoing.undo_step(actor=actor, project_id=project.id, at=project.scene.at)
    with pytest.raises(NotFoundError):
        undoing.undo_step(actor=launch_example().scene.specialist, project_id=project.id, at=project.scene.at)
    assert rows_of(project.scene, project.id) == rows
    lifecycle.cancel_project(
        actor=project.scene.manager, project_id=project.id, reason="They left.", at=project.scene.at
    )
    refused(project, WrongStateError)


def test_it_is_taken_back_over_http(project: Running) -> None:
    client = key_client(workspace=project.scene.workspace)
    base = f"/api/v1/projects/{project.id}/plan"
    logo = project.task("logo")
    body = {"timings": [{"task_id": str(logo.id), "duration": "9wd"}]}
    step_id = client.post(f"{base}/changes", body, "application/json").json()["step_id"]
    done = client.post(f"{base}/undo", {"step_id": step_id}, "application/json")
    assert done.status_code == 200
    assert "Send us your logo" in done.json()["what"]
    assert project.task("logo").due_at == logo.due_at
    assert client.post(f"{base}/undo", {}, "application/json").status_code == 404


def test_what_was_taken_back_is_said_in_plain_words(project: Running) -> None:
    logo = project.task("logo")
    save(project, timing(project, "logo", duration="9wd", must_finish_by_at=LATER))
    assert undo(project) == "the length and latest end of “Send us your logo”"
    save(project, timing(project, "logo", start_at=logo.start_at + timedelta(days=7)))
    assert undo(project) == "the start of “Send us your logo”"
    link = TaskLink.objects.for_actor(project.scene.manager).filter(successor_id=project.task("provision").id).first()
    assert link is not None
    save(project, PlanChange(removed=(link.id,)))
    assert undo(project) == "the dependencies of “Provision the platform”"


def test_only_what_comes_back_is_named(project: Running) -> None:
    logo = project.task("logo")
    change = TaskChange(patch=TaskPatch(name="Your emblem"), move=TaskMove(due_at=logo.due_at + timedelta(days=7)))
    changes.change_task(actor=project.scene.specialist, task_id=logo.id, change=change, at=project.scene.at)
    assert undo(project) == "the end of “Your emblem”"


@given(st.lists(st.text(max_size=400), max_size=9))
def test_a_change_is_named_in_one_line(said: list[str]) -> None:
    assert 0 <= len(steps.in_words(said)) <= steps.LONGEST


@given(
    st.dictionaries(st.uuids().map(lambda id: id.hex), st.integers(1, 99), min_size=1),
    st.sets(st.uuids().map(lambda id: id.hex)),
)
def test_every_part_and_version_counts_for_what_identifies_a_plan(tasks: dict[str, int], links: set[str]) -> None:
    def stamp(tasks: dict[str, int], links: set[str], version: int = 1) -> str:
        return steps.stamp(tasks=tasks.items(), stages=(), links=links, project_version=version)

    first = next(iter(tasks))
    same = stamp(dict(reversed(tasks.items())), links)
    assert stamp(tasks, links) == same
    assert stamp({**tasks, first: tasks[first] + 1}, links) != same
    assert stamp(tasks, links ^ {first}) != same
    assert stamp(tasks, links, 2) != same

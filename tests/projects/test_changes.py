"""Changes to a running plan: added, edited, moved, removed, handed on, in bulk."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects.contracts import NotFinishedError, PersonRef, StaleVersionError, TaskState, WrongStateError
from firstwin.projects.contracts.changes import BulkChange, BulkVerb, NewTask, TaskChange, TaskMove, TaskPatch
from firstwin.projects.models import TaskLink
from firstwin.projects.operations import bulk, changes, files, scope, tasks
from firstwin.projects.queries import files as file_queries
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_workspace, recorded
from tests.factories.projects import Running, launch_example, make_scene
from tests.projects.test_tasks import complete, refused
from tests.projects.uploads import PNG, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Running:
    return launch_example()


def add(project: Running, **fields: Any) -> UUID:
    defaults: dict[str, Any] = {"stage_id": project.detail().stages[0].id, "name": "Extra"}
    return scope.add_task(
        actor=project.scene.specialist,
        project_id=project.id,
        new=NewTask(**{**defaults, **fields}),
        at=project.scene.at,
    )


def keys(project: Running, stage: int) -> list[str]:
    return [task.name for task in project.detail().stages[stage].tasks]


def test_an_added_task_has_its_place_its_dates_and_its_predecessors(project: Running) -> None:
    handoff = project.task("sales-handoff")
    task_id = add(project, after_task_id=handoff.id, predecessor_ids=(handoff.id,), duration="2wd")
    assert keys(project, 0) == ["Welcome email", "Talk to sales", "Extra", "Tell us about your company"]
    added = next(task for task in project.detail().stages[0].tasks if task.id == task_id)
    assert added.predecessor_ids == (handoff.id,)
    assert added.start_at == project.task("company-form").start_at + timedelta(days=1)
    assert project.row().task_count == 10
    assert "task.added" in recorded(project.scene.manager)
    for _ in range(12):
        add(project, after_task_id=handoff.id)
    assert keys(project, 0)[-2:] == ["Extra", "Tell us about your company"]


def test_an_added_task_is_never_more_open_than_allowed_and_belongs_to_its_person_s_side(project: Running) -> None:
    person = PersonRef(side=Side.CUSTOMER, id=project.scene.sponsor.id, name="")
    task_id = add(project, assignee=person)
    task = next(task for task in project.detail().stages[0].tasks if task.id == task_id)
    assert (task.side, task.assignee and task.assignee.name) == (Side.CUSTOMER, "Nia Park")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": " "}, InvalidInputError),
        ({"duration": "soon"}, InvalidInputError),
        ({"duration": "-2wd"}, InvalidInputError),
        ({"settings": {"body": "x"}}, InvalidInputError),
        ({"kind": TaskKind.FORM, "settings": {"fields": [{"label": "No key"}]}}, InvalidInputError),
        ({"kind": TaskKind.MEETING, "settings": {"minutes": "long"}}, InvalidInputError),
        ({"kind": TaskKind.MEETING, "settings": {"speed": 1}}, InvalidInputError),
        ({"predecessor_ids": (uuid4(),)}, NotFoundError),
        ({"stage_id": uuid4()}, NotFoundError),
        ({"after_task_id": uuid4()}, NotFoundError),
        ({"assignee": PersonRef(side=Side.CUSTOMER, id=uuid4(), name="")}, InvalidInputError),
    ],
)
def test_what_cannot_be_added_changes_nothing(project: Running, fields: dict[str, Any], error: type[Any]) -> None:
    refused(project, error, lambda: add(project, **fields))


def test_edits_say_what_changed(project: Running) -> None:
    task = project.task("sales-handoff")
    patch = TaskPatch(name="Call  sales", visibility=Visibility.SHARED, is_required=False, deliverables=("Notes",))
    changes.edit_task(actor=project.scene.manager, task_id=task.id, patch=patch, at=project.scene.at)
    info = project.info("sales-handoff")
    assert (info.name, info.visibility, info.is_required, info.deliverables) == (
        "Call sales",
        Visibility.SHARED,
        False,
        ("Notes",),
    )
    assert project.task("sales-handoff").change == "changed name, visibility, is required, deliverables"
    before = project.task("sales-handoff").version
    changes.edit_task(actor=project.scene.manager, task_id=task.id, patch=patch, at=project.scene.at)
    assert project.task("sales-handoff").version == before


def test_dependencies_can_be_changed_but_never_into_a_circle(project: Running) -> None:
    handoff, provision = project.task("sales-handoff"), project.task("provision")

    def after(task_id: UUID, *others: UUID) -> None:
        changes.edit_task(
            actor=project.scene.manager,
            task_id=task_id,
            patch=TaskPatch(predecessor_ids=others),
            at=project.scene.at,
        )

    error = refused(project, ConflictError, lambda: after(handoff.id, provision.id))
    assert "Talk to sales → Kickoff call → Provision the platform → Talk to sales" in error.detail
    assert TaskLink.objects.for_actor(project.scene.manager).count() == 5
    after(provision.id, handoff.id)
    assert project.info("provision").predecessor_ids == (handoff.id,)


def test_dates_set_by_hand_stay_and_followers_follow(project: Running) -> None:
    at = project.scene.at
    changes.move_task(
        actor=project.scene.specialist,
        task_id=project.task("kickoff").id,
        move=TaskMove(due_at=at + timedelta(days=14)),
        at=at,
    )
    assert project.task("kickoff").due_at == at + timedelta(days=14)
    assert project.task("logo").start_at == at + timedelta(days=14)
    complete(project, "sales-handoff", days=3)
    assert project.task("kickoff").due_at == at + timedelta(days=14)
    changes.move_task(
        actor=project.scene.specialist, task_id=project.task("kickoff").id, move=TaskMove(unfix=True), at=at
    )
    assert project.task("kickoff").due_at == at + timedelta(days=7)
    with pytest.raises(InvalidInputError):
        changes.move_task(
            actor=project.scene.specialist,
            task_id=project.task("logo").id,
            move=TaskMove(start_at=at, due_at=at - timedelta(days=1)),
            at=at,
        )


def test_words_person_and_dates_change_together_or_not_at_all(project: Running) -> None:
    at, before = project.scene.at, project.task("kickoff")
    sponsor = PersonRef(side=Side.CUSTOMER, id=project.scene.sponsor.id, name="")

    def change(*, name: str = "First call", due_days: int = 14, expected_version: int | None = None) -> None:
        wanted = TaskChange(
            patch=TaskPatch(name=name),
            move=TaskMove(start_at=at + timedelta(days=13), due_at=at + timedelta(days=due_days)),
            is_reassigned=True,
            person=sponsor,
        )
        changes.change_task(
            actor=project.scene.specialist, task_id=before.id, change=wanted, at=at, expected_version=expected_version
        )

    refused(project, InvalidInputError, lambda: change(due_days=1))
    refused(project, StaleVersionError, lambda: change(expected_version=before.version + 1))
    change(expected_version=before.version)
    task, happened = project.task("kickoff"), recorded(project.scene.manager)
    assert (task.name, task.assignee_name, task.due_at) == ("First call", "Nia Park", at + timedelta(days=14))
    assert (task.version, task.change) == (before.version + 1, "given to Nia Park, changed name, start, end")
    assert [kind for kind in happened if kind in {"task.assigned", "task.changed"}] == ["task.assigned", "task.changed"]
    change()
    assert (project.task("kickoff").version, recorded(project.scene.manager)) == (task.version, happened)
    nobody = TaskChange(is_reassigned=True)
    changes.change_task(actor=project.scene.specialist, task_id=before.id, change=nobody, at=at)
    assert (project.task("kickoff").assignee_name, project.task("kickoff").name) == ("", "First call")


def test_tasks_move_within_and_between_stages(project: Running) -> None:
    task_id = project.task("company-form").id
    changes.move_task(actor=project.scene.manager, task_id=task_id, move=TaskMove(position=0), at=project.scene.at)
    assert keys(project, 0) == ["Tell us about your company", "Welcome email", "Talk to sales"]
    third = project.detail().stages[2].id
    move = TaskMove(stage_id=third, position=1)
    changes.move_task(actor=project.scene.manager, task_id=task_id, move=move, at=project.scene.at)
    assert keys(project, 2) == ["Import your data", "Tell us about your company", "First report run"]


def test_dates_of_a_task_that_is_over_are_facts(project: Running) -> None:
    complete(project, "sales-handoff")
    task = project.task("sales-handoff")
    for move in (
        TaskMove(due_at=task.due_at + timedelta(days=1)),
        TaskMove(start_at=task.start_at - timedelta(days=1)),
    ):
        refused(
            project,
            WrongStateError,
            lambda move=move: changes.move_task(
                actor=project.scene.manager, task_id=task.id, move=move, at=project.scene.at
            ),
        )


def test_each_task_that_is_put_first_stands_before_those_put_there_before(project: Running) -> None:
    for key in ("sales-handoff", "company-form", "welcome-email", "company-form"):
        task = project.task(key)
        changes.move_task(actor=project.scene.manager, task_id=task.id, move=TaskMove(position=0), at=project.scene.at)
        assert keys(project, 0)[0] == task.name
    assert keys(project, 0) == ["Tell us about your company", "Welcome email", "Talk to sales"]


def test_removing_a_task_bridges_what_hung_on_it_and_keeps_its_files(project: Running) -> None:
    scene, kickoff = project.scene, project.task("kickoff")
    file_id = files.attach_file(
        actor=scene.specialist,
        project_id=project.id,
        task_id=project.task("provision").id,
        name="notes.png",
        content=upload(PNG),
        at=scene.at,
    )
    for key in ("kickoff", "provision"):
        scope.remove_task(actor=scene.manager, task_id=project.task(key).id, reason="Not needed", at=scene.at)
    assert project.info("logo").predecessor_ids == (project.task("sales-handoff").id,)
    assert project.info("plan-approval").predecessor_ids == (project.task("sales-handoff").id,)
    assert [file.id for file in file_queries.list_files(actor=scene.manager, project_id=project.id)] == [file_id]
    assert file_queries.list_files(actor=scene.contact, project_id=project.id) == ()
    refused(project, NotFoundError, lambda: tasks.start_task(actor=scene.manager, task_id=kickoff.id, at=scene.at))


def test_no_dependency_stands_twice(project: Running) -> None:
    scene = project.scene
    ids = {key: project.task(key).id for key in ("kickoff", "provision", "plan-approval")}
    twice = TaskPatch(predecessor_ids=(ids["provision"], ids["kickoff"], ids["kickoff"]))
    changes.edit_task(actor=scene.manager, task_id=ids["plan-approval"], patch=twice, at=scene.at)
    links = TaskLink.objects.for_actor(scene.manager).filter(successor_id=ids["plan-approval"])
    assert sorted(links.values_list("predecessor_id", flat=True)) == sorted([ids["provision"], ids["kickoff"]])
    scope.remove_task(actor=scene.manager, task_id=ids["provision"], reason="Not needed", at=scene.at)
    assert list(links.values_list("predecessor_id", flat=True)) == [ids["kickoff"]]
    added = add(project, predecessor_ids=(ids["kickoff"], ids["kickoff"]))
    assert TaskLink.objects.for_actor(scene.manager).filter(successor_id=added).count() == 1


def test_tasks_are_handed_on(project: Running) -> None:
    scene, task_id = project.scene, project.task("company-form").id
    colleague = make_contact(scene.account, name="Omar Reed")
    stranger = make_contact(make_account(scene.workspace))

    def give(actor: Any, side: Side, person_id: UUID) -> None:
        person = PersonRef(side=side, id=person_id, name="")
        changes.assign_task(actor=actor, task_id=task_id, person=person, at=scene.at)

    give(scene.contact, Side.CUSTOMER, colleague.id)
    assert project.task("company-form").assignee_name == "Omar Reed"
    refused(project, PermissionDeniedError, lambda: give(scene.contact, Side.VENDOR, scene.manager.id))  # type: ignore[arg-type]
    refused(project, InvalidInputError, lambda: give(scene.manager, Side.CUSTOMER, stranger.id))
    changes.assign_task(actor=scene.manager, task_id=task_id, person=None, at=scene.at)
    assert project.info("company-form").assignee is None


def test_many_tasks_change_together_or_not_at_all() -> None:
    scene = make_scene()
    first, second = launch_example(scene), launch_example(scene)
    ids = tuple(run.task(key).id for run in (first, second) for key in ("sales-handoff", "provision"))

    def change(verb: BulkVerb, task_ids: tuple[UUID, ...] = ids, **fields: Any) -> int:
        wanted = BulkChange(verb=verb, task_ids=task_ids, **fields)
        return bulk.change_tasks(actor=scene.specialist, change=wanted, at=scene.at)

    form = first.task("company-form").id
    refused(first, NotFinishedError, lambda: change(BulkVerb.COMPLETE, (*ids, form)))
    refused(first, NotFoundError, lambda: change(BulkVerb.COMPLETE, (*ids, uuid4())))
    refused(first, InvalidInputError, lambda: change(BulkVerb.NOT_APPLICABLE))
    assert change(BulkVerb.COMPLETE) == 4
    assert change(BulkVerb.COMPLETE) == 0
    assert second.row().done_count == 2
    refused(first, WrongStateError, lambda: change(BulkVerb.MOVE_BY_DAYS, days=2))
    assert change(BulkVerb.REOPEN) == 4
    before = second.task("provision").due_at
    assert change(BulkVerb.MOVE_BY_DAYS, days=7) == 4
    assert second.task("provision").due_at == before + timedelta(days=7)
    manager = PersonRef(side=Side.VENDOR, id=scene.manager.id, name="")  # type: ignore[arg-type]
    assert change(BulkVerb.ASSIGN, assignee=manager) == 4
    assert first.task("provision").assignee_name == scene.manager.name
    assert change(BulkVerb.NOT_APPLICABLE, reason="Done by another team") == 4
    assert second.task("provision").state == TaskState.NOT_APPLICABLE
    assert change(BulkVerb.REMOVE, reason="Tidy up") == 4
    assert second.row().task_count == 7


def test_many_tasks_keep_their_time_of_day_when_the_clocks_change_and_stay_in_reach() -> None:
    scene = make_scene(workspace=make_workspace(time_zone="Europe/Berlin"))
    project = launch_example(scene)
    task = project.task("provision")

    def move(days: int) -> int:
        change = BulkChange(verb=BulkVerb.MOVE_BY_DAYS, task_ids=(task.id,), days=days)
        return bulk.change_tasks(actor=scene.specialist, change=change, at=scene.at)

    move(28)
    moved = project.task("provision")
    for before, after in ((task.start_at, moved.start_at), (task.due_at, moved.due_at)):
        assert after - before == timedelta(days=28, hours=-1)  # summer time began meanwhile
    for _ in range(7):
        move(3650)
    refused(project, InvalidInputError, lambda: move(3650))


def test_who_may_not_change_plans_changes_nothing(project: Running) -> None:
    scene, task = project.scene, project.task("company-form")
    for action in (
        lambda: changes.edit_task(actor=scene.contact, task_id=task.id, patch=TaskPatch(name="x"), at=scene.at),
        lambda: changes.move_task(actor=scene.contact, task_id=task.id, move=TaskMove(position=0), at=scene.at),
        lambda: scope.remove_task(actor=scene.contact, task_id=task.id, reason="x", at=scene.at),
        lambda: bulk.change_tasks(
            actor=scene.contact, change=BulkChange(verb=BulkVerb.COMPLETE, task_ids=(task.id,)), at=scene.at
        ),
    ):
        refused(project, PermissionDeniedError, action)

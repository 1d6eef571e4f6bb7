"""Rows read and written in bulk are what the ORM would have read and written."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from firstwin.calendars.models import Calendar
from firstwin.customers import queries as customer_queries
from firstwin.customers.models import Account, Contact
from firstwin.identity import queries as identity_queries
from firstwin.identity.models import Member, Workspace
from firstwin.jobs.models import Timer
from firstwin.projects.models import Hold, Project, ProjectRole, ProjectStage, ProjectTask, TaskLink
from firstwin.shared import bulk, ids
from firstwin.shared.models import UnscopedQueryError, WorkspaceModel
from tests.factories.counting import statements
from tests.factories.projects import launch_example, make_scene

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [ProjectStage, ProjectTask, TaskLink, ProjectRole])
def test_rows_read_back_as_they_were(model: type[models.Model]) -> None:
    project = launch_example()
    rows = list(model.objects.for_actor(project.scene.manager).order_by("id"))  # type: ignore[attr-defined]
    before = [{**_values(row), "id": None} for row in rows]
    for row in rows:
        row.pk = ids.new_id()
    bulk.insert_rows(rows)
    written = model.objects.for_actor(project.scene.manager).filter(id__in=[row.pk for row in rows])  # type: ignore[attr-defined]
    assert [{**_values(row), "id": None} for row in written.order_by("id")] == before


@pytest.mark.parametrize("model", [Project, ProjectStage, ProjectTask, TaskLink, ProjectRole, Hold])
def test_rows_are_read_as_the_orm_reads_them(model: type[WorkspaceModel]) -> None:
    project, other = launch_example(), launch_example(make_scene())
    task = project.task("kickoff")
    task.details, task.came_due_at = {"settings": {"größe": [1.5, 10**20, None, True]}}, task.due_at
    task.save()
    actor = project.scene.manager
    rows = list(model.objects.for_actor(actor).order_by("-id"))
    read = sorted(bulk.read_rows(model, actor, {}), key=lambda row: row.id, reverse=True)
    assert [_values(row) for row in read] == [_values(row) for row in rows]
    assert not any(row._state.adding for row in read)
    assert [row.id for row in bulk.read_rows(model, actor, {}, order_by=("id",))] == [row.id for row in reversed(rows)]
    assert len(rows) == len(bulk.read_rows(model, other.scene.manager, {}))
    if rows and model is not Project:
        within = {"project_id": project.id}
        assert len(bulk.read_rows(model, actor, within)) == len(rows)
        assert not bulk.read_rows(model, other.scene.manager, within), "another workspace"


def test_accounts_and_people_are_read_as_the_orm_reads_them() -> None:
    scene = launch_example().scene
    for model in (Account, Contact, Calendar, Workspace, Member):
        everywhere = bulk.Across(reason="a test")
        rows = list(model._base_manager.order_by("id"))
        assert [_values(row) for row in bulk.read_rows(model, everywhere, {}, order_by=("id",))] == [
            _values(row) for row in rows
        ]
    members = bulk.read_rows(Member, scene.manager, {}, joined="user", order_by=("user.email",))
    expected = Member.objects.for_actor(scene.manager).select_related("user").order_by("user__email")
    assert [(row.id, _values(row.user)) for row in members] == [(row.id, _values(row.user)) for row in expected]
    with pytest.raises(UnscopedQueryError):
        bulk.Across(reason="")


def test_rows_are_found_by_one_of_some_values_by_none_and_by_another_row() -> None:
    project = launch_example()
    actor, tasks = project.scene.manager, list(ProjectTask.objects.for_actor(project.scene.manager).order_by("id"))
    wanted = {tasks[0].id, tasks[2].id}
    assert {row.id for row in bulk.read_rows(ProjectTask, actor, {"id": wanted})} == wanted
    assert bulk.read_rows(ProjectTask, actor, {"id": ()}) == []
    owned = bulk.read_rows(ProjectTask, actor, {"member_id": None}, order_by=("id",))
    assert [row.id for row in owned] == [row.id for row in tasks if row.member_id is None]
    that = bulk.That(model=ProjectTask, column="stage_id", where={"id": tasks[0].id})
    assert [row.id for row in bulk.read_rows(ProjectStage, actor, {"id": that})] == [tasks[0].stage_id]
    stranger = launch_example(make_scene()).scene.manager
    assert bulk.read_rows(ProjectStage, stranger, {"id": that}) == []


def test_several_domains_are_asked_with_one_message_on_postgresql(django_assert_num_queries: Any) -> None:
    scene = make_scene()
    actor, nobody = scene.manager, ids.new_id()
    with django_assert_num_queries(statements(postgresql=1, sqlite=4)):
        (workspace, members), accounts, none, strangers = bulk.ask(
            identity_queries.about_workspace_with(actor=actor, member_ids=[scene.specialist.id, nobody]),
            customer_queries.about_accounts(actor=actor, account_ids=[scene.account.id, nobody]),
            customer_queries.about_contacts(actor=actor, contact_ids=[]),
            customer_queries.about_contacts(actor=actor, contact_ids=[nobody]),
        )
    assert (workspace.id, set(members), set(accounts)) == (
        actor.workspace_id,
        {scene.specialist.id},
        {scene.account.id},
    )
    assert accounts == customer_queries.get_accounts(actor=actor, account_ids=[scene.account.id])
    assert (none, strangers) == ({}, {})


def test_what_is_written_together_is_one_statement_on_postgresql_and_seen_by_whoever_asks(
    django_assert_num_queries: Any,
) -> None:
    project = launch_example()
    actor = project.scene.manager
    stages = bulk.read_rows(ProjectStage, actor, {}, order_by=("position",))
    tasks = bulk.read_rows(ProjectTask, actor, {}, order_by=("id",))
    stages[0].name, tasks[0].name, tasks[0].version = "First", "Written 100 %", tasks[0].version + 1
    is_together = connection.vendor == "postgresql"
    with transaction.atomic(), django_assert_num_queries(1 if is_together else 2), bulk.together():
        bulk.update_rows(stages, ["name"])
        with bulk.together():
            bulk.update_rows(tasks, ["name", "version"])
    with transaction.atomic(), bulk.together():
        stages[0].name = "Asked in bulk"
        bulk.update_rows(stages, ["name"])
        with django_assert_num_queries(1):
            assert bulk.read_rows(ProjectStage, actor, {"name": "Asked in bulk"})
    with transaction.atomic(), bulk.together():
        stages[0].name = "Second"
        bulk.update_rows(stages, ["name"])
        assert ProjectStage.objects.for_actor(actor).filter(name="Second").exists()
    assert ProjectTask.objects.for_actor(actor).get(name="Written 100 %").version == tasks[0].version
    wrong = tasks[1]
    wrong.start_at = wrong.due_at + timedelta(days=1)
    stages[0].name = "Third"

    def write(then: Callable[[], None]) -> None:
        with transaction.atomic(), bulk.together():
            bulk.update_rows(stages, ["name"])
            then()

    with pytest.raises(IntegrityError):
        write(lambda: bulk.update_rows([wrong], ["start_at"]))
    with pytest.raises(LookupError):
        write(lambda: {}["gone"])
    assert not ProjectStage.objects.for_actor(actor).filter(name="Third").exists()


def test_a_row_that_is_there_is_replaced_by_one_of_its_kind() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for payload in ("{}", '{"a": 1}'):
        bulk.insert_rows(
            [Timer(owner="test:1", name="next", at=at, kind="nothing", payload=payload)], replacing=("owner", "name")
        )
    assert [timer.payload for timer in Timer.objects.filter(owner="test:1")] == ['{"a": 1}']


def test_values_without_rows_get_the_defaults_of_the_model() -> None:
    project = launch_example()
    stage = ProjectStage.objects.for_actor(project.scene.manager).order_by("position")[0]
    given = {
        "workspace_id": stage.workspace_id,
        "project_id": stage.project_id,
        "key": "extra",
        "name": 'A "quoted" name with 100 %',
        "visibility": stage.visibility,
        "position": 90,
        "start_at": stage.start_at,
        "due_at": stage.due_at,
        "timing": {"at_least": "3wd"},
    }
    bulk.insert_values(ProjectStage, [given, {**given, "key": "other", "position": 91}])
    bulk.insert_values(ProjectStage, [])
    extra, other = ProjectStage.objects.for_actor(project.scene.manager).filter(position__gte=90).order_by("position")
    assert _values(extra) == {**given, "id": extra.pk, "objective": "", "entered_at": None, "exit_criteria": []}
    assert (other.key, other.name, other.timing) == ("other", given["name"], given["timing"])
    assert extra.pk != other.pk


@pytest.mark.parametrize("model", [ProjectStage, ProjectTask])
def test_changed_columns_are_written_and_no_others(model: type[models.Model]) -> None:
    project = launch_example()
    manager = model.objects  # type: ignore[attr-defined]
    rows = list(manager.for_actor(project.scene.manager).order_by("id"))
    kept = _values(rows[0])
    for row in rows:
        row.start_at, row.due_at = row.start_at + timedelta(days=1), row.due_at + timedelta(days=2)
        row.name = "Never written"
    rows[1].timing = {"duration": "8wh", "quoted": '"\\'}
    bulk.update_rows(rows[1:], ["start_at", "due_at", "timing"])
    bulk.update_rows([], ["name"])
    written = list(manager.for_actor(project.scene.manager).order_by("id"))
    assert _values(written[0]) == kept
    for before, after in zip(rows[1:], written[1:], strict=True):
        assert (after.start_at, after.due_at, after.timing) == (before.start_at, before.due_at, before.timing)
        assert after.name != "Never written"


def test_the_database_still_refuses_what_is_wrong() -> None:
    project = launch_example()
    row = project.task("kickoff")
    row.id, row.start_at = ids.new_id(), row.due_at.replace(year=row.due_at.year + 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert_rows([row])
    bulk.insert_rows([])
    assert Project.objects.for_actor(project.scene.manager).count() == 1


def _values(row: models.Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}

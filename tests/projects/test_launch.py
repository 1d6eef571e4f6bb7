"""Launching: previews, people, conditions, repeats, all or nothing, statements."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from firstwin.customers.contracts import StakeholderRole
from firstwin.identity.contracts import Role
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import Anchor, RepeatSpec, StageSpec, TaskSpec
from firstwin.projects.contracts import NewProject, TaskStanding
from firstwin.projects.models import Project, ProjectTask
from firstwin.projects.operations import launch
from firstwin.projects.operations import tasks as task_operations
from firstwin.projects.queries import preview
from firstwin.scheduling.contracts import parse_span
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.counting import statements
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_actor, make_key_actor, recorded
from tests.factories.projects import (
    SIGNED_AT,
    Scene,
    example_definition,
    launch_example,
    make_scene,
    moment,
    new_project,
    publish_definition,
)

pytestmark = pytest.mark.django_db


def nothing_was_launched(scene: Scene) -> bool:
    return not Project.objects.for_actor(scene.manager).exists() and "project.launched" not in recorded(scene.manager)


def test_a_launch_lays_out_the_plan_with_dates_and_people() -> None:
    project = launch_example()
    detail = project.detail()
    assert [stage.name for stage in detail.stages] == ["Welcome", "Set-up", "First win"]
    kickoff = project.info("kickoff")
    assert kickoff.standing is TaskStanding.BLOCKED
    assert kickoff.standing_reason == "Comes after Talk to sales"
    assert kickoff.due_at == kickoff.baseline_due_at == project.scene.at + timedelta(days=7)
    assert kickoff.assignee is not None
    assert kickoff.assignee.id == project.scene.specialist.id
    logo = project.info("logo").assignee
    assert logo is not None
    assert logo.name == "Nia Park"
    assert detail.summary.owner is not None
    assert detail.summary.owner.id == project.scene.specialist.id
    assert recorded(project.scene.manager).count("project.launched") == 1


def test_the_preview_is_what_the_launch_does_and_writes_nothing() -> None:
    scene = make_scene()
    seen = preview.preview_launch(actor=scene.specialist, new=new_project(scene), at=scene.at)
    assert nothing_was_launched(scene)
    out = [item for item in seen.items if not item.is_included]
    assert [(item.key, item.start_at) for item in out] == [("single-sign-on", None)]
    assert "needs_sso" in out[0].why
    detail = launch_example(scene).detail()
    planned = {item.key: (item.start_at, item.due_at, item.assignee) for item in seen.items if item.is_included}
    for stage in detail.stages:
        assert planned[stage.key][:2] == (stage.start_at, stage.due_at)
        for task in stage.tasks:
            known = planned[task.key]
            assert known[:2] == (task.start_at, task.due_at)
            assert (known[2] and known[2].id) == (task.assignee and task.assignee.id)
    assert seen.planned_end_at == detail.summary.planned_end_at
    assert seen.target_end_at == detail.summary.target_end_at


def test_links_bridge_what_is_left_out_and_include_beats_the_condition() -> None:
    scene = make_scene()
    without = launch_example(scene)
    assert without.info("provision").predecessor_ids == (without.task("kickoff").id,)
    forced = launch_example(scene, included=("single-sign-on",), excluded=("sales-handoff",))
    keys = {task.key for stage in forced.detail().stages for task in stage.tasks}
    assert "single-sign-on" in keys
    assert "sales-handoff" not in keys
    assert forced.info("kickoff").predecessor_ids == ()
    decided = {row["key"]: row["is_included"] for row in forced.row().decisions}
    assert decided == {"single-sign-on": True, "sales-handoff": False}


def test_warnings_name_roles_without_a_person_and_dates_in_the_past() -> None:
    scene = make_scene(contract_signed_at=datetime(2026, 1, 5, 9, tzinfo=UTC))
    scene.sponsor.archived_at = scene.at
    scene.sponsor.save()
    warnings = preview.preview_launch(actor=scene.manager, new=new_project(scene), at=scene.at).warnings
    assert any(warning.startswith("Due before today: Welcome email") for warning in warnings)
    assert "Nobody fills Sponsor, who owns 4 tasks." in warnings


def test_a_signature_that_is_missing_is_replaced_by_the_start_and_said() -> None:
    scene = make_scene(contract_signed_at=None)
    seen = preview.preview_launch(actor=scene.manager, new=new_project(scene, start_on=date(2026, 3, 7)), at=scene.at)
    assert any("no signature date" in warning for warning in seen.warnings)
    assert next(item.start_at for item in seen.items if item.key == "sales-handoff") == datetime(
        2026, 3, 9, 9, tzinfo=UTC
    )


def test_both_sides_have_their_own_holidays() -> None:
    scene = make_scene(country="DE", time_zone="Europe/Berlin", contract_signed_at=datetime(2026, 4, 2, 9, tzinfo=UTC))
    project = launch_example(scene, at=datetime(2026, 4, 2, 9, tzinfo=UTC))
    assert project.info("company-form").due_at == datetime(2026, 4, 8, 15, tzinfo=UTC)  # Good Friday, Easter Monday
    assert project.info("sales-handoff").due_at == datetime(2026, 4, 2, 17, tzinfo=UTC)


def test_people_can_be_chosen_and_roles_fall_back() -> None:
    scene = make_scene()
    other = make_contact(scene.account, name="Omar Reed", roles=(StakeholderRole.END_USER,))
    project = launch_example(scene, role_map={"csm": scene.manager.id, "sponsor": other.id})
    people = {role.key: role.person and role.person.name for role in project.detail().roles}
    assert people == {"csm": scene.manager.name, "sponsor": "Omar Reed"}
    assert project.detail().summary.owner is not None
    assert project.row().owner_id == scene.manager.id


def repeating(**repeat: Any) -> StageSpec:
    check = TaskSpec(
        key="check",
        name="Health check",
        owner="csm",
        start=moment(Anchor.PROJECT_START, "1wd"),
        duration=parse_span("1wd"),
        repeat=RepeatSpec(every=parse_span("1w"), **repeat),
    )
    return StageSpec(key="adoption", name="Adoption", tasks=(check,))


def test_repeats_are_laid_out_a_number_of_times_or_until_an_anchor() -> None:
    times = launch_example(make_scene(example_definition(stages=(repeating(times=4),))))
    tasks = times.detail().stages[0].tasks
    assert [task.name for task in tasks] == [
        "Health check",
        "Health check (2)",
        "Health check (3)",
        "Health check (4)",
    ]
    assert [task.start_at.date() for task in tasks] == [date(2026, 3, day) for day in (3, 10, 17, 24)]
    until = launch_example(make_scene(example_definition(stages=(repeating(until=moment(Anchor.SIGNATURE, "30d")),))))
    assert len(until.detail().stages[0].tasks) == 5
    ever = launch_example(make_scene(example_definition(stages=(repeating(until=moment(Anchor.SIGNATURE, "700d")),))))
    assert len(ever.detail().stages[0].tasks) == 60


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        ({"fields": {"needs_sso": "perhaps"}}, ["fields.needs_sso"]),
        ({"fields": {"unknown": 1}}, ["fields.unknown"]),
        ({"role_map": {"nobody": uuid4()}}, ["role_map.nobody"]),
        ({"role_map": {"csm": uuid4()}}, ["role_map.csm"]),
        ({"excluded": ("no-such-task",)}, ["excluded"]),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_launched(fields: dict[str, Any], places: list[str]) -> None:
    scene = make_scene()
    with pytest.raises(InvalidInputError) as refused:
        launch_example(scene, **fields)
    assert [problem.place for problem in refused.value.problems] == places
    assert nothing_was_launched(scene)


def test_people_of_another_account_take_no_role() -> None:
    scene = make_scene()
    stranger = make_contact(make_account(scene.workspace))
    with pytest.raises(InvalidInputError):
        launch_example(scene, role_map={"sponsor": stranger.id})
    assert nothing_was_launched(scene)


def test_other_workspaces_accounts_and_playbooks_do_not_exist_here() -> None:
    scene, other = make_scene(), make_scene()
    for wrong in (
        replace(new_project(scene), account_id=other.account.id),
        replace(new_project(scene), playbook_version_id=other.version_id),
    ):
        with pytest.raises(NotFoundError):
            launch.launch_project(actor=scene.specialist, new=wrong, at=scene.at)
    assert nothing_was_launched(scene)


def test_an_archived_account_starts_nothing() -> None:
    scene = make_scene(contract_signed_at=None)
    scene.account.archived_at = scene.at
    scene.account.save()
    with pytest.raises(ConflictError):
        launch_example(scene)
    assert nothing_was_launched(scene)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR])
def test_who_only_reads_launches_nothing(role: Role) -> None:
    scene = make_scene()
    reader = make_actor(role, workspace=scene.workspace)
    with pytest.raises(PermissionDeniedError):
        launch.launch_project(actor=reader, new=new_project(scene), at=scene.at)
    with pytest.raises(PermissionDeniedError):
        preview.preview_launch(actor=scene.contact, new=new_project(scene), at=scene.at)
    assert nothing_was_launched(scene)


def test_one_idempotency_key_launches_once() -> None:
    scene = make_scene()
    key = make_key_actor(workspace=scene.workspace)
    new = new_project(scene, idempotency_key="deal-7")
    first = launch.launch_project(actor=key, new=new, at=scene.at)
    assert launch.launch_project(actor=key, new=new, at=scene.at) == first
    assert Project.objects.for_actor(scene.manager).count() == 1
    with pytest.raises(InvalidInputError):
        launch.launch_projects(actor=key, news=[new, new], at=scene.at)


def test_many_are_launched_together_or_not_at_all() -> None:
    scene = make_scene()
    accounts = [make_account(scene.workspace) for _ in range(3)]
    news = [NewProject(account_id=row.id, playbook_version_id=scene.version_id) for row in accounts]
    wrong = NewProject(account_id=uuid4(), playbook_version_id=scene.version_id)
    with pytest.raises(NotFoundError):
        launch.launch_projects(actor=scene.manager, news=[*news, wrong], at=scene.at)
    assert nothing_was_launched(scene)
    made = launch.launch_projects(actor=scene.manager, news=news, at=scene.at)
    rows = Project.objects.for_actor(scene.manager).in_bulk(made)
    assert [rows[project_id].account_id for project_id in made] == [row.id for row in accounts]


def test_a_launch_takes_a_constant_number_of_statements(django_assert_max_num_queries: Any) -> None:
    scene = make_scene()
    with django_assert_max_num_queries(statements(postgresql=12, sqlite=18)):
        launch_example(scene)
    news = [
        NewProject(account_id=make_account(scene.workspace).id, playbook_version_id=scene.version_id) for _ in range(10)
    ]
    with django_assert_max_num_queries(statements(postgresql=12, sqlite=18)):
        launch.launch_projects(actor=scene.manager, news=news, at=scene.at)
    assert ProjectTask.objects.for_actor(scene.manager).count() == 110 - 11


def test_a_playbook_of_another_shape_runs_too() -> None:
    scene = make_scene()
    empty = publish_definition(
        scene.manager, example_definition(key="tiny", name="Tiny", stages=(repeating(times=1),), completion=())
    )
    project_id = launch.launch_project(
        actor=scene.manager, new=replace(new_project(scene), playbook_version_id=empty), at=scene.at
    )
    row = Project.objects.for_actor(scene.manager).get(id=project_id)
    assert (row.stage_count, row.task_count, row.current_stage) == (1, 1, "Adoption")


def test_what_a_playbook_wants_before_the_launch_is_late_or_starts_now() -> None:
    definition = next(one for one, _ in playbook_queries.list_builtin_playbooks() if one.key == "enterprise-success")
    scene = make_scene(definition, contract_signed_at=SIGNED_AT)
    plain = preview.preview_launch(actor=scene.manager, new=new_project(scene), at=scene.at)
    assert plain.past_count > 0
    assert any("unless you start them now" in warning for warning in plain.warnings)
    now = preview.preview_launch(actor=scene.manager, new=new_project(scene, catch_up=True), at=scene.at)
    assert any("started now, each with the time it needs" in warning for warning in now.warnings)
    tasks = [item for item in now.items if item.is_included and item.kind is not None]
    assert all(item.due_at > scene.at for item in tasks)
    assert now.planned_end_at >= plain.planned_end_at

    project = launch_example(scene, catch_up=True)
    planned = {item.key: (item.start_at, item.due_at) for item in tasks}
    stored = {task.key: (task.start_at, task.due_at) for stage in project.detail().stages for task in stage.tasks}
    assert {key: dates for key, dates in stored.items() if key in planned} == {
        key: dates for key, dates in planned.items() if key in stored
    }
    first = min(stored, key=lambda key: stored[key])
    task_operations.start_task(actor=scene.manager, task_id=project.task(first).id, at=scene.at)
    again = {task.key: (task.start_at, task.due_at) for stage in project.detail().stages for task in stage.tasks}
    assert again == stored

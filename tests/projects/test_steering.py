"""Steering a running plan: links of all types, dates, bounds and lengths, tried out before they are saved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from firstwin.calendars.contracts import DayKind, Holder, HolderKind, NewDay
from firstwin.calendars.models import Calendar
from firstwin.calendars.operations import days, hours
from firstwin.identity.contracts import Role
from firstwin.playbooks.contracts import LinkSpec
from firstwin.projects.contracts import StaleVersionError, WrongStateError
from firstwin.projects.contracts.steering import LinkChange, NewLink, PlanChange, TaskTiming, TimingPart
from firstwin.projects.models import ProjectRole, ProjectTask, TaskLink
from firstwin.projects.operations import lifecycle, steering, tasks
from firstwin.projects.queries import projects
from firstwin.projects.queries import steering as queries
from firstwin.scheduling.contracts import LinkType
from firstwin.shared.errors import ConflictError, FirstwinError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.desk.browsing import owner_of, text_of
from tests.factories.counting import statements
from tests.factories.http import key_client
from tests.factories.identity import actor_for, make_member, recorded
from tests.factories.projects import Running, example_definition, launch_example, make_scene
from tests.factories.updates import rows_of
from tests.projects.test_tasks import complete

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Running:
    return launch_example()


def new_link(project: Running, before: str, behind: str, **fields: Any) -> PlanChange:
    link = NewLink(predecessor_id=project.task(before).id, successor_id=project.task(behind).id, **fields)
    return PlanChange(added=(link,))


def timing(project: Running, key: str, **fields: Any) -> PlanChange:
    return PlanChange(timings=(TaskTiming(task_id=project.task(key).id, **fields),))


def save(project: Running, change: PlanChange) -> Any:
    return steering.change_plan(
        actor=project.scene.specialist, project_id=project.id, change=change, at=project.scene.at
    )


def try_out(project: Running, change: PlanChange) -> Any:
    return steering.preview_change(
        actor=project.scene.specialist, project_id=project.id, change=change, at=project.scene.at
    )


def refused(project: Running, change: PlanChange, error: type[FirstwinError]) -> str:
    """Assert that neither saving nor trying out takes it, and that nothing changed; return why."""
    before, facts = rows_of(project.scene, project.id), recorded(project.scene.manager)
    with pytest.raises(error):
        try_out(project, change)
    with pytest.raises(error) as caught:
        save(project, change)
    assert rows_of(project.scene, project.id) == before
    assert recorded(project.scene.manager) == facts
    return str(caught.value)


@pytest.mark.parametrize(
    ("type", "lag", "end", "of"),
    [
        (LinkType.FINISH_TO_START, "2wd", "start_at", "due_at"),
        (LinkType.START_TO_START, "10wd", "start_at", "start_at"),
        (LinkType.FINISH_TO_FINISH, "10wd", "due_at", "due_at"),
        (LinkType.START_TO_FINISH, "15wd", "due_at", "start_at"),
    ],
)
def test_a_link_of_each_type_binds_its_ends(project: Running, type: LinkType, lag: str, end: str, of: str) -> None:
    effect = save(project, new_link(project, "provision", "first-import", type=type, lag=lag))
    before, behind = project.task("provision"), project.task("first-import")
    days = int(lag.removesuffix("wd"))
    assert getattr(behind, end) >= getattr(before, of) + timedelta(days=days)
    assert {shift.due_after for shift in effect.shifts if shift.task_id == behind.id} <= {behind.due_at}
    link = queries.list_links(actor=project.scene.specialist, project_id=project.id, task_id=behind.id)
    assert lag.removesuffix("wd") + " working days after Provision the platform" in " ".join(one.words for one in link)


def test_a_link_changes_and_goes(project: Running) -> None:
    logo = project.task("logo")
    link = TaskLink.objects.for_actor(project.scene.manager).get(successor_id=logo.id)
    save(project, PlanChange(changed=(LinkChange(link_id=link.id, type=LinkType.FINISH_TO_START, lag="5wd"),)))
    assert project.task("logo").start_at >= logo.start_at + timedelta(days=5)
    save(project, PlanChange(changed=(LinkChange(link_id=link.id, type=LinkType.FINISH_TO_START, lag="-1wd"),)))
    assert project.task("logo").start_at < logo.start_at
    save(project, PlanChange(removed=(link.id,)))
    assert not TaskLink.objects.for_actor(project.scene.manager).filter(id=link.id).exists()
    assert project.task("logo").version == logo.version + 3
    assert recorded(project.scene.manager).count("task.changed") == 3
    refused(project, PlanChange(removed=(link.id,)), NotFoundError)


def test_a_circle_is_refused_and_spelled_out(project: Running) -> None:
    why = refused(project, new_link(project, "plan-approval", "kickoff"), ConflictError)
    assert why.startswith("These wait for each other: ")
    assert "Kickoff call" in why
    assert "Approve the plan" in why
    refused(project, new_link(project, "logo", "logo"), InvalidInputError)


def test_the_same_link_twice_and_strangers_are_refused(project: Running) -> None:
    refused(project, new_link(project, "kickoff", "logo"), ConflictError)
    other = launch_example()
    link = NewLink(predecessor_id=other.task("kickoff").id, successor_id=project.task("logo").id)
    refused(project, PlanChange(added=(link,)), NotFoundError)
    refused(project, PlanChange(timings=(TaskTiming(task_id=uuid4(), duration="1wd"),)), NotFoundError)
    refused(project, PlanChange(), InvalidInputError)


@pytest.mark.parametrize("span", ["soon", "-1wd", "99999wd", "1e9d", "wd"])
def test_a_length_that_is_none_is_refused(project: Running, span: str) -> None:
    refused(project, timing(project, "logo", duration=span), InvalidInputError)


@pytest.mark.parametrize("span", ["5wd", "7d", "20wh", "30h"])
def test_a_length_in_every_unit_moves_the_end_and_what_follows(project: Running, span: str) -> None:
    before = project.task("provision")
    tried = try_out(project, timing(project, "provision", duration=span))
    assert project.task("provision").due_at == before.due_at
    assert save(project, timing(project, "provision", duration=span)) == tried
    row = project.task("provision")
    assert row.timing["duration"] == span
    moved = {shift.task_id: shift for shift in tried.shifts}
    assert (row.due_at != before.due_at) == (row.id in moved)


def test_a_length_replaces_the_promised_day(project: Running) -> None:
    assert project.task("kickoff").timing["due"]
    save(project, timing(project, "kickoff", duration="1wd"))
    assert "due" not in project.task("kickoff").timing


def test_bounds_hold_are_told_when_missed_and_can_be_taken_off(project: Running) -> None:
    start = project.task("logo").start_at
    later = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
    save(project, timing(project, "logo", not_before_at=later))
    assert project.task("logo").start_at == later
    effect = save(project, timing(project, "logo", must_finish_by_at=later))
    assert [text for text in effect.new_conflicts if text.startswith("Send us your logo")]
    both = (TimingPart.NOT_BEFORE, TimingPart.MUST_FINISH_BY)
    assert save(project, timing(project, "logo", freed=both)).solved_conflicts
    assert project.task("logo").start_at == start
    assert project.info("logo").must_finish_by_at is None


def test_fixed_dates_stay_until_they_are_freed(project: Running) -> None:
    before = project.task("logo")
    start = before.start_at + timedelta(days=7)
    save(project, timing(project, "logo", start_at=start))
    save(project, timing(project, "kickoff", duration="1wd"))
    assert project.task("logo").start_at == start
    save(project, timing(project, "logo", freed=(TimingPart.START,)))
    assert project.task("logo").start_at < start
    refused(project, timing(project, "logo", start_at=start, due_at=start - timedelta(days=1)), InvalidInputError)


def test_what_is_over_or_seen_too_long_ago_is_refused(project: Running) -> None:
    refused(project, timing(project, "logo", duration="1wd", expected_version=7), StaleVersionError)
    complete(project, "sales-handoff")
    why = refused(project, timing(project, "sales-handoff", duration="1wd"), WrongStateError)
    assert "is over" in why
    lifecycle.cancel_project(
        actor=project.scene.manager, project_id=project.id, reason="They left.", at=project.scene.at
    )
    refused(project, timing(project, "logo", duration="1wd"), WrongStateError)


def test_a_preview_says_what_saving_does_and_writes_nothing(project: Running) -> None:
    rows, facts = rows_of(project.scene, project.id), recorded(project.scene.manager)
    change = timing(project, "kickoff", due_at=project.task("kickoff").due_at + timedelta(days=14))
    tried = try_out(project, change)
    assert rows_of(project.scene, project.id) == rows
    assert recorded(project.scene.manager) == facts
    assert tried.end_after > tried.end_before == project.row().planned_end_at
    assert save(project, change) == tried
    assert project.row().planned_end_at == tried.end_after
    for shift in tried.shifts:
        task = next(task for stage in project.detail().stages for task in stage.tasks if task.id == shift.task_id)
        assert (task.start_at, task.due_at) == (shift.start_after, shift.due_after)


def test_only_those_who_change_plans_steer_them(project: Running) -> None:
    change = timing(project, "logo", duration="1wd")
    viewer = actor_for(make_member(Role.VIEWER, workspace=project.scene.workspace))
    for actor in (viewer, project.scene.contact):
        for act in (steering.change_plan, steering.preview_change):
            with pytest.raises(PermissionDeniedError):
                act(actor=actor, project_id=project.id, change=change, at=project.scene.at)
    with pytest.raises(PermissionDeniedError):
        queries.list_links(actor=project.scene.contact, project_id=project.id)
    stranger = launch_example().scene.specialist
    with pytest.raises(NotFoundError):
        steering.preview_change(actor=stranger, project_id=project.id, change=change, at=project.scene.at)


def test_a_plan_is_steered_over_http(project: Running) -> None:
    client = key_client(workspace=project.scene.workspace)
    base = f"/api/v1/projects/{project.id}/plan"
    ends = {"predecessor_id": str(project.task("logo").id), "successor_id": str(project.task("first-import").id)}
    body = {"added": [{**ends, "lag": "20wd"}]}
    tried = client.post(f"{base}/preview", body, "application/json")
    assert tried.status_code == 200
    saved = client.post(f"{base}/changes", body, "application/json").json()
    assert saved["step_id"]
    assert {**saved, "step_id": None} == tried.json()
    task_id = ends["successor_id"]
    links = client.get(f"{base}/links?task_id={task_id}").json()
    assert [link["lag"] for link in links] == ["", "20wd"] or [link["lag"] for link in links if link["lag"]] == ["20wd"]
    circle = {"added": [{"predecessor_id": task_id, "successor_id": ends["predecessor_id"]}]}
    assert client.post(f"{base}/preview", circle, "application/json").status_code == 409
    naive = {"timings": [{"task_id": task_id, "start_at": "2026-03-09T09:00:00"}]}
    assert client.post(f"{base}/changes", naive, "application/json").status_code == 422


def test_room_names_the_critical_path_and_leaves_out_what_is_over(project: Running) -> None:
    complete(project, "sales-handoff")
    room = queries.get_room(actor=project.scene.specialist, project_id=project.id)
    spare = {one.task_id: one for one in room.tasks}
    assert project.task("sales-handoff").id not in spare
    assert spare[project.task("first-import").id].is_critical
    logo = spare[project.task("logo").id]
    assert not logo.is_critical
    assert logo.float_days > 0
    with pytest.raises(PermissionDeniedError):
        queries.get_room(actor=project.scene.contact, project_id=project.id)
    body = key_client(workspace=project.scene.workspace).get(f"/api/v1/projects/{project.id}/plan/room").json()
    assert {one["task_id"] for one in body["tasks"] if one["is_critical"]} == {
        str(task_id) for task_id, one in spare.items() if one.is_critical
    }


def lonely(project: Running) -> list[str]:
    """What the plan says of meetings whose people share no hours."""
    room = queries.get_room(actor=project.scene.specialist, project_id=project.id)
    return [one.conflict for one in room.tasks if "suits everybody" in one.conflict]


def work_in(project: Running, zone: str) -> None:
    holder = Holder(kind=HolderKind.MEMBER, id=project.scene.specialist.id)  # type: ignore[arg-type]
    hours.set_hours(actor=project.scene.specialist, holder=holder, changes={"time_zone": zone}, at=project.scene.at)


def test_a_running_plan_names_meetings_whose_people_share_no_hours(project: Running) -> None:
    assert lonely(project) == []
    work_in(project, "Pacific/Auckland")
    name = project.task("kickoff").assignee_name
    said = f"Kickoff call has no time that suits everybody: {name} and Nia Park share no working hours in this time."
    assert lonely(project) == [said]
    page = text_of(owner_of(project).get(f"/projects/{project.id}/?view=gantt"))
    assert f"{name} and Nia Park share no working hours" in page
    tasks.start_task(actor=project.scene.specialist, task_id=project.task("kickoff").id, at=project.scene.at)
    assert lonely(project) == []


def test_a_meeting_is_seen_by_the_hours_of_people_who_own_no_open_task(project: Running) -> None:
    theirs = ProjectTask.objects.for_actor(project.scene.manager).filter(contact_id=project.scene.sponsor.id)
    assert theirs.update(contact_id=None)
    holder = Holder(kind=HolderKind.CONTACT, id=project.scene.sponsor.id)
    hours.set_hours(
        actor=project.scene.manager, holder=holder, changes={"time_zone": "Pacific/Auckland"}, at=project.scene.at
    )
    assert len(lonely(project)) == 1


def test_two_people_of_one_name_are_two_at_a_meeting(project: Running) -> None:
    rows = ProjectRole.objects.for_actor(project.scene.manager).filter(project_id=project.id)
    rows.exclude(person_name="").update(person_name="Nia Park")
    work_in(project, "Pacific/Auckland")
    assert [text.split(": ")[1] for text in lonely(project)] == [
        "Nia Park (Success manager) and Nia Park (Sponsor) share no working hours in this time."
    ]


def away_for_two_weeks(project: Running, first: datetime) -> None:
    """The sponsor, who owns tasks and is invited to the kickoff, is on leave."""
    new = NewDay(kind=DayKind.LEAVE, first_on=first.date(), last_on=(first + timedelta(days=13)).date())
    holder = Holder(kind=HolderKind.CONTACT, id=project.scene.sponsor.id)
    days.add_day(actor=project.scene.manager, holder=holder, new=new, at=project.scene.at)


def test_a_preview_names_meetings_that_lose_the_hours_that_all_share_as_the_plan_does_then(project: Running) -> None:
    leave = project.task("kickoff").start_at + timedelta(days=14)
    away_for_two_weeks(project, leave)
    change = timing(project, "kickoff", start_at=leave, due_at=leave + timedelta(hours=1))
    tried = try_out(project, change)
    assert save(project, change) == tried
    [said] = lonely(project)
    assert said in tried.new_conflicts
    assert said == "Kickoff call has no time that suits everybody: Nia Park does not work in this time."
    moved_on = timing(project, "kickoff", start_at=leave + timedelta(days=2), due_at=leave + timedelta(days=2, hours=1))
    assert said not in try_out(project, moved_on).new_conflicts
    again = timing(project, "kickoff", start_at=leave - timedelta(days=7), due_at=leave - timedelta(days=6))
    assert said in save(project, again).solved_conflicts
    assert lonely(project) == []


def test_an_invited_person_without_any_hours_keeps_nobody_from_moving_a_meeting(project: Running) -> None:
    theirs = ProjectTask.objects.for_actor(project.scene.manager).filter(contact_id=project.scene.sponsor.id)
    assert theirs.update(contact_id=None)
    closed = {"holder_id": project.scene.sponsor.id, "holder_kind": HolderKind.CONTACT, "week": [[]] * 7}
    Calendar(workspace_id=project.scene.workspace.id, created_at=project.scene.at, **closed).save(force_insert=True)
    start = project.task("kickoff").start_at + timedelta(days=7)
    assert not save(project, timing(project, "kickoff", start_at=start, due_at=start)).new_conflicts
    assert project.task("kickoff").start_at == start


def test_a_preview_reads_who_is_invited_only_where_a_meeting_moves(
    project: Running, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    later = project.task("kickoff").due_at + timedelta(days=7)
    with django_assert_num_queries(statements(postgresql=4, sqlite=11)):
        try_out(project, timing(project, "logo", duration="9wd"))
    with django_assert_num_queries(statements(postgresql=5, sqlite=12)):
        try_out(project, timing(project, "kickoff", start_at=later, due_at=later))


def test_the_plan_with_its_room_takes_the_same_queries_however_many_meet(
    project: Running, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def read() -> None:
        projects.get_project_with_room(actor=project.scene.specialist, project_id=project.id, at=project.scene.at)

    with django_assert_num_queries(statements(postgresql=4, sqlite=11)):
        read()
    row = project.task("kickoff")
    row.details = {**row.details, "settings": {**row.details["settings"], "attendees": []}}
    row.save(update_fields=["details"])
    with django_assert_num_queries(statements(postgresql=4, sqlite=11)):
        read()


def test_dates_on_days_off_move_on_to_the_next_working_day_where_that_is_asked_for(project: Running) -> None:
    logo = project.task("logo")
    saturday = logo.start_at + timedelta(days=(5 - logo.start_at.weekday()) % 7)
    both = {"start_at": saturday, "due_at": saturday + timedelta(days=1)}
    effect = save(project, timing(project, "logo", **both, on_working_days=True))
    assert len(effect.notes) == 2
    moved = project.task("logo")
    assert moved.start_at == saturday + timedelta(days=2)
    assert moved.due_at == saturday + timedelta(days=3)
    assert save(project, timing(project, "logo", **both)).notes == ()
    assert project.task("logo").start_at == saturday


def set_for_a_week(project: Running) -> None:
    """Set both ends of a task by hand, Monday to Friday: five working days."""
    save(project, timing(project, "provision", start_at=march(16), due_at=march(20, 17)))


def march(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def dates_of(project: Running, key: str) -> tuple[datetime, datetime]:
    return project.task(key).start_at, project.task(key).due_at


@pytest.mark.parametrize(
    ("days", "landed", "said"),
    [
        (
            5,
            (march(23), march(27, 17)),
            "ends on Friday 27 March, not on Wednesday 25 March: it keeps its working days",
        ),
        (1, (march(17), march(23, 17)), "cannot end on Saturday 21 March, a day off: it ends on Monday 23 March"),
        (7, (march(23), march(27, 17)), ""),
    ],
)
def test_what_moves_as_a_whole_keeps_its_working_days(
    project: Running, days: int, landed: tuple[datetime, datetime], said: str
) -> None:
    set_for_a_week(project)
    start_at, due_at = (at + timedelta(days=days) for at in dates_of(project, "provision"))
    change = timing(project, "provision", start_at=start_at, due_at=due_at, on_working_days=True)
    effect = save(project, change)
    assert dates_of(project, "provision") == landed
    assert said in " ".join(effect.notes)
    assert bool(effect.notes) == bool(said)


def test_the_room_has_every_dependency_in_words_and_the_days_off(project: Running) -> None:
    room = queries.get_room(actor=project.scene.specialist, project_id=project.id)
    known = {(bond.predecessor_id, bond.successor_id): bond.words for bond in room.bonds}
    assert len(known) == TaskLink.objects.for_actor(project.scene.manager).filter(project_id=project.id).count()
    assert known[project.task("kickoff").id, project.task("logo").id] == "Starts after Kickoff call ends"
    assert {day.weekday() for day in room.off_days} == {5, 6}
    assert min(room.off_days) < project.task("sales-handoff").start_at.date()


def test_a_stage_that_waits_for_a_task_is_listed_with_it() -> None:
    definition = example_definition()
    waiting = replace(definition.stages[2], after=(LinkSpec(task="logo"),))
    project = launch_example(make_scene(example_definition(stages=(*definition.stages[:2], waiting))))
    links = queries.list_links(actor=project.scene.specialist, project_id=project.id, task_id=project.task("logo").id)
    behind = next(link for link in links if link.successor_id is None)
    assert behind.successor_name == "First win"
    assert behind.successor_stage_id == project.task("first-import").stage_id
    assert behind.words == "Starts after Send us your logo ends"
    refused(project, PlanChange(removed=(behind.id,)), NotFoundError)

"""People's time: estimates, hours by week, what is behind a week."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from firstwin.customers.contracts import Segment
from firstwin.identity.contracts import Role
from firstwin.playbooks.contracts import Side, TaskKind
from firstwin.projects.contracts import PersonRef, ReasonSide
from firstwin.projects.contracts.changes import TaskPatch
from firstwin.projects.contracts.workload import LoadLevel, MemberLoad, WorkloadFilters
from firstwin.projects.operations import changes, lifecycle
from firstwin.projects.queries import workload
from firstwin.projects.rules import estimates
from firstwin.projects.rules.workload import level_of
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.calendars import enter, holder_of
from tests.factories.identity import Member, make_member
from tests.factories.projects import SIGNED_AT, Running, launch_example

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


@pytest.fixture
def running() -> Running:
    return launch_example()


def own(running: Running, weeks: int = 8, **filters: Any) -> MemberLoad:
    found = workload.get_workload(
        actor=running.scene.manager, at=SIGNED_AT, weeks=weeks, filters=WorkloadFilters(**filters)
    )
    return next(one for one in found.members if one.member_id == running.scene.specialist.id)


def estimate(running: Running, key: str, hours: float) -> None:
    patch = TaskPatch(estimate_hours=hours)
    changes.edit_task(actor=running.scene.manager, task_id=running.task(key).id, patch=patch, at=SIGNED_AT)


def test_a_task_takes_its_hours_else_what_is_usual() -> None:
    assert estimates.minutes_of(TaskKind.TODO, is_automatic=False, hours=3.5) == 210
    assert estimates.minutes_of(TaskKind.MEETING, is_automatic=False, hours=None) == 60
    assert estimates.minutes_of(TaskKind.MESSAGE, is_automatic=True, hours=None) == 0
    assert estimates.minutes_of(TaskKind.MESSAGE, is_automatic=True, hours=1) == 60
    assert set(estimates.USUAL_MINUTES) == set(TaskKind)


@pytest.mark.parametrize(
    ("hours", "capacity", "level"),
    [
        (41, 40, "over"),
        (40.5, 40, "full"),
        (34, 40, "full"),
        (20, 40, "busy"),
        (19, 40, "free"),
        (0, 0, "away"),
        (1, 0, "over"),
    ],
)
def test_how_full_a_week_is(hours: float, capacity: int, level: str) -> None:
    assert level_of(Decimal(str(hours)), Decimal(capacity)) is LoadLevel(level)


def test_hours_written_down_fill_the_weeks_of_the_task(running: Running) -> None:
    before = own(running).hours
    estimate(running, "sales-handoff", 52)
    found = own(running)
    assert found.hours == before + 50
    assert found.weeks[0].level is LoadLevel.OVER
    assert found.is_over
    assert found.weeks[0].capacity == 40


def test_the_present_week_counts_from_today_and_late_work_falls_on_it(running: Running) -> None:
    at = datetime(2026, 3, 12, 9, tzinfo=UTC)
    found = workload.get_workload(actor=running.scene.manager, at=at)
    week = next(one for one in found.members if one.member_id == running.scene.specialist.id).weeks[0]
    assert week.capacity == 16
    assert week.hours >= 2


def test_leave_takes_hours_away_and_work_moves_out_of_it(running: Running) -> None:
    member = Member.objects.for_workspace(running.scene.workspace.id).get(id=running.scene.specialist.id)
    enter(member.workspace_id, holder_of(member), MONDAY, date(2026, 3, 6))
    week = own(running).weeks[0]
    assert (week.capacity, week.hours, week.level) == (0, 0, LoadLevel.AWAY)
    assert week.away


def test_projects_on_hold_do_not_count(running: Running) -> None:
    lifecycle.hold_project(
        actor=running.scene.manager, project_id=running.id, side=ReasonSide.CUSTOMER, reason="Summer", at=SIGNED_AT
    )
    assert own(running).hours == 0


def test_filters_choose_people_and_count_all_of_their_work(running: Running) -> None:
    manager, at = running.scene.manager, SIGNED_AT

    def names(**filters: Any) -> set[UUID]:
        found = workload.get_workload(actor=manager, at=at, filters=WorkloadFilters(**filters))
        return {one.member_id for one in found.members}

    assert names(role=Role.SPECIALIST) == {running.scene.specialist.id}
    assert names(skill="Unknown") == set()
    assert names(time_zone="Asia/Kolkata") == set()
    segment = Segment(running.row().segment)
    assert names(segment=segment) == {running.scene.specialist.id}
    assert names(segment=next(one for one in Segment if one is not segment)) == set()


def test_behind_a_week_are_its_tasks_and_handing_on_moves_them(running: Running) -> None:
    manager = running.scene.manager
    estimate(running, "sales-handoff", 6)
    found = workload.get_week_tasks(actor=manager, member_id=running.scene.specialist.id, monday=MONDAY, at=SIGNED_AT)
    assert found.tasks[0].name == "Talk to sales"
    assert (found.tasks[0].hours, found.tasks[0].is_usual) == (6, False)
    assert sum(task.hours for task in found.tasks) == pytest.approx(found.week.hours, abs=Decimal("0.1"))
    assert manager.id is not None
    person = PersonRef(side=Side.VENDOR, id=manager.id, name="")
    changes.assign_task(actor=manager, task_id=found.tasks[0].id, person=person, at=SIGNED_AT)
    after = workload.get_week_tasks(actor=manager, member_id=manager.id, monday=MONDAY, at=SIGNED_AT)
    assert [task.name for task in after.tasks] == ["Talk to sales"]
    assert own(running).hours < found.member.hours or found.week.hours > own(running).weeks[0].hours


def test_an_estimate_is_taken_back_to_the_usual_and_nonsense_is_refused(running: Running) -> None:
    estimate(running, "sales-handoff", 6)
    assert running.info("sales-handoff").estimate_hours == 6
    with pytest.raises(InvalidInputError):
        estimate(running, "sales-handoff", -1)
    assert running.info("sales-handoff").estimate_hours == 6
    task = running.task("sales-handoff")
    patch = TaskPatch(has_usual_estimate=True)
    changes.edit_task(actor=running.scene.manager, task_id=task.id, patch=patch, at=SIGNED_AT)
    assert running.info("sales-handoff").estimate_hours is None


def test_what_is_not_there_is_refused(running: Running) -> None:
    manager, stranger = running.scene.manager, make_member(Role.VIEWER)
    with pytest.raises(InvalidInputError):
        workload.get_workload(actor=manager, at=SIGNED_AT, weeks=27)
    with pytest.raises(NotFoundError):
        workload.get_week_tasks(actor=manager, member_id=stranger.id, monday=MONDAY, at=SIGNED_AT)
    with pytest.raises(InvalidInputError):
        workload.get_week_tasks(actor=manager, member_id=stranger.id, monday=date(2026, 3, 3), at=SIGNED_AT)
    with pytest.raises(PermissionDeniedError):
        workload.get_workload(actor=running.scene.contact, at=SIGNED_AT)


def test_the_reads_do_not_grow_with_people_and_tasks(running: Running, django_assert_num_queries: Any) -> None:
    for _ in range(5):
        make_member(Role.SPECIALIST, workspace=running.scene.workspace)
    launch_example(running.scene)
    with django_assert_num_queries(6):
        workload.get_workload(actor=running.scene.manager, at=SIGNED_AT, weeks=12)

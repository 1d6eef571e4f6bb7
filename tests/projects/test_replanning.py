"""Plans and calendars: whose calendar a task counts in, and what follows when one changes."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest

from firstwin.calendars.contracts import DayKind, Holder
from firstwin.calendars.models import Calendar, CalendarChange, CalendarDay
from firstwin.calendars.operations import days, hours, imports
from firstwin.calendars.queries import specs as spec_queries
from firstwin.communications.models import Notification
from firstwin.customers.models import Account, Contact
from firstwin.customers.operations import accounts
from firstwin.identity.contracts import Actor, system_actor
from firstwin.identity.models import Member
from firstwin.journal import queries as journal_queries
from firstwin.journal.contracts import EntryFilter, EntryInfo
from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts import PersonRef
from firstwin.projects.contracts.ledger import LedgerSide
from firstwin.projects.contracts.steering import PlanChange, TaskTiming
from firstwin.projects.models import LedgerEntry, Project, ProjectTask
from firstwin.projects.operations import baselines, changes, clock, lifecycle, replanning, steering, tasks
from firstwin.projects.queries import day_counts, preview, wishes
from firstwin.projects.queries import steering as steering_queries
from firstwin.shared.errors import ConflictError
from tests.calendars.test_rules import ics
from tests.factories.calendars import enter, holder_of, of_workspace
from tests.factories.projects import Running, Scene, launch_example, make_scene, new_project

pytestmark = pytest.mark.django_db

RunJobs = Callable[[datetime], int]


def member_row(actor: Actor) -> Member:
    return Member.objects.for_actor(actor).get(id=actor.id)


def days_of(project: Running) -> dict[str, tuple[date, date]]:
    rows = ProjectTask.objects.for_actor(project.scene.manager).filter(project_id=project.id)
    return {row.key: (row.start_at.date(), row.due_at.date()) for row in rows}


def moves(project: Running) -> list[EntryInfo]:
    page = journal_queries.list_entries(
        actor=project.scene.manager,
        chosen=EntryFilter(project_id=project.id, event_names=("project.rescheduled",)),
    )
    return list(page.items)


def leave(
    scene: Scene, row: Member | Account | Contact, first: date, last: date | None = None, **fields: object
) -> UUID:
    return enter(scene.workspace.id, holder_of(row), first, last, **fields)  # type: ignore[arg-type]


def test_preview_and_launch_go_round_the_leave_of_whoever_owns_a_task() -> None:
    usual = days_of(launch_example())
    scene = make_scene()
    first = usual["sales-handoff"][0]
    leave(scene, member_row(scene.specialist), first, date(first.year, first.month, first.day + 3))
    shown = preview.preview_launch(actor=scene.manager, new=new_project(scene), at=scene.at)
    project = launch_example(scene)
    found = days_of(project)
    assert found["sales-handoff"] > usual["sales-handoff"]
    assert {item.key: item.due_at.date() for item in shown.items if item.kind and item.due_at} == {
        key: due for key, (_, due) in found.items()
    }


def test_leave_moves_a_running_plan_and_says_so(run_jobs: RunJobs) -> None:
    project = launch_example()
    scene = project.scene
    run_jobs(scene.at)
    task = project.task("sales-handoff")
    leave(scene, member_row(scene.specialist), task.start_at.date(), task.due_at.date())
    run_jobs(scene.at)
    assert project.task("sales-handoff").due_at > task.due_at
    (moved,) = moves(project)
    assert moved.author.name == "Firstwin"
    assert moved.data["is_by_calendar"]
    assert "'s leave" in moved.data["cause"]
    assert "moved by" in moved.data["extent"]
    told = Notification.objects.for_actor(scene.manager).filter(kind="plan")
    assert [row.member_id for row in told] == [scene.specialist.id]
    assert told[0].title == f"{moved.data['extent']}: {moved.data['cause']}"
    assert told[0].excerpt == "Acorn Foods"


def test_working_it_out_again_changes_nothing_and_tells_nobody(run_jobs: RunJobs) -> None:
    project = launch_example()
    scene = project.scene
    task = project.task("sales-handoff")
    leave(scene, member_row(scene.specialist), task.start_at.date(), task.due_at.date())
    run_jobs(scene.at)
    before = days_of(project), len(moves(project))
    for _ in range(2):
        replanning.replan_project(actor=scene.manager, project_id=project.id)
    run_jobs(scene.at)
    assert (days_of(project), len(moves(project))) == before
    assert Notification.objects.for_actor(scene.manager).filter(kind="plan").count() == 1


def test_whatever_comes_first_tells_the_calendar_apart_from_itself(run_jobs: RunJobs) -> None:
    project = launch_example()
    scene = project.scene
    run_jobs(scene.at)
    task = project.task("sales-handoff")
    specialist = member_row(scene.specialist)
    leave(scene, specialist, task.start_at.date(), task.due_at.date())
    assert replanning.replan_affected(actor=scene.manager, holder=holder_of(specialist)) == 1
    tasks.mark_task_not_applicable(
        actor=scene.manager, task_id=project.task("company-form").id, reason="Known", at=scene.at
    )
    first, *others = reversed(moves(project))
    assert first.data["cause"].startswith(f"{specialist.user.name}'s leave")
    assert first.data["is_by_calendar"]
    assert not any(other.data["is_by_calendar"] for other in others)
    before = days_of(project)
    run_jobs(scene.at)
    assert days_of(project) == before


def told_to_the_calendar(project: Running) -> list[tuple[str, int]]:
    rows = LedgerEntry.objects.for_actor(project.scene.manager).filter(project_id=project.id).order_by("position")
    return [(row.text, row.days) for row in rows if row.side == LedgerSide.CALENDAR]


def skip_the_form(project: Running) -> None:
    task_id = project.task("company-form").id
    tasks.mark_task_not_applicable(actor=project.scene.manager, task_id=task_id, reason="Known", at=project.scene.at)


def move_the_form(project: Running) -> None:
    task = project.task("company-form")
    timing = TaskTiming(task_id=task.id, due_at=task.due_at + timedelta(days=1))
    change = PlanChange(timings=(timing,))
    steering.change_plan(actor=project.scene.manager, project_id=project.id, change=change, at=project.scene.at)


def let_time_pass(project: Running) -> None:
    clock.advance_project(
        actor=system_actor(project.scene.workspace.id),
        project_id=project.id,
        at=project.scene.at + timedelta(minutes=1),
    )


def keep_the_plan(project: Running) -> None:
    baselines.keep_baseline(actor=project.scene.manager, project_id=project.id, name="First", at=project.scene.at)


@pytest.mark.parametrize("change", [skip_the_form, move_the_form, let_time_pass, keep_the_plan])
def test_a_change_before_anybody_heard_of_the_calendar_leaves_it_its_own_entry(
    change: Callable[[Running], None], run_jobs: RunJobs
) -> None:
    project = launch_example()
    scene = project.scene
    run_jobs(scene.at)
    task = project.task("kickoff")
    end_at = project.row().planned_end_at
    leave(scene, member_row(scene.specialist), task.start_at.date(), task.start_at.date() + timedelta(days=20))
    change(project)
    first, *others = reversed(moves(project))
    assert first.data["is_by_calendar"]
    assert "'s leave" in first.data["cause"]
    assert not any(other.data["is_by_calendar"] for other in others)
    ((text, lost),) = told_to_the_calendar(project)
    assert "'s leave" in text
    assert lost > 10
    row, calendar = project.row(), spec_queries.get_specs(actor=scene.manager).workspace
    assert lost <= day_counts.counter(calendar)(end_at, row.planned_end_at)
    before = days_of(project), len(moves(project)), row.lost_days
    run_jobs(scene.at)
    assert (days_of(project), len(moves(project)), project.row().lost_days) == before
    assert len(told_to_the_calendar(project)) == 1


def test_changes_that_nobody_heard_of_are_told_each_under_its_own_name_in_their_order(run_jobs: RunJobs) -> None:
    heard, unheard = launch_example(), launch_example()
    for project in (heard, unheard):
        scene = project.scene
        run_jobs(scene.at)
        first, person = project.task("kickoff").start_at.date(), member_row(scene.specialist)
        label = {"kind": DayKind.DAY_OFF, "label": "Works outing"}
        for row, until, fields in ((person, 9, {}), (scene.workspace, 14, label), (person, 20, {})):
            holder = of_workspace(scene.manager) if row is scene.workspace else holder_of(row)
            enter(scene.workspace.id, holder, first, first + timedelta(days=until), **fields)
            if project is heard:
                run_jobs(scene.at)
        if project is unheard:
            skip_the_form(project)
    told = [re.sub(r"Person \d+", "Ada", text) for text, _ in told_to_the_calendar(unheard)]
    outing = "Northwind Software's day off 4–18 March: Works outing"
    assert told == ["Ada's leave 4–13 March", outing, "Ada's leave 4–24 March"]
    assert [days for _, days in told_to_the_calendar(unheard)] == [days for _, days in told_to_the_calendar(heard)]
    assert unheard.row().lost_days == sum(days for _, days in told_to_the_calendar(unheard))
    causes = [move.data["cause"] for move in reversed(moves(unheard)) if move.data["is_by_calendar"]]
    assert causes == [text for text, _ in told_to_the_calendar(unheard)]


def test_a_change_of_which_is_not_known_what_it_replaced_counts_from_the_day_counted_last(run_jobs: RunJobs) -> None:
    project = launch_example()
    scene = project.scene
    run_jobs(scene.at)
    first = project.task("kickoff").start_at.date()
    for until in (9, 20):
        leave(scene, member_row(scene.specialist), first, first + timedelta(days=until))
    CalendarChange.objects.for_actor(scene.manager).order_by("id")[0].delete()  # made by an older program
    skip_the_form(project)
    told = told_to_the_calendar(project)
    assert [text.split("'s ")[1] for text, _ in told] == ["leave 4–13 March", "leave 4–24 March"]
    assert all(days > 0 for _, days in told)


def test_a_time_zone_that_changed_unheard_is_told_as_what_it_was(run_jobs: RunJobs) -> None:
    project = launch_example()
    scene = project.scene
    run_jobs(scene.at)
    accounts.edit_account(
        actor=scene.manager, account_id=scene.account.id, changes={"time_zone": "Pacific/Auckland"}, at=scene.at
    )
    skip_the_form(project)
    first, *_ = reversed(moves(project))
    assert (first.data["is_by_calendar"], first.data["cause"]) == (True, "the time zone of Acorn Foods changed")


def test_a_calendar_that_nobody_told_of_is_still_no_persons_doing() -> None:
    project = launch_example()
    scene = project.scene
    Account.objects.for_actor(scene.manager).update(time_zone="Pacific/Auckland")
    skip_the_form(project)
    first, *_ = reversed(moves(project))
    assert (first.data["is_by_calendar"], first.data["cause"]) == (True, "a working calendar changed")


def test_who_takes_over_or_is_done_brings_no_calendar_into_it(run_jobs: RunJobs) -> None:
    project = launch_example()
    scene = project.scene
    task = project.task("sales-handoff")
    leave(scene, member_row(scene.manager), task.start_at.date(), task.due_at.date())
    run_jobs(scene.at)
    assert scene.manager.id is not None
    manager = PersonRef(side=Side.VENDOR, id=scene.manager.id, name=scene.manager.name, email="")
    changes.assign_task(actor=scene.manager, task_id=task.id, person=manager, at=scene.at)
    skip_the_form(project)
    tasks.complete_task(actor=scene.manager, task_id=task.id, at=scene.at)
    let_time_pass(project)
    assert not any(move.data["is_by_calendar"] for move in moves(project))
    assert told_to_the_calendar(project) == []


def test_a_plan_of_an_older_program_learns_its_calendars_with_its_next_change() -> None:
    project = launch_example()
    known = project.row().calendars_mark
    Project.objects.for_actor(project.scene.manager).filter(id=project.id).update(calendars_mark="")
    let_time_pass(project)
    assert project.row().calendars_mark == known != ""


def test_a_change_that_moves_nothing_tells_nobody(run_jobs: RunJobs) -> None:
    project = launch_example()
    scene = project.scene
    run_jobs(scene.at)
    before = days_of(project)
    leave(scene, member_row(scene.specialist), date(2020, 1, 6), date(2020, 1, 10))
    leave(scene, member_row(scene.manager), scene.at.date(), scene.at.date().replace(day=20))
    run_jobs(scene.at)
    assert (days_of(project), moves(project)) == (before, [])
    assert not Notification.objects.for_actor(scene.manager).filter(kind="plan").exists()


def test_taking_leave_out_again_brings_the_plan_back(run_jobs: RunJobs) -> None:
    project = launch_example()
    scene = project.scene
    before = days_of(project)
    task = project.task("sales-handoff")
    day_id = leave(scene, member_row(scene.specialist), task.start_at.date(), task.due_at.date())
    run_jobs(scene.at)
    assert days_of(project) != before
    days.remove_day(actor=scene.specialist, day_id=day_id, at=scene.at)
    run_jobs(scene.at)
    assert days_of(project) == before


def test_days_off_of_the_customer_and_of_a_contact_count_on_their_side(run_jobs: RunJobs) -> None:
    project = launch_example()
    scene = project.scene
    task = project.task("company-form")
    assert task.contact_id == scene.sponsor.id
    for row in (scene.sponsor, scene.account):
        before = days_of(project)
        due = project.task("company-form").due_at.date()
        day_id = leave(scene, row, due, kind=DayKind.DAY_OFF)
        run_jobs(scene.at)
        after = days_of(project)
        assert after["company-form"][1] > before["company-form"][1]
        assert after["sales-handoff"] == before["sales-handoff"]
        days.remove_day(actor=scene.manager, day_id=day_id, at=scene.at)
        run_jobs(scene.at)


def test_the_workspace_moves_every_running_plan_and_none_that_is_over(run_jobs: RunJobs) -> None:
    scene = make_scene()
    running, over = launch_example(scene), launch_example(scene)
    lifecycle.cancel_project(actor=scene.manager, project_id=over.id, reason="They left", at=scene.at)
    run_jobs(scene.at)
    before = days_of(running), days_of(over)
    first = running.task("sales-handoff").start_at.date()
    enter(scene.workspace.id, of_workspace(scene.manager), first, kind=DayKind.DAY_OFF, label="Summer party")
    run_jobs(scene.at)
    assert days_of(running) != before[0]
    assert days_of(over) == before[1]
    assert "day off" in moves(running)[0].data["cause"]
    assert moves(running)[0].data["cause"].endswith(": Summer party")


def test_a_task_that_changes_hands_counts_in_the_new_calendar(run_jobs: RunJobs) -> None:
    project = launch_example()
    scene = project.scene
    task = project.task("sales-handoff")
    leave(scene, member_row(scene.manager), task.start_at.date(), task.due_at.date())
    run_jobs(scene.at)
    assert project.task("sales-handoff").due_at == task.due_at
    assert scene.manager.id is not None
    manager = PersonRef(side=Side.VENDOR, id=scene.manager.id, name=scene.manager.name, email="")
    changes.assign_task(actor=scene.manager, task_id=task.id, person=manager, at=scene.at)
    assert project.task("sales-handoff").due_at > task.due_at


def test_shorter_hours_an_import_and_its_undo_are_followed(run_jobs: RunJobs) -> None:
    project = launch_example()
    scene = project.scene
    holder: Holder = holder_of(member_row(scene.specialist))
    before = days_of(project)
    day = project.task("sales-handoff").start_at.date()
    looked = imports.prepare_import(
        actor=scene.specialist,
        holder=holder,
        file_name="leave.ics",
        data=ics(f"UID:a\nDTSTART;VALUE=DATE:{day:%Y%m%d}\nDURATION:P3D"),
        at=scene.at,
    )
    imports.finish_import(actor=scene.specialist, import_id=looked.id, at=scene.at)
    run_jobs(scene.at)
    assert days_of(project) != before
    assert "imported from leave.ics" in moves(project)[0].data["cause"]
    imports.undo_import(actor=scene.specialist, import_id=looked.id, at=scene.at)
    run_jobs(scene.at)
    assert days_of(project) == before
    no_mondays = ((), *(((time(9), time(17)),),) * 4, (), ())
    hours.set_hours(actor=scene.specialist, holder=holder, changes={"week": no_mondays}, at=scene.at)
    run_jobs(scene.at)
    assert days_of(project) != before
    assert moves(project)[0].data["cause"].endswith("working hours changed")


def test_a_calendar_that_cannot_be_used_is_told_with_whose_it_is() -> None:
    project = launch_example()
    scene = project.scene
    closed = Calendar(
        workspace_id=scene.workspace.id,
        holder_kind="member",
        holder_id=member_row(scene.specialist).id,
        week=[[], [], [], [], [["09:00", "17:00"]], [], []],
        day_count=1,
        created_at=scene.at,
    )
    closed.save(force_insert=True)
    day_off = CalendarDay(
        workspace_id=scene.workspace.id,
        calendar_id=closed.id,
        kind="day_off",
        first_on=date(2026, 3, 6),
        last_on=date(2026, 3, 6),
        repeats="FREQ=WEEKLY",
    )
    day_off.save(force_insert=True)
    told = f"The calendar of {scene.specialist.name} cannot be used. No working hour in 3 years"
    with pytest.raises(ConflictError, match=told) as caught:
        tasks.complete_task(actor=scene.specialist, task_id=project.task("sales-handoff").id, at=scene.at)
    assert "some hours" in caught.value.remedy
    assert project.task("sales-handoff").finished_at is None
    room = steering_queries.get_room(actor=scene.specialist, project_id=project.id)
    assert room.problem.startswith(told)
    with pytest.raises(ConflictError, match=told):
        wishes.get_wish(actor=scene.specialist, project_id=project.id, end_on=date(2026, 6, 1), at=scene.at)
    with pytest.raises(ConflictError, match="The calendar of whoever does “Welcome email”"):
        preview.preview_launch(actor=scene.specialist, new=new_project(scene), at=scene.at)

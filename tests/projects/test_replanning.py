"""Plans and calendars: whose calendar a task counts in, and what follows when one changes."""

from collections.abc import Callable
from datetime import date, datetime, time
from uuid import UUID

import pytest

from firstwin.calendars.contracts import DayKind, Holder
from firstwin.calendars.operations import days, hours, imports
from firstwin.communications.models import Notification
from firstwin.customers.models import Account, Contact
from firstwin.identity.contracts import Actor
from firstwin.identity.models import Member
from firstwin.journal import queries as journal_queries
from firstwin.journal.contracts import EntryFilter, EntryInfo
from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts import PersonRef
from firstwin.projects.models import ProjectTask
from firstwin.projects.operations import changes, lifecycle, replanning, tasks
from firstwin.projects.queries import preview
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
    holder = holder_of(member_row(scene.specialist))
    leave(scene, member_row(scene.specialist), task.start_at.date(), task.due_at.date())
    told = replanning.replan_affected(actor=scene.manager, holder=holder, why="Ada's leave", at=scene.at)
    assert told == 1
    tasks.mark_task_not_applicable(
        actor=scene.manager, task_id=project.task("company-form").id, reason="Known", at=scene.at
    )
    first, *others = reversed(moves(project))
    assert (first.data["cause"], first.data["is_by_calendar"]) == ("Ada's leave", True)
    assert not any(other.data["is_by_calendar"] for other in others)
    before = days_of(project)
    run_jobs(scene.at)
    assert days_of(project) == before


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

"""Somebody's day, the portal and the search."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from firstwin.identity.contracts import Role
from firstwin.playbooks.contracts import Visibility
from firstwin.projects.contracts import ProjectState, ReasonSide, TaskStanding
from firstwin.projects.contracts.my_day import DayReason
from firstwin.projects.contracts.portfolio import HitKind
from firstwin.projects.operations import comments, lifecycle, tasks
from firstwin.projects.queries import my_day, portal, portfolio, projects, search
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from tests.factories.counting import statements
from tests.factories.customers import contact_actor, make_account, make_contact
from tests.factories.identity import make_actor, make_workspace
from tests.factories.projects import Running, launch_example, make_scene
from tests.projects.test_tasks import complete

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Running:
    return launch_example()


def test_a_day_tells_what_needs_one_what_waits_and_what_comes(
    project: Running, django_assert_max_num_queries: Any
) -> None:
    scene = project.scene
    at = scene.at + timedelta(days=1)
    tasks.mark_task_stuck(
        actor=scene.specialist, task_id=project.task("provision").id, side=ReasonSide.VENDOR, reason="Server", at=at
    )
    comments.add_comment(
        actor=scene.contact, project_id=project.id, task_id=project.task("company-form").id, body="When?", at=at
    )
    with django_assert_max_num_queries(9):
        day = my_day.get_my_day(actor=scene.specialist, at=at)
    assert [(row.reason, row.task.name if row.task else row.comment and row.comment.body) for row in day.needs_you] == [
        (DayReason.OVERDUE, "Talk to sales"),
        (DayReason.STUCK, "Provision the platform"),
        (DayReason.REPLY, "When?"),
    ]
    assert day.needs_you[0].sentence == "Due since 2 March"
    assert [(row.sentence, row.account_name) for row in day.waiting] == [
        ("Waiting for Nia Park since 2 March", "Acorn Foods")
    ]
    assert [row.task and row.task.name for row in day.coming_up] == ["Welcome email", "Kickoff call"]
    assert day.project_count == 1
    manager = my_day.get_my_day(actor=scene.manager, at=at)
    assert (manager.needs_you, manager.waiting, manager.project_count) == ((), (), 0)
    assert my_day.get_my_day(actor=scene.manager, member_id=scene.specialist.id, at=at) == day


def test_days_are_told_where_their_reader_is() -> None:
    project = launch_example(make_scene(workspace=make_workspace(time_zone="America/Los_Angeles")))
    scene, at = project.scene, project.scene.at + timedelta(days=1, hours=12)
    due = project.task("sales-handoff").due_at
    assert (due.day, due.hour) == (3, 1)  # in the evening of the day before, where the team is
    here = replace(scene.specialist, time_zone="America/Los_Angeles")
    for reader, said in ((here, "Due since 2 March"), (replace(here, time_zone="Europe/Berlin"), "Due since 3 March")):
        assert my_day.get_my_day(actor=reader, at=at).needs_you[0].sentence == said
        detail = projects.get_project(actor=reader, project_id=project.id, at=at)
        task = next(task for stage in detail.stages for task in stage.tasks if task.key == "sales-handoff")
        assert task.standing_reason == said
        assert projects.get_task(actor=reader, task_id=task.id, at=at).standing_reason == said
        listed = portfolio.list_projects(actor=reader, at=at).items[0]
        assert listed.standing_reason == detail.summary.standing_reason
        assert detail.summary.standing_reason.endswith(f"the oldest {said.removeprefix('Due ')}")
    form = project.task("company-form")
    customer = replace(scene.contact, time_zone="Asia/Tokyo")
    seen = portal.get_portal_project(actor=customer, project_id=project.id, at=at)
    reasons = {task.id: task.standing_reason for stage in seen.stages for task in stage.tasks}
    assert reasons[form.id] == f"Due {form.due_at.astimezone(ZoneInfo('Asia/Tokyo')).day} March"
    assert form.due_at.astimezone(ZoneInfo("Asia/Tokyo")).day != form.due_at.astimezone(ZoneInfo(here.time_zone)).day


def test_approvals_wait_for_whom_they_name(project: Running) -> None:
    scene, at = project.scene, project.scene.at
    tasks.submit_task(actor=scene.specialist, task_id=project.task("plan-approval").id, at=at)
    day = my_day.get_my_day(actor=scene.specialist, at=at)
    assert DayReason.APPROVAL not in {row.reason for row in day.needs_you}


def test_held_projects_and_other_workspaces_are_not_on_anybody_s_day(project: Running) -> None:
    scene = project.scene
    lifecycle.hold_project(
        actor=scene.manager, project_id=project.id, side=ReasonSide.VENDOR, reason="Wait", at=scene.at
    )
    day = my_day.get_my_day(actor=scene.specialist, at=scene.at + timedelta(days=9))
    assert (day.needs_you, day.waiting, day.coming_up) == ((), (), ())
    with pytest.raises(PermissionDeniedError):
        my_day.get_my_day(actor=scene.contact, at=scene.at)


def view(project: Running, actor: Any = None, *, days: int = 0) -> Any:
    at = project.scene.at + timedelta(days=days)
    return portal.get_portal_project(actor=actor or project.scene.contact, project_id=project.id, at=at)


def test_the_portal_shows_and_counts_only_what_is_visible(project: Running, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(statements(postgresql=5, sqlite=8)):
        seen = view(project)
    names = [task.name for stage in seen.stages for task in stage.tasks]
    assert "Talk to sales" not in names
    assert (seen.task_count, seen.done_count, seen.percent) == (8, 0, 0)
    assert seen.next_step.name == "Tell us about your company"
    assert seen.next_meeting.name == "Kickoff call"
    complete(project, "sales-handoff")
    assert view(project).percent == 0
    complete(project, "company-form", actor=project.scene.contact, result={"users": 1})
    assert view(project).percent == 12
    assert {person.name for person in seen.people} == {"Success manager", "Sponsor"}


def test_a_title_only_task_shows_nothing_behind_its_title(project: Running) -> None:
    task = next(task for stage in view(project).stages for task in stage.tasks if task.name == "Provision the platform")
    assert not task.has_details
    assert (task.description, task.settings, task.assignee, task.standing_reason) == ("", {}, None, "")


def test_hidden_predecessors_are_not_named_and_internals_not_shown(project: Running) -> None:
    kickoff = next(task for stage in view(project).stages for task in stage.tasks if task.name == "Kickoff call")
    assert (kickoff.standing, kickoff.standing_reason) == (TaskStanding.BLOCKED, "Comes later")
    assert not kickoff.can_act
    welcome = next(task for stage in view(project).stages for task in stage.tasks if task.name == "Welcome email")
    assert "body" not in welcome.settings
    assert project.info("sales-handoff").visibility is Visibility.INTERNAL


def test_a_customer_is_not_late_with_what_waits_for_the_team(project: Running) -> None:
    seen = view(project, days=60)
    logo = next(task for stage in seen.stages for task in stage.tasks if task.name == "Send us your logo")
    assert project.info("logo", at=project.scene.at + timedelta(days=60)).standing is TaskStanding.LATE
    assert (logo.standing, logo.standing_reason) == (TaskStanding.BLOCKED, "Comes later")
    complete(project, "company-form", actor=project.scene.contact, result={"users": 1})
    assert view(project, days=60).next_step.name == "Import your data"


def test_the_approver_can_approve_and_others_cannot(project: Running) -> None:
    colleague = contact_actor(make_contact(project.scene.account))
    for actor, may in ((project.scene.contact, True), (colleague, False)):
        task = next(task for stage in view(project, actor).stages for task in stage.tasks if task.kind == "approval")
        assert (task.can_approve, task.can_act) == (may, False)


def test_everything_done_is_all_of_it(project: Running) -> None:
    for stage in project.detail().stages:
        for task in stage.tasks:
            tasks.mark_task_not_applicable(
                actor=project.scene.manager, task_id=task.id, reason="x", at=project.scene.at
            ) if task.visibility is Visibility.INTERNAL else complete_any(project, task.key)
    seen = view(project)
    assert (seen.percent, seen.next_step) == (100, None)


def complete_any(project: Running, key: str) -> None:
    if key == "logo":
        tasks.mark_task_not_applicable(
            actor=project.scene.manager, task_id=project.task(key).id, reason="x", at=project.scene.at
        )
    else:
        complete(
            project,
            key,
            actor=project.scene.manager,
            result={"users": 1} if key == "company-form" else None,
            evidence="x",
        )


def test_another_account_s_contact_sees_no_project(project: Running) -> None:
    stranger = contact_actor(make_contact(make_account(project.scene.workspace)))
    with pytest.raises(NotFoundError):
        view(project, stranger)
    assert portal.list_portal_projects(actor=stranger) == ()
    listed = portal.list_portal_projects(actor=project.scene.contact)
    assert listed == ((project.id, "Acorn Foods", ProjectState.ACTIVE),)


def test_search_finds_accounts_projects_and_open_tasks(project: Running, django_assert_max_num_queries: Any) -> None:
    scene = project.scene
    with django_assert_max_num_queries(3):
        hits = search.search(actor=scene.manager, text="acorn foods")
    assert {hit.kind for hit in hits} == {HitKind.ACCOUNT, HitKind.PROJECT}
    hits = search.search(actor=scene.manager, text="kick")
    assert [(hit.kind, hit.title, hit.where) for hit in hits] == [(HitKind.TASK, "Kickoff call", "Acorn Foods")]
    assert search.search(actor=scene.manager, text="k") == ()
    assert search.search(actor=make_actor(Role.OWNER), text="acorn") == ()
    with pytest.raises(PermissionDeniedError):
        search.search(actor=scene.contact, text="acorn")
    assert make_scene().workspace != scene.workspace

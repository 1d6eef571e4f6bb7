"""Projects and tasks in brief: what they hold, for whom, and in how few reads."""

from typing import Any

import pytest

from firstwin.identity.contracts import Role
from firstwin.playbooks.contracts import TaskKind, Visibility
from firstwin.projects.queries import briefs
from firstwin.projects.queries import projects as project_queries
from firstwin.shared import ids
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from tests.factories.identity import make_actor
from tests.factories.projects import launch_example

pytestmark = pytest.mark.django_db


def test_a_project_in_brief_says_what_its_page_says(django_assert_num_queries: Any) -> None:
    project = launch_example()
    with django_assert_num_queries(2):
        brief = briefs.get_project_brief(actor=project.scene.specialist, project_id=project.id)
    page = project_queries.get_project(actor=project.scene.specialist, project_id=project.id, at=project.scene.at)
    for name in ("id", "account_id", "account_name", "name", "playbook_name", "playbook_version_id", "state", "owner"):
        assert getattr(brief, name) == getattr(page.summary, name)
    assert (brief.roles, brief.fields) == (page.roles, page.fields)
    assert (brief.current_stage, brief.target_end_at) == (page.summary.current_stage, page.summary.target_end_at)


def test_a_task_in_brief_says_what_its_page_says(django_assert_num_queries: Any) -> None:
    project = launch_example()
    row = project.task("kickoff")
    with django_assert_num_queries(1):
        brief = briefs.find_task_brief(actor=project.scene.specialist, task_id=row.id, project_id=project.id)
    page = project_queries.get_task(actor=project.scene.specialist, task_id=row.id, at=project.scene.at)
    assert brief is not None
    assert brief.stage_name == "Set-up"
    for name in ("id", "key", "name", "kind", "side", "state", "assignee", "start_at", "due_at", "settings"):
        assert getattr(brief, name) == getattr(page, name)


def test_tasks_are_found_by_key_and_by_kind(django_assert_num_queries: Any) -> None:
    project = launch_example()
    actor = project.scene.specialist
    with django_assert_num_queries(1):
        meetings = briefs.list_task_briefs(actor=actor, project_id=project.id, kind=TaskKind.MEETING)
    assert [task.key for task in meetings] == ["kickoff"]
    [logo] = briefs.list_task_briefs(actor=actor, project_id=project.id, key="logo")
    assert (logo.kind, logo.visibility) == (TaskKind.FILE_REQUEST, Visibility.SHARED)
    assert briefs.list_task_briefs(actor=actor, project_id=project.id, key="no such key") == ()


def test_what_is_not_there_or_not_ones_own_is_not_found() -> None:
    project, elsewhere = launch_example(), make_actor(Role.OWNER)
    task = project.task("kickoff")
    assert briefs.find_task_brief(actor=project.scene.specialist, task_id=ids.new_id()) is None
    assert briefs.find_task_brief(actor=project.scene.specialist, task_id=task.id, project_id=ids.new_id()) is None
    assert briefs.find_task_brief(actor=elsewhere, task_id=task.id) is None
    assert briefs.list_task_briefs(actor=elsewhere, project_id=project.id) == ()
    with pytest.raises(NotFoundError):
        briefs.get_project_brief(actor=elsewhere, project_id=project.id)


def test_briefs_are_not_for_the_customer() -> None:
    project = launch_example()
    contact = project.scene.contact
    with pytest.raises(PermissionDeniedError):
        briefs.get_project_brief(actor=contact, project_id=project.id)
    with pytest.raises(PermissionDeniedError):
        briefs.find_task_brief(actor=contact, task_id=project.task("kickoff").id)
    with pytest.raises(PermissionDeniedError):
        briefs.list_task_briefs(actor=contact, project_id=project.id)

"""Comments and files: who sees them, what is safe, what is refused."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from firstwin.playbooks.contracts import Visibility
from firstwin.projects.contracts import RefusedFileError
from firstwin.projects.contracts.changes import TaskPatch
from firstwin.projects.models import Attachment, Comment, ProjectTask
from firstwin.projects.operations import changes, comments, files, scope
from firstwin.projects.queries import comments as comment_queries
from firstwin.projects.queries import files as file_queries
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.customers import contact_actor, make_account, make_contact
from tests.factories.identity import recorded
from tests.factories.projects import Running, launch_example
from tests.projects.test_tasks import refused
from tests.projects.uploads import PNG, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Running:
    return launch_example()


def say(project: Running, actor: Any, body: str = "Hello", key: str | None = None, **fields: Any) -> UUID:
    task_id = project.task(key).id if key else None
    fields.setdefault("at", project.scene.at)
    return comments.add_comment(actor=actor, project_id=project.id, task_id=task_id, body=body, **fields)


def seen(project: Running, actor: Any, key: str | None = None, **fields: Any) -> list[str]:
    task_id = project.task(key).id if key else None
    page = comment_queries.list_comments(actor=actor, project_id=project.id, task_id=task_id, **fields)
    return [comment.body for comment in page.items]


def test_shared_comments_are_seen_by_both_sides_and_internal_ones_by_the_team(project: Running) -> None:
    scene = project.scene
    say(project, scene.specialist, "Shared", "company-form")
    say(project, scene.specialist, "Between us", "company-form", is_internal=True, at=scene.at + timedelta(seconds=1))
    say(project, scene.contact, "Thanks", "company-form", at=scene.at + timedelta(seconds=2))
    say(project, scene.specialist, "Hidden task", "sales-handoff")
    assert seen(project, scene.manager, "company-form") == ["Shared", "Between us", "Thanks"]
    assert seen(project, scene.contact, "company-form") == ["Shared", "Thanks"]
    assert seen(project, scene.contact, is_whole_project=True) == ["Shared", "Thanks"]
    assert project.task("company-form").comment_count == 3
    row = project.row()
    assert row.last_customer_activity_at == scene.at + timedelta(seconds=2)
    stranger = contact_actor(make_contact(make_account(scene.workspace)))
    with pytest.raises(NotFoundError):
        seen(project, stranger)


def test_what_people_write_is_safe_to_show(project: Running) -> None:
    body = "**Hi** <script>alert(1)</script> [x](javascript:alert(1)) ![p](http://evil.example/p.png) [ok](https://a.example)"
    say(project, project.scene.contact, body)
    html = Comment.objects.for_actor(project.scene.manager).get().body_html
    assert "<strong>Hi</strong>" in html
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "<img" not in html
    assert 'rel="noopener noreferrer nofollow"' in html


def test_an_answer_answers_the_thread(project: Running) -> None:
    scene = project.scene
    say(project, scene.contact, "When?", "company-form")
    say(project, scene.specialist, "A note", "company-form", is_internal=True)
    unanswered = Comment.objects.for_actor(scene.manager).filter(author_side="customer", answered_at=None)
    count = unanswered.count
    assert count() == 1
    say(project, scene.specialist, "Elsewhere")
    assert count() == 1
    say(project, scene.specialist, "On Monday", "company-form")
    assert count() == 0
    asked = say(project, scene.contact, "Again?", "company-form")
    comments.mark_answered(actor=scene.specialist, comment_id=asked, at=scene.at)
    assert count() == 0


def test_mentions_are_active_members(project: Running) -> None:
    scene = project.scene
    say(project, scene.specialist, mentions=[scene.manager.id])
    page = comment_queries.list_comments(actor=scene.manager, project_id=project.id)
    assert page.items[0].mentions == (scene.manager.id,)
    wrong = lambda: say(project, scene.specialist, mentions=[scene.sponsor.id])  # noqa: E731
    refused(project, InvalidInputError, wrong)
    refused(project, PermissionDeniedError, lambda: say(project, scene.contact, mentions=[scene.manager.id]))


def test_what_cannot_be_said_is_refused(project: Running) -> None:
    scene = project.scene
    refused(project, InvalidInputError, lambda: say(project, scene.specialist, " \x00 "))
    refused(project, InvalidInputError, lambda: say(project, scene.specialist, "x" * 20_001))
    refused(project, PermissionDeniedError, lambda: say(project, scene.contact, is_internal=True))
    refused(project, NotFoundError, lambda: say(project, scene.contact, key="sales-handoff"))
    refused(project, NotFoundError, lambda: say(project, scene.contact, key="provision"))
    assert not Comment.objects.for_actor(scene.manager).exists()


def attach(project: Running, actor: Any, name: str, content: bytes, key: str | None = None, **fields: Any) -> UUID:
    return files.attach_file(
        actor=actor,
        project_id=project.id,
        task_id=project.task(key).id if key else None,
        name=name,
        content=upload(content),
        at=project.scene.at,
        **fields,
    )


def stored() -> list[Path]:
    return [path for path in Path(settings.FILES_FOLDER).rglob("*") if path.is_file()]


def test_files_lie_under_their_content_once_and_go_with_their_last_holder(
    project: Running, settings: Any, tmp_path: Path
) -> None:
    settings.FILES_FOLDER = tmp_path
    scene = project.scene
    first = attach(project, scene.contact, "../../logo one.png", PNG, "logo", requested="Logo")
    second = attach(project, scene.specialist, "logo.png", PNG)
    assert len(stored()) == 1
    found = file_queries.get_file(actor=scene.contact, file_id=first)
    assert (found.info.name, found.info.requested, found.info.media_type) == ("logo one.png", "Logo", "image/png")
    assert found.headers["Content-Disposition"].startswith("inline")
    assert Path(found.path).read_bytes() == PNG
    assert project.task("logo").file_count == 1
    refused(
        project,
        PermissionDeniedError,
        lambda: files.remove_file(actor=scene.contact, file_id=second, reason="x", at=scene.at),
    )
    files.remove_file(actor=scene.contact, file_id=first, reason="Wrong one", at=scene.at)
    assert project.task("logo").file_count == 0
    assert len(stored()) == 1
    files.remove_file(actor=scene.manager, file_id=second, reason="Wrong one", at=scene.at)
    assert stored() == []
    assert recorded(scene.manager).count("file.removed") == 2


def test_of_several_files_all_are_attached_or_none(project: Running, settings: Any, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path
    scene = project.scene

    def attach_both(second: bytes) -> None:
        new = [
            files.NewFile(name="logo.png", content=upload(PNG)),
            files.NewFile(name="other.png", content=upload(second)),
        ]
        files.attach_files(
            actor=scene.contact, project_id=project.id, task_id=project.task("logo").id, new=new, at=scene.at
        )

    refused(project, RefusedFileError, lambda: attach_both(b"MZ no picture at all"))
    assert stored() == []
    assert project.task("logo").file_count == 0
    attach_both(PNG)
    assert len(stored()) == 1
    assert project.task("logo").file_count == 2
    assert recorded(scene.manager).count("file.attached") == 2


class Slow:
    """An upload during which something else happens."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self.content, self.meanwhile = upload(PNG), meanwhile

    def read(self, size: int, /) -> bytes:
        self.meanwhile()
        return self.content.read(size)


def test_what_happens_to_a_task_while_a_file_is_uploaded_counts(
    project: Running, settings: Any, tmp_path: Path
) -> None:
    settings.FILES_FOLDER = tmp_path
    scene = project.scene
    task_id = project.task("logo").id

    def hide() -> None:
        patch = TaskPatch(visibility=Visibility.INTERNAL)
        changes.edit_task(actor=scene.specialist, task_id=task_id, patch=patch, at=scene.at)

    def remove() -> None:
        if ProjectTask.objects.for_actor(scene.manager).filter(id=task_id).exists():
            scope.remove_task(actor=scene.specialist, task_id=task_id, reason="Not needed", at=scene.at)

    def attach_slowly(actor: Any, meanwhile: Callable[[], None]) -> UUID:
        content = Slow(meanwhile)
        return files.attach_file(
            actor=actor, project_id=project.id, name="logo.png", content=content, at=scene.at, task_id=task_id
        )

    with pytest.raises(NotFoundError):
        attach_slowly(scene.contact, hide)
    assert stored() == []
    file_id = attach_slowly(scene.specialist, hide)
    assert file_queries.get_file(actor=scene.specialist, file_id=file_id).info.is_internal
    with pytest.raises(NotFoundError):
        attach_slowly(scene.specialist, remove)
    assert Attachment.objects.for_actor(scene.manager).count() == 1


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("empty.txt", b"", None),
        ("virus.exe", b"MZ\x90", None),
        ("holiday.png", b"MZ\x90", None),
        ("script.txt", b"#!/bin/sh", None),
        ("logo.pdf", b"%PDF-1.7", "logo"),
        ("logo.png", b"<svg>", "logo"),
        ("large.txt", b"x" * 2_000_001, None),
    ],
)
def test_files_that_are_not_taken_leave_nothing_behind(
    project: Running, settings: Any, tmp_path: Path, name: str, content: bytes, key: str | None
) -> None:
    settings.FILES_FOLDER = tmp_path
    settings.MAX_UPLOAD_BYTES = 2_000_000
    refused(project, RefusedFileError, lambda: attach(project, project.scene.contact, name, content, key))
    assert stored() == []
    assert not Attachment.objects.for_actor(project.scene.manager).exists()


def test_internal_files_and_those_of_hidden_tasks_do_not_exist_for_contacts(project: Running) -> None:
    scene = project.scene
    hidden = [
        attach(project, scene.specialist, "a.txt", b"a", "sales-handoff"),
        attach(project, scene.specialist, "b.txt", b"b", is_internal=True),
        attach(project, scene.specialist, "c.txt", b"c", "provision"),
    ]
    shown = attach(project, scene.specialist, "d.html", b"<p>")
    for file_id in hidden:
        with pytest.raises(NotFoundError):
            file_queries.get_file(actor=scene.contact, file_id=file_id)
    assert [file.id for file in file_queries.list_files(actor=scene.contact, project_id=project.id)] == [shown]
    headers = file_queries.get_file(actor=scene.contact, file_id=shown).headers
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["Content-Type"] == "application/octet-stream"
    refused(project, NotFoundError, lambda: attach(project, scene.contact, "x.txt", b"x", "sales-handoff"))
    refused(project, PermissionDeniedError, lambda: attach(project, scene.contact, "x.txt", b"x", is_internal=True))

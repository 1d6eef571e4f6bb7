"""Messages that people write, and nudges."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from firstwin.communications.contracts import MessageKind, NewMessage, NudgeCapError, UnknownPlaceholderError
from firstwin.communications.operations import messages as message_operations
from firstwin.communications.queries import messages as message_queries
from firstwin.identity.contracts import Actor, Role, Scope
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.communications import launch_talking, mails
from tests.factories.customers import contact_actor, make_account, make_contact
from tests.factories.identity import make_actor, make_key_actor, recorded
from tests.factories.projects import Running

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)


@pytest.fixture
def running() -> Running:
    return launch_talking()


def _new(running: Running, **fields: object) -> NewMessage:
    defaults = {
        "project_id": running.id,
        "to": (running.scene.sponsor.id,),
        "subject": "About {{ project.name }}",
        "body": "Hello {{ contact.first_name }}, see [your plan]({{ portal_link }}).",
    }
    return NewMessage(**{**defaults, **fields})  # type: ignore[arg-type]


def test_everybody_gets_a_mail_of_their_own_with_their_own_link(running: Running) -> None:
    scene = running.scene
    other = make_contact(scene.account, name="Bo Lind")
    new = _new(running, to=(scene.sponsor.id, other.id))
    message_operations.send_message(actor=scene.specialist, new=new, at=NOW)
    nia, bo = mails(running)
    assert "Hello Nia" in nia.text
    assert "Hello Bo" in bo.text
    assert nia.subject == "About Acorn Foods"
    assert nia.text != bo.text
    assert scene.specialist.name in nia.sender


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"subject": " "}, "subject"),
        ({"body": ""}, "body"),
        ({"to": ()}, "to"),
        ({"cc": ("not an address",)}, "cc"),
    ],
)
def test_an_incomplete_message_is_refused_and_nothing_is_written(
    running: Running, fields: dict[str, object], place: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        message_operations.send_message(actor=running.scene.specialist, new=_new(running, **fields), at=NOW)
    assert place in {problem.place for problem in caught.value.problems}
    assert mails(running) == []


def test_people_of_another_account_cannot_be_written_to(running: Running) -> None:
    stranger = make_contact(make_account(running.scene.workspace))
    with pytest.raises(InvalidInputError):
        message_operations.send_message(actor=running.scene.specialist, new=_new(running, to=(stranger.id,)), at=NOW)


def test_an_unknown_placeholder_is_named(running: Running) -> None:
    with pytest.raises(UnknownPlaceholderError, match=r"contact\.nick"):
        message_operations.send_message(
            actor=running.scene.specialist, new=_new(running, body="{{ contact.nick }}"), at=NOW
        )
    assert mails(running) == []


def test_who_may_write(running: Running) -> None:
    scene = running.scene
    for actor in (
        make_actor(Role.VIEWER, workspace=scene.workspace),
        make_actor(Role.AUDITOR, workspace=scene.workspace),
        make_key_actor(Scope.READ, workspace=scene.workspace),
        scene.contact,
    ):
        with pytest.raises(PermissionDeniedError):
            message_operations.send_message(actor=actor, new=_new(running), at=NOW)
    with pytest.raises(NotFoundError):
        message_operations.send_message(actor=make_actor(Role.OWNER), new=_new(running), at=NOW)
    assert mails(running) == []


def test_a_nudge_goes_to_the_customer_and_is_capped(running: Running) -> None:
    actor, task = running.scene.specialist, running.task("company-form")
    at = NOW

    def nudge() -> None:
        message_operations.nudge(actor=actor, project_id=running.id, task_id=task.id, at=at)

    nudge()
    with pytest.raises(NudgeCapError):
        nudge()
    for days in (3, 6):
        at = NOW + timedelta(days=days)
        nudge()
    at = NOW + timedelta(days=30)
    with pytest.raises(NudgeCapError, match="call"):
        nudge()
    sent = mails(running, kind=MessageKind.NUDGE.value)
    assert len(sent) == 3
    assert "Tell us about your company" in sent[0].text
    assert f"task={task.id}" in sent[0].text
    assert recorded(actor).count("customer.nudged") == 3
    assert not message_queries.get_nudge_state(actor=actor, task_id=task.id, at=at).is_allowed


def test_only_open_tasks_of_the_customer_are_nudged(running: Running) -> None:
    for key in ("sales-handoff", "kickoff"):
        with pytest.raises(ConflictError):
            message_operations.nudge(
                actor=running.scene.specialist, project_id=running.id, task_id=running.task(key).id, at=NOW
            )


def test_a_customer_reads_only_what_went_to_them(running: Running, run_jobs: Callable[[datetime], int]) -> None:
    scene = running.scene
    colleague = make_contact(scene.account, name="Bo Lind")
    message_operations.send_message(actor=scene.specialist, new=_new(running), at=NOW)
    run_jobs(NOW)
    [mail] = [one for one in mails(running) if one.kind == MessageKind.PERSONAL.value]
    assert message_queries.get_message(actor=scene.contact, message_id=mail.id).info.subject == mail.subject
    assert [one.id for one in message_queries.list_messages_to(actor=scene.contact, project_id=running.id)][-1:] != []
    other: Actor = contact_actor(colleague)
    with pytest.raises(NotFoundError):
        message_queries.get_message(actor=other, message_id=mail.id)
    with pytest.raises(PermissionDeniedError):
        message_queries.list_messages(actor=scene.contact)
    with pytest.raises(NotFoundError):
        message_queries.get_message(actor=make_actor(Role.OWNER), message_id=mail.id)


def test_the_log_pages_with_one_query(running: Running, django_assert_num_queries: Any) -> None:
    actor = running.scene.specialist
    for _ in range(5):
        message_operations.send_message(actor=actor, new=_new(running), at=NOW)
    with django_assert_num_queries(1):
        page = message_queries.list_messages(actor=actor, project_id=running.id, limit=3)
    rest = message_queries.list_messages(actor=actor, project_id=running.id, limit=3, cursor=page.next_cursor)
    assert len(page.items) == 3
    assert len(rest.items) == 2
    assert rest.next_cursor is None


def test_those_in_copy_never_get_the_personal_link(running: Running) -> None:
    scene = running.scene
    cc = ("boss@acorn.example",)
    with pytest.raises(InvalidInputError, match="not sent"):
        message_operations.send_message(actor=scene.specialist, new=_new(running, cc=cc), at=NOW)
    message_operations.send_message(actor=scene.specialist, new=_new(running, cc=cc, body="Hello"), at=NOW)
    [mail] = mails(running)
    assert "/p/" not in mail.html + mail.text + str(mail.headers)


def test_the_team_reads_messages_without_the_keys_in_them(running: Running) -> None:
    scene = running.scene
    message_operations.send_message(actor=scene.specialist, new=_new(running), at=NOW)
    [mail] = mails(running)
    shown = message_queries.get_message(actor=scene.manager, message_id=mail.id)
    assert "/p/" not in shown.html + shown.text + shown.body + shown.body_html + str(shown.headers)
    assert "/portal/link/" in shown.html
    assert "/p/" in message_queries.get_message(actor=scene.contact, message_id=mail.id).body

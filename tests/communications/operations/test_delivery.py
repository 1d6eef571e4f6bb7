"""Handing mails over: once, again after a failure, and never without noting what came of it."""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest

from firstwin.communications.contracts import (
    MailDelayedError,
    MailRefusedError,
    MessageKind,
    MessageState,
    NewMessage,
    OutgoingMail,
)
from firstwin.communications.models import CapturedAttachment, CapturedMail, Message
from firstwin.communications.operations import delivery
from firstwin.communications.operations import messages as message_operations
from firstwin.communications.operations.delivery import DjangoMailTransport
from firstwin.desk import queries as desk_queries
from firstwin.identity.contracts import Actor, Role, system_actor
from firstwin.journal.contracts import EntryFilter
from firstwin.shared.errors import ConflictError, NotFoundError, PermissionDeniedError
from tests.factories.communications import KeepingTransport, launch_talking
from tests.factories.identity import make_actor, recorded
from tests.factories.projects import Running

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)


@pytest.fixture
def running() -> Running:
    return launch_talking()


@pytest.fixture
def message(running: Running) -> Message:
    new = NewMessage(project_id=running.id, to=(running.scene.sponsor.id,), subject="Hello", body="A word")
    [info] = message_operations.send_message(actor=running.scene.specialist, new=new, at=NOW)
    return Message.objects.for_actor(running.scene.specialist).get(id=info.id)


def _deliver(message: Message, transport: KeepingTransport, *, is_last: bool = False) -> None:
    delivery.deliver_message(
        actor=system_actor(message.workspace_id),
        message_id=message.id,
        idempotency_key="job-1",
        is_last_attempt=is_last,
        transport=transport,
        at=NOW + timedelta(minutes=1),
    )
    message.refresh_from_db(from_queryset=Message.objects.for_workspace(message.workspace_id))


def test_a_message_is_handed_over_once(message: Message, running: Running) -> None:
    transport = KeepingTransport()
    _deliver(message, transport)
    _deliver(message, transport)
    assert len(transport.mails) == 1
    assert message.state == MessageState.SENT.value
    assert message.sent_at == NOW + timedelta(minutes=1)
    assert recorded(running.scene.manager).count("message.sent") == 1


def test_what_goes_to_the_team_is_another_fact_than_what_goes_to_the_customer(
    message: Message, running: Running
) -> None:
    row = Message.objects.for_workspace(message.workspace_id).filter(id=message.id)
    row.update(reader_side="vendor", kind=MessageKind.NOTICE.value)
    _deliver(message, KeepingTransport())
    names = recorded(running.scene.manager)
    assert (names.count("message.sent"), names.count("message.sent_to_team")) == (0, 1)
    chosen = EntryFilter(project_id=running.id)
    shown = desk_queries.list_facts(actor=running.scene.manager, chosen=chosen).items
    assert shown
    assert not any("“Hello”" in fact.text for fact in shown)


def test_a_message_of_the_plan_to_the_team_finishes_its_task_like_any_other(message: Message, running: Running) -> None:
    row = Message.objects.for_workspace(message.workspace_id).filter(id=message.id)
    row.update(reader_side="vendor", kind=MessageKind.PLAN.value)
    _deliver(message, KeepingTransport())
    assert recorded(running.scene.manager).count("message.sent") == 1


def test_every_attempt_of_one_job_has_the_same_message_id(message: Message) -> None:
    with pytest.raises(MailDelayedError):
        _deliver(message, KeepingTransport(error=MailDelayedError("later")))
    transport = KeepingTransport()
    _deliver(message, transport)
    again = KeepingTransport()
    Message.objects.for_workspace(message.workspace_id).filter(id=message.id).update(state="queued")
    _deliver(message, again)
    assert transport.mails[0].message_id == again.mails[0].message_id


def test_a_delay_leaves_it_queued_until_the_last_attempt(message: Message, running: Running) -> None:
    late = KeepingTransport(error=MailDelayedError("421 try later"))
    with pytest.raises(MailDelayedError):
        _deliver(message, late)
    message.refresh_from_db(from_queryset=Message.objects.for_workspace(message.workspace_id))
    assert message.state == MessageState.QUEUED.value
    with pytest.raises(MailDelayedError):
        _deliver(message, late, is_last=True)
    message.refresh_from_db(from_queryset=Message.objects.for_workspace(message.workspace_id))
    assert message.state == MessageState.FAILED.value
    assert message.failure == "421 try later"
    assert "message.failed" in recorded(running.scene.manager)


def test_a_refusal_is_a_bounce_and_not_tried_again(message: Message) -> None:
    _deliver(message, KeepingTransport(error=MailRefusedError("550 no such person")))
    assert message.state == MessageState.BOUNCED.value
    assert message.failure == "550 no such person"


def test_what_failed_can_be_sent_again_by_those_who_write(message: Message, running: Running) -> None:
    with pytest.raises(ConflictError):
        delivery.retry_message(actor=running.scene.specialist, message_id=message.id)
    _deliver(message, KeepingTransport(error=MailRefusedError("550")))
    viewer = make_actor(Role.VIEWER, workspace=running.scene.workspace)
    with pytest.raises(PermissionDeniedError):
        delivery.retry_message(actor=viewer, message_id=message.id)
    with pytest.raises(NotFoundError):
        delivery.retry_message(actor=make_actor(Role.OWNER), message_id=message.id)
    assert delivery.retry_message(actor=running.scene.specialist, message_id=message.id).state is MessageState.QUEUED


def _mail(workspace_actor: Actor) -> OutgoingMail:
    return OutgoingMail(
        workspace_id=workspace_actor.workspace_id,
        message_id="<one@localhost>",
        sender='"Beacon" <hello@beacon.example>',
        reply_to="mara@beacon.example",
        to="nia@acorn.example",
        cc=("boss@acorn.example",),
        subject="Invitation: Küche",
        text="text",
        html="<p>html</p>",
        calendar="BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n",
        calendar_method="REQUEST",
    )


def test_the_mailbox_keeps_a_mail_once_with_all_its_parts(running: Running) -> None:
    actor = running.scene.manager
    DjangoMailTransport().deliver(_mail(actor))
    DjangoMailTransport().deliver(_mail(actor))
    mail = CapturedMail.objects.for_actor(actor).get()
    assert (mail.text, mail.html, mail.subject) == ("text", "<p>html</p>", "Invitation: Küche")
    assert mail.cc == ["boss@acorn.example"]
    assert mail.has_invitation
    assert not mail.is_account_mail
    file = CapturedAttachment.objects.for_actor(actor).get()
    assert (file.name, file.media_type) == ("invite.ics", "text/calendar")
    assert bytes(file.content).startswith(b"BEGIN:VCALENDAR")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (smtplib.SMTPRecipientsRefused({"nia@acorn.example": (550, b"no such person")}), MailRefusedError),
        (smtplib.SMTPRecipientsRefused({"nia@acorn.example": (450, b"greylisted")}), MailDelayedError),
        (smtplib.SMTPDataError(554, b"spam"), MailRefusedError),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), MailDelayedError),
        (smtplib.SMTPServerDisconnected("gone"), MailDelayedError),
        (TimeoutError("slow"), MailDelayedError),
    ],
)
def test_what_a_mail_server_says_decides_about_another_attempt(error: Exception, expected: type[Exception]) -> None:
    assert isinstance(delivery.error_of(error), expected)


def test_only_kinds_of_a_person_are_marked_as_written_by_hand(message: Message) -> None:
    assert message.kind == MessageKind.PERSONAL.value
    assert "Auto-Submitted" not in message.headers

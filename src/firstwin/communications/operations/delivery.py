"""Handing mails over, once per Message-ID, and noting what came of it."""

import hashlib
import smtplib
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from firstwin.communications import permissions
from firstwin.communications.contracts import (
    MailDelayedError,
    MailFile,
    MailRefusedError,
    MailTransport,
    MessageInfo,
    MessageKind,
    MessageState,
    OutgoingMail,
)
from firstwin.communications.events import MessageFailed, MessageSent, TeamMessageSent
from firstwin.communications.models import Message
from firstwin.communications.operations import outbox, plan_messages
from firstwin.communications.queries import messages as message_queries
from firstwin.communications.rules import addresses
from firstwin.identity.contracts import WORKSPACE_HEADER, Actor
from firstwin.journal import operations as journal_operations
from firstwin.playbooks.contracts import Side
from firstwin.shared.errors import ConflictError, NotFoundError, PermissionDeniedError

_OPEN = (MessageState.QUEUED.value, MessageState.FAILED.value)


class DjangoMailTransport:
    """Hands mail to Django's mail connection: the mailbox page, or SMTP where it is set."""

    def deliver(self, mail: OutgoingMail) -> None:
        """Hand the mail over; raises MailRefusedError or MailDelayedError."""
        letter = EmailMultiAlternatives(
            subject=mail.subject,
            body=mail.text,
            from_email=mail.sender,
            to=[mail.to],
            cc=list(mail.cc),
            reply_to=[mail.reply_to] if mail.reply_to else None,
            headers={
                **mail.headers,
                "Message-ID": mail.message_id,
                WORKSPACE_HEADER: str(mail.workspace_id),
            },
        )
        letter.attach_alternative(mail.html, "text/html")
        if mail.calendar:
            letter.attach_alternative(mail.calendar, f"text/calendar; method={mail.calendar_method}")
            letter.attach("invite.ics", mail.calendar, "text/calendar")
        for file in mail.files:
            letter.attach(file.name, Path(file.path).read_bytes(), file.media_type)
        try:
            letter.send()
        except (smtplib.SMTPException, OSError) as error:
            raise error_of(error) from error


def error_of(error: Exception) -> MailRefusedError | MailDelayedError:
    """Return what an answer of a mail server means: refused for good (5xx), or to be tried again.

    A wrong password of ours is no refusal of the mail. Inside communications only.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        is_final = all(code >= 500 for code, _ in error.recipients.values())
        return _failure(is_final, _first_reason(error))
    if isinstance(error, smtplib.SMTPResponseException):
        is_final = error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPAuthenticationError)
        return _failure(is_final, f"{error.smtp_code} {_text(error.smtp_error)}")
    return MailDelayedError(f"The mail server could not be reached: {error}")


def deliver_message(
    *,
    actor: Actor,
    message_id: UUID,
    idempotency_key: str,
    is_last_attempt: bool,
    transport: MailTransport,
    at: datetime,
) -> None:
    """Hand a message over and note it; a message that was sent already is left alone.

    The Message-ID follows from the idempotency key, so that a second attempt after a crash can be told. Raises
    MailDelayedError for another attempt; with the last one the message is failed.
    """
    row = Message.objects.for_actor(actor).filter(id=message_id).first()
    if row is None or row.state not in _OPEN:
        return
    digest = hashlib.sha256(f"{row.id}:{idempotency_key}".encode()).hexdigest()[:32]
    row.message_id = f"<{digest}@{addresses.mail_host(settings.BASE_URL)}>"
    try:
        transport.deliver(_mail(row, _files(actor, row)))
    except MailRefusedError as error:
        _note_failure(actor, row, MessageState.BOUNCED, str(error), at)
        return
    except MailDelayedError as error:
        if is_last_attempt:
            _note_failure(actor, row, MessageState.FAILED, str(error), at)
        raise
    with transaction.atomic():
        changed = Message.objects.for_actor(actor).filter(id=row.id, state__in=_OPEN)
        if changed.update(state=MessageState.SENT.value, message_id=row.message_id, sent_at=at, failure=""):
            to_team = row.reader_side == Side.VENDOR and row.kind != MessageKind.PLAN
            sent = TeamMessageSent if to_team else MessageSent
            journal_operations.record(sent(**_facts(row)), actor=actor, at=at)


def retry_message(*, actor: Actor, message_id: UUID) -> MessageInfo:
    """Try again to send a message that failed or bounced, as it was written. Raises ConflictError for any other."""
    if not permissions.can_send_message(actor):
        raise PermissionDeniedError("You may not send messages.", remedy="Ask someone who works on this project.")
    with transaction.atomic():
        row = Message.objects.for_actor(actor).select_for_update().filter(id=message_id).first()
        if row is None:
            raise NotFoundError("There is no such message.", remedy="Look at the list of messages.")
        if row.state not in (MessageState.FAILED.value, MessageState.BOUNCED.value):
            raise ConflictError("Only a message that failed can be sent again.", remedy="Write a new one instead.")
        row.state, row.failure = MessageState.QUEUED.value, ""
        row.save(update_fields=["state", "failure"])
        outbox.enqueue_again(row)
        return message_queries.message_info(row)


def _note_failure(actor: Actor, row: Message, state: MessageState, reason: str, at: datetime) -> None:
    with transaction.atomic():
        Message.objects.for_actor(actor).filter(id=row.id).update(
            state=state.value, message_id=row.message_id, failure=reason
        )
        journal_operations.record(MessageFailed(**_facts(row), reason=reason), actor=actor, at=at)


def _facts(row: Message) -> dict[str, Any]:
    return {
        "mail_id": row.id,
        "kind": row.kind,
        "project_id": row.project_id,
        "account_id": row.account_id,
        "task_id": row.task_id,
        "to_name": row.to_name,
        "subject": row.subject,
    }


def _files(actor: Actor, row: Message) -> tuple[MailFile, ...]:
    """Return what goes with a mail: the files of the message task that sends it."""
    if row.kind != MessageKind.PLAN or row.task_id is None:
        return ()
    return plan_messages.list_files(actor=actor, task_id=row.task_id)


def _mail(row: Message, files: tuple[MailFile, ...]) -> OutgoingMail:
    return OutgoingMail(
        workspace_id=row.workspace_id,
        message_id=row.message_id,
        sender=row.sender,
        reply_to=row.reply_to,
        to=f"{addresses.quoted_name(row.to_name)} <{row.to_email}>" if row.to_name else row.to_email,
        cc=tuple(row.cc),
        subject=row.subject,
        text=row.text,
        html=row.html,
        headers=row.headers,
        calendar=row.calendar,
        calendar_method=row.calendar_method,
        files=files,
    )


def _failure(is_final: bool, reason: str) -> MailRefusedError | MailDelayedError:
    return MailRefusedError(reason) if is_final else MailDelayedError(reason)


def _first_reason(error: smtplib.SMTPRecipientsRefused) -> str:
    address, (code, text) = next(iter(error.recipients.items()))
    return f"{address}: {code} {_text(text)}"


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

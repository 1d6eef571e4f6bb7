"""Mail of sign-in and invitations: put into a job at once, sent by the worker."""

from uuid import UUID

import msgspec
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from firstwin.identity.contracts import ACCOUNT_MAIL_HEADER, WORKSPACE_HEADER
from firstwin.identity.operations.sealing import seal, unseal
from firstwin.jobs import operations as job_operations

SEND_MAIL = "identity.send_mail"


class SealedMail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail whose text may hold a code or a link: nobody who looks at jobs shall read it."""

    to: str
    subject: str
    text: str
    html: str = ""
    sender: str = ""
    workspace_id: UUID | None = None


def enqueue_mail(*, mail: SealedMail) -> None:
    """Hand a mail to the worker, ahead of ordinary work: somebody is waiting for it."""
    sealed = seal(msgspec.json.encode(mail).decode())
    job_operations.enqueue(SEND_MAIL, {"sealed": sealed}, workspace_id=None, priority=9)


def send_sealed_mail(*, sealed: str, message_id: str) -> None:
    """Send a mail of `enqueue_mail`; the message id is the same on every attempt, so that a mailbox sees one mail."""
    mail = msgspec.json.decode(unseal(sealed), type=SealedMail)
    send(mail, message_id=message_id)


def send(mail: SealedMail, *, message_id: str) -> None:
    """Send a mail now; only from jobs."""
    headers = {
        "Message-ID": f"<{message_id}@{settings.MAIL_DOMAIN}>",
        "Auto-Submitted": "auto-generated",
        ACCOUNT_MAIL_HEADER: "yes",
    }
    if mail.workspace_id:
        headers[WORKSPACE_HEADER] = str(mail.workspace_id)
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=mail.sender or None,
        to=[mail.to],
        headers=headers,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    message.send()

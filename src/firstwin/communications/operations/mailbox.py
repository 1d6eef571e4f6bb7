"""Keeping mail in the mailbox page instead of sending it."""

from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import Message as MailMessage
from email.utils import getaddresses, make_msgid, parseaddr
from uuid import UUID

import structlog
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.db import transaction

from firstwin.communications.models import CapturedAttachment, CapturedMail
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import ACCOUNT_MAIL_HEADER, WORKSPACE_HEADER, system_actor
from firstwin.shared import clock

log = structlog.get_logger("firstwin.communications")


class MailboxBackend(BaseEmailBackend):
    """Stores every mail as rows; the mailbox page shows them. Set by FIRSTWIN_MAILBOX."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the mails; one with a Message-ID that is known already is not kept twice."""
        return sum(_capture(letter) for letter in email_messages)


def _capture(letter: EmailMessage) -> bool:
    mail = message_from_bytes(letter.message().as_bytes(), policy=policy.default)
    workspace_id, is_account_mail = _workspace_of(mail)
    if workspace_id is None:
        log.warning("mail_not_kept", reason="no workspace has a mailbox yet", subject=str(mail["Subject"]))
        return False
    parts = _Parts(mail)
    to, cc = _addresses(mail, "To"), _addresses(mail, "Cc")
    subject, sender = str(mail.get("Subject", "")), str(mail.get("From", ""))
    with transaction.atomic():
        row, is_new = CapturedMail.objects.for_workspace(workspace_id).get_or_create(
            workspace_id=workspace_id,
            message_id=str(mail.get("Message-ID") or make_msgid()),
            defaults={
                "sender": sender,
                "to": to,
                "cc": cc,
                "subject": subject[:500],
                "text": parts.text,
                "html": parts.html,
                "headers": [[name, str(value)] for name, value in mail.items()],
                "search_text": " ".join([sender, *to, *cc, subject, parts.text]).lower(),
                "has_invitation": any(media_type == "text/calendar" for _, media_type, _ in parts.files),
                "is_account_mail": is_account_mail,
                "at": clock.now(),
            },
        )
        if is_new:
            CapturedAttachment.objects.for_workspace(workspace_id).bulk_create(
                CapturedAttachment(
                    workspace_id=workspace_id, mail=row, name=name[:300], media_type=kind, content=content
                )
                for name, kind, content in parts.files
            )
    return is_new


class _Parts:
    """The parts of a mail: its two texts and its files; a calendar part without a name counts as a file once."""

    def __init__(self, mail: MailMessage) -> None:
        self.text = self.html = ""
        self.files: list[tuple[str, str, bytes]] = []
        for part in mail.walk():
            if not part.is_multipart():
                self._take(part)

    def _take(self, part: MailMessage) -> None:
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        kind, name = part.get_content_type(), part.get_filename()
        if name:
            self.files.append((name, kind, content))
        elif kind == "text/plain" and not self.text:
            self.text = content.decode(part.get_content_charset() or "utf-8", "replace")
        elif kind == "text/html" and not self.html:
            self.html = content.decode(part.get_content_charset() or "utf-8", "replace")


def _workspace_of(mail: MailMessage) -> tuple[UUID | None, bool]:
    """Return the workspace whose mailbox page shows a mail, and whether it is about signing in.

    Mail of the product names its workspace, invitations too. Sign-in mail belongs to a person and not to a workspace: it
    goes to a workspace of the person it is for, or to the first of the installation, where only the owner sees it.
    """
    named = mail.get(WORKSPACE_HEADER)
    if named:
        return UUID(str(named)), ACCOUNT_MAIL_HEADER in mail
    workspaces = identity_queries.list_workspaces()
    address = parseaddr(str(mail.get("To", "")))[1]
    for workspace in workspaces:
        if identity_queries.find_member_by_email(actor=system_actor(workspace.id), email=address):
            return workspace.id, True
    return (workspaces[0].id, True) if workspaces else (None, True)


def _addresses(mail: MailMessage, header: str) -> list[str]:
    pairs = getaddresses([str(value) for value in mail.get_all(header, [])])
    return [f"{name} <{address}>" if name else address for name, address in pairs]

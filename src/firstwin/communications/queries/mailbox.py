"""Reads on the mailbox page: mail that was kept instead of sent."""

from uuid import UUID

from django.db.models import QuerySet

from firstwin.communications import permissions
from firstwin.communications.contracts import (
    CapturedAttachmentInfo,
    CapturedMailDetail,
    CapturedMailInfo,
)
from firstwin.communications.models import CapturedAttachment, CapturedMail
from firstwin.communications.rules import invitations, markdown
from firstwin.identity.contracts import Actor
from firstwin.shared import pagination
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE, Page

_CALENDAR = "text/calendar"


def list_captured_mail(
    *, actor: Actor, search: str = "", cursor: str | None = None, limit: int = DEFAULT_PAGE_SIZE
) -> Page[CapturedMailInfo]:
    """Return captured mail, newest first; `search` looks into addresses, subject and text, every word of it."""
    rows = _rows(actor).defer("html", "headers")
    for word in search.lower().split():
        rows = rows.filter(search_text__contains=word)
    return pagination.page_of(rows, order=["-id"], cursor=cursor, limit=limit, convert=_info)


def get_captured_mail(*, actor: Actor, mail_id: UUID) -> CapturedMailDetail:
    """Return a captured mail with everything in it. Raises NotFoundError."""
    row = _rows(actor).filter(id=mail_id).first()
    if row is None:
        raise NotFoundError("There is no such mail.", remedy="Look at the mailbox page.")
    attachments = list(CapturedAttachment.objects.for_actor(actor).filter(mail_id=row.id).order_by("pk"))
    calendars = [bytes(one.content).decode("utf-8", "replace") for one in attachments if one.media_type == _CALENDAR]
    return CapturedMailDetail(
        info=_info(row),
        cc=tuple(row.cc),
        html=row.html,
        text=row.text,
        headers=tuple((name, value) for name, value in row.headers),
        attachments=tuple(
            CapturedAttachmentInfo(id=one.id, name=one.name, media_type=one.media_type, size=len(one.content))
            for one in attachments
        ),
        invitation=invitations.read_calendar(calendars[0]) if calendars else None,
    )


def get_captured_attachment(
    *, actor: Actor, mail_id: UUID, attachment_id: UUID
) -> tuple[CapturedAttachmentInfo, bytes]:
    """Return a file of a captured mail with its content. Raises NotFoundError."""
    if not _rows(actor).filter(id=mail_id).exists():
        raise NotFoundError("There is no such mail.", remedy="Look at the mailbox page.")
    row = CapturedAttachment.objects.for_actor(actor).filter(id=attachment_id, mail_id=mail_id).first()
    if row is None:
        raise NotFoundError("There is no such file in this mail.", remedy="Open the mail again.")
    content = bytes(row.content)
    return CapturedAttachmentInfo(id=row.id, name=row.name, media_type=row.media_type, size=len(content)), content


def _rows(actor: Actor) -> QuerySet[CapturedMail]:
    if not permissions.can_open_mailbox(actor):
        raise PermissionDeniedError("Only owners and admins open the mailbox.", remedy="Ask an owner or admin.")
    rows = CapturedMail.objects.for_actor(actor)
    return rows if permissions.can_see_account_mail(actor) else rows.filter(is_account_mail=False)


def _info(row: CapturedMail) -> CapturedMailInfo:
    return CapturedMailInfo(
        id=row.id,
        at=row.at,
        sender=row.sender,
        to=tuple(row.to),
        subject=row.subject,
        excerpt=markdown.excerpt(row.text),
        has_invitation=row.has_invitation,
    )

"""Reads on notifications."""

from firstwin.communications.contracts import NotificationInfo, NotificationKind
from firstwin.communications.models import Notification
from firstwin.communications.queries.preferences import own_id
from firstwin.identity.contracts import Actor
from firstwin.journal.contracts import AuthorKind
from firstwin.shared import pagination
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE, Page


def list_notifications(
    *, actor: Actor, is_unread: bool = False, cursor: str | None = None, limit: int = DEFAULT_PAGE_SIZE
) -> Page[NotificationInfo]:
    """Return the acting member's notifications, newest first; nobody reads another's. Others have none."""
    if actor.kind is not AuthorKind.MEMBER:
        return Page(items=(), next_cursor=None)
    rows = Notification.objects.for_actor(actor).filter(member_id=own_id(actor))
    if is_unread:
        rows = rows.filter(read_at__isnull=True)
    return pagination.page_of(rows, order=["-id"], cursor=cursor, limit=limit, convert=notification_info)


def count_unread(*, actor: Actor) -> int:
    """Return how many notifications the acting member has not read."""
    if actor.kind is not AuthorKind.MEMBER:
        return 0
    return Notification.objects.for_actor(actor).filter(member_id=own_id(actor), read_at__isnull=True).count()


def notification_info(row: Notification) -> NotificationInfo:
    """Return a notification row as others see it; inside communications only."""
    return NotificationInfo(
        id=row.id,
        kind=NotificationKind(row.kind),
        title=row.title,
        excerpt=row.excerpt,
        path=row.path,
        project_id=row.project_id,
        task_id=row.task_id,
        by_name=row.by_name,
        at=row.at,
        read_at=row.read_at,
    )

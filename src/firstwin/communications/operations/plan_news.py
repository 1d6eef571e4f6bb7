"""Telling members that dates of theirs moved because somebody's working calendar changed, or that a booking lapsed."""

from datetime import datetime

from firstwin.communications.contracts import NotificationKind
from firstwin.communications.operations import notifications
from firstwin.communications.operations.letterhead import letterhead_of
from firstwin.communications.operations.notifications import News
from firstwin.communications.rules import addresses
from firstwin.identity.contracts import Actor
from firstwin.projects.events import BookingExpired, ProjectRescheduled


def announce_moved_plan(*, actor: Actor, moved: ProjectRescheduled, source: str, at: datetime) -> None:
    """Tell the owner of the project and those whose tasks moved how far they moved, and why."""
    head = letterhead_of(actor=actor, project_id=moved.project_id)
    told = dict.fromkeys([*([head.owner.id] if head.owner else []), *moved.member_ids])
    news = News(
        kind=NotificationKind.PLAN,
        source=source,
        title=f"{moved.extent}: {moved.cause}",
        excerpt=head.project.name,
        project_id=moved.project_id,
        account_id=moved.account_id,
    )
    notifications.notify(actor=actor, member_ids=list(told), news=news, at=at)


def announce_lapsed_booking(*, actor: Actor, lapsed: BookingExpired, source: str, at: datetime) -> None:
    """Tell whoever booked that the project has not begun and that the time is free again."""
    if lapsed.by_id is None:
        return
    news = News(
        kind=NotificationKind.PLAN,
        source=source,
        title=f"The booking for {lapsed.title} has lapsed",
        excerpt=f"{lapsed.playbook_name} was likely to begin on {lapsed.start_on.day} {lapsed.start_on:%B}.",
        account_id=lapsed.account_id,
        path=addresses.BOOKINGS_PATH,
    )
    notifications.notify(actor=actor, member_ids=[lapsed.by_id], news=news, at=at)

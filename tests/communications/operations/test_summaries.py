"""One mail in the reader's morning, at once, or not at all: as each person chose."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from firstwin.communications.contracts import MailChoice, MessageKind, NotificationKind, Preferences
from firstwin.communications.models import Message, SummaryLine
from firstwin.communications.operations import notifications
from firstwin.communications.operations import preferences as preference_operations
from firstwin.communications.operations.notifications import News
from firstwin.communications.queries import notifications as notification_queries
from firstwin.communications.queries import preferences as preference_queries
from firstwin.identity.contracts import Actor, Role, system_actor
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.identity import make_actor, make_key_actor

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)
MORNING = datetime(2026, 3, 3, 8, tzinfo=UTC)
Run = Callable[[datetime], int]


def _tell(
    member: Actor, kind: NotificationKind, source: str = "one", title: str = "Kickoff call", at: datetime = NIGHT
) -> int:
    assert member.id is not None
    return notifications.notify(
        actor=system_actor(member.workspace_id),
        member_ids=[member.id],
        news=News(kind=kind, source=source, title=title, excerpt="Acorn Foods"),
        at=at,
    )


def _mails(member: Actor) -> list[Message]:
    return list(Message.objects.for_actor(member).order_by("pk"))


def _choose(member: Actor, **changes: object) -> Preferences:
    current = preference_queries.get_preferences(actor=member)
    return preference_operations.choose_mail(actor=member, preferences=replace(current, **changes), at=NIGHT)  # type: ignore[arg-type]


def test_the_same_cause_is_told_once(run_jobs: Run) -> None:
    member = make_actor()
    assert _tell(member, NotificationKind.MENTION) == 1
    assert _tell(member, NotificationKind.MENTION) == 0
    assert notification_queries.count_unread(actor=member) == 1
    assert len(_mails(member)) == 1


def test_many_lines_are_one_mail_in_the_morning(run_jobs: Run) -> None:
    member = make_actor()
    for number in range(3):
        _tell(member, NotificationKind.ASSIGNED, source=f"s{number}", title=f"Task {number}")
    _tell(member, NotificationKind.OVERDUE, source="late", title="Late one")
    run_jobs(NIGHT + timedelta(hours=1))
    assert _mails(member) == []
    run_jobs(MORNING + timedelta(minutes=1))
    [mail] = _mails(member)
    assert mail.kind == MessageKind.SUMMARY.value
    assert mail.subject.startswith("4 things for you")
    assert mail.text.index("Late one") < mail.text.index("Task 0")
    assert not SummaryLine.objects.for_actor(member).exists()
    run_jobs(MORNING + timedelta(days=1, minutes=1))
    assert len(_mails(member)) == 1


def test_quiet_hours_hold_a_mail_back_until_the_readers_morning(run_jobs: Run) -> None:
    member = make_actor()
    _tell(member, NotificationKind.STUCK)
    run_jobs(NIGHT + timedelta(hours=1))
    assert _mails(member)[0].sent_at is None
    run_jobs(datetime(2026, 3, 3, 7, 1, tzinfo=UTC))
    assert _mails(member)[0].sent_at is not None


def test_who_wants_no_mail_gets_none_but_is_told_in_the_product(run_jobs: Run) -> None:
    member = make_actor()
    everything_off = {kind: MailChoice.OFF for kind in preference_queries.get_preferences(actor=member).choices}
    _choose(member, choices=everything_off)
    for kind in everything_off:
        _tell(member, kind, source=kind.value)
    run_jobs(MORNING + timedelta(days=1))
    assert _mails(member) == []
    assert notification_queries.count_unread(actor=member) == len(everything_off)


def test_choices_are_kept_and_checked() -> None:
    member = make_actor()
    kept = _choose(
        member, choices={NotificationKind.REPLY: MailChoice.DAILY}, quiet_from=time(18), time_zone="Asia/Kolkata"
    )
    assert kept.choices[NotificationKind.REPLY] is MailChoice.DAILY
    assert kept.choices[NotificationKind.MENTION] is MailChoice.AT_ONCE
    assert (kept.quiet_from, kept.time_zone) == (time(18), "Asia/Kolkata")
    with pytest.raises(InvalidInputError):
        _choose(member, time_zone="Mars/Olympus")
    with pytest.raises(PermissionDeniedError):
        preference_queries.get_preferences(actor=make_key_actor())


def test_everybody_reads_their_own(run_jobs: Run) -> None:
    member = make_actor()
    colleague = make_actor(Role.OWNER)
    _tell(member, NotificationKind.MENTION)
    _tell(member, NotificationKind.STUCK, source="two")
    [first, second] = notification_queries.list_notifications(actor=member).items
    with pytest.raises(NotFoundError):
        notifications.mark_notification_read(actor=colleague, notification_id=first.id, at=MORNING)
    notifications.mark_notification_read(actor=member, notification_id=first.id, at=MORNING)
    assert [one.id for one in notification_queries.list_notifications(actor=member, is_unread=True).items] == [
        second.id
    ]
    assert notifications.mark_all_notifications_read(actor=member, at=MORNING) == 1
    assert notification_queries.count_unread(actor=member) == 0
    assert notification_queries.list_notifications(actor=colleague).items == ()

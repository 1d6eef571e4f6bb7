"""When mail may reach a person, and when their daily summary goes out."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from firstwin.communications.contracts import MailChoice, MessageKind, NotificationKind, Preferences
from firstwin.communications.rules import reading
from firstwin.playbooks.contracts import Side

QUIET_FROM, QUIET_UNTIL, SUMMARY_AT = time(20), time(7), time(8)
_NEVER_QUIET = frozenset({MessageKind.INVITATION, MessageKind.ACCESS, MessageKind.PLAN, MessageKind.PERSONAL})
_VENDOR_CHOICES = {
    NotificationKind.MENTION: MailChoice.AT_ONCE,
    NotificationKind.REPLY: MailChoice.AT_ONCE,
    NotificationKind.ASSIGNED: MailChoice.DAILY,
    NotificationKind.STUCK: MailChoice.AT_ONCE,
    NotificationKind.OVERDUE: MailChoice.DAILY,
    NotificationKind.MEETING: MailChoice.OFF,
    NotificationKind.PLAN: MailChoice.DAILY,
    NotificationKind.DELIVERY: MailChoice.AT_ONCE,
    NotificationKind.FIRST_VALUE: MailChoice.AT_ONCE,
    NotificationKind.PLAYBOOK: MailChoice.DAILY,
}
_CUSTOMER_CHOICES = {
    NotificationKind.REPLY: MailChoice.AT_ONCE,
    NotificationKind.ASSIGNED: MailChoice.DAILY,
    NotificationKind.OVERDUE: MailChoice.DAILY,
}


def default_choices(side: Side) -> dict[NotificationKind, MailChoice]:
    """What waits for an answer comes at once, the rest in one summary; the customer's side has fewer kinds."""
    return dict(_VENDOR_CHOICES if side is Side.VENDOR else _CUSTOMER_CHOICES)


def earliest_sending(kind: MessageKind, preferences: Preferences, at: datetime) -> datetime:
    """In a reader's quiet hours no mail goes out but what the plan promised, invitations and letters of a person.

    It waits until the quiet hours end in the reader's zone.
    """
    if kind in _NEVER_QUIET or preferences.quiet_from == preferences.quiet_until:
        return at
    zone = reading.zone_of(preferences.time_zone)
    local = at.astimezone(zone)
    if not _is_within(local.time(), preferences.quiet_from, preferences.quiet_until):
        return at
    return _next(local, preferences.quiet_until, zone)


def next_summary(preferences: Preferences, at: datetime) -> datetime:
    """The daily summary goes out at the reader's hour, on the next of their mornings."""
    zone = reading.zone_of(preferences.time_zone)
    return _next(at.astimezone(zone), preferences.summary_at, zone)


def _is_within(moment: time, start: time, end: time) -> bool:
    return start <= moment < end if start < end else moment >= start or moment < end


def _next(local: datetime, moment: time, zone: ZoneInfo) -> datetime:
    candidate = datetime.combine(local.date(), moment, tzinfo=zone)
    return candidate if candidate > local else datetime.combine(local.date() + timedelta(days=1), moment, tzinfo=zone)

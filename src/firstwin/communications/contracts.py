"""What crosses the border of communications: messages, meetings, notifications, choices, and the way out for mail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from firstwin.playbooks.contracts import Side
from firstwin.shared.errors import ConflictError, InvalidInputError


class MessageKind(StrEnum):
    """Why a message was written."""

    PLAN = "plan"
    PERSONAL = "personal"
    INVITATION = "invitation"
    CELEBRATION = "celebration"
    REPLY = "reply"
    NUDGE = "nudge"
    REMINDER = "reminder"
    SUMMARY = "summary"
    ACCESS = "access"
    NOTICE = "notice"


class MessageState(StrEnum):
    """Where a message stands. Bounced: the receiving server refused the address for good."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"


class MeetingState(StrEnum):
    """Life of a meeting. Proposed: a time is noted, nobody is invited yet."""

    PROPOSED = "proposed"
    INVITED = "invited"
    HELD = "held"
    CANCELLED = "cancelled"


class Rsvp(StrEnum):
    """What an invited person answered."""

    NEEDS_ACTION = "needs_action"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class NotificationKind(StrEnum):
    """What a person is told about, and may choose the way of."""

    MENTION = "mention"
    REPLY = "reply"
    ASSIGNED = "assigned"
    STUCK = "stuck"
    OVERDUE = "overdue"
    MEETING = "meeting"
    PLAN = "plan"
    DELIVERY = "delivery"
    FIRST_VALUE = "first_value"
    PLAYBOOK = "playbook"


class MailChoice(StrEnum):
    """How a person wants mail of one kind: at once, in one summary each morning, or not at all."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    OFF = "off"


class InvitationMethod(StrEnum):
    """What a calendar attachment does to the reader's calendar (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A person that mail can go to: a member or a contact. `time_zone` is the one they read dates in."""

    side: Side
    id: UUID
    name: str
    email: str
    time_zone: str = "UTC"

    @property
    def first_name(self) -> str:
        """Return the first word of the name."""
        return self.name.split()[0] if self.name.split() else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message that a person writes: Markdown with placeholders; one mail goes to each of `to` (contact or member ids)."""

    project_id: UUID
    to: tuple[UUID, ...]
    subject: str
    body: str
    cc: tuple[str, ...] = ()
    task_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageInfo:
    """A message in the log. `message_id` is its Message-ID header; `excerpt` the first words of its text."""

    id: UUID
    workspace_id: UUID
    kind: MessageKind
    state: MessageState
    to_name: str
    to_email: str
    reader_side: Side | None
    reader_id: UUID | None
    cc: tuple[str, ...]
    subject: str
    excerpt: str
    project_id: UUID | None
    account_id: UUID | None
    task_id: UUID | None
    meeting_id: UUID | None
    message_id: str
    written_by: str
    failure: str
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDetail:
    """A message as it went out; `html` is the whole mail and belongs into a sandboxed frame, `body_html` is safe to show."""

    info: MessageInfo
    body: str
    body_html: str
    html: str
    text: str
    headers: Mapping[str, str]
    calendar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFile:
    """A file that goes out with a mail; `path` is where its bytes lie."""

    name: str
    media_type: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePreview:
    """A message of the plan as it would go out now, as its first reader gets it; `problem` says why it cannot."""

    recipients: tuple[str, ...] = ()
    subject: str = ""
    body_html: str = ""
    file_names: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """A mail as a transport takes it. `message_id` is the same on every attempt, so that a repeated one can be told."""

    workspace_id: UUID
    message_id: str
    sender: str
    reply_to: str
    to: str
    cc: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)
    calendar: str = ""
    calendar_method: str = ""
    files: tuple[MailFile, ...] = ()


class MailRefusedError(Exception):
    """The receiving side refused the mail for good; trying again is of no use."""


class MailDelayedError(Exception):
    """The mail could not be handed over now; trying again later makes sense."""


class MailTransport(Protocol):
    """The way out for mail; the development mailbox and SMTP are the two that ship."""

    def deliver(self, mail: OutgoingMail) -> None:
        """Hand the mail over; raises MailRefusedError or MailDelayedError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendeeInfo:
    """Somebody invited to a meeting and what they answered."""

    side: Side
    id: UUID
    name: str
    email: str
    rsvp: Rsvp
    note: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMeeting:
    """A meeting to invite to; `attendees` are contact or member ids."""

    project_id: UUID
    title: str
    starts_at: datetime
    minutes: int
    attendees: tuple[UUID, ...]
    agenda: tuple[str, ...] = ()
    location: str = ""
    task_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingInfo:
    """A meeting. `uid` and `sequence` are those of its calendar entry; `time_zone` the one it was planned in."""

    id: UUID
    workspace_id: UUID
    project_id: UUID
    account_id: UUID
    project_name: str
    account_name: str
    task_id: UUID | None
    title: str
    state: MeetingState
    starts_at: datetime
    ends_at: datetime
    minutes: int
    time_zone: str
    agenda: tuple[str, ...]
    location: str
    uid: str
    sequence: int
    cancel_reason: str
    attendees: tuple[AttendeeInfo, ...]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingTimes:
    """Times at which everybody invited works and has no other meeting, the first of each day, soonest first.

    Where there are none, `why_none` says why, and `free` has those that are early or late for somebody.
    `objections` are sentences about the time that was asked about: who does not work then, who is in another meeting.
    """

    free: tuple[datetime, ...]
    why_none: str = ""
    objections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationInfo:
    """Something a member should know. `path` is the page inside the product that it leads to."""

    id: UUID
    kind: NotificationKind
    title: str
    excerpt: str
    path: str
    project_id: UUID | None
    task_id: UUID | None
    by_name: str
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """How a person wants mail. In the quiet hours (local time; equal times mean none) nothing but invitations is sent."""

    choices: Mapping[NotificationKind, MailChoice]
    quiet_from: time
    quiet_until: time
    summary_at: time
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeState:
    """Whether a task may be nudged now; `sent_at` are the earlier nudges of it, newest first."""

    is_allowed: bool
    reason: str
    sent_at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """What a calendar attachment says, for showing."""

    method: str
    title: str
    starts_at: datetime
    ends_at: datetime
    organizer: str
    attendees: tuple[str, ...]
    location: str
    description: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedAttachmentInfo:
    """A file in a captured mail."""

    id: UUID
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedMailInfo:
    """A mail in the mailbox page."""

    id: UUID
    at: datetime
    sender: str
    to: tuple[str, ...]
    subject: str
    excerpt: str
    has_invitation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedMailDetail:
    """A captured mail with everything in it; `html` belongs into a sandboxed frame."""

    info: CapturedMailInfo
    cc: tuple[str, ...]
    html: str
    text: str
    headers: tuple[tuple[str, str], ...]
    attachments: tuple[CapturedAttachmentInfo, ...]
    invitation: CalendarEntry | None


class UnknownPlaceholderError(InvalidInputError):
    """A text names a placeholder that does not exist."""

    code = "unknown_placeholder"


class NoReaderError(InvalidInputError):
    """Nobody would receive the message: the roles are not filled, or the people have no address."""

    code = "no_reader"


class NudgeCapError(ConflictError):
    """The customer was reminded of this too recently or too often."""

    code = "nudge_cap"


class NoSlotError(ConflictError):
    """No time suits everybody in the promised window."""

    code = "no_slot"

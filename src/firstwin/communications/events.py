"""Facts about messages and meetings. The subject is the message or the meeting itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEvent(Event):
    """Base of facts about one message; `kind` is a MessageKind value."""

    subject_type: ClassVar[str] = "message"
    mail_id: UUID
    kind: str
    project_id: UUID | None
    account_id: UUID | None
    task_id: UUID | None
    to_name: str
    subject: str

    @property
    def subject_id(self) -> UUID:
        """Return the message's id."""
        return self.mail_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(MessageEvent):
    """A message to the customer, or one that the plan asks for, left the house."""

    name: ClassVar[str] = "message.sent"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMessageSent(MessageEvent):
    """Somebody of the team was told by mail: a notice, a summary, an invitation to a meeting."""

    name: ClassVar[str] = "message.sent_to_team"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFailed(MessageEvent):
    """A message could not be delivered, and why."""

    name: ClassVar[str] = "message.failed"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingEvent(Event):
    """Base of facts about one meeting."""

    subject_type: ClassVar[str] = "meeting"
    meeting_id: UUID
    project_id: UUID
    account_id: UUID
    task_id: UUID | None
    title: str
    starts_at: datetime

    @property
    def subject_id(self) -> UUID:
        """Return the meeting's id."""
        return self.meeting_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingScheduled(MeetingEvent):
    """A meeting was planned and its people were invited."""

    name: ClassVar[str] = "meeting.scheduled"
    attendee_count: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingMoved(MeetingEvent):
    """A meeting got another time."""

    name: ClassVar[str] = "meeting.moved"
    moved_from: datetime
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCancelled(MeetingEvent):
    """A meeting was called off, and why."""

    name: ClassVar[str] = "meeting.cancelled"
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingHeld(MeetingEvent):
    """A meeting took place."""

    name: ClassVar[str] = "meeting.held"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingAnswered(MeetingEvent):
    """Somebody answered an invitation; `rsvp` is an Rsvp value."""

    name: ClassVar[str] = "meeting.answered"
    person_side: str
    person_id: UUID
    person_name: str
    rsvp: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerNudged(Event):
    """Someone reminded the customer of a task."""

    name: ClassVar[str] = "customer.nudged"
    subject_type: ClassVar[str] = "project"
    project_id: UUID
    account_id: UUID
    task_id: UUID
    title: str
    to_name: str

    @property
    def subject_id(self) -> UUID:
        """Return the project's id."""
        return self.project_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesChanged(Event):
    """A person chose how they want mail; `person_side` is a Side value."""

    name: ClassVar[str] = "preferences.changed"
    subject_type: ClassVar[str] = "person"
    person_side: str
    person_id: UUID

    @property
    def subject_id(self) -> UUID:
        """Return the person's id."""
        return self.person_id

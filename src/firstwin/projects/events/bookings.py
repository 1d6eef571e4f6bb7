"""Facts about soft bookings; the subject is the booking."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingEvent(Event):
    """Base of facts about one soft booking; `title` is the account's or prospect's name."""

    subject_type: ClassVar[str] = "booking"
    booking_id: UUID
    account_id: UUID | None
    title: str
    playbook_name: str

    @property
    def subject_id(self) -> UUID:
        """Return the booking's id."""
        return self.booking_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BookingMade(BookingEvent):
    """Time was set aside for a project that may begin on a day, with so many per cent."""

    name: ClassVar[str] = "booking.made"
    start_on: date
    probability: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BookingChanged(BookingEvent):
    """A booking was changed; `changed` names what: start, probability, people or note."""

    name: ClassVar[str] = "booking.changed"
    changed: tuple[str, ...]
    start_on: date
    probability: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BookingReleased(BookingEvent):
    """The time of a booking was given free."""

    name: ClassVar[str] = "booking.released"
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRestored(BookingEvent):
    """A released or lapsed booking was taken up again."""

    name: ClassVar[str] = "booking.restored"
    start_on: date


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BookingLaunched(BookingEvent):
    """The project that was booked has begun; its tasks take the place of the booking."""

    name: ClassVar[str] = "booking.launched"
    project_id: UUID


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BookingExpired(BookingEvent):
    """Nothing came of a booking within two weeks of its likely start; `by_id` is the member who made it."""

    name: ClassVar[str] = "booking.expired"
    start_on: date
    by_id: UUID | None

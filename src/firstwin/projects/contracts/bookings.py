"""Soft bookings: time set aside for a project that has not begun, and may never."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from firstwin.customers.contracts import Segment

LEAST_LIKELY, MOST_LIKELY = 5, 95
"""Per cent. What is certain is launched, what is out of the question is not booked."""


class BookingState(StrEnum):
    """Where a booking stands. Only open ones count."""

    OPEN = "open"
    LAUNCHED = "launched"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBooking:
    """What is booked: a playbook for an account, or for a prospect by name and segment; `role_map` names members by role."""

    playbook_id: UUID
    start_on: date
    probability: int
    account_id: UUID | None = None
    prospect_name: str = ""
    segment: Segment | None = None
    role_map: dict[str, UUID] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPatch:
    """What changes about a booking; what is None stays."""

    start_on: date | None = None
    probability: int | None = None
    role_map: dict[str, UUID] | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedRole:
    """A role of ours in a booking, who is to fill it, and the hours of its tasks."""

    key: str
    name: str
    member_id: UUID | None
    member_name: str
    hours: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingInfo:
    """A booking. `name` is that of the account or prospect; it expires after `expires_on` unless it is launched."""

    id: UUID
    name: str
    account_id: UUID | None
    prospect_name: str
    segment: Segment
    playbook_id: UUID
    playbook_name: str
    start_on: date
    end_on: date
    expires_on: date
    probability: int
    state: BookingState
    reason: str
    roles: tuple[BookedRole, ...]
    hours: Decimal
    note: str
    project_id: UUID | None
    by_id: UUID | None
    by_name: str
    version: int
    created_at: datetime
    ended_at: datetime | None

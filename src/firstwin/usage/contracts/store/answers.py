"""What the event store is asked about, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from firstwin.usage.contracts import EventKind, UsageEvent


class Period(StrEnum):
    """What active users are counted by."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Subject(StrEnum):
    """Whose first occurrence is asked for."""

    PERSON = "person"
    GROUP = "group"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventScope:
    """Which events of a workspace count; what is None or empty does not narrow.

    `account_ids` leaves out what belongs to other accounts or to none; an empty tuple leaves out everything.
    """

    workspace_id: UUID
    since: datetime
    until: datetime
    group_id: str = ""
    source_id: UUID | None = None
    account_ids: tuple[UUID, ...] | None = None


class StoredEvent(UsageEvent, frozen=True, kw_only=True, gc=False):
    """An event with its place, as it lies in the store."""

    workspace_id: UUID
    source_id: UUID

    @property
    def person(self) -> str:
        """Return who did it, as the event itself names them."""
        return self.user_id or f"anonymous:{self.anonymous_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveUsers:
    """How many people did something in a period, which begins `on`."""

    on: date
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """How often people came: a session ends when nothing happens for as long as was asked."""

    sessions: int
    users: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """How many people of an account were active, and how many of them used each feature."""

    account_id: UUID
    active: int
    users: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstOccurrence:
    """When a subject had done something as often as was asked; an account is named by its id as text."""

    subject: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionCohort:
    """People who began in the week of `week_on`: how many, and how many were active 0, 1, 2, ... weeks later."""

    week_on: date
    size: int
    returned: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureUse:
    """How much one event was used."""

    name: str
    users: int
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakdownRow:
    """How often a property had a value, and with how many people; `value` is JSON text, empty where it is missing."""

    value: str
    users: int
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """How many got to a step, and how long the middle one of them took from the step before.

    The time is None for the first step, and where nobody got to this one.
    """

    name: str
    reached: int
    median_seconds: float | None


class AccountPeriod(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an account did in a period, which begins `on`. No dataclass: thousands of accounts have dozens of periods each."""

    account_id: UUID
    on: date
    users: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountActivity:
    """What an account did: people, events, on how many days, first and last."""

    account_id: UUID
    users: int
    events: int
    days: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonActivity:
    """What somebody did: events, on how many days, first and last."""

    person: str
    events: int
    days: int
    first_at: datetime
    last_at: datetime

    @property
    def cursor(self) -> str:
        """Return what the next page of the list begins after."""
        return f"{self.last_at.isoformat()}|{self.person}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupActivity:
    """What the people of a group did, whether or not it has an account: people, events, first and last."""

    group_id: str
    users: int
    events: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NameUse:
    """How much an event was used, whatever its kind; calls without a name have an empty one."""

    name: str
    kind: EventKind
    users: int
    times: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """How much people come back, stay, explore and win: means per person, the median of sessions.

    `median_session_seconds` is None where nobody came. `wins` counts how often accounts did what is a win of theirs.
    """

    users: int
    active_days_per_week: float
    sessions: int
    median_session_seconds: float | None
    features_per_user: float
    wins: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """When an account first satisfied a condition, and what its value is at the end of the scope.

    `at` is None where it was not satisfied. Accounts of which nothing counts are left out of lists of these.
    """

    account_id: UUID
    at: datetime | None
    value: float

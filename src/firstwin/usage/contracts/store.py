"""The event store: what can be asked of it and what it answers, whatever engine is behind it.

A person is who an event names: the user id, or "anonymous:" and the anonymous id where there is none. Days, weeks (from
Monday) and months are those of UTC. A scope includes its beginning and not its end.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol
from uuid import UUID

from firstwin.shared.errors import FirstwinError
from firstwin.usage.contracts import UsageEvent


class Period(StrEnum):
    """What active users are counted by."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Subject(StrEnum):
    """Whose first occurrence is asked for."""

    PERSON = "person"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventScope:
    """Which events of a workspace count; what is None or empty does not narrow."""

    workspace_id: UUID
    since: datetime
    until: datetime
    group_id: str = ""
    source_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent(UsageEvent):
    """An event with its place, as it lies in the store."""

    workspace_id: UUID
    source_id: UUID

    @property
    def person(self) -> str:
        """Return who did it."""
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
    """How many people of a group were active, and how many of them used each feature."""

    group_id: str
    active: int
    users: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstOccurrence:
    """When somebody, or a group, had done something as often as was asked."""

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


class EventStore(Protocol):
    """Questions with meaning; no caller ever writes SQL. All lists come in a fixed order, which each method says."""

    def append(self, events: Sequence[StoredEvent]) -> int:
        """Add the events whose message key is not there yet, and return how many that were; durable on return."""
        ...

    def active_users(self, scope: EventScope, *, by: Period) -> list[ActiveUsers]:
        """Return the periods in which somebody was active, in order of time."""
        ...

    def sessions(self, scope: EventScope, *, gap: timedelta) -> Sessions:
        """Count sessions: a pause longer than `gap` begins a new one."""
        ...

    def adoption(self, scope: EventScope, *, features: Mapping[str, Sequence[str]]) -> list[Adoption]:
        """Return use by feature (named sets of event names) for each group, by group id; events without a group are left out."""
        ...

    def first_occurrence(
        self, scope: EventScope, *, names: Sequence[str], count: int, of: Subject
    ) -> list[FirstOccurrence]:
        """Return who did one of these things for the `count`-th time, and when, by time and subject."""
        ...

    def funnel(self, scope: EventScope, *, steps: Sequence[str], within: timedelta) -> list[int]:
        """Return how many people got to each step in order, the last within so long of the first. Steps are distinct."""
        ...

    def retention(self, scope: EventScope, *, weeks: int) -> list[RetentionCohort]:
        """Return cohorts by the week of a person's first event of the scope, in order of time; `weeks` columns after week 0."""
        ...

    def stickiness(self, scope: EventScope) -> Mapping[int, int]:
        """Return how many people were active on one day, on two, and so on."""
        ...

    def top_features(self, scope: EventScope, *, limit: int) -> list[FeatureUse]:
        """Return the track events with most users, then most uses, then by name."""
        ...

    def timeline(self, scope: EventScope, *, person: str, limit: int) -> list[StoredEvent]:
        """Return events latest first, of one person or, with "", of everybody; those of one instant in a fixed order."""
        ...

    def breakdown(self, scope: EventScope, *, name: str, key: str, limit: int) -> list[BreakdownRow]:
        """Return the values of a top-level property of a track event by frequency, then by value."""
        ...

    def delete_person(self, workspace_id: UUID, *, person: str) -> int:
        """Delete all events of a person for good, and return how many there were."""
        ...

    def export(self, scope: EventScope) -> Iterator[StoredEvent]:
        """Return every event of the scope by time, those of one instant in a fixed order."""
        ...


class Engine(Protocol):
    """What runs the store's SQL: chDB in its owner's process, a client of that process, or a cluster some day."""

    def read(self, text: str, parameters: Mapping[str, str]) -> bytes:
        """Return the rows of a query as JSON, one object per line. Raises StoreUnavailableError."""
        ...

    def write(self, text: str, parameters: Mapping[str, str], lines: bytes = b"") -> int:
        """Run a statement, with the lines to insert, and return how many rows were written. Raises StoreUnavailableError."""
        ...


class StoreUnavailableError(FirstwinError):
    """The event store does not answer; what comes in waits in the inbox, and nothing is lost."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "event_store_unavailable"
    title: ClassVar[str] = "The event store does not answer"

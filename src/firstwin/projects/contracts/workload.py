"""People's time as pages and the API show it: who has how much to do in which week, and what is behind it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from firstwin.customers.contracts import Segment
from firstwin.identity.contracts import Role
from firstwin.playbooks.contracts import TaskKind

USUAL_WEEKS = 8
MOST_WEEKS = 26


class LoadLevel(StrEnum):
    """How full a week is."""

    AWAY = "away"
    FREE = "free"
    BUSY = "busy"
    FULL = "full"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadFilters:
    """Whose time. `segment` keeps those who have work for such customers; all their work counts all the same."""

    role: Role | None = None
    skill: str = ""
    time_zone: str = ""
    segment: Segment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLoad:
    """A week of a member: hours of work, hours there are, and what takes time. The present week counts from today.

    `likely` are the hours of bookings, weighed by how likely they are; they are no part of `hours`. `has_days_off` tells of
    leave and days off of the member's own, not of holidays.
    """

    monday: date
    hours: Decimal
    likely: Decimal
    capacity: Decimal
    away: tuple[str, ...]
    has_days_off: bool
    level: LoadLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLoad:
    """The weeks of a member; `free` is what is left of those that are not too full."""

    member_id: UUID
    name: str
    role: Role
    title: str
    time_zone: str
    skills: tuple[str, ...]
    weeks: tuple[WeekLoad, ...]
    hours: Decimal
    likely: Decimal
    capacity: Decimal
    free: Decimal
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Everybody's weeks, by name. `skills` and `time_zones` are those that one can choose from."""

    mondays: tuple[date, ...]
    members: tuple[MemberLoad, ...]
    skills: tuple[str, ...]
    time_zones: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekTask:
    """A task behind a week: how many of its hours fall on it; `is_usual` when nobody wrote down how long it takes."""

    id: UUID
    project_id: UUID
    project_name: str
    account_name: str
    name: str
    kind: TaskKind
    hours: Decimal
    estimate: Decimal
    is_usual: bool
    start_at: datetime
    due_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekBooking:
    """A booking behind a week: how many of its hours likely fall on it."""

    id: UUID
    name: str
    playbook_name: str
    probability: int
    hours: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberTime:
    """How many hours of a week somebody has free."""

    member_id: UUID
    name: str
    free: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekTasks:
    """What is behind a week of a member, most hours first; `count` counts those beyond the shown ones too."""

    member: MemberLoad
    week: WeekLoad
    tasks: tuple[WeekTask, ...]
    count: int
    bookings: tuple[WeekBooking, ...]
    others: tuple[MemberTime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedRole:
    """Who could fill a role of ours in a project that has not begun; `hours` is what its tasks take."""

    key: str
    name: str
    hours: Decimal
    suggested: tuple["SuggestedOwner", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedRelief:
    """A task of somebody who has too much to do, and who could take it."""

    task: WeekTask
    owner: "SuggestedOwner"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedOwner:
    """Somebody who could take a task, with what speaks for them; nothing happens until a person accepts."""

    member_id: UUID
    name: str
    reason: str
    has_time: bool

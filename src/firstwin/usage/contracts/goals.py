"""Goals: conditions on what the people of an account do in the product, and how far an account has got with one.

A `Goal` is what somebody writes, in a playbook or a form; exactly one kind of condition, or several under `all` or `any`.
`Condition` is what it means. Answers come from the event store one condition at a time and are put together by
`firstwin.usage.rules.goals`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from firstwin.scheduling.contracts import Span
from firstwin.shared.errors import InvalidInputError


class Aggregate(StrEnum):
    """How the values of a property are added up."""

    SUM = "sum"
    MAX = "max"
    MIN = "min"
    MEAN = "mean"
    LAST = "last"


class Comparison(StrEnum):
    """How a figure compares with its target."""

    AT_LEAST = ">="
    MORE = ">"
    AT_MOST = "<="
    LESS = "<"
    EQUAL = "=="


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A condition as it is written. What is left out does not narrow; `rules.goals.meaning` says what it comes to.

    `events` and `feature` say what people do; `times` how often it is done. `users` or `share_of_seats` (percent) ask for
    that many different people, `days` for that many different days, `features` for that many different features, `stays` for
    activity so long after the first, `sequence` for things done in this order by one person, `metric` for a property of an
    event (`aggregate`, `comparison`, `target`). `within` is the time in which all of it happens.
    """

    events: tuple[str, ...] = ()
    feature: str = ""
    times: int | None = None
    users: int | None = None
    share_of_seats: int | None = None
    days: int | None = None
    in_a_row: bool = False
    features: int | None = None
    stays: Span | None = None
    sequence: tuple[str, ...] = ()
    metric: str = ""
    aggregate: Aggregate | None = None
    comparison: Comparison | None = None
    target: float | None = None
    within: Span | None = None
    all: tuple["Goal", ...] = ()
    any: tuple["Goal", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCount:
    """One of these events happens so many times, all within a time."""

    events: tuple[str, ...]
    times: int
    within: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureUsed:
    """A feature, which is a named set of events, is used so many times."""

    feature: str
    times: int
    within: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveUsers:
    """So many different people do one of these events or use this feature; without either, anything they do counts.

    Either `number` is given or `share`, which is percent of the account's licensed seats.
    """

    number: int | None
    share: int | None
    events: tuple[str, ...]
    feature: str
    within: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysActive:
    """Something happens on so many different days, perhaps in a row, or anything within a time."""

    days: int
    in_a_row: bool
    events: tuple[str, ...]
    feature: str
    within: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeaturesExplored:
    """So many different features are used."""

    features: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Staying:
    """Somebody is still active so long after the first activity."""

    length: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """So many people do these events in this order, each of them within a time."""

    steps: tuple[str, ...]
    users: int
    within: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A number that events carry comes to so much."""

    event: str
    key: str
    aggregate: Aggregate
    comparison: Comparison
    target: float


Condition = EventCount | FeatureUsed | ActiveUsers | DaysActive | FeaturesExplored | Staying | Sequence | Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Every one of these holds; reached with the last of them."""

    parts: tuple["Meaning", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """One of these holds; reached with the first of them."""

    parts: tuple["Meaning", ...]


Meaning = Condition | AllOf | AnyOf


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalProblem:
    """What is wrong in a goal: the way to it through keys and numbers from 0, what, and what to do."""

    path: tuple[str | int, ...]
    message: str
    remedy: str

    @property
    def place(self) -> str:
        """Return the way as people write it: all.1.users."""
        return ".".join(str(step) for step in self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How an account stands with one condition: since when it holds (None: not yet) and the figure now.

    `needed` is None where it cannot be told, such as a share of seats whose number nobody entered.
    """

    reached_at: datetime | None
    value: float
    needed: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One condition of a goal with its answer, in words: what is asked for and how far it got ("4 of 10 users active")."""

    sentence: str
    progress: str
    reached_at: datetime | None
    value: float
    needed: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How an account stands with a whole goal. `share` goes from 0 to 1 and is 1 once reached."""

    reached_at: datetime | None
    steps: tuple[Step, ...]
    progress: str
    share: float

    @property
    def is_reached(self) -> bool:
        """Say whether the goal is reached."""
        return self.reached_at is not None


class WatchState(StrEnum):
    """Life of a watch."""

    OPEN = "open"
    MET = "met"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchInfo:
    """A goal that is being looked after for an account. `owner_id` is whatever asked for it, such as a task."""

    id: UUID
    account_id: UUID
    owner_kind: str
    owner_id: UUID
    title: str
    goal: Goal
    sentence: str
    state: WatchState
    since: datetime
    due_at: datetime | None
    is_first_value: bool
    met_at: datetime | None
    evidence: str
    progress: str
    share: float
    checked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedWatch:
    """What an owner wants looked after: from `since` on, and by when it should be reached.

    Of a first win also by which playbook it is, and the goal that this names itself, beside the one that counts.
    """

    owner_id: UUID
    account_id: UUID
    title: str
    goal: Goal
    since: datetime
    due_at: datetime | None = None
    is_first_value: bool = False
    playbook_id: UUID | None = None
    own_goal: Goal | None = None


class InvalidGoalError(InvalidInputError):
    """A goal that cannot be meant; `problems` name each place."""

    code: ClassVar[str] = "invalid_goal"
    title: ClassVar[str] = "This goal cannot be read"


PlainGoal = Mapping[str, Any]
"""A goal as JSON: its keys without those that are left out, spans as texts such as 30d."""

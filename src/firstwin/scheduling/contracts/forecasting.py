"""What crosses the border of forecasts: event logs, how a backtest went, and the forecast of a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from firstwin.scheduling.contracts import PlanNetwork
from firstwin.shared.errors import InvalidInputError


class UnreadableLogError(InvalidInputError):
    """An event log that cannot be used; `problems` name each line and what to do."""

    code = "unreadable_log"
    title = "This event log cannot be read"


class TooLittleHistoryError(InvalidInputError):
    """Too few finished cases to learn from."""

    code = "too_little_history"
    title = "There is too little history to learn from"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """How the columns of a CSV are called; empty finds them by their usual names. A time without zone is `time_zone`'s."""

    case: str = ""
    activity: str = ""
    timestamp: str = ""
    delimiter: str = ""
    day_first: bool | None = None
    time_zone: str = "UTC"
    skips_bad_rows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLog:
    """Events as three sequences of the same length: number of the case, number of the activity, seconds since 1970.

    `planned_end` maps the number of a case to the end that was promised when it started; only the own history has it.
    """

    cases: Sequence[int]
    activities: Sequence[int]
    at: Sequence[float]
    case_names: Sequence[str]
    activity_names: Sequence[str]
    planned_end: Mapping[int, float] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    skipped: int = 0


class Method(StrEnum):
    """Ways to forecast the remaining time that a backtest compares."""

    FIRSTWIN = "Firstwin"
    FIRSTWIN_FROZEN = "Firstwin, not learning on after the split"
    PLANNED = "planned date"
    SCALED = "plan scaled by the delay so far"
    MEAN_BY_STEP = "mean of cases at the same step"
    MEDIAN_BY_STEP = "median of cases at the same step"
    MEDIAN_BY_NUMBER = "median after as many steps"
    BOOSTING = "gradient boosting (scikit-learn)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How a method did on all test moments: mean absolute error and pinball losses at 50, 80 and 95 %, in days."""

    method: Method
    mae_days: float
    pinball_days: tuple[float, float, float]
    moments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """The result of a backtest. `coverage` maps P50, P80, P95 to the share of cases that ended by then.

    `interval_error` is the standard error of `interval_coverage`, moments of a case counting as one draw.
    `interval_coverage_open` counts only moments after which the log goes on for so long that a long case could still end in
    it (None: there are hardly any, `open_share` of all): exports of finished cases lack those that ended after them.
    """

    cases: int
    events: int
    train_cases: int
    test_cases: int
    train_moments: int
    test_moments: int
    is_strict: bool
    scores: tuple[Score, ...]
    coverage: Mapping[str, float]
    interval_coverage: float
    interval_error: float
    interval_by_third: tuple[float, float, float]
    interval_coverage_open: float | None
    open_share: float
    interval_days: float
    seconds: float

    def score(self, method: Method) -> Score | None:
        """Return how a method did; None for one that was not measured."""
        return next((score for score in self.scores if score.method is method), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A task that was begun: its groups from narrow to wide, how long it was planned to take, and took so far."""

    groups: tuple[str, ...]
    planned_days: float
    taken_days: float
    is_finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedGroup:
    """How many finished tasks a group has, and mean and spread of the logarithm of their stretch."""

    count: int
    mean: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What finished work teaches: groups by name, and the shape of what lies around their means as quantiles."""

    groups: Mapping[str, LearnedGroup]
    shape: tuple[float, ...]
    finished: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerLoad:
    """What keeps a person from this project: working hours of other work that comes first, the share of time for it.

    `waits` are the working hours that something waits for other work which could begin now, a day from now, and so on;
    after the last day as on that day.
    """

    queue_hours: float = 0.0
    share: float = 1.0
    waits: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTraits:
    """What a forecast needs to know of an open task beside its place in the plan. `owner` is a person, else a role."""

    groups: tuple[str, ...]
    owner: str = ""
    owner_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastQuestion:
    """A running plan and what is known of its work. Items without traits happen as planned.

    The network is given as promised (without `open_from`); `now` is when the forecast is made. `first_value` names the item
    that proves the first win, `shown` those whose own range is wanted.
    """

    network: PlanNetwork
    traits: Mapping[str, TaskTraits]
    learned: Learned
    now: datetime
    target_at: datetime | None = None
    first_value: str = ""
    shown: tuple[str, ...] = ()
    loads: Mapping[str, OwnerLoad] = field(default_factory=dict)
    seed: int = 0
    paths: int = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """By when something is done in one, five, eight and nine and a half of ten cases like this."""

    p10: datetime
    p50: datetime
    p80: datetime
    p95: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """An item that drives the spread: its share of it, and in which share of the paths the end waited for it."""

    key: str
    name: str
    share: float
    critical: float
    owner: str
    owner_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """By how many working days somebody's other work moves the end, in half of the cases by less and in half by more."""

    owner: str
    owner_name: str
    days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanForecast:
    """What is likely. `items` holds those that were to be shown; `limiting` names who the end waits for most.

    `delays` name those whose other work moves the end, the most first.

    `has_history` is False where too little is finished to learn from: lengths then follow the plan's estimates.
    """

    completion: Likely
    first_value: Likely | None
    chance: float | None
    items: Mapping[str, Likely]
    drivers: tuple[Driver, ...]
    limiting: str
    limiting_share: float
    has_history: bool
    finished: int
    delays: tuple[Delay, ...] = ()

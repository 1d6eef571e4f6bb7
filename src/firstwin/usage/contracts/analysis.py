"""What figures about usage are made of: shares with intervals, curves, cohorts, comparisons of two kinds of customers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`count` of `base`, with the 95 % interval of the share behind it (Wilson). `value` is None where the base is empty."""

    count: int
    base: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long somebody took until it happened, or has waited so far; `group` is what curves are drawn apart by."""

    days: float
    is_reached: bool
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """From this day on, such a share had reached it; the interval is that of 95 %. `at_risk` still waited before it."""

    days: float
    share: float
    low: float
    high: float
    at_risk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How a share grows with the days (Kaplan-Meier): who still waits counts for as long as they were watched.

    `median_days` is None while less than half have reached it. `watched_days` is the longest anybody was watched.
    """

    group: str
    size: int
    reached: int
    points: tuple[CurvePoint, ...]
    median_days: float | None
    watched_days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A customer who began on a day, and how many days later it happened to them; None while it did not."""

    began_on: date
    days: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationCohort:
    """Those who began in a month: how many of them reached it in time.

    Only who began long enough ago counts in `share`; `young` counts the others, who still have time.
    """

    month_on: date
    share: Share
    young: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How much more often one kind of customers does something than the other: shares, difference with its interval, lift.

    `lift` says how many times as often; None where the others never do it. `is_small` says that one side is too small to
    tell anything, `is_clear` that the interval of the difference leaves zero out.
    """

    name: str
    ours: Share
    others: Share
    difference: float
    low: float
    high: float
    lift: float | None
    is_small: bool
    is_clear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRow:
    """A cohort by week: `cells` says what share came back in each week; None where that week is not over yet."""

    week_on: date
    size: int
    cells: tuple[float | None, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelRow:
    """A step of a funnel: who got there, of those before and of all, and how long the way from the step before took."""

    name: str
    reached: int
    of_before: float | None
    of_first: float | None
    median_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionRow:
    """An account in the list of adoption.

    `active` people were there in the last four weeks, of `seats`; `before` in the four weeks before them. `used` of
    `licensed` features were used. `trend` compares the two (-0.5 is half as many); None where there is nothing to compare.
    """

    account_id: UUID
    name: str
    segment: str
    industry: str
    seats: int | None
    active: int
    before: int
    seat_share: float | None
    used: int
    licensed: int
    feature_share: float | None
    trend: float | None
    events: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The figures above the list of adoption: all accounts that the filters leave, added up."""

    accounts: int
    with_usage: int
    active: int
    seats: int
    seat_share: float | None
    feature_share: float | None
    by_feature: Mapping[str, int] = field(default_factory=dict)

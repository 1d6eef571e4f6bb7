"""What counts as the first win, for whom, and what that would have come to in the past."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firstwin.usage.contracts.goals import Goal


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlace:
    """Whom a rule is for: one account, a playbook, perhaps in one segment, a segment, or with nothing the workspace."""

    account_id: UUID | None = None
    playbook_id: UUID | None = None
    segment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstValueRuleInfo(RulePlace):
    """A rule of the first win. `title` says for whom; `goal` None: it was taken away and can be taken back."""

    id: UUID
    title: str
    goal: Goal | None
    sentence: str
    version: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstValueVersionInfo:
    """What a rule said from a moment on."""

    number: int
    goal: Goal | None
    sentence: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramBar:
    """How many accounts reached it from this day on, before the next bar begins."""

    first_day: int
    accounts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Accounts by the day on which they reached it; bars are `width` days wide."""

    width: int
    bars: tuple[HistogramBar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAccount:
    """How one account would have done: the day after the signature, or how far it got."""

    account_id: UUID
    name: str
    signed_at: datetime
    reached_at: datetime | None
    day: int | None
    progress: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReach:
    """What a goal would have come to: of `accounts` signed before `signed_before`, so many `reached` it.

    `is_small` marks figures of too few accounts. `left_out` counts accounts without a signature or too young.
    """

    signed_before: datetime
    accounts: int
    reached: int
    median_day: float | None
    histogram: Histogram
    rows: tuple[PastAccount, ...]
    is_small: bool
    left_out: int

    @property
    def percent(self) -> int:
        """Return the share that reached it, in percent."""
        return round(100 * self.reached / self.accounts) if self.accounts else 0

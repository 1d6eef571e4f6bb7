"""The stored forecast of a project as pages and the API show it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from firstwin.scheduling.contracts.forecasting import Likely


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyStage:
    """By when an open stage or milestone is likely done; `planned_at` is what the plan promises."""

    id: UUID
    name: str
    is_stage: bool
    planned_at: datetime
    likely: Likely


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastDriver:
    """A task that drives the spread: its share of it, and in which share of cases the end waits for it."""

    task_id: UUID
    name: str
    owner_name: str
    share: float
    critical: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastDelay:
    """By how many working days somebody's other work moves the end."""

    owner_name: str
    days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastDay:
    """What was likely on an earlier day."""

    on: date
    p50: datetime
    p80: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectForecastInfo:
    """The latest forecast of a project. `chance` is that of meeting the target; `history` has one entry a day.

    One that `is_outdated` tells of the plan before its latest change: the next is on its way.
    """

    project_id: UUID
    made_at: datetime
    is_outdated: bool
    completion: Likely
    first_value: Likely | None
    chance: float | None
    target_at: datetime | None
    stages: tuple[LikelyStage, ...]
    drivers: tuple[ForecastDriver, ...]
    limiting: str
    limiting_share: float
    has_history: bool
    finished: int
    delays: tuple[ForecastDelay, ...]
    history: tuple[ForecastDay, ...]

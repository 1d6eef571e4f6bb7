"""Baselines of a running plan: its dates as somebody kept them, to be compared with what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineInfo:
    """Dates that were kept: when, by whom, and the end of the plan then. Those of the launch have no id."""

    id: UUID | None
    name: str
    by_name: str
    at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDates:
    """A task as it was kept."""

    name: str
    start_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Baselines:
    """What can be compared, the launch first, and the dates of the chosen one by task."""

    known: tuple[BaselineInfo, ...]
    chosen: BaselineInfo
    dates: Mapping[UUID, KeptDates]

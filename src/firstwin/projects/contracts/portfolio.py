"""The portfolio as pages and the API ask for it and show it: filters, orders, numbers, the board, search hits."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from firstwin.customers.contracts import Industry, Segment
from firstwin.projects.contracts import ProjectState, ProjectSummary, Standing


class ProjectSort(StrEnum):
    """Orders of the portfolio; `-` in front of it in addresses turns it round."""

    UPDATED = "updated"
    ACCOUNT = "account"
    PLANNED_END = "planned_end"
    LIKELY_END = "likely_end"
    STARTED = "started"
    STAGE = "stage"
    NEXT_MILESTONE = "next_milestone"
    CUSTOMER_ACTIVITY = "customer_activity"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFilters:
    """Which projects of the portfolio. Empty tuples do not narrow; `is_running` keeps what is neither complete nor cancelled."""

    standings: tuple[Standing, ...] = ()
    states: tuple[ProjectState, ...] = ()
    owner_id: UUID | None = None
    account_id: UUID | None = None
    segment: Segment | None = None
    industry: Industry | None = None
    playbook_id: UUID | None = None
    stage: str = ""
    search: str = ""
    is_late: bool | None = None
    is_waiting: bool | None = None
    is_stuck: bool | None = None
    is_running: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacets:
    """How many projects there are in all and in each group; the numbers above the portfolio."""

    total: int
    running: int
    by_standing: Mapping[Standing, int]
    by_state: Mapping[ProjectState, int]
    late: int
    waiting: int
    stuck: int
    first_value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardColumn:
    """A stage of the board with its first projects; `count` counts all of them."""

    stage: str
    position: int
    count: int
    projects: tuple[ProjectSummary, ...]


class HitKind(StrEnum):
    """What a search found."""

    ACCOUNT = "account"
    PROJECT = "project"
    TASK = "task"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """Something that a search found; `where` says in which account or project it lies."""

    kind: HitKind
    id: UUID
    title: str
    where: str
    project_id: UUID | None

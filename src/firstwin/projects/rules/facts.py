"""A running plan as the rules see it: plain facts about its stages, tasks and links."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects.contracts import OPEN_STATES, ReasonSide, TaskState
from firstwin.scheduling.contracts import CalendarSpec, LinkType, Pause


class StageFact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A stage of a plan."""

    id: UUID
    key: str
    name: str
    position: int
    start_at: datetime
    due_at: datetime
    timing: Mapping[str, Any] = msgspec.field(default_factory=dict)


class TaskFact(msgspec.Struct, frozen=True, gc=False):
    """A task of a plan. `calendar` is the key of its owner's calendar, empty while nobody owns it.

    `reason` is what was said about its state, `person` who does it, `approvers` are the roles that may approve it.
    """

    id: UUID
    stage_id: UUID
    key: str
    name: str
    kind: TaskKind
    side: Side
    state: TaskState
    position: int
    start_at: datetime
    due_at: datetime
    is_required: bool = True
    is_automatic: bool = False
    visibility: Visibility = Visibility.SHARED
    stuck_side: ReasonSide | None = None
    stuck_since: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    came_due_at: datetime | None = None
    overdue_at: datetime | None = None
    is_start_fixed: bool = False
    is_due_fixed: bool = False
    not_before_at: datetime | None = None
    must_finish_by_at: datetime | None = None
    timing: Mapping[str, Any] = msgspec.field(default_factory=dict)
    calendar: str = ""
    reason: str = ""
    person: str = ""
    approvers: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Something is still to do."""
        return self.state in OPEN_STATES


class LinkFact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A dependency; one id of each pair is set."""

    predecessor_id: UUID | None = None
    predecessor_stage_id: UUID | None = None
    successor_id: UUID | None = None
    successor_stage_id: UUID | None = None
    type: LinkType = LinkType.FINISH_TO_START
    lag: str = ""


class PlanFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A whole plan with the calendars of both sides and of its people by key, its anchors and its pauses."""

    stages: tuple[StageFact, ...]
    tasks: tuple[TaskFact, ...]
    links: tuple[LinkFact, ...]
    anchors: Mapping[str, datetime]
    calendars: Mapping[str, CalendarSpec]
    pauses: tuple[Pause, ...] = ()

"""Steering a running plan: its links and constraints, and what a change of them would do before it is saved."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from firstwin.scheduling.contracts import LinkType


class TimingPart(StrEnum):
    """What can be given back to the plan: a date set by hand, or a bound."""

    START = "start"
    DUE = "due"
    NOT_BEFORE = "not_before"
    MUST_FINISH_BY = "must_finish_by"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTiming:
    """New dates, bounds or another length of one task; None leaves each as it is.

    `start_at` and `due_at` stay from then on, whatever moves around them. `duration` is a span such as 3wd; it replaces
    the day that the playbook promised. `freed` goes back to the plan, before anything is set. With `on_working_days` a
    date that falls on a day off moves on to the next working day of whoever owns the task; where start and end move by the
    same days, the task keeps the working days that it took.
    """

    task_id: UUID
    start_at: datetime | None = None
    due_at: datetime | None = None
    duration: str | None = None
    not_before_at: datetime | None = None
    must_finish_by_at: datetime | None = None
    freed: tuple[TimingPart, ...] = ()
    on_working_days: bool = False
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A dependency to add; `lag` is a span such as 2wd, or -1wd to let both overlap."""

    predecessor_id: UUID
    successor_id: UUID
    type: LinkType = LinkType.FINISH_TO_START
    lag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChange:
    """Another type and lag for a dependency that is there."""

    link_id: UUID
    type: LinkType
    lag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """Changes of one plan that are saved together or not at all."""

    timings: tuple[TaskTiming, ...] = ()
    added: tuple[NewLink, ...] = ()
    changed: tuple[LinkChange, ...] = ()
    removed: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkInfo:
    """A dependency between tasks or whole stages; `words` say it from the side of what waits."""

    id: UUID
    predecessor_id: UUID | None
    predecessor_stage_id: UUID | None
    predecessor_name: str
    successor_id: UUID | None
    successor_stage_id: UUID | None
    successor_name: str
    type: LinkType
    lag: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskShift:
    """A task that a change would move."""

    task_id: UUID
    name: str
    start_before: datetime
    start_after: datetime
    due_before: datetime
    due_after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPreview:
    """What a change would do: the tasks that move, the end, and which promises could no longer or could again be kept.

    The conflicts also name meetings that lose the hours that all invited share, or find some. `notes` say which dates were not
    taken as they were asked for, and what went back to the playbook. `step_id` names the change once it is saved, so that it
    can be taken back.
    """

    end_before: datetime
    end_after: datetime
    shifts: tuple[TaskShift, ...]
    new_conflicts: tuple[str, ...]
    solved_conflicts: tuple[str, ...]
    notes: tuple[str, ...] = ()
    step_id: UUID | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRoom:
    """What a task has to spare in whole working days of its owner, and which promise of it cannot be kept."""

    task_id: UUID
    float_days: int
    free_days: int
    is_critical: bool
    conflict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """A dependency as it is drawn: between tasks or whole stages, by their ids; `words` as in LinkInfo."""

    predecessor_id: UUID
    successor_id: UUID
    type: LinkType
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRoom:
    """What every open task of a plan has to spare; `problem` says why that cannot be worked out.

    `bonds` are all its dependencies, `off_days` the days of its time on which the team does not work.
    """

    tasks: tuple[TaskRoom, ...]
    problem: str = ""
    bonds: tuple[Bond, ...] = ()
    off_days: tuple[date, ...] = ()

"""Facts about a plan: what moved or was taken back, baselines, newer versions of its playbook; the subject is the project."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import event
from firstwin.projects.events.projects import ProjectEvent


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRescheduled(ProjectEvent):
    """Dates moved: what caused it, and how far the planned end went.

    `extent` says how many tasks moved and how far. `is_by_calendar` when somebody's working calendar changed; `member_ids`
    are the members whose tasks moved.
    """

    name: ClassVar[str] = "project.rescheduled"
    cause: str
    moved_tasks: int
    end_moved_seconds: int
    extent: str = ""
    is_by_calendar: bool = False
    member_ids: tuple[UUID, ...] = ()


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChangeUndone(ProjectEvent):
    """The latest change of dates, lengths or dependencies was taken back; `what` says which it was."""

    name: ClassVar[str] = "project.plan_change_undone"
    what: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReturned(ProjectEvent):
    """The plan went back to the version of the playbook that it follows; so many dates, lengths and links had been changed."""

    name: ClassVar[str] = "project.plan_returned"
    playbook_version: int
    dates: int
    lengths: int
    links: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorMoved(ProjectEvent):
    """The start or the signature, on which dates hang, or the target was moved; `what` says which."""

    name: ClassVar[str] = "project.anchor_moved"
    what: str
    moved_from: datetime
    moved_to: datetime


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineKept(ProjectEvent):
    """Somebody kept the dates of the plan under a name, to compare with later."""

    name: ClassVar[str] = "project.baseline_kept"
    title: str
    end_at: datetime


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRemoved(ProjectEvent):
    """Dates that were kept are no longer compared with."""

    name: ClassVar[str] = "project.baseline_removed"
    title: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookUpdateApplied(ProjectEvent):
    """The project took over what somebody accepted of a newer version of its playbook; `changes` says each in words.

    `is_finished`: everything was decided, so the project stands on the new version from now on.
    """

    name: ClassVar[str] = "project.playbook_updated"
    title: str
    from_version: int
    to_version: int
    changes: tuple[str, ...]
    refused: int
    left: int
    is_finished: bool
    end_moved_seconds: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookUpdateUndone(ProjectEvent):
    """An update to a newer version of the playbook was taken back; the plan is what it was before."""

    name: ClassVar[str] = "project.playbook_update_undone"
    title: str
    from_version: int
    to_version: int

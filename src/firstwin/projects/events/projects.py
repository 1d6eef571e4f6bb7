"""Facts about a project as a whole. Ids and plain values only; the subject is the project."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectEvent(Event):
    """Base of facts about one project."""

    subject_type: ClassVar[str] = "project"
    project_id: UUID
    account_id: UUID

    @property
    def subject_id(self) -> UUID:
        """Return the project's id."""
        return self.project_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLaunched(ProjectEvent):
    """A playbook version began to run for an account."""

    name: ClassVar[str] = "project.launched"
    title: str
    playbook_version_id: UUID
    playbook_name: str
    playbook_version: int
    overlays: tuple[str, ...]
    task_count: int
    planned_end_at: datetime


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class FirstValueReached(ProjectEvent):
    """The account had its first win, with what proves it; `days` counts from signature."""

    name: ClassVar[str] = "project.first_value_reached"
    task_id: UUID
    title: str
    evidence: str
    days: int | None


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class StageEntered(ProjectEvent):
    """The project moved into another stage."""

    name: ClassVar[str] = "stage.entered"
    stage_id: UUID
    title: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectHeld(ProjectEvent):
    """The project was put on hold, by which side and why."""

    name: ClassVar[str] = "project.held"
    side: str
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectResumed(ProjectEvent):
    """The project goes on; its open dates moved by the time it was held."""

    name: ClassVar[str] = "project.resumed"
    held_seconds: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleFilled(ProjectEvent):
    """Another person took a role of the project."""

    name: ClassVar[str] = "project.role_filled"
    role: str
    person_side: str
    person_id: UUID | None
    person_name: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCompleted(ProjectEvent):
    """The onboarding is complete by its criteria."""

    name: ClassVar[str] = "project.completed"
    days: int | None
    unmet_criteria: tuple[str, ...]


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCancelled(ProjectEvent):
    """The onboarding ended without completion."""

    name: ClassVar[str] = "project.cancelled"
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectReopened(ProjectEvent):
    """A completed or cancelled project goes on."""

    name: ClassVar[str] = "project.reopened"
    reason: str

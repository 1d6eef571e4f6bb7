"""Onboardings as figures over many of them see them: who, by which version, since when, and when the first win came."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firstwin.customers.contracts import Industry, Segment
from firstwin.projects.contracts import ProjectState


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingFilters:
    """Which onboardings; what is None does not narrow. Cancelled ones are always left out."""

    segment: Segment | None = None
    industry: Industry | None = None
    playbook_id: UUID | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboarding:
    """A project in a few words. `began_at` is the signature of the contract, or the launch where none is known."""

    project_id: UUID
    account_id: UUID
    account_name: str
    segment: str
    industry: str
    playbook_id: UUID
    playbook_name: str
    playbook_version: int
    state: ProjectState
    began_at: datetime
    first_value_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionInUse:
    """A version of a playbook that projects run by."""

    playbook_id: UUID
    name: str
    version: int

"""What the API of projects takes in."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime

from firstwin.customers.contracts import Industry, Segment
from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects.contracts import NewProject, PersonRef, ProjectState, ReasonSide, Standing
from firstwin.projects.contracts.changes import BulkVerb
from firstwin.projects.contracts.portfolio import ProjectFilters, ProjectSort
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE
from firstwin.shared.schemas import StrictSchema


class LaunchBody(StrictSchema):
    """What a launch needs; take keys of roles, stages and tasks from the preview."""

    account_id: UUID
    playbook_version_id: UUID
    name: str = ""
    start_on: date | None = None
    finish_on: date | None = None
    role_map: dict[str, UUID] = {}
    fields: dict[str, Any] = {}
    excluded: tuple[str, ...] = ()
    included: tuple[str, ...] = ()
    catch_up: bool = False
    idempotency_key: str = ""
    booking_id: UUID | None = None

    def to_contract(self) -> NewProject:
        return NewProject(**self.model_dump())


class BulkLaunchBody(StrictSchema):
    projects: list[LaunchBody]


class Launched(StrictSchema):
    id: UUID


class LaunchedMany(StrictSchema):
    ids: list[UUID]


class FilterQuery(StrictSchema):
    standing: list[Standing] = []
    state: list[ProjectState] = []
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

    def to_filters(self) -> ProjectFilters:
        return ProjectFilters(
            standings=tuple(self.standing),
            states=tuple(self.state),
            owner_id=self.owner_id,
            account_id=self.account_id,
            segment=self.segment,
            industry=self.industry,
            playbook_id=self.playbook_id,
            stage=self.stage,
            search=self.search,
            is_late=self.is_late,
            is_waiting=self.is_waiting,
            is_stuck=self.is_stuck,
            is_running=self.is_running,
        )


class ListQuery(FilterQuery):
    sort: ProjectSort = ProjectSort.UPDATED
    is_descending: bool = True
    cursor: str | None = None
    limit: int = DEFAULT_PAGE_SIZE


class PersonBody(StrictSchema):
    """A member (side vendor) or a contact (side customer)."""

    side: Side
    id: UUID

    def to_person(self) -> PersonRef:
        return PersonRef(side=self.side, id=self.id, name="")


class RoleBody(StrictSchema):
    person: PersonBody | None = None


class VersionBody(StrictSchema):
    """`expected_version` is the version last seen; when the task changed since, the answer is 409."""

    expected_version: int | None = None


class ReasonBody(VersionBody):
    reason: str


class ReopenTaskBody(VersionBody):
    reason: str = ""


class StuckBody(ReasonBody):
    side: ReasonSide


class CompleteTaskBody(VersionBody):
    result: dict[str, Any] = {}
    evidence: str = ""


class ApproveBody(VersionBody):
    evidence: str = ""


class AssignBody(VersionBody):
    person: PersonBody | None = None


class MoveBody(VersionBody):
    start_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    unfix: bool = False
    stage_id: UUID | None = None
    position: int | None = None


class PatchBody(VersionBody):
    name: str | None = None
    description: str | None = None
    guidance: str | None = None
    visibility: Visibility | None = None
    is_required: bool | None = None
    settings: dict[str, Any] | None = None
    deliverables: tuple[str, ...] | None = None
    predecessor_ids: tuple[UUID, ...] | None = None
    estimate_hours: float | None = None
    has_usual_estimate: bool = False


class NewTaskBody(StrictSchema):
    stage_id: UUID
    name: str
    kind: TaskKind = TaskKind.TODO
    description: str = ""
    guidance: str = ""
    side: Side = Side.VENDOR
    owner_role: str = ""
    assignee: PersonBody | None = None
    visibility: Visibility = Visibility.SHARED
    is_required: bool = True
    start_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    duration: str = "1wd"
    predecessor_ids: tuple[UUID, ...] = ()
    after_task_id: UUID | None = None
    settings: dict[str, Any] = {}
    deliverables: tuple[str, ...] = ()


class BulkBody(StrictSchema):
    verb: BulkVerb
    task_ids: list[UUID]
    reason: str = ""
    assignee: PersonBody | None = None
    days: int = 0


class Changed(StrictSchema):
    count: int


class HoldBody(StrictSchema):
    side: ReasonSide
    reason: str


class WhyBody(StrictSchema):
    reason: str


class CompleteProjectBody(StrictSchema):
    """`confirmed` are keys of criteria that you vouch for; `override_reason` is for managers."""

    confirmed: list[str] = []
    override_reason: str = ""


class FirstValueBody(StrictSchema):
    evidence: str
    task_id: UUID | None = None


class CommentBody(StrictSchema):
    body: str
    task_id: UUID | None = None
    is_internal: bool = False
    mentions: list[UUID] = []

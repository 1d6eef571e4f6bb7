"""Running projects for tests, made by the real operations on passed-in instants."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from firstwin.customers.contracts import Segment, StakeholderRole
from firstwin.customers.models import Account, Contact
from firstwin.identity.contracts import Actor, Role
from firstwin.identity.models import Workspace
from firstwin.playbooks.contracts import (
    Anchor,
    ApprovalSettings,
    CompletionCriterion,
    FieldSpec,
    FieldType,
    FileRequestSettings,
    FormSettings,
    LinkSpec,
    MeetingSettings,
    MessageSettings,
    MilestoneSettings,
    Moment,
    PlaybookDefinition,
    RoleSpec,
    SegmentTarget,
    Side,
    StageSpec,
    TaskKind,
    TaskSpec,
    Visibility,
)
from firstwin.playbooks.operations import library as playbook_library
from firstwin.playbooks.operations import versions as playbook_versions
from firstwin.projects.contracts import NewProject, ProjectDetail, TaskInfo
from firstwin.projects.models import Project, ProjectTask
from firstwin.projects.operations import launch
from firstwin.projects.queries import projects as project_queries
from firstwin.scheduling.contracts import parse_span
from tests.factories.customers import contact_actor, make_account, make_contact
from tests.factories.identity import actor_for, make_member, make_workspace

SIGNED_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday."""


def moment(anchor: Anchor, offset: str) -> Moment:
    """An instant relative to an anchor."""
    return Moment(anchor=anchor, offset=parse_span(offset))


def after(*keys: str) -> tuple[LinkSpec, ...]:
    """Links that wait for the end of each."""
    return tuple(LinkSpec(task=key) for key in keys)


def _first_stage() -> StageSpec:
    return StageSpec(
        key="welcome",
        name="Welcome",
        objective="The customer feels expected.",
        exit_criteria=("The welcome message went out.",),
        tasks=(
            TaskSpec(
                key="welcome-email",
                name="Welcome email",
                kind=TaskKind.MESSAGE,
                owner="csm",
                automatic=True,
                start=moment(Anchor.SIGNATURE, "1h"),
                due=moment(Anchor.SIGNATURE, "24h"),
                settings=MessageSettings(to=("sponsor",), subject="Welcome", body="Hello {{ contact.first_name }}"),
            ),
            TaskSpec(
                key="sales-handoff",
                name="Talk to sales",
                guidance="Ask what was promised.",
                owner="csm",
                visibility=Visibility.INTERNAL,
                duration=parse_span("1wd"),
            ),
            TaskSpec(
                key="company-form",
                name="Tell us about your company",
                kind=TaskKind.FORM,
                owner="sponsor",
                duration=parse_span("3wd"),
                settings=FormSettings(
                    fields=(
                        FieldSpec(key="users", label="How many people?", type=FieldType.NUMBER, required=True),
                        FieldSpec(key="notes", label="Anything else?", type=FieldType.LONG_TEXT),
                    )
                ),
            ),
        ),
    )


def _second_stage() -> StageSpec:
    return StageSpec(
        key="setup",
        name="Set-up",
        tasks=(
            TaskSpec(
                key="kickoff",
                name="Kickoff call",
                kind=TaskKind.MEETING,
                owner="csm",
                due=moment(Anchor.SIGNATURE, "7d"),
                after=after("sales-handoff"),
                anchors=Anchor.KICKOFF,
                settings=MeetingSettings(attendees=("csm", "sponsor"), agenda=("Success criteria",)),
            ),
            TaskSpec(
                key="logo",
                name="Send us your logo",
                kind=TaskKind.FILE_REQUEST,
                owner="sponsor",
                duration=parse_span("2wd"),
                after=after("kickoff"),
                settings=FileRequestSettings(files=("Logo",), accept=("png", "svg")),
            ),
            TaskSpec(
                key="single-sign-on",
                name="Connect single sign-on",
                owner="csm",
                when="project.needs_sso",
                duration=parse_span("2wd"),
                after=after("kickoff"),
            ),
            TaskSpec(
                key="provision",
                name="Provision the platform",
                owner="csm",
                visibility=Visibility.TITLE_ONLY,
                duration=parse_span("3wd"),
                after=after("kickoff", "single-sign-on"),
            ),
            TaskSpec(
                key="plan-approval",
                name="Approve the plan",
                kind=TaskKind.APPROVAL,
                owner="sponsor",
                duration=parse_span("2wd"),
                after=after("provision"),
                settings=ApprovalSettings(statement="We agree with the plan.", approvers=("sponsor",)),
            ),
        ),
    )


def _third_stage() -> StageSpec:
    return StageSpec(
        key="win",
        name="First win",
        tasks=(
            TaskSpec(key="first-import", name="Import your data", owner="sponsor", duration=parse_span("2wd")),
            TaskSpec(
                key="first-report",
                name="First report run",
                kind=TaskKind.MILESTONE,
                owner="csm",
                after=after("first-import"),
                anchors=Anchor.FIRST_VALUE,
                settings=MilestoneSettings(criterion="The first report is run", first_value=True),
            ),
        ),
    )


def example_definition(**fields: Any) -> PlaybookDefinition:
    """A small playbook with a task of nearly every kind on both sides; `fields` replace those of the definition."""
    defaults: dict[str, Any] = {
        "key": "example",
        "name": "Example onboarding",
        "roles": (
            RoleSpec(key="csm", name="Success manager", side=Side.VENDOR),
            RoleSpec(key="sponsor", name="Sponsor", side=Side.CUSTOMER, stakeholder=StakeholderRole.EXECUTIVE_SPONSOR),
        ),
        "fields": (FieldSpec(key="needs_sso", label="Single sign-on?", type=FieldType.BOOLEAN, default=False),),
        "durations": (SegmentTarget(segment=Segment.MID_MARKET, at_least=None, at_most=parse_span("90d")),),
        "stages": (_first_stage(), _second_stage(), _third_stage()),
        "completion": (
            CompletionCriterion(key="required_tasks", text="Every required task is done"),
            CompletionCriterion(key="agreed", text="The customer agrees that it is complete"),
        ),
    }
    return PlaybookDefinition(**{**defaults, **fields})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A vendor with a manager and a specialist, a customer with a sponsor, and a published playbook."""

    workspace: Workspace
    manager: Actor
    specialist: Actor
    account: Account
    sponsor: Contact
    version_id: UUID
    at: datetime

    @property
    def contact(self) -> Actor:
        """The sponsor as an actor."""
        return contact_actor(self.sponsor)


def make_scene(
    definition: PlaybookDefinition | None = None, *, workspace: Workspace | None = None, **account: Any
) -> Scene:
    """Set the scene for a launch; `account` are fields of the account."""
    workspace = workspace or make_workspace(time_zone="UTC")
    manager = actor_for(make_member(Role.MANAGER, workspace=workspace))
    specialist = actor_for(make_member(Role.SPECIALIST, workspace=workspace))
    account.setdefault("name", "Acorn Foods")
    account.setdefault("contract_signed_at", SIGNED_AT)
    account.setdefault("owner_id", specialist.id)
    row = make_account(workspace, **account)
    sponsor = make_contact(row, name="Nia Park", roles=(StakeholderRole.EXECUTIVE_SPONSOR,))
    return Scene(
        workspace=workspace,
        manager=manager,
        specialist=specialist,
        account=row,
        sponsor=sponsor,
        version_id=publish_definition(manager, definition or example_definition()),
        at=SIGNED_AT,
    )


def publish_definition(actor: Actor, definition: PlaybookDefinition, *, at: datetime = SIGNED_AT) -> UUID:
    """Put a playbook into the library and publish it; return the version's id."""
    playbook_id = playbook_library.import_definition(actor=actor, definition=definition, at=at)
    return playbook_versions.publish(actor=actor, playbook_id=playbook_id, notes="First version", at=at)


def new_project(scene: Scene, **fields: Any) -> NewProject:
    """What a launch of the scene's playbook needs."""
    return NewProject(
        **{"account_id": scene.account.id, "playbook_version_id": scene.version_id, "name": "Acorn Foods", **fields}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A launched project of a scene."""

    scene: Scene
    id: UUID

    def task(self, key: str) -> ProjectTask:
        """The row of a task by its key in the playbook, fresh from the database."""
        return ProjectTask.objects.for_actor(self.scene.manager).get(project_id=self.id, key=key)

    def row(self) -> Project:
        """The row of the project, fresh from the database."""
        return Project.objects.for_actor(self.scene.manager).get(id=self.id)

    def detail(self, at: datetime | None = None) -> ProjectDetail:
        """The project as the team sees it."""
        return project_queries.get_project(actor=self.scene.manager, project_id=self.id, at=at or self.scene.at)

    def info(self, key: str, at: datetime | None = None) -> TaskInfo:
        """A task as the team sees it."""
        return project_queries.get_task(actor=self.scene.manager, task_id=self.task(key).id, at=at or self.scene.at)


def launch_example(scene: Scene | None = None, *, at: datetime | None = None, **fields: Any) -> Running:
    """Launch the scene's playbook (a new scene unless given); `fields` are those of NewProject."""
    scene = scene or make_scene()
    project_id = launch.launch_project(actor=scene.specialist, new=new_project(scene, **fields), at=at or scene.at)
    return Running(scene=scene, id=project_id)

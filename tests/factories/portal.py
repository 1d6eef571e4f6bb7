"""A real onboarding on a built-in playbook, as its customer meets it in the portal."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from firstwin.customers.contracts import Industry, StakeholderRole
from firstwin.customers.models import Account, Contact
from firstwin.customers.operations import portal_access
from firstwin.identity.contracts import Actor, Role
from firstwin.identity.models import Workspace
from firstwin.jobs import operations as job_operations
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import (
    Anchor,
    ApprovalSettings,
    FieldSpec,
    FieldType,
    FileRequestSettings,
    FormSettings,
    MeetingSettings,
    PlaybookDefinition,
    StageSpec,
    SurveySettings,
    TaskKind,
    TaskSpec,
    Visibility,
)
from firstwin.projects.contracts import NewProject
from firstwin.projects.operations import launch
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import actor_for, make_member, make_user, make_workspace
from tests.factories.projects import (
    Running,
    example_definition,
    launch_example,
    make_scene,
    moment,
    publish_definition,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A vendor's member, a customer with three people, a running project, and the link of one of them."""

    workspace: Workspace
    member: Actor
    account: Account
    contact: Contact
    colleague: Contact
    project_id: UUID
    url: str

    @property
    def path(self) -> str:
        """The link without the server's address."""
        return "/p/" + self.url.split("/p/", 1)[1]


def make_visit(*, at: datetime, key: str = "b2b-seven-stage", signed_before: timedelta = timedelta(hours=3)) -> Visit:
    """Sign a contract some hours ago, launch the playbook at that moment and let everything due by `at` happen."""
    workspace = make_workspace("Northwind Software", brand_color="#0b7a75", time_zone="Europe/Berlin", country="DE")
    user = make_user("mara@northwind.example", "Mara Lindqvist")
    row = make_member(Role.OWNER, workspace=workspace, user=user)
    row.title = "Customer success manager"
    row.save(update_fields=["title"])
    member = actor_for(row)
    signed_at = at - signed_before
    account = make_account(
        workspace,
        name="Acorn Foods",
        industry=Industry.ECOMMERCE,
        contract_signed_at=signed_at,
        time_zone="Europe/Berlin",
        country="DE",
        owner_id=member.id,
    )
    people = [
        ("Ada Berg", "Head of operations", (StakeholderRole.PROJECT_OWNER, StakeholderRole.ADMIN_CHAMPION)),
        ("Samir Haddad", "Chief operating officer", (StakeholderRole.EXECUTIVE_SPONSOR,)),
        ("Lena Brandt", "IT lead", (StakeholderRole.TECHNICAL_LEAD,)),
    ]
    ada, samir, _ = (
        make_contact(
            account,
            name=name,
            title=title,
            roles=roles,
            email=f"{name.split()[0].lower()}@acorn.example",
            phone="+49 30 1234567",
        )
        for name, title, roles in people
    )
    definition = next(one for one, _ in playbook_queries.list_builtin_playbooks() if one.key == key)
    version_id = publish_definition(member, definition, at=signed_at)
    project_id = launch.launch_project(
        actor=member,
        new=NewProject(account_id=account.id, playbook_version_id=version_id, name="Onboarding of Acorn Foods"),
        at=signed_at,
    )
    job_operations.run_due(now=at)
    return Visit(
        workspace=workspace,
        member=member,
        account=account,
        contact=ada,
        colleague=samir,
        project_id=project_id,
        url=portal_access.issue(actor=member, contact_id=ada.id, at=at),
    )


def portal_definition() -> PlaybookDefinition:
    """A playbook with one task of every kind that a customer does, all of them possible at once."""
    at_once = moment(Anchor.SIGNATURE, "0h")
    sponsor: dict[str, Any] = {"owner": "sponsor", "start": at_once, "due": moment(Anchor.SIGNATURE, "72h")}
    questions = FormSettings(
        fields=(
            FieldSpec(key="users", label="How many people?", type=FieldType.NUMBER, required=True),
            FieldSpec(key="sso", label="Single sign-on?", type=FieldType.BOOLEAN),
            FieldSpec(key="live_on", label="When do you go live?", type=FieldType.DATE),
            FieldSpec(key="notes", label="Anything else?", type=FieldType.LONG_TEXT),
        )
    )
    tasks = (
        TaskSpec(key="todo", name="Name your team", description="Who takes part?", **sponsor),
        TaskSpec(key="form", name="Tell us about you", kind=TaskKind.FORM, settings=questions, **sponsor),
        TaskSpec(
            key="files",
            name="Send your logo",
            kind=TaskKind.FILE_REQUEST,
            settings=FileRequestSettings(files=("Logo",), accept=("png", "txt")),
            **sponsor,
        ),
        TaskSpec(
            key="approval",
            name="Approve the plan",
            kind=TaskKind.APPROVAL,
            settings=ApprovalSettings(statement="We agree.", approvers=("sponsor",)),
            **sponsor,
        ),
        TaskSpec(
            key="survey",
            name="How was it?",
            kind=TaskKind.SURVEY,
            settings=SurveySettings(type="csat", question="How happy are you?"),
            **sponsor,
        ),
        TaskSpec(key="internal", name="Secret preparation", owner="csm", visibility=Visibility.INTERNAL),
        TaskSpec(key="title", name="Provision the platform", owner="csm", visibility=Visibility.TITLE_ONLY),
        TaskSpec(key="vendor", name="We configure it", owner="csm", guidance="Never tell them", start=at_once),
        TaskSpec(
            key="kickoff",
            name="Kickoff call",
            kind=TaskKind.MEETING,
            owner="csm",
            automatic=True,
            start=at_once,
            due=moment(Anchor.SIGNATURE, "7d"),
            settings=MeetingSettings(attendees=("csm", "sponsor"), agenda=("Goals",)),
        ),
    )
    return example_definition(stages=(StageSpec(key="start", name="Start", tasks=tasks),), key="portal", name="Portal")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallVisit:
    """A running project of `portal_definition`, the sponsor's link, and a colleague."""

    running: Running
    colleague: Contact
    path: str

    def task_id(self, key: str) -> UUID:
        """The id of a task."""
        return self.running.task(key).id

    def state(self, key: str) -> str:
        """The state of a task."""
        return str(self.running.task(key).state)


def make_small_visit(*, at: datetime) -> SmallVisit:
    """Launch it an hour ago and let everything due happen."""
    signed_at = at - timedelta(hours=1)
    scene = make_scene(portal_definition(), contract_signed_at=signed_at)
    running = launch_example(scene, at=signed_at)
    job_operations.run_due(now=at)
    url = portal_access.issue(actor=scene.specialist, contact_id=scene.sponsor.id, at=at)
    return SmallVisit(
        running=running,
        colleague=make_contact(scene.account, name="Bo Lind"),
        path="/p/" + url.split("/p/", 1)[1],
    )

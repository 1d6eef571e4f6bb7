"""What the walk through the URL table needs to know: how to make the thing that each id in an address names.

To cover a new address, add the name of its parameter to THINGS, with a function that makes such a thing in a world (a
workspace with an owner) and returns its id. Build on `world.id("account_id")` so that things belong together. An
address whose parameter names nothing of a workspace is listed in NO_TENANT with the reason.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession

from firstwin.calendars.contracts import Holder, HolderKind
from firstwin.calendars.operations import imports as calendar_imports
from firstwin.communications.contracts import NotificationKind
from firstwin.communications.models import (
    CapturedAttachment,
    CapturedMail,
    Meeting,
    MeetingAttendee,
    Message,
    Notification,
)
from firstwin.customers.contracts import ImportKind, Segment
from firstwin.customers.operations import imports, portal_access
from firstwin.desk.models import SavedViewRow
from firstwin.identity.contracts import Actor, Role
from firstwin.identity.models import Invitation, Member, Workspace
from firstwin.identity.operations import invitations
from firstwin.jobs import operations as job_operations
from firstwin.jobs.contracts import JobState
from firstwin.jobs.models import Job
from firstwin.playbooks.contracts import TaskKind
from firstwin.playbooks.models import Playbook, PlaybookVersion
from firstwin.projects.contracts import TaskState
from firstwin.projects.contracts.ledger import LedgerReason, LedgerSide
from firstwin.projects.contracts.steering import PlanChange, TaskTiming
from firstwin.projects.models import (
    Booking,
    LedgerEntry,
    ProjectRole,
    ProjectStage,
    ProjectTask,
    ProjectUpdate,
    TaskLink,
    UpdateRun,
)
from firstwin.projects.operations import baselines, comments, statements, steering
from firstwin.projects.operations import files as file_operations
from firstwin.projects.queries import statements as statement_queries
from firstwin.shared.models import WorkspaceModel
from firstwin.usage.contracts.first_value import RulePlace
from firstwin.usage.contracts.goals import Goal
from firstwin.usage.models import Drift, EventType, Feature, PersonLink, SetAsideBatch, Signal, UsageGroup, UsagePerson
from firstwin.usage.operations import erasure, first_value, history
from firstwin.usage.queries import sources
from tests.factories.calendars import enter
from tests.factories.communications import MORNING, talking_definition
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import actor_for, make_api_key, make_member, make_workspace
from tests.factories.projects import Running, launch_example, make_scene
from tests.factories.usage import make_source

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class World:
    """A workspace with an owner, and the things made in it so far, one of each kind."""

    workspace: Workspace = field(default_factory=make_workspace)
    made: dict[str, str] = field(default_factory=dict)

    running: Running | None = None

    def __post_init__(self) -> None:
        self.owner: Member = make_member(Role.OWNER, workspace=self.workspace)
        self.actor: Actor = actor_for(self.owner)

    def id(self, name: str) -> str:
        """The id of this world's thing of a kind; it is made when first asked for."""
        if name not in self.made:
            self.made[name] = str(THINGS[name](self))
        return self.made[name]


def _invitation(world: World) -> Any:
    invitations.invite_member(actor=world.actor, email="invited@vendor.example", role=Role.VIEWER, at=AT)
    return Invitation.objects.for_workspace(world.workspace.id).get().id


def _contact(world: World) -> Any:
    contact = make_contact(make_account(world.workspace))
    portal_access.issue(actor=world.actor, contact_id=contact.id, at=AT)
    return contact.id


def _running(world: World) -> Running:
    """A project of the world that has run for a day: its welcome went out, its kickoff is arranged,
    a statement of its days is shared."""
    if world.running is None:
        scene = make_scene(talking_definition(), workspace=world.workspace)
        world.running = launch_example(scene)
        job_operations.run_due(now=MORNING)
        project_id = world.running.id
        mark = statement_queries.get_statement(actor=world.actor, project_id=project_id).mark
        statements.share_statement(actor=world.actor, project_id=project_id, mark=mark, at=MORNING)
    return world.running


def _row(model: type[WorkspaceModel], world: World, **fields: Any) -> Any:
    """The id of a row of the running project."""
    running = _running(world)
    return model.objects.for_workspace(world.workspace.id).filter(**fields or {"project_id": running.id})[0].pk


def _new(model: type[WorkspaceModel], world: World, **fields: Any) -> Any:
    row = model(workspace=world.workspace, **fields)
    row.save(force_insert=True)
    return row.pk


def _holder(world: World) -> Holder:
    return Holder(kind=HolderKind.MEMBER, id=UUID(world.id("holder_id")))


def _calendar_import(world: World) -> Any:
    made = calendar_imports.prepare_import(
        actor=world.actor, holder=_holder(world), file_name="days.csv", data=b"from\n2026-08-03\n", at=AT
    )
    return made.id


def _mail(world: World) -> Any:
    return _new(CapturedMail, world, message_id="<a@b>", sender="a@b.example", subject="Hello", at=AT)


def _attachment(world: World) -> Any:
    mail_id = world.id("mail_id")
    return _new(CapturedAttachment, world, mail_id=mail_id, name="a.txt", media_type="text/plain", content=b"a")


def _notification(world: World) -> Any:
    return _new(
        Notification,
        world,
        member=world.owner,
        kind=NotificationKind.MENTION.value,
        source="test",
        title="Hello",
        path="/",
        at=AT,
    )


def _file(world: World) -> Any:
    project_id = _running(world).id
    return file_operations.attach_file(
        actor=world.actor, project_id=project_id, task_id=None, name="plan.txt", content=io.BytesIO(b"plan"), at=AT
    )


def _import(world: World) -> Any:
    made = imports.upload_import(
        actor=world.actor, kind=ImportKind.ACCOUNTS, file_name="a.csv", content=b"name\nAcorn\n", at=AT
    )
    imports.check_import(workspace_id=world.workspace.id, import_id=made.id, round=1)
    return made.id


def _comment(world: World) -> Any:
    return comments.add_comment(actor=world.actor, project_id=_running(world).id, body="Hello", at=AT)


def _view(world: World) -> Any:
    return _new(SavedViewRow, world, member=world.owner, page="projects", name="Mine", created_at=AT)


def _booking(world: World) -> Any:
    return _new(
        Booking,
        world,
        playbook_id=UUID(world.id("playbook_id")),
        name="Wren Robotics",
        segment=Segment.MID_MARKET.value,
        playbook_name="Example",
        start_on=date(2030, 3, 2),
        end_on=date(2030, 5, 2),
        probability=50,
        created_at=AT,
    )


def _dead_job(world: World) -> Any:
    job = Job(workspace_id=world.workspace.id, kind="test", state=JobState.DEAD.value, run_at=AT, created_at=AT)
    job.save(force_insert=True)
    return job.uid


def _session(world: World) -> Any:
    user_session = UserSession(
        user=world.owner.user, ip="127.0.0.1", session_key=f"k{world.owner.id.hex}", last_seen_at=AT, user_agent="Test"
    )
    user_session.save(force_insert=True)
    return user_session.pk


def _update(world: World) -> Any:
    return _new(
        ProjectUpdate,
        world,
        project_id=world.id("project_id"),
        from_version_id=world.id("version_id"),
        to_version_id=world.id("version_id"),
        from_number=1,
        to_number=2,
        by_name="Somebody",
        stamp={"tasks": {}, "stages": [], "links": [], "version": 1},
        at=AT,
    )


def _step(world: World) -> Any:
    timing = TaskTiming(task_id=_row(ProjectTask, world, state=TaskState.OPEN.value), must_finish_by_at=AT)
    change = PlanChange(timings=(timing,))
    done = steering.change_plan(actor=world.actor, project_id=_running(world).id, change=change, at=AT)
    return done.step_id


def _baseline(world: World) -> Any:
    return baselines.keep_baseline(actor=world.actor, project_id=_running(world).id, name="Kept", at=AT)


def _update_run(world: World) -> Any:
    return _new(
        UpdateRun,
        world,
        playbook_id=world.id("playbook_id"),
        to_version_id=world.id("version_id"),
        to_number=2,
        is_trial=True,
        rule={"take": ["added"], "aspects": [], "conflicts": None, "most_days": None},
        scope={"segment": "", "owner_id": None, "stage": "", "project_ids": []},
        project_ids=[],
        by_name="Somebody",
        started_at=AT,
    )


def _history(world: World) -> UUID:
    file = io.BytesIO(b"event,user,time\nA,ada,2025-05-01\n")
    source_id = UUID(world.id("source_id"))
    made = history.upload_history(actor=world.actor, source_id=source_id, file_name="a.csv", file=file, at=AT)
    return made.id


def _erasure(world: World) -> UUID:
    return erasure.erase_person(actor=world.actor, person="ada", reference="", refuses_later=True, at=AT).id


def _set_aside(world: World) -> Any:
    given = {"received_at": AT, "set_aside_at": AT, "events": 1, "size": 1, "lines": b"x", "reason": "broken"}
    return _new(SetAsideBatch, world, source_id=UUID(world.id("source_id")), **given)


def _first_value_rule(world: World) -> UUID:
    return first_value.set_rule(actor=world.actor, place=RulePlace(), goal=Goal(users=3), at=AT)


def _signal(world: World) -> Any:
    return _new(
        Signal,
        world,
        account_id=world.id("account_id"),
        kind="usage_falling",
        reason="Usage fell.",
        todo="Ask why.",
        state="open",
        raised_at=AT,
        seen_at=AT,
    )


def _drift(world: World) -> Any:
    given = {"kind": "new_event", "detail": "A new event came.", "found_at": AT}
    return _new(Drift, world, event_type_id=world.id("event_type_id"), **given)


def _write_key(world: World) -> Any:
    source_id = UUID(world.id("source_id"))
    return sources.get_source(actor=world.actor, source_id=source_id).keys[0].id


def _person_link(world: World) -> Any:
    return _new(PersonLink, world, from_id="a1", is_anonymous=True, user_id="ada", made_by="event", made_at=AT)


def _ledger_entry(world: World) -> Any:
    return _new(
        LedgerEntry,
        world,
        project_id=world.id("project_id"),
        baseline_number=1,
        position=9_999,
        on=date(2026, 3, 9),
        days=1,
        side=LedgerSide.CUSTOMER,
        reason=LedgerReason.STUCK,
        counted_side=LedgerSide.CUSTOMER,
        counted_reason=LedgerReason.STUCK,
    )


THINGS: dict[str, Callable[[World], Any]] = {
    "account_id": lambda world: make_account(world.workspace).id,
    "contact_id": _contact,
    "member_id": lambda world: make_member(Role.VIEWER, workspace=world.workspace).id,
    "owner_id": lambda world: make_member(Role.MANAGER, workspace=world.workspace).id,
    "invitation_id": _invitation,
    "project_id": lambda world: _running(world).id,
    "task_id": lambda world: _row(ProjectTask, world),
    "person_link_id": _person_link,
    "link_id": lambda world: _row(TaskLink, world, project_id=_running(world).id, successor__isnull=False),
    "stage_id": lambda world: _row(ProjectStage, world),
    "role_id": lambda world: _row(ProjectRole, world),
    "playbook_id": lambda world: _row(Playbook, world, archived_at=None),
    "version_id": lambda world: _row(PlaybookVersion, world, playbook_id=world.id("playbook_id")),
    "playbook_version_id": lambda world: world.id("version_id"),
    "import_id": _import,
    "holder_id": lambda world: world.id("member_id"),
    "day_id": lambda world: enter(world.workspace.id, _holder(world), date(2026, 8, 3)),
    "calendar_import_id": _calendar_import,
    "file_id": _file,
    "comment_id": _comment,
    "view_id": _view,
    "booking_id": _booking,
    "message_id": lambda world: _row(Message, world),
    "meeting_id": lambda world: _row(Meeting, world),
    "notification_id": _notification,
    "mail_id": _mail,
    "attachment_id": _attachment,
    "job_id": _dead_job,
    "session_id": _session,
    "update_id": _update,
    "entry_id": _ledger_entry,
    "run_id": _update_run,
    "source_id": lambda world: make_source(world.actor).id,
    "write_key_id": _write_key,
    "history_id": _history,
    "event_type_id": lambda world: _new(EventType, world, kind="track", name="Report viewed", first_seen_at=AT),
    "drift_id": _drift,
    "feature_id": lambda world: _new(Feature, world, key="reports", name="Reports", name_key="reports", created_at=AT),
    "group_id": lambda world: _new(UsageGroup, world, group_id="acorn", first_seen_at=AT),
    "person_id": lambda world: _new(UsagePerson, world, user_id="ada", first_seen_at=AT),
    "erasure_id": _erasure,
    "batch_id": _set_aside,
    "rule_id": _first_value_rule,
    "signal_id": _signal,
    "step_id": _step,
    "baseline_id": _baseline,
    "api_key_id": lambda world: make_api_key(workspace=world.workspace)[0].id,
}
"""Parameter of an address, or field of a body, and how to make what it names."""

WORDS: dict[str, str] = {"role": "csm", "number": "1", "holder_kind": "member", "country": "DE"}
"""Parameters that are words or numbers within a thing, not ids: the same in every workspace."""

NO_TENANT: dict[str, str] = {
    "auth/": "pages of sign-in: about a person, whatever the workspace",
    "theme/": "a colour",
    "sign-in/": "a signed link; tests/identity/test_pages.py",
    "setup/": "a signed link; tests/identity/test_pages.py",
    "join/": "a signed link; tests/identity/test_pages.py",
    "p/": "a signed link; tests/portal/http/test_entrance.py",
    "portal/": "for contacts, who are no members; walked through by tests/portal/http/test_foreign_ids.py",
}
"""Beginnings of addresses whose parameters name nothing of a workspace, and why."""


def _rsvp(world: World) -> dict[str, Any]:
    attendee = MeetingAttendee.objects.for_workspace(world.workspace.id).filter(meeting_id=world.id("meeting_id"))[0]
    return {"person_id": str(attendee.person_id)}


def _milestone(world: World) -> dict[str, Any]:
    tasks = ProjectTask.objects.for_workspace(world.workspace.id).filter(kind=TaskKind.MILESTONE.value)
    return {"task_id": str(tasks.filter(project_id=world.id("project_id"))[0].id)}


BODIES: dict[str, Callable[[World], dict[str, Any]]] = {
    "POST api/v1/meetings/<meeting_id>/rsvp": _rsvp,
    "POST api/v1/projects/<project_id>/first-value": _milestone,
}
"""Fields of bodies that are needed to get as far as looking for the thing; the others are made from the schema."""

PAGE_FIELDS = dict.fromkeys(
    ("name", "title", "body", "text", "reason", "evidence", "description", "note"), "Some words"
)
"""What is posted to every page, so that it looks for the thing instead of complaining about an empty form."""

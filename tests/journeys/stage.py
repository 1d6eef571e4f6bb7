"""What scenes are made of. Each returns plain values for the journey that asked."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from firstwin.customers.contracts import Industry, Segment, StakeholderRole
from firstwin.customers.operations import portal_access
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, Role, system_actor
from firstwin.identity.models import Invitation, Member
from firstwin.jobs import operations as job_operations
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.operations import builtin
from firstwin.projects.contracts import NewProject, ReasonSide
from firstwin.projects.contracts.changes import TaskPatch
from firstwin.projects.models import ProjectTask
from firstwin.projects.operations import changes as change_operations
from firstwin.projects.operations import clock as project_clock
from firstwin.projects.operations import forecasting, launch, lifecycle
from firstwin.projects.operations import tasks as task_operations
from firstwin.projects.queries import projects as project_queries
from tests.factories import customers, identity, portal, projects, updates, usage

COMPANIES = (
    ("Bluefin Logistics", Segment.ENTERPRISE, Industry.OTHER),
    ("Cedar Health", Segment.ENTERPRISE, Industry.HEALTHCARE),
    ("Daybreak Bank", Segment.ENTERPRISE, Industry.FINANCIAL_SERVICES),
    ("Elmwood Retail", Segment.MID_MARKET, Industry.ECOMMERCE),
    ("Fjord Advisory", Segment.MID_MARKET, Industry.PROFESSIONAL_SERVICES),
    ("Granite Labs", Segment.MID_MARKET, Industry.SAAS),
    ("Harbor Dental", Segment.MID_MARKET, Industry.HEALTHCARE),
    ("Ivory Freight", Segment.MID_MARKET, Industry.OTHER),
)


def member(name: str = "Mara Lindqvist", role: str = "owner", workspace: str = "Northwind Software") -> dict[str, Any]:
    """A member of a workspace of their own, signed in: the value of their session's cookie."""
    made = identity.make_member(
        Role(role), workspace=identity.make_workspace(workspace), user=identity.make_user(name=name)
    )
    return {"member_id": made.id, "workspace_id": made.workspace_id, "email": made.user.email, "session": session(made)}


def session(made: Any) -> str:
    """Sign a member in and return the key of the session."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(made.user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = made.user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def busy_team() -> dict[str, Any]:
    """A workspace whose eight customers are at different places of the seven stages; as of the real present."""
    made = member()
    actor = identity_queries.get_member_actor(workspace_id=made["workspace_id"], member_id=made["member_id"])
    now = datetime.now(tz=UTC)
    builtin.install_builtin_playbooks(actor=actor, at=now - timedelta(days=90))
    playbook = playbook_queries.find_playbook_by_key(actor=actor, key="b2b-seven-stage")
    assert playbook is not None
    version = playbook_queries.latest_version(actor=actor, playbook_id=playbook.id)
    made["projects"] = [
        _onboarding(actor, version.id, index, now - timedelta(days=3 + index * 5)) for index in range(len(COMPANIES))
    ]
    return made


def forecast_team() -> dict[str, Any]:
    """The same workspace, its running projects forecast now."""
    made = busy_team()
    actor = identity_queries.get_member_actor(workspace_id=made["workspace_id"], member_id=made["member_id"])
    ids = [UUID(project_id) for project_id in made["projects"]]
    forecasting.forecast_projects(actor=actor, project_ids=ids, at=datetime.now(tz=UTC))
    return made


def _onboarding(actor: Actor, version_id: Any, index: int, signed_at: datetime) -> str:
    name, segment, industry = COMPANIES[index]
    workspace = identity.Workspace.objects.get(id=actor.workspace_id)
    account = customers.make_account(
        workspace, name=name, segment=segment, industry=industry, contract_signed_at=signed_at, owner_id=actor.id
    )
    first = name.split()[0].lower()
    for role, person in zip(StakeholderRole, ("Ana Costa", "Ben Stone", "Chen Wu", "Dana Roy", "Eli Fox"), strict=True):
        email = f"{person.split()[0].lower()}@{first}.example"
        customers.make_contact(account, name=person, email=email, roles=(role,))
    project_id = launch.launch_project(
        actor=actor, new=NewProject(account_id=account.id, playbook_version_id=version_id), at=signed_at
    )
    _make_progress(actor, project_id, share=index / 9, at=signed_at + timedelta(days=1))
    return str(project_id)


def _make_progress(actor: Actor, project_id: Any, *, share: float, at: datetime) -> None:
    detail = project_queries.get_project(actor=actor, project_id=project_id, at=at)
    tasks = [task for stage in detail.stages for task in stage.tasks]
    simple = [task for task in tasks if task.kind in {"todo", "meeting", "training"} and not task.is_automatic]
    for task in simple[: int(len(tasks) * share)]:
        at += timedelta(hours=3)
        task_operations.complete_task(actor=actor, task_id=task.id, at=at)
    remaining = simple[int(len(tasks) * share) :]
    if remaining:
        task_operations.start_task(actor=actor, task_id=remaining[0].id, at=at)
    if len(remaining) > 2 and share > 0.4:
        task_operations.mark_task_stuck(
            actor=actor,
            task_id=remaining[2].id,
            side=ReasonSide.CUSTOMER,
            reason="Their IT has not opened the firewall yet",
            at=at,
        )


def portal_visit() -> dict[str, Any]:
    """A customer whose contract was signed three hours ago: the welcome went out, the kickoff is in the calendars."""
    made = portal.make_visit(at=datetime.now(tz=UTC))
    member = Member.objects.for_actor(made.member).select_related("user").get(id=made.member.id)
    return {
        "url": made.url,
        "project_id": made.project_id,
        "contact_id": made.contact.id,
        "tasks": {row.key: row.id for row in ProjectTask.objects.for_actor(made.member)},
        "session": session(member),
    }


def playbook_designer() -> dict[str, Any]:
    """A manager with the built-in playbooks, who is about to change one."""
    made = member("Mara Lindqvist", role="manager", workspace="Playbook Works")
    actor = identity_queries.get_member_actor(workspace_id=made["workspace_id"], member_id=made["member_id"])
    builtin.install_builtin_playbooks(actor=actor, at=datetime.now(tz=UTC))
    playbook = playbook_queries.find_playbook_by_key(actor=actor, key="b2b-seven-stage")
    assert playbook is not None
    return {**made, "playbook_id": playbook.id}


def newer_playbook() -> dict[str, Any]:
    """Three projects on a playbook whose second version is out; in one of them a task was renamed by hand."""
    made = member("Mara Lindqvist", workspace="Newer Works")
    actor = identity_queries.get_member_actor(workspace_id=made["workspace_id"], member_id=made["member_id"])
    now = datetime.now(tz=UTC)
    workspace = identity.Workspace.objects.get(id=actor.workspace_id)
    scene = projects.make_scene(workspace=workspace, contract_signed_at=now, owner_id=actor.id)
    running = [projects.launch_example(scene, at=now, name=f"Acorn Foods {index}") for index in range(3)]
    form = running[0].task("company-form")
    patch = TaskPatch(name="Who are you?")
    change_operations.edit_task(actor=actor, task_id=form.id, patch=patch, at=now)
    updates.next_version(running[0], updates.richer())
    return {**made, "projects": [one.id for one in running], "playbook": running[0].row().playbook_id}


def invitation_link(workspace_id: str, email: str) -> dict[str, Any]:
    """The address that an invitation's mail holds."""
    invitation = Invitation.objects.for_workspace(UUID(workspace_id)).get(email=email)
    return {
        "url": identity_queries.invitation_url(workspace_id=UUID(workspace_id), invitation_id=invitation.id),
    }


def event_source() -> dict[str, str]:
    """A source of product events in a workspace of its own."""
    source = usage.make_source()
    slug = identity.Workspace.objects.get(id=source.workspace_id).slug
    return {"workspace_id": str(source.workspace_id), "slug": slug, "write_key": source.keys[0].key}


def vendor_customer() -> dict[str, Any]:
    """An owner, and a customer of theirs whom the product knows as "acorn", with a running project and a way into the portal."""
    made = member("Mara Lindqvist", workspace="Vendor Works")
    actor = identity_queries.get_member_actor(workspace_id=made["workspace_id"], member_id=made["member_id"])
    now = datetime.now(tz=UTC)
    builtin.install_builtin_playbooks(actor=actor, at=now)
    playbook = playbook_queries.find_playbook_by_key(actor=actor, key="b2b-seven-stage")
    assert playbook is not None
    version = playbook_queries.latest_version(actor=actor, playbook_id=playbook.id)
    account = customers.make_account(
        identity.Workspace.objects.get(id=actor.workspace_id),
        name="Acorn Foods",
        contract_signed_at=now - timedelta(hours=3),
        owner_id=actor.id,
        external_ids={"product": "acorn"},
    )
    people = [customers.make_contact(account, name=f"Ada {role.value}", roles=(role,)) for role in StakeholderRole]
    new = NewProject(account_id=account.id, playbook_version_id=version.id)
    project_id = launch.launch_project(actor=actor, new=new, at=now - timedelta(hours=2))
    portal_url = portal_access.issue(actor=actor, contact_id=people[0].id, at=now)
    return {**made, "account_id": account.id, "project_id": project_id, "portal": portal_url}


def people_team() -> dict[str, Any]:
    """An owner who has far too much to do in the coming days, a colleague who is free, and a customer without a project."""
    made = member("Mara Lindqvist", workspace="Loaded Works")
    actor = identity_queries.get_member_actor(workspace_id=made["workspace_id"], member_id=made["member_id"])
    workspace = identity.Workspace.objects.get(id=actor.workspace_id)
    now = datetime.now(tz=UTC)
    identity.make_member(Role.SPECIALIST, workspace=workspace, user=identity.make_user(name="Femi Boateng"))
    scene = projects.make_scene(workspace=workspace, contract_signed_at=now, owner_id=actor.id)
    for site in ("first", "second"):
        running = projects.launch_example(scene, at=now, name=f"Acorn Foods, {site} site", role_map={"csm": actor.id})
        patch = TaskPatch(name=f"Provision the {site} site", estimate_hours=30)
        change_operations.edit_task(actor=actor, task_id=running.task("provision").id, patch=patch, at=now)
    other = customers.make_account(workspace, name="Wren Robotics", contract_signed_at=now, owner_id=actor.id)
    return {**made, "account": other.id, "playbook": running.row().playbook_id}


def days_lost() -> dict[str, Any]:
    """A project begun six weeks ago that stood still for two of them, and whose customer is late now; all told by now."""
    now = datetime.now(tz=UTC)
    begun = now - timedelta(days=42)
    scene = projects.make_scene(contract_signed_at=begun)
    running = projects.launch_example(scene, at=begun)
    for number, key in enumerate(("welcome-email", "sales-handoff", "company-form", "kickoff")):
        result = {"result": {"users": 3}} if key == "company-form" else {}
        at = begun + timedelta(hours=3 + number)
        task_operations.complete_task(actor=scene.manager, task_id=running.task(key).id, at=at, **result)
    lifecycle.hold_project(
        actor=scene.manager,
        project_id=running.id,
        side=ReasonSide.CUSTOMER,
        reason="Their budget was frozen",
        at=begun + timedelta(days=1),
    )
    lifecycle.resume_project(actor=scene.manager, project_id=running.id, at=begun + timedelta(days=15))
    project_clock.advance_project(actor=system_actor(scene.workspace.id), project_id=running.id, at=now)
    job_operations.run_due(now=now)
    manager = Member.objects.for_actor(scene.manager).select_related("user").get(id=scene.manager.id)
    return {
        "project_id": running.id,
        "account": scene.account.name,
        "session": session(manager),
        "portal": portal_access.issue(actor=scene.manager, contact_id=scene.sponsor.id, at=now),
    }


def product_in_use() -> dict[str, Any]:
    """A vendor whose product sends events: its source's key, and an onboarding whose first win came on day 20."""
    now = datetime.now(tz=UTC)
    workspace = identity.make_workspace("Northwind Software")
    scene = projects.make_scene(
        workspace=workspace,
        name="Busy Bees",
        licensed_seats=4,
        external_ids={"product": "bees"},
        contract_signed_at=now - timedelta(days=60),
    )
    running = projects.launch_example(scene, at=now - timedelta(days=60))
    lifecycle.record_first_value(
        actor=scene.specialist, project_id=running.id, evidence="First report shared.", at=now - timedelta(days=40)
    )
    owner = identity.make_member(Role.OWNER, workspace=workspace)
    source = usage.make_source(identity.actor_for(owner))
    return {"session": session(owner), "key": source.keys[0].key, "account_id": scene.account.id}

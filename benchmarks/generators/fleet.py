"""Many projects, fast: a few are launched and worked on by the real operations, the rest are copies made in the database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from firstwin.config import database
from firstwin.customers.contracts import Industry, NewAccount, NewContact, Segment, StakeholderRole
from firstwin.customers.operations import accounts, contacts
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, NewWorkspace
from firstwin.identity.operations import workspaces
from firstwin.playbooks.contracts import (
    FieldSpec,
    FormSettings,
    LinkSpec,
    MeetingSettings,
    MilestoneSettings,
    PlaybookDefinition,
    RoleSpec,
    SegmentTarget,
    Side,
    StageSpec,
    TaskKind,
    TaskSpec,
    Visibility,
)
from firstwin.playbooks.operations import library, versions
from firstwin.projects.contracts import NewProject, ReasonSide
from firstwin.projects.operations import launch, lifecycle, tasks
from firstwin.projects.queries import projects as project_queries
from firstwin.scheduling.contracts import parse_span

STAGES, TASKS = 5, 10
STARTED_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TEMPLATES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """A workspace with an owner, a playbook of 50 tasks and some accounts to launch it for."""

    actor: Actor
    version_id: UUID
    account_ids: tuple[UUID, ...]
    at: datetime


def definition() -> PlaybookDefinition:
    """A playbook of 50 tasks in 5 stages on both sides, nearly every task after the one before it."""
    stages = tuple(
        StageSpec(
            key=f"stage-{stage}",
            name=f"Stage {stage + 1}",
            objective="Something is better than before.",
            exit_criteria=("Everything is done.",),
            tasks=tuple(_task(stage, task) for task in range(TASKS)),
        )
        for stage in range(STAGES)
    )
    return PlaybookDefinition(
        key="fifty",
        name="Fifty tasks",
        roles=(
            RoleSpec(key="csm", name="Success manager", side=Side.VENDOR),
            RoleSpec(key="engineer", name="Engineer", side=Side.VENDOR, fallback="csm"),
            RoleSpec(key="owner", name="Project owner", side=Side.CUSTOMER, stakeholder=StakeholderRole.PROJECT_OWNER),
            RoleSpec(key="lead", name="Technical lead", side=Side.CUSTOMER, fallback="owner"),
        ),
        durations=(SegmentTarget(segment=Segment.MID_MARKET, at_least=None, at_most=parse_span("90d")),),
        stages=stages,
    )


def _task(stage: int, task: int) -> TaskSpec:
    key = f"task-{stage}-{task}"
    kind, settings = TaskKind.TODO, None
    if task == 0:
        kind, settings = TaskKind.MEETING, MeetingSettings(attendees=("csm", "owner"), agenda=("Where are we?",))
    elif task == 4:
        kind, settings = TaskKind.FORM, FormSettings(fields=(FieldSpec(key="users", label="How many people?"),))
    elif task == TASKS - 1:
        kind, settings = TaskKind.MILESTONE, MilestoneSettings(criterion="It works", first_value=stage == STAGES - 2)
    return TaskSpec(
        key=key,
        name=f"Do thing {task + 1} of stage {stage + 1}",
        kind=kind,
        description="What has to be done here, in a sentence or two, so that everybody understands it at once.",
        owner=("csm", "owner", "engineer", "lead")[task % 4],
        visibility=Visibility.INTERNAL if task in (2, 6) else Visibility.SHARED,
        when="account.segment != 'self_serve'" if task % 3 == 0 else "",
        duration=parse_span("0d" if kind is TaskKind.MILESTONE else "2wd"),
        after=(LinkSpec(task=f"task-{stage}-{task - 1}"),) if task else (),
        settings=settings,
    )


def make_fleet(actor: Actor | None = None, *, accounts_wanted: int = TEMPLATES + 60) -> Fleet:
    """Make a workspace, the playbook, and accounts with a contact each."""
    if actor is None:
        created = workspaces.create_workspace(
            new=NewWorkspace(name="Northwind Software", owner_email="owner@vendor.example", owner_name="Ada Stone"),
            at=STARTED_AT,
        )
        actor = identity_queries.get_member_actor(workspace_id=created.workspace.id, member_id=created.owner.id)
    playbook_id = library.import_definition(actor=actor, definition=definition(), at=STARTED_AT)
    version_id = versions.publish(actor=actor, playbook_id=playbook_id, notes="First version", at=STARTED_AT)
    ids = []
    for number in range(accounts_wanted):
        account = accounts.create_account(
            actor=actor,
            new=NewAccount(
                name=f"Customer {number:05d}",
                segment=list(Segment)[1 + number % 2],
                industry=list(Industry)[number % len(Industry)],
                contract_signed_at=STARTED_AT,
                owner_id=actor.id,
                country="DE",
                time_zone="Europe/Berlin",
            ),
            at=STARTED_AT,
        )
        contact = NewContact(
            name=f"Robin {number}", email=f"robin{number}@customer.example", roles=(StakeholderRole.PROJECT_OWNER,)
        )
        contacts.add_contact(actor=actor, account_id=account.id, new=contact, at=STARTED_AT)
        ids.append(account.id)
    return Fleet(actor=actor, version_id=version_id, account_ids=tuple(ids), at=STARTED_AT)


def launch_templates(fleet: Fleet) -> list[UUID]:
    """Launch projects and bring each a little further than the one before; some are held, stuck, over."""
    found = []
    for number in range(TEMPLATES):
        new = NewProject(account_id=fleet.account_ids[number], playbook_version_id=fleet.version_id)
        project_id = launch.launch_project(actor=fleet.actor, new=new, at=fleet.at)
        found.append(project_id)
        _work(fleet, project_id, number)
    return found


def _work(fleet: Fleet, project_id: UUID, number: int) -> None:
    detail = project_queries.get_project(actor=fleet.actor, project_id=project_id, at=fleet.at)
    plan = [task for stage in detail.stages for task in stage.tasks]
    for count, task in enumerate(plan[: number * 2]):
        tasks.complete_task(
            actor=fleet.actor, task_id=task.id, evidence="Seen", at=fleet.at + timedelta(hours=20 * (count + 1))
        )
    later = fleet.at + timedelta(days=number * 2)
    if number % 5 == 3:
        tasks.mark_task_stuck(
            actor=fleet.actor, task_id=plan[number * 2].id, side=ReasonSide.CUSTOMER, reason="Nobody answers", at=later
        )
    elif number == 6:
        lifecycle.hold_project(
            actor=fleet.actor, project_id=project_id, side=ReasonSide.CUSTOMER, reason="Budget", at=later
        )
    elif number == 11:
        lifecycle.cancel_project(actor=fleet.actor, project_id=project_id, reason="They left", at=later)
    elif number in (17, 19):
        lifecycle.complete_project(actor=fleet.actor, project_id=project_id, override_reason="Enough", at=later)


SHIFTED = {"updated_at", "planned_end_at", "next_milestone_at", "last_customer_activity_at", "started_at"}


def copy_projects(templates: list[UUID], *, first: int, count: int) -> None:
    """Copy launched projects with stages, tasks, links and roles, until there are `count` copies more."""
    sql = connection.vendor == "postgresql"
    new_id = "gen_random_uuid()" if sql else "lower(hex(randomblob(16)))"
    with connection.cursor() as cursor:
        uuid = "uuid" if sql else "text"
        cursor.execute("DROP TABLE IF EXISTS bench_copy")
        cursor.execute(f"CREATE TEMPORARY TABLE bench_copy (n integer, old {uuid}, new {uuid})")
        rows = [(first + n, _id(templates[n % len(templates)])) for n in range(count)]
        cursor.executemany(f"INSERT INTO bench_copy (n, old, new) VALUES (%s, %s, {new_id})", rows)
        _copy_rows(cursor, new_id)
        cursor.execute("DROP TABLE bench_copy")
        if sql:  # what it does by itself within minutes; without it no index alone can answer
            cursor.execute("VACUUM ANALYZE")
    database.count_rows()  # what a worker does within minutes


def _id(value: UUID) -> Any:
    return value if connection.vendor == "postgresql" else value.hex


def _columns(cursor: Any, table: str) -> list[str]:
    description = connection.introspection.get_table_description(cursor, table)
    return [column.name for column in description]


def _shifted(column: str) -> str:
    if connection.vendor == "postgresql":
        return f"t.{column} - c.n * interval '7 minutes'"
    return f"strftime('%%Y-%%m-%%d %%H:%%M:%%f000', t.{column}, '-' || (c.n * 7) || ' minutes')"


def _copy_rows(cursor: Any, new_id: str) -> None:
    own: dict[str, str] = {
        "id": "c.new",
        "launch_key": "NULL",
        "account_name": _text("'Customer ' || lpad(c.n::text, 5, '0')", "'Customer ' || substr('00000' || c.n, -5)"),
        "owner_id": _OWN,
        **{column: _shifted(column) for column in SHIFTED},
    }
    _insert(cursor, "projects_project", own, "t.id = c.old")
    _insert(cursor, "projects_projectstage", {"id": new_id, "project_id": "c.new"}, "t.project_id = c.old")
    stage = "(SELECT s2.id FROM projects_projectstage s2 JOIN projects_projectstage s1 ON s1.key = s2.key "
    stage += "WHERE s2.project_id = c.new AND s1.id = t.stage_id)"
    _insert(
        cursor,
        "projects_projecttask",
        {"id": new_id, "project_id": "c.new", "stage_id": stage, "member_id": _MEMBER},
        "t.project_id = c.old",
    )
    ends = {
        f"{end}_id": "(SELECT a.id FROM projects_projecttask a JOIN projects_projecttask b ON b.key = a.key "
        f"WHERE a.project_id = c.new AND b.id = t.{end}_id)"
        for end in ("predecessor", "successor")
    }
    _insert(cursor, "projects_tasklink", {"id": new_id, "project_id": "c.new", **ends}, "t.project_id = c.old")
    _insert(cursor, "projects_projectrole", {"id": new_id, "project_id": "c.new"}, "t.project_id = c.old")


_OWN = "CASE WHEN c.n %% 50 = 0 THEN t.owner_id ELSE NULL END"
_MEMBER = "CASE WHEN c.n %% 50 = 0 THEN t.member_id ELSE NULL END"
"""One project in fifty belongs to the owner whose day is measured; the others to nobody."""


def _text(postgresql: str, sqlite: str) -> str:
    return postgresql if connection.vendor == "postgresql" else sqlite


def _insert(cursor: Any, table: str, own: dict[str, str], joined: str) -> None:
    columns = _columns(cursor, table)
    values = ", ".join(own.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM bench_copy c JOIN {table} t ON {joined}", [])

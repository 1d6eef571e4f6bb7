"""Write a merged plan into the rows of a project: stages, tasks, links, roles, criteria and target. Inside projects only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from firstwin.customers import queries as customer_queries
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.journal.contracts import AuthorKind
from firstwin.playbooks.contracts import Side
from firstwin.projects import events
from firstwin.projects.models import ProjectRole, ProjectStage, ProjectTask, TaskLink
from firstwin.projects.operations import links, settling, tasks
from firstwin.projects.queries import plans, updating
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.queries.updating import Compared
from firstwin.projects.rules import casting
from firstwin.projects.rules.facts import PlanFacts, StageFact, TaskFact
from firstwin.projects.rules.updates import planning
from firstwin.projects.rules.updates.merging import Merged
from firstwin.projects.rules.updates.shapes import CRITERION, ROLE, STAGE, TARGET, TASK, Part
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import PlanDates, parse_span
from firstwin.shared import bulk, ids

Roles = dict[str, ProjectRole]
STAGE_COLUMNS = ["name", "objective", "visibility", "position", "exit_criteria", "timing"]
LINK_COLUMNS = ("predecessor_id", "predecessor_stage_id", "successor_id", "successor_stage_id", "type", "lag")


def rebuild(compared: Compared, merged: Merged, *, actor: Actor, at: datetime) -> list[ProjectRole]:
    """Change the rows of a compared plan to what was merged, and return its roles; the caller settles."""
    plan = compared.plan
    facts = planning.plan_of(plan.facts(), merged, updating.owner_calendars(compared.roles), new_id=ids.new_id, at=at)
    planned = updating.dates_of(facts)
    parts = {(part.sort, part.key): part for part in merged.shape.parts.values()}
    roles = _roles(compared, parts, actor=actor)
    gone, fresh = link_changes(plan, facts)
    links.replace_links(plan, gone, [])
    _drop_tasks(plan, facts, compared.after.number)
    _stages(plan, facts, parts, planned)
    _tasks(compared, merged, facts, parts, roles, planned, actor=actor, at=at)
    _drop_stages(plan, facts)
    bulk.insert_rows(fresh)
    plan.links += fresh
    _project(compared, merged)
    return list(roles.values())


def _roles(compared: Compared, parts: Mapping[tuple[str, str], Part], *, actor: Actor) -> Roles:
    found = {row.key: row for row in compared.roles}
    wanted = {key: part for (sort, key), part in parts.items() if sort == ROLE}
    gone = [row for key, row in found.items() if key not in wanted]
    fresh = [part for key, part in wanted.items() if key not in found]
    rows = ProjectRole.objects.for_actor(actor)
    if gone:
        rows.filter(id__in=[row.id for row in gone]).delete()
    changed = []
    for key, row in found.items():
        part = wanted.get(key)
        if part is not None and (row.name, row.side) != (part.values["name"], part.values["side"]):
            row.name, row.side = part.values["name"], part.values["side"]
            changed.append(row)
    bulk.update_rows(changed, ["name", "side"])
    kept = {key: row for key, row in found.items() if key in wanted}
    if fresh:
        kept |= _cast(compared, fresh, actor=actor)
        rows.bulk_create(row for key, row in kept.items() if key not in found)
    return kept


def _cast(compared: Compared, fresh: list[Part], *, actor: Actor) -> Roles:
    """Fill new roles as a launch would; who fills the others stays."""
    account = compared.account
    people = casting.People(
        members={member.id: member for member in identity_queries.list_members(actor=actor)},
        contacts=customer_queries.list_contacts_of(actor=actor, account_ids=[account.id]),
        launcher_id=actor.id if actor.kind is AuthorKind.MEMBER else compared.project.owner_id,
    )
    active = {member.id for member in people.members.values() if member.is_active}
    active |= {contact.id for contact in people.contacts.get(account.id, ()) if contact.is_active}
    specs = compared.after.definition.roles
    known = {spec.key for spec in specs}
    wishes = {row.key: row.member_id or row.contact_id for row in compared.roles}
    given = {key: person for key, person in wishes.items() if key in known and person in active and person is not None}
    cast = casting.cast_roles(specs, given, people, account)
    names = {part.key for part in fresh}
    return {
        role.key: ProjectRole(
            workspace_id=compared.project.workspace_id,
            project_id=compared.project.id,
            key=role.key,
            name=role.name,
            side=role.side,
            position=position,
            member_id=role.person.id if role.person and role.person.side is Side.VENDOR else None,
            contact_id=role.person.id if role.person and role.person.side is Side.CUSTOMER else None,
            person_name=role.person.name if role.person else "",
            person_email=role.person.email if role.person else "",
        )
        for position, role in enumerate(cast.roles)
        if role.key in names
    }


def link_changes(plan: RunningPlan, facts: PlanFacts) -> tuple[list[TaskLink], list[TaskLink]]:
    """Return the rows of links that a plan has and shall not have, and new ones that it shall have; writes nothing."""
    wanted, known = set(facts.links), {plans.link_fact(row) for row in plan.links}
    gone = [row for row in plan.links if plans.link_fact(row) not in wanted]
    fresh = [
        TaskLink(
            workspace_id=plan.project.workspace_id,
            project_id=plan.project.id,
            **{column: getattr(link, column) for column in LINK_COLUMNS},
        )
        for link in dict.fromkeys(facts.links)
        if link not in known
    ]
    return gone, fresh


def _drop_tasks(plan: RunningPlan, facts: PlanFacts, number: int) -> None:
    wanted = {task.id for task in facts.tasks}
    gone = [row for row in plan.tasks.values() if row.id not in wanted]
    for row in gone:
        why = f"Version {number} of the playbook does without it."
        plan.happened.append(events.TaskRemoved(**tasks.task_event(plan, row), reason=why))
        del plan.tasks[row.id]
    if gone:
        ProjectTask.objects.for_workspace(plan.project.workspace_id).filter(id__in=[row.id for row in gone]).delete()


def _drop_stages(plan: RunningPlan, facts: PlanFacts) -> None:
    wanted = {stage.id for stage in facts.stages}
    gone = [row.id for row in plan.stages if row.id not in wanted]
    if gone:
        ProjectStage.objects.for_workspace(plan.project.workspace_id).filter(id__in=gone).delete()
        plan.stages = [row for row in plan.stages if row.id in wanted]


def _stages(plan: RunningPlan, facts: PlanFacts, parts: Mapping[tuple[str, str], Part], planned: PlanDates) -> None:
    known = {row.id: row for row in plan.stages}
    changed, fresh = [], []
    for fact in facts.stages:
        row = known.get(fact.id)
        columns = _stage_columns(fact, parts[STAGE, fact.key])
        if row is None:
            item = planned.items[fact.id.hex]
            ends = {"key": fact.key, "start_at": item.start_at, "due_at": item.due_at}
            project = plan.project
            fresh.append(
                ProjectStage(
                    id=fact.id, workspace_id=project.workspace_id, project_id=project.id, **{**columns, **ends}
                )
            )
        elif _write(row, columns):
            changed.append(row)
    bulk.update_rows(changed, STAGE_COLUMNS)
    bulk.insert_rows(fresh)
    plan.stages = sorted([*plan.stages, *fresh], key=lambda row: row.position)


def _stage_columns(fact: StageFact, part: Part) -> dict[str, Any]:
    values = part.values
    return {
        "name": values["name"],
        "objective": values["objective"],
        "visibility": values["visibility"],
        "exit_criteria": values["exit_criteria"],
        "position": fact.position,
        "timing": dict(fact.timing),
    }


def _write(row: ProjectStage | ProjectTask, columns: Mapping[str, Any]) -> bool:
    """Write columns into a row and tell whether any of them was different."""
    is_changed = False
    for column, value in columns.items():
        if getattr(row, column) != value:
            setattr(row, column, value)
            is_changed = True
    return is_changed


def _tasks(
    compared: Compared,
    merged: Merged,
    facts: PlanFacts,
    parts: Mapping[tuple[str, str], Part],
    roles: Roles,
    planned: PlanDates,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    plan = compared.plan
    said = f"by version {compared.after.number} of the playbook"
    renewed: list[ProjectTask] = []
    fresh: list[ProjectTask] = []
    for fact in facts.tasks:
        part = parts[TASK, fact.key]
        row = plan.tasks.get(fact.id)
        if row is None:
            row = _fresh_task(plan, fact, part, roles, planned, actor=actor, at=at, said=said)
            fresh.append(row)
            plan.tasks[row.id] = row
            plan.happened.append(events.TaskAdded(**tasks.task_event(plan, row)))
        elif part.ref in merged.retired:
            tasks.apply_not_applicable(plan, row, actor=actor, at=at, reason=f"Left out {said}.")
        elif part.ref in merged.changed:
            _renew_task(compared, row, fact, part, roles)
            settling.touch(plan, row, actor=actor, at=at, change=f"changed {said}")
            renewed.append(row)
        if row.position != fact.position:
            row.position = fact.position
            plan.moved.add(row.id)
    columns = ["kind", "is_automatic", "stage_id"]  # the rest is written by settling; stages may go before that
    bulk.update_rows(renewed, columns)
    bulk.insert_rows(fresh)


def _columns(fact: TaskFact, part: Part) -> dict[str, Any]:
    values = part.values
    return {
        "stage_id": fact.stage_id,
        "name": fact.name,
        "kind": fact.kind.value,
        "description": values["description"],
        "guidance": values["guidance"],
        "owner_role": values["owner_role"],
        "side": fact.side.value,
        "visibility": fact.visibility.value,
        "is_required": fact.is_required,
        "is_automatic": fact.is_automatic,
        "timing": dict(fact.timing),
        "details": {
            "deliverables": values["deliverables"],
            "settings": values["settings"],
            "estimate_hours": values["estimate_hours"],
        },
    }


def _renew_task(compared: Compared, row: ProjectTask, fact: TaskFact, part: Part, roles: Roles) -> None:
    """Write what changed; whoever had the task by its old role hands it to whoever has the new one."""
    old = next((role for role in compared.roles if role.key == row.owner_role), None)
    was_by_role = old is None or (row.member_id, row.contact_id) == (old.member_id, old.contact_id)
    before = row.owner_role
    details = {**row.details, **_columns(fact, part)["details"]}
    _write(row, {**_columns(fact, part), "details": details})
    row.is_start_fixed, row.is_due_fixed = fact.is_start_fixed, fact.is_due_fixed
    if row.owner_role != before and was_by_role:
        for column, value in _person(roles.get(row.owner_role)).items():
            setattr(row, column, value)


def _fresh_task(
    plan: RunningPlan,
    fact: TaskFact,
    part: Part,
    roles: Roles,
    planned: PlanDates,
    *,
    actor: Actor,
    at: datetime,
    said: str,
) -> ProjectTask:
    item = planned.items[fact.id.hex]
    return ProjectTask(
        id=fact.id,
        workspace_id=plan.project.workspace_id,
        project_id=plan.project.id,
        key=fact.key,
        position=fact.position,
        start_at=item.start_at,
        due_at=item.due_at,
        baseline_start_at=item.start_at,
        baseline_due_at=item.due_at,
        changed_by=actor.name[:200],
        change=f"added {said}",
        changed_at=at,
        **_person(roles.get(part.values["owner_role"])),
        **_columns(fact, part),
    )


def _person(role: ProjectRole | None) -> dict[str, Any]:
    return {
        "member_id": role.member_id if role else None,
        "contact_id": role.contact_id if role else None,
        "assignee_name": role.person_name if role else "",
    }


def _project(compared: Compared, merged: Merged) -> None:
    project = compared.project
    criteria = [part for part in merged.shape.parts.values() if part.sort == CRITERION]
    project.completion = [
        {"key": part.key, "text": part.values["text"], "task": part.values["task"]} for part in criteria
    ]
    before = compared.ours.of(TARGET)
    after = next((part for part in merged.shape.parts.values() if part.sort == TARGET), None)
    if after is not None and (not before or before[0].values != after.values):
        vendor = compared.plan.calendars()[Side.VENDOR]
        anchor = project.signed_at or project.started_at
        project.target_end_at = scheduling_queries.promised_at(vendor, anchor, parse_span(after.values["length"]))

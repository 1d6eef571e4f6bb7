"""Launching: a playbook version begins to run for an account."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction

from firstwin.identity.contracts import Actor
from firstwin.jobs import operations as job_operations
from firstwin.jobs.contracts import NewTimer
from firstwin.journal import operations as journal_operations
from firstwin.playbooks.contracts import Side
from firstwin.playbooks.contracts.resolved import ResolvedStage, ResolvedTask
from firstwin.projects import events, permissions
from firstwin.projects.contracts import NewProject, PersonRef, ProjectState, TaskState
from firstwin.projects.contracts import ProjectRole as RoleOf
from firstwin.projects.models import Project, ProjectRole, ProjectStage, ProjectTask, TaskLink
from firstwin.projects.operations import bookings, waking, watching
from firstwin.projects.queries import plans
from firstwin.projects.queries.launching import PlannedLaunch, plan_launches
from firstwin.projects.rules import owners, progress
from firstwin.projects.rules.drafting import Draft
from firstwin.projects.rules.facts import PlanFacts, TaskFact
from firstwin.shared import bulk, ids
from firstwin.shared.errors import InvalidInputError, PermissionDeniedError

MOST_AT_ONCE = 500
Values = dict[str, Any]
"""A row of a table by attribute; what is left out has its default."""


def launch_project(*, actor: Actor, new: NewProject, at: datetime) -> UUID:
    """Start a playbook version for an account and return the project's id.

    With an `idempotency_key` a second launch returns the first one's id. Raises InvalidInputError for answers, roles or
    keys that do not fit.
    """
    return launch_projects(actor=actor, news=[new], at=at)[0]


def launch_projects(*, actor: Actor, news: Sequence[NewProject], at: datetime) -> list[UUID]:
    """Start many projects, all or none, and return their ids in the same order. Idempotent per `idempotency_key`."""
    if not permissions.can_launch_projects(actor):
        raise PermissionDeniedError("You may not launch projects.", remedy="Ask a manager of your workspace.")
    if not 1 <= len(news) <= MOST_AT_ONCE:
        raise InvalidInputError(f"Between 1 and {MOST_AT_ONCE} projects can be launched at once.")
    known = _launched_before(actor, news)
    fresh = [new for new in news if new.idempotency_key not in known]
    try:
        created = iter(_launch(actor, fresh, at) if fresh else ())
    except IntegrityError:
        known = _launched_before(actor, news)  # somebody launched with the same key at the same moment
        if len(known) < len(news):
            raise
        created = iter(())
    return [known.get(new.idempotency_key) or next(created) for new in news]


def _launched_before(actor: Actor, news: Sequence[NewProject]) -> dict[str, UUID]:
    keys = [new.idempotency_key for new in news if new.idempotency_key]
    if len(set(keys)) < len(keys):
        raise InvalidInputError("Two of these launches carry the same idempotency key.")
    if not keys:
        return {}
    rows = plans.projects_of(actor).filter(launch_key__in=keys)
    return {key: project_id for key, project_id in rows.values_list("launch_key", "id") if key}


@dataclass(slots=True)
class _Rows:
    projects: list[Project] = field(default_factory=list)
    stages: list[Values] = field(default_factory=list)
    tasks: list[Values] = field(default_factory=list)
    links: list[Values] = field(default_factory=list)
    roles: list[Values] = field(default_factory=list)
    timers: list[NewTimer] = field(default_factory=list)
    facts: list[events.ProjectEvent] = field(default_factory=list)


def _launch(actor: Actor, news: Sequence[NewProject], at: datetime) -> list[UUID]:
    rows = _Rows()
    for planned in plan_launches(actor=actor, news=news, at=at):
        _add_rows(rows, actor, planned, at)
    with transaction.atomic(), bulk.together():
        # First, because it reads: what waits to be written would have to be sent for that.
        watching.follow_launch(actor=actor, projects=rows.projects, tasks=rows.tasks, at=at)
        bulk.insert_rows(rows.projects)
        bulk.insert_values(ProjectStage, rows.stages)
        bulk.insert_values(ProjectTask, rows.tasks)
        bulk.insert_values(TaskLink, rows.links)
        bulk.insert_values(ProjectRole, rows.roles)
        job_operations.set_timers(rows.timers)
        journal_operations.record_many(rows.facts, actor=actor, at=at)
        for new, project in zip(news, rows.projects, strict=True):
            if new.booking_id is not None:
                bookings.launch_booking(
                    actor=actor, booking_id=new.booking_id, account_id=project.account_id, project_id=project.id, at=at
                )
    return [project.id for project in rows.projects]


def _add_rows(rows: _Rows, actor: Actor, planned: PlannedLaunch, at: datetime) -> None:
    draft = planned.draft
    facts = PlanFacts(
        stages=draft.stages,
        tasks=draft.tasks,
        links=draft.links,
        anchors=planned.anchors,
        calendars=planned.calendars,
    )
    held = progress.blockers(facts)
    project = _project(actor, planned, progress.figures_of(facts, held), owners.calendars_mark(facts), at)
    people = {role.key: role.person for role in planned.roles}
    first = progress.current_stage(draft.stages, draft.tasks)
    rows.projects.append(project)
    rows.stages.extend(_stages(actor, draft, project, first_id=first.id if first else None, at=at))
    rows.tasks.extend(
        _task(actor, planned, project, task, people, is_released=task.id not in held, at=at) for task in draft.tasks
    )
    rows.links.extend(_links(actor, draft, project))
    rows.roles.extend(_roles(actor, planned.roles, project))
    if project.next_wake_at is not None:
        rows.timers.append(waking.timer_of(project))
    rows.facts.append(_launched(project, planned))


def _stages(actor: Actor, draft: Draft, project: Project, *, first_id: UUID | None, at: datetime) -> list[Values]:
    return [
        dict(
            id=stage.id,
            workspace_id=actor.workspace_id,
            project_id=project.id,
            key=stage.key,
            name=stage.name,
            objective=draft.stage_specs[stage.id].objective,
            visibility=draft.stage_specs[stage.id].visibility,
            position=stage.position,
            start_at=stage.start_at,
            due_at=stage.due_at,
            entered_at=at if stage.id == first_id else None,
            exit_criteria=list(draft.stage_specs[stage.id].exit_criteria),
            timing=stage.timing,
        )
        for stage in draft.stages
    ]


def _links(actor: Actor, draft: Draft, project: Project) -> list[Values]:
    return [
        dict(
            workspace_id=actor.workspace_id,
            project_id=project.id,
            predecessor_id=link.predecessor_id,
            predecessor_stage_id=link.predecessor_stage_id,
            successor_id=link.successor_id,
            successor_stage_id=link.successor_stage_id,
            type=link.type,
            lag=link.lag,
        )
        for link in draft.links
    ]


def _roles(actor: Actor, roles: Sequence[RoleOf], project: Project) -> list[Values]:
    return [
        dict(
            workspace_id=actor.workspace_id,
            project_id=project.id,
            key=role.key,
            name=role.name,
            side=role.side,
            position=position,
            **_person(role.person),
            person_email=role.person.email if role.person else "",
        )
        for position, role in enumerate(roles)
    ]


def _person(person: PersonRef | None) -> dict[str, Any]:
    return {
        "member_id": person.id if person and person.side is Side.VENDOR else None,
        "contact_id": person.id if person and person.side is Side.CUSTOMER else None,
        "person_name": person.name if person else "",
    }


def _project(
    actor: Actor, planned: PlannedLaunch, figures: progress.ProjectFigures, calendars_mark: str, at: datetime
) -> Project:
    account, version = planned.account, planned.version
    return Project(
        id=ids.new_id(),
        workspace_id=actor.workspace_id,
        account_id=account.id,
        playbook_version_id=version.id,
        owner_id=planned.owner.id if planned.owner else None,
        owner_name=planned.owner.name if planned.owner else "",
        name=planned.name,
        state=ProjectState.ACTIVE,
        launch_key=planned.new.idempotency_key or None,
        fields=dict(planned.answers),
        decisions=_decisions(planned),
        completion=[
            {"key": criterion.key, "text": criterion.text, "task": criterion.task}
            for criterion in planned.resolved.definition.completion
        ],
        account_name=account.name,
        segment=account.segment,
        industry=account.industry,
        playbook_id=version.playbook_id,
        playbook_name=version.definition.name,
        playbook_number=version.number,
        signed_at=account.contract_signed_at,
        started_at=planned.anchors["project_start"],
        launched_at=at,
        target_end_at=planned.target_end_at,
        planned_end_at=planned.dates.end_at,
        calendars_mark=calendars_mark,
        forecast_due_at=at,
        updated_at=at,
        **{name: getattr(figures, name) for name in waking.FIGURES},
    )


def _decisions(planned: PlannedLaunch) -> list[dict[str, Any]]:
    """Return what the playbook's conditions and the launcher's choices decided, to be looked up later."""
    decided: list[dict[str, Any]] = []
    for stage in planned.resolved.stages:
        parts: list[ResolvedStage | ResolvedTask] = [stage, *stage.tasks]
        for part in parts:
            if part.spec.when or not part.is_included or part.spec.key in planned.new.included:
                is_by_hand = part.spec.key in (*planned.new.included, *planned.new.excluded)
                decided.append(
                    {"key": part.spec.key, "is_included": part.is_included, "why": part.why, "is_by_hand": is_by_hand}
                )
    return decided


def _task(
    actor: Actor,
    planned: PlannedLaunch,
    project: Project,
    task: TaskFact,
    people: dict[str, PersonRef | None],
    *,
    is_released: bool,
    at: datetime,
) -> Values:
    spec = planned.draft.task_specs[task.id]
    person = people.get(spec.owner)
    return dict(
        id=task.id,
        workspace_id=actor.workspace_id,
        project_id=project.id,
        stage_id=task.stage_id,
        key=task.key,
        name=task.name,
        kind=task.kind,
        description=spec.description,
        guidance=spec.guidance,
        owner_role=spec.owner,
        side=task.side,
        visibility=task.visibility,
        is_required=task.is_required,
        is_automatic=task.is_automatic,
        position=task.position,
        timing=task.timing,
        details={
            "deliverables": list(spec.deliverables),
            "settings": msgspec.to_builtins(spec.settings) if spec.settings else {},
            "estimate_hours": spec.estimate_hours,
        },
        member_id=person.id if person and person.side is Side.VENDOR else None,
        contact_id=person.id if person and person.side is Side.CUSTOMER else None,
        assignee_name=person.name if person else "",
        state=TaskState.OPEN,
        start_at=task.start_at,
        due_at=task.due_at,
        is_start_fixed=task.is_start_fixed,
        baseline_start_at=task.start_at,
        baseline_due_at=task.due_at,
        is_released=is_released,
        changed_by=actor.name,
        change="launched",
        changed_at=at,
    )


def _launched(project: Project, planned: PlannedLaunch) -> events.ProjectLaunched:
    return events.ProjectLaunched(
        project_id=project.id,
        account_id=project.account_id,
        title=project.name,
        playbook_version_id=project.playbook_version_id,
        playbook_name=project.playbook_name,
        playbook_version=project.playbook_number,
        overlays=planned.resolved.applied_overlays,
        task_count=project.task_count,
        planned_end_at=project.planned_end_at,
    )

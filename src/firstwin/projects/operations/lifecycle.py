"""What happens to a project as a whole: hold and resume, completion, cancellation, the first win, its people."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.customers import queries as customer_queries
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.playbooks.contracts import Side, TaskKind
from firstwin.projects import events, permissions
from firstwin.projects.contracts import (
    OPEN_STATES,
    RUNNING_STATES,
    PersonRef,
    ProjectState,
    ReasonSide,
    TaskState,
    UnmetCriteriaError,
    WrongStateError,
)
from firstwin.projects.models import Hold, Project, ProjectRole, ProjectTask
from firstwin.projects.operations import settling, tasks, waking
from firstwin.projects.queries import day_counts, plans
from firstwin.projects.queries import projects as project_queries
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import casting
from firstwin.scheduling.contracts import Pause
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError, Problem

MOST_AT_ONCE = 500


def hold_project(*, actor: Actor, project_id: UUID, side: ReasonSide, reason: str, at: datetime) -> None:
    """Put a project on hold: its clock stops until it is resumed. Raises WrongStateError when it does not run."""
    said = tasks.required_reason(reason)
    settling.require_editor(actor=actor)
    with transaction.atomic():
        project = plans.project_row(actor, project_id, is_locked=True)
        if project.state != ProjectState.ACTIVE:
            raise WrongStateError(f"{project.name} is {_words(project)}.", remedy="Only a running project can be held.")
        project.state, project.held_since = ProjectState.ON_HOLD, at
        project.hold_side, project.hold_reason = side, said
        _save(project, at)
        Hold.objects.for_actor(actor).bulk_create(
            [
                Hold(
                    workspace_id=project.workspace_id,
                    project_id=project.id,
                    side=side,
                    reason=said,
                    held_by=actor.name[:200],
                    started_at=at,
                )
            ]
        )
        waking.set_or_cancel(project)
        journal_operations.record(
            events.ProjectHeld(**_event(project), side=side, reason=said),
            actor=actor,
            at=at,
        )


def hold_projects(*, actor: Actor, project_ids: Sequence[UUID], side: ReasonSide, reason: str, at: datetime) -> None:
    """Put several projects on hold, all or none; raises what `hold_project` raises."""
    with transaction.atomic():
        for project_id in _locked(actor, project_ids):
            hold_project(actor=actor, project_id=project_id, side=side, reason=reason, at=at)


def resume_projects(*, actor: Actor, project_ids: Sequence[UUID], at: datetime) -> None:
    """Resume several projects, all or none; raises what `resume_project` raises."""
    with transaction.atomic():
        for project_id in _locked(actor, project_ids):
            resume_project(actor=actor, project_id=project_id, at=at)


def _locked(actor: Actor, project_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Lock the projects that are named, and return each id once, also of those that are not there."""
    if not 1 <= len(project_ids) <= MOST_AT_ONCE:
        raise InvalidInputError(f"Between 1 and {MOST_AT_ONCE} projects can be changed at once.")
    plans.lock_projects(plans.projects_of(actor).filter(id__in=project_ids))
    return list(dict.fromkeys(project_ids))


def resume_project(*, actor: Actor, project_id: UUID, at: datetime) -> None:
    """Go on: what still lay ahead when the project was held moves by the days that the hold lasted."""
    settling.require_editor(actor=actor)
    with transaction.atomic():
        plan = settling.opened(actor=actor, project_id=project_id)
        project = plan.project
        if project.state != ProjectState.ON_HOLD or project.held_since is None:
            raise WrongStateError(f"{project.name} is not on hold.")
        pause = Pause(start_at=project.held_since, end_at=at)
        _shift_fixed(plan, pause)
        plan.pauses = (*plan.pauses, pause)
        Hold.objects.for_actor(actor).filter(project_id=project.id, ended_at__isnull=True).update(ended_at=at)
        project.state, project.held_since, project.hold_side, project.hold_reason = ProjectState.ACTIVE, None, "", ""
        project.version += 1
        seconds = int((pause.end_at - pause.start_at).total_seconds())
        plan.happened.append(events.ProjectResumed(**_event(project), held_seconds=seconds))
        settling.settle(plan, actor=actor, at=at, cause="the project was resumed")


def _shift_fixed(plan: RunningPlan, pause: Pause) -> None:
    """Move by hand-set dates and begun tasks, which the plan itself leaves alone."""
    for task in plan.tasks.values():
        if task.state in OPEN_STATES and day_counts.is_ahead(task, pause):
            task.start_at, task.due_at = day_counts.resumed(task, plan.calendar_of(task), pause)
            plan.moved.add(task.id)


def complete_project(
    *,
    actor: Actor,
    project_id: UUID,
    at: datetime,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> None:
    """Complete an onboarding by its playbook's criteria; `confirmed` are keys of criteria that a person vouches for.

    Raises UnmetCriteriaError naming each one; a manager overrides it with a reason. Tasks still open are cancelled.
    """
    settling.require_editor(actor=actor)
    with transaction.atomic():
        plan = settling.opened(actor=actor, project_id=project_id)
        project = plan.project
        if ProjectState(project.state) not in RUNNING_STATES:
            raise WrongStateError(f"{project.name} is {_words(project)} already.")
        unmet = [row for row in project_queries.criteria_of(plan, tuple(confirmed)) if not row[2]]
        if unmet:
            _require_override(actor, unmet, override_reason)
        _close_open_tasks(plan, actor=actor, at=at, why="the project was completed")
        _end_hold(plan, at)
        project.state, project.completed_at = ProjectState.COMPLETED, at
        project.state_reason = override_reason.strip()
        project.version += 1
        plan.happened.append(
            events.ProjectCompleted(
                **_event(project),
                days=(at - project.signed_at).days if project.signed_at else None,
                unmet_criteria=tuple(text for _, text, _, _ in unmet),
            )
        )
        settling.settle(plan, actor=actor, at=at, cause="the project was completed")


def _require_override(actor: Actor, unmet: list[tuple[str, str, bool, str]], reason: str) -> None:
    problems = tuple(Problem(key, f"{text}: {why}", "Do it, or mark it not applicable.") for key, text, _, why in unmet)
    if not reason.strip():
        raise UnmetCriteriaError(
            "Not every completion criterion is met.",
            remedy="Meet them; a manager may complete the project nevertheless, with a reason.",
            problems=problems,
        )
    if not permissions.can_override(actor):
        raise PermissionDeniedError(
            "Only managers complete a project whose criteria are not met.", remedy="Ask a manager.", problems=problems
        )


def _close_open_tasks(plan: RunningPlan, *, actor: Actor, at: datetime, why: str) -> None:
    for task in plan.tasks.values():
        if task.state in OPEN_STATES:
            task.state, task.reason = TaskState.CANCELLED, why
            task.finished_at, task.finished_by = at, actor.name[:200]
            task.stuck_side, task.stuck_since = "", None
            settling.touch(plan, task, actor=actor, at=at, change=why)


def _end_hold(plan: RunningPlan, at: datetime) -> None:
    project = plan.project
    if project.held_since is not None:
        Hold.objects.for_workspace(project.workspace_id).filter(project_id=project.id, ended_at__isnull=True).update(
            ended_at=at
        )
        project.held_since, project.hold_side, project.hold_reason = None, "", ""


def cancel_project(*, actor: Actor, project_id: UUID, reason: str, at: datetime) -> None:
    """End an onboarding without completion, and say why. Tasks still open are cancelled."""
    said = tasks.required_reason(reason)
    settling.require_editor(actor=actor)
    with transaction.atomic():
        plan = settling.opened(actor=actor, project_id=project_id)
        project = plan.project
        if ProjectState(project.state) not in RUNNING_STATES:
            raise WrongStateError(f"{project.name} is {_words(project)} already.")
        _close_open_tasks(plan, actor=actor, at=at, why="the project was cancelled")
        _end_hold(plan, at)
        project.state, project.cancelled_at, project.state_reason = ProjectState.CANCELLED, at, said
        project.version += 1
        plan.happened.append(events.ProjectCancelled(**_event(project), reason=said))
        settling.settle(plan, actor=actor, at=at, cause="the project was cancelled")


def reopen_project(*, actor: Actor, project_id: UUID, reason: str, at: datetime) -> None:
    """Go on with a completed or cancelled project; tasks that its end cancelled are open again."""
    said = tasks.required_reason(reason)
    settling.require_editor(actor=actor)
    with transaction.atomic():
        plan = settling.opened(actor=actor, project_id=project_id)
        project = plan.project
        if ProjectState(project.state) in RUNNING_STATES:
            raise WrongStateError(f"{project.name} is {_words(project)} already.")
        project.state, project.completed_at, project.cancelled_at = ProjectState.ACTIVE, None, None
        project.state_reason = ""
        project.version += 1
        for task in plan.tasks.values():
            if task.state == TaskState.CANCELLED:
                task.state = TaskState.IN_PROGRESS if task.started_at else TaskState.OPEN
                task.finished_at, task.finished_by, task.reason = None, "", ""
                settling.touch(plan, task, actor=actor, at=at, change="opened again with the project")
        plan.happened.append(events.ProjectReopened(**_event(project), reason=said))
        settling.settle(plan, actor=actor, at=at, cause="the project was reopened")


def record_first_value(
    *, actor: Actor, project_id: UUID, evidence: str, at: datetime, task_id: UUID | None = None
) -> None:
    """Record the account's first win with what proves it; finishes its milestone. A second time nothing happens.

    Without `task_id` the plan's first-value milestone is meant. Raises WrongStateError when the plan has none.
    """
    settling.require_editor(actor=actor)
    with transaction.atomic():
        plan = settling.opened(actor=actor, project_id=project_id)
        if plan.project.first_value_at is not None:
            return
        settling.require_running(plan.project)
        task = _first_value_task(plan, task_id)
        if task.state in OPEN_STATES:
            tasks.apply_completion(plan, task, actor=actor, at=at, result={}, evidence=evidence)
        elif task.state == TaskState.DONE:
            task.evidence = evidence.strip() or task.evidence
            settling.touch(plan, task, actor=actor, at=at, change="recorded as the first win")
        else:
            raise WrongStateError(f"{task.name} does not count any more.", remedy="Open it again first.")
        tasks.reach_first_value(plan, task, at=at)
        settling.settle(plan, actor=actor, at=at, cause="the first win was reached")


def _first_value_task(plan: RunningPlan, task_id: UUID | None) -> ProjectTask:
    if task_id is not None:
        task = plan.tasks.get(task_id)
        if task is None or task.kind != TaskKind.MILESTONE:
            raise NotFoundError("There is no such milestone in this project.", remedy="Choose one from the plan.")
        return task
    candidates = [task for task in plans.tasks_in_order(plan) if plans.is_first_value(task)]
    if not candidates:
        raise WrongStateError(
            "This plan has no first-value milestone.", remedy="Add a milestone, or say which one is the first win."
        )
    return next((task for task in candidates if task.state in OPEN_STATES), candidates[0])


def fill_role(*, actor: Actor, project_id: UUID, role: str, person: PersonRef | None, at: datetime) -> None:
    """Give a role to a person (or to nobody); open tasks of whoever had it go along. Raises InvalidInputError."""
    settling.require_editor(actor=actor)
    with transaction.atomic():
        plan = settling.opened(actor=actor, project_id=project_id)
        settling.require_running(plan.project)
        row = ProjectRole.objects.for_actor(actor).filter(project_id=project_id, key=role).first()
        if row is None:
            raise NotFoundError("This project has no such role.", remedy="Take the roles from the project.")
        known = known_person(actor=actor, project=plan.project, person=person) if person is not None else None
        if known is not None and known.side != row.side:
            side = "your team" if row.side == Side.VENDOR else "the customer's people"
            raise InvalidInputError(f"{row.name} is a role for {side}.")
        before = (row.member_id, row.contact_id)
        row.member_id = known.id if known is not None and known.side is Side.VENDOR else None
        row.contact_id = known.id if known is not None and known.side is Side.CUSTOMER else None
        row.person_name = known.name if known is not None else ""
        row.person_email = known.email if known is not None else ""
        row.save(update_fields=["member_id", "contact_id", "person_name", "person_email"])
        for task in plan.tasks.values():
            if task.owner_role == role and task.state in OPEN_STATES and (task.member_id, task.contact_id) == before:
                set_assignee(task, known)
                settling.touch(plan, task, actor=actor, at=at, change=f"given to {row.person_name or 'nobody'}")
        _follow_owner(plan, row, before[0])
        plan.happened.append(
            events.RoleFilled(
                **_event(plan.project),
                role=role,
                person_side=row.side,
                person_id=known.id if known is not None else None,
                person_name=row.person_name,
            )
        )
        settling.settle(plan, actor=actor, at=at, cause=f"{row.name} was filled")


def _follow_owner(plan: RunningPlan, role: ProjectRole, before: UUID | None) -> None:
    """The project's owner is whoever fills its leading vendor role."""
    if role.side == Side.VENDOR and plan.project.owner_id == before and role.member_id is not None:
        plan.project.owner_id, plan.project.owner_name = role.member_id, role.person_name


def known_person(*, actor: Actor, project: Project, person: PersonRef) -> PersonRef:
    """Return a person with their present name; raises InvalidInputError for one who cannot take part."""
    if person.side is Side.VENDOR:
        member = identity_queries.find_member(actor=actor, member_id=person.id)
        if member is not None and member.is_active:
            return casting.member_ref(member)
        raise InvalidInputError("This is not an active member of your team.", remedy="Choose one from the list.")
    contact = customer_queries.find_contact(actor=actor, contact_id=person.id)
    if contact is not None and contact.is_active and contact.account_id == project.account_id:
        return casting.contact_ref(contact)
    raise InvalidInputError(
        f"This is not an active contact of {project.account_name}.", remedy="Choose one from the list."
    )


def set_assignee(task: ProjectTask, person: PersonRef | None) -> None:
    """Write an assignee into a task row."""
    task.member_id = person.id if person is not None and person.side is Side.VENDOR else None
    task.contact_id = person.id if person is not None and person.side is Side.CUSTOMER else None
    task.assignee_name = person.name if person is not None else ""


def _save(project: Project, at: datetime) -> None:
    project.updated_at = at
    project.version += 1
    project.save(update_fields=settling.PROJECT_COLUMNS)


def _words(project: Project) -> str:
    return str(project.state).replace("_", " ")


def _event(project: Project) -> dict[str, UUID]:
    return {"project_id": project.id, "account_id": project.account_id}

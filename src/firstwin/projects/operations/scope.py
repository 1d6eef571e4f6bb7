"""Which tasks a running plan has: one is added, others are taken out."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side, Visibility
from firstwin.projects import events
from firstwin.projects.contracts import PersonRef, TaskState
from firstwin.projects.contracts.changes import NewTask
from firstwin.projects.models import Attachment, ProjectStage, ProjectTask, TaskLink
from firstwin.projects.operations import changes, lifecycle, links, settling, tasks
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import kinds, steering
from firstwin.projects.rules.drafting import effective_visibility
from firstwin.shared import ids
from firstwin.shared.errors import NotFoundError


def add_task(*, actor: Actor, project_id: UUID, new: NewTask, at: datetime) -> UUID:
    """Add a task to a running project and return its id. Raises InvalidInputError and ConflictError for a circle."""
    settling.require_editor(actor=actor)
    with transaction.atomic():
        plan = settling.opened(actor=actor, project_id=project_id)
        settling.require_running(plan.project)
        stage = changes.stage_of(plan, new.stage_id)
        links.require_tasks(plan, new.predecessor_ids)
        person = None
        if new.assignee is not None:
            person = lifecycle.known_person(actor=actor, project=plan.project, person=new.assignee)
        task = _task_row(plan, stage, new, person, actor=actor, at=at)
        task.save(force_insert=True)
        plan.tasks[task.id] = task
        links.replace_links(
            plan, [], [links.new_link(plan, predecessor, task.id) for predecessor in dict.fromkeys(new.predecessor_ids)]
        )
        settling.touch(plan, task, actor=actor, at=at, change="added")
        task.version = 1
        plan.happened.append(events.TaskAdded(**tasks.task_event(plan, task)))
        settling.settle(plan, actor=actor, at=at, cause=f"{task.name} was added")
    return task.id


def _task_row(
    plan: RunningPlan, stage: ProjectStage, new: NewTask, person: PersonRef | None, *, actor: Actor, at: datetime
) -> ProjectTask:
    start_at, due_at = steering.checked_dates(new.start_at, new.due_at, at)
    task_id = ids.new_id()
    return ProjectTask(
        id=task_id,
        workspace_id=plan.project.workspace_id,
        project_id=plan.project.id,
        stage_id=stage.id,
        key=f"added-{task_id.hex[-12:]}",
        name=steering.checked_name(new.name),
        kind=new.kind,
        description=new.description,
        guidance=new.guidance,
        owner_role=new.owner_role,
        side=person.side if person is not None else new.side,
        visibility=effective_visibility(Visibility(stage.visibility), new.visibility),
        is_required=new.is_required,
        position=_position_after(plan, stage.id, new.after_task_id),
        timing={"duration": steering.checked_span(new.duration, "duration")},
        details={"deliverables": list(new.deliverables), "settings": kinds.checked_settings(new.kind, new.settings)},
        member_id=person.id if person is not None and person.side is Side.VENDOR else None,
        contact_id=person.id if person is not None and person.side is Side.CUSTOMER else None,
        assignee_name=person.name if person is not None else "",
        state=TaskState.OPEN,
        start_at=start_at,
        due_at=due_at,
        baseline_start_at=start_at,
        baseline_due_at=due_at,
        is_start_fixed=new.start_at is not None,
        is_due_fixed=new.due_at is not None,
        changed_by=actor.name[:200],
        changed_at=at,
    )


def _position_after(plan: RunningPlan, stage_id: UUID, after_task_id: UUID | None) -> int:
    """Return a place in a stage: behind a task, else at its end; neighbours make room when there is none."""
    neighbours = sorted((t for t in plan.tasks.values() if t.stage_id == stage_id), key=lambda t: (t.position, t.id))
    if after_task_id is None:
        return max((task.position for task in plan.tasks.values()), default=0) + changes.STEP
    index = next((i for i, task in enumerate(neighbours) if task.id == after_task_id), None)
    if index is None:
        raise NotFoundError("The task it should follow is not in this stage.", remedy="Choose one of the same stage.")
    return changes.place_at(plan, neighbours, index + 1)


def remove_task(*, actor: Actor, task_id: UUID, reason: str, at: datetime, expected_version: int | None = None) -> None:
    """Take a task out of a running plan; what waited for it waits for what it waited for. Its comments go, files stay."""
    said = tasks.required_reason(reason)
    settling.require_editor(actor=actor)
    with transaction.atomic():
        plan, task = settling.opened_at_task(actor=actor, task_id=task_id, expected_version=expected_version)
        apply_removal(plan, [task], reason=said)
        settling.settle(plan, actor=actor, at=at, cause=f"{task.name} was removed")


def apply_removal(plan: RunningPlan, gone: list[ProjectTask], *, reason: str) -> None:
    """Take tasks out of an opened plan, bridging their links; the caller settles."""
    stale: list[TaskLink] = []
    added: list[TaskLink] = []
    for task in gone:
        plan.happened.append(events.TaskRemoved(**tasks.task_event(plan, task), reason=reason))
        links.bridge_gap(plan, task.id, stale, added)
        del plan.tasks[task.id]
        plan.touched.discard(task.id)
        plan.moved.discard(task.id)
    links.replace_links(plan, stale, added)
    hidden = [task.id for task in gone if task.visibility != Visibility.SHARED]
    if hidden:
        files = Attachment.objects.for_workspace(plan.project.workspace_id)
        files.filter(task_id__in=hidden).update(is_internal=True)  # they stay with the project, and stay hidden
    rows = ProjectTask.objects.for_workspace(plan.project.workspace_id)
    rows.filter(id__in=[task.id for task in gone]).delete()

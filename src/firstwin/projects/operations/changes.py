"""Changes to a task of a running project: who does it, what it says, when and where it stands."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects import events, permissions
from firstwin.projects.contracts import OPEN_STATES, PersonRef, WrongStateError
from firstwin.projects.contracts.changes import TaskChange, TaskMove, TaskPatch
from firstwin.projects.models import ProjectStage, ProjectTask, TaskLink
from firstwin.projects.operations import lifecycle, links, settling, stepping, tasks
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import anchors, kinds, steering, steps
from firstwin.projects.rules.drafting import effective_visibility
from firstwin.scheduling.contracts import LinkType
from firstwin.shared import bulk
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError, Problem

STEP = 1000
"""Between two neighbours in a stage, so that something fits between."""

MOST_HOURS = 10_000


def assign_task(
    *, actor: Actor, task_id: UUID, person: PersonRef | None, at: datetime, expected_version: int | None = None
) -> None:
    """Give a task to a member or a contact, or to nobody; its side follows. A contact gives to colleagues only."""
    with transaction.atomic():
        plan, task = settling.opened_at_task(actor=actor, task_id=task_id, expected_version=expected_version)
        known = lifecycle.known_person(actor=actor, project=plan.project, person=person) if person else None
        _require_assigner(actor, task, known)
        apply_assignment(plan, task, known, actor=actor, at=at)
        settling.settle(plan, actor=actor, at=at, cause=f"{task.name} changed hands")


def _require_assigner(actor: Actor, task: ProjectTask, person: PersonRef | None) -> None:
    if permissions.can_edit_projects(actor):
        return
    is_own = permissions.can_work_on_task(actor, side=Side(task.side), visibility=Visibility(task.visibility))
    if not is_own or (person is not None and person.side is not Side.CUSTOMER):
        raise PermissionDeniedError("This task is not yours to hand on.", remedy="Ask the project's owner.")


def apply_assignment(
    plan: RunningPlan, task: ProjectTask, person: PersonRef | None, *, actor: Actor, at: datetime
) -> None:
    """Give a task of an opened plan to a person whose name is known; the caller settles."""
    lifecycle.set_assignee(task, person)
    if person is not None:
        task.side = person.side
    settling.touch(plan, task, actor=actor, at=at, change=f"given to {task.assignee_name or 'nobody'}")
    plan.happened.append(
        events.TaskAssigned(
            **tasks.task_event(plan, task),
            assignee_side=str(task.side),
            assignee_id=person.id if person is not None else None,
            assignee_name=task.assignee_name,
        )
    )


def change_task(
    *, actor: Actor, task_id: UUID, change: TaskChange, at: datetime, expected_version: int | None = None
) -> None:
    """Change what a task says, who does it, when and where it stands: all of it or nothing, as one new version.

    What is so already is left alone. Records TaskAssigned for a new person and TaskChanged for the rest. Raises
    StaleVersionError when somebody was faster, ConflictError for a circle, WrongStateError for dates of a task that is over.
    """
    settling.require_editor(actor=actor)
    with transaction.atomic(), bulk.together():
        plan, task = settling.opened_at_task(actor=actor, task_id=task_id, expected_version=expected_version)
        before = stepping.begin(plan)
        if change.is_reassigned:
            _reassign(plan, task, change.person, actor=actor, at=at)
        changed = [*_new_content(plan, task, change.patch), *_new_place(plan, task, change.move)]
        changed += _new_dates(task, change.move)
        if changed:
            note_change(plan, task, changed, actor=actor, at=at)
        if plan.happened:
            settling.settle(plan, actor=actor, at=at, cause=f"{task.name} was changed")
            stepping.keep(plan, before, actor=actor, at=at)


def edit_task(
    *, actor: Actor, task_id: UUID, patch: TaskPatch, at: datetime, expected_version: int | None = None
) -> None:
    """Change what a task says and waits for; raises StaleVersionError when somebody was faster, ConflictError for a circle."""
    change = TaskChange(patch=patch)
    change_task(actor=actor, task_id=task_id, change=change, at=at, expected_version=expected_version)


def _reassign(plan: RunningPlan, task: ProjectTask, person: PersonRef | None, *, actor: Actor, at: datetime) -> None:
    if (person.id if person is not None else None) == (task.member_id or task.contact_id):
        return
    known = lifecycle.known_person(actor=actor, project=plan.project, person=person) if person is not None else None
    apply_assignment(plan, task, known, actor=actor, at=at)


Change = tuple[str, str, str]


def _new_content(plan: RunningPlan, task: ProjectTask, patch: TaskPatch) -> Iterable[Change]:
    yield from _new_words(plan, task, patch)
    yield from _new_substance(task, patch)
    if patch.predecessor_ids is not None:
        yield from _new_predecessors(plan, task, patch.predecessor_ids)


def _new_words(plan: RunningPlan, task: ProjectTask, patch: TaskPatch) -> Iterable[Change]:
    if patch.name is not None:
        patch_name = steering.checked_name(patch.name)
        if patch_name != task.name:
            yield "name", task.name, patch_name
            task.name = patch_name
    for field in ("description", "guidance"):
        value = getattr(patch, field)
        if value is not None and value != getattr(task, field):
            yield field, _short(getattr(task, field)), _short(value)
            setattr(task, field, value)
    if patch.visibility is not None:
        stage = stage_of(plan, task.stage_id)
        wanted = effective_visibility(Visibility(stage.visibility), patch.visibility)
        if wanted != task.visibility:
            yield "visibility", str(task.visibility), str(wanted)
            task.visibility = wanted


def _new_substance(task: ProjectTask, patch: TaskPatch) -> Iterable[Change]:
    if patch.is_required is not None and patch.is_required != task.is_required:
        yield "is_required", str(task.is_required).lower(), str(patch.is_required).lower()
        task.is_required = patch.is_required
    if patch.settings is not None:
        wanted = kinds.checked_settings(TaskKind(task.kind), patch.settings)
        if wanted != task.details.get("settings", {}):
            yield "settings", "", "changed"
            task.details = {**task.details, "settings": wanted}
    if patch.deliverables is not None and list(patch.deliverables) != task.details.get("deliverables", []):
        yield "deliverables", ", ".join(task.details.get("deliverables", [])), ", ".join(patch.deliverables)
        task.details = {**task.details, "deliverables": list(patch.deliverables)}
    yield from _new_estimate(task, patch)


def _new_estimate(task: ProjectTask, patch: TaskPatch) -> Iterable[Change]:
    if patch.estimate_hours is None and not patch.has_usual_estimate:
        return
    before, wanted = task.details.get("estimate_hours"), patch.estimate_hours
    if wanted is not None and not 0 <= wanted <= MOST_HOURS:
        problem = Problem("estimate_hours", f"{wanted:g} hours cannot be.", f"Write a number from 0 to {MOST_HOURS}.")
        raise InvalidInputError(problem.message, remedy=problem.remedy, problems=(problem,))
    if wanted != before:
        yield "estimate_hours", _spoken_hours(before), _spoken_hours(wanted)
        task.details = {**task.details, "estimate_hours": wanted}


def _spoken_hours(hours: float | None) -> str:
    return "usual" if hours is None else f"{hours:g}"


def _new_predecessors(plan: RunningPlan, task: ProjectTask, wanted: tuple[UUID, ...]) -> Iterable[Change]:
    def is_own(link: TaskLink) -> bool:
        return (
            link.successor_id == task.id and link.predecessor_id is not None and link.type == LinkType.FINISH_TO_START
        )

    before = {link.predecessor_id for link in plan.links if is_own(link)}
    if before == set(wanted):
        return
    links.require_tasks(plan, wanted)
    gone = [link for link in plan.links if is_own(link) and link.predecessor_id not in wanted]
    added = [
        links.new_link(plan, predecessor, task.id) for predecessor in dict.fromkeys(wanted) if predecessor not in before
    ]
    links.replace_links(plan, gone, added)
    yield "after", _names(plan, before), _names(plan, wanted)


def _names(plan: RunningPlan, task_ids: Iterable[UUID | None]) -> str:
    return ", ".join(plan.tasks[task_id].name for task_id in task_ids if task_id in plan.tasks)


def place_at(plan: RunningPlan, neighbours: list[ProjectTask], index: int) -> int:
    """Return a position among the tasks of a stage, which make room where there is none; inside projects only."""
    before = 0
    if neighbours:  # no place lies below 0
        before = neighbours[index - 1].position if index > 0 else max(neighbours[0].position - 2 * STEP, -1)
    behind = neighbours[index].position if index < len(neighbours) else before + 2 * STEP
    if behind - before < 2:
        for later in neighbours[index:]:
            later.position += STEP
            plan.moved.add(later.id)
        behind += STEP
    return (before + behind) // 2


def move_task(
    *, actor: Actor, task_id: UUID, move: TaskMove, at: datetime, expected_version: int | None = None
) -> None:
    """Give a task other dates (kept from then on), another stage, or another place among its neighbours.

    What comes after it follows; dates set by hand before stay. `position` counts from 0 within the stage.
    """
    change = TaskChange(move=move)
    change_task(actor=actor, task_id=task_id, change=change, at=at, expected_version=expected_version)


def _new_place(plan: RunningPlan, task: ProjectTask, move: TaskMove) -> Iterable[Change]:
    if move.stage_id is None and move.position is None:
        return
    old, new = stage_of(plan, task.stage_id), stage_of(plan, move.stage_id or task.stage_id)
    others = [t for t in plan.tasks.values() if t.stage_id == new.id and t.id != task.id]
    others.sort(key=lambda t: (t.position, t.id))
    index = len(others) if move.position is None else max(0, min(move.position, len(others)))
    task.position = place_at(plan, others, index) if others else task.position
    if old.id != new.id:
        task.stage_id = new.id
        task.visibility = effective_visibility(Visibility(new.visibility), Visibility(task.visibility))
        yield "stage", old.name, new.name
    else:
        yield "place", "", f"{index + 1} of {len(others) + 1}"


def require_open(task: ProjectTask) -> None:
    """Raise WrongStateError for a task that is over, of which no date is planned any more; inside projects only."""
    if task.state not in OPEN_STATES:
        raise WrongStateError(f"“{task.name}” is over; its dates are facts.", remedy="Open it again to plan it anew.")


def _new_dates(task: ProjectTask, move: TaskMove) -> Iterable[Change]:
    if move.unfix and (task.is_start_fixed or task.is_due_fixed):
        task.is_start_fixed = task.is_due_fixed = False
        yield "dates", "set by hand", "by the plan"
    if move.start_at is None and move.due_at is None:
        return
    for name, wished in (("start_at", move.start_at), ("due_at", move.due_at)):
        if wished is not None:
            steering.checked_instant(wished, name)
            if wished != getattr(task, name):
                require_open(task)
    length = task.due_at - task.start_at
    start = move.start_at or min(task.start_at, move.due_at or task.start_at)
    due = move.due_at or (max(task.due_at, start) if task.is_due_fixed else start + length)
    start, due = steering.checked_dates(start, due, start)
    if move.start_at is not None and start != task.start_at:
        yield "start_at", task.start_at.isoformat(), start.isoformat()
    if move.due_at is not None and due != task.due_at:
        yield "due_at", task.due_at.isoformat(), due.isoformat()
    task.start_at, task.due_at = start, due
    task.is_start_fixed = task.is_start_fixed or move.start_at is not None
    task.is_due_fixed = task.is_due_fixed or move.due_at is not None
    task.overdue_at = None


def apply_shift(plan: RunningPlan, task: ProjectTask, days: int, *, actor: Actor, at: datetime) -> None:
    """Move both dates of a task of an opened plan by so many days and keep them; the caller settles.

    They keep their time of day where the task counts. Raises InvalidInputError for years that no plan reaches.
    """
    before, zone = task.due_at, plan.calendar_of(task).time_zone
    start, due = (anchors.shifted(at, days, zone) for at in (task.start_at, task.due_at))
    task.start_at, task.due_at = steering.checked_dates(start, due, start)
    task.is_start_fixed = task.is_due_fixed = True
    task.overdue_at = None
    note_change(plan, task, [("due_at", before.isoformat(), task.due_at.isoformat())], actor=actor, at=at)


def note_change(plan: RunningPlan, task: ProjectTask, changed: list[Change], *, actor: Actor, at: datetime) -> None:
    """Make what changed about a task of an opened plan a new version of it, and a fact; the caller settles."""
    fields = ", ".join(dict.fromkeys(steps.field_in_words(field) for field, _, _ in changed))
    settling.touch(plan, task, actor=actor, at=at, change=f"changed {fields}")
    plan.happened.append(events.TaskChanged(**tasks.task_event(plan, task), changes=tuple(changed)))


def stage_of(plan: RunningPlan, stage_id: UUID) -> ProjectStage:
    """Return a stage of a plan; raises NotFoundError. Inside projects only."""
    stage = next((row for row in plan.stages if row.id == stage_id), None)
    if stage is None:
        raise NotFoundError("This project has no such stage.", remedy="Take the stages from the project.")
    return stage


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:199]}…"

"""Changes to the plan of a running project: who does a task, what it says, when and where it stands."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects import events, permissions
from firstwin.projects.contracts import OPEN_STATES, PersonRef, TaskState, WrongStateError
from firstwin.projects.contracts.changes import NewTask, TaskChange, TaskMove, TaskPatch
from firstwin.projects.models import Attachment, ProjectStage, ProjectTask, TaskLink
from firstwin.projects.operations import lifecycle, settling, stepping, tasks
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import anchors, kinds, steering
from firstwin.projects.rules.drafting import effective_visibility
from firstwin.scheduling.contracts import LinkType
from firstwin.shared import bulk, ids
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError, Problem

STEP = 1000
"""Between two neighbours in a stage, so that something fits between."""

LONGEST_NAME = 300
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
        patch_name = _name(patch.name)
        if patch_name != task.name:
            yield "name", task.name, patch_name
            task.name = patch_name
    for field in ("description", "guidance"):
        value = getattr(patch, field)
        if value is not None and value != getattr(task, field):
            yield field, _short(getattr(task, field)), _short(value)
            setattr(task, field, value)
    if patch.visibility is not None:
        stage = _stage(plan, task.stage_id)
        wanted = effective_visibility(Visibility(stage.visibility), patch.visibility)
        if wanted != task.visibility:
            yield "visibility", str(task.visibility), str(wanted)
            task.visibility = wanted


def _new_substance(task: ProjectTask, patch: TaskPatch) -> Iterable[Change]:
    if patch.is_required is not None and patch.is_required != task.is_required:
        yield "is_required", str(task.is_required).lower(), str(patch.is_required).lower()
        task.is_required = patch.is_required
    if patch.settings is not None:
        wanted = _settings(TaskKind(task.kind), patch.settings)
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
    _require_tasks(plan, wanted)
    gone = [link for link in plan.links if is_own(link) and link.predecessor_id not in wanted]
    added = [_link(plan, predecessor, task.id) for predecessor in dict.fromkeys(wanted) if predecessor not in before]
    replace_links(plan, gone, added)
    yield "after", _names(plan, before), _names(plan, wanted)


def _names(plan: RunningPlan, task_ids: Iterable[UUID | None]) -> str:
    return ", ".join(plan.tasks[task_id].name for task_id in task_ids if task_id in plan.tasks)


def _link(plan: RunningPlan, predecessor_id: UUID, successor_id: UUID) -> TaskLink:
    return TaskLink(
        id=ids.new_id(),
        workspace_id=plan.project.workspace_id,
        project_id=plan.project.id,
        predecessor_id=predecessor_id,
        successor_id=successor_id,
        type=LinkType.FINISH_TO_START,
    )


def replace_links(plan: RunningPlan, gone: list[TaskLink], added: list[TaskLink]) -> None:
    """Write links that go and come; the caller settles."""
    rows = TaskLink.objects.for_workspace(plan.project.workspace_id)
    if gone:
        rows.filter(id__in=[link.id for link in gone]).delete()
    if added:
        rows.bulk_create(added)
    kept = {link.id for link in gone}
    plan.links = [link for link in plan.links if link.id not in kept] + added


def add_task(*, actor: Actor, project_id: UUID, new: NewTask, at: datetime) -> UUID:
    """Add a task to a running project and return its id. Raises InvalidInputError and ConflictError for a circle."""
    settling.require_editor(actor=actor)
    with transaction.atomic():
        plan = settling.opened(actor=actor, project_id=project_id)
        settling.require_running(plan.project)
        stage = _stage(plan, new.stage_id)
        _require_tasks(plan, new.predecessor_ids)
        person = None
        if new.assignee is not None:
            person = lifecycle.known_person(actor=actor, project=plan.project, person=new.assignee)
        task = _task_row(plan, stage, new, person, actor=actor, at=at)
        task.save(force_insert=True)
        plan.tasks[task.id] = task
        replace_links(
            plan, [], [_link(plan, predecessor, task.id) for predecessor in dict.fromkeys(new.predecessor_ids)]
        )
        settling.touch(plan, task, actor=actor, at=at, change="added")
        task.version = 1
        plan.happened.append(events.TaskAdded(**tasks.task_event(plan, task)))
        settling.settle(plan, actor=actor, at=at, cause=f"{task.name} was added")
    return task.id


def _task_row(
    plan: RunningPlan, stage: ProjectStage, new: NewTask, person: PersonRef | None, *, actor: Actor, at: datetime
) -> ProjectTask:
    start_at, due_at = checked_dates(new.start_at, new.due_at, at)
    task_id = ids.new_id()
    return ProjectTask(
        id=task_id,
        workspace_id=plan.project.workspace_id,
        project_id=plan.project.id,
        stage_id=stage.id,
        key=f"added-{task_id.hex[-12:]}",
        name=_name(new.name),
        kind=new.kind,
        description=new.description,
        guidance=new.guidance,
        owner_role=new.owner_role,
        side=person.side if person is not None else new.side,
        visibility=effective_visibility(Visibility(stage.visibility), new.visibility),
        is_required=new.is_required,
        position=_position_after(plan, stage.id, new.after_task_id),
        timing={"duration": steering.checked_span(new.duration, "duration")},
        details={"deliverables": list(new.deliverables), "settings": _settings(new.kind, new.settings)},
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


def checked_dates(start_at: datetime | None, due_at: datetime | None, at: datetime) -> tuple[datetime, datetime]:
    """Return both dates of a task, the missing one worked out.

    Raises InvalidInputError for an end before the start and for years that no plan reaches.
    """
    start = steering.checked_instant(start_at or min(at, due_at or at), "start_at")
    due = steering.checked_instant(due_at or max(start, at), "due_at")
    if due < start:
        problem = Problem("due_at", "It is due before it starts.", "Choose a later day.")
        raise InvalidInputError("A task cannot be due before it starts.", problems=(problem,))
    return start, due


def _settings(kind: TaskKind, settings: Mapping[str, Any]) -> dict[str, Any]:
    found, fault = kinds.checked_settings(kind, settings)
    if fault:
        raise InvalidInputError(f"The settings do not fit: {fault}", problems=(Problem("settings", fault),))
    return found


def _position_after(plan: RunningPlan, stage_id: UUID, after_task_id: UUID | None) -> int:
    """Return a place in a stage: behind a task, else at its end; neighbours make room when there is none."""
    neighbours = sorted((t for t in plan.tasks.values() if t.stage_id == stage_id), key=lambda t: (t.position, t.id))
    if after_task_id is None:
        return max((task.position for task in plan.tasks.values()), default=0) + STEP
    index = next((i for i, task in enumerate(neighbours) if task.id == after_task_id), None)
    if index is None:
        raise NotFoundError("The task it should follow is not in this stage.", remedy="Choose one of the same stage.")
    return _place_at(plan, neighbours, index + 1)


def _place_at(plan: RunningPlan, neighbours: list[ProjectTask], index: int) -> int:
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
    old, new = _stage(plan, task.stage_id), _stage(plan, move.stage_id or task.stage_id)
    others = [t for t in plan.tasks.values() if t.stage_id == new.id and t.id != task.id]
    others.sort(key=lambda t: (t.position, t.id))
    index = len(others) if move.position is None else max(0, min(move.position, len(others)))
    task.position = _place_at(plan, others, index) if others else task.position
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
    start, due = checked_dates(start, due, start)
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
    task.start_at, task.due_at = checked_dates(start, due, start)
    task.is_start_fixed = task.is_due_fixed = True
    task.overdue_at = None
    note_change(plan, task, [("due_at", before.isoformat(), task.due_at.isoformat())], actor=actor, at=at)


def note_change(plan: RunningPlan, task: ProjectTask, changed: list[Change], *, actor: Actor, at: datetime) -> None:
    """Make what changed about a task of an opened plan a new version of it, and a fact; the caller settles."""
    fields = ", ".join(dict.fromkeys(field.replace("_", " ").removesuffix(" at") for field, _, _ in changed))
    settling.touch(plan, task, actor=actor, at=at, change=f"changed {fields}")
    plan.happened.append(events.TaskChanged(**tasks.task_event(plan, task), changes=tuple(changed)))


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
        own = [link for link in (*plan.links, *added) if task.id in (link.predecessor_id, link.successor_id)]
        before = [link for link in own if link.successor_id == task.id]
        behind = [link for link in own if link.predecessor_id == task.id]
        stale += own
        added = [link for link in added if link not in own]
        plan.links = [link for link in plan.links if link not in own]
        added += _bridges(plan, before, behind, {_ends(link) for link in (*plan.links, *added)})
        del plan.tasks[task.id]
        plan.touched.discard(task.id)
        plan.moved.discard(task.id)
    replace_links(plan, stale, added)
    hidden = [task.id for task in gone if task.visibility != Visibility.SHARED]
    if hidden:
        files = Attachment.objects.for_workspace(plan.project.workspace_id)
        files.filter(task_id__in=hidden).update(is_internal=True)  # they stay with the project, and stay hidden
    rows = ProjectTask.objects.for_workspace(plan.project.workspace_id)
    rows.filter(id__in=[task.id for task in gone]).delete()


def _bridges(
    plan: RunningPlan, before: list[TaskLink], behind: list[TaskLink], known: set[tuple[object, ...]]
) -> Iterable[TaskLink]:
    """Yield links around what goes, each once; what waits already for the same needs no second one."""
    for link in (_bridge(plan, first, second) for first in before for second in behind):
        if _ends(link) not in known:
            known.add(_ends(link))
            yield link


def _ends(link: TaskLink) -> tuple[object, ...]:
    ends = link.predecessor_id, link.predecessor_stage_id, link.successor_id, link.successor_stage_id
    return *ends, link.type, link.lag


def _bridge(plan: RunningPlan, before: TaskLink, behind: TaskLink) -> TaskLink:
    return TaskLink(
        id=ids.new_id(),
        workspace_id=plan.project.workspace_id,
        project_id=plan.project.id,
        predecessor_id=before.predecessor_id,
        predecessor_stage_id=before.predecessor_stage_id,
        successor_id=behind.successor_id,
        successor_stage_id=behind.successor_stage_id,
        type=before.type,
        lag=before.lag or behind.lag,
    )


def _stage(plan: RunningPlan, stage_id: UUID) -> ProjectStage:
    stage = next((row for row in plan.stages if row.id == stage_id), None)
    if stage is None:
        raise NotFoundError("This project has no such stage.", remedy="Take the stages from the project.")
    return stage


def _require_tasks(plan: RunningPlan, task_ids: Iterable[UUID]) -> None:
    if any(task_id not in plan.tasks for task_id in task_ids):
        raise NotFoundError("A task it should come after is not part of this project.", remedy="Choose from the plan.")


def _name(name: str) -> str:
    text = " ".join(name.split())
    if not text:
        raise InvalidInputError(
            "A task needs a name.", problems=(Problem("name", "The name is missing.", "Enter one."),)
        )
    return text[:LONGEST_NAME]


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:199]}…"

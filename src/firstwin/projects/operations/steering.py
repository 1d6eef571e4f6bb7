"""Steering a running plan: dates, bounds, lengths and links, tried out or saved by the same code."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.projects.contracts import WrongStateError
from firstwin.projects.contracts.steering import (
    LinkChange,
    NewLink,
    PlanChange,
    PlanPreview,
    TaskTiming,
    TimingPart,
)
from firstwin.projects.models import ProjectTask, TaskLink
from firstwin.projects.operations import changes, settling, stepping
from firstwin.projects.operations.links import Links, new_link, write_links
from firstwin.projects.queries import plans
from firstwin.projects.queries import steering as steering_queries
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import dates, steering
from firstwin.projects.rules.facts import PlanFacts
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import LinkType
from firstwin.shared import bulk
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, Problem

MOST_AT_ONCE = 200
"""Parts of one change; a page sends one or two."""

Change = tuple[str, str, str]


def change_plan(*, actor: Actor, project_id: UUID, change: PlanChange, at: datetime) -> PlanPreview:
    """Change dates, bounds, lengths and links of a running plan, all or nothing, and return what moved.

    Raises ConflictError for links that close a circle, naming it, StaleVersionError, NotFoundError, InvalidInputError
    and WrongStateError for tasks that are over.
    """
    settling.require_editor(actor=actor)
    with transaction.atomic(), bulk.together():
        plan = settling.opened(actor=actor, project_id=project_id)
        before = stepping.begin(plan)
        effect, links = _applied(plan, change, actor=actor, at=at)
        write_links(plan, links)
        settling.settle(plan, actor=actor, at=at, cause=_cause(plan))
        step_id = stepping.keep(plan, before, actor=actor, at=at)
    return replace(effect, step_id=step_id)


def preview_change(*, actor: Actor, project_id: UUID, change: PlanChange, at: datetime) -> PlanPreview:
    """Say what `change_plan` would do, and write nothing; raises what it raises."""
    settling.require_editor(actor=actor)
    plan = plans.load_plan(actor, plans.project_row(actor, project_id))
    return _applied(plan, change, actor=actor, at=at)[0]


def _applied(plan: RunningPlan, change: PlanChange, *, actor: Actor, at: datetime) -> tuple[PlanPreview, Links]:
    """Change the rows of a loaded plan in memory, and compare its dates before and after."""
    settling.require_running(plan.project)
    parts = (*change.timings, *change.added, *change.changed, *change.removed)
    if not 1 <= len(parts) <= MOST_AT_ONCE:
        raise InvalidInputError(f"Between 1 and {MOST_AT_ONCE} things can be changed at once.")
    links = Links()

    def change_links() -> None:
        for task_id, said in _new_links(plan, change, links):
            changes.note_change(plan, plan.tasks[task_id], [said], actor=actor, at=at)

    return carried_out(plan, change.timings, change_links, actor=actor, at=at), links


def carried_out(
    plan: RunningPlan, timings: Iterable[TaskTiming], then: Callable[[], None], *, actor: Actor, at: datetime
) -> PlanPreview:
    """Change tasks of a loaded plan in memory, then what else the caller changes; return what that moves.

    Inside projects only; the caller settles, or drops the plan when it only tries something out.
    """
    before = plan.facts()
    old = settling.planned_dates(before, dates.network_of(before))
    notes: list[str] = []
    for asked in timings:
        _require_reach(asked)
        task = _open_task(plan, asked, actor=actor)
        timing = _landed(before, task, asked, notes) if asked.on_working_days else asked
        if changed := list(_new_timing(task, timing)):
            changes.note_change(plan, task, changed, actor=actor, at=at)
    then()
    after = plan.facts()
    new = settling.planned_dates(after, dates.network_of(after))
    names = {task.id: task.name for task in after.tasks}
    lonely_before, lonely_after = steering_queries.lonely_when_moved(actor, plan, old, new)
    broken, kept = steering.conflicts(names, new, lonely_after), steering.conflicts(names, old, lonely_before)
    return PlanPreview(
        end_before=old.end_at,
        end_after=new.end_at,
        shifts=steering.shifts(after.tasks, old, new),
        new_conflicts=tuple(text for key, text in broken.items() if key not in kept),
        solved_conflicts=tuple(text for key, text in kept.items() if key not in broken),
        notes=tuple(notes),
    )


def _landed(facts: PlanFacts, task: ProjectTask, asked: TaskTiming, notes: list[str]) -> TaskTiming:
    """Move dates that fall on days off on to working days, and note which; a task moved as a whole keeps its length."""
    fact = next(one for one in facts.tasks if one.id == task.id)
    calendar = facts.calendars[dates.calendar_of(fact, facts)]
    start_at, due_at = asked.start_at, asked.due_at
    if start_at is not None and due_at is not None:
        start_at, due_at = scheduling_queries.moved(calendar, (task.start_at, task.due_at), (start_at, due_at))
    elif start_at is not None:
        start_at = scheduling_queries.on_working_day(calendar, start_at)
    elif due_at is not None:
        due_at = scheduling_queries.on_working_day(calendar, due_at)
    for verb, wished, landed in (("start", asked.start_at, start_at), ("end", asked.due_at, due_at)):
        if wished is not None and landed is not None and landed != wished:
            is_day_off = scheduling_queries.on_working_day(calendar, wished) != wished
            in_words = steering.day_off_in_words if is_day_off else steering.kept_length_in_words
            notes.append(in_words(task.name, verb, wished, landed, calendar.time_zone))
    return replace(asked, start_at=start_at, due_at=due_at)


def _cause(plan: RunningPlan) -> str:
    names = [plan.tasks[task_id].name for task_id in plan.touched]
    return f"{names[0]} was changed" if len(names) == 1 else "the plan was changed"


def _open_task(plan: RunningPlan, timing: TaskTiming, *, actor: Actor) -> ProjectTask:
    task = plan.tasks.get(timing.task_id)
    if task is None:
        raise plans.task_not_found()
    settling.require_version(task, timing.expected_version, actor=actor)
    changes.require_open(task)
    if timing.start_at is not None and task.started_at is not None and timing.start_at != task.start_at:
        raise WrongStateError(f"“{task.name}” has begun; its start is a fact.", remedy="Move its end instead.")
    return task


def _require_reach(timing: TaskTiming) -> None:
    for name in ("start_at", "due_at", "not_before_at", "must_finish_by_at"):
        if (wished := getattr(timing, name)) is not None:
            steering.checked_instant(wished, name)


def _new_timing(task: ProjectTask, timing: TaskTiming) -> Iterable[Change]:
    yield from freed(task, timing.freed)
    if timing.duration is not None:
        wanted = steering.checked_span(timing.duration, "duration")
        if wanted != task.timing.get("duration") or task.timing.get("due"):
            yield "duration", task.timing.get("duration") or "", wanted
            kept = {word: value for word, value in task.timing.items() if word != "due"}
            task.timing = {**kept, "duration": wanted}
        if task.is_due_fixed and timing.due_at is None:
            yield "due_at", "set by hand", "by the plan"
            task.is_due_fixed = False
    if timing.start_at is not None or timing.due_at is not None:
        yield from _new_dates(task, timing)
    for name in ("not_before_at", "must_finish_by_at"):
        wished, known = getattr(timing, name), getattr(task, name)
        if wished is not None and wished != known:
            yield name, known.isoformat() if known else "", wished.isoformat()
            setattr(task, name, wished)


def freed(task: ProjectTask, parts: Iterable[TimingPart]) -> Iterable[Change]:
    """Give dates and bounds of a task back to the plan, and return which were set; inside projects only."""
    for part, column in ((TimingPart.START, "is_start_fixed"), (TimingPart.DUE, "is_due_fixed")):
        if part in parts and getattr(task, column):
            setattr(task, column, False)
            yield f"{part}_at", "set by hand", "by the plan"
    for part in (TimingPart.NOT_BEFORE, TimingPart.MUST_FINISH_BY):
        known = getattr(task, f"{part}_at")
        if part in parts and known is not None:
            setattr(task, f"{part}_at", None)
            yield f"{part}_at", known.isoformat(), ""


def _new_dates(task: ProjectTask, timing: TaskTiming) -> Iterable[Change]:
    length = task.due_at - task.start_at
    wished = timing.start_at or min(task.start_at, timing.due_at or task.start_at)
    keeps_end = task.is_due_fixed and timing.start_at is not None and timing.start_at <= task.due_at
    start, due = steering.checked_dates(
        wished, timing.due_at or (task.due_at if keeps_end else wished + length), wished
    )
    for name, value, column in (("start_at", start, "is_start_fixed"), ("due_at", due, "is_due_fixed")):
        if getattr(timing, name) is not None and (getattr(task, name) != value or not getattr(task, column)):
            yield name, getattr(task, name).isoformat(), value.isoformat()
            setattr(task, column, True)
    if due > task.due_at:
        task.overdue_at = None
    task.start_at, task.due_at = start, due


def _new_links(plan: RunningPlan, change: PlanChange, links: Links) -> Iterable[tuple[UUID, Change]]:
    for link_id in change.removed:
        yield take_out(plan, _link(plan, link_id), links)
    for part in change.changed:
        link = _link(plan, part.link_id)
        _refuse_twin(plan, link.predecessor_id, link.successor_id, part.type, besides=link.id)
        told = alter(plan, link, part.type, _lag(part), links)
        if told[1][1] != told[1][2]:
            yield told
    for wanted in change.added:
        yield put_in(plan, _added(plan, wanted), links)


def take_out(plan: RunningPlan, link: TaskLink, links: Links) -> tuple[UUID, Change]:
    """Take a link out of a loaded plan, and return which task that changes, and how; inside projects only."""
    plan.links = [other for other in plan.links if other.id != link.id]
    links.gone.append(link)
    return _successor(link), ("dependencies", _words(plan, link), "")


def alter(plan: RunningPlan, link: TaskLink, type: str, lag: str, links: Links) -> tuple[UUID, Change]:
    """Give a link of a loaded plan another type and lag; as `take_out`."""
    old = _words(plan, link)
    link.type, link.lag = type, lag
    links.changed.append(link)
    return _successor(link), ("dependencies", old, _words(plan, link))


def put_in(plan: RunningPlan, link: TaskLink, links: Links) -> tuple[UUID, Change]:
    """Put a new link into a loaded plan; as `take_out`."""
    plan.links = [*plan.links, link]
    links.added.append(link)
    return _successor(link), ("dependencies", "", _words(plan, link))


def _lag(part: NewLink | LinkChange) -> str:
    found = steering.checked_span(part.lag, "lag", can_be_negative=True) if part.lag.strip() else ""
    return "" if found.startswith("0") else found


def _link(plan: RunningPlan, link_id: UUID) -> TaskLink:
    found = next((link for link in plan.links if link.id == link_id and link.successor_id is not None), None)
    if found is None:
        raise NotFoundError("There is no such dependency.", remedy="It may have been removed; look at the task.")
    return found


def _successor(link: TaskLink) -> UUID:
    assert link.successor_id is not None  # noqa: S101 - for the type checker: nobody changes what stages wait for
    return link.successor_id


def _added(plan: RunningPlan, wanted: NewLink) -> TaskLink:
    if wanted.predecessor_id not in plan.tasks or wanted.successor_id not in plan.tasks:
        raise NotFoundError("One of these tasks is not part of this project.", remedy="Choose both from the plan.")
    if wanted.predecessor_id == wanted.successor_id:
        problem = Problem("predecessor_id", "It is the same task.", "Choose another one.")
        raise InvalidInputError("A task cannot wait for itself.", problems=(problem,))
    _refuse_twin(plan, wanted.predecessor_id, wanted.successor_id, wanted.type)
    return new_link(plan, wanted.predecessor_id, wanted.successor_id, type=wanted.type, lag=_lag(wanted))


def _refuse_twin(
    plan: RunningPlan,
    predecessor_id: UUID | None,
    successor_id: UUID | None,
    type: LinkType,
    *,
    besides: UUID | None = None,
) -> None:
    for link in plan.links:
        is_same = (link.predecessor_id, link.successor_id, link.type) == (predecessor_id, successor_id, type)
        if is_same and predecessor_id is not None and link.id != besides:
            raise ConflictError("There is such a dependency already.", remedy="Change the pause of that one.")


def _words(plan: RunningPlan, link: TaskLink) -> str:
    stages = {stage.id: stage.name for stage in plan.stages}
    name = plan.tasks[link.predecessor_id].name if link.predecessor_id else stages[link.predecessor_stage_id or link.id]
    return steering_queries.in_words(LinkType(link.type), link.lag, name)

"""From a plan to the network that scheduling works dates out of.

What happened stays: a finished task ends when it was finished, a started one starts when it was planned to. What a
person set by hand stays too. Everything else follows its links, its stage and its anchors. Stages follow one another
unless the playbook times them. A milestone without timing of its own closes its stage: it comes after what stands
before it.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from firstwin.playbooks.contracts import Side, TaskKind
from firstwin.projects.rules.facts import LinkFact, PlanFacts, StageFact, TaskFact
from firstwin.scheduling.contracts import PlanItem, PlanLink, PlanNetwork, Span, Timing, parse_span

INSTANT_KINDS = frozenset({TaskKind.MESSAGE, TaskKind.MILESTONE, TaskKind.MEETING, TaskKind.USAGE})
DEFAULT_DURATION = "1wd"


def network_of(plan: PlanFacts) -> PlanNetwork:
    """The network of a plan; items are called by the hexadecimal form of their ids."""
    incoming = _links_by_successor(plan.links)
    items = [*_stage_items(plan, incoming), *_task_items(plan, incoming)]
    return PlanNetwork(
        items=tuple(items),
        anchors=plan.anchors,
        calendars={**plan.calendars, "": plan.calendars[Side.VENDOR]},
        pauses=plan.pauses,
    )


def timing_of(data: Mapping[str, Any] | None) -> Timing | None:
    """A timing as it is stored with a task."""
    if not data:
        return None
    further = tuple(parse_span(text) for text in data.get("further", ()))
    return Timing(anchor=data["anchor"], offset=parse_span(data["offset"]), further=further)


def duration_of(task: TaskFact) -> Span | None:
    """How long a task takes: what its playbook says, else a day for what people do and nothing for instants."""
    if text := task.timing.get("duration"):
        return parse_span(text)
    if task.timing.get("due") or task.kind in INSTANT_KINDS:
        return None
    return parse_span(DEFAULT_DURATION)


def calendar_of(task: TaskFact, plan: PlanFacts) -> str:
    """A task counts in the calendar of whoever owns it, else in that of its side."""
    return task.calendar if task.calendar in plan.calendars else task.side


def _links_by_successor(links: Iterable[LinkFact]) -> dict[UUID, list[PlanLink]]:
    incoming: dict[UUID, list[PlanLink]] = {}
    for link in links:
        successor = link.successor_id or link.successor_stage_id
        predecessor = link.predecessor_id or link.predecessor_stage_id
        if successor is not None and predecessor is not None:
            lag = parse_span(link.lag) if link.lag else None
            found = PlanLink(predecessor=predecessor.hex, type=link.type, lag=lag)
            if (others := incoming.get(successor)) is None:
                incoming[successor] = [found]
            else:
                others.append(found)
    return incoming


def _stage_items(plan: PlanFacts, incoming: Mapping[UUID, list[PlanLink]]) -> Iterable[PlanItem]:
    inside: dict[UUID, list[TaskFact]] = {stage.id: [] for stage in plan.stages}
    for task in plan.tasks:
        inside[task.stage_id].append(task)
    previous: StageFact | None = None
    for stage in sorted(plan.stages, key=lambda stage: stage.position):
        links = list(incoming.get(stage.id, ()))
        start = timing_of(stage.timing.get("start"))
        if previous is not None and start is None and not links:
            links.append(PlanLink(predecessor=previous.id.hex, is_soft=True))
        tasks = inside[stage.id]
        finished = [task.finished_at for task in tasks if task.finished_at is not None]
        is_finished = bool(tasks) and not any(task.is_open for task in tasks) and bool(finished)
        at_least = stage.timing.get("at_least")
        yield PlanItem(
            key=stage.id.hex,
            name=stage.name,
            calendar=Side.VENDOR,
            is_stage=True,
            start=start,
            due=timing_of(stage.timing.get("due")),
            at_least=parse_span(at_least) if at_least else None,
            links=tuple(links),
            fixed_due_at=max(finished) if is_finished else None,
        )
        previous = stage


def _task_items(plan: PlanFacts, incoming: Mapping[UUID, list[PlanLink]]) -> Iterable[PlanItem]:
    closing, stage_keys = _closing_links(plan), {stage.id: stage.id.hex for stage in plan.stages}
    for task in plan.tasks:
        is_closed = not task.is_open
        due = task.finished_at if is_closed and task.finished_at is not None else None
        start = min(task.start_at, due) if due is not None else None
        if due is None and (task.is_start_fixed or task.started_at is not None or is_closed):
            start = task.start_at
        if due is None and (task.is_due_fixed or is_closed):
            due = task.due_at
        yield PlanItem(
            key=task.id.hex,
            name=task.name,
            calendar=calendar_of(task, plan),
            stage=stage_keys[task.stage_id],
            start=timing_of(task.timing.get("start")),
            due=timing_of(task.timing.get("due")),
            duration=duration_of(task),
            links=(*incoming.get(task.id, ()), *closing.get(task.id, ())),
            fixed_start_at=start,
            fixed_due_at=due,
            not_before=task.not_before_at,
            must_finish_by=task.must_finish_by_at,
            is_started=task.started_at is not None,
            is_done=is_closed,
            sets_anchor=task.timing.get("anchors", ""),
        )


def _closing_links(plan: PlanFacts) -> dict[UUID, list[PlanLink]]:
    """The soft links of milestones that nothing times: after every task that stands before them in their stage."""
    linked = {link.successor_id for link in plan.links}
    closing: dict[UUID, list[PlanLink]] = {}
    before: dict[UUID, list[TaskFact]] = {}
    if not any(task.kind is TaskKind.MILESTONE for task in plan.tasks):
        return closing
    for task in sorted(plan.tasks, key=lambda task: task.position):
        earlier = before.setdefault(task.stage_id, [])
        is_timed = any(task.timing.get(word) for word in ("start", "due"))
        if task.kind is TaskKind.MILESTONE and not is_timed and task.id not in linked:
            closing[task.id] = [PlanLink(predecessor=other.id.hex, is_soft=True) for other in earlier]
        earlier.append(task)
    return closing

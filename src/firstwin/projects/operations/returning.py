"""Give a plan back to the version of its playbook that it follows: what was set by hand goes. Inside projects only.

`operations.anchors` does so when an anchor moves, tried out or saved by the same code.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from firstwin.identity.contracts import Actor
from firstwin.projects import events
from firstwin.projects.contracts.steering import TimingPart
from firstwin.projects.models import TaskLink
from firstwin.projects.operations import changes, rebuilding, settling, steering
from firstwin.projects.operations.links import Links
from firstwin.projects.operations.steering import Change
from firstwin.projects.queries import updating
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.queries.updating import Followed
from firstwin.projects.rules import dates
from firstwin.projects.rules.facts import PlanFacts
from firstwin.projects.rules.updates import planning, returning
from firstwin.shared import ids

SET_BY_HAND = (TimingPart.START, TimingPart.DUE, TimingPart.NOT_BEFORE)
"""A deadline is none of them: it is a promise to somebody, moves nothing, and the plan says when it is missed."""


def give_back(
    plan: RunningPlan, free: Collection[UUID], links: Links, *, actor: Actor, at: datetime
) -> tuple[str, ...]:
    """Change the rows of a loaded plan in memory so that `free` tasks are as the playbook says; return that in words.

    What the playbook would have over by now stays as somebody set it, so that nobody is late by going back. Fills `links`
    with what is to be written; the caller settles, or drops the plan when it only tries something out. Raises
    ConflictError where dependencies of the playbook and of added tasks close a circle.
    """
    followed, facts = updating.followed(actor, plan), plan.facts()
    after = _given_back(followed, facts, free, at)
    planned = settling.planned_dates(after, dates.network_of(after))
    own = set(_own(facts, after))
    late = [one for one in facts.tasks if one.id in own and planned.times[one.id.hex][1] < at <= one.due_at]
    if late:
        free = set(free) - {task.id for task in late}
        after = _given_back(followed, facts, free, at)
    fact = _carry_out(plan, after, free, links, number=followed.version.number, actor=actor, at=at)
    if fact.dates or fact.lengths or fact.links:
        plan.happened.append(fact)
    names = [task.name for task in late]
    return returning.in_words(
        fact.playbook_version, dates=fact.dates, lengths=fact.lengths, links=fact.links, late=names
    )


def _given_back(followed: Followed, facts: PlanFacts, free: Collection[UUID], at: datetime) -> PlanFacts:
    merged = returning.returned(followed.ours, followed.base, followed.taken, free)
    after = planning.plan_of(facts, merged, {}, new_id=ids.new_id, at=at)
    return replace(
        after,
        tasks=tuple(
            replace(task, is_start_fixed=False, is_due_fixed=False, not_before_at=None) if task.id in free else task
            for task in after.tasks
        ),
    )


def _own(before: PlanFacts, after: PlanFacts) -> Iterator[UUID]:
    """Return the tasks of which something goes back."""
    known = {task.id: task for task in before.tasks}
    yield from (task.id for task in after.tasks if task != known[task.id])
    yield from (link.successor_id for link in {*before.links} ^ {*after.links} if link.successor_id is not None)


def _carry_out(
    plan: RunningPlan,
    after: PlanFacts,
    free: Collection[UUID],
    links: Links,
    *,
    number: int,
    actor: Actor,
    at: datetime,
) -> events.PlanReturned:
    told = {task.id: list(steering.freed(task, SET_BY_HAND)) for task in plan.tasks.values() if task.id in free}
    dated, timed = sum(map(bool, told.values())), 0
    for fact in after.tasks:
        row = plan.tasks[fact.id]
        if row.timing != fact.timing:
            told[row.id].append(("duration", row.timing.get("duration") or "", fact.timing.get("duration") or ""))
            row.timing = dict(fact.timing)
            timed += 1
    for task_id, change in _new_links(plan, after, links):
        told[task_id].append(change)
    for task_id, changed in told.items():
        if changed:
            changes.note_change(plan, plan.tasks[task_id], changed, actor=actor, at=at)
    return events.PlanReturned(
        project_id=plan.project.id,
        account_id=plan.project.account_id,
        playbook_version=number,
        dates=dated,
        lengths=timed,
        links=len(links.added) + len(links.changed) + len(links.gone),
    )


def _new_links(plan: RunningPlan, after: PlanFacts, links: Links) -> Iterator[tuple[UUID, Change]]:
    gone, fresh = rebuilding.link_changes(plan, after)
    by_ends = {_ends(row): row for row in gone}
    for link in fresh:
        twin = by_ends.pop(_ends(link), None)
        if twin is None:
            yield steering.put_in(plan, link, links)
        else:
            gone.remove(twin)
            yield steering.alter(plan, twin, link.type, link.lag, links)
    for row in gone:
        yield steering.take_out(plan, row, links)


def _ends(link: TaskLink) -> tuple[UUID | None, ...]:
    return link.predecessor_id, link.predecessor_stage_id, link.successor_id

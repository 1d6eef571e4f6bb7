"""Plans from a wished end, for members."""

from datetime import date, datetime
from uuid import UUID

from msgspec.structs import replace

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts.wishes import Wish, WishedTask
from firstwin.projects.queries import plans
from firstwin.projects.rules import dates, owners
from firstwin.projects.rules.facts import PlanFacts
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import (
    CycleError,
    InvalidCalendarError,
    ItemDates,
    PlanDates,
    PlanItem,
    PlanNetwork,
)
from firstwin.shared.errors import ConflictError, NotFoundError


def get_wish(*, actor: Actor, project_id: UUID, end_on: date, at: datetime, task_id: UUID | None = None) -> Wish:
    """Return what has to start when for a project, or one task of it such as the go-live, to end on a day, seen from now.

    Nothing is written. Raises NotFoundError, and ConflictError for a plan that contradicts itself.
    """
    return wish_of(plans.load_for_team(actor, project_id).facts(), end_on, at, task_id=task_id)


def wish_of(plan: PlanFacts, end_on: date, at: datetime, *, task_id: UUID | None = None) -> Wish:
    """Return what has to start when for a plan, or an open task of it, to end on a day; inside projects only."""
    task = next((one for one in plan.tasks if one.id == task_id and one.is_open), None)
    if task_id is not None and task is None:
        raise NotFoundError("There is no such open task.", remedy="Choose one that is still to be done.")
    network = replace(dates.network_of(plan), open_from=at)
    holder = Side.VENDOR if task is None else dates.calendar_of(task, plan)
    wished_at = scheduling_queries.closing_of(plan.calendars[holder], end_on)
    try:
        possible = scheduling_queries.plan_dates(network)
        if task is None:
            reached_at, end_at, usual = possible.end_at, wished_at, possible
        else:
            item = next(one for one in network.items if one.key == task.id.hex)
            reached_at, usual = possible.items[item.key].due_at, possible
            if wished_at > reached_at:  # what comes after the task comes after the day that is wished for
                usual = scheduling_queries.plan_dates(_with_item(network, replace(item, fixed_due_at=wished_at)))
            network = _with_item(network, replace(item, must_finish_by=wished_at))
            end_at = usual.end_at
        wished = scheduling_queries.plan_backwards(_with_promises(network, usual), end_at)
    except CycleError as error:
        raise ConflictError(f"{error}.", remedy="Look at the plan before you wish for an end.") from error
    except InvalidCalendarError as error:
        raise ConflictError(owners.in_words(plan, error), remedy="Give that calendar some hours first.") from error
    tasks = [
        WishedTask(
            task_id=one.id,
            name=one.name,
            start_by=wished.items[one.id.hex].start_at,
            due_by=wished.items[one.id.hex].due_at,
            problem=_new_problem(usual.items[one.id.hex], wished.items[one.id.hex]),
        )
        for one in plan.tasks
        if one.is_open
    ]
    return Wish(
        end_at=wished_at,
        possible_end_at=reached_at,
        tasks=tuple(sorted(tasks, key=lambda one: (one.start_by, one.due_by, one.name))),
        contradictions=tuple(f"{warning}." for warning in wished.warnings if warning not in usual.warnings),
    )


def _with_item(network: PlanNetwork, item: PlanItem) -> PlanNetwork:
    return replace(network, items=tuple(item if one.key == item.key else one for one in network.items))


def _with_promises(network: PlanNetwork, possible: PlanDates) -> PlanNetwork:
    """Return a plan in which nothing may become so late that it breaks a promise that can still be kept."""

    def held(item: PlanItem) -> PlanItem:
        promised = possible.items[item.key]
        if item.due is None or item.is_stage or promised.conflict:
            return item
        return replace(item, must_finish_by=min(promised.due_at, item.must_finish_by or promised.due_at))

    return replace(network, items=tuple(held(item) for item in network.items))


def _new_problem(possible: ItemDates, wished: ItemDates) -> str:
    """Return what only the wish contradicts; a promise that is missed in any case is no news here."""
    return "" if wished.conflict == possible.conflict else wished.conflict

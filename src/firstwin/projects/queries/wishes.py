"""Plans from a wished end, for members."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts.wishes import Wish, WishedTask
from firstwin.projects.queries import plans
from firstwin.projects.rules import dates
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
from firstwin.shared.errors import ConflictError


def get_wish(*, actor: Actor, project_id: UUID, end_on: date, at: datetime) -> Wish:
    """Return what has to start when for a project to end on a day, seen from now; nothing is written.

    Raises NotFoundError, and ConflictError for a plan that contradicts itself.
    """
    return wish_of(plans.load_for_team(actor, project_id).facts(), end_on, at)


def wish_of(plan: PlanFacts, end_on: date, at: datetime) -> Wish:
    """Return what has to start when for a plan to end on a day; inside projects only."""
    network = replace(dates.network_of(plan), open_from=at)
    end_at = scheduling_queries.closing_of(plan.calendars[Side.VENDOR], end_on)
    try:
        possible = scheduling_queries.plan_dates(network)
        wished = scheduling_queries.plan_backwards(_with_promises(network, possible), end_at)
    except (CycleError, InvalidCalendarError) as error:
        raise ConflictError(f"{error}.", remedy="Look at the plan before you wish for an end.") from error
    tasks = [
        WishedTask(
            task_id=task.id,
            name=task.name,
            start_by=wished.items[task.id.hex].start_at,
            due_by=wished.items[task.id.hex].due_at,
            problem=_new_problem(possible.items[task.id.hex], wished.items[task.id.hex]),
        )
        for task in plan.tasks
        if task.is_open
    ]
    return Wish(
        end_at=end_at,
        possible_end_at=possible.end_at,
        tasks=tuple(sorted(tasks, key=lambda task: (task.start_by, task.due_by, task.name))),
        contradictions=tuple(f"{warning}." for warning in wished.warnings if warning not in possible.warnings),
    )


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

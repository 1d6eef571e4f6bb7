"""The links of a plan, as they are and in words."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side
from firstwin.projects import permissions
from firstwin.projects.contracts import ProjectRole as RoleInfo
from firstwin.projects.contracts.steering import Bond, LinkInfo, PlanRoom, TaskRoom
from firstwin.projects.models import ProjectRole, TaskLink
from firstwin.projects.queries import plans, shown
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import dates, meeting_hours, owners, steering
from firstwin.projects.rules.facts import PlanFacts
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import CycleError, InvalidCalendarError, LinkType, PlanDates, parse_span
from firstwin.shared.errors import PermissionDeniedError

AROUND = timedelta(days=31)
MOST_DAYS = 1500
"""Further than a chart can show."""


def list_links(*, actor: Actor, project_id: UUID, task_id: UUID | None = None) -> tuple[LinkInfo, ...]:
    """Return what tasks and stages wait for, in two reads; with `task_id` the links at either end of that task.

    For members: a contact sees no internals of a plan. Raises NotFoundError.
    """
    if permissions.is_contact(actor):
        raise PermissionDeniedError("This page is for the team.", remedy="Use the link in your mail.")
    plans.project_row(actor, project_id)
    rows = TaskLink.objects.for_actor(actor).filter(project_id=project_id)
    links = rows.select_related("predecessor", "predecessor_stage", "successor", "successor_stage").order_by("id")
    return tuple(link_info(row) for row in links if task_id in (None, row.predecessor_id, row.successor_id))


def link_info(row: TaskLink) -> LinkInfo:
    """Return a link in words; inside projects only."""
    before = row.predecessor or row.predecessor_stage
    behind = row.successor or row.successor_stage
    assert before is not None and behind is not None  # noqa: S101, PT018 - for the type checker: the table holds to it
    return LinkInfo(
        id=row.id,
        predecessor_id=row.predecessor_id,
        predecessor_stage_id=row.predecessor_stage_id,
        predecessor_name=before.name,
        successor_id=row.successor_id,
        successor_stage_id=row.successor_stage_id,
        successor_name=behind.name,
        type=LinkType(row.type),
        lag=row.lag,
        words=in_words(LinkType(row.type), row.lag, before.name),
    )


def in_words(type: LinkType, lag: str, predecessor: str) -> str:
    """Return a link in words, from the side of what waits; inside projects only."""
    spoken = scheduling_queries.spoken(parse_span(lag)) if lag else ""
    return steering.link_in_words(type, lag, spoken, predecessor)


def get_room(*, actor: Actor, project_id: UUID) -> PlanRoom:
    """Return floats, critical path and conflicts of a plan, for members; raises NotFoundError."""
    plan = plans.load_for_team(actor, project_id)
    return room_of(plan, _roles(actor, project_id))


def _roles(actor: Actor, project_id: UUID) -> list[RoleInfo]:
    rows = ProjectRole.objects.for_actor(actor).filter(project_id=project_id).order_by("position", "id")
    return [shown.role_info(row) for row in rows]


def room_of(plan: RunningPlan, roles: Sequence[RoleInfo]) -> PlanRoom:
    """Return what the tasks of a loaded plan have to spare, and what of it contradicts itself; inside projects only."""
    meetings, facts = _meetings(plan), plan.facts()
    calendars = plan.calendars_with(meeting_hours.invited(meetings, roles))
    network = dates.network_of(facts)
    bonds = _bonds(facts)
    try:
        planned = scheduling_queries.plan_dates(network)
        lonely = meeting_hours.without_hours(meetings, roles, calendars, scheduling_queries.shared_hours)
    except CycleError as error:
        return PlanRoom(tasks=(), problem=str(error), bonds=bonds)
    except InvalidCalendarError as error:
        return PlanRoom(tasks=(), problem=owners.in_words(facts, error), bonds=bonds)
    floats = scheduling_queries.plan_floats(network, planned)
    return PlanRoom(
        bonds=bonds,
        off_days=_off_days(facts),
        tasks=tuple(
            TaskRoom(
                task_id=task.id,
                float_days=floats[task.id.hex].total_float_days,
                free_days=floats[task.id.hex].free_float_days,
                is_critical=floats[task.id.hex].is_critical,
                conflict=planned.conflicts.get(task.id.hex) or lonely.get(task.id, ""),
            )
            for task in facts.tasks
            if task.is_open
        ),
    )


def lonely_when_moved(
    actor: Actor, plan: RunningPlan, old: PlanDates, new: PlanDates
) -> tuple[Mapping[UUID, str], Mapping[UUID, str]]:
    """Return which meetings of a loaded plan that move have no hour that all share, as `room_of` says it: those that had
    none before, and those that have none then. Reads nothing where no meeting moves; inside projects only.
    """
    meetings = meeting_hours.moved(_meetings(plan), old.times, new.times)
    if not meetings:
        return {}, {}
    roles = _roles(actor, plan.project.id)
    calendars = plan.calendars_with(meeting_hours.invited(meetings, roles))

    def without_hours(planned: PlanDates) -> Mapping[UUID, str]:
        then = meeting_hours.held_at(meetings, planned.times)
        return meeting_hours.without_hours(then, roles, calendars, scheduling_queries.shared_hours)

    try:
        return without_hours(old), without_hours(new)
    except InvalidCalendarError:  # the plan says whose cannot be used; that keeps nobody from moving tasks
        return {}, {}


def _meetings(plan: RunningPlan) -> list[meeting_hours.Meeting]:
    """Return the meetings for which a time is still to be found; whoever arranged one was told whom it does not suit."""
    rows = [row for row in plan.tasks.values() if row.meeting_at is None]
    return meeting_hours.of_running((plans.task_fact(row), row.details.get("settings", {})) for row in rows)


def _bonds(facts: PlanFacts) -> tuple[Bond, ...]:
    names = {stage.id: stage.name for stage in facts.stages} | {task.id: task.name for task in facts.tasks}
    found = []
    for link in facts.links:
        before = link.predecessor_id or link.predecessor_stage_id
        behind = link.successor_id or link.successor_stage_id
        if before in names and behind in names and before is not None and behind is not None:
            words = in_words(link.type, link.lag, names[before])
            found.append(Bond(predecessor_id=before, successor_id=behind, type=link.type, words=words))
    return tuple(found)


def _off_days(facts: PlanFacts) -> tuple[date, ...]:
    """Return the days on which the team does not work, from a month before the plan to a month after it."""
    if not facts.tasks:
        return ()
    calendar = facts.calendars[Side.VENDOR]
    first = min(task.start_at for task in facts.tasks).date() - AROUND
    last = max(task.due_at for task in facts.tasks).date() + AROUND
    days = (first + timedelta(days=step) for step in range(min((last - first).days, MOST_DAYS)))
    return tuple(day for day in days if not scheduling_queries.is_working_day(calendar, day))

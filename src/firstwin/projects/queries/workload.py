"""People's time: the open work of members by week beside the hours they have, and what is behind a week."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from firstwin.calendars.contracts import Capacity, TimeOfMember, WeekOfMember
from firstwin.calendars.queries import capacities, specs
from firstwin.customers.contracts import Segment
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, MemberInfo
from firstwin.playbooks.contracts import TaskKind
from firstwin.projects import permissions
from firstwin.projects.contracts.workload import (
    MOST_WEEKS,
    USUAL_WEEKS,
    LoadLevel,
    MemberLoad,
    MemberTime,
    WeekBooking,
    WeekLoad,
    WeekTask,
    WeekTasks,
    Workload,
    WorkloadFilters,
)
from firstwin.projects.models import ProjectTask
from firstwin.projects.queries import bookings, loads
from firstwin.projects.rules import workload
from firstwin.scheduling.contracts import CalendarSpec
from firstwin.scheduling.contracts.load import Work
from firstwin.scheduling.queries import load
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError

MOST_TASKS = 100
_CENT = Decimal("0.01")


def get_workload(
    *, actor: Actor, at: datetime, filters: WorkloadFilters | None = None, weeks: int = USUAL_WEEKS
) -> Workload:
    """Return the work of members by week from the present one on, in a constant number of reads.

    Open tasks of running projects count; those on hold do not. Raises InvalidInputError for too many weeks.
    """
    _require_viewer(actor)
    if not 1 <= weeks <= MOST_WEEKS:
        raise InvalidInputError(f"Ask for 1 to {MOST_WEEKS} weeks.")
    asked = filters or WorkloadFilters()
    members = identity_queries.list_members(actor=actor)
    monday = _monday(actor, at)
    known = capacities.list_time(actor=actor, members=members, monday=monday, weeks=weeks)
    chosen = {member.id: member for member in members if _is_asked(member, known[member.id].capacity, asked)}
    if asked.segment is not None:
        working = _working_for(actor, asked.segment)
        chosen = {id: member for id, member in chosen.items() if id in working}
    calendars = {str(id): known[id].calendar for id in chosen}
    minutes = load.load_by_week(calendars, loads.tables_of(actor, chosen), monday, weeks, at)
    likely = load.load_by_week(calendars, bookings.booked_tables(actor, chosen), monday, weeks, at)
    today = at.astimezone(ZoneInfo(actor.time_zone)).date()
    return Workload(
        mondays=tuple(monday + timedelta(days=7 * week) for week in range(weeks)),
        members=tuple(
            _member_load(member, known[id], minutes[str(id)], likely[str(id)], today) for id, member in chosen.items()
        ),
        skills=tuple(sorted({skill for one in known.values() for skill in one.capacity.skills}, key=str.casefold)),
        time_zones=tuple(sorted({member.time_zone for member in members})),
    )


def get_week_tasks(*, actor: Actor, member_id: UUID, monday: date | None, at: datetime) -> WeekTasks:
    """Return the tasks behind a week of a member, by default the present one, and who has how much time in it.

    Raises NotFoundError.
    """
    _require_viewer(actor)
    this_week = _monday(actor, at)
    monday = monday or this_week
    weeks = (monday - this_week).days // 7 + 1
    if monday.weekday() != 0 or not 1 <= weeks <= MOST_WEEKS:
        raise InvalidInputError("There is no such week ahead.", remedy="Choose a week in the table.")
    found = get_workload(actor=actor, at=at, weeks=weeks)
    member = next((one for one in found.members if one.member_id == member_id), None)
    if member is None:
        raise NotFoundError("There is no such member.", remedy="Choose somebody in the table.")
    calendar = specs.get_specs(actor=actor, member_ids=[member_id]).members[member_id]
    shown = []
    for task in loads.open_tasks(actor).filter(member_id=member_id).select_related("project").defer("project__fields"):
        minutes, is_usual = loads.minutes_of(task), task.details.get("estimate_hours") is None
        work = Work(owner="", minutes=minutes, start_at=task.start_at, due_at=task.due_at)
        falling = load.load_by_week({"": calendar}, {"": load.work_table([work])}, monday, 1, at)[""][0]
        if falling:
            shown.append(_week_task(task, minutes, falling, is_usual=is_usual))
    shown.sort(key=lambda task: (-task.hours, task.due_at, task.id))
    return WeekTasks(
        member=member,
        week=member.weeks[-1],
        tasks=tuple(shown[:MOST_TASKS]),
        count=len(shown),
        bookings=tuple(_week_bookings(actor, calendar, member_id, monday, at)),
        others=tuple(
            MemberTime(
                member_id=one.member_id,
                name=one.name,
                free=max(one.weeks[-1].capacity - one.weeks[-1].hours, Decimal(0)),
            )
            for one in found.members
            if one.member_id != member_id
        ),
    )


def _week_bookings(
    actor: Actor, calendar: CalendarSpec, member_id: UUID, monday: date, at: datetime
) -> Iterator[WeekBooking]:
    for booking, works in bookings.booked_works(actor, member_id):
        minutes = load.load_by_week({"": calendar}, {"": load.work_table(works)}, monday, 1, at)[""][0]
        if minutes:
            yield WeekBooking(
                id=booking.id,
                name=booking.name,
                playbook_name=booking.playbook_name,
                probability=booking.probability,
                hours=_hours(minutes),
            )


def _week_task(task: ProjectTask, minutes: int, falling: int, *, is_usual: bool) -> WeekTask:
    return WeekTask(
        id=task.id,
        project_id=task.project_id,
        project_name=task.project.name,
        account_name=task.project.account_name,
        name=task.name,
        kind=TaskKind(task.kind),
        hours=_hours(falling),
        estimate=_hours(minutes),
        is_usual=is_usual,
        start_at=task.start_at,
        due_at=task.due_at,
        version=task.version,
    )


def _is_asked(member: MemberInfo, capacity: Capacity, asked: WorkloadFilters) -> bool:
    skills = {skill.casefold() for skill in capacity.skills}
    return (
        (asked.role is None or member.role is asked.role)
        and (not asked.skill or asked.skill.casefold() in skills)
        and (not asked.time_zone or member.time_zone == asked.time_zone)
    )


def _working_for(actor: Actor, segment: Segment) -> set[UUID | None]:
    found = loads.open_tasks(actor).filter(project__segment=segment, member_id__isnull=False)
    return set(found.order_by().values_list("member_id", flat=True).distinct())


def _monday(actor: Actor, at: datetime) -> date:
    today = at.astimezone(ZoneInfo(actor.time_zone)).date()
    return today - timedelta(days=today.weekday())


def _member_load(
    member: MemberInfo, time: TimeOfMember, minutes: Sequence[int], likely: Sequence[int], today: date
) -> MemberLoad:
    weeks = [_week(*of_week) for of_week in zip(time.weeks, minutes, likely, strict=True)]
    weeks[0] = _from_today(weeks[0], time.calendar, today)
    return MemberLoad(
        member_id=member.id,
        name=member.name,
        role=member.role,
        title=member.title,
        time_zone=member.time_zone,
        skills=time.capacity.skills,
        weeks=tuple(weeks),
        hours=sum((week.hours for week in weeks), Decimal(0)),
        likely=sum((week.likely for week in weeks), Decimal(0)),
        capacity=sum((week.capacity for week in weeks), Decimal(0)),
        free=sum((max(week.capacity - week.hours, Decimal(0)) for week in weeks), Decimal(0)),
        is_over=any(week.level is LoadLevel.OVER for week in weeks),
    )


def _week(week: WeekOfMember, minutes: int, likely: int) -> WeekLoad:
    hours = _hours(minutes)
    level = workload.level_of(hours, week.hours)
    return WeekLoad(
        monday=week.monday,
        hours=hours,
        likely=_hours(likely),
        capacity=week.hours,
        away=week.away,
        has_days_off=week.has_days_off,
        level=level,
    )


def _from_today(week: WeekLoad, calendar: CalendarSpec, today: date) -> WeekLoad:
    """Count of the present week only what is left of it, for what is late falls on what is left too."""
    sunday = week.monday + timedelta(days=6)
    whole, left = (load.open_minutes(calendar, first, sunday) for first in (week.monday, today))
    capacity = (week.capacity * left / whole).quantize(_CENT) if whole else week.capacity
    level = workload.level_of(week.hours, capacity)
    return replace(week, capacity=capacity, level=level)


def _hours(minutes: int) -> Decimal:
    return (Decimal(minutes) / 60).quantize(_CENT)


def _require_viewer(actor: Actor) -> None:
    if not permissions.can_view_portfolio(actor):
        raise PermissionDeniedError("You may not look at people's time.", remedy="Ask the team of your vendor.")

"""The open work of members in all of their projects, and how long it keeps them from one. Inside projects only."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from firstwin.calendars.queries import capacities, specs
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import TaskKind
from firstwin.projects.contracts import OPEN_STATES, ProjectState
from firstwin.projects.models import IsOpen, ProjectTask
from firstwin.projects.models.columns import EstimateHours, Microseconds
from firstwin.projects.rules import estimates
from firstwin.scheduling.contracts import CalendarSpec
from firstwin.scheduling.contracts.forecasting import OwnerLoad
from firstwin.scheduling.contracts.load import Work, WorkTable
from firstwin.scheduling.queries import load

LOOKS_AHEAD = 180
"""Days over which the work of people is weighed up for forecasts."""


def open_tasks(actor: Actor) -> QuerySet[ProjectTask]:
    """Return what is to be done: open tasks of projects that run."""
    return ProjectTask.objects.for_actor(actor).filter(IsOpen(), project__state=ProjectState.ACTIVE)


def owners_in(actor: Actor, project_ids: Collection[UUID]) -> set[UUID]:
    """Return the members who have something to do in some projects."""
    found = open_tasks(actor).filter(project_id__in=list(project_ids), member_id__isnull=False).order_by()
    return {member_id for member_id in found.values_list("member_id", flat=True).distinct() if member_id is not None}


def tables_of(actor: Actor, member_ids: Collection[UUID]) -> dict[str, WorkTable]:
    """Return the open work of members by their id as text, in one read."""
    takes_time = Q(is_automatic=False) | Q(hours__isnull=False)
    found = open_tasks(actor).alias(hours=EstimateHours()).filter(takes_time, member_id__in=list(member_ids))
    columns = (
        Cast("member_id", CharField()),
        "kind",
        EstimateHours(),
        Microseconds("start_at"),
        Microseconds("due_at"),
    )
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in found.order_by().values_list(*columns):
        rows[row[0]].append(row)
    return {str(UUID(member_id)): _table(of_member) for member_id, of_member in rows.items()}


def _table(rows: Iterable[tuple[Any, ...]]) -> WorkTable:
    _, kinds, hours, starts, dues = zip(*rows, strict=True)
    minutes = [
        estimates.minutes_of(kind, is_automatic=False, hours=one) for kind, one in zip(kinds, hours, strict=True)
    ]
    return WorkTable(minutes=minutes, starts=starts, dues=dues)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLoads:
    """What some members have to do day by day, in minutes, and how much time they have for it."""

    first: date
    at: datetime
    calendars: Mapping[str, CalendarSpec]
    totals: Mapping[str, Sequence[int]]
    capacity: Mapping[str, Sequence[float]]
    shares: Mapping[str, float]

    def beside(self, tasks: Iterable[ProjectTask]) -> dict[str, OwnerLoad]:
        """Return what keeps each owner from the tasks of one project, by the key that forecasts know them by."""
        own = {member_id: load.work_table(works) for member_id, works in _works(tasks).items()}
        mine = {member_id: self.calendars[member_id] for member_id in own if member_id in self.calendars}
        days = load.load_by_day(mine, own, self.first, LOOKS_AHEAD, self.at)
        found: dict[str, OwnerLoad] = {}
        for member_id in mine:
            # The first day is yesterday, which in some time zone may still be today.
            waits = load.waiting_hours(self.totals[member_id], days[member_id], self.capacity[member_id])[1:]
            if any(waits):
                hours = tuple(wait / self.shares[member_id] for wait in waits)
                found[f"member:{UUID(member_id).hex}"] = OwnerLoad(waits=hours)
        return found


def open_loads(actor: Actor, member_ids: Collection[UUID], at: datetime) -> OpenLoads:
    """Return the loads of members in a constant number of reads, for as many projects as one likes."""
    first = (at - timedelta(days=1)).date()
    calendars = {str(id): spec for id, spec in specs.get_specs(actor=actor, member_ids=member_ids).members.items()}
    known = {str(one.member_id): one for one in capacities.list_capacities(actor=actor, member_ids=member_ids)}
    shares = {id: _share(calendars[id], float(one.weekly_hours)) for id, one in known.items() if id in calendars}
    open_days = {id: load.open_by_day(calendars[id], first, LOOKS_AHEAD) for id in shares}
    counted = {id: calendars[id] for id in shares}
    return OpenLoads(
        first=first,
        at=at,
        calendars=counted,
        totals=load.load_by_day(counted, tables_of(actor, member_ids), first, LOOKS_AHEAD, at),
        capacity={id: [minutes * shares[id] for minutes in days] for id, days in open_days.items()},
        shares=shares,
    )


def _share(calendar: CalendarSpec, weekly_hours: float) -> float:
    """Return which share of their calendar somebody works; nobody with less than a twentieth counts for less."""
    ordinary = sum(
        (close.hour * 60 + close.minute or 24 * 60) - opening.hour * 60 - opening.minute
        for day in calendar.week
        for opening, close in day
    )
    return max(weekly_hours * 60 / ordinary, 0.05) if ordinary else 1.0


def _works(tasks: Iterable[ProjectTask]) -> Mapping[str, list[Work]]:
    found: dict[str, list[Work]] = defaultdict(list)
    for task in tasks:
        if task.member_id is not None and task.state in OPEN_STATES:
            found[str(task.member_id)].append(
                Work(owner="", minutes=minutes_of(task), start_at=task.start_at, due_at=task.due_at)
            )
    return found


def minutes_of(task: ProjectTask) -> int:
    """Return how long a task takes whoever does it."""
    hours: Any = task.details.get("estimate_hours")
    return estimates.minutes_of(TaskKind(task.kind), is_automatic=task.is_automatic, hours=hours)

"""Who could take a task: by role, skill, segment, time zone and the time they have."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from firstwin.customers import queries as customer_queries
from firstwin.identity.contracts import EDITOR_ROLES, Actor
from firstwin.playbooks.contracts import TaskKind
from firstwin.projects import permissions
from firstwin.projects.contracts.bookings import MOST_LIKELY, NewBooking
from firstwin.projects.contracts.workload import (
    MOST_WEEKS,
    LoadLevel,
    MemberLoad,
    SuggestedOwner,
    SuggestedRelief,
    SuggestedRole,
)
from firstwin.projects.models import ProjectRole, ProjectTask
from firstwin.projects.queries import bookings, loads, workload
from firstwin.projects.rules import bookings as booking_rules
from firstwin.projects.rules import estimates, suggesting
from firstwin.shared import wording
from firstwin.shared.errors import NotFoundError, PermissionDeniedError

MOST_SUGGESTED = 3
MOST_RELIEVED = 3
_CENT = Decimal("0.01")
SHORTEST = timedelta(days=6)
"""Work that is late or short falls on the next open day, which on a weekend lies in the week after."""


def suggest_owners(*, actor: Actor, task_id: UUID, at: datetime) -> tuple[SuggestedOwner, ...]:
    """Return up to three members who could take a task, the best first, in a constant number of reads; changes nothing."""
    if not permissions.can_edit_projects(actor):
        raise PermissionDeniedError("You may not hand tasks on.", remedy="Ask the project's owner.")
    task = ProjectTask.objects.for_actor(actor).select_related("project").filter(id=task_id).first()
    if task is None:
        raise NotFoundError("There is no such task.", remedy="It may have been removed from the plan.")
    minutes = estimates.minutes_of(
        TaskKind(task.kind), is_automatic=task.is_automatic, hours=task.details.get("estimate_hours")
    )
    place = suggesting.Place(
        role=_role_name(actor, task),
        segment=wording.in_words(task.project.segment).lower(),
        hours=Decimal(minutes) / 60,
    )
    first, last = (max(instant, at).date() for instant in (task.start_at, task.due_at))
    last = max(last, first + SHORTEST)
    weeks = min(max((last - at.date()).days // 7 + 2, 1), MOST_WEEKS)
    found = workload.get_workload(actor=actor, at=at, weeks=weeks)
    counts = _counts(actor, task)
    account = customer_queries.get_account(actor=actor, account_id=task.project.account_id)
    about = f"{task.name} {place.role} {task.project.playbook_name}".casefold()
    candidates = [
        _candidate(
            member, counts.get(member.member_id, (0, 0)), about, (first, last), place.hours, account.time_zone, at
        )
        for member in found.members
        if member.role in EDITOR_ROLES and member.member_id != task.member_id
    ]
    return _best(candidates, place)


def _role_name(actor: Actor, task: ProjectTask) -> str:
    roles = ProjectRole.objects.for_actor(actor).filter(project_id=task.project_id, key=task.owner_role)
    return roles.values_list("name", flat=True).first() or "its owner"


def suggest_roles(
    *, actor: Actor, playbook_id: UUID, account_id: UUID, start_on: date, at: datetime
) -> tuple[SuggestedRole, ...]:
    """Return for each role of ours who could fill it if the playbook began for the account on a day, the best first.

    A constant number of reads; nothing is written.
    """
    if not permissions.can_launch_projects(actor):
        raise PermissionDeniedError("You may not launch projects.", remedy="Ask a manager of your workspace.")
    new = NewBooking(playbook_id=playbook_id, account_id=account_id, start_on=start_on, probability=MOST_LIKELY)
    planned, version = bookings.plan_booking(actor, new)
    works: dict[str, list[booking_rules.BookedWork]] = {}
    for one in booking_rules.work_of(planned.draft, version.definition.roles):
        works.setdefault(one.role, []).append(one)
    if not works:
        return ()
    account, last = planned.account, max(one.due_at for found in works.values() for one in found)
    asked = _Asked(
        members=_members(actor, last, at),
        before=_filled_before(actor),
        segment=account.segment.value,
        time_zone=account.time_zone,
        at=at,
    )
    names = {role.key: role.name for role in version.definition.roles}
    return tuple(_suggested_role(asked, key, names[key], works[key], version.definition.name) for key in works)


def _suggested_role(
    asked: "_Asked", key: str, name: str, works: list[booking_rules.BookedWork], playbook_name: str
) -> SuggestedRole:
    hours = Decimal(sum(one.minutes for one in works)) / 60
    place = suggesting.Place(
        role=name,
        segment=wording.in_words(asked.segment).lower(),
        hours=hours,
        weeks="the weeks of its tasks, which take",
    )
    days = min(one.start_at for one in works).date(), max(one.due_at for one in works).date()
    candidates = [
        _candidate(
            member,
            asked.counts(member.member_id, key),
            f"{name} {playbook_name}".casefold(),
            days,
            hours,
            asked.time_zone,
            asked.at,
        )
        for member in asked.members
    ]
    return SuggestedRole(key=key, name=name, hours=hours.quantize(_CENT), suggested=_best(candidates, place))


def suggest_relief(*, actor: Actor, member_id: UUID, monday: date | None, at: datetime) -> tuple[SuggestedRelief, ...]:
    """Return for the longest tasks of a week that is too full who else has time for them, each with the reason.

    Nothing where the week is not over, or for who may not hand tasks on. A constant number of reads; nothing is written.
    """
    if not permissions.can_edit_projects(actor):
        return ()
    week = workload.get_week_tasks(actor=actor, member_id=member_id, monday=monday, at=at)
    if week.week.level is not LoadLevel.OVER:
        return ()
    tasks = {task.id: task for task in week.tasks[:MOST_RELIEVED]}
    rows = ProjectTask.objects.for_actor(actor).filter(id__in=list(tasks)).select_related("project")
    found = sorted(rows, key=lambda row: (-tasks[row.id].hours, row.id))
    accounts = customer_queries.get_accounts(actor=actor, account_ids={row.project.account_id for row in found})
    members = [one for one in _members(actor, max(row.due_at for row in found), at) if one.member_id != member_id]
    before, names = _filled_before(actor), _role_names(actor, {row.project_id for row in found})
    relief: list[SuggestedRelief] = []
    given: dict[UUID, Decimal] = {}
    for row in found:
        asked = _Asked(
            members=members,
            before=before,
            segment=row.project.segment,
            time_zone=accounts[row.project.account_id].time_zone,
            at=at,
            given=given,
        )
        best = next(
            (
                one
                for one in _for_task(asked, row, names.get((row.project_id, row.owner_role), "its owner"))
                if one.has_time
            ),
            None,
        )
        if best is not None:
            relief.append(SuggestedRelief(task=tasks[row.id], owner=best))
            given[best.member_id] = given.get(best.member_id, Decimal(0)) + tasks[row.id].estimate
    return tuple(relief)


def _role_names(actor: Actor, project_ids: Collection[UUID]) -> Mapping[tuple[UUID, str], str]:
    rows = ProjectRole.objects.for_actor(actor).filter(project_id__in=project_ids).order_by()
    return {(project_id, key): name for project_id, key, name in rows.values_list("project_id", "key", "name")}


def _for_task(asked: "_Asked", task: ProjectTask, role: str) -> tuple[SuggestedOwner, ...]:
    hours = Decimal(loads.minutes_of(task)) / 60
    place = suggesting.Place(role=role, segment=wording.in_words(asked.segment).lower(), hours=hours)
    first, last = (max(instant, asked.at).date() for instant in (task.start_at, task.due_at))
    about = f"{task.name} {role} {task.project.playbook_name}".casefold()
    days = first, max(last, first + SHORTEST)
    candidates = [
        _candidate(
            member,
            asked.counts(member.member_id, task.owner_role),
            about,
            days,
            hours,
            asked.time_zone,
            asked.at,
            asked.given.get(member.member_id, Decimal(0)),
        )
        for member in asked.members
    ]
    return _best(candidates, place)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Among whom somebody is looked for, what they have done before, and for whom.

    `given` are hours that were suggested to them already and are free no more.
    """

    members: Sequence[MemberLoad]
    before: Mapping[tuple[UUID, str], int]
    segment: str
    time_zone: str
    at: datetime
    given: Mapping[UUID, Decimal] = field(default_factory=dict)

    def counts(self, member_id: UUID, role: str) -> tuple[int, int]:
        """In how many projects a member has filled a role, and worked for customers of the segment."""
        filled = self.before.get((member_id, f"role:{role}"), 0) if role else 0
        return filled, self.before.get((member_id, f"segment:{self.segment}"), 0)


def _members(actor: Actor, last: datetime, at: datetime) -> list[MemberLoad]:
    weeks = min(max((last.date() - at.date()).days // 7 + 2, 1), MOST_WEEKS)
    found = workload.get_workload(actor=actor, at=at, weeks=weeks)
    return [member for member in found.members if member.role in EDITOR_ROLES]


def _filled_before(actor: Actor) -> Mapping[tuple[UUID, str], int]:
    """Return in how many projects each member has filled each role, and has worked for each segment; two reads."""
    filled = ProjectRole.objects.for_actor(actor).filter(member__isnull=False).order_by()
    found: dict[tuple[UUID, str], int] = {}
    for prefix, column in (("role", "key"), ("segment", "project__segment")):
        counted = filled.values_list("member_id", column).annotate(count=Count("project_id", distinct=True))
        for member_id, value, count in counted:
            if member_id is not None:
                found[member_id, f"{prefix}:{value}"] = count
    return found


def _best(candidates: list[suggesting.Candidate], place: suggesting.Place) -> tuple[SuggestedOwner, ...]:
    return tuple(
        SuggestedOwner(member_id=one.member_id, name=one.name, reason=reason, has_time=one.has_time)
        for one, reason in suggesting.ranked(candidates, place)[:MOST_SUGGESTED]
    )


def _counts(actor: Actor, task: ProjectTask) -> Mapping[UUID, tuple[int, int]]:
    """Return in how many projects each member fills the role of the task, and works for customers of its segment."""
    others = ProjectRole.objects.for_actor(actor).filter(member__isnull=False).exclude(project_id=task.project_id)
    same_role = Q(key=task.owner_role) & ~Q(key="")
    counted = others.values("member_id").annotate(
        role=Count("project_id", distinct=True, filter=same_role),
        segment=Count("project_id", distinct=True, filter=Q(project__segment=task.project.segment)),
    )
    return {row["member_id"]: (row["role"], row["segment"]) for row in counted.order_by()}


def _candidate(
    member: MemberLoad,
    counts: tuple[int, int],
    about: str,
    days: tuple[date, date],
    hours: Decimal,
    time_zone: str,
    at: datetime,
    given: Decimal = Decimal(0),
) -> suggesting.Candidate:
    first, last = days
    weeks = [week for week in member.weeks if week.monday <= last and week.monday + timedelta(days=6) >= first]
    free = sum((max(week.capacity - week.hours - week.likely, Decimal(0)) for week in weeks), Decimal(0))
    free = max(free - given, Decimal(0))
    is_there = any(week.level is not LoadLevel.AWAY for week in weeks)
    return suggesting.Candidate(
        member_id=member.member_id,
        name=member.name,
        role_count=counts[0],
        segment_count=counts[1],
        skills=tuple(skill for skill in member.skills if skill.casefold() in about),
        hours_apart=_hours_apart(member.time_zone, time_zone, at),
        free=free,
        has_time=is_there and free >= hours,
    )


def _hours_apart(one: str, other: str, at: datetime) -> float:
    if not one or not other:
        return 0.0
    gaps = [at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta() for zone in (one, other)]
    return abs((gaps[0] - gaps[1]).total_seconds()) / 3600

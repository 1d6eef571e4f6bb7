"""Who could take a task: by role, skill, segment, time zone and the time they have."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from firstwin.customers import queries as customer_queries
from firstwin.identity.contracts import EDITOR_ROLES, Actor
from firstwin.playbooks.contracts import TaskKind
from firstwin.projects import permissions
from firstwin.projects.contracts.workload import MOST_WEEKS, LoadLevel, MemberLoad, SuggestedOwner
from firstwin.projects.models import ProjectRole, ProjectTask
from firstwin.projects.queries import workload
from firstwin.projects.rules import estimates, suggesting
from firstwin.shared.errors import NotFoundError, PermissionDeniedError

MOST_SUGGESTED = 3
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
        role=_role_name(actor, task), segment=task.project.segment.replace("_", " "), hours=Decimal(minutes) / 60
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
    best = suggesting.ranked(candidates, place)[:MOST_SUGGESTED]
    return tuple(
        SuggestedOwner(member_id=one.member_id, name=one.name, reason=reason, has_time=one.has_time)
        for one, reason in best
    )


def _role_name(actor: Actor, task: ProjectTask) -> str:
    roles = ProjectRole.objects.for_actor(actor).filter(project_id=task.project_id, key=task.owner_role)
    return roles.values_list("name", flat=True).first() or "its owner"


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
) -> suggesting.Candidate:
    first, last = days
    weeks = [week for week in member.weeks if week.monday <= last and week.monday + timedelta(days=6) >= first]
    free = sum((max(week.capacity - week.hours, Decimal(0)) for week in weeks), Decimal(0))
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

"""How much time members have: their weekly hours, what leave and holidays leave of each week, and what they know well."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from firstwin.calendars import permissions
from firstwin.calendars.contracts import Capacity, DayState, ExplainedDay, HolderKind, TimeOfMember, WeekOfMember
from firstwin.calendars.models import Calendar
from firstwin.calendars.queries import resolved
from firstwin.calendars.queries.calendars import shown
from firstwin.calendars.rules import explaining, hours, resolving
from firstwin.calendars.rules.resolving import Resolved
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, MemberInfo
from firstwin.scheduling.contracts import CalendarSpec
from firstwin.shared.errors import InvalidInputError, PermissionDeniedError

MOST_WEEKS = 104
_CENT = Decimal("0.01")


def list_capacities(*, actor: Actor, member_ids: Collection[UUID] | None = None) -> tuple[Capacity, ...]:
    """Return weekly hours and skills of members (all active ones unless named), by name, in a constant number of reads."""
    _require_viewer(actor)
    members = identity_queries.list_members(actor=actor, ids=member_ids)
    known = resolved.Known(
        workspace=identity_queries.get_workspace(actor=actor), members={member.id: member for member in members}
    )
    calendars = resolved.resolved_of(known)
    rows = {row.holder_id: row for row in _rows(actor, known.members)}
    return tuple(
        Capacity(
            member_id=member.id,
            weekly_hours=hours.weekly_hours(calendars[member.id].week) if own is None else own,
            has_own_hours=own is not None,
            skills=tuple(rows[member.id].skills) if member.id in rows else (),
        )
        for member in members
        for own in (_own_hours(rows.get(member.id)),)
    )


def get_capacity(*, actor: Actor, member_id: UUID) -> Capacity:
    """Return weekly hours and skills of one member, active or not. Raises NotFoundError."""
    _require_viewer(actor)
    member = identity_queries.get_member(actor=actor, member_id=member_id)
    calendars = resolved.resolved_with(*resolved.known_of(actor, member_ids=[member.id]))
    row = next(iter(_rows(actor, [member_id])), None)
    own = _own_hours(row)
    return Capacity(
        member_id=member_id,
        weekly_hours=hours.weekly_hours(calendars[member_id].week) if own is None else own,
        has_own_hours=own is not None,
        skills=tuple(row.skills) if row else (),
    )


def list_time(*, actor: Actor, members: Sequence[MemberInfo], monday: date, weeks: int) -> dict[UUID, TimeOfMember]:
    """Return the capacity, weeks and calendars of members that were read already, in four reads."""
    _require_viewer(actor)
    if monday.weekday() != 0 or not 1 <= weeks <= MOST_WEEKS:
        raise InvalidInputError(f"Ask for 1 to {MOST_WEEKS} weeks from a Monday on.")
    known = resolved.Known(
        workspace=identity_queries.get_workspace(actor=actor), members={member.id: member for member in members}
    )
    calendars = resolved.resolved_of(known)
    rows = {row.holder_id: row for row in _rows(actor, known.members)}
    last = monday + timedelta(days=7 * weeks - 1)
    usual: dict[CalendarSpec, tuple[_Left, ...]] = {}
    found: dict[UUID, TimeOfMember] = {}
    for member in members:
        calendar = calendars[member.id]
        spec = resolving.spec_of(calendar)
        if calendar.layers[-1].days:
            left = _left(shown(actor, calendar), spec, monday, last)
        else:
            # Who has no leave of their own has the same weeks as everybody else with such a calendar.
            if spec not in usual:
                usual[spec] = _left(shown(actor, calendar), spec, monday, last)
            left = usual[spec]
        found[member.id] = _time(member, calendar, spec, rows.get(member.id), left)
    return found


class _Left(NamedTuple):
    """What is left of a week: minutes, what took time, and whether leave or days off of their own did."""

    monday: date
    minutes: int
    away: tuple[str, ...]
    has_days_off: bool


def _left(calendar: Resolved, spec: CalendarSpec, monday: date, last: date) -> tuple[_Left, ...]:
    days = explaining.explained(calendar, spec, monday, last)
    off = explaining.own_days_off(calendar, days)
    return tuple(_week(days[at : at + 7], off) for at in range(0, len(days), 7))


def _time(
    member: MemberInfo, calendar: Resolved, spec: CalendarSpec, row: Calendar | None, left: tuple[_Left, ...]
) -> TimeOfMember:
    ordinary, own = hours.weekly_hours(calendar.week), _own_hours(row)
    share = own / ordinary if own is not None and ordinary else Decimal(1)
    return TimeOfMember(
        capacity=Capacity(
            member_id=member.id,
            weekly_hours=ordinary if own is None else own,
            has_own_hours=own is not None,
            skills=tuple(row.skills) if row else (),
        ),
        weeks=tuple(
            WeekOfMember(
                member_id=member.id,
                monday=week.monday,
                hours=(Decimal(week.minutes) / 60 * share).quantize(_CENT),
                away=week.away,
                has_days_off=week.has_days_off,
            )
            for week in left
        ),
        calendar=spec,
    )


def list_skills(*, actor: Actor) -> tuple[str, ...]:
    """Return every skill that some member has, by name."""
    _require_viewer(actor)
    rows = Calendar.objects.for_actor(actor).filter(holder_kind=HolderKind.MEMBER.value)
    known = {skill.casefold(): skill for skills in rows.values_list("skills", flat=True) for skill in skills}
    return tuple(sorted(known.values(), key=str.casefold))


def _week(days: tuple[ExplainedDay, ...], off: Collection[date]) -> _Left:
    usual = (DayState.WORKING, DayState.WEEKEND, DayState.EXTRA)
    return _Left(
        monday=days[0].on,
        minutes=sum(hours.minutes_of(day.hours) for day in days),
        away=tuple(dict.fromkeys(day.reason for day in days if day.state not in usual)),
        has_days_off=any(day.on in off for day in days),
    )


def _rows(actor: Actor, member_ids: Collection[UUID]) -> list[Calendar]:
    return list(Calendar.objects.for_actor(actor).filter(holder_id__in=list(member_ids)))


def _own_hours(row: Calendar | None) -> Decimal | None:
    return row.weekly_hours if row is not None else None


def _require_viewer(actor: Actor) -> None:
    if not permissions.can_view_calendars(actor):
        raise PermissionDeniedError(
            "You may not look at people's time.", remedy="Ask an owner or admin of your workspace."
        )

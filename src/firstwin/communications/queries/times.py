"""When people can meet: the hours that they share, less the meetings that they have."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from firstwin.calendars.queries import specs as spec_queries
from firstwin.communications import permissions
from firstwin.communications.contracts import MeetingState, MeetingTimes, Reader
from firstwin.communications.models import MeetingAttendee
from firstwin.communications.queries import people
from firstwin.communications.queries.meetings import LONGEST
from firstwin.communications.rules import reading, slots
from firstwin.customers import queries as customer_queries
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side
from firstwin.projects.queries import briefs
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import CalendarSpec
from firstwin.shared.errors import PermissionDeniedError

OFFERED = 4
AHEAD = timedelta(days=21)
FURTHEST = timedelta(days=800)
ALL_BUSY = "Whoever is invited has other meetings in the hours that all share."
Busy = tuple[UUID, datetime, datetime]


def find_times(
    *,
    actor: Actor,
    project_id: UUID,
    attendee_ids: Collection[UUID],
    minutes: int,
    since: datetime,
    starts_at: datetime | None = None,
    leave_out: UUID | None = None,
    time_zone: str = "UTC",
) -> MeetingTimes:
    """Return free times of the three weeks from `since`, and what speaks against `starts_at`. Without people: nothing.

    `time_zone` is that of whoever asks: in it their days are counted. Raises PermissionDeniedError and NotFoundError.
    """
    if not permissions.can_arrange_meeting(actor):
        raise PermissionDeniedError("You may not arrange meetings.", remedy="Ask a colleague who works on the project.")
    project = briefs.get_project_brief(actor=actor, project_id=project_id)
    account = customer_queries.get_account(actor=actor, account_id=project.account_id)
    readers = people.readers_by_id(actor=actor, account=account, ids=attendee_ids)
    if not readers:
        return MeetingTimes(free=())
    calendars = calendars_of(actor, readers)
    if starts_at is not None and abs(starts_at - since) > FURTHEST:
        starts_at = None  # no meeting can be planned then; the operation says so
    until = since + AHEAD
    first = since if starts_at is None else min(since, starts_at)
    last = until if starts_at is None else max(until, starts_at + timedelta(minutes=minutes))
    busy = _busy(actor, [reader.id for reader in readers], first, last, leave_out)
    taken = [(start, end) for _, start, end in busy]
    free, why = _free(calendars, since, until, minutes, taken, time_zone)
    if not free:
        wide = {name: slots.widened(calendar) for name, calendar in calendars.items()}
        free, _ = _free(wide, since, until, minutes, taken, time_zone)
    return MeetingTimes(
        free=free,
        why_none=why,
        objections=_objections(readers, calendars, busy, starts_at, minutes) if starts_at is not None else (),
    )


def _free(
    calendars: Mapping[str, CalendarSpec],
    since: datetime,
    until: datetime,
    minutes: int,
    taken: Sequence[tuple[datetime, datetime]],
    time_zone: str,
) -> tuple[tuple[datetime, ...], str]:
    """Return the free times within hours, and why there are none."""
    shared = scheduling_queries.shared_hours(calendars, since, until, minutes)
    zone = reading.zone_of(time_zone)
    free = slots.free_times(minutes=minutes, shared=shared.slots, busy=taken, zone=zone, most=OFFERED)
    return free, "" if free else shared.why_none or ALL_BUSY


def calendars_of(actor: Actor, readers: Sequence[Reader]) -> Mapping[str, CalendarSpec]:
    """Return the calendars of those invited by their names; inside communications only."""
    found = spec_queries.get_specs(
        actor=actor,
        member_ids=[reader.id for reader in readers if reader.side is Side.VENDOR],
        contact_ids=[reader.id for reader in readers if reader.side is Side.CUSTOMER],
    )
    by_id = {**found.members, **found.contacts}
    names: dict[str, CalendarSpec] = {}
    for reader in readers:
        name = reader.name if reader.name not in names else f"{reader.name} ({reader.email})"
        names[name] = by_id[reader.id]
    return names


def _busy(
    actor: Actor, person_ids: Collection[UUID], since: datetime, until: datetime, leave_out: UUID | None
) -> list[Busy]:
    rows = MeetingAttendee.objects.for_actor(actor).filter(
        person_id__in=list(person_ids),
        meeting__state=MeetingState.INVITED.value,
        meeting__starts_at__gt=since - LONGEST,
        meeting__starts_at__lt=until,
    )
    if leave_out is not None:
        rows = rows.exclude(meeting_id=leave_out)
    times = rows.order_by("meeting__starts_at").values_list("person_id", "meeting__starts_at", "meeting__minutes")
    return [(person, start, start + timedelta(minutes=minutes)) for person, start, minutes in times]


def _objections(
    readers: Sequence[Reader],
    calendars: Mapping[str, CalendarSpec],
    busy: Sequence[Busy],
    start: datetime,
    minutes: int,
) -> tuple[str, ...]:
    end = start + timedelta(minutes=minutes)
    found = [
        slots.away(name, calendar, start)
        for name, calendar in calendars.items()
        if not scheduling_queries.shared_hours({name: calendar}, start, end, minutes).slots
    ]
    taken = {person for person, taken_from, taken_until in busy if taken_from < end and start < taken_until}
    found += [f"{reader.name} has another meeting then." for reader in readers if reader.id in taken]
    return tuple(found)

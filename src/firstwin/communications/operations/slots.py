"""Finding a time for a meeting of a project."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from firstwin.calendars.queries import specs as spec_queries
from firstwin.communications.contracts import NoSlotError, Reader
from firstwin.communications.operations.letterhead import Letterhead
from firstwin.communications.queries import meetings as meeting_queries
from firstwin.communications.rules import reading, slots
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import CalendarSpec


def propose_time(
    *,
    actor: Actor,
    head: Letterhead,
    readers: Sequence[Reader],
    minutes: int,
    earliest: datetime,
    latest: datetime,
    leave_out: UUID | None = None,
) -> datetime:
    """Return the first time in the window at which everybody invited works and has no other meeting.

    Raises NoSlotError, which says why: who is away, or who shares no hours.
    """
    busy = meeting_queries.busy_times(
        actor=actor, person_ids=[reader.id for reader in readers], since=earliest, until=latest, leave_out=leave_out
    )
    calendars = _calendars(actor, readers)
    wide = {name: slots.widened(calendar) for name, calendar in calendars.items()}
    why = ""
    for hours in (calendars, wide):
        shared = scheduling_queries.shared_hours(hours, earliest, latest, minutes)
        slot = slots.first_free(minutes=minutes, shared=shared.slots, busy=busy)
        if slot is not None:
            return slot
        why = shared.why_none or "Whoever is invited has other meetings in the hours that all share."
    raise NoSlotError(
        f"No time of {minutes} minutes suits everybody's working hours between "
        f"{reading.instant_in_words(earliest, head.workspace.time_zone)} and "
        f"{reading.instant_in_words(latest, head.workspace.time_zone)}. {why}",
        remedy="Agree on a time with them and schedule the meeting by hand.",
    )


def _calendars(actor: Actor, readers: Sequence[Reader]) -> Mapping[str, CalendarSpec]:
    """Return the calendars of those invited by their names."""
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

"""Finding a time for a meeting of a project."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from firstwin.communications.contracts import NoSlotError, Reader
from firstwin.communications.operations.letterhead import Letterhead
from firstwin.communications.queries import meetings as meeting_queries
from firstwin.communications.queries import times
from firstwin.communications.rules import reading, slots
from firstwin.identity.contracts import Actor
from firstwin.scheduling import queries as scheduling_queries


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
    calendars = times.calendars_of(actor, readers)
    wide = {name: slots.widened(calendar) for name, calendar in calendars.items()}
    why = ""
    for hours in (calendars, wide):
        shared = scheduling_queries.shared_hours(hours, earliest, latest, minutes)
        slot = slots.first_free(minutes=minutes, shared=shared.slots, busy=busy)
        if slot is not None:
            return slot
        why = shared.why_none or times.ALL_BUSY
    raise NoSlotError(
        f"No time of {minutes} minutes suits everybody's working hours between "
        f"{reading.instant_in_words(earliest, head.workspace.time_zone)} and "
        f"{reading.instant_in_words(latest, head.workspace.time_zone)}. {why}",
        remedy="Agree on a time with them and schedule the meeting by hand.",
    )

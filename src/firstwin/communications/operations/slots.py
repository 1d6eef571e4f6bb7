"""Finding a time for a meeting of a project."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from firstwin.communications.contracts import NoSlotError, Reader
from firstwin.communications.operations.letterhead import Letterhead
from firstwin.communications.queries import meetings as meeting_queries
from firstwin.communications.rules import reading, slots
from firstwin.communications.rules.slots import WorkHours
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
    """Return the first time in the window at which both sides work and nobody invited has a meeting.

    Raises NoSlotError.
    """
    busy = meeting_queries.busy_times(
        actor=actor, person_ids=[reader.id for reader in readers], since=earliest, until=latest, leave_out=leave_out
    )
    countries = {Side.VENDOR: head.workspace.country, Side.CUSTOMER: head.account.country}
    zones = dict.fromkeys((reader.time_zone, countries[reader.side]) for reader in readers)
    slot = slots.find_slot(
        minutes=minutes,
        earliest=earliest,
        latest=latest,
        sides=[_hours(zone, country) for zone, country in zones],
        busy=busy,
    )
    if slot is None:
        raise NoSlotError(
            f"No time of {minutes} minutes suits everybody's working hours between "
            f"{reading.instant_in_words(earliest, head.workspace.time_zone)} and "
            f"{reading.instant_in_words(latest, head.workspace.time_zone)}.",
            remedy="Agree on a time with them and schedule the meeting by hand.",
        )
    return slot


def _hours(zone: str, country: str) -> WorkHours:
    calendar = CalendarSpec(time_zone=zone or "UTC", country=country)

    def is_working_day(day: date) -> bool:
        return scheduling_queries.is_working_day(calendar, day)

    return WorkHours(zone=reading.zone_of(zone), is_working_day=is_working_day)

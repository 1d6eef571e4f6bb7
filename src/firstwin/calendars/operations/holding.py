"""Opening the calendar of a holder for a change. Inside calendars only."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from firstwin.calendars import permissions
from firstwin.calendars.contracts import Holder, HolderKind
from firstwin.calendars.events import CalendarEvent
from firstwin.calendars.models import Calendar, CalendarChange
from firstwin.calendars.queries import calendars as calendar_queries
from firstwin.calendars.queries import resolved
from firstwin.calendars.rules import past, resolving
from firstwin.calendars.rules.resolving import OwnFacts, Resolved
from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import InvalidCalendarError
from firstwin.shared import ids
from firstwin.shared.errors import InvalidInputError, PermissionDeniedError


@dataclass(frozen=True, slots=True)
class Opened:
    """The row of a calendar, locked, what it says with everything it inherits, and what is its own before the change."""

    row: Calendar
    calendar: Resolved
    own: OwnFacts

    def about(self, why: str) -> dict[str, Any]:
        """Return the fields that every fact about this calendar has."""
        return {
            "calendar_id": self.row.id,
            "holder_kind": self.row.holder_kind,
            "holder_id": self.row.holder_id,
            "holder_name": self.calendar.name,
            "account_id": calendar_queries.account_of(self.calendar),
            "why": why,
        }


def opened(*, actor: Actor, holder: Holder, at: datetime) -> Opened:
    """Return the calendar of a holder for a change, made if it is the first. Raises PermissionDenied- and NotFoundError."""
    require_editor(actor=actor, holder=holder)
    rows = Calendar.objects.for_actor(actor)
    fresh = Calendar(
        id=ids.new_id(),
        workspace_id=actor.workspace_id,
        holder_kind=holder.kind.value,
        holder_id=holder.id,
        created_at=at,
    )
    rows.bulk_create([fresh], ignore_conflicts=True)
    row = rows.select_for_update().get(holder_id=holder.id)
    calendar = calendar_queries.resolved_for(actor, holder)  # after the lock: nothing changes it from here on
    return Opened(row, calendar, resolved.own_of(row, calendar.layers[-1].days))


def record(opened: Opened, event: CalendarEvent, *, actor: Actor, at: datetime) -> None:
    """Record the fact about a calendar whose rows are written, and keep what it replaced: days that passed before it are
    counted as they were then.
    """
    recorded = journal_operations.record(event, actor=actor, at=at)
    row = opened.row
    after = resolved.own_facts(row.workspace_id, [row.holder_id])[row.holder_id]
    change = CalendarChange(
        id=recorded.entry_id,
        workspace_id=row.workspace_id,
        calendar_id=row.id,
        replaced=past.replaced(opened.own, after),
    )
    change.save(force_insert=True)


def holder_of(*, actor: Actor, calendar_id: UUID) -> Holder:
    """Return whose calendar a row is."""
    row = Calendar.objects.for_actor(actor).get(id=calendar_id)
    return Holder(kind=HolderKind(row.holder_kind), id=row.holder_id)


def require_usable(*, actor: Actor, holder: Holder, around: date) -> None:
    """Raise InvalidInputError when a change has left a calendar without any working hour for years."""
    spec = resolving.spec_of(calendar_queries.resolved_for(actor, holder))
    try:
        scheduling_queries.opening_of(spec, around)
    except InvalidCalendarError as error:
        raise InvalidInputError(
            "With this change the calendar would have no working hour for years.",
            remedy="Shorten what closes it, or give the week some hours.",
        ) from error


def require_editor(*, actor: Actor, holder: Holder) -> None:
    """Raise PermissionDeniedError for somebody who may not change this calendar."""
    if not permissions.can_edit_calendar(actor, holder):
        raise PermissionDeniedError(
            "You may not change this calendar.", remedy="Ask the person whose it is, or an owner or admin."
        )

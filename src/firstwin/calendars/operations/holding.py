"""Opening the calendar of a holder for a change. Inside calendars only."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from firstwin.calendars import permissions
from firstwin.calendars.contracts import Holder, HolderKind
from firstwin.calendars.events import CalendarEvent
from firstwin.calendars.models import Calendar, CalendarChange
from firstwin.calendars.queries import calendars as calendar_queries
from firstwin.calendars.queries import resolved
from firstwin.calendars.queries.resolved import Known
from firstwin.calendars.rules import closing, past, resolving
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


def require_usable(opened: Opened, *, actor: Actor, around: date) -> None:
    """Raise InvalidInputError when a change leaves a calendar, or one that inherits from it, without any working hour for
    years. What had none before the change does not stand in its way.
    """
    holder = opened.calendar.holder
    known, own = resolved.known_with_heirs(actor, holder)
    closed = [one for one in resolved.resolved_with(known, own).values() if _is_closed(one, around)]
    if not closed:
        return
    before = resolved.resolved_with(_with_country(known, opened.calendar), {**own, holder.id: opened.own})
    left = [one for one in closed if not _is_closed(before[one.holder.id], around)]
    if any(one.holder == holder for one in left):
        raise InvalidInputError(
            "With this change the calendar would have no working hour for years.",
            remedy="Shorten what closes it, or give the week some hours.",
        )
    if left:
        raise InvalidInputError(
            f"With this change {closing.names_of(left)} would have no working hour for years.",
            remedy="Change their own hours or days off first: together with these they leave nothing open.",
        )


def _is_closed(calendar: Resolved, around: date) -> bool:
    """Whether a calendar has no hour for years, from a day on or from when all that repeats has begun."""
    spec = resolving.spec_of(calendar)
    begun = max((rule.first_on for rule in spec.rules if rule.repeats), default=around)
    try:
        for day in {around, max(around, begun)}:
            scheduling_queries.opening_of(spec, day)
    except InvalidCalendarError:
        return True
    return False


def _with_country(known: Known, before: Resolved) -> Known:
    """The country of a workspace or an account stands elsewhere, and is the new one already."""
    if before.holder.kind is HolderKind.WORKSPACE:
        return replace(known, workspace=replace(known.workspace, country=before.country))
    account = known.accounts.get(before.holder.id)
    if account is None:
        return known
    return replace(known, accounts={**known.accounts, account.id: replace(account, country=before.country)})


def require_editor(*, actor: Actor, holder: Holder) -> None:
    """Raise PermissionDeniedError for somebody who may not change this calendar."""
    if not permissions.can_edit_calendar(actor, holder):
        raise PermissionDeniedError(
            "You may not change this calendar.", remedy="Ask the person whose it is, or an owner or admin."
        )

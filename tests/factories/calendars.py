"""Holders of calendars, and exceptions entered by the real operations."""

from datetime import UTC, date, datetime
from uuid import UUID

from firstwin.calendars.contracts import DayKind, Holder, HolderKind, NewDay
from firstwin.calendars.operations import days
from firstwin.customers.models import Account, Contact
from firstwin.identity.contracts import Actor, system_actor
from firstwin.identity.models import Member

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday."""


def of_workspace(actor: Actor) -> Holder:
    """The calendar of the actor's workspace."""
    return Holder(kind=HolderKind.WORKSPACE, id=actor.workspace_id)


def holder_of(row: Member | Account | Contact) -> Holder:
    """The calendar of a member, account or contact."""
    kinds = {Member: HolderKind.MEMBER, Account: HolderKind.ACCOUNT, Contact: HolderKind.CONTACT}
    return Holder(kind=kinds[type(row)], id=row.id)


def enter(
    workspace_id: UUID,
    holder: Holder,
    first: date,
    last: date | None = None,
    kind: DayKind = DayKind.LEAVE,
    **fields: object,
) -> UUID:
    """An exception of a calendar; `fields` are those of NewDay."""
    new = NewDay(kind=kind, first_on=first, last_on=last, **fields)  # type: ignore[arg-type]
    return days.add_day(actor=system_actor(workspace_id), holder=holder, new=new, at=NOW)

"""Soft bookings: made, changed, released, taken up again, launched, and lapsed when nothing came of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from firstwin.customers.contracts import Segment
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, system_actor
from firstwin.journal import operations as journal_operations
from firstwin.journal.contracts import AuthorKind
from firstwin.playbooks.contracts import RoleSpec, Side
from firstwin.projects import events, permissions
from firstwin.projects.contracts import WrongStateError
from firstwin.projects.contracts.bookings import BookingPatch, BookingState, NewBooking
from firstwin.projects.models.bookings import Booking
from firstwin.projects.queries import bookings as booking_queries
from firstwin.projects.queries.launching import PlannedLaunch
from firstwin.projects.rules import bookings
from firstwin.shared.errors import ConflictError, InvalidInputError, PermissionDeniedError, Problem

_MOST_WORDS = 2000


def book(*, actor: Actor, new: NewBooking, at: datetime) -> UUID:
    """Set time aside for a project that may begin; returns the booking's id. Raises InvalidInputError naming what is wrong."""
    _require_booker(actor)
    has_customer = new.account_id is not None or (bool(new.prospect_name.strip()) and new.segment is not None)
    _refuse(
        bookings.problems_of(
            start_on=new.start_on,
            probability=new.probability,
            has_customer=has_customer,
            today=_today(actor, at),
        )
    )
    with transaction.atomic():
        planned, version = booking_queries.plan_booking(actor, new)
        roles = version.definition.roles
        _check_people(actor, new.role_map, roles)
        row = Booking(
            workspace_id=actor.workspace_id,
            playbook_id=new.playbook_id,
            account_id=new.account_id,
            name=(planned.account.name if new.account_id else new.prospect_name.strip())[:200],
            segment=planned.account.segment,
            playbook_name=version.definition.name[:200],
            start_on=new.start_on,
            end_on=_end_on(planned),
            probability=new.probability,
            roles=_roles(roles, new.role_map),
            work=bookings.stored_work(bookings.work_of(planned.draft, roles)),
            note=new.note.strip()[:_MOST_WORDS],
            by_id=actor.id if actor.kind is AuthorKind.MEMBER else None,
            by_name=actor.name[:200],
            created_at=at,
        )
        row.save(force_insert=True)
        journal_operations.record(
            events.BookingMade(**_event(row), start_on=row.start_on, probability=row.probability), actor=actor, at=at
        )
    return row.id


def change_booking(
    *, actor: Actor, booking_id: UUID, patch: BookingPatch, at: datetime, version: int | None = None
) -> None:
    """Change when a booking begins, how likely it is or whose time it takes. Raises ConflictError for an outdated `version`."""
    _require_booker(actor)
    with transaction.atomic():
        row = _open(actor, booking_id)
        if version is not None and version != row.version:
            raise ConflictError("Somebody has changed this booking meanwhile.", remedy="Look at it again.")
        before = _state_of(row)
        _apply(actor, row, patch, at)
        changed = [name for name, value in _state_of(row).items() if value != before[name]]
        if not changed:
            return
        row.version += 1
        row.save()
        journal_operations.record(
            events.BookingChanged(
                **_event(row), changed=tuple(changed), start_on=row.start_on, probability=row.probability
            ),
            actor=actor,
            at=at,
        )


def _state_of(row: Booking) -> dict[str, Any]:
    return {
        "start": row.start_on,
        "probability": row.probability,
        "people": booking_queries.people_of(row.roles),
        "note": row.note,
    }


def _apply(actor: Actor, row: Booking, patch: BookingPatch, at: datetime) -> None:
    start_on = patch.start_on or row.start_on
    probability = row.probability if patch.probability is None else patch.probability
    today = _today(actor, at)
    # A day that has passed may stay while something else changes.
    looked_at = start_on if start_on != row.start_on else max(start_on, today)
    _refuse(
        bookings.problems_of(start_on=looked_at, probability=probability, has_customer=True, today=today),
    )
    row.probability = probability
    if patch.note is not None:
        row.note = patch.note.strip()[:_MOST_WORDS]
    if start_on != row.start_on or patch.role_map is not None:
        planned, version = booking_queries.plan_booking(actor, _as_new(row, start_on))
        roles = version.definition.roles
        people = booking_queries.people_of(row.roles)
        if patch.role_map is not None:
            people = dict(patch.role_map)
            _check_people(actor, people, roles)
        row.start_on, row.end_on = start_on, _end_on(planned)
        row.roles = _roles(roles, people)
        row.work = bookings.stored_work(bookings.work_of(planned.draft, roles))


def release_booking(*, actor: Actor, booking_id: UUID, at: datetime, reason: str = "") -> None:
    """Give the time of a booking free again. Raises WrongStateError when it is not open."""
    _require_booker(actor)
    with transaction.atomic():
        row = _open(actor, booking_id)
        _end(row, BookingState.RELEASED, at, reason=reason.strip()[:_MOST_WORDS])
        journal_operations.record(events.BookingReleased(**_event(row), reason=row.reason), actor=actor, at=at)


def restore_booking(*, actor: Actor, booking_id: UUID, at: datetime, start_on: date | None = None) -> None:
    """Take a booking up again that was released or has lapsed, from a later day if asked. Raises WrongStateError."""
    _require_booker(actor)
    with transaction.atomic():
        row = booking_queries.open_row(actor, booking_id)
        if not bookings.can_return(BookingState(row.state)):
            raise WrongStateError(f"The booking of {row.name} is {row.state}.", remedy="Look at the list of bookings.")
        if start_on is None and bookings.expires_on(row.start_on) < _today(actor, at):
            _refuse([Problem("start_on", "Its likely start is long past.", "Choose a day from today on.")])
        row.state, row.reason, row.ended_at = BookingState.OPEN, "", None
        if start_on is not None:
            _apply(actor, row, BookingPatch(start_on=start_on), at)
        row.version += 1
        row.save()
        journal_operations.record(events.BookingRestored(**_event(row), start_on=row.start_on), actor=actor, at=at)


def launch_booking(*, actor: Actor, booking_id: UUID, account_id: UUID, project_id: UUID, at: datetime) -> None:
    """Note what a booking became; part of a launch, in its transaction. Raises ConflictError for one of another account."""
    row = _open(actor, booking_id)
    if row.account_id is not None and row.account_id != account_id:
        raise ConflictError(f"This booking is for {row.name}.", remedy="Choose a booking of this account.")
    row.account_id, row.project_id = account_id, project_id
    _end(row, BookingState.LAUNCHED, at)
    fact = events.BookingLaunched(**_event(row), project_id=project_id)
    journal_operations.record(fact, actor=actor, at=at)


def expire_bookings(*, at: datetime) -> int:
    """Let bookings lapse of which nothing came; returns how many. Whoever made them is told."""
    count = 0
    for booking_id, workspace_id in booking_queries.lapsed(at):
        actor = system_actor(workspace_id)
        with transaction.atomic():
            row = booking_queries.open_row(actor, booking_id)
            if row.state != BookingState.OPEN:
                continue
            _end(row, BookingState.EXPIRED, at)
            fact = events.BookingExpired(**_event(row), start_on=row.start_on, by_id=row.by_id)
            journal_operations.record(fact, actor=actor, at=at)
            count += 1
    return count


def _end(row: Booking, state: BookingState, at: datetime, *, reason: str = "") -> None:
    row.state, row.reason, row.ended_at = state, reason, at
    row.version += 1
    row.save()


def _open(actor: Actor, booking_id: UUID) -> Booking:
    row = booking_queries.open_row(actor, booking_id)
    if row.state != BookingState.OPEN:
        raise WrongStateError(f"The booking of {row.name} is {row.state}.", remedy="Look at the list of bookings.")
    return row


def _as_new(row: Booking, start_on: date) -> NewBooking:
    return NewBooking(
        playbook_id=row.playbook_id,
        start_on=start_on,
        probability=row.probability,
        account_id=row.account_id,
        prospect_name=row.name,
        segment=Segment(row.segment),
    )


def _roles(roles: Sequence[RoleSpec], people: Mapping[str, UUID]) -> list[dict[str, str | None]]:
    return [
        {"key": role.key, "name": role.name, "member_id": str(people[role.key]) if role.key in people else None}
        for role in roles
        if role.side is Side.VENDOR
    ]


def _check_people(actor: Actor, role_map: Mapping[str, UUID], roles: Sequence[RoleSpec]) -> None:
    members = identity_queries.list_members(actor=actor, ids=set(role_map.values())) if role_map else ()
    _refuse(bookings.role_problems(role_map, roles, [member.id for member in members]))


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise InvalidInputError("This cannot be booked.", problems=tuple(problems))


def _end_on(planned: PlannedLaunch) -> date:
    """Return the day on which a plan ends where the team works."""
    return planned.dates.end_at.astimezone(ZoneInfo(planned.calendars[Side.VENDOR].time_zone)).date()


def _today(actor: Actor, at: datetime) -> date:
    return at.astimezone(ZoneInfo(actor.time_zone)).date()


def _event(row: Booking) -> dict[str, Any]:
    return {"booking_id": row.id, "account_id": row.account_id, "title": row.name, "playbook_name": row.playbook_name}


def _require_booker(actor: Actor) -> None:
    if not permissions.can_book(actor):
        raise PermissionDeniedError("You may not book people's time.", remedy="Ask a manager of your workspace.")

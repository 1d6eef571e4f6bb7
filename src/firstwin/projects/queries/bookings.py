"""Soft bookings: what is set aside for projects to come, and how much of whose time that likely takes."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import Segment
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import PlaybookVersionInfo
from firstwin.projects import permissions
from firstwin.projects.contracts.bookings import BookedRole, BookingInfo, BookingState, NewBooking
from firstwin.projects.models.bookings import Booking
from firstwin.projects.queries import launching
from firstwin.projects.queries.launching import PlannedLaunch
from firstwin.projects.rules import bookings
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts.load import Work, WorkTable
from firstwin.scheduling.queries import load
from firstwin.shared.errors import ConflictError, NotFoundError, PermissionDeniedError

MOST_SHOWN = 200
_CENT = Decimal("0.01")


def list_bookings(
    *, actor: Actor, states: Collection[BookingState] = (BookingState.OPEN,), account_id: UUID | None = None
) -> tuple[BookingInfo, ...]:
    """Return bookings by likely start, those of one account if asked, in two reads."""
    require_viewer(actor)
    rows = Booking.objects.for_actor(actor).filter(state__in=list(states))
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    return _infos(actor, rows.order_by("start_on", "id")[:MOST_SHOWN])


def list_ended_bookings(*, actor: Actor, limit: int = 20) -> tuple[BookingInfo, ...]:
    """Return what became of bookings, the latest first, in two reads."""
    require_viewer(actor)
    rows = Booking.objects.for_actor(actor).exclude(state=BookingState.OPEN)
    return _infos(actor, rows.order_by("-ended_at", "-id")[:limit])


def get_booking(*, actor: Actor, booking_id: UUID) -> BookingInfo:
    """Return one booking. Raises NotFoundError."""
    require_viewer(actor)
    found = _infos(actor, Booking.objects.for_actor(actor).filter(id=booking_id))
    if not found:
        raise not_found()
    return found[0]


def list_launchable(*, actor: Actor, account_id: UUID, playbook_id: UUID) -> tuple[BookingInfo, ...]:
    """Return the open bookings that a launch of the playbook for the account may come from: its own, then prospects'."""
    require_viewer(actor)
    rows = Booking.objects.for_actor(actor).filter(
        Q(account_id=account_id) | Q(account__isnull=True), state=BookingState.OPEN, playbook_id=playbook_id
    )
    found = _infos(actor, rows.order_by("start_on", "id")[:MOST_SHOWN])
    return tuple(sorted(found, key=lambda one: one.account_id is None))


def not_found() -> NotFoundError:
    """Return the error for a booking that does not exist."""
    return NotFoundError("There is no such booking.", remedy="Look at the list of bookings.")


def require_viewer(actor: Actor) -> None:
    """Refuse who may not look at people's time."""
    if not permissions.can_view_portfolio(actor):
        raise PermissionDeniedError("You may not look at bookings.", remedy="Ask the team of your vendor.")


def booked_tables(actor: Actor, member_ids: Collection[UUID]) -> dict[str, WorkTable]:
    """Return what open bookings ask of members, weighed by how likely they are; one read. Inside projects only."""
    asked = set(member_ids)
    works: dict[UUID, list[Work]] = {}
    rows = Booking.objects.for_actor(actor).filter(state=BookingState.OPEN)
    for roles, work, probability in rows.values_list("roles", "work", "probability"):
        likely = bookings.likely_work(bookings.work_from(work), people_of(roles), probability)
        for member_id, found in likely.items():
            if member_id in asked:
                works.setdefault(member_id, []).extend(found)
    return {str(member_id): load.work_table(found) for member_id, found in works.items()}


def booked_works(actor: Actor, member_id: UUID) -> list[tuple[Booking, list[Work]]]:
    """Return the open bookings of a member, each with what it asks of them, weighed; one read. Inside projects only."""
    found = []
    for row in Booking.objects.for_actor(actor).filter(state=BookingState.OPEN).order_by("start_on", "id"):
        likely = bookings.likely_work(bookings.work_from(row.work), people_of(row.roles), row.probability)
        if member_id in likely:
            found.append((row, likely[member_id]))
    return found


def people_of(roles: Iterable[Mapping[str, str | None]]) -> dict[str, UUID]:
    """Return the members of a booking by role, from its row. Inside projects only."""
    return {str(role["key"]): UUID(str(role["member_id"])) for role in roles if role["member_id"]}


def plan_booking(actor: Actor, new: NewBooking) -> tuple[PlannedLaunch, PlaybookVersionInfo]:
    """Return the plan of a project that would begin on the day booked. Inside projects only. Raises NotFoundError."""
    if playbook_queries.latest_number(actor=actor, playbook_id=new.playbook_id) is None:
        raise ConflictError("This playbook has no published version.", remedy="Publish it before you book it.")
    version = playbook_queries.latest_version(actor=actor, playbook_id=new.playbook_id)
    account = customer_queries.get_account(actor=actor, account_id=new.account_id) if new.account_id else None
    segment = account.segment if account is not None else new.segment
    if segment is None:
        raise ValueError("a prospect needs a segment")
    begin = scheduling_queries.opening_of(launching.own_calendar(actor), new.start_on)
    planned = launching.plan_sample(
        actor=actor, definition=version.definition, segment=segment, at=begin, account=account
    )
    return planned, version


def _infos(actor: Actor, rows: QuerySet[Booking]) -> tuple[BookingInfo, ...]:
    found = list(rows)
    member_ids = {member_id for row in found for member_id in people_of(row.roles).values()}
    members = identity_queries.list_members(actor=actor, is_active=None, ids=member_ids) if member_ids else ()
    names = {member.id: member.name for member in members}
    return tuple(_info(row, names) for row in found)


def _info(row: Booking, names: Mapping[UUID, str]) -> BookingInfo:
    minutes: dict[str, int] = {}
    for one in bookings.work_from(row.work):
        minutes[one.role] = minutes.get(one.role, 0) + one.minutes
    people = {key: member_id for key, member_id in people_of(row.roles).items() if member_id in names}
    return BookingInfo(
        id=row.id,
        name=row.name,
        account_id=row.account_id,
        prospect_name="" if row.account_id else row.name,
        segment=Segment(row.segment),
        playbook_id=row.playbook_id,
        playbook_name=row.playbook_name,
        start_on=row.start_on,
        end_on=row.end_on,
        expires_on=bookings.expires_on(row.start_on),
        probability=row.probability,
        state=BookingState(row.state),
        reason=row.reason,
        roles=tuple(
            BookedRole(
                key=role["key"],
                name=role["name"],
                member_id=people.get(role["key"]),
                member_name=names[people[role["key"]]] if role["key"] in people else "",
                hours=_hours(minutes.get(role["key"], 0)),
            )
            for role in row.roles
        ),
        hours=_hours(sum(minutes.values())),
        note=row.note,
        project_id=row.project_id,
        by_id=row.by_id,
        by_name=row.by_name,
        version=row.version,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )


def _hours(minutes: int) -> Decimal:
    return (Decimal(minutes) / 60).quantize(_CENT)


def open_row(actor: Actor, booking_id: UUID) -> Booking:
    """Return the row of a booking, locked until the end of the transaction. Inside projects only. Raises NotFoundError."""
    row = Booking.objects.for_actor(actor).select_for_update().filter(id=booking_id).first()
    if row is None:
        raise not_found()
    return row


def lapsed(at: datetime) -> list[tuple[UUID, UUID]]:
    """Return the ids of open bookings that have lapsed, each with its workspace. Inside projects only."""
    latest = at.date() - bookings.LAPSES_AFTER
    rows = Booking.objects.across_workspaces(reason="the engine looks for bookings that lapse")
    found = rows.filter(state=BookingState.OPEN, start_on__lt=latest).order_by("start_on", "id")
    return list(found.values_list("id", "workspace_id")[:1000])

"""Soft bookings over HTTP."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from firstwin.customers.contracts import Segment
from firstwin.identity.queries import actor_of
from firstwin.projects.contracts.bookings import BookingInfo, BookingPatch, BookingState, NewBooking
from firstwin.projects.operations import bookings as operations
from firstwin.projects.queries import bookings as booking_queries
from firstwin.shared import clock
from firstwin.shared.schemas import StrictSchema

bookings = Router(tags=["people's time"])


class BookingBody(StrictSchema):
    """A playbook for an account, or for a prospect by name and segment; `probability` in per cent, members by role."""

    playbook_id: UUID
    start_on: date
    probability: int
    account_id: UUID | None = None
    prospect_name: str = ""
    segment: Segment | None = None
    role_map: dict[str, UUID] = {}
    note: str = ""


class BookingPatchBody(StrictSchema):
    """What is left out stays. With `version`, somebody else's change meanwhile is a conflict."""

    start_on: date | None = None
    probability: int | None = None
    role_map: dict[str, UUID] | None = None
    note: str | None = None
    version: int | None = None


class ReleaseBody(StrictSchema):
    reason: str = ""


class RestoreBody(StrictSchema):
    start_on: date | None = None


class Booked(StrictSchema):
    id: UUID


@bookings.get("", response=list[BookingInfo])
def list_bookings(
    request: HttpRequest, state: BookingState = BookingState.OPEN, account_id: UUID | None = None
) -> list[BookingInfo]:
    return list(booking_queries.list_bookings(actor=actor_of(request), states=(state,), account_id=account_id))


@bookings.post("", response={201: Booked})
def book(request: HttpRequest, body: BookingBody) -> Booked:
    new = NewBooking(**body.model_dump())
    return Booked(id=operations.book(actor=actor_of(request), new=new, at=clock.now()))


@bookings.get("/{uuid:booking_id}", response=BookingInfo)
def read_booking(request: HttpRequest, booking_id: UUID) -> BookingInfo:
    return booking_queries.get_booking(actor=actor_of(request), booking_id=booking_id)


@bookings.patch("/{uuid:booking_id}", response={204: None})
def change_booking(request: HttpRequest, booking_id: UUID, body: BookingPatchBody) -> None:
    operations.change_booking(
        actor=actor_of(request),
        booking_id=booking_id,
        patch=BookingPatch(**body.model_dump(exclude={"version"})),
        version=body.version,
        at=clock.now(),
    )


@bookings.post("/{uuid:booking_id}/release", response={204: None})
def release_booking(request: HttpRequest, booking_id: UUID, body: ReleaseBody) -> None:
    operations.release_booking(actor=actor_of(request), booking_id=booking_id, reason=body.reason, at=clock.now())


@bookings.post("/{uuid:booking_id}/restore", response={204: None})
def restore_booking(request: HttpRequest, booking_id: UUID, body: RestoreBody) -> None:
    operations.restore_booking(actor=actor_of(request), booking_id=booking_id, start_on=body.start_on, at=clock.now())

"""Calendars over HTTP: hours, exceptions, days with their reasons, calendar files, and time of members."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Query, Router
from ninja.files import UploadedFile

from firstwin.calendars.contracts import (
    MOST_IMPORT_BYTES,
    CalendarImportInfo,
    CalendarInfo,
    Capacity,
    DayInfo,
    DayKind,
    ExplainedDay,
    Holder,
    HolderKind,
    NewDay,
    Region,
    Repeat,
)
from firstwin.calendars.operations import days as day_operations
from firstwin.calendars.operations import hours as hour_operations
from firstwin.calendars.operations import imports as import_operations
from firstwin.calendars.queries import calendars as calendar_queries
from firstwin.calendars.queries import capacities as capacity_queries
from firstwin.calendars.queries import imports as import_queries
from firstwin.identity.queries import actor_of
from firstwin.scheduling.contracts import OpenHours
from firstwin.shared import clock
from firstwin.shared.schemas import StrictSchema

calendars = Router(tags=["calendars"])


class CalendarChanges(StrictSchema):
    """Hours and place of a calendar; in a PATCH what is not sent stays. A week or country of null is inherited again."""

    week: tuple[OpenHours, ...] | None = None
    country: str | None = None
    subdivision: str = ""
    time_zone: str = ""


class DayBody(StrictSchema):
    """An exception. `hours` are those worked on a working day, or those away on a part day."""

    kind: DayKind
    first_on: date
    last_on: date | None = None
    label: str = ""
    hours: OpenHours = ()
    repeat: Repeat = Repeat.NEVER
    repeat_until: date | None = None


class CapacityBody(StrictSchema):
    weekly_hours: Decimal | None = None
    skills: tuple[str, ...] = ()


class StretchQuery(StrictSchema):
    first_on: date
    last_on: date


def _new(body: DayBody) -> NewDay:
    return NewDay(**body.model_dump())


@calendars.get("/countries", response=list[Region])
def list_countries(request: HttpRequest) -> tuple[Region, ...]:
    """Return the countries whose public holidays are known."""
    return calendar_queries.list_countries(actor=actor_of(request))


@calendars.get("/countries/{country}/subdivisions", response=list[Region])
def list_subdivisions(request: HttpRequest, country: str) -> tuple[Region, ...]:
    """Return the parts of a country that have public holidays of their own."""
    return calendar_queries.list_subdivisions(actor=actor_of(request), country=country)


@calendars.get("/capacities", response=list[Capacity])
def list_capacities(request: HttpRequest) -> tuple[Capacity, ...]:
    """Return weekly hours and skills of active members."""
    return capacity_queries.list_capacities(actor=actor_of(request))


@calendars.put("/capacities/{uuid:member_id}", response=Capacity)
def set_capacity(request: HttpRequest, member_id: UUID, body: CapacityBody) -> Capacity:
    """Set the weekly hours (null: all of the calendar) and the skills of a member."""
    return hour_operations.set_capacity(
        actor=actor_of(request), member_id=member_id, at=clock.now(), **body.model_dump()
    )


@calendars.get("/exceptions/{uuid:day_id}", response=DayInfo)
def read_day(request: HttpRequest, day_id: UUID) -> DayInfo:
    return calendar_queries.get_day(actor=actor_of(request), day_id=day_id, today=clock.now().date())


@calendars.put("/exceptions/{uuid:day_id}", response=DayInfo)
def change_day(request: HttpRequest, day_id: UUID, body: DayBody) -> DayInfo:
    actor, at = actor_of(request), clock.now()
    day_operations.change_day(actor=actor, day_id=day_id, new=_new(body), at=at)
    return calendar_queries.get_day(actor=actor, day_id=day_id, today=at.date())


@calendars.delete("/exceptions/{uuid:day_id}", response={204: None})
def remove_day(request: HttpRequest, day_id: UUID) -> None:
    day_operations.remove_day(actor=actor_of(request), day_id=day_id, at=clock.now())


@calendars.get("/imports/{uuid:calendar_import_id}", response=CalendarImportInfo)
def read_calendar_import(request: HttpRequest, calendar_import_id: UUID) -> CalendarImportInfo:
    """Return what a file would do, or did."""
    return import_queries.get_import(actor=actor_of(request), import_id=calendar_import_id, today=clock.now().date())


@calendars.post("/imports/{uuid:calendar_import_id}/finish", response=CalendarImportInfo)
def finish_calendar_import(request: HttpRequest, calendar_import_id: UUID) -> CalendarImportInfo:
    """Take a file over, all of it."""
    return import_operations.finish_import(actor=actor_of(request), import_id=calendar_import_id, at=clock.now())


@calendars.post("/imports/{uuid:calendar_import_id}/undo", response=CalendarImportInfo)
def undo_calendar_import(request: HttpRequest, calendar_import_id: UUID) -> CalendarImportInfo:
    """Take out again what a file brought in."""
    return import_operations.undo_import(actor=actor_of(request), import_id=calendar_import_id, at=clock.now())


@calendars.get("/{holder_kind}/{uuid:holder_id}", response=CalendarInfo)
def read_calendar(request: HttpRequest, holder_kind: HolderKind, holder_id: UUID) -> CalendarInfo:
    """Return hours and exceptions with what is inherited."""
    holder = Holder(kind=holder_kind, id=holder_id)
    return calendar_queries.get_calendar(actor=actor_of(request), holder=holder, today=clock.now().date())


@calendars.patch("/{holder_kind}/{uuid:holder_id}", response=CalendarInfo)
def change_calendar(
    request: HttpRequest, holder_kind: HolderKind, holder_id: UUID, changes: CalendarChanges
) -> CalendarInfo:
    """Change hours, country, region or time zone."""
    return hour_operations.set_hours(
        actor=actor_of(request),
        holder=Holder(kind=holder_kind, id=holder_id),
        changes=changes.model_dump(exclude_unset=True),
        at=clock.now(),
    )


@calendars.get("/{holder_kind}/{uuid:holder_id}/days", response=list[ExplainedDay])
def list_days(
    request: HttpRequest, holder_kind: HolderKind, holder_id: UUID, asked: Query[StretchQuery]
) -> tuple[ExplainedDay, ...]:
    """Return each day of a stretch with its hours and its reason."""
    holder = Holder(kind=holder_kind, id=holder_id)
    return calendar_queries.list_days(
        actor=actor_of(request), holder=holder, first_on=asked.first_on, last_on=asked.last_on
    )


@calendars.post("/{holder_kind}/{uuid:holder_id}/exceptions", response={201: DayInfo})
def add_day(request: HttpRequest, holder_kind: HolderKind, holder_id: UUID, body: DayBody) -> DayInfo:
    """Enter leave, a day off, a part day or an extra working day."""
    actor, at = actor_of(request), clock.now()
    holder = Holder(kind=holder_kind, id=holder_id)
    day_id = day_operations.add_day(actor=actor, holder=holder, new=_new(body), at=at)
    return calendar_queries.get_day(actor=actor, day_id=day_id, today=at.date())


@calendars.post("/{holder_kind}/{uuid:holder_id}/imports", response={201: CalendarImportInfo})
def upload_calendar(
    request: HttpRequest, holder_kind: HolderKind, holder_id: UUID, file: File[UploadedFile]
) -> CalendarImportInfo:
    """Read an ICS or CSV file and return what it would do."""
    return import_operations.prepare_import(
        actor=actor_of(request),
        holder=Holder(kind=holder_kind, id=holder_id),
        file_name=file.name or "",
        data=file.read(MOST_IMPORT_BYTES + 1),
        at=clock.now(),
    )

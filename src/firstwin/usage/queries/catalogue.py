"""Reads of the catalogue: which events come, which are expected, and what changed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from firstwin.identity.contracts import Actor
from firstwin.shared import pagination
from firstwin.shared.errors import NotFoundError
from firstwin.shared.pagination import Page
from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.catalogue import (
    CatalogueFilters,
    CatalogueState,
    DriftInfo,
    DriftKind,
    EventTypeInfo,
    PlannedEvent,
    PlannedProperty,
    PropertyInfo,
    PropertyType,
)
from firstwin.usage.models import Drift, EventProperty, EventType
from firstwin.usage.queries.people import require_seeing
from firstwin.usage.rules import identities, property_types, tracking_plan

MOST_SHOWN_DRIFTS = 100


def get_event_type(*, actor: Actor, event_type_id: UUID) -> EventTypeInfo:
    """Return one name of the catalogue. Raises NotFoundError."""
    require_seeing(actor=actor)
    row = EventType.objects.for_actor(actor).filter(id=event_type_id).first()
    if row is None:
        raise NotFoundError("There is no such event in the catalogue.", remedy="Look at the list of events.")
    return event_type_info(row)


def list_event_types(
    *,
    actor: Actor,
    filters: CatalogueFilters | None = None,
    cursor: str | None = None,
    limit: int = pagination.DEFAULT_PAGE_SIZE,
) -> Page[EventTypeInfo]:
    """Return one page of the catalogue by name; one query."""
    require_seeing(actor=actor)
    rows = _filtered(actor, filters or CatalogueFilters())
    return pagination.page_of(rows, order=["name", "kind"], cursor=cursor, limit=limit, convert=event_type_info)


def count_event_types(*, actor: Actor, filters: CatalogueFilters | None = None) -> int:
    """Return how many names the filters leave."""
    require_seeing(actor=actor)
    return _filtered(actor, filters or CatalogueFilters()).count()


def list_properties(*, actor: Actor, event_type_id: UUID) -> tuple[PropertyInfo, ...]:
    """Return the properties of an event by name, a hundred at most. Raises NotFoundError. Two queries."""
    get_event_type(actor=actor, event_type_id=event_type_id)
    rows = EventProperty.objects.for_actor(actor).filter(event_type_id=event_type_id)
    return tuple(
        PropertyInfo(
            name=row.name,
            types=tuple(PropertyType(one) for one in row.types),
            expected_type=PropertyType(row.expected_type) if row.expected_type else None,
            is_expected=row.is_expected,
            description=row.description,
            first_seen_at=row.first_seen_at,
        )
        for row in rows.order_by("name")
    )


def list_drifts(*, actor: Actor, at: datetime, event_type_id: UUID | None = None) -> tuple[DriftInfo, ...]:
    """Return what should be looked at, latest first: changes nobody settled, and expected events that stay away. Two queries."""
    require_seeing(actor=actor)
    rows = Drift.objects.for_actor(actor).filter(settled_at__isnull=True).select_related("event_type")
    quiet = EventType.objects.for_actor(actor).filter(
        is_expected=True, is_blocked=False, last_seen_at__lte=at - property_types.QUIET_FOR
    )
    if event_type_id is not None:
        rows, quiet = rows.filter(event_type_id=event_type_id), quiet.filter(id=event_type_id)
    noticed = [_drift_info(row) for row in rows.order_by("-found_at", "-id")[:MOST_SHOWN_DRIFTS]]
    silent = [_silence(row, at) for row in quiet.order_by("last_seen_at", "id")[:MOST_SHOWN_DRIFTS]]
    return tuple(sorted([*noticed, *silent], key=lambda one: one.found_at, reverse=True))


def get_drift(*, actor: Actor, drift_id: UUID) -> DriftInfo:
    """Return a change that was noticed, settled or not. Raises NotFoundError."""
    require_seeing(actor=actor)
    row = Drift.objects.for_actor(actor).select_related("event_type").filter(id=drift_id).first()
    if row is None:
        raise NotFoundError("There is nothing like that to look at.", remedy="Look at the list of events.")
    return _drift_info(row)


def get_plan(*, actor: Actor) -> list[PlannedEvent]:
    """Return what is expected as a tracking plan, by name; two queries."""
    require_seeing(actor=actor)
    rows = list(EventType.objects.for_actor(actor).filter(is_expected=True).order_by("name", "kind"))
    properties: dict[UUID, list[PlannedProperty]] = {}
    expected = EventProperty.objects.for_actor(actor).filter(event_type_id__in=[row.id for row in rows])
    for one in expected.filter(is_expected=True).order_by("name"):
        planned = PlannedProperty(
            name=one.name,
            type=PropertyType(one.expected_type) if one.expected_type else None,
            description=one.description,
        )
        properties.setdefault(one.event_type_id, []).append(planned)
    return [
        PlannedEvent(
            kind=EventKind(row.kind),
            name=row.name,
            description=row.description,
            properties=tuple(properties.get(row.id, ())),
        )
        for row in rows
    ]


def export_plan(*, actor: Actor) -> Iterator[str]:
    """Return what is expected as CSV, line by line; an import reads it back."""
    return tracking_plan.write_plan(get_plan(actor=actor))


def event_type_info(row: EventType) -> EventTypeInfo:
    """Return a name of the catalogue as others see it; inside usage only."""
    return EventTypeInfo(
        id=row.id,
        workspace_id=row.workspace_id,
        kind=EventKind(row.kind),
        name=row.name,
        description=row.description,
        is_expected=row.is_expected,
        is_blocked=row.is_blocked,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        dropped=row.dropped,
        dropped_at=row.dropped_at,
    )


def _filtered(actor: Actor, filters: CatalogueFilters) -> QuerySet[EventType]:
    rows = EventType.objects.for_actor(actor)
    key = identities.comparable(filters.search).replace("\x00", "")
    if key:
        rows = rows.filter(search_key__contains=key)
    if filters.kind is not None:
        rows = rows.filter(kind=filters.kind.value)
    match filters.state:
        case CatalogueState.SEEN:
            rows = rows.filter(first_seen_at__isnull=False)
        case CatalogueState.EXPECTED:
            rows = rows.filter(is_expected=True)
        case CatalogueState.UNDESCRIBED:
            rows = rows.filter(description="", is_blocked=False)
        case CatalogueState.NEVER_SEEN:
            rows = rows.filter(Q(is_expected=True), first_seen_at__isnull=True)
        case CatalogueState.BLOCKED:
            rows = rows.filter(is_blocked=True)
    return rows


def _drift_info(row: Drift) -> DriftInfo:
    return DriftInfo(
        id=row.id,
        kind=DriftKind(row.kind),
        event_type_id=row.event_type_id,
        event_name=row.event_type.name if row.event_type else "",
        property_name=row.property_name,
        detail=row.detail,
        found_at=row.found_at,
    )


def _silence(row: EventType, at: datetime) -> DriftInfo:
    last_at = row.last_seen_at or at
    days = (at - last_at) // timedelta(days=1)
    return DriftInfo(
        id=None,
        kind=DriftKind.SILENT,
        event_type_id=row.id,
        event_name=row.name,
        property_name="",
        detail=f"“{row.name}” is expected, and did not come for {days} days.",
        found_at=last_at + property_types.QUIET_FOR,
    )

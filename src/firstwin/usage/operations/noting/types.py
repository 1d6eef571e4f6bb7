"""Names of events and their properties: new ones are written down, and what changed about known ones is noticed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import F

from firstwin.shared import bulk, ids
from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.catalogue import DriftKind, PropertyType
from firstwin.usage.models import Drift, EventProperty, EventType
from firstwin.usage.operations.noting.known import KnownHere, KnownType
from firstwin.usage.rules import identities, property_types
from firstwin.usage.rules.noticing import NameSeen, Seen, TypeKey

MOST_NAMES = 2000
SEEN_EVERY = timedelta(hours=1)
IN_A_QUERY = 500
_REASON = "the owner of the event store serves every workspace"
_properties = msgspec.json.Decoder(dict[str, Any])


@dataclass(slots=True)
class _News:
    """What a round brought, to be written with one statement each."""

    types: list[EventType] = field(default_factory=list)
    properties: list[EventProperty] = field(default_factory=list)
    typed: list[tuple[UUID, str, set[PropertyType]]] = field(default_factory=list)
    drifts: list[Drift] = field(default_factory=list)


def blocked_names() -> dict[UUID, set[TypeKey]]:
    """Return the names of events that are left out, by workspace; one query, for every round."""
    found: dict[UUID, set[TypeKey]] = {}
    rows = EventType.objects.across_workspaces(reason=_REASON).filter(is_blocked=True)
    for workspace_id, kind, name in rows.values_list("workspace_id", "kind", "name"):
        found.setdefault(workspace_id, set()).add((EventKind(kind), name))
    return found


def note_types(workspace_id: UUID, seen: Seen, known: KnownHere, *, at: datetime) -> None:
    """Write down new names, properties and types, and count what was left out."""
    for (kind, name), count in seen.dropped.items():
        blocked = EventType.objects.for_workspace(workspace_id).filter(kind=kind.value, name=name)
        blocked.update(dropped=F("dropped") + count, dropped_at=at)
    names = {(kind, name): what for kind, found in seen.names.items() for name, what in found.items()}
    if not names:
        return
    missing = [key for key in names if key not in known.types]
    if missing:
        known.types.update(_read(workspace_id, missing))
    news = _News()
    known.types.update(
        _add_types(workspace_id, {key: names[key] for key in missing if key not in known.types}, news, at=at)
    )
    for key, what in names.items():
        here = known.types.get(key)
        if here is not None:
            _note_properties(workspace_id, key, here, what, news, at=at)
    _note_times(workspace_id, names, known, at=at)
    _write(workspace_id, news, at=at)


def _read(workspace_id: UUID, keys: Sequence[TypeKey]) -> dict[TypeKey, KnownType]:
    """Read what the catalogue says of names that are not remembered."""
    found: dict[TypeKey, KnownType] = {}
    for start in range(0, len(keys), IN_A_QUERY):
        wanted = set(keys[start : start + IN_A_QUERY])
        rows = EventType.objects.for_workspace(workspace_id).filter(name__in={name for _, name in wanted})
        for row in rows:
            key = (EventKind(row.kind), row.name)
            if key in wanted:
                found[key] = KnownType(row.id, row.first_seen_at, row.last_seen_at, row.noted_at)
    by_id = {one.id: one for one in found.values()}
    for known in EventProperty.objects.for_workspace(workspace_id).filter(event_type_id__in=by_id):
        one = by_id[known.event_type_id]
        one.properties[known.name] = {PropertyType(name) for name in known.types}
        if known.expected_type:
            one.expected[known.name] = PropertyType(known.expected_type)
    return found


def _add_types(
    workspace_id: UUID, names: dict[TypeKey, NameSeen], news: _News, *, at: datetime
) -> dict[TypeKey, KnownType]:
    """Add names that came for the first time; beyond two thousand they are no names any more, and somebody is told."""
    if not names:
        return {}
    rows = EventType.objects.for_workspace(workspace_id)
    room = MOST_NAMES - rows.count()
    planned = set(rows.filter(is_expected=True).values_list("kind", flat=True).distinct())
    fresh: dict[TypeKey, KnownType] = {}
    for (kind, name), what in list(names.items())[: max(0, room)]:
        row = EventType(
            id=ids.new_id(),
            workspace_id=workspace_id,
            kind=kind.value,
            name=name,
            search_key=identities.event_key(name),
            first_seen_at=what.first_at,
            last_seen_at=what.last_at,
            noted_at=at,
        )
        news.types.append(row)
        fresh[kind, name] = KnownType(row.id, what.first_at, what.last_at, at)
        if kind.value in planned:
            detail = f"“{name}” came for the first time, and the plan does not name it."
            news.drifts.append(_drift(workspace_id, DriftKind.NEW_EVENT, row.id, "", detail, at))
    if len(names) > room and not _is_open(workspace_id, DriftKind.TOO_MANY_NAMES, None, ""):
        detail = (
            f"More than {MOST_NAMES:,} different names of events came. New ones are stored, and left out of the catalogue:"
            " put what differs from event to event into properties."
        )
        news.drifts.append(_drift(workspace_id, DriftKind.TOO_MANY_NAMES, None, "", detail, at))
    return fresh


def _note_properties(
    workspace_id: UUID, key: TypeKey, here: KnownType, what: NameSeen, news: _News, *, at: datetime
) -> None:
    samples = [_properties.decode(text) for text in set(what.samples)]
    is_learned = property_types.is_learned(here.noted_at, at)
    for name, types in property_types.types_in(samples).items():
        if name not in here.properties:
            if len(here.properties) >= property_types.MOST_PROPERTIES:
                continue
            news.properties.append(_property(workspace_id, here.id, name, types, at=at))
            if is_learned:
                detail = f"“{key[1]}” has a property that it did not have before: {name}."
                news.drifts.append(_drift(workspace_id, DriftKind.NEW_PROPERTY, here.id, name, detail, at))
            here.properties[name] = set(types)
            continue
        surprise = property_types.surprise(here.properties[name], types, expected=here.expected.get(name))
        if not surprise.new:
            continue
        if surprise.is_drift and (is_learned or name in here.expected):
            detail = property_types.told(key[1], name, here.properties[name], surprise.new, here.expected.get(name))
            news.drifts.append(_drift(workspace_id, DriftKind.TYPE_CHANGED, here.id, name, detail, at))
        here.properties[name] = here.properties[name] | surprise.new
        news.typed.append((here.id, name, here.properties[name]))


def _note_times(workspace_id: UUID, names: dict[TypeKey, NameSeen], known: KnownHere, *, at: datetime) -> None:
    """Keep when a name came first, and last to the hour."""
    for key, what in names.items():
        here = known.types.get(key)
        if here is None:
            continue
        first_at = min(filter(None, (here.first_seen_at, what.first_at)))
        is_later = here.last_seen_at is None or what.last_at - here.last_seen_at >= SEEN_EVERY
        if first_at != here.first_seen_at or is_later:
            here.first_seen_at = first_at
            here.last_seen_at = max(filter(None, (here.last_seen_at, what.last_at)))
            here.noted_at = here.noted_at or at
            rows = EventType.objects.for_workspace(workspace_id).filter(id=here.id)
            rows.update(first_seen_at=here.first_seen_at, last_seen_at=here.last_seen_at, noted_at=here.noted_at)


def _write(workspace_id: UUID, news: _News, *, at: datetime) -> None:
    bulk.insert_rows(news.types)
    bulk.insert_rows(news.properties)
    for type_id, name, types in news.typed:
        rows = EventProperty.objects.for_workspace(workspace_id).filter(event_type_id=type_id, name=name)
        rows.update(types=_sorted(types))
        rows.filter(first_seen_at=None).update(first_seen_at=at)
    waiting = [
        one
        for one in news.drifts
        if not _is_open(workspace_id, DriftKind(one.kind), one.event_type_id, one.property_name)
    ]
    bulk.insert_rows(waiting)


def _property(
    workspace_id: UUID, type_id: UUID, name: str, types: Iterable[PropertyType], *, at: datetime
) -> EventProperty:
    return EventProperty(
        id=ids.new_id(),
        workspace_id=workspace_id,
        event_type_id=type_id,
        name=name,
        types=_sorted(types),
        first_seen_at=at,
    )


def _sorted(types: Iterable[PropertyType]) -> list[str]:
    return sorted(one.value for one in types)


def _drift(
    workspace_id: UUID, kind: DriftKind, type_id: UUID | None, property_name: str, detail: str, at: datetime
) -> Drift:
    return Drift(
        id=ids.new_id(),
        workspace_id=workspace_id,
        kind=kind.value,
        event_type_id=type_id,
        property_name=property_name,
        detail=detail[:500],
        found_at=at,
    )


def _is_open(workspace_id: UUID, kind: DriftKind, type_id: UUID | None, property_name: str) -> bool:
    rows = Drift.objects.for_workspace(workspace_id).filter(kind=kind.value, settled_at__isnull=True)
    return rows.filter(event_type_id=type_id, property_name=property_name).exists()

"""What is known of the events themselves, and features: named sets of events, licensed to accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from firstwin.shared.errors import ConflictError
from firstwin.usage.contracts import EventKind

WILDCARD = "*"


class PropertyType(StrEnum):
    """What values a property has; text that reads as an instant of ISO 8601 is an instant."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    LIST = "list"
    OBJECT = "object"


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyInfo:
    """A property of an event: the types seen in samples, and the one that the tracking plan expects (None: any)."""

    name: str
    types: tuple[PropertyType, ...]
    expected_type: PropertyType | None
    is_expected: bool
    description: str
    first_seen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTypeInfo:
    """One name of the catalogue: an event that came, or that the tracking plan expects to come.

    `last_seen_at` is right to the hour. `dropped` counts events that were left out because the name is blocked.
    """

    id: UUID
    workspace_id: UUID
    kind: EventKind
    name: str
    description: str
    is_expected: bool
    is_blocked: bool
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    dropped: int
    dropped_at: datetime | None


class DriftKind(StrEnum):
    """What can be noticed about events that changed."""

    NEW_EVENT = "new_event"
    NEW_PROPERTY = "new_property"
    TYPE_CHANGED = "type_changed"
    SILENT = "silent"
    TOO_MANY_NAMES = "too_many_names"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftInfo:
    """Something to look at: a sentence in `detail`. `id` is None for what time alone shows (an event that stays away)."""

    id: UUID | None
    kind: DriftKind
    event_type_id: UUID | None
    event_name: str
    property_name: str
    detail: str
    found_at: datetime


class CatalogueState(StrEnum):
    """Which part of the catalogue a list shows."""

    SEEN = "seen"
    EXPECTED = "expected"
    UNDESCRIBED = "undescribed"
    NEVER_SEEN = "never_seen"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueFilters:
    """Which events a list shows; what is empty does not narrow. `search` looks into name and description."""

    search: str = ""
    state: CatalogueState | None = None
    kind: EventKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeature:
    """A feature as somebody describes it.

    `events` are names of track events; one that ends with * stands for all that begin so. `products` are those that it is
    part of; without any it is part of every product.
    """

    name: str
    description: str = ""
    events: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureInfo:
    """A named set of events. `key` never changes: goals, playbooks and programs name the feature by it."""

    id: UUID
    workspace_id: UUID
    key: str
    name: str
    description: str
    events: tuple[str, ...]
    products: tuple[str, ...]
    archived_at: datetime | None


class LicenceReason(StrEnum):
    """Why an account may use a feature, or may not."""

    EVERY_PRODUCT = "every_product"
    PRODUCT = "product"
    OTHER_PRODUCT = "other_product"
    GRANTED = "granted"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceInfo:
    """Whether an account may use a feature, and why; `note` is what somebody wrote when they granted or withheld it."""

    feature: FeatureInfo
    is_licensed: bool
    reason: LicenceReason
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceException:
    """That somebody decided whether an account may use a feature, whatever its products say."""

    account_id: UUID
    is_granted: bool
    note: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedProperty:
    """A property that a tracking plan names."""

    name: str
    type: PropertyType | None
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEvent:
    """An event that a tracking plan names."""

    kind: EventKind
    name: str
    description: str
    properties: tuple[PlannedProperty, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanImported:
    """What taking a tracking plan in came to."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureUsage:
    """How a feature was taken up: accounts that used it, of those that may and are seen in the product; people who did.

    `unlicensed` accounts used it although they may not: customers to whom somebody could offer it.
    """

    accounts: int
    licensed: int
    unlicensed: int
    people: int


FeatureEvents = Mapping[str, tuple[str, ...]]
"""Names of track events by the key of their feature, wildcards resolved: what the questions of the event store take."""


class DuplicateFeatureError(ConflictError):
    """Another feature has this name."""

    code: ClassVar[str] = "duplicate_feature"
    title: ClassVar[str] = "This feature exists already"

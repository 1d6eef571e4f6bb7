"""Facts about the catalogue of events, and about features and who may use them."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTypeEvent(Event):
    """Base of facts about one name of events; `title` is that name."""

    subject_type: ClassVar[str] = "event_type"
    event_type_id: UUID
    title: str

    @property
    def subject_id(self) -> UUID:
        """Return the id of the entry of the catalogue."""
        return self.event_type_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class EventDescribed(EventTypeEvent):
    """Somebody wrote what an event means; `was` is what stood there."""

    name: ClassVar[str] = "event_type.described"
    description: str
    was: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class EventExpected(EventTypeEvent):
    """An event is expected to come, so that it is missed when it stays away."""

    name: ClassVar[str] = "event_type.expected"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class EventNotExpected(EventTypeEvent):
    """An event is no longer expected."""

    name: ClassVar[str] = "event_type.not_expected"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class EventBlocked(EventTypeEvent):
    """Events of this name are left out from now on, and counted."""

    name: ClassVar[str] = "event_type.blocked"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class EventUnblocked(EventTypeEvent):
    """Events of this name are stored again."""

    name: ClassVar[str] = "event_type.unblocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftEvent(Event):
    """Base of facts about a change of events that was noticed; `detail` says what it was."""

    subject_type: ClassVar[str] = "event_drift"
    drift_id: UUID
    title: str
    detail: str

    @property
    def subject_id(self) -> UUID:
        """Return the id of what was noticed."""
        return self.drift_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class DriftSettled(DriftEvent):
    """Somebody looked at a change of events and found it right."""

    name: ClassVar[str] = "event_drift.settled"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReopened(DriftEvent):
    """A change of events is to be looked at again."""

    name: ClassVar[str] = "event_drift.reopened"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingPlanImported(Event):
    """A tracking plan was taken in: its events are expected."""

    name: ClassVar[str] = "tracking_plan.imported"
    subject_type: ClassVar[str] = "tracking_plan"
    plan_id: UUID
    file_name: str
    added: int
    changed: int

    @property
    def subject_id(self) -> UUID:
        """Return the id of this import."""
        return self.plan_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureEvent(Event):
    """Base of facts about one feature of the vendor's product; `title` is its name."""

    subject_type: ClassVar[str] = "usage_feature"
    feature_id: UUID
    title: str

    @property
    def subject_id(self) -> UUID:
        """Return the feature's id."""
        return self.feature_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCreated(FeatureEvent):
    """A feature was described: a named set of events."""

    name: ClassVar[str] = "usage_feature.created"
    key: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureChanged(FeatureEvent):
    """Facts of a feature changed; `changes` holds (field, old, new) as texts."""

    name: ClassVar[str] = "usage_feature.changed"
    changes: tuple[tuple[str, str, str], ...]


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureArchived(FeatureEvent):
    """A feature left the lists and the figures."""

    name: ClassVar[str] = "usage_feature.archived"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRestored(FeatureEvent):
    """An archived feature came back."""

    name: ClassVar[str] = "usage_feature.restored"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceGiven(FeatureEvent):
    """An account may use a feature, or may not, whatever its products say."""

    name: ClassVar[str] = "usage_feature.licence_given"
    account_id: UUID
    account_name: str
    is_granted: bool
    note: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceEnded(FeatureEvent):
    """The products of an account say again whether it may use a feature."""

    name: ClassVar[str] = "usage_feature.licence_ended"
    account_id: UUID
    account_name: str

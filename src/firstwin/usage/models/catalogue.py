"""Tables of the catalogue: names of events with their properties, what changed, features, and who may use them."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from firstwin.shared.models import WorkspaceModel


class EventType(WorkspaceModel):
    """A name of events that came, or that the tracking plan expects.

    `first_seen_at` is when one happened first, which may be long ago; `noted_at` is when one arrived here first.
    """

    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=500)
    search_key = models.CharField(max_length=2600, blank=True)
    description = models.CharField(max_length=2000, blank=True)
    is_expected = models.BooleanField(default=False)
    is_blocked = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    noted_at = models.DateTimeField(null=True)
    dropped = models.BigIntegerField(default=0)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "kind", "name"], name="usage_event_type_once")]
        indexes = [
            # The drain asks before every round which names are left out.
            models.Index(fields=["workspace", "name"], name="usage_event_type_blocked", condition=Q(is_blocked=True)),
        ]


class EventProperty(WorkspaceModel):
    """A property of an event: the types of its values as far as samples showed them."""

    event_type = models.ForeignKey(EventType, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    types = models.JSONField(default=list)
    expected_type = models.CharField(max_length=10, blank=True)
    is_expected = models.BooleanField(default=False)
    description = models.CharField(max_length=2000, blank=True)
    first_seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event_type", "name"], name="usage_property_once")]

    if TYPE_CHECKING:
        event_type_id: UUID


class Drift(WorkspaceModel):
    """A change of events that somebody should look at, until they say that it is right."""

    kind = models.CharField(max_length=16)
    event_type = models.ForeignKey(EventType, on_delete=models.CASCADE, null=True, related_name="+")
    property_name = models.CharField(max_length=200, blank=True)
    detail = models.CharField(max_length=500)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["workspace", "-found_at", "id"], name="usage_drift_open", condition=Q(settled_at__isnull=True)
            ),
        ]

    if TYPE_CHECKING:
        event_type_id: UUID | None


class Feature(WorkspaceModel):
    """A named set of events; `products` are those that it is part of, in their comparable spelling."""

    key = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=240)
    description = models.CharField(max_length=2000, blank=True)
    events = models.JSONField(default=list)
    products = models.JSONField(default=list)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="usage_feature_key_once"),
            models.UniqueConstraint(fields=["workspace", "name_key"], name="usage_feature_name_once"),
        ]


class FeatureLicence(WorkspaceModel):
    """That one account may use a feature, or may not, whatever its products say."""

    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey("customers.Account", on_delete=models.CASCADE, related_name="+")
    is_granted = models.BooleanField()
    note = models.CharField(max_length=500, blank=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feature", "account"], name="usage_licence_once")]
        indexes = [models.Index(fields=["workspace", "account"], name="usage_licence_by_account")]

    if TYPE_CHECKING:
        feature_id: UUID
        account_id: UUID

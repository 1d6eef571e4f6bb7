"""Tables of keeping: orders to the owner of the store, erasures, how long events are kept, and what was set aside."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from firstwin.shared.models import WorkspaceModel


class StoreOrder(WorkspaceModel):
    """What the owner of the event store has still to do; deleted once it is done."""

    kind = models.CharField(max_length=12)
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    # Not empty: it cannot be done, and the orders behind it go on.
    problem = models.CharField(max_length=500, blank=True)


class Erasure(WorkspaceModel):
    """A person whose events were erased, known by keyed hashes alone. `marks` has one for each of their ids."""

    mark = models.CharField(max_length=64)
    marks = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    reference = models.CharField(max_length=200, blank=True)
    refuses_later = models.BooleanField(default=False)
    found = models.JSONField(default=dict)
    left = models.JSONField(default=dict)
    hidden_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-asked_at", "id"], name="usage_erasure_list"),
            models.Index(fields=["refuses_later", "asked_at"], name="usage_erasure_in_force"),
        ]


class EventRetention(WorkspaceModel):
    """How long a workspace keeps product events: `months`, null for ever."""

    months = models.PositiveSmallIntegerField(null=True)
    changed_at = models.DateTimeField()
    dropped = models.PositiveBigIntegerField(default=0)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace"], name="usage_retention_once"),
            models.CheckConstraint(condition=Q(months=None) | Q(months__gte=1), name="usage_retention_months"),
        ]


class SetAsideBatch(WorkspaceModel):
    """A row of the inbox that the store could not take, as it was, with the reason."""

    source = models.ForeignKey("usage.Source", on_delete=models.CASCADE, related_name="+")
    received_at = models.DateTimeField()
    events = models.IntegerField()
    size = models.IntegerField()
    lines = models.BinaryField()
    reason = models.CharField(max_length=500)
    set_aside_at = models.DateTimeField()

    if TYPE_CHECKING:
        source_id: UUID

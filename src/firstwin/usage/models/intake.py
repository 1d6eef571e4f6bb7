"""Tables of usage: sources, write keys, the inbox, and what was rejected."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models

from firstwin.shared.models import WorkspaceModel


class Source(WorkspaceModel):
    """A place that events come from."""

    name = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["workspace", "created_at"], name="usage_source_list")]


class WriteKey(WorkspaceModel):
    """A key that events are sent with, as it is: browsers show it to everybody, and each request is looked up by it."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_refused_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        source_id: UUID


class InboxBatch(WorkspaceModel):
    """Events of one request that are acknowledged and not yet in the event store."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    received_at = models.DateTimeField()
    events = models.IntegerField()
    size = models.IntegerField()
    lines = models.BinaryField()

    if TYPE_CHECKING:
        source_id: UUID

    class Meta:
        # The fill of the inbox is read from here alone, every few seconds.
        indexes = [models.Index(fields=["received_at", "events", "size"], name="usage_inbox_fill")]


class RejectedEvent(WorkspaceModel):
    """An event that was not taken in, as it came."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    received_at = models.DateTimeField()
    reason = models.CharField(max_length=32)
    detail = models.CharField(max_length=300)
    kind = models.CharField(max_length=32, blank=True)
    name = models.CharField(max_length=200, blank=True)
    raw = models.BinaryField()
    size = models.IntegerField()
    call = models.CharField(max_length=16, blank=True)
    sent_at = models.CharField(max_length=64, blank=True)
    shared_context = models.BinaryField(blank=True)

    if TYPE_CHECKING:
        source_id: UUID

    class Meta:
        # How much came lately is read from the second alone, every few seconds.
        indexes = [
            models.Index(fields=["source", "-received_at"], name="usage_rejected_list"),
            models.Index(fields=["received_at", "source", "size"], name="usage_rejected_fill"),
        ]

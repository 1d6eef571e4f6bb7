"""Tables of imports of history."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models

from firstwin.shared.models import WorkspaceModel
from firstwin.usage.models.intake import Source


class HistoryFile(WorkspaceModel):
    """A file of events from before, on its way in; the file itself lies in the files folder until it is done with."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=255)
    stored_name = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=12)
    origin = models.CharField(max_length=12)
    columns = models.JSONField(default=dict)
    group_type = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12)
    position = models.BigIntegerField(default=0)
    size = models.BigIntegerField()
    rows = models.BigIntegerField(default=0)
    taken = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    passed_over = models.BigIntegerField(default=0)
    failure = models.CharField(max_length=500, blank=True)
    author_kind = models.CharField(max_length=10)
    author_id = models.UUIDField(null=True)
    author_name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        source_id: UUID

    class Meta:
        indexes = [models.Index(fields=["source", "-created_at"], name="usage_history_list")]


class HistoryFault(WorkspaceModel):
    """A row of such a file that could not be taken in."""

    history = models.ForeignKey(HistoryFile, on_delete=models.CASCADE, related_name="+")
    row = models.BigIntegerField()
    detail = models.CharField(max_length=300)
    raw = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["history", "row"], name="usage_history_faults")]

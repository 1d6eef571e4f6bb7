"""Tables of desk."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models

from firstwin.shared.models import WorkspaceModel


class SavedViewRow(WorkspaceModel):
    """A list with its filters and its order, under a name."""

    member = models.ForeignKey("identity.Member", on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000, blank=True)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    if TYPE_CHECKING:
        member_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "page", "name"], name="desk_view_name_once_per_person"),
        ]


class Taste(WorkspaceModel):
    """How a person likes lists to look: columns, density."""

    member = models.OneToOneField("identity.Member", on_delete=models.CASCADE, related_name="+")
    choices = models.JSONField(default=dict)

    if TYPE_CHECKING:
        member_id: UUID

"""The table of soft bookings."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from firstwin.customers.contracts import Segment
from firstwin.projects.contracts.bookings import BookingState
from firstwin.projects.models.choices import choices_of
from firstwin.shared.models import WorkspaceModel


class Booking(WorkspaceModel):
    """Time set aside for a project that has not begun.

    `roles` names the members by role; `work` is what the plan of such a customer asks of each role: minutes, start and due.
    """

    playbook = models.ForeignKey("playbooks.Playbook", on_delete=models.RESTRICT, related_name="+", db_index=False)
    account = models.ForeignKey("customers.Account", on_delete=models.CASCADE, null=True, related_name="+")
    project = models.ForeignKey(
        "projects.Project", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    name = models.CharField(max_length=200)
    segment = models.CharField(max_length=20, choices=choices_of(Segment))
    playbook_name = models.CharField(max_length=200)
    start_on = models.DateField()
    end_on = models.DateField()
    probability = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=choices_of(BookingState), default=BookingState.OPEN)
    reason = models.TextField(blank=True)
    roles = models.JSONField(default=list)
    work = models.JSONField(default=list)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        playbook_id: UUID
        account_id: UUID | None
        project_id: UUID | None

    class Meta:
        indexes = [
            models.Index(
                fields=["workspace", "start_on"], condition=Q(state=BookingState.OPEN), name="projects_booking_open"
            ),
        ]

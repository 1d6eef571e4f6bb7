"""The table of the ledger of days."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models

from firstwin.projects.contracts.ledger import LedgerReason, LedgerSide
from firstwin.projects.models.choices import choices_of
from firstwin.shared.models import WorkspaceModel


class LedgerEntry(WorkspaceModel):
    """Working days by which the end of a project moved: when, to whom they are put down, and why.

    What was written down is never changed. `counted_side` and `counted_reason` are what counts: the same, until somebody
    corrects them with a note. `is_put_back`: taken back on the same day by an entry of its own, or the one that took it
    back; neither counts.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    baseline_number = models.PositiveSmallIntegerField()
    position = models.PositiveIntegerField()
    on = models.DateField()
    days = models.IntegerField()
    side = models.CharField(max_length=12, choices=choices_of(LedgerSide))
    reason = models.CharField(max_length=12, choices=choices_of(LedgerReason))
    text = models.TextField(blank=True)
    task_id = models.UUIDField(null=True)
    task_name = models.CharField(max_length=300, blank=True)
    person = models.CharField(max_length=200, blank=True)
    is_internal = models.BooleanField(default=False)
    actor_name = models.CharField(max_length=200, blank=True)
    counted_side = models.CharField(max_length=12, choices=choices_of(LedgerSide))
    counted_reason = models.CharField(max_length=12, choices=choices_of(LedgerReason))
    note = models.TextField(blank=True)
    corrected_by = models.CharField(max_length=200, blank=True)
    corrected_at = models.DateTimeField(null=True)
    is_put_back = models.BooleanField(default=False)

    if TYPE_CHECKING:
        project_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "baseline_number", "position"], name="projects_ledger_in_order"),
        ]
        indexes = [models.Index(fields=["workspace", "on", "project"], name="projects_ledger_on")]


class DayStatementRow(WorkspaceModel):
    """A statement of a project's days as it was when it was shared with the customer, until it is withdrawn."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    content = models.JSONField()
    message = models.TextField(blank=True)
    shared_at = models.DateTimeField()
    shared_by = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)

    if TYPE_CHECKING:
        project_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(withdrawn_at__isnull=True), name="projects_statement_one_shared"
            ),
        ]

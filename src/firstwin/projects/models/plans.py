"""The tables of what is kept of a plan as it was: steps that can be taken back, and baselines."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models

from firstwin.shared.models import WorkspaceModel


class PlanStep(WorkspaceModel):
    """A saved change of dates, bounds, lengths or links of a plan, until somebody takes it back.

    `undo` is what the changed rows were before, `stamp_before` and `stamp` are the plan before and after: while it is
    still so, the step can be taken back, and then the one before it.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    words = models.CharField(max_length=300)
    undo = models.JSONField(default=dict)
    stamp_before = models.CharField(max_length=64)
    stamp = models.CharField(max_length=64)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        project_id: UUID

    class Meta:
        indexes = [models.Index(fields=["project", "id"], name="projects_step_project")]


class Baseline(WorkspaceModel):
    """The dates of a plan as somebody kept them; `dates` holds start and end of each task by the hexadecimal of its id.

    The dates of the launch are kept with the tasks themselves.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    end_at = models.DateTimeField()
    dates = models.JSONField(default=dict)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    if TYPE_CHECKING:
        project_id: UUID

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="projects_baseline_name")]

"""Baselines of a project, for members."""

from uuid import UUID

from django.db.models import Case, JSONField, Value, When

from firstwin.identity.contracts import Actor
from firstwin.projects import permissions
from firstwin.projects.contracts import ProjectDetail, ProjectSummary
from firstwin.projects.contracts.baselines import BaselineInfo, Baselines, KeptDates
from firstwin.projects.models import Baseline
from firstwin.projects.queries import plans
from firstwin.projects.rules import baselines
from firstwin.shared.errors import PermissionDeniedError


def list_baselines(*, actor: Actor, project_id: UUID) -> tuple[BaselineInfo, ...]:
    """Return the baselines that people kept, the latest first. Raises NotFoundError."""
    _require_member(actor)
    plans.project_row(actor, project_id)
    rows = Baseline.objects.for_actor(actor).filter(project_id=project_id).defer("dates").order_by("-at", "-id")
    return tuple(_info(row) for row in rows)


def get_baselines(*, actor: Actor, detail: ProjectDetail, chosen_id: UUID | None = None) -> Baselines:
    """Return what a plan that was read can be compared with, in one read; one that is gone gives way to the launch."""
    _require_member(actor)
    rows = Baseline.objects.for_actor(actor).filter(project_id=detail.summary.id).defer("dates").order_by("-at", "-id")
    nothing = Value({}, output_field=JSONField())
    found = list(rows.annotate(wanted=Case(When(id=chosen_id, then="dates"), default=nothing)))
    chosen = next((row for row in found if row.id == chosen_id), None)
    launch = _launch(detail.summary)
    if chosen is None:
        dates = {
            task.id: KeptDates(name=task.name, start_at=task.baseline_start_at, due_at=task.baseline_due_at)
            for stage in detail.stages
            for task in stage.tasks
        }
        end_at = max((kept.due_at for kept in dates.values()), default=launch.end_at)
        launch = BaselineInfo(id=None, name=launch.name, by_name="", at=launch.at, end_at=end_at)
    else:
        dates = baselines.unpacked(chosen.wanted)
    known = (launch, *(_info(row) for row in found))
    return Baselines(known=known, chosen=_info(chosen) if chosen is not None else launch, dates=dates)


def _launch(summary: ProjectSummary) -> BaselineInfo:
    return BaselineInfo(
        id=None, name=baselines.LAUNCH, by_name="", at=summary.started_at, end_at=summary.planned_end_at
    )


def _info(row: Baseline) -> BaselineInfo:
    return BaselineInfo(id=row.id, name=row.name, by_name=row.by_name, at=row.at, end_at=row.end_at)


def _require_member(actor: Actor) -> None:
    if permissions.is_contact(actor):
        raise PermissionDeniedError("This page is for the team.", remedy="Use the link in your mail.")

"""The end that a project is held to."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.playbooks.contracts import Side
from firstwin.projects import events
from firstwin.projects.contracts import ProjectState
from firstwin.projects.operations import settling
from firstwin.scheduling import queries as scheduling_queries
from firstwin.shared.errors import InvalidInputError, Problem


def set_target(*, actor: Actor, project_id: UUID, end_on: date, at: datetime) -> None:
    """Hold a running project to another end; the plan itself stays as it is. Idempotent.

    Raises InvalidInputError for an end before the start of the project.
    """
    settling.require_editor(actor=actor)
    with transaction.atomic():
        plan = settling.opened(actor=actor, project_id=project_id)
        project = plan.project
        settling.require_running(project)
        target = scheduling_queries.closing_of(plan.calendars()[Side.VENDOR], end_on)
        if target <= project.started_at:
            problem = Problem("end_on", "The project starts later than that.", "Choose a later day.")
            raise InvalidInputError("A project cannot end before it starts.", problems=(problem,))
        if target == project.target_end_at:
            return
        fact = events.AnchorMoved(
            project_id=project.id,
            account_id=project.account_id,
            what="target",
            moved_from=project.target_end_at,
            moved_to=target,
        )
        project.target_end_at, project.updated_at = target, at
        project.forecast_due_at = at if project.state == ProjectState.ACTIVE else None
        project.save(update_fields=["target_end_at", "updated_at", "forecast_due_at"])
        journal_operations.record(fact, actor=actor, at=at)

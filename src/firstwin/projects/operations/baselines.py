"""Keep the dates of a running plan, and let go of them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.projects import events
from firstwin.projects.contracts.baselines import KeptDates
from firstwin.projects.models import Baseline, Project
from firstwin.projects.operations import settling
from firstwin.projects.queries import plans
from firstwin.projects.rules import baselines
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, Problem


def keep_baseline(*, actor: Actor, project_id: UUID, name: str, at: datetime) -> UUID:
    """Keep the dates of a running plan under a name, and return the baseline's id.

    Raises InvalidInputError for a name that is missing, too long or in use, ConflictError when there are too many.
    """
    settling.require_editor(actor=actor)
    with transaction.atomic():
        plan = settling.opened(actor=actor, project_id=project_id)
        settling.require_running(plan.project)
        rows = Baseline.objects.for_actor(actor).filter(project_id=project_id)
        said = _checked_name(name, set(rows.values_list("name", flat=True)))
        kept = (
            (task.id, KeptDates(name=task.name, start_at=task.start_at, due_at=task.due_at))
            for task in plan.tasks.values()
        )
        row = Baseline(
            workspace_id=plan.project.workspace_id,
            project_id=project_id,
            name=said,
            end_at=plan.project.planned_end_at,
            dates=baselines.packed(kept),
            by_name=actor.name[:200],
            at=at,
        )
        row.save(force_insert=True)
        fact = events.BaselineKept(**_event(plan.project), title=said, end_at=row.end_at)
        journal_operations.record(fact, actor=actor, at=at)
    return row.id


def _checked_name(name: str, known: set[str]) -> str:
    said = " ".join(name.split())
    problem = None
    if not said:
        problem = Problem("name", "The name is missing.", "Say when or why the dates are kept.")
    elif len(said) > baselines.LONGEST_NAME:
        problem = Problem("name", "It is too long.", f"Use at most {baselines.LONGEST_NAME} characters.")
    elif said.casefold() in {baselines.LAUNCH.casefold(), *(one.casefold() for one in known)}:
        problem = Problem("name", f"There is a baseline “{said}” already.", "Choose another name.")
    if problem is not None:
        raise InvalidInputError("The baseline was not kept.", problems=(problem,))
    if len(known) >= baselines.MOST:
        raise ConflictError(f"This project has {baselines.MOST} baselines.", remedy="Remove one that is not needed.")
    return said


def remove_baseline(*, actor: Actor, project_id: UUID, baseline_id: UUID, at: datetime) -> None:
    """Let go of dates that were kept; those of the launch stay. Raises NotFoundError."""
    settling.require_editor(actor=actor)
    with transaction.atomic():
        project = plans.project_row(actor, project_id, is_locked=True)
        row = Baseline.objects.for_actor(actor).filter(project_id=project_id, id=baseline_id).defer("dates").first()
        if row is None:
            raise NotFoundError("There is no such baseline.", remedy="It may have been removed; look at the plan.")
        name = row.name
        row.delete()
        journal_operations.record(events.BaselineRemoved(**_event(project), title=name), actor=actor, at=at)


def _event(project: Project) -> dict[str, UUID]:
    return {"project_id": project.id, "account_id": project.account_id}

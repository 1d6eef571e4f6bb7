"""The clock of a project: what its timer does when it rings."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.projects import events
from firstwin.projects.contracts import ProjectState
from firstwin.projects.operations import settling, tasks
from firstwin.projects.queries import plans
from firstwin.projects.rules import progress
from firstwin.shared.errors import NotFoundError


def advance_project(*, actor: Actor, project_id: UUID, at: datetime) -> None:
    """Announce the tasks whose start has come and call broken promises overdue, each once; then set the next timer.

    Idempotent: what was announced stays announced. A project that is gone, held or over is left alone.
    """
    with transaction.atomic():
        try:
            project = plans.project_row(actor, project_id, is_locked=True)
        except NotFoundError:
            return
        if project.state != ProjectState.ACTIVE:
            return
        plan = settling.loaded(actor=actor, project=project)
        facts = plan.facts(is_dated=False)
        held = progress.blockers(facts)
        for fact in facts.tasks:
            task = plan.tasks[fact.id]
            if progress.is_to_announce(fact, held) and fact.start_at <= at:
                task.came_due_at = at
                plan.moved.add(task.id)
                plan.happened.append(events.TaskCameDue(**tasks.task_event(plan, task), is_automatic=task.is_automatic))
            if progress.is_to_flag(fact) and fact.due_at <= at:
                task.overdue_at = at
                plan.moved.add(task.id)
                plan.happened.append(
                    events.TaskBecameOverdue(**tasks.task_event(plan, task), due_at=task.due_at, side=task.side)
                )
        settling.settle(plan, actor=actor, at=at, cause="time passed", is_activity=False)

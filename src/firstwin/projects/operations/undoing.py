"""Take the latest change of a plan's dates, lengths and links back, while nobody changed the plan since."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from firstwin.customers.operations import accounts
from firstwin.identity.contracts import Actor
from firstwin.projects import events
from firstwin.projects.contracts.updates import NothingToUndoError, UndoGoneError
from firstwin.projects.models import PlanStep, Project, ProjectTask
from firstwin.projects.operations import changes, keeping, settling, stepping
from firstwin.projects.queries import plans
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import steps
from firstwin.shared.errors import NotFoundError


def undo_step(*, actor: Actor, project_id: UUID, at: datetime, step_id: UUID | None = None) -> str:
    """Take the latest change of dates, lengths or links of a plan back and return what it was; then the one before it.

    With `step_id` only that one, and only once. Raises NothingToUndoError when none is left, NotFoundError when there is no
    such one, UndoGoneError, saying who changed what, when the plan changed since, and WrongStateError when the project is over.
    """
    settling.require_editor(actor=actor)
    with transaction.atomic():
        project = plans.project_row(actor, project_id, is_locked=True)
        row = _asked(actor, project, step_id)
        if row.undone_at is not None:
            return row.words
        settling.require_running(project)
        before = settling.loaded(actor=actor, project=project)
        if stepping.stamp_of(before) != row.stamp:
            raise UndoGoneError(f"{_who_changed(before)} Taking it back would lose that.", remedy=_BY_HAND)
        if not keeping.is_as_left(project, row.undo):
            raise UndoGoneError("That date was changed again since. Taking it back would lose that.", remedy=_BY_HAND)
        plan = _put_back(actor, row, before, at)
        what = events.PlanChangeUndone(project_id=project.id, account_id=project.account_id, what=row.words)
        plan.happened.append(what)
        settling.settle(plan, actor=actor, at=at, cause="a change of the plan was taken back")
        row.undone_at = at
        row.save(update_fields=["undone_at"])
        # The plan is as it was after the step before, which can be taken back next.
        steps_of = PlanStep.objects.for_actor(actor).filter(project_id=project.id, undone_at__isnull=True)
        steps_of.filter(stamp=row.stamp_before).update(stamp=stepping.stamp_of(plan))
    return row.words


_BY_HAND = "Change the plan by hand where it should differ."


def _asked(actor: Actor, project: Project, step_id: UUID | None) -> PlanStep:
    rows = PlanStep.objects.for_actor(actor).filter(project_id=project.id)
    latest = rows.filter(undone_at__isnull=True).order_by("-id").first()
    row = latest if step_id is None else rows.filter(id=step_id).first()
    if row is None:
        unknown = NothingToUndoError if step_id is None else NotFoundError
        raise unknown("There is no change of this plan to undo.", remedy="Dates, lengths and dependencies can be.")
    if row.undone_at is None and latest is not None and row.id != latest.id:
        raise UndoGoneError(f"{latest.by_name} changed the plan since: {latest.words}.", remedy="Undo that first.")
    return row


def _who_changed(plan: RunningPlan) -> str:
    latest = max(plan.tasks.values(), key=lambda task: (task.changed_at, task.version), default=None)
    if latest is None:
        return "The plan changed since."
    return f"{latest.changed_by or 'Somebody'} changed “{latest.name}” since: {latest.change or 'changed'}."


def _put_back(actor: Actor, row: PlanStep, before: RunningPlan, at: datetime) -> RunningPlan:
    """Write a step's rows back, and return the plan with what changed by that, told and not yet settled."""
    project = before.project
    keeping.put_back(project.workspace_id, project.id, row.undo)
    if "signed_at" in keeping.put_back_project(project, row.undo):
        signed = {"contract_signed_at": project.signed_at}
        accounts.edit_account(actor=actor, account_id=project.account_id, changes=signed, at=at)
    plan = plans.load_plan(actor, project)
    plan.come_after(before)
    told = {
        UUID(task_id): steps.reversal(_as_it_is(before.tasks[UUID(task_id)]), then)
        for task_id, then in row.undo["tasks:changed"].items()
    }
    links = {UUID(link_id) for part in ("gone", "changed", "came") for link_id in row.undo[f"links:{part}"]}
    for link in (*before.links, *plan.links):
        if link.id in links and link.successor_id is not None:
            told.setdefault(link.successor_id, [])
            if ("dependencies", "", "as before") not in told[link.successor_id]:
                told[link.successor_id].append(("dependencies", "", "as before"))
    for task_id, changed in told.items():
        if changed:
            changes.note_change(plan, plan.tasks[task_id], changed, actor=actor, at=at)
    return plan


def _as_it_is(task: ProjectTask) -> Mapping[str, Any]:
    return {column: getattr(task, column) for column in stepping.COLUMNS}

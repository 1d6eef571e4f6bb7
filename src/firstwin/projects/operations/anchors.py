"""Move what a plan hangs on, tried out or saved by the same code."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.customers.operations import accounts
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Anchor, Side
from firstwin.projects import events
from firstwin.projects.contracts.anchors import AnchorInfo, AnchorMove, Following
from firstwin.projects.contracts.steering import PlanPreview, TaskTiming
from firstwin.projects.operations import returning, settling, steering, stepping
from firstwin.projects.operations.links import Links, write_links
from firstwin.projects.queries import plans
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import anchors
from firstwin.projects.rules.facts import PlanFacts, TaskFact
from firstwin.projects.rules.steering import checked_instant
from firstwin.shared.errors import InvalidInputError, Problem


def move_anchor(*, actor: Actor, project_id: UUID, move: AnchorMove, at: datetime) -> PlanPreview:
    """Move an anchor of a running plan, and by choice what was set by hand with it or back to the playbook; return what moved.

    A signature is moved on the account, so its other plans follow. Raises InvalidInputError for an anchor that cannot be
    moved, and ConflictError when the plan would contradict itself. Can be taken back like any other change.
    """
    settling.require_editor(actor=actor)
    with transaction.atomic():
        plan = settling.opened(actor=actor, project_id=project_id)
        before = stepping.begin(plan)
        anchor, effect, links = _applied(plan, move, actor=actor, at=at)
        write_links(plan, links)
        project = plan.project
        if anchor.task_id is None:
            project.save(update_fields=["started_at", "signed_at"])
            plan.happened.append(
                events.AnchorMoved(
                    project_id=project.id,
                    account_id=project.account_id,
                    what=anchor.name.lower(),
                    moved_from=anchor.at,
                    moved_to=move.to_at,
                )
            )
        if anchor.anchor == Anchor.SIGNATURE:
            signed = {"contract_signed_at": move.to_at}
            accounts.edit_account(actor=actor, account_id=project.account_id, changes=signed, at=at)
        what = anchors.moved_in_words(anchor, move.following)
        settling.settle(plan, actor=actor, at=at, cause=what)
        step_id = stepping.keep(plan, before, actor=actor, at=at, words=what)
    return replace(effect, step_id=step_id)


def preview_move(*, actor: Actor, project_id: UUID, move: AnchorMove, at: datetime) -> PlanPreview:
    """Say what `move_anchor` would do, and write nothing; raises what it raises."""
    settling.require_editor(actor=actor)
    plan = plans.load_for_team(actor, project_id)
    return _applied(plan, move, actor=actor, at=at)[1]


def _applied(
    plan: RunningPlan, move: AnchorMove, *, actor: Actor, at: datetime
) -> tuple[AnchorInfo, PlanPreview, Links]:
    settling.require_running(plan.project)
    checked_instant(move.to_at, "to_at")
    facts = plan.facts()
    known = anchors.movable(facts, is_signed=plan.project.signed_at is not None)
    anchor = next((one for one in known if one.anchor == move.anchor), None)
    if anchor is None:
        problem = Problem("anchor", "It cannot be moved.", "Choose one that has not happened yet.")
        raise InvalidInputError("This date cannot be moved.", problems=(problem,))
    if move.to_at == anchor.at:
        raise InvalidInputError("That is the date it has.", problems=(Problem("to_at", "That is the date it has."),))
    zone = facts.calendars[Side.VENDOR].time_zone
    days = anchors.days_between(anchor.at, move.to_at, zone)
    links, notes = Links(), list[str]()
    timings = list(_carried(facts, anchor, move.to_at, days, zone))
    free = [task for task in facts.tasks if anchors.is_free(task) and task.id != anchor.task_id]
    if move.following is Following.SHIFT_ALL:
        timings += [timing for task in free if (timing := _timing(task, anchor.at, days, zone)) is not None]

    def then() -> None:
        _set_anchor(plan, move)
        if move.following is Following.TO_PLAYBOOK:
            notes.extend(returning.give_back(plan, {task.id for task in free}, links, actor=actor, at=at))

    effect = steering.carried_out(plan, timings, then, actor=actor, at=at)
    return anchor, replace(effect, notes=(*effect.notes, *notes)), links


def _carried(facts: PlanFacts, anchor: AnchorInfo, to_at: datetime, days: int, zone: str) -> Iterable[TaskTiming]:
    """The task whose end sets the anchor goes with it."""
    task = next((one for one in facts.tasks if one.id == anchor.task_id), None)
    if task is not None:
        start_at = min(anchors.shifted(task.start_at, days, zone), to_at)
        yield TaskTiming(task_id=task.id, start_at=start_at, due_at=to_at)


def _set_anchor(plan: RunningPlan, move: AnchorMove) -> None:
    if move.anchor == Anchor.PROJECT_START:
        plan.project.started_at = move.to_at
    elif move.anchor == Anchor.SIGNATURE:
        plan.project.signed_at = move.to_at


def _timing(task: TaskFact, since: datetime, days: int, zone: str) -> TaskTiming | None:
    """Return how the dates of a task that were set by hand move along."""
    start_at = _shifted(task.start_at if task.is_start_fixed else None, since, days, zone)
    due_at = _shifted(task.due_at if task.is_due_fixed else None, since, days, zone)
    not_before_at = _shifted(task.not_before_at, since, days, zone)
    if start_at is due_at is not_before_at is None:
        return None
    return TaskTiming(
        task_id=task.id, start_at=start_at, due_at=due_at, not_before_at=not_before_at, on_working_days=True
    )


def _shifted(at: datetime | None, since: datetime, days: int, zone: str) -> datetime | None:
    """Return a date that moves along; what lies before the anchor does not."""
    return anchors.shifted(at, days, zone) if at is not None and at >= since else None

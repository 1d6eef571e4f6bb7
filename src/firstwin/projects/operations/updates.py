"""Bring a running project to a newer version of its playbook, item by item, and take that back."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts.resolved import ResolvedStage, ResolvedTask
from firstwin.projects import events
from firstwin.projects.contracts import StaleVersionError
from firstwin.projects.contracts.updates import Decision, UndoGoneError, UpdateItem
from firstwin.projects.models import PlanStep, Project, ProjectUpdate
from firstwin.projects.operations import keeping, rebuilding, settling, stepping
from firstwin.projects.queries import plans, update_words, updating
from firstwin.projects.queries import updates as update_queries
from firstwin.projects.queries.updating import Compared
from firstwin.projects.rules.updates import merging
from firstwin.shared.errors import InvalidInputError, NotFoundError, Problem

MOST_SAID = 40
"""So many changes stand in the journal by their words; the plan has the rest."""


def apply_update(
    *,
    actor: Actor,
    project_id: UUID,
    decisions: Mapping[str, Decision],
    at: datetime,
    to_version_id: UUID | None = None,
) -> UUID | None:
    """Accept or refuse what the newest version of the playbook changes, by the refs of items; return the update's id.

    All or nothing. What is not decided stays open; when nothing is, the project stands on the new version. Done work is
    never touched. A project that stands on the newest version already returns None, so a repeated call changes nothing.
    Raises InvalidInputError for refs that are not offered, StaleVersionError when `to_version_id` is not the newest.
    """
    settling.require_editor(actor=actor)
    with transaction.atomic():
        project = settling.opened(actor=actor, project_id=project_id).project
        versions = playbook_queries.latest_versions(actor=actor, playbook_ids=[project.playbook_id])
        version = versions.get(project.playbook_id)
        settling.require_running(project)
        if version is None or version.number <= project.playbook_number:
            return None
        if to_version_id is not None and version.id != to_version_id:
            raise StaleVersionError(
                f"Version {version.number} of {project.playbook_name} was published meanwhile.",
                remedy="Look at its changes and decide again; nothing was saved.",
            )
        compared = updating.compare(actor, [project], versions)[0]
        items = update_words.items_of(compared)
        _refuse_unknown(items, decisions)
        settled = merging.settled_decisions(items, decisions)
        return _carry_out(compared, items, settled, actor=actor, at=at).id


def _refuse_unknown(items: tuple[UpdateItem, ...], decisions: Mapping[str, Decision]) -> None:
    known = {item.ref for item in items if item.is_asked}
    problems = tuple(
        Problem(f"decisions.{ref}", f"{ref} is not offered.", "Take the refs from the review.")
        for ref in decisions
        if ref not in known
    )
    if problems:
        raise InvalidInputError("Some of these changes are not offered (any more).", problems=problems)


def _carry_out(
    compared: Compared, items: tuple[UpdateItem, ...], decisions: Mapping[str, Decision], *, actor: Actor, at: datetime
) -> ProjectUpdate:
    plan, project = compared.plan, compared.project
    plan.note()
    asked = [item for item in items if item.is_asked]
    accepted = [item for item in asked if decisions.get(item.ref) is Decision.ACCEPT]
    refused = {item.ref for item in asked if decisions.get(item.ref) is Decision.REFUSE}
    left = len(asked) - len(accepted) - len(refused)
    before = keeping.kept(plan, compared.roles)
    before_end = project.planned_end_at
    merged = update_queries.merge_of(compared, decisions)
    roles = rebuilding.rebuild(compared, merged, actor=actor, at=at)
    if left == 0:
        _stand_on(project, compared)
    settling.settle(plan, actor=actor, at=at, cause=f"version {compared.after.number} of the playbook was taken over")
    project.save(update_fields=keeping.PROJECT_KEPT)
    row = ProjectUpdate(
        workspace_id=project.workspace_id,
        project_id=project.id,
        from_version_id=compared.before.id,
        to_version_id=compared.after.id,
        from_number=compared.before.number,
        to_number=compared.after.number,
        accepted=[f"{item.name}: {item.text}"[:300] for item in accepted],
        refused=_marks(compared, refused),
        left_count=left,
        is_finished=left == 0,
        undo=keeping.undo_of(before, keeping.kept(plan, roles)),
        stamp=update_queries.stamp_of(plan),
        by_name=actor.name[:200],
        at=at,
    )
    row.save(force_insert=True)
    fact = events.PlaybookUpdateApplied(
        project_id=project.id,
        account_id=project.account_id,
        title=project.name,
        from_version=compared.before.number,
        to_version=compared.after.number,
        changes=tuple(row.accepted[:MOST_SAID]),
        refused=len(refused),
        left=left,
        is_finished=row.is_finished,
        end_moved_seconds=int((project.planned_end_at - before_end).total_seconds()),
    )
    journal_operations.record(fact, actor=actor, at=at)
    return row


def _marks(compared: Compared, refused: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for difference in compared.differences:
        if difference.ref in refused:
            found.setdefault(difference.ref, []).append(difference.mark)
    return found


def _stand_on(project: Project, compared: Compared) -> None:
    project.playbook_version_id = compared.after.id
    project.playbook_number = compared.after.number
    project.playbook_name = compared.after.definition.name[:200]
    by_hand = [row for row in project.decisions if row.get("is_by_hand")]
    chosen = {row["key"] for row in by_hand}
    parts: list[ResolvedStage | ResolvedTask] = []
    for stage in compared.resolved.stages:
        parts += [stage, *stage.tasks]
    project.decisions = by_hand + [
        {"key": part.spec.key, "is_included": part.is_included, "why": part.why, "is_by_hand": False}
        for part in parts
        if part.spec.key not in chosen and (part.spec.when or not part.is_included)
    ]


def undo_update(*, actor: Actor, update_id: UUID, at: datetime) -> None:
    """Take the latest update of a project back: plan, version and what was refused are as before. Idempotent.

    Raises UndoGoneError, saying what it was, when the plan changed since, and NotFoundError.
    """
    settling.require_editor(actor=actor)
    with transaction.atomic():
        row = ProjectUpdate.objects.for_actor(actor).filter(id=update_id).first()
        if row is None:
            raise NotFoundError("There is no such update.", remedy="Look at the history of the project.")
        before = settling.opened(actor=actor, project_id=row.project_id)
        project = before.project
        row.refresh_from_db(from_queryset=ProjectUpdate.objects.for_actor(actor))
        if row.undone_at is not None:
            return
        _require_undo(actor, row, before)
        keeping.put_back(project.workspace_id, project.id, row.undo)
        keeping.put_back_project(project, row.undo)
        row.undone_at = at
        row.save(update_fields=["undone_at"])
        plan = plans.load_plan(actor, project)
        plan.come_after(before)
        earlier = _as_left_before(actor, plan)
        _make_newer(plan, before, row, actor=actor, at=at)
        plan.happened.append(
            events.PlaybookUpdateUndone(
                project_id=project.id,
                account_id=project.account_id,
                title=project.name,
                from_version=row.from_number,
                to_version=row.to_number,
            )
        )
        settling.settle(plan, actor=actor, at=at, cause="an update to a newer playbook was taken back")
        _leave_as(plan, *earlier)


Earlier = tuple[list[ProjectUpdate], list[PlanStep]]


def _as_left_before(actor: Actor, plan: plans.RunningPlan) -> Earlier:
    """Return the update and the step that left a plan as it is put back: they can be taken back next."""
    project_id = plan.project.id
    rows = ProjectUpdate.objects.for_actor(actor).filter(project_id=project_id, undone_at__isnull=True)
    steps = PlanStep.objects.for_actor(actor).filter(project_id=project_id, undone_at__isnull=True)
    latest = rows.order_by("-at", "-id")[:1]
    return [row for row in latest if not update_queries.why_no_undo(row, plan)], list(
        steps.filter(stamp=stepping.stamp_of(plan))
    )


def _leave_as(plan: plans.RunningPlan, rows: list[ProjectUpdate], steps: list[PlanStep]) -> None:
    for row in rows:
        row.stamp = update_queries.stamp_of(plan)
        row.save(update_fields=["stamp"])
    for step in steps:
        step.stamp = stepping.stamp_of(plan)
        step.save(update_fields=["stamp"])


def _make_newer(
    plan: plans.RunningPlan, before: plans.RunningPlan, row: ProjectUpdate, *, actor: Actor, at: datetime
) -> None:
    """Make each task that got its content back a newer version than the update made: nobody takes it for an older one."""
    for hexed, columns in row.undo["tasks:changed"].items():
        if "version" in columns:
            task = plan.tasks[UUID(hexed)]
            task.version = before.tasks[task.id].version
            settling.touch(plan, task, actor=actor, at=at, change=f"put back as before version {row.to_number}")


def _require_undo(actor: Actor, row: ProjectUpdate, plan: plans.RunningPlan) -> None:
    later = ProjectUpdate.objects.for_actor(actor).filter(project_id=row.project_id, undone_at__isnull=True)
    newest = later.order_by("-at", "-id").values_list("id", flat=True).first()
    why = update_queries.why_no_undo(row, plan) if newest == row.id else "A later update was made."
    if why:
        raise UndoGoneError(
            f"{why} Taking the update back would lose that.", remedy="Change the plan by hand where it should differ."
        )

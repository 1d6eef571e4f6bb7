"""What a newer version of its playbook would change in a running project, and what became of earlier updates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from firstwin.identity.contracts import Actor
from firstwin.playbooks import queries as playbook_queries
from firstwin.projects import permissions
from firstwin.projects.contracts import RUNNING_STATES, ProjectSummary
from firstwin.projects.contracts.updates import (
    AppliedUpdate,
    DateEffect,
    Decision,
    MovedTask,
    OutdatedOwner,
    OutdatedProjects,
    RunOutcome,
    RunResult,
    UpdateGroup,
    UpdateItem,
    UpdateReview,
    UpdateRun,
    UpdateScope,
)
from firstwin.projects.models import Project, ProjectUpdate, UpdateRunResult
from firstwin.projects.models import UpdateRun as RunRow
from firstwin.projects.queries import plans, update_words, updating
from firstwin.projects.queries.updating import Compared
from firstwin.projects.rules.updates import ledger, merging, planning, rulings
from firstwin.shared import ids
from firstwin.shared.errors import NotFoundError, PermissionDeniedError

SHOWN_RESULTS = 500


def find_review(
    *, actor: Actor, project_id: UUID, at: datetime, decisions: Mapping[str, Decision] | None = None
) -> UpdateReview | None:
    """Return what a newer version would change in a project with its effect on dates, or None when there is none.

    Without decisions everything but conflicts counts as accepted and conflicts as kept. Raises NotFoundError.
    """
    require_member(actor)
    project = plans.project_row(actor, project_id)
    versions = playbook_queries.latest_versions(actor=actor, playbook_ids=[project.playbook_id])
    version = versions.get(project.playbook_id)
    if version is None or version.number <= project.playbook_number or project.state not in RUNNING_STATES:
        return None
    return review_of(updating.compare(actor, [project], versions)[0], decisions, at)


def find_newer_number(*, actor: Actor, project: ProjectSummary) -> int | None:
    """Return the number of a newer version of a running project's playbook, or None; one cheap read, for every page."""
    if project.state not in RUNNING_STATES:
        return None
    number = playbook_queries.latest_number(actor=actor, playbook_id=project.playbook_id)
    return number if number is not None and number > project.playbook_version else None


def require_member(actor: Actor) -> None:
    """Raise PermissionDeniedError for a contact: what a playbook says beside the project is not theirs."""
    if permissions.is_contact(actor) or not permissions.can_view_portfolio(actor):
        raise PermissionDeniedError("This page is for the team.", remedy="Use the link in your mail.")


def review_of(compared: Compared, decisions: Mapping[str, Decision] | None, at: datetime) -> UpdateReview:
    """Return a comparison as people see it; inside projects only."""
    items = update_words.items_of(compared)
    chosen = default_decisions(items) if decisions is None else decisions
    settled = merging.settled_decisions(items, chosen)
    return UpdateReview(
        project_id=compared.project.id,
        project_name=compared.project.name,
        account_name=compared.project.account_name,
        from_number=compared.before.number,
        to_number=compared.after.number,
        to_version_id=compared.after.id,
        notes=compared.after.notes,
        items=items,
        decisions=settled,
        effect=effect_of(compared, settled, at),
        questions=_new_questions(compared),
    )


def items_of(compared: Compared) -> tuple[UpdateItem, ...]:
    """Return what a comparison asks; inside projects only."""
    return update_words.items_of(compared)


def default_decisions(items: Sequence[UpdateItem]) -> dict[str, Decision]:
    """Return what is proposed: take the new version, and keep what somebody changed by hand."""
    return {
        item.ref: Decision.REFUSE if item.group is UpdateGroup.CONFLICTING else Decision.ACCEPT
        for item in items
        if item.is_asked
    }


def merge_of(compared: Compared, decisions: Mapping[str, Decision]) -> merging.Merged:
    """Return the plan with everything that is accepted; inside projects only."""
    accepted = [
        difference
        for difference in compared.differences
        if difference.group is not UpdateGroup.DONE and decisions.get(difference.ref) is Decision.ACCEPT
    ]
    return merging.merged(compared.ours, compared.theirs, accepted)


def effect_of(compared: Compared, decisions: Mapping[str, Decision], at: datetime) -> DateEffect:
    """Return what accepted items do to the dates, worked out without writing anything."""
    facts = compared.plan.facts()
    owned = updating.owner_calendars(compared.roles)
    after = planning.plan_of(facts, merge_of(compared, decisions), owned, new_id=ids.new_id, at=at)
    before, planned = updating.dates_of(facts), updating.dates_of(after)
    known = {task.id.hex for task in facts.tasks}
    due = [(task, task.id.hex, planned.items[task.id.hex].due_at) for task in after.tasks]
    moved = tuple(
        MovedTask(name=task.name, due_before=before.items[key].due_at, due_after=due_at)
        for task, key, due_at in due
        if key in known and task.is_open and before.items[key].due_at != due_at
    )
    late = tuple(task.name for task, key, due_at in due if key not in known and due_at < at)
    return DateEffect(end_before=before.end_at, end_after=planned.end_at, moved=moved, late=late)


def _new_questions(compared: Compared) -> tuple[str, ...]:
    """Return what the new version asks at launch that nobody was asked here; unanswered, its default counts."""
    known = {spec.key for spec in compared.before.definition.fields}
    return tuple(spec.label for spec in compared.after.definition.fields if spec.key not in known)


def list_updates(*, actor: Actor, project_id: UUID) -> tuple[AppliedUpdate, ...]:
    """Return the updates of a project, newest first, and whether the newest can be taken back. Raises NotFoundError."""
    require_member(actor)
    project = plans.project_row(actor, project_id)
    rows = list(ProjectUpdate.objects.for_actor(actor).filter(project_id=project.id).order_by("-at", "-id"))
    newest = next((row for row in rows if row.undone_at is None), None)
    plan = plans.load_plan(actor, project) if newest is not None else None
    found = []
    for row in rows:
        why = why_no_undo(row, plan) if row is newest and plan is not None else "A later update was made."
        found.append(_applied(row, "It was taken back." if row.undone_at else why))
    return tuple(found)


def why_no_undo(row: ProjectUpdate, plan: plans.RunningPlan) -> str:
    """Return what changed in the plan since an update, or nothing; inside projects only."""
    if plan.project.state not in RUNNING_STATES:
        return f"The project is {plan.project.state} meanwhile."
    target = row.undo.get("project:left", {}).get("", {}).get("target_end_at")
    if target is not None and datetime.fromisoformat(target) != plan.project.target_end_at:
        return "Somebody set another target since."
    return ledger.what_changed(row.stamp, stamp_of(plan))


def stamp_of(plan: plans.RunningPlan) -> dict[str, object]:
    """Return what has to be the same for an update to be taken back."""
    return ledger.stamp(
        tasks=[
            (row.id.hex, row.name, row.version, row.changed_by, row.change, row.changed_at)
            for row in plan.tasks.values()
        ],
        stages=[row.id.hex for row in plan.stages],
        links=[row.id.hex for row in plan.links],
        project_version=plan.project.version,
    )


def _applied(row: ProjectUpdate, why: str) -> AppliedUpdate:
    return AppliedUpdate(
        id=row.id,
        project_id=row.project_id,
        from_number=row.from_number,
        to_number=row.to_number,
        by_name=row.by_name,
        at=row.at,
        accepted=len(row.accepted),
        refused=len(row.refused),
        left=row.left_count,
        is_finished=row.is_finished,
        undone_at=row.undone_at,
        cannot_undo=why,
    )


def find_outdated(*, actor: Actor, playbook_id: UUID) -> OutdatedProjects | None:
    """Return how many running projects of a playbook use an older version, or None when all use the newest.

    Raises NotFoundError for a playbook that has no version.
    """
    require_member(actor)
    version = playbook_queries.latest_version(actor=actor, playbook_id=playbook_id)
    rows = outdated_rows(actor, playbook_id, version.number, UpdateScope())
    by_number = dict(rows.values_list("playbook_number").annotate(count=Count("id")).order_by("playbook_number"))
    if not by_number:
        return None
    published_on = timezone.localtime(version.published_at).date()
    return OutdatedProjects(latest_number=version.number, published_on=published_on, by_number=by_number)


def outdated_rows(actor: Actor, playbook_id: UUID, number: int, scope: UpdateScope) -> QuerySet[Project]:
    """Return the running projects of a playbook that use a version before this one; inside projects only."""
    rows = plans.projects_of(actor).filter(
        playbook_id=playbook_id, playbook_number__lt=number, state__in=RUNNING_STATES
    )
    exact = {"segment": scope.segment or None, "owner_id": scope.owner_id, "current_stage": scope.stage or None}
    rows = rows.filter(**{column: value for column, value in exact.items() if value is not None})
    return rows.filter(id__in=scope.project_ids) if scope.project_ids else rows


def list_outdated_owners(*, actor: Actor, playbook_id: UUID, number: int) -> tuple[OutdatedOwner, ...]:
    """Return who looks after running projects that use a version of a playbook before this one, in one read."""
    require_member(actor)
    rows = outdated_rows(actor, playbook_id, number, UpdateScope()).filter(owner_id__isnull=False)
    found: dict[UUID, list[UUID]] = {}
    for owner_id, project_id in rows.order_by("account_name", "id").values_list("owner_id", "id"):
        if owner_id is not None:
            found.setdefault(owner_id, []).append(project_id)
    return tuple(OutdatedOwner(owner_id=owner, project_ids=tuple(ids)) for owner, ids in found.items())


def list_outdated_choices(*, actor: Actor, playbook_id: UUID) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return the segments, owners and stages that projects with an older version have, for filters."""
    require_member(actor)
    version = playbook_queries.latest_versions(actor=actor, playbook_ids=[playbook_id]).get(playbook_id)
    if version is None:
        return {"segments": (), "owners": (), "stages": ()}
    rows = outdated_rows(actor, playbook_id, version.number, UpdateScope())
    found = sorted(
        set(rows.values_list("segment", "owner_id", "owner_name", "current_stage", "current_stage_position")), key=str
    )
    return {
        "segments": tuple(dict.fromkeys((row[0], row[0]) for row in found)),
        "owners": tuple(sorted({(str(row[1]), row[2]) for row in found if row[1]}, key=lambda row: row[1])),
        "stages": tuple(dict.fromkeys((row[3], row[3]) for row in sorted(found, key=lambda row: row[4]) if row[3])),
    }


def get_run(*, actor: Actor, run_id: UUID) -> UpdateRun:
    """Return a run over many projects with its progress. Raises NotFoundError."""
    require_member(actor)
    row = RunRow.objects.for_actor(actor).filter(id=run_id).first()
    if row is None:
        raise NotFoundError("There is no such update run.", remedy="Look at the playbook's updates.")
    return _run(row, _outcomes(actor, [row.id]))


def list_runs(*, actor: Actor, playbook_id: UUID, limit: int = 10) -> tuple[UpdateRun, ...]:
    """Return the latest runs that changed projects of a playbook, newest first, in two reads."""
    require_member(actor)
    rows = list(
        RunRow.objects.for_actor(actor)
        .filter(playbook_id=playbook_id, is_trial=False)
        .order_by("-started_at", "-id")[:limit]
    )
    outcomes = _outcomes(actor, [row.id for row in rows])
    return tuple(_run(row, outcomes) for row in rows)


def _outcomes(actor: Actor, run_ids: Sequence[UUID]) -> dict[UUID, dict[RunOutcome, int]]:
    counted = UpdateRunResult.objects.for_actor(actor).filter(run_id__in=run_ids).values_list("run_id", "outcome")
    found: dict[UUID, dict[RunOutcome, int]] = {}
    for run_id, outcome, count in counted.annotate(count=Count("id")).order_by():
        found.setdefault(run_id, {})[RunOutcome(outcome)] = count
    return found


def _run(row: RunRow, outcomes: Mapping[UUID, Mapping[RunOutcome, int]]) -> UpdateRun:
    return UpdateRun(
        id=row.id,
        playbook_id=row.playbook_id,
        to_number=row.to_number,
        is_trial=row.is_trial,
        rule=rulings.rule_from_plain(row.rule),
        scope=rulings.scope_from_plain(row.scope),
        total=len(row.project_ids),
        done=row.done_count,
        by_name=row.by_name,
        started_at=row.started_at,
        finished_at=row.finished_at,
        outcomes=outcomes.get(row.id, {}),
    )


def list_results(*, actor: Actor, run_id: UUID, limit: int = SHOWN_RESULTS) -> tuple[RunResult, ...]:
    """Return what came of each project of a run, conflicts and refusals first. Raises NotFoundError."""
    get_run(actor=actor, run_id=run_id)
    name = Project.objects.for_actor(actor).filter(id=OuterRef("project_id"))
    rows = UpdateRunResult.objects.for_actor(actor).filter(run_id=run_id)
    rows = rows.annotate(
        project_name=Subquery(name.values("name")[:1]), account_name=Subquery(name.values("account_name")[:1])
    )
    found = [
        RunResult(
            project_id=row.project_id,
            project_name=row.project_name,
            account_name=row.account_name,
            outcome=RunOutcome(row.outcome),
            text=row.text,
            accepted=row.accepted,
            left=row.left_count,
            conflicts=row.conflicts,
            end_before=row.end_before,
            end_after=row.end_after,
        )
        for row in rows.order_by(F("conflicts").desc(), "account_name", "id")[:limit]
    ]
    order = [RunOutcome.FAILED, RunOutcome.SKIPPED, RunOutcome.PARTLY, RunOutcome.UPDATED, RunOutcome.UNCHANGED]
    return tuple(sorted(found, key=lambda row: order.index(row.outcome)))


def summary_line(review: UpdateReview) -> str:
    """Return a review in one line: 3 additions, 1 change, 1 conflict."""
    return ledger.counted({group: review.count(group) for group in UpdateGroup if group is not UpdateGroup.DONE})

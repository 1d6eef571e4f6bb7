"""Bring many projects to the newest version of their playbook by one rule, in the background, or try that out first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.jobs import operations as job_operations
from firstwin.journal.contracts import AuthorKind
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import PlaybookVersionInfo
from firstwin.projects import permissions
from firstwin.projects.contracts import RUNNING_STATES
from firstwin.projects.contracts.updates import RunOutcome, UpdateGroup, UpdateReview, UpdateRule, UpdateScope
from firstwin.projects.models import Project, UpdateRun, UpdateRunResult
from firstwin.projects.operations import updates
from firstwin.projects.queries import plans, updating
from firstwin.projects.queries import updates as update_queries
from firstwin.projects.rules.updates import ledger, rulings
from firstwin.shared import ids
from firstwin.shared.errors import FirstwinError, InvalidInputError, NotFoundError, PermissionDeniedError, Problem

JOB_KIND = "projects.update_run"
AT_ONCE = 5
"""So many projects are one step of a run: its progress is seen after each, and on SQLite nobody saves meanwhile."""
MOST_PROJECTS = 10_000


def start_run(
    *, actor: Actor, playbook_id: UUID, rule: UpdateRule, scope: UpdateScope, is_trial: bool, at: datetime
) -> UUID:
    """Start updating every running project of a playbook that the scope names, and return the run's id.

    Each project is updated whole or not at all. A trial writes down what would come of each and changes no project.
    Raises ConflictError or InvalidInputError when there is nothing to update.
    """
    if not permissions.can_update_many_projects(actor):
        raise PermissionDeniedError(
            "Only managers bring many projects to a newer version at once.", remedy="Update your projects one by one."
        )
    _require_sense(rule)
    version = playbook_queries.latest_version(actor=actor, playbook_id=playbook_id)
    with transaction.atomic():
        rows = update_queries.outdated_rows(actor, playbook_id, version.number, scope)
        project_ids = list(rows.order_by("account_name", "id").values_list("id", flat=True)[:MOST_PROJECTS])
        if not project_ids:
            raise InvalidInputError(
                "No running project with an older version fits.", remedy="Choose fewer filters, or there is none left."
            )
        run = UpdateRun(
            id=ids.new_id(),
            workspace_id=actor.workspace_id,
            playbook_id=playbook_id,
            to_version_id=version.id,
            to_number=version.number,
            is_trial=is_trial,
            rule=rulings.rule_to_plain(rule),
            scope=rulings.scope_to_plain(scope),
            project_ids=[str(project_id) for project_id in project_ids],
            by_id=actor.id if actor.kind is AuthorKind.MEMBER else None,
            by_name=actor.name[:200],
            started_at=at,
        )
        run.save(force_insert=True)
        _go_on(run)
    return run.id


def _require_sense(rule: UpdateRule) -> None:
    if not rule.take and not rule.aspects and rule.conflicts is None:
        problem = Problem("take", "The rule takes nothing.", "Choose at least one kind of change.")
        raise InvalidInputError("This rule would change nothing.", problems=(problem,))
    if rule.most_days is not None and rule.most_days < 0:
        problem = Problem("most_days", "It is less than nothing.", "Enter 0 or more days.")
        raise InvalidInputError("An end cannot move by less than no days.", problems=(problem,))


def _go_on(run: UpdateRun) -> None:
    payload = {"run_id": str(run.id), "from": run.done_count}
    job_operations.enqueue(JOB_KIND, payload, workspace_id=run.workspace_id, queue="bulk", order_key=f"run:{run.id}")


def advance_run(*, actor: Actor, run_id: UUID, at: datetime) -> None:
    """Take the next projects of a run; idempotent, since what came of each project is written down once."""
    with transaction.atomic():
        run = UpdateRun.objects.for_actor(actor).select_for_update().filter(id=run_id).first()
        if run is None or run.finished_at is not None:
            return
        chunk = [UUID(text) for text in run.project_ids[run.done_count : run.done_count + AT_ONCE]]
        known = UpdateRunResult.objects.for_actor(actor).filter(run_id=run.id, project_id__in=chunk)
        seen = set(known.values_list("project_id", flat=True))
        fresh = [project_id for project_id in chunk if project_id not in seen]
        UpdateRunResult.objects.for_actor(actor).bulk_create(_results(actor, run, fresh, at))
        run.done_count += len(chunk)
        if run.done_count >= len(run.project_ids):
            run.finished_at = at
        else:
            _go_on(run)
        run.save(update_fields=["done_count", "finished_at"])


def _author(actor: Actor, run: UpdateRun) -> Actor | None:
    """Return who started the run, so that the journal names them; what they may do is asked again. None who left since."""
    if run.by_id is None:
        return actor
    try:
        return identity_queries.get_member_actor(workspace_id=run.workspace_id, member_id=run.by_id)
    except NotFoundError:
        return None


def _results(actor: Actor, run: UpdateRun, project_ids: Sequence[UUID], at: datetime) -> list[UpdateRunResult]:
    rows = plans.projects_of(actor).filter(id__in=project_ids)
    if not run.is_trial:
        plans.lock_projects(rows)
    by_id = {row.id: row for row in rows}
    found = [by_id[project_id] for project_id in project_ids if project_id in by_id]
    author = _author(actor, run)
    if author is None:
        gone = f"{run.by_name} is not an active member any more, so nothing was changed."
        return [_row(run, project, RunOutcome.FAILED, gone) for project in found]
    version = playbook_queries.get_version(actor, run.to_version_id)
    return [_result(author, run, project, version, at) for project in found]


def _result(
    actor: Actor, run: UpdateRun, project: Project, version: PlaybookVersionInfo, at: datetime
) -> UpdateRunResult:
    """Update one project in a transaction of its own inside the step, or say why not."""
    rule = rulings.rule_from_plain(run.rule)
    try:
        with transaction.atomic():
            review = _review(actor, project, version, rule, at)
            if review is None:
                return _row(
                    run, project, RunOutcome.UNCHANGED, "It uses this version or a newer one already, or is over."
                )
            outcome, text = _judged(review, rule)
            if outcome is not RunOutcome.SKIPPED and not run.is_trial:
                updates.apply_update(
                    actor=actor, project_id=project.id, decisions=review.decisions, at=at, to_version_id=version.id
                )
            return _row(run, project, outcome, text, review)
    except FirstwinError as error:
        return _row(run, project, RunOutcome.FAILED, error.detail)


def _review(
    actor: Actor, project: Project, version: PlaybookVersionInfo, rule: UpdateRule, at: datetime
) -> UpdateReview | None:
    if project.state not in RUNNING_STATES or project.playbook_number >= version.number:
        return None
    compared = updating.compare(actor, [project], {project.playbook_id: version})[0]
    items = update_queries.items_of(compared)
    return update_queries.review_of(compared, rulings.decisions_of(rule, items), at)


def _judged(review: UpdateReview, rule: UpdateRule) -> tuple[RunOutcome, str]:
    if why := rulings.why_skipped(rule, review.effect):
        return RunOutcome.SKIPPED, why
    left = len(review.asked) - len(review.decisions)
    if not review.asked:
        return RunOutcome.UPDATED, "Nothing in the new version concerns it."
    taken = {
        group: sum(review.decisions.get(i.ref) == "accept" for i in review.items if i.group is group)
        for group in UpdateGroup
    }
    said = f"Takes over {ledger.counted(taken)}." if any(taken.values()) else "Takes over nothing by this rule."
    if left:
        return RunOutcome.PARTLY, f"{said} {left} left to decide."
    return RunOutcome.UPDATED, said


def _row(
    run: UpdateRun, project: Project, outcome: RunOutcome, text: str, review: UpdateReview | None = None
) -> UpdateRunResult:
    is_moved = review is not None and outcome in (RunOutcome.UPDATED, RunOutcome.PARTLY, RunOutcome.SKIPPED)
    return UpdateRunResult(
        workspace_id=run.workspace_id,
        run_id=run.id,
        project_id=project.id,
        outcome=outcome,
        text=text,
        accepted=sum(d == "accept" for d in review.decisions.values()) if review else 0,
        left_count=len(review.asked) - len(review.decisions) if review else 0,
        conflicts=review.count(UpdateGroup.CONFLICTING) if review else 0,
        end_before=review.effect.end_before if is_moved and review else None,
        end_after=review.effect.end_after if is_moved and review else None,
    )

"""What happens to a task of a running project: begun, stuck, finished, sent for approval, opened again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.journal.contracts import AuthorKind
from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects import events, permissions
from firstwin.projects.contracts import (
    OPEN_STATES,
    RUNNING_STATES,
    NotFinishedError,
    ReasonSide,
    TaskState,
    WrongStateError,
)
from firstwin.projects.models import Attachment, ProjectRole, ProjectTask
from firstwin.projects.operations import settling
from firstwin.projects.queries import plans
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import finishing
from firstwin.shared.errors import InvalidInputError, PermissionDeniedError, Problem


def start_task(*, actor: Actor, task_id: UUID, at: datetime, expected_version: int | None = None) -> None:
    """Mark a task as begun. Already begun: nothing happens. Raises WrongStateError for a finished one."""
    with transaction.atomic():
        plan, task = settling.opened_at_task(actor=actor, task_id=task_id, expected_version=expected_version)
        _require_worker(actor, task)
        if task.state == TaskState.IN_PROGRESS:
            return
        _require_open(task)
        apply_start(plan, task, actor=actor, at=at)
        settling.settle(plan, actor=actor, at=at, cause=f"{task.name} was begun")


def complete_task(
    *,
    actor: Actor,
    task_id: UUID,
    at: datetime,
    result: Mapping[str, Any] | None = None,
    evidence: str = "",
    proved_at: datetime | None = None,
    expected_version: int | None = None,
) -> None:
    """Finish a task by the rule of its kind. Already done: nothing happens, so that jobs may repeat it.

    `result` holds a form's answers by question, a survey's `score`, a meeting's `held_at` and `notes`, a milestone's
    measured `value`. `proved_at` is when it was so, where that became known later: the first win counts from then.

    Raises NotFinishedError naming what is missing, PermissionDeniedError for an approval by somebody
    who may not give it. Records TaskCompleted, for milestones MilestoneReached, at the first win FirstValueReached.
    """
    with transaction.atomic():
        plan, task = settling.opened_at_task(actor=actor, task_id=task_id, expected_version=expected_version)
        if task.state == TaskState.DONE:
            return
        if task.kind == TaskKind.APPROVAL:
            _require_approver(actor, task, evidence=evidence)
        else:
            _require_worker(actor, task)
        _require_open(task)
        apply_completion(plan, task, actor=actor, at=at, result=result or {}, evidence=evidence, proved_at=proved_at)
        settling.settle(plan, actor=actor, at=at, cause=f"{task.name} was completed")


def mark_task_stuck(
    *,
    actor: Actor,
    task_id: UUID,
    side: ReasonSide,
    reason: str,
    at: datetime,
    expected_version: int | None = None,
) -> None:
    """Say that a task cannot go on, on whose side the cause lies, and why."""
    said = required_reason(reason)
    with transaction.atomic():
        plan, task = settling.opened_at_task(actor=actor, task_id=task_id, expected_version=expected_version)
        _require_participant(actor, task)
        _require_open(task)
        task.state = TaskState.STUCK
        task.stuck_side, task.reason, task.stuck_since = side, said, task.stuck_since or at
        settling.touch(plan, task, actor=actor, at=at, change=f"stuck: {said}")
        plan.happened.append(events.TaskStuck(**task_event(plan, task), side=side, reason=said))
        settling.settle(plan, actor=actor, at=at, cause=f"{task.name} is stuck")


def mark_task_not_applicable(
    *, actor: Actor, task_id: UUID, reason: str, at: datetime, expected_version: int | None = None
) -> None:
    """Say that a task does not apply here, and why; what comes after it need not wait."""
    said = required_reason(reason)
    settling.require_editor(actor=actor)
    with transaction.atomic():
        plan, task = settling.opened_at_task(actor=actor, task_id=task_id, expected_version=expected_version)
        _require_open(task)
        apply_not_applicable(plan, task, actor=actor, at=at, reason=said)
        settling.settle(plan, actor=actor, at=at, cause=f"{task.name} does not apply")


def reopen_task(
    *, actor: Actor, task_id: UUID, at: datetime, reason: str = "", expected_version: int | None = None
) -> None:
    """Open a finished, stuck or not applicable task again; what was handed in stays."""
    with transaction.atomic():
        plan, task = settling.opened_at_task(actor=actor, task_id=task_id, expected_version=expected_version)
        _require_worker(actor, task)
        if task.state in {TaskState.OPEN, TaskState.IN_PROGRESS}:
            raise WrongStateError(f"{task.name} is open already.")
        apply_reopening(plan, task, actor=actor, at=at, reason=reason.strip())
        settling.settle(plan, actor=actor, at=at, cause=f"{task.name} was opened again")


def note_meeting(*, actor: Actor, task_id: UUID, meeting_at: datetime | None, at: datetime) -> None:
    """Note for when the meeting of a task is arranged, None when it is called off; dates of the plan stay as they are.

    A task that arranges its meeting itself and was stuck over that goes on once somebody has arranged it. Idempotent.
    """
    settling.require_editor(actor=actor)
    with transaction.atomic():
        rows = ProjectTask.objects.for_actor(actor).filter(id=task_id)
        plans.lock_projects(plans.projects_of(actor).filter(id__in=rows.values("project_id")))
        rows.update(meeting_at=meeting_at)
        stuck = rows.filter(
            is_automatic=True, state=TaskState.STUCK, stuck_side=ReasonSide.VENDOR, project__state__in=RUNNING_STATES
        )
        if meeting_at is not None and stuck.exists():
            reopen_task(actor=actor, task_id=task_id, reason="Its meeting is arranged.", at=at)


def submit_task(*, actor: Actor, task_id: UUID, at: datetime, expected_version: int | None = None) -> None:
    """Ask for approval. Raises WrongStateError for a task that is no approval."""
    with transaction.atomic():
        plan, task = settling.opened_at_task(actor=actor, task_id=task_id, expected_version=expected_version)
        _require_participant(actor, task)
        if task.kind != TaskKind.APPROVAL:
            raise WrongStateError(f"{task.name} needs no approval.", remedy="Mark it done.")
        if task.state == TaskState.AWAITING_APPROVAL:
            return
        _require_open(task)
        task.state, task.submitted_at = TaskState.AWAITING_APPROVAL, at
        task.started_at = task.started_at or at
        _unstick(task)
        settling.touch(plan, task, actor=actor, at=at, change="asked for approval")
        plan.happened.append(events.TaskSubmitted(**task_event(plan, task)))
        settling.settle(plan, actor=actor, at=at, cause=f"{task.name} waits for approval")


def approve_task(
    *, actor: Actor, task_id: UUID, at: datetime, evidence: str = "", expected_version: int | None = None
) -> None:
    """Approve; only whom the task names as approvers may, or a manager in their place with `evidence`."""
    complete_task(actor=actor, task_id=task_id, at=at, evidence=evidence, expected_version=expected_version)


def reject_task(*, actor: Actor, task_id: UUID, reason: str, at: datetime, expected_version: int | None = None) -> None:
    """Send an approval back with a reason; it is in progress again."""
    said = required_reason(reason)
    with transaction.atomic():
        plan, task = settling.opened_at_task(actor=actor, task_id=task_id, expected_version=expected_version)
        if task.kind != TaskKind.APPROVAL:
            raise WrongStateError(f"{task.name} is no approval.")
        _require_approver(actor, task)
        _require_open(task)
        task.state, task.reason, task.submitted_at = TaskState.IN_PROGRESS, said, None
        task.started_at = task.started_at or at
        settling.touch(plan, task, actor=actor, at=at, change=f"sent back: {said}")
        plan.happened.append(events.TaskRejected(**task_event(plan, task), reason=said))
        settling.settle(plan, actor=actor, at=at, cause=f"{task.name} was sent back")


# What the operations above and the bulk change do to one task of an opened plan -----------------------------------


def apply_start(plan: RunningPlan, task: ProjectTask, *, actor: Actor, at: datetime) -> None:
    """Begin a task of an opened plan; the caller settles."""
    task.state, task.started_at = TaskState.IN_PROGRESS, task.started_at or at
    _unstick(task)
    settling.touch(plan, task, actor=actor, at=at, change="begun")
    plan.happened.append(events.TaskStarted(**task_event(plan, task)))


def apply_completion(
    plan: RunningPlan,
    task: ProjectTask,
    *,
    actor: Actor,
    at: datetime,
    result: Mapping[str, Any],
    evidence: str,
    handed_in: tuple[str, ...] | None = None,
    proved_at: datetime | None = None,
) -> None:
    """Finish a task of an opened plan by the rule of its kind; the caller settles."""
    kind = TaskKind(task.kind)
    if handed_in is None and kind is TaskKind.FILE_REQUEST:
        rows = Attachment.objects.for_actor(actor).filter(task_id=task.id, removed_at__isnull=True)
        handed_in = tuple(rows.values_list("requested", flat=True))
    settings = task.details.get("settings", {})
    done = finishing.finish(kind, settings, result=result, evidence=evidence, handed_in=handed_in or (), at=at)
    if done.problems:
        raise NotFinishedError(f"{task.name} is not done yet.", problems=done.problems)
    task.state, task.finished_at, task.finished_by = TaskState.DONE, at, actor.name[:200]
    task.started_at = task.started_at or at
    task.result, task.evidence, task.reason = dict(done.result), evidence.strip(), ""
    _unstick(task)
    settling.touch(plan, task, actor=actor, at=at, change="done")
    late = max(0, int((at - task.due_at).total_seconds()))
    plan.happened.append(events.TaskCompleted(**task_event(plan, task), late_by_seconds=late))
    if kind is TaskKind.MILESTONE:
        plan.happened.append(events.MilestoneReached(**task_event(plan, task), evidence=task.evidence))
    if plans.is_first_value(task):
        reach_first_value(plan, task, at=min(proved_at or at, at))


def apply_not_applicable(plan: RunningPlan, task: ProjectTask, *, actor: Actor, at: datetime, reason: str) -> None:
    """Mark a task of an opened plan as not applicable; the caller settles."""
    task.state, task.reason = TaskState.NOT_APPLICABLE, reason
    task.finished_at, task.finished_by = at, actor.name[:200]
    _unstick(task)
    settling.touch(plan, task, actor=actor, at=at, change=f"not applicable: {reason}")
    plan.happened.append(events.TaskMarkedNotApplicable(**task_event(plan, task), reason=reason))


def apply_reopening(plan: RunningPlan, task: ProjectTask, *, actor: Actor, at: datetime, reason: str) -> None:
    """Open a task of an opened plan again; the caller settles."""
    project = plan.project
    if project.first_value_task_id == task.id:
        project.first_value_at, project.first_value_evidence, project.first_value_task_id = None, "", None
    task.state = TaskState.IN_PROGRESS if task.started_at else TaskState.OPEN
    task.finished_at, task.finished_by, task.reason, task.submitted_at = None, "", reason, None
    _unstick(task)
    settling.touch(plan, task, actor=actor, at=at, change="opened again" + (f": {reason}" if reason else ""))
    plan.happened.append(events.TaskReopened(**task_event(plan, task), reason=reason))


def reach_first_value(plan: RunningPlan, task: ProjectTask, *, at: datetime) -> None:
    """Note the first win of an opened plan once, counted in days from the signature; the caller settles."""
    project = plan.project
    if project.first_value_at is not None:
        return
    project.first_value_at, project.first_value_evidence = at, task.evidence
    project.first_value_task_id = task.id
    plan.happened.append(
        events.FirstValueReached(
            project_id=project.id,
            account_id=project.account_id,
            task_id=task.id,
            title=task.name,
            evidence=task.evidence,
            days=(at - project.signed_at).days if project.signed_at else None,
        )
    )


def task_event(plan: RunningPlan, task: ProjectTask) -> dict[str, Any]:
    """Return the fields that every fact about a task carries."""
    return {
        "project_id": plan.project.id,
        "account_id": plan.project.account_id,
        "task_id": task.id,
        "task_key": task.key,
        "title": task.name,
        "kind": str(task.kind),
        "visibility": str(task.visibility),
    }


def required_reason(reason: str) -> str:
    """Return a reason without its blanks; raises InvalidInputError for an empty one."""
    said = reason.strip()
    if not said:
        problem = Problem("reason", "The reason is missing.", "Say in a few words why.")
        raise InvalidInputError("Please say why.", problems=(problem,))
    return said[:2000]


def _unstick(task: ProjectTask) -> None:
    task.stuck_side, task.stuck_since = "", None


def _require_open(task: ProjectTask) -> None:
    if task.state not in OPEN_STATES:
        raise WrongStateError(f"{task.name} is {str(task.state).replace('_', ' ')}.", remedy="Open it again first.")


def _require_worker(actor: Actor, task: ProjectTask) -> None:
    visibility, side = Visibility(task.visibility), Side(task.side)
    if not permissions.can_work_on_task(actor, side=side, visibility=visibility):
        raise PermissionDeniedError("This task is not yours to change.", remedy="Ask the project's owner.")


def _require_participant(actor: Actor, task: ProjectTask) -> None:
    if not permissions.can_take_part(actor, visibility=Visibility(task.visibility)):
        raise PermissionDeniedError("You may not change this task.", remedy="Ask the project's owner.")


def _require_approver(actor: Actor, task: ProjectTask, *, evidence: str | None = None) -> None:
    """Let named approvers through; managers too, who say where the approval can be seen when they approve."""
    approvers = task.details.get("settings", {}).get("approvers", ())
    if may_approve(actor=actor, task=task, approvers=approvers):
        return
    names = ", ".join(approvers).replace("_", " ") or "the other side"
    if not permissions.can_override(actor):
        raise PermissionDeniedError(
            f"This needs the approval of: {names}.", remedy="Ask for approval; a manager may approve in their place."
        )
    if evidence is not None and not evidence.strip():
        problem = Problem("evidence", f"You approve in place of: {names}.", "Say where their approval can be seen.")
        raise InvalidInputError("Say where the approval can be seen.", problems=(problem,))


def may_approve(*, actor: Actor, task: ProjectTask, approvers: Sequence[str]) -> bool:
    """Return whether somebody may approve in their own name: who fills an approver's role, and the product itself."""
    if actor.kind is AuthorKind.SYSTEM:
        return True
    if not approvers:
        return permissions.can_work_on_task(actor, side=Side(task.side), visibility=Visibility(task.visibility))
    roles = ProjectRole.objects.for_actor(actor).filter(project_id=task.project_id, key__in=list(approvers))
    person = {"contact_id": actor.id} if permissions.is_contact(actor) else {"member_id": actor.id}
    return actor.id is not None and roles.filter(**person).exists()

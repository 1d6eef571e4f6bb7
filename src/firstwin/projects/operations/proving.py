"""What follows from what usage shows: tasks finish, and changed rules of the first win reach the running projects."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.projects.contracts import RUNNING_STATES, WrongStateError
from firstwin.projects.models import Project
from firstwin.projects.operations import tasks, watching
from firstwin.shared.errors import NotFoundError

MOST_AT_ONCE = 200


def prove_task(*, actor: Actor, task_id: UUID, evidence: str, proved_at: datetime, at: datetime) -> bool:
    """Finish a task because usage shows that it is done, and say whether it was finished now.

    One that was finished, removed or called off meanwhile, and one of a project that ended, stays as it is.
    """
    try:
        tasks.complete_task(actor=actor, task_id=task_id, at=at, evidence=evidence, proved_at=proved_at)
    except (NotFoundError, WrongStateError):
        return False
    return True


def follow_rule(*, actor: Actor, account_id: UUID | None, playbook_id: UUID | None, segment: str, at: datetime) -> None:
    """Let running projects look for the first win as the rules say now; those whose first win is there stay as they are."""
    rows = Project.objects.for_actor(actor).filter(state__in=RUNNING_STATES, first_value_at=None)
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    if playbook_id is not None:
        rows = rows.filter(playbook_id=playbook_id)
    if segment:
        rows = rows.filter(segment=segment)
    project_ids = list(rows.order_by("id").values_list("id", flat=True))
    for start in range(0, len(project_ids), MOST_AT_ONCE):
        with transaction.atomic():
            watching.follow_rules(actor=actor, project_ids=project_ids[start : start + MOST_AT_ONCE], at=at)

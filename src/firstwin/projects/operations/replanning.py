"""What follows for running plans when somebody's working calendar changes: each is worked out again by a job of its own."""

import contextlib
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from firstwin.calendars.contracts import Holder, HolderKind
from firstwin.identity.contracts import Actor
from firstwin.jobs import operations as job_operations
from firstwin.jobs.contracts import NewJob
from firstwin.projects.contracts import OPEN_STATES
from firstwin.projects.models import Project, ProjectTask
from firstwin.projects.operations import settling
from firstwin.shared.errors import NotFoundError

JOB_KIND = "projects.replan"


def replan_affected(*, actor: Actor, holder: Holder, why: str, at: datetime) -> int:
    """Have every running plan worked out again that counts in a calendar; returns how many. `why` is told to their people.

    Each project remembers that it is to follow, so that whatever changes its plan before the job comes does it first.
    """
    with transaction.atomic():
        found = _affected(actor, holder).filter(state__in=[state.value for state in settling.RUNNING])
        rows = list(found.select_for_update().order_by("id").only("id", "workspace_id", "calendar_why"))
        for row in rows:
            others = [cause for cause in row.calendar_why.split("; ") if cause and cause != why]
            row.calendar_why = "; ".join([*others[-2:], why[:_LONGEST]])
            row.calendar_changed_at = at
        Project.objects.for_actor(actor).bulk_update(rows, ["calendar_why", "calendar_changed_at"], batch_size=500)
        job_operations.enqueue_many([_job(row) for row in rows])
    return len(rows)


_LONGEST = 160


def _job(project: Project) -> NewJob:
    return NewJob(
        kind=JOB_KIND,
        payload={"project_id": str(project.id)},
        workspace_id=project.workspace_id,
        order_key=f"replan:{project.id}",
        queue="bulk",
    )


def _affected(actor: Actor, holder: Holder) -> QuerySet[Project]:
    projects = Project.objects.for_actor(actor)
    if holder.kind is HolderKind.WORKSPACE:
        return projects
    if holder.kind is HolderKind.ACCOUNT:
        return projects.filter(account_id=holder.id)
    tasks = ProjectTask.objects.for_actor(actor).filter(state__in=sorted(OPEN_STATES))
    is_member = holder.kind is HolderKind.MEMBER
    theirs = tasks.filter(member_id=holder.id) if is_member else tasks.filter(contact_id=holder.id)
    return projects.filter(id__in=theirs.values("project_id"))


def replan_project(*, actor: Actor, project_id: UUID) -> None:
    """Work the dates of a project out again if a calendar changed since; its people hear of it if dates moved.

    Idempotent: a second time there is nothing to follow. A project that is gone or over is left alone.
    """
    with transaction.atomic(), contextlib.suppress(NotFoundError):
        settling.opened(actor=actor, project_id=project_id)

"""What follows for running plans when somebody's working calendar changes: each is worked out again by a job of its own."""

import contextlib
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from firstwin.calendars.contracts import Holder, HolderKind
from firstwin.identity.contracts import Actor
from firstwin.jobs import operations as job_operations
from firstwin.jobs.contracts import NewJob
from firstwin.projects.contracts import OPEN_STATES, RUNNING_STATES
from firstwin.projects.models import Project, ProjectTask
from firstwin.projects.operations import settling
from firstwin.shared.errors import NotFoundError

JOB_KIND = "projects.replan"


def replan_affected(*, actor: Actor, holder: Holder) -> int:
    """Have every running plan worked out again that counts in a calendar; returns how many."""
    with transaction.atomic():
        found = _affected(actor, holder).filter(state__in=[state.value for state in RUNNING_STATES])
        jobs = [_job(actor, project_id) for project_id in found.order_by("id").values_list("id", flat=True)]
        job_operations.enqueue_many(jobs)
    return len(jobs)


def _job(actor: Actor, project_id: UUID) -> NewJob:
    return NewJob(
        kind=JOB_KIND,
        payload={"project_id": str(project_id)},
        workspace_id=actor.workspace_id,
        order_key=f"replan:{project_id}",
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

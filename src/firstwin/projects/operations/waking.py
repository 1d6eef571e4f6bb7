"""The one timer of a project: it rings when the next task starts or the next promise falls due.

Inside projects only; whatever changes a plan sets it anew, a hold or an end takes it away.
"""

from dataclasses import fields
from datetime import datetime

from firstwin.jobs import operations as job_operations
from firstwin.jobs.contracts import NewTimer
from firstwin.projects.contracts import ProjectState
from firstwin.projects.models import Project
from firstwin.projects.rules.progress import ProjectFigures

FIGURES = tuple(figure.name for figure in fields(ProjectFigures))
JOB_KIND = "projects.advance"
TIMER = "next"


def owner_of(project: Project) -> str:
    """Return the owner under which a project's timers stand."""
    return f"project:{project.id}"


def timer_of(project: Project, at: datetime | None = None) -> NewTimer:
    """Return the timer of a project that has something to come, at the latest at an instant that is given."""
    instants = [instant for instant in (project.next_wake_at, at) if instant is not None]
    if not instants:
        raise ValueError("nothing is to come in this project")
    return NewTimer(
        owner=owner_of(project),
        name=TIMER,
        at=min(instants),
        kind=JOB_KIND,
        payload={"project_id": str(project.id)},
        workspace_id=project.workspace_id,
    )


def set_or_cancel(project: Project, at: datetime | None = None) -> None:
    """Set the timer of a running project to its next instant, at the latest to the one given; take it away when there is
    none, or it does not run.
    """
    if project.state == ProjectState.ACTIVE and (project.next_wake_at or at) is not None:
        job_operations.set_timers([timer_of(project, at)])
    else:
        job_operations.cancel_timers(owner=owner_of(project))

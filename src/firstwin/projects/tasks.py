"""Job handlers of projects."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from firstwin.identity.contracts import system_actor
from firstwin.jobs.contracts import Effect, JobContext, job_handler
from firstwin.projects.operations import clock, waking


@job_handler(waking.JOB_KIND, effect=Effect.DB)
def advance_project(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Look at a project whose next start or promise has come."""
    if context.workspace_id is None:
        return
    clock.advance_project(
        actor=system_actor(context.workspace_id), project_id=UUID(payload["project_id"]), at=context.now
    )

"""Newer playbook versions worked into running projects, over HTTP."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from firstwin.identity.queries import actor_of
from firstwin.projects.contracts.updates import (
    AppliedUpdate,
    Decision,
    OutdatedProjects,
    RunResult,
    UpdateAspect,
    UpdateGroup,
    UpdateReview,
    UpdateRule,
    UpdateRun,
    UpdateScope,
)
from firstwin.projects.operations import update_runs, updates
from firstwin.projects.queries import updates as update_queries
from firstwin.shared import clock
from firstwin.shared.schemas import StrictSchema

project_updates = Router(tags=["playbook updates"])
update_runs_router = Router(tags=["playbook updates"])


class DecisionsBody(StrictSchema):
    """Decisions by the ref of each item of the review; what is left out stays open."""

    decisions: dict[str, Decision]
    to_version_id: UUID | None = None


class AppliedBody(StrictSchema):
    id: UUID | None


class RuleBody(StrictSchema):
    """What is taken over without looking, in which running projects; a trial changes none of them."""

    playbook_id: UUID
    take: list[UpdateGroup] = [UpdateGroup.ADDED]
    aspects: list[UpdateAspect] = [UpdateAspect.TEXT]
    conflicts: Decision | None = None
    most_days: int | None = None
    segment: str = ""
    owner_id: UUID | None = None
    stage: str = ""
    project_ids: list[UUID] = []
    is_trial: bool = True


class StartedBody(StrictSchema):
    id: UUID


@project_updates.get("/{uuid:project_id}/update", response=UpdateReview | None)
def review_update(request: HttpRequest, project_id: UUID) -> UpdateReview | None:
    return update_queries.find_review(actor=actor_of(request), project_id=project_id, at=clock.now())


@project_updates.post("/{uuid:project_id}/update/preview", response=UpdateReview | None)
def preview_update(request: HttpRequest, project_id: UUID, body: DecisionsBody) -> UpdateReview | None:
    return update_queries.find_review(
        actor=actor_of(request), project_id=project_id, at=clock.now(), decisions=body.decisions
    )


@project_updates.post("/{uuid:project_id}/update", response=AppliedBody)
def apply_update(request: HttpRequest, project_id: UUID, body: DecisionsBody) -> AppliedBody:
    update_id = updates.apply_update(
        actor=actor_of(request),
        project_id=project_id,
        decisions=body.decisions,
        to_version_id=body.to_version_id,
        at=clock.now(),
    )
    return AppliedBody(id=update_id)


@project_updates.get("/{uuid:project_id}/updates", response=list[AppliedUpdate])
def list_updates(request: HttpRequest, project_id: UUID) -> list[AppliedUpdate]:
    return list(update_queries.list_updates(actor=actor_of(request), project_id=project_id))


@project_updates.post("/updates/{uuid:update_id}/undo", response={204: None})
def undo_update(request: HttpRequest, update_id: UUID) -> None:
    updates.undo_update(actor=actor_of(request), update_id=update_id, at=clock.now())


@update_runs_router.get("/outdated/{uuid:playbook_id}", response=OutdatedProjects | None)
def count_outdated(request: HttpRequest, playbook_id: UUID) -> OutdatedProjects | None:
    return update_queries.find_outdated(actor=actor_of(request), playbook_id=playbook_id)


@update_runs_router.post("", response={201: StartedBody})
def start_run(request: HttpRequest, body: RuleBody) -> StartedBody:
    run_id = update_runs.start_run(
        actor=actor_of(request),
        playbook_id=body.playbook_id,
        rule=UpdateRule(
            take=tuple(body.take), aspects=tuple(body.aspects), conflicts=body.conflicts, most_days=body.most_days
        ),
        scope=UpdateScope(
            segment=body.segment, owner_id=body.owner_id, stage=body.stage, project_ids=tuple(body.project_ids)
        ),
        is_trial=body.is_trial,
        at=clock.now(),
    )
    return StartedBody(id=run_id)


@update_runs_router.get("/{uuid:run_id}", response=UpdateRun)
def read_run(request: HttpRequest, run_id: UUID) -> UpdateRun:
    return update_queries.get_run(actor=actor_of(request), run_id=run_id)


@update_runs_router.get("/{uuid:run_id}/results", response=list[RunResult])
def list_results(request: HttpRequest, run_id: UUID) -> list[RunResult]:
    return list(update_queries.list_results(actor=actor_of(request), run_id=run_id))

"""Steering running plans over HTTP: links, dates, bounds and lengths, tried out first."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import AwareDatetime

from firstwin.identity.queries import actor_of
from firstwin.projects.contracts.anchors import AnchorInfo, AnchorMove, Following
from firstwin.projects.contracts.baselines import BaselineInfo
from firstwin.projects.contracts.steering import (
    LinkChange,
    LinkInfo,
    NewLink,
    PlanChange,
    PlanPreview,
    PlanRoom,
    TaskTiming,
    TimingPart,
)
from firstwin.projects.contracts.wishes import Wish
from firstwin.projects.operations import anchors, baselines, steering, targets, undoing
from firstwin.projects.queries import anchors as anchor_queries
from firstwin.projects.queries import baselines as baseline_queries
from firstwin.projects.queries import steering as steering_queries
from firstwin.projects.queries import wishes
from firstwin.scheduling.contracts import LinkType
from firstwin.shared import clock
from firstwin.shared.schemas import StrictSchema

router = Router(tags=["plans"])


class TimingBody(StrictSchema):
    """What is left out stays. Dates set here are kept from then on; `freed` gives them back to the plan."""

    task_id: UUID
    start_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    duration: str | None = None
    not_before_at: AwareDatetime | None = None
    must_finish_by_at: AwareDatetime | None = None
    freed: tuple[TimingPart, ...] = ()
    on_working_days: bool = False
    expected_version: int | None = None


class NewLinkBody(StrictSchema):
    """`lag` is a span such as 2wd, or -1wd to let both overlap."""

    predecessor_id: UUID
    successor_id: UUID
    type: LinkType = LinkType.FINISH_TO_START
    lag: str = ""


class LinkBody(StrictSchema):
    link_id: UUID
    type: LinkType
    lag: str = ""


class PlanBody(StrictSchema):
    """Changes that are saved together or not at all; `removed` are ids of links."""

    timings: list[TimingBody] = []
    added: list[NewLinkBody] = []
    changed: list[LinkBody] = []
    removed: list[UUID] = []

    def to_contract(self) -> PlanChange:
        return PlanChange(
            timings=tuple(TaskTiming(**part.model_dump()) for part in self.timings),
            added=tuple(NewLink(**part.model_dump()) for part in self.added),
            changed=tuple(LinkChange(**part.model_dump()) for part in self.changed),
            removed=tuple(self.removed),
        )


class UndoBody(StrictSchema):
    """`step_id` is that of a saved change; left out, the latest one is meant."""

    step_id: UUID | None = None


class Undone(StrictSchema):
    """`what` says what was taken back."""

    what: str


class AnchorBody(StrictSchema):
    """`following` says what becomes of what was set by hand: dates move along or stay, or all goes back to the playbook."""

    anchor: str
    to_at: AwareDatetime
    following: Following = Following.KEEP_SET

    def to_contract(self) -> AnchorMove:
        return AnchorMove(anchor=self.anchor, to_at=self.to_at, following=self.following)


class TargetBody(StrictSchema):
    """The day by which everything is to be done."""

    end_on: date


class BaselineBody(StrictSchema):
    """What the dates are called that are kept; no other baseline of the project has the name."""

    name: str


class Kept(StrictSchema):
    id: UUID


@router.get("/{uuid:project_id}/plan/links", response=list[LinkInfo])
def list_links(request: HttpRequest, project_id: UUID, task_id: UUID | None = None) -> list[LinkInfo]:
    return list(steering_queries.list_links(actor=actor_of(request), project_id=project_id, task_id=task_id))


@router.get("/{uuid:project_id}/plan/room", response=PlanRoom)
def read_room(request: HttpRequest, project_id: UUID) -> PlanRoom:
    return steering_queries.get_room(actor=actor_of(request), project_id=project_id)


@router.post("/{uuid:project_id}/plan/preview", response=PlanPreview)
def preview_change(request: HttpRequest, project_id: UUID, body: PlanBody) -> PlanPreview:
    return steering.preview_change(
        actor=actor_of(request), project_id=project_id, change=body.to_contract(), at=clock.now()
    )


@router.post("/{uuid:project_id}/plan/changes", response=PlanPreview)
def change_plan(request: HttpRequest, project_id: UUID, body: PlanBody) -> PlanPreview:
    return steering.change_plan(
        actor=actor_of(request), project_id=project_id, change=body.to_contract(), at=clock.now()
    )


@router.post("/{uuid:project_id}/plan/undo", response=Undone)
def undo_step(request: HttpRequest, project_id: UUID, body: UndoBody) -> Undone:
    what = undoing.undo_step(actor=actor_of(request), project_id=project_id, step_id=body.step_id, at=clock.now())
    return Undone(what=what)


@router.get("/{uuid:project_id}/plan/baselines", response=list[BaselineInfo])
def list_baselines(request: HttpRequest, project_id: UUID) -> list[BaselineInfo]:
    return list(baseline_queries.list_baselines(actor=actor_of(request), project_id=project_id))


@router.post("/{uuid:project_id}/plan/baselines", response={201: Kept})
def keep_baseline(request: HttpRequest, project_id: UUID, body: BaselineBody) -> Kept:
    made = baselines.keep_baseline(actor=actor_of(request), project_id=project_id, name=body.name, at=clock.now())
    return Kept(id=made)


@router.delete("/{uuid:project_id}/plan/baselines/{uuid:baseline_id}", response={204: None})
def remove_baseline(request: HttpRequest, project_id: UUID, baseline_id: UUID) -> None:
    baselines.remove_baseline(actor=actor_of(request), project_id=project_id, baseline_id=baseline_id, at=clock.now())


@router.get("/{uuid:project_id}/plan/anchors", response=list[AnchorInfo])
def list_anchors(request: HttpRequest, project_id: UUID) -> list[AnchorInfo]:
    return list(anchor_queries.list_anchors(actor=actor_of(request), project_id=project_id))


@router.post("/{uuid:project_id}/plan/anchors/preview", response=PlanPreview)
def preview_anchor(request: HttpRequest, project_id: UUID, body: AnchorBody) -> PlanPreview:
    move = body.to_contract()
    return anchors.preview_move(actor=actor_of(request), project_id=project_id, move=move, at=clock.now())


@router.post("/{uuid:project_id}/plan/anchors", response=PlanPreview)
def move_anchor(request: HttpRequest, project_id: UUID, body: AnchorBody) -> PlanPreview:
    move = body.to_contract()
    return anchors.move_anchor(actor=actor_of(request), project_id=project_id, move=move, at=clock.now())


@router.get("/{uuid:project_id}/plan/backwards", response=Wish)
def read_wish(request: HttpRequest, project_id: UUID, end_on: date, task_id: UUID | None = None) -> Wish:
    return wishes.get_wish(
        actor=actor_of(request), project_id=project_id, end_on=end_on, task_id=task_id, at=clock.now()
    )


@router.post("/{uuid:project_id}/target", response={204: None})
def set_target(request: HttpRequest, project_id: UUID, body: TargetBody) -> None:
    targets.set_target(actor=actor_of(request), project_id=project_id, end_on=body.end_on, at=clock.now())

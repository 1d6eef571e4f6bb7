"""Tasks of running projects over HTTP."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from firstwin.identity.queries import actor_of
from firstwin.projects.contracts import TaskInfo
from firstwin.projects.contracts.changes import BulkChange, NewTask, TaskMove, TaskPatch
from firstwin.projects.http import bodies
from firstwin.projects.operations import bulk, changes, scope, tasks
from firstwin.projects.queries import projects as project_queries
from firstwin.shared import clock

router = Router(tags=["tasks"])
project_tasks = Router(tags=["tasks"])


@router.get("/{uuid:task_id}", response=TaskInfo)
def read_task(request: HttpRequest, task_id: UUID) -> TaskInfo:
    return project_queries.get_task(actor=actor_of(request), task_id=task_id, at=clock.now())


@project_tasks.post("/{uuid:project_id}/tasks", response={201: bodies.Launched})
def add_task(request: HttpRequest, project_id: UUID, body: bodies.NewTaskBody) -> bodies.Launched:
    assignee = body.assignee.to_person() if body.assignee else None
    new = NewTask(**{**body.model_dump(exclude={"assignee"}), "assignee": assignee})
    task_id = scope.add_task(actor=actor_of(request), project_id=project_id, new=new, at=clock.now())
    return bodies.Launched(id=task_id)


@router.patch("/{uuid:task_id}", response={204: None})
def edit_task(request: HttpRequest, task_id: UUID, body: bodies.PatchBody) -> None:
    changes.edit_task(
        actor=actor_of(request),
        task_id=task_id,
        patch=TaskPatch(**body.model_dump(exclude={"expected_version"})),
        expected_version=body.expected_version,
        at=clock.now(),
    )


@router.post("/bulk", response=bodies.Changed)
def change_tasks(request: HttpRequest, body: bodies.BulkBody) -> bodies.Changed:
    change = BulkChange(
        verb=body.verb,
        task_ids=tuple(body.task_ids),
        reason=body.reason,
        assignee=body.assignee.to_person() if body.assignee else None,
        days=body.days,
    )
    return bodies.Changed(count=bulk.change_tasks(actor=actor_of(request), change=change, at=clock.now()))


@router.post("/{uuid:task_id}/start", response={204: None})
def start_task(request: HttpRequest, task_id: UUID, body: bodies.VersionBody) -> None:
    tasks.start_task(actor=actor_of(request), task_id=task_id, expected_version=body.expected_version, at=clock.now())


@router.post("/{uuid:task_id}/complete", response={204: None})
def complete_task(request: HttpRequest, task_id: UUID, body: bodies.CompleteTaskBody) -> None:
    tasks.complete_task(
        actor=actor_of(request),
        task_id=task_id,
        result=body.result,
        evidence=body.evidence,
        expected_version=body.expected_version,
        at=clock.now(),
    )


@router.post("/{uuid:task_id}/stuck", response={204: None})
def mark_task_stuck(request: HttpRequest, task_id: UUID, body: bodies.StuckBody) -> None:
    tasks.mark_task_stuck(
        actor=actor_of(request),
        task_id=task_id,
        side=body.side,
        reason=body.reason,
        expected_version=body.expected_version,
        at=clock.now(),
    )


@router.post("/{uuid:task_id}/not-applicable", response={204: None})
def mark_task_not_applicable(request: HttpRequest, task_id: UUID, body: bodies.ReasonBody) -> None:
    tasks.mark_task_not_applicable(
        actor=actor_of(request),
        task_id=task_id,
        reason=body.reason,
        expected_version=body.expected_version,
        at=clock.now(),
    )


@router.post("/{uuid:task_id}/reopen", response={204: None})
def reopen_task(request: HttpRequest, task_id: UUID, body: bodies.ReopenTaskBody) -> None:
    tasks.reopen_task(
        actor=actor_of(request),
        task_id=task_id,
        reason=body.reason,
        expected_version=body.expected_version,
        at=clock.now(),
    )


@router.post("/{uuid:task_id}/submit", response={204: None})
def submit_task(request: HttpRequest, task_id: UUID, body: bodies.VersionBody) -> None:
    tasks.submit_task(actor=actor_of(request), task_id=task_id, expected_version=body.expected_version, at=clock.now())


@router.post("/{uuid:task_id}/approve", response={204: None})
def approve_task(request: HttpRequest, task_id: UUID, body: bodies.ApproveBody) -> None:
    tasks.approve_task(
        actor=actor_of(request),
        task_id=task_id,
        evidence=body.evidence,
        expected_version=body.expected_version,
        at=clock.now(),
    )


@router.post("/{uuid:task_id}/reject", response={204: None})
def reject_task(request: HttpRequest, task_id: UUID, body: bodies.ReasonBody) -> None:
    tasks.reject_task(
        actor=actor_of(request),
        task_id=task_id,
        reason=body.reason,
        expected_version=body.expected_version,
        at=clock.now(),
    )


@router.post("/{uuid:task_id}/assign", response={204: None})
def assign_task(request: HttpRequest, task_id: UUID, body: bodies.AssignBody) -> None:
    changes.assign_task(
        actor=actor_of(request),
        task_id=task_id,
        person=body.person.to_person() if body.person else None,
        expected_version=body.expected_version,
        at=clock.now(),
    )


@router.post("/{uuid:task_id}/move", response={204: None})
def move_task(request: HttpRequest, task_id: UUID, body: bodies.MoveBody) -> None:
    changes.move_task(
        actor=actor_of(request),
        task_id=task_id,
        move=TaskMove(**body.model_dump(exclude={"expected_version"})),
        expected_version=body.expected_version,
        at=clock.now(),
    )


@router.post("/{uuid:task_id}/remove", response={204: None})
def remove_task(request: HttpRequest, task_id: UUID, body: bodies.ReasonBody) -> None:
    scope.remove_task(
        actor=actor_of(request),
        task_id=task_id,
        reason=body.reason,
        expected_version=body.expected_version,
        at=clock.now(),
    )

"""Projects over HTTP: the portfolio, launches, one project, its people, comments and files."""

from collections.abc import Iterator
from uuid import UUID

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile

from firstwin.identity.queries import actor_of
from firstwin.journal.contracts import EntryInfo
from firstwin.projects.contracts import (
    CommentInfo,
    FileInfo,
    LaunchPreview,
    ProjectDetail,
    ProjectRole,
    ProjectSummary,
)
from firstwin.projects.contracts.my_day import MyDay
from firstwin.projects.contracts.portfolio import BoardColumn, ProjectFacets, SearchHit
from firstwin.projects.http import bodies
from firstwin.projects.operations import comments as comment_operations
from firstwin.projects.operations import files as file_operations
from firstwin.projects.operations import launch, lifecycle
from firstwin.projects.queries import comments as comment_queries
from firstwin.projects.queries import export, my_day, portfolio, preview
from firstwin.projects.queries import files as file_queries
from firstwin.projects.queries import projects as project_queries
from firstwin.projects.queries import search as search_queries
from firstwin.shared import clock
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE, Page

projects = Router(tags=["projects"])
files = Router(tags=["files"])
days = Router(tags=["my day and search"])


@projects.get("", response=Page[ProjectSummary])
def list_projects(request: HttpRequest, query: Query[bodies.ListQuery]) -> Page[ProjectSummary]:
    return portfolio.list_projects(
        actor=actor_of(request),
        at=clock.now(),
        filters=query.to_filters(),
        sort=query.sort,
        is_descending=query.is_descending,
        cursor=query.cursor,
        limit=query.limit,
    )


@projects.get("/facets", response=ProjectFacets)
def count_projects(request: HttpRequest, query: Query[bodies.FilterQuery]) -> ProjectFacets:
    return portfolio.count_projects(actor=actor_of(request), at=clock.now(), filters=query.to_filters())


@projects.get("/board", response=list[BoardColumn])
def read_board(request: HttpRequest, query: Query[bodies.FilterQuery]) -> list[BoardColumn]:
    return list(portfolio.get_board(actor=actor_of(request), at=clock.now(), filters=query.to_filters()))


@projects.get("/export.csv", response={200: None})
def export_projects(request: HttpRequest, query: Query[bodies.FilterQuery]) -> StreamingHttpResponse:
    lines: Iterator[str] = export.portfolio_csv(actor=actor_of(request), at=clock.now(), filters=query.to_filters())
    response = StreamingHttpResponse((line.encode() for line in lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="projects.csv"'
    return response


@projects.post("", response={201: bodies.Launched})
def launch_project(request: HttpRequest, new: bodies.LaunchBody) -> bodies.Launched:
    return bodies.Launched(id=launch.launch_project(actor=actor_of(request), new=new.to_contract(), at=clock.now()))


@projects.post("/bulk", response={201: bodies.LaunchedMany})
def launch_projects(request: HttpRequest, body: bodies.BulkLaunchBody) -> bodies.LaunchedMany:
    news = [new.to_contract() for new in body.projects]
    return bodies.LaunchedMany(ids=launch.launch_projects(actor=actor_of(request), news=news, at=clock.now()))


@projects.post("/preview", response=LaunchPreview)
def preview_launch(request: HttpRequest, new: bodies.LaunchBody) -> LaunchPreview:
    return preview.preview_launch(actor=actor_of(request), new=new.to_contract(), at=clock.now())


@projects.get("/{uuid:project_id}", response=ProjectDetail)
def read_project(request: HttpRequest, project_id: UUID) -> ProjectDetail:
    return project_queries.get_project(actor=actor_of(request), project_id=project_id, at=clock.now())


@projects.post("/{uuid:project_id}/hold", response={204: None})
def hold_project(request: HttpRequest, project_id: UUID, body: bodies.HoldBody) -> None:
    lifecycle.hold_project(
        actor=actor_of(request), project_id=project_id, side=body.side, reason=body.reason, at=clock.now()
    )


@projects.post("/{uuid:project_id}/resume", response={204: None})
def resume_project(request: HttpRequest, project_id: UUID) -> None:
    lifecycle.resume_project(actor=actor_of(request), project_id=project_id, at=clock.now())


@projects.post("/{uuid:project_id}/complete", response={204: None})
def complete_project(request: HttpRequest, project_id: UUID, body: bodies.CompleteProjectBody) -> None:
    lifecycle.complete_project(
        actor=actor_of(request),
        project_id=project_id,
        confirmed=body.confirmed,
        override_reason=body.override_reason,
        at=clock.now(),
    )


@projects.post("/{uuid:project_id}/cancel", response={204: None})
def cancel_project(request: HttpRequest, project_id: UUID, body: bodies.WhyBody) -> None:
    lifecycle.cancel_project(actor=actor_of(request), project_id=project_id, reason=body.reason, at=clock.now())


@projects.post("/{uuid:project_id}/reopen", response={204: None})
def reopen_project(request: HttpRequest, project_id: UUID, body: bodies.WhyBody) -> None:
    lifecycle.reopen_project(actor=actor_of(request), project_id=project_id, reason=body.reason, at=clock.now())


@projects.post("/{uuid:project_id}/first-value", response={204: None})
def record_first_value(request: HttpRequest, project_id: UUID, body: bodies.FirstValueBody) -> None:
    lifecycle.record_first_value(
        actor=actor_of(request),
        project_id=project_id,
        evidence=body.evidence,
        task_id=body.task_id,
        at=clock.now(),
    )


@projects.get("/{uuid:project_id}/roles", response=list[ProjectRole])
def list_roles(request: HttpRequest, project_id: UUID) -> list[ProjectRole]:
    return list(project_queries.list_roles(actor=actor_of(request), project_id=project_id))


@projects.post("/{uuid:project_id}/roles/{role}", response={204: None})
def fill_role(request: HttpRequest, project_id: UUID, role: str, body: bodies.RoleBody) -> None:
    lifecycle.fill_role(
        actor=actor_of(request),
        project_id=project_id,
        role=role,
        person=body.person.to_person() if body.person else None,
        at=clock.now(),
    )


@projects.get("/{uuid:project_id}/comments", response=Page[CommentInfo])
def list_comments(
    request: HttpRequest,
    project_id: UUID,
    task_id: UUID | None = None,
    is_whole_project: bool = False,
    cursor: str | None = None,
    limit: int = DEFAULT_PAGE_SIZE,
) -> Page[CommentInfo]:
    return comment_queries.list_comments(
        actor=actor_of(request),
        project_id=project_id,
        task_id=task_id,
        is_whole_project=is_whole_project,
        cursor=cursor,
        limit=limit,
    )


@projects.post("/{uuid:project_id}/comments", response={201: bodies.Launched})
def add_comment(request: HttpRequest, project_id: UUID, body: bodies.CommentBody) -> bodies.Launched:
    comment_id = comment_operations.add_comment(
        actor=actor_of(request),
        project_id=project_id,
        body=body.body,
        task_id=body.task_id,
        is_internal=body.is_internal,
        mentions=body.mentions,
        at=clock.now(),
    )
    return bodies.Launched(id=comment_id)


@projects.get("/{uuid:project_id}/timeline", response=Page[EntryInfo])
def read_timeline(
    request: HttpRequest, project_id: UUID, cursor: str | None = None, limit: int = DEFAULT_PAGE_SIZE
) -> Page[EntryInfo]:
    return project_queries.list_timeline(actor=actor_of(request), project_id=project_id, cursor=cursor, limit=limit)


@projects.get("/{uuid:project_id}/files", response=list[FileInfo])
def list_files(request: HttpRequest, project_id: UUID, task_id: UUID | None = None) -> list[FileInfo]:
    return list(file_queries.list_files(actor=actor_of(request), project_id=project_id, task_id=task_id))


@projects.post("/{uuid:project_id}/files", response={201: bodies.Launched})
def attach_file(
    request: HttpRequest,
    project_id: UUID,
    file: File[UploadedFile],
    task_id: Form[UUID | None] = None,
    requested: Form[str] = "",
    is_internal: Form[bool] = False,
) -> bodies.Launched:
    file_id = file_operations.attach_file(
        actor=actor_of(request),
        project_id=project_id,
        name=file.name or "",
        content=file,
        task_id=task_id,
        requested=requested,
        is_internal=is_internal,
        at=clock.now(),
    )
    return bodies.Launched(id=file_id)


@files.get("/{uuid:file_id}", response={200: None})
def download_file(request: HttpRequest, file_id: UUID) -> FileResponse:
    found = file_queries.get_file(actor=actor_of(request), file_id=file_id)
    response = FileResponse(open(found.path, "rb"))  # noqa: SIM115 - closed by Django
    for name, value in found.headers.items():  # now, for the response has set some of its own
        response.headers[name] = value
    return response


@files.post("/{uuid:file_id}/remove", response={204: None})
def remove_file(request: HttpRequest, file_id: UUID, body: bodies.WhyBody) -> None:
    file_operations.remove_file(actor=actor_of(request), file_id=file_id, reason=body.reason, at=clock.now())


@days.get("/my-day", response=MyDay)
def read_my_day(request: HttpRequest) -> MyDay:
    return my_day.get_my_day(actor=actor_of(request), at=clock.now())


@days.get("/search", response=list[SearchHit])
def search(request: HttpRequest, text: str) -> list[SearchHit]:
    return list(search_queries.search(actor=actor_of(request), text=text))

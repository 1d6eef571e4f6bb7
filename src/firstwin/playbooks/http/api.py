"""Playbooks over HTTP: the library, drafts and their edits, versions, files, and linting.

Lists are returned as `list`: ninja takes a tuple of two for a status and a body.
"""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from firstwin.identity.queries import actor_of
from firstwin.playbooks import queries
from firstwin.playbooks.contracts import PlaybookProblem, PlaybookStatus, PlaybookSummary
from firstwin.playbooks.contracts.comparison import ChangeType
from firstwin.playbooks.contracts.library import (
    AddPart,
    DraftStep,
    DuplicatePart,
    Edit,
    MovePart,
    PartKind,
    PlaybookFilters,
    PlaybookVersionSummary,
    RemovePart,
    SetFields,
)
from firstwin.playbooks.operations import drafts, library, versions
from firstwin.shared import clock
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE, Page
from firstwin.shared.schemas import StrictSchema

router = Router(tags=["playbooks"])

YAML = "application/yaml"
FLOWCHART = "text/vnd.mermaid"


class PlaybookQuery(StrictSchema):
    search: str = ""
    status: PlaybookStatus | None = None
    is_builtin: bool | None = None
    owner_id: UUID | None = None
    cursor: str | None = None
    limit: int = DEFAULT_PAGE_SIZE


class NewPlaybookBody(StrictSchema):
    name: str
    key: str = ""
    summary: str = ""


class ImportBody(StrictSchema):
    """A file as text. `into` makes it the draft of that playbook instead of a new one."""

    text: str
    format: Literal["yaml", "mermaid"] = "yaml"
    name: str = ""
    into: UUID | None = None
    expected_revision: int | None = None


class LintBody(StrictSchema):
    text: str
    file: str = ""


class EditBody(StrictSchema):
    """One edit. `set`: kind, key, values. `add`: kind, values, position, stage and overlay (of a task). `move`: kind, key,
    position, stage. `remove` and `duplicate`: kind, key. Values are in the keys of the YAML form; null sets a key back.
    """

    op: Literal["set", "add", "move", "remove", "duplicate"]
    kind: PartKind
    key: str = ""
    stage: str = ""
    overlay: str = ""
    position: int | None = None
    values: dict[str, Any] = {}

    def edit(self) -> Edit:
        match self.op:
            case "set":
                return SetFields(kind=self.kind, key=self.key, values=self.values)
            case "add":
                return AddPart(
                    kind=self.kind,
                    values=self.values,
                    stage=self.stage,
                    position=self.position,
                    overlay=self.overlay,
                )
            case "move":
                return MovePart(kind=self.kind, key=self.key, position=self.position or 0, stage=self.stage)
            case "remove":
                return RemovePart(kind=self.kind, key=self.key)
            case "duplicate":
                return DuplicatePart(kind=self.kind, key=self.key)


class EditsBody(StrictSchema):
    expected_revision: int
    edits: list[EditBody]


class RevisionBody(StrictSchema):
    expected_revision: int


class Revision(StrictSchema):
    """The revision of the draft after the change; send it with the next one."""

    revision: int


class PublishBody(StrictSchema):
    notes: str
    expected_revision: int | None = None


class DuplicateBody(StrictSchema):
    name: str = ""


class OwnerBody(StrictSchema):
    owner_id: UUID | None


class PlaybookCreated(StrictSchema):
    id: UUID


class PlaybookDraft(StrictSchema):
    """A playbook with its draft in the keys of the YAML form."""

    summary: PlaybookSummary
    draft: dict[str, Any]
    revision: int
    can_undo: bool
    can_redo: bool
    problems: tuple[PlaybookProblem, ...]


class PlaybookVersionContent(StrictSchema):
    """A published version with its content in the keys of the YAML form."""

    id: UUID
    playbook_id: UUID
    number: int
    notes: str
    published_by_name: str
    definition: dict[str, Any]


class ChangeItem(StrictSchema):
    type: ChangeType
    kind: PartKind
    key: str
    name: str
    text: str
    stage: str
    field: str
    before: Any
    after: Any


@router.get("", response=Page[PlaybookSummary])
def list_playbooks(request: HttpRequest, query: Query[PlaybookQuery]) -> Page[PlaybookSummary]:
    filters = PlaybookFilters(
        search=query.search, status=query.status, is_builtin=query.is_builtin, owner_id=query.owner_id
    )
    return queries.list_playbooks(actor=actor_of(request), filters=filters, cursor=query.cursor, limit=query.limit)


@router.post("", response={201: PlaybookCreated})
def create_playbook(request: HttpRequest, new: NewPlaybookBody) -> dict[str, UUID]:
    return {
        "id": library.create_playbook(
            actor=actor_of(request), name=new.name, key=new.key, summary=new.summary, at=clock.now()
        )
    }


@router.post("/import", response={201: PlaybookCreated})
def import_playbook(request: HttpRequest, body: ImportBody) -> dict[str, UUID]:
    return {
        "id": library.import_text(
            actor=actor_of(request),
            text=body.text,
            is_flowchart=body.format == "mermaid",
            name=body.name,
            into=body.into,
            expected_revision=body.expected_revision,
            at=clock.now(),
        )
    }


@router.post("/lint", response=list[PlaybookProblem])
def lint_playbook(request: HttpRequest, body: LintBody) -> list[PlaybookProblem]:
    return list(queries.lint_text(body.text, file=body.file, actor=actor_of(request)))


@router.get("/schema", response=dict[str, Any])
def read_schema(request: HttpRequest) -> dict[str, Any]:
    del request
    return queries.get_schema()


@router.get("/{uuid:playbook_id}", response=PlaybookDraft)
def read_playbook(request: HttpRequest, playbook_id: UUID) -> dict[str, Any]:
    detail = queries.get_playbook(actor=actor_of(request), playbook_id=playbook_id)
    return {
        "summary": detail.summary,
        "draft": queries.to_plain(detail.draft),
        "revision": detail.revision,
        "can_undo": detail.can_undo,
        "can_redo": detail.can_redo,
        "problems": detail.problems,
    }


@router.get("/{uuid:playbook_id}/history", response=list[DraftStep])
def read_history(request: HttpRequest, playbook_id: UUID) -> list[DraftStep]:
    return list(queries.list_draft_steps(actor=actor_of(request), playbook_id=playbook_id))


@router.post("/{uuid:playbook_id}/edits", response=Revision)
def edit_draft(request: HttpRequest, playbook_id: UUID, body: EditsBody) -> dict[str, int]:
    revision = drafts.edit_draft(
        actor=actor_of(request),
        playbook_id=playbook_id,
        edits=[edit.edit() for edit in body.edits],
        expected_revision=body.expected_revision,
        at=clock.now(),
    )
    return {"revision": revision}


@router.post("/{uuid:playbook_id}/undo", response=Revision)
def undo(request: HttpRequest, playbook_id: UUID, body: RevisionBody) -> dict[str, int]:
    return {
        "revision": drafts.undo(
            actor=actor_of(request),
            playbook_id=playbook_id,
            expected_revision=body.expected_revision,
            at=clock.now(),
        )
    }


@router.post("/{uuid:playbook_id}/redo", response=Revision)
def redo(request: HttpRequest, playbook_id: UUID, body: RevisionBody) -> dict[str, int]:
    return {
        "revision": drafts.redo(
            actor=actor_of(request),
            playbook_id=playbook_id,
            expected_revision=body.expected_revision,
            at=clock.now(),
        )
    }


@router.post("/{uuid:playbook_id}/discard", response=Revision)
def discard_draft(request: HttpRequest, playbook_id: UUID, body: RevisionBody) -> dict[str, int]:
    return {
        "revision": drafts.discard_draft(
            actor=actor_of(request),
            playbook_id=playbook_id,
            expected_revision=body.expected_revision,
            at=clock.now(),
        )
    }


@router.post("/{uuid:playbook_id}/duplicate", response={201: PlaybookCreated})
def duplicate_playbook(request: HttpRequest, playbook_id: UUID, body: DuplicateBody) -> dict[str, UUID]:
    return {
        "id": library.duplicate_playbook(
            actor=actor_of(request), playbook_id=playbook_id, name=body.name, at=clock.now()
        )
    }


@router.post("/{uuid:playbook_id}/archive", response={204: None})
def archive_playbook(request: HttpRequest, playbook_id: UUID) -> None:
    library.archive_playbook(actor=actor_of(request), playbook_id=playbook_id, at=clock.now())


@router.post("/{uuid:playbook_id}/restore", response={204: None})
def restore_playbook(request: HttpRequest, playbook_id: UUID) -> None:
    library.restore_playbook(actor=actor_of(request), playbook_id=playbook_id, at=clock.now())


@router.put("/{uuid:playbook_id}/owner", response={204: None})
def assign_owner(request: HttpRequest, playbook_id: UUID, body: OwnerBody) -> None:
    library.assign_owner(actor=actor_of(request), playbook_id=playbook_id, owner_id=body.owner_id, at=clock.now())


@router.get("/{uuid:playbook_id}/yaml")
def export_playbook(request: HttpRequest, playbook_id: UUID, number: int | None = None) -> HttpResponse:
    text = queries.export_yaml(actor=actor_of(request), playbook_id=playbook_id, number=number)
    return HttpResponse(text, content_type=f"{YAML}; charset=utf-8")


@router.get("/{uuid:playbook_id}/flowchart")
def export_flowchart(request: HttpRequest, playbook_id: UUID, number: int | None = None) -> HttpResponse:
    text = queries.export_flowchart(actor=actor_of(request), playbook_id=playbook_id, number=number)
    return HttpResponse(text, content_type=f"{FLOWCHART}; charset=utf-8")


@router.get("/{uuid:playbook_id}/versions", response=list[PlaybookVersionSummary])
def list_versions(request: HttpRequest, playbook_id: UUID) -> list[PlaybookVersionSummary]:
    return list(queries.list_versions(actor=actor_of(request), playbook_id=playbook_id))


@router.post("/{uuid:playbook_id}/versions", response={201: PlaybookCreated})
def publish(request: HttpRequest, playbook_id: UUID, body: PublishBody) -> dict[str, UUID]:
    return {
        "id": versions.publish(
            actor=actor_of(request),
            playbook_id=playbook_id,
            notes=body.notes,
            expected_revision=body.expected_revision,
            at=clock.now(),
        )
    }


@router.get("/{uuid:playbook_id}/versions/{int:number}", response=PlaybookVersionContent)
def read_version(request: HttpRequest, playbook_id: UUID, number: int) -> dict[str, Any]:
    version = queries.get_version_by_number(actor=actor_of(request), playbook_id=playbook_id, number=number)
    return {
        "id": version.id,
        "playbook_id": version.playbook_id,
        "number": version.number,
        "notes": version.notes,
        "published_by_name": version.published_by_name,
        "definition": queries.to_plain(version.definition),
    }


@router.get("/{uuid:playbook_id}/differences", response=list[ChangeItem])
def compare_versions(request: HttpRequest, playbook_id: UUID, old: int, new: int | None = None) -> list[Any]:
    return list(queries.compare_versions(actor=actor_of(request), playbook_id=playbook_id, old=old, new=new))

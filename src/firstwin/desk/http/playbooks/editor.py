"""The editor: the draft's outline beside the selected part; every change is one step that can be undone."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from firstwin.desk.http.access import desk_page, is_fragment, words
from firstwin.desk.http.answers import gone_to
from firstwin.desk.http.playbooks.part_forms import PartForm
from firstwin.identity.contracts import Actor
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import PlaybookDefinition
from firstwin.playbooks.contracts.library import (
    AddPart,
    DuplicatePart,
    Edit,
    MovePart,
    PartKind,
    PlaybookChangedError,
    RemovePart,
    SetFields,
)
from firstwin.playbooks.operations import drafts as draft_operations
from firstwin.playbooks.operations import versions as version_operations
from firstwin.shared import clock
from firstwin.shared.errors import ConflictError, InvalidInputError

Selection = tuple[PartKind, str]
WHOLE: Selection = (PartKind.PLAYBOOK, "")
EDITED_HERE = {kind for kind in PartKind if kind is not PartKind.OVERLAY}
NEW_PARTS: dict[PartKind, dict[str, Any]] = {
    PartKind.STAGE: {"name": "New stage"},
    PartKind.TASK: {"name": "New task"},
    PartKind.ROLE: {"name": "New role", "side": "vendor"},
    PartKind.FIELD: {"label": "New question"},
    PartKind.CRITERION: {"text": "What has to be true"},
}


def _selection(text: str) -> Selection:
    kind, _, key = text.partition(":")
    known = kind in {item.value for item in EDITED_HERE}
    return (PartKind(kind), key) if known else WHOLE


def _parts(definition: PlaybookDefinition, kind: PartKind) -> dict[str, Any]:
    match kind:
        case PartKind.PLAYBOOK:
            return {"": definition}
        case PartKind.TASK:
            return {task.key: task for stage in definition.stages for task in stage.tasks}
        case PartKind.DURATION:
            return {part.segment.value: part for part in definition.durations}
        case PartKind.TARGET:
            return {part.metric: part for part in definition.targets}
        case PartKind.CRITERION:
            return {part.key: part for part in definition.completion}
        case _:
            return {part.key: part for part in getattr(definition, f"{kind.value}s")}


def _plain(definition: PlaybookDefinition, selection: Selection) -> dict[str, Any] | None:
    kind, key = selection
    part = _parts(definition, kind).get(key)
    if part is None:
        return None
    plain: dict[str, Any] = playbook_queries.to_plain(part)
    return plain


def _answer(
    request: HttpRequest,
    actor: Actor,
    playbook_id: UUID,
    selection: Selection,
    *,
    form: PartForm | None = None,
    objection: str = "",
) -> HttpResponse:
    detail = playbook_queries.get_playbook(actor=actor, playbook_id=playbook_id)
    plain = _plain(detail.draft, selection)
    if plain is None:
        selection, form = WHOLE, None
        plain = _plain(detail.draft, WHOLE) or {}
    kind, key = selection
    context = {
        "detail": detail,
        "summary": detail.summary,
        "draft": detail.draft,
        "part_kind": kind.value,
        "part_key": key,
        "part_title": plain.get("name") or plain.get("label") or plain.get("text") or key,
        "form": form or PartForm(kind=kind, plain=plain, definition=detail.draft),
        "objection": objection,
        "found": [problem for problem in detail.problems if _is_about(problem.path, selection)],
        "steps": playbook_queries.list_draft_steps(actor=actor, playbook_id=playbook_id),
        "can_copy": kind in {PartKind.STAGE, PartKind.TASK},
        "can_remove": kind is not PartKind.PLAYBOOK,
    }
    template = "desk/playbooks/_editor.html" if is_fragment(request) else "desk/playbooks/editor.html"
    return render(request, template, context)


def _is_about(path: str, selection: Selection) -> bool:
    kind, key = selection
    if kind is PartKind.PLAYBOOK:
        return not path or path.split(".")[0] not in {"stages", "roles", "fields", "overlays", "completion"}
    return key in path.split(".")


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Show the editor with the part that the address names."""
    return _answer(request, actor, playbook_id, _selection(words(request, "part")))


@require_POST
@desk_page
def save_part(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Save what was typed about a part; what is wrong is said and what was typed stays."""
    selection = _selection(request.POST.get("part", ""))
    detail = playbook_queries.get_playbook(actor=actor, playbook_id=playbook_id)
    plain = _plain(detail.draft, selection)
    if plain is None:
        return _answer(request, actor, playbook_id, WHOLE, objection="Somebody removed this part meanwhile.")
    form = PartForm(request.POST, kind=selection[0], plain=plain, definition=detail.draft)
    if not form.is_valid():
        return _answer(request, actor, playbook_id, selection, form=form)
    changes = form.changes()
    if not changes:
        return _answer(request, actor, playbook_id, selection)
    edit = SetFields(kind=selection[0], key=selection[1], values=changes)
    return _apply(request, actor, playbook_id, [edit], selection, form=form)


@require_POST
@desk_page
def add_part(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Add a stage, task, role, question or criterion, and select it."""
    kind = _selection(f"{request.POST.get('kind', '')}:")[0]
    if kind not in NEW_PARTS:
        return _answer(request, actor, playbook_id, WHOLE, objection="This cannot be added here.")
    values = dict(NEW_PARTS[kind])
    if name := request.POST.get("name", "").strip():
        values[next(iter(values))] = name
    edit = AddPart(kind=kind, values=values, stage=request.POST.get("stage", ""))
    before = _parts(playbook_queries.get_playbook(actor=actor, playbook_id=playbook_id).draft, kind)
    return _apply(request, actor, playbook_id, [edit], (kind, ""), known=set(before))


@require_POST
@desk_page
def move_part(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Move a part to where it was dropped."""
    selection = _selection(request.POST.get("part", ""))
    position = request.POST.get("position", "")
    if not position.isdigit() or len(position) > 4:
        return _answer(request, actor, playbook_id, selection, objection="It was not said where to.")
    edit = MovePart(kind=selection[0], key=selection[1], position=int(position), stage=request.POST.get("stage", ""))
    return _apply(request, actor, playbook_id, [edit], selection)


@require_POST
@desk_page
def remove_part(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Remove a part; who waited for it waits for what it waited for."""
    selection = _selection(request.POST.get("part", ""))
    return _apply(request, actor, playbook_id, [RemovePart(kind=selection[0], key=selection[1])], WHOLE)


@require_POST
@desk_page
def copy_part(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Put a copy of a stage or task behind it."""
    selection = _selection(request.POST.get("part", ""))
    return _apply(request, actor, playbook_id, [DuplicatePart(kind=selection[0], key=selection[1])], selection)


def _apply(
    request: HttpRequest,
    actor: Actor,
    playbook_id: UUID,
    edits: list[Edit],
    selection: Selection,
    *,
    form: PartForm | None = None,
    known: set[str] | None = None,
) -> HttpResponse:
    try:
        draft_operations.edit_draft(
            actor=actor,
            playbook_id=playbook_id,
            edits=edits,
            expected_revision=_revision(request.POST),
            at=clock.now(),
        )
    except PlaybookChangedError as error:
        return _answer(request, actor, playbook_id, selection, objection=f"{error.detail} {error.remedy}".strip())
    except InvalidInputError as error:
        said = " ".join([error.detail, error.remedy, *(problem.message for problem in error.problems[1:])])
        return _answer(request, actor, playbook_id, selection, form=form, objection=said.strip())
    if known is not None:
        after = _parts(playbook_queries.get_playbook(actor=actor, playbook_id=playbook_id).draft, selection[0])
        selection = (selection[0], next((key for key in after if key not in known), ""))
    elif form is not None and isinstance(edits[0], SetFields):
        selection = (selection[0], str(edits[0].values.get("key", selection[1])))
    return _answer(request, actor, playbook_id, selection)


def _revision(posted: QueryDict) -> int:
    text = posted.get("revision", "")
    return int(text) if text.isdigit() and len(text) < 10 else -1


@require_POST
@desk_page
def travel(request: HttpRequest, actor: Actor, playbook_id: UUID, where: str) -> HttpResponse:
    """Undo, redo, or go back to the latest version."""
    go = {"undo": draft_operations.undo, "redo": draft_operations.redo, "discard": draft_operations.discard_draft}[
        where
    ]
    selection = _selection(request.POST.get("part", ""))
    try:
        go(actor=actor, playbook_id=playbook_id, expected_revision=_revision(request.POST), at=clock.now())
    except ConflictError as error:
        return _answer(request, actor, playbook_id, selection, objection=f"{error.detail} {error.remedy}".strip())
    return _answer(request, actor, playbook_id, selection)


@require_POST
@desk_page
def publish(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Publish the draft as a new, immutable version."""
    try:
        version_operations.publish(
            actor=actor,
            playbook_id=playbook_id,
            notes=request.POST.get("notes", ""),
            expected_revision=_revision(request.POST),
            at=clock.now(),
        )
    except (InvalidInputError, ConflictError) as error:
        said = " ".join([error.detail, error.remedy, *(problem.message for problem in error.problems)])
        return _answer(request, actor, playbook_id, WHOLE, objection=said.strip())
    messages.success(request, "Published. New projects use this version; running ones keep theirs.")
    return gone_to(reverse("playbook", kwargs={"playbook_id": playbook_id}))

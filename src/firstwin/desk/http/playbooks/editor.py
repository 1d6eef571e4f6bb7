"""The editor: the draft's outline beside the selected part; every change is one step that can be undone."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from firstwin.desk.http.access import desk_page, is_fragment, words
from firstwin.desk.http.answers import gone_to
from firstwin.desk.http.playbooks import parts
from firstwin.desk.http.playbooks.part_forms import PartForm, rebased
from firstwin.desk.http.playbooks.parts import WHOLE, Selection
from firstwin.desk.http.playbooks.remedies import remedy_of
from firstwin.identity.contracts import Actor
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import PlaybookDefinition, PlaybookProblem
from firstwin.playbooks.contracts.library import (
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

SHOWN_STEPS = 12


def _answer(
    request: HttpRequest,
    actor: Actor,
    playbook_id: UUID,
    chosen: Selection,
    *,
    typed: QueryDict | None = None,
    objection: str = "",
    said: str = "",
) -> HttpResponse:
    """Show the editor as the draft stands now; `typed` is what somebody typed about the selected part and not saved."""
    detail = playbook_queries.get_playbook(actor=actor, playbook_id=playbook_id)
    plain = parts.plain_of(detail.draft, chosen)
    if plain is None:
        chosen, typed = WHOLE, None
        plain = parts.plain_of(detail.draft, WHOLE) or {}
    kind, key = chosen
    context = {
        "detail": detail,
        "summary": detail.summary,
        "draft": detail.draft,
        "part_kind": kind.value,
        "part_key": key,
        "part_title": parts.title_of(plain, key),
        "base": json.dumps(plain),
        "form": PartForm(typed, kind=kind, plain=plain, definition=detail.draft),
        "objection": parts.in_names(objection, detail.draft),
        "said": said,
        "problems": _in_words(detail.problems, detail.draft),
        "found": _in_words([one for one in detail.problems if parts.is_about(one.path, chosen)], detail.draft),
        "steps": playbook_queries.list_draft_steps(actor=actor, playbook_id=playbook_id, limit=SHOWN_STEPS),
        "lists": parts.lists_of(detail.draft),
        "added": parts.added_by(detail.draft, key) if kind is PartKind.OVERLAY else (),
        "can_copy": kind in {PartKind.STAGE, PartKind.TASK},
        "can_remove": kind is not PartKind.PLAYBOOK,
    }
    template = "desk/playbooks/_editor.html" if is_fragment(request) else "desk/playbooks/editor.html"
    return render(request, template, context)


def _in_words(problems: Sequence[PlaybookProblem], draft: PlaybookDefinition) -> list[tuple[PlaybookProblem, str, str]]:
    """Return problems with their message and remedy in the words of the page."""
    return [(one, parts.in_names(one.message, draft), remedy_of(one)) for one in problems]


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Show the editor with the part that the address names."""
    return _answer(request, actor, playbook_id, parts.selection(words(request, "part")))


@require_POST
@desk_page
def save_part(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Save what was typed about a part; what is wrong is said and what was typed stays.

    What others changed meanwhile stays too, unless it is the very same thing: then the reader decides.
    """
    chosen = parts.selection(request.POST.get("part", ""))
    detail = playbook_queries.get_playbook(actor=actor, playbook_id=playbook_id)
    plain = parts.plain_of(detail.draft, chosen)
    if plain is None:
        return _answer(request, actor, playbook_id, WHOLE, objection="Somebody removed this part meanwhile.")
    base = parts.base_of(request.POST, plain)
    form = PartForm(request.POST, kind=chosen[0], plain=base, definition=detail.draft)
    if not form.is_valid():
        return _answer(request, actor, playbook_id, chosen, typed=request.POST)
    changes = form.changes()
    if not changes:
        return _answer(request, actor, playbook_id, chosen)
    is_beside = detail.revision != _revision(request.POST)
    contested = [name for name in changes if base.get(name) != plain.get(name)]
    if is_beside and contested:
        step = playbook_queries.list_draft_steps(actor=actor, playbook_id=playbook_id, limit=1)[0]
        typed = rebased(
            request.POST,
            PartForm(kind=chosen[0], plain=base, definition=detail.draft),
            PartForm(kind=chosen[0], plain=plain, definition=detail.draft),
        )
        objection = contested_words(step.author_name, contested)
        return _answer(request, actor, playbook_id, chosen, typed=typed, objection=objection)
    edit = SetFields(kind=chosen[0], key=chosen[1], values=changes)
    said = "Saved. What others changed meanwhile is kept." if is_beside else ""
    return _apply(request, actor, playbook_id, [edit], chosen, typed=request.POST, revision=detail.revision, said=said)


def contested_words(who: str, names: Sequence[str]) -> str:
    """Return what a reader is told who changed the same as somebody else."""
    what = ", ".join(name.replace("_", " ") for name in names)
    return (
        f"{who or 'Somebody'} changed the same meanwhile: {what}. What you typed is still here. "
        "Save again to put yours in its place."
    )


@require_POST
@desk_page
def check_part(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Say what saving would come to, while somebody types; nothing is saved."""
    chosen = parts.selection(request.POST.get("part", ""))
    draft = playbook_queries.get_playbook(actor=actor, playbook_id=playbook_id).draft
    plain = parts.plain_of(draft, chosen)
    context: dict[str, Any] = {"refusal": "", "found": []}
    if plain is not None:
        form = PartForm(request.POST, kind=chosen[0], plain=parts.base_of(request.POST, plain), definition=draft)
        if not form.is_valid():
            context["refusal"] = " ".join(str(error) for errors in form.errors.values() for error in errors)
        elif changes := form.changes():
            edit = SetFields(kind=chosen[0], key=chosen[1], values=changes)
            check = playbook_queries.check_edit(actor=actor, playbook_id=playbook_id, edit=edit)
            context["refusal"] = parts.in_names(check.refusal, draft)
            context["found"] = _in_words([one for one in check.problems if parts.is_about(one.path, chosen)], draft)
            context["is_changed"] = True
    return render(request, "desk/playbooks/_check.html", context)


@require_POST
@desk_page
def add_part(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Add a part, and select it."""
    try:
        edit = parts.new_part(request.POST)
    except InvalidInputError as error:
        return _answer(request, actor, playbook_id, WHOLE, objection=error.detail)
    before = parts.of_kind(playbook_queries.get_playbook(actor=actor, playbook_id=playbook_id).draft, edit.kind)
    return _apply(request, actor, playbook_id, [edit], (edit.kind, ""), known=set(before))


@require_POST
@desk_page
def move_part(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Move a part to where it was dropped."""
    selection = parts.selection(request.POST.get("part", ""))
    position = request.POST.get("position", "")
    if not position.isdigit() or len(position) > 4:
        return _answer(request, actor, playbook_id, selection, objection="It was not said where to.")
    edit = MovePart(kind=selection[0], key=selection[1], position=int(position), stage=request.POST.get("stage", ""))
    return _apply(request, actor, playbook_id, [edit], selection)


@require_POST
@desk_page
def remove_part(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Remove a part; who waited for it waits for what it waited for."""
    selection = parts.selection(request.POST.get("part", ""))
    return _apply(request, actor, playbook_id, [RemovePart(kind=selection[0], key=selection[1])], WHOLE)


@require_POST
@desk_page
def copy_part(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Put a copy of a stage or task behind it."""
    selection = parts.selection(request.POST.get("part", ""))
    return _apply(request, actor, playbook_id, [DuplicatePart(kind=selection[0], key=selection[1])], selection)


def _apply(
    request: HttpRequest,
    actor: Actor,
    playbook_id: UUID,
    edits: list[Edit],
    chosen: Selection,
    *,
    typed: QueryDict | None = None,
    known: set[str] | None = None,
    revision: int | None = None,
    said: str = "",
) -> HttpResponse:
    try:
        draft_operations.edit_draft(
            actor=actor,
            playbook_id=playbook_id,
            edits=edits,
            expected_revision=_revision(request.POST) if revision is None else revision,
            at=clock.now(),
        )
    except PlaybookChangedError as error:
        objection = f"{error.detail} {error.remedy}".strip()
        return _answer(request, actor, playbook_id, chosen, typed=typed, objection=objection)
    except InvalidInputError as error:
        objection = " ".join([error.detail, error.remedy, *(problem.message for problem in error.problems[1:])])
        return _answer(request, actor, playbook_id, chosen, typed=typed, objection=objection.strip())
    if known is not None:
        after = parts.of_kind(playbook_queries.get_playbook(actor=actor, playbook_id=playbook_id).draft, chosen[0])
        chosen = (chosen[0], next((key for key in after if key not in known), ""))
    elif isinstance(edits[0], SetFields):
        name = {PartKind.DURATION: "segment", PartKind.TARGET: "metric"}.get(chosen[0], "key")
        chosen = (chosen[0], str(edits[0].values.get(name, chosen[1])))
    return _answer(request, actor, playbook_id, chosen, said=said)


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
    selection = parts.selection(request.POST.get("part", ""))
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

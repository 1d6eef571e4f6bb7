"""Rows that every write of playbooks handles the same way."""

from datetime import datetime
from typing import Any
from uuid import UUID

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.journal.contracts import AuthorKind
from firstwin.playbooks import permissions
from firstwin.playbooks.contracts import PlaybookDefinition
from firstwin.playbooks.contracts.library import PlaybookChangedError
from firstwin.playbooks.events import (
    PlaybookCreated,
    PlaybookDraftEdited,
    PlaybookPublished,
)
from firstwin.playbooks.models import DraftRevision, Playbook, PlaybookVersion
from firstwin.playbooks.rules import reading, writing
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError, Problem
from firstwin.usage.operations import first_value

KEPT_STEPS = 100


def require_editor(editor: Actor) -> None:
    """Raise PermissionDeniedError unless the actor may change playbooks."""
    if not permissions.can_edit_playbooks(editor):
        raise PermissionDeniedError(
            "Only owners, admins and managers may change playbooks.", remedy="Ask one of them, or copy what you need."
        )


def find_row(editor: Actor, playbook_id: UUID) -> Playbook:
    """Return a playbook's row. Raises NotFoundError."""
    row = Playbook.objects.for_actor(editor).filter(id=playbook_id).first()
    if row is None:
        raise NotFoundError("There is no such playbook.", remedy="Look for it in the library.")
    return row


def lock_any(editor: Actor, playbook_id: UUID) -> Playbook:
    """Return a playbook's row, locked, archived or not. Raises NotFoundError."""
    row = Playbook.objects.for_actor(editor).select_for_update().filter(id=playbook_id).first()
    if row is None:
        raise NotFoundError("There is no such playbook.", remedy="Look for it in the library.")
    return row


def lock_row(editor: Actor, playbook_id: UUID) -> Playbook:
    """Return the playbook for changing it; an archived one is not changed."""
    row = lock_any(editor, playbook_id)
    if row.archived_at is not None:
        raise ConflictError(f"The playbook '{row.name}' is archived.", remedy="Restore it first.")
    return row


def expect_revision(playbook: Playbook, revision: int | None) -> None:
    """Raise PlaybookChangedError when the draft is not at the expected revision."""
    if revision is not None and playbook.revision != revision:
        raise PlaybookChangedError(
            f"'{playbook.name}' was edited meanwhile (revision {playbook.revision}, you had {revision}).",
            remedy="Reload the playbook and make your change again; nothing of yours was saved.",
        )


def taken_keys(editor: Actor) -> set[str]:
    """Return the keys of all playbooks of the workspace."""
    return set(Playbook.objects.for_actor(editor).values_list("key", flat=True))


def create_row(
    editor: Actor, definition: PlaybookDefinition, *, origin: str, at: datetime, builtin_digest: str = ""
) -> Playbook:
    """Add a playbook with its draft and the first step of its history."""
    _refuse_taken_key(editor, definition.key)
    draft = writing.to_plain(definition)
    playbook = Playbook(
        workspace_id=editor.workspace_id,
        is_builtin=bool(builtin_digest),
        builtin_digest=builtin_digest,
        owner_id=editor.id if editor.kind is AuthorKind.MEMBER else None,
        created_at=at,
    )
    _fill(playbook, definition, draft, at)
    playbook.save(force_insert=True)
    _keep_step(editor, playbook, draft, "Import" if origin == "imported" else "Begin", at)
    event = PlaybookCreated(playbook_id=playbook.id, title=playbook.name, key=playbook.key, origin=origin)
    journal_operations.record(event, actor=editor, at=at)
    return playbook


def _refuse_taken_key(editor: Actor, key: str) -> None:
    if Playbook.objects.for_actor(editor).filter(key=key).exists():
        raise ConflictError(
            f"There is already a playbook with the key '{key}'.",
            remedy="Import into that playbook, or choose another key.",
        )


def refuse_unfit_text(place: str, text: str) -> None:
    """Raise InvalidInputError for a text that is too long or holds control characters."""
    if problem := reading.unfit_text(text):
        raise InvalidInputError(
            f"The {place} {problem}", problems=(Problem(place, f"The {place} {problem}", "Remove or shorten it."),)
        )


def _fill(playbook: Playbook, definition: PlaybookDefinition, draft: dict[str, Any], at: datetime) -> None:
    if len(definition.key) > 80 or len(definition.name) > 300 or not definition.key:
        problem = Problem("key", "The key has 1 to 80 signs, the name at most 300.", "Shorten it.")
        raise InvalidInputError("The key or the name does not fit.", problems=(problem,))
    refuse_unfit_text("name", definition.name)
    playbook.key, playbook.name, playbook.summary = definition.key, definition.name, definition.summary
    playbook.draft, playbook.updated_at = draft, at
    playbook.stage_count = len(definition.stages)
    playbook.task_count = sum(len(stage.tasks) for stage in definition.stages)


def _keep_step(editor: Actor, playbook: Playbook, draft: dict[str, Any], summary: str, at: datetime) -> None:
    """Write the draft down as the current step of its history; what could have been redone is gone."""
    steps = DraftRevision.objects.for_actor(editor).filter(playbook_id=playbook.id)
    steps.filter(position__gte=playbook.position).delete()
    steps.filter(position__lte=playbook.position - KEPT_STEPS).delete()
    DraftRevision(
        workspace_id=playbook.workspace_id,
        playbook_id=playbook.id,
        position=playbook.position,
        definition=draft,
        summary=summary[:300],
        author_name=editor.name[:200],
        at=at,
    ).save(force_insert=True)


def store_step(editor: Actor, playbook: Playbook, definition: PlaybookDefinition, summary: str, at: datetime) -> int:
    """Make a definition the draft, as a new step of its history; returns the revision."""
    draft = writing.to_plain(definition)
    if draft == playbook.draft:
        return playbook.revision
    playbook.position += 1
    _keep_step(editor, playbook, draft, summary, at)
    return store_draft(editor, playbook, definition, summary, at)


def store_draft(editor: Actor, playbook: Playbook, definition: PlaybookDefinition, summary: str, at: datetime) -> int:
    """Make a definition the draft without touching its history; returns the new revision."""
    if definition.key != playbook.key:
        if playbook.latest_number is not None:
            raise ConflictError(
                "The key of a published playbook cannot change.", remedy="Duplicate the playbook under another key."
            )
        _refuse_taken_key(editor, definition.key)
    draft = writing.to_plain(definition)
    _fill(playbook, definition, draft, at)
    version = latest_version(editor, playbook)
    playbook.has_draft_changes = version is None or version.definition != draft
    playbook.revision += 1
    playbook.save()
    event = PlaybookDraftEdited(
        playbook_id=playbook.id, title=playbook.name, summary=summary, revision=playbook.revision
    )
    journal_operations.record(event, actor=editor, at=at)
    return playbook.revision


def latest_version(editor: Actor, playbook: Playbook) -> PlaybookVersion | None:
    """Return the row of the newest version, or None."""
    if playbook.latest_number is None:
        return None
    rows = PlaybookVersion.objects.for_actor(editor).filter(playbook_id=playbook.id, number=playbook.latest_number)
    return rows.first()


def publish_row(
    editor: Actor, playbook: Playbook, definition: PlaybookDefinition, notes: str, at: datetime
) -> PlaybookVersion:
    """Write the next version down; what bears the name of the playbook bears that of this version from now on."""
    version = PlaybookVersion(
        workspace_id=playbook.workspace_id,
        playbook_id=playbook.id,
        number=(playbook.latest_number or 0) + 1,
        notes=notes,
        definition=writing.to_plain(definition),
        stage_count=playbook.stage_count,
        task_count=playbook.task_count,
        published_at=at,
        published_by_id=editor.id,
        published_by_name=editor.name[:200],
    )
    version.save(force_insert=True)
    playbook.latest_number, playbook.has_draft_changes, playbook.updated_at = version.number, False, at
    playbook.save(update_fields=["latest_number", "has_draft_changes", "updated_at"])
    if version.number > 1:
        first_value.rename_playbook(actor=editor, playbook_id=playbook.id, name=definition.name)
    event = PlaybookPublished(
        playbook_id=playbook.id, title=playbook.name, version_id=version.id, number=version.number, notes=notes
    )
    journal_operations.record(event, actor=editor, at=at)
    return version

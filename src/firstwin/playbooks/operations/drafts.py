"""Edit drafts, with a history to undo and redo."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import PlaybookDefinition
from firstwin.playbooks.contracts.library import Edit, InvalidPlaybookError
from firstwin.playbooks.models import DraftRevision
from firstwin.playbooks.operations import storage
from firstwin.playbooks.rules import editing, reading
from firstwin.shared.errors import ConflictError, InvalidInputError


def edit_draft(*, actor: Actor, playbook_id: UUID, edits: Sequence[Edit], expected_revision: int, at: datetime) -> int:
    """Apply edits to the draft as one step of its history, all or none; returns the new revision.

    Raises PlaybookChangedError when somebody else edited meanwhile, InvalidInputError for an edit that names what is
    not there, holds a mistake of form, or would make tasks wait for each other in a circle or two parts share a key.
    """
    storage.require_editor(actor)
    if not edits:
        raise InvalidInputError("There is nothing to change.")
    with transaction.atomic():
        playbook = storage.lock_row(actor, playbook_id)
        storage.expect_revision(playbook, expected_revision)
        before = reading.definition_from_plain(playbook.draft)
        definition, summaries = before, []
        for edit in edits:
            summaries.append(editing.describe(definition, edit))
            definition = editing.apply_edit(definition, edit)
        _refuse_new_breakage(before, definition)
        summary = summaries[0] if len(summaries) == 1 else f"{summaries[0]} and {len(summaries) - 1} more"
        return storage.store_step(actor, playbook, definition, summary, at)


def undo(*, actor: Actor, playbook_id: UUID, expected_revision: int, at: datetime) -> int:
    """Take the last step of the draft back; returns the new revision. Raises ConflictError when there is none."""
    return _travel(actor, playbook_id, expected_revision, -1, at)


def redo(*, actor: Actor, playbook_id: UUID, expected_revision: int, at: datetime) -> int:
    """Repeat the step that was taken back last; returns the new revision. Raises ConflictError when there is none."""
    return _travel(actor, playbook_id, expected_revision, +1, at)


def discard_draft(*, actor: Actor, playbook_id: UUID, expected_revision: int, at: datetime) -> int:
    """Set the draft back to the latest version, which can be undone; raises ConflictError when nothing was published."""
    storage.require_editor(actor)
    with transaction.atomic():
        playbook = storage.lock_row(actor, playbook_id)
        storage.expect_revision(playbook, expected_revision)
        version = storage.latest_version(actor, playbook)
        if version is None:
            raise ConflictError(
                "This playbook has no published version to go back to.", remedy="Undo the steps, or archive it."
            )
        definition = reading.definition_from_plain(version.definition)
        return storage.store_step(actor, playbook, definition, f"Discard changes since version {version.number}", at)


def _travel(actor: Actor, playbook_id: UUID, expected_revision: int, by: int, at: datetime) -> int:
    storage.require_editor(actor)
    with transaction.atomic():
        playbook = storage.lock_row(actor, playbook_id)
        storage.expect_revision(playbook, expected_revision)
        position = playbook.position + by
        steps = DraftRevision.objects.for_actor(actor).filter(playbook_id=playbook.id)
        step = steps.filter(position=position).first()
        if step is None:
            raise ConflictError(f"There is nothing to {'undo' if by < 0 else 'redo'}.")
        undone = steps.filter(position=max(position, playbook.position)).first()
        playbook.position = position
        summary = f"{'Undo' if by < 0 else 'Redo'}: {undone.summary if undone else ''}"
        return storage.store_draft(actor, playbook, reading.definition_from_plain(step.definition), summary, at)


def _refuse_new_breakage(before: PlaybookDefinition, after: PlaybookDefinition) -> None:
    if new := editing.new_breakage(before, after):
        raise InvalidPlaybookError(new[0].message, remedy=new[0].remedy, found=new)

"""Publish numbered versions, which never change."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import PlaybookDefinition
from firstwin.playbooks.contracts.library import InvalidPlaybookError
from firstwin.playbooks.operations import storage
from firstwin.playbooks.rules import linting, reading
from firstwin.playbooks.rules.findings import is_error
from firstwin.shared.errors import ConflictError, InvalidInputError, Problem


def publish(*, actor: Actor, playbook_id: UUID, notes: str, expected_revision: int | None = None, at: datetime) -> UUID:
    """Publish the draft as the next numbered version, which never changes; returns the version's id.

    Raises InvalidPlaybookError when linting finds errors, InvalidInputError without notes, ConflictError when nothing
    changed since the latest version or the playbook is archived.
    """
    storage.require_editor(actor)
    if not notes.strip():
        problem = Problem("notes", "The notes are empty.", "Say in a sentence what is new and why.")
        raise InvalidInputError("A version needs notes.", problems=(problem,))
    storage.refuse_unfit_text("notes", notes)
    with transaction.atomic():
        playbook = storage.lock_row(actor, playbook_id)
        storage.expect_revision(playbook, expected_revision)
        if playbook.latest_number is not None and not playbook.has_draft_changes:
            raise ConflictError(
                f"Nothing changed since version {playbook.latest_number}.", remedy="Edit the draft first."
            )
        definition = reading.definition_from_plain(playbook.draft)
        _refuse_errors(definition)
        return storage.publish_row(actor, playbook, definition, notes.strip(), at).id


def _refuse_errors(definition: PlaybookDefinition) -> None:
    errors = tuple(problem for problem in linting.lint_definition(definition) if is_error(problem))
    if errors:
        count = "one problem" if len(errors) == 1 else f"{len(errors)} problems"
        raise InvalidPlaybookError(
            f"The draft has {count} and cannot be published.", remedy="Correct them and publish again.", found=errors
        )

"""Write to the library: create, import, copy, archive and restore playbooks."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.playbooks.contracts import PlaybookDefinition, PlaybookProblem
from firstwin.playbooks.contracts.library import InvalidPlaybookError
from firstwin.playbooks.events import (
    PlaybookArchived,
    PlaybookOwnerChanged,
    PlaybookRestored,
)
from firstwin.playbooks.models import Playbook
from firstwin.playbooks.operations import storage
from firstwin.playbooks.rules import editing, linting, mermaid, reading
from firstwin.shared.errors import InvalidInputError, Problem


def create_playbook(*, actor: Actor, name: str, key: str = "", summary: str = "", at: datetime) -> UUID:
    """Add an empty playbook to the library; without a key one is made from the name.

    Raises InvalidInputError for an empty name and ConflictError for a key that is taken.
    """
    storage.require_editor(actor)
    if not name.strip():
        problem = Problem("name", "The name is empty.", "Write a name, such as B2B onboarding.")
        raise InvalidInputError("The playbook needs a name.", problems=(problem,))
    with transaction.atomic():
        key = key or editing.free_key(name, storage.taken_keys(actor))
        definition = editing.checked_definition({"key": key, "name": name.strip(), "summary": summary.strip()})
        return storage.create_row(actor, definition, origin="written", at=at).id


def import_yaml(
    *,
    actor: Actor,
    text: str,
    file: str = "",
    into: UUID | None = None,
    expected_revision: int | None = None,
    at: datetime,
) -> UUID:
    """Take a playbook over from YAML: as a new one, or as the new draft of an existing one (`into`), which can be undone.

    Mistakes of meaning are left for the editor to show; raises InvalidPlaybookError for mistakes of form, keys that are
    used twice and circles, with nothing changed, ConflictError when the key is taken or somebody else edited the draft.
    """
    storage.require_editor(actor)
    return _take_over(actor, _read(text, file), into, expected_revision, "imported", at)


def import_file(*, actor: Actor, text: str, file: str = "", at: datetime) -> UUID:
    """Take a YAML file over into the playbook of its key, or as a new playbook when there is none; like `import_yaml`."""
    storage.require_editor(actor)
    with transaction.atomic():
        definition = _read(text, file)
        rows = Playbook.objects.for_actor(actor).filter(key=definition.key)
        return _take_over(actor, definition, rows.values_list("id", flat=True).first(), None, "imported", at)


def import_mermaid(
    *,
    actor: Actor,
    text: str,
    name: str = "",
    into: UUID | None = None,
    expected_revision: int | None = None,
    at: datetime,
) -> UUID:
    """Make a draft of a Mermaid flowchart: chain = stages, branches = tasks, subgraphs = stages.

    Raises what reading the flowchart raises, with line and remedy, and otherwise what `import_yaml` does.
    """
    storage.require_editor(actor)
    definition = mermaid.draft_from_flowchart(text)
    with transaction.atomic():
        if into is None:
            name = name.strip() or definition.name or "Flowchart"
            definition = replace(definition, name=name, key=editing.free_key(name, storage.taken_keys(actor)))
        else:
            kept = storage.find_row(actor, into)
            definition = replace(definition, name=name.strip() or kept.name, key=kept.key)
        return _take_over(actor, definition, into, expected_revision, "imported", at)


def import_text(
    *,
    actor: Actor,
    text: str,
    is_flowchart: bool = False,
    name: str = "",
    into: UUID | None = None,
    expected_revision: int | None = None,
    at: datetime,
) -> UUID:
    """Take over what somebody pasted or uploaded: YAML, or a Mermaid flowchart."""
    if is_flowchart:
        return import_mermaid(actor=actor, text=text, name=name, into=into, expected_revision=expected_revision, at=at)
    return import_yaml(actor=actor, text=text, into=into, expected_revision=expected_revision, at=at)


def import_definition(
    *,
    actor: Actor,
    definition: PlaybookDefinition,
    into: UUID | None = None,
    expected_revision: int | None = None,
    at: datetime,
) -> UUID:
    """Take a playbook over from a definition, otherwise like `import_yaml`."""
    storage.require_editor(actor)
    _refuse_broken_structure(linting.lint_structure(definition))
    return _take_over(actor, definition, into, expected_revision, "imported", at)


def duplicate_playbook(*, actor: Actor, playbook_id: UUID, name: str = "", at: datetime) -> UUID:
    """Copy a playbook's draft as a new playbook of one's own; returns the new one's id."""
    storage.require_editor(actor)
    with transaction.atomic():
        source = storage.find_row(actor, playbook_id)
        definition = reading.definition_from_plain(source.draft)
        name = name.strip() or f"{source.name} (copy)"
        key = editing.free_key(name, storage.taken_keys(actor))
        copy = replace(definition, key=key, name=name)
        return storage.create_row(actor, copy, origin="copied", at=at).id


def archive_playbook(*, actor: Actor, playbook_id: UUID, at: datetime) -> None:
    """Take a playbook out of use; projects that run on it go on. Archiving twice changes nothing."""
    storage.require_editor(actor)
    with transaction.atomic():
        playbook = storage.lock_any(actor, playbook_id)
        if playbook.archived_at is None:
            playbook.archived_at = playbook.updated_at = at
            playbook.save(update_fields=["archived_at", "updated_at"])
            event = PlaybookArchived(playbook_id=playbook.id, title=playbook.name)
            journal_operations.record(event, actor=actor, at=at)


def restore_playbook(*, actor: Actor, playbook_id: UUID, at: datetime) -> None:
    """Bring an archived playbook back into use. Restoring twice changes nothing."""
    storage.require_editor(actor)
    with transaction.atomic():
        playbook = storage.lock_any(actor, playbook_id)
        if playbook.archived_at is not None:
            playbook.archived_at, playbook.updated_at = None, at
            playbook.save(update_fields=["archived_at", "updated_at"])
            event = PlaybookRestored(playbook_id=playbook.id, title=playbook.name)
            journal_operations.record(event, actor=actor, at=at)


def assign_owner(*, actor: Actor, playbook_id: UUID, owner_id: UUID | None, at: datetime) -> None:
    """Say which member answers for a playbook, or nobody. Raises NotFoundError for a member of another workspace."""
    storage.require_editor(actor)
    with transaction.atomic():
        playbook = storage.lock_row(actor, playbook_id)
        owner = identity_queries.get_member(actor=actor, member_id=owner_id) if owner_id else None
        if playbook.owner_id == owner_id:
            return
        playbook.owner_id, playbook.updated_at = owner_id, at
        playbook.save(update_fields=["owner_id", "updated_at"])
        event = PlaybookOwnerChanged(
            playbook_id=playbook.id, title=playbook.name, owner_id=owner_id, owner_name=owner.name if owner else ""
        )
        journal_operations.record(event, actor=actor, at=at)


def _refuse_broken_structure(problems: tuple[PlaybookProblem, ...]) -> None:
    """A draft may be unfinished, but its keys are unique and nothing waits in a circle: edits rely on it."""
    if problems:
        raise InvalidPlaybookError(problems[0].message, remedy=problems[0].remedy, found=problems)


def _read(text: str, file: str) -> PlaybookDefinition:
    read = reading.read_yaml(text, file=file)
    if read.definition is None or read.problems:
        raise InvalidPlaybookError(
            f"The file {file or 'you sent'} cannot be read as a playbook.",
            remedy="Correct the problems and import it again; nothing was changed.",
            found=read.problems,
        )
    _refuse_broken_structure(linting.lint_structure_of(read))
    return read.definition


def _take_over(
    actor: Actor,
    definition: PlaybookDefinition,
    into: UUID | None,
    expected_revision: int | None,
    origin: str,
    at: datetime,
) -> UUID:
    with transaction.atomic():
        if into is None:
            return storage.create_row(actor, definition, origin=origin, at=at).id
        playbook = storage.lock_row(actor, into)
        storage.expect_revision(playbook, expected_revision)
        storage.store_step(actor, playbook, definition, "Import", at)
        return playbook.id

"""Install the playbooks that ship with the product."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.playbooks import queries
from firstwin.playbooks.contracts import PlaybookDefinition
from firstwin.playbooks.models import Playbook
from firstwin.playbooks.operations import storage
from firstwin.playbooks.rules import writing
from firstwin.shared.errors import ConflictError

BUILTIN_NOTES = "Comes with Firstwin."


def install_builtin_playbooks(*, actor: Actor, at: datetime) -> tuple[UUID, ...]:
    """Bring the library up to the built-in playbooks; returns those that were added or got a new version.

    Repeating it changes nothing. A built-in playbook that this workspace edited, or whose key the workspace uses for
    its own, is left alone.
    """
    storage.require_editor(actor)
    changed: list[UUID] = []
    with transaction.atomic():
        rows = {row.key: row for row in Playbook.objects.for_actor(actor).select_for_update()}
        for definition, digest in queries.list_builtin_playbooks():
            row = rows.get(definition.key)
            if row is None:
                row = storage.create_row(actor, definition, origin="built in", at=at, builtin_digest=digest)
                storage.publish_row(actor, row, definition, BUILTIN_NOTES, at)
            elif row.is_builtin and row.builtin_digest != digest and not _is_edited(actor, row):
                storage.store_step(actor, row, definition, "Take over the new built-in version", at)
                row.builtin_digest = digest
                row.save(update_fields=["builtin_digest"])
                storage.publish_row(actor, row, definition, BUILTIN_NOTES, at)
            else:
                continue
            changed.append(row.id)
    return tuple(changed)


def take_edition_over(*, actor: Actor, playbook_id: UUID, expected_revision: int, at: datetime) -> int:
    """Make the newer edition of a built-in playbook the draft, which can be undone and is not published; returns the revision.

    Raises ConflictError when there is no newer edition, PlaybookChangedError when somebody edited the draft meanwhile.
    """
    storage.require_editor(actor)
    with transaction.atomic():
        playbook = storage.lock_row(actor, playbook_id)
        storage.expect_revision(playbook, expected_revision)
        definition = _answer_edition(actor, playbook)
        return storage.store_step(actor, playbook, definition, "Take over the new built-in edition", at)


def keep_own_edition(*, actor: Actor, playbook_id: UUID) -> None:
    """Leave a changed built-in playbook as it is; the edition is not offered again. Raises ConflictError for none."""
    storage.require_editor(actor)
    with transaction.atomic():
        _answer_edition(actor, storage.lock_row(actor, playbook_id))


def _answer_edition(actor: Actor, playbook: Playbook) -> PlaybookDefinition:
    """Note that the edition was looked at, so that only the next one is offered, and return it."""
    found = queries.find_new_edition(actor=actor, playbook_id=playbook.id)
    if found is None:
        raise ConflictError("There is no newer edition of this playbook.", remedy="It may have been answered already.")
    playbook.builtin_digest = writing.digest_of(writing.to_plain(found.definition))
    playbook.save(update_fields=["builtin_digest"])
    return found.definition


def _is_edited(actor: Actor, playbook: Playbook) -> bool:
    """Say whether the workspace made the built-in playbook its own: in the draft, or in a version it published."""
    version = storage.latest_version(actor, playbook)
    return (
        playbook.has_draft_changes
        or version is None
        or writing.digest_of(version.definition) != playbook.builtin_digest
    )

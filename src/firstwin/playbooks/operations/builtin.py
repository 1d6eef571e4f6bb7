"""Install the playbooks that ship with the product."""

import hashlib
import json
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import PlaybookDefinition
from firstwin.playbooks.contracts.library import InvalidPlaybookError
from firstwin.playbooks.models import Playbook
from firstwin.playbooks.operations import storage
from firstwin.playbooks.rules import linting, reading, writing
from firstwin.playbooks.rules.findings import is_error

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
        for definition, digest in builtin_playbooks():
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


@cache
def builtin_playbooks() -> tuple[tuple[PlaybookDefinition, str], ...]:
    """Return the playbooks that ship with the product, each with the digest that tells its editions apart."""
    folder = resources.files("firstwin.playbooks") / "builtin"
    found = []
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            read = reading.read_yaml(file.read_text(encoding="utf-8"), file=file.name)
            problems = [problem for problem in linting.lint_reading(read) if is_error(problem)]
            if read.definition is None or problems:
                raise InvalidPlaybookError(f"The built-in playbook {file.name} is broken.", found=tuple(problems))
            found.append((read.definition, digest_of(writing.to_plain(read.definition))))
    return tuple(found)


def digest_of(plain: Any) -> str:
    """Return the digest of a definition as plain data."""
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _is_edited(actor: Actor, playbook: Playbook) -> bool:
    """Say whether the workspace made the built-in playbook its own: in the draft, or in a version it published."""
    version = storage.latest_version(actor, playbook)
    return playbook.has_draft_changes or version is None or digest_of(version.definition) != playbook.builtin_digest

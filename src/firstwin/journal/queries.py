"""Read the journal."""

import json
from uuid import UUID

from firstwin.journal.contracts import Author, AuthorKind, Recorded
from firstwin.journal.models import Entry
from firstwin.journal.rules import rebuilding


def get_recorded(entry_id: UUID) -> Recorded:
    """Return an entry with its event rebuilt, as subscribers receive it; raises EventFormatError when it cannot be."""
    entry = Entry.objects.get(id=entry_id)
    return Recorded(
        entry_id=entry.id,
        workspace_id=entry.workspace_id,
        at=entry.at,
        author=_author(entry),
        event=rebuilding.rebuild(entry.event_name, entry.event_version, json.loads(entry.data)),
    )


def _author(entry: Entry) -> Author:
    return Author(
        kind=AuthorKind(entry.author_kind),
        id=entry.author_id,
        name=entry.author_name,
        on_behalf_of_kind=AuthorKind(entry.on_behalf_of_kind) if entry.on_behalf_of_kind else None,
        on_behalf_of_id=entry.on_behalf_of_id,
        on_behalf_of_name=entry.on_behalf_of_name,
    )

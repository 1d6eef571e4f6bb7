"""Tables of the journal. Entries and seals are only ever added: triggers refuse UPDATE and DELETE."""

import json

from django.db import models
from django.db.models import Q

from firstwin.journal.contracts import Author, AuthorKind, EntryInfo
from firstwin.shared import ids


class Entry(models.Model):
    """A fact, as its operation recorded it. `data` is canonical JSON as text, since its bytes are hashed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    workspace_id = models.UUIDField()
    at = models.DateTimeField()
    author_kind = models.CharField(max_length=10)
    author_id = models.UUIDField(null=True)
    author_name = models.CharField(max_length=200)
    on_behalf_of_kind = models.CharField(max_length=10, blank=True)
    on_behalf_of_id = models.UUIDField(null=True)
    on_behalf_of_name = models.CharField(max_length=200, blank=True)
    event_name = models.CharField(max_length=100)
    event_version = models.SmallIntegerField()
    subject_type = models.CharField(max_length=50)
    subject_id = models.UUIDField()
    account_id = models.UUIDField(null=True)
    project_id = models.UUIDField(null=True)
    data = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["workspace_id", "at", "id"], name="journal_entry_at"),
            models.Index(fields=["subject_id", "at", "id"], name="journal_entry_subject"),
            models.Index(
                fields=["account_id", "at", "id"], condition=Q(account_id__isnull=False), name="journal_entry_account"
            ),
            models.Index(
                fields=["project_id", "at", "id"], condition=Q(project_id__isnull=False), name="journal_entry_project"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_name} {self.id}"


class Unsealed(models.Model):
    """An entry that waits for its seal, in order of commit: a trigger adds it, the sealer deletes it with the seal."""

    id = models.BigAutoField(primary_key=True)
    entry_id = models.UUIDField()
    workspace_id = models.UUIDField()

    def __str__(self) -> str:
        return str(self.entry_id)


class Seal(models.Model):
    """The place of an entry in the hash chain of its workspace."""

    entry_id = models.UUIDField(primary_key=True)
    workspace_id = models.UUIDField()
    sequence = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace_id", "sequence"], name="journal_seal_never_forks"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.hash}"


def author_of(entry: Entry) -> Author:
    """Return who made an entry."""
    return Author(
        kind=AuthorKind(entry.author_kind),
        id=entry.author_id,
        name=entry.author_name,
        on_behalf_of_kind=AuthorKind(entry.on_behalf_of_kind) if entry.on_behalf_of_kind else None,
        on_behalf_of_id=entry.on_behalf_of_id,
        on_behalf_of_name=entry.on_behalf_of_name,
    )


def entry_info(entry: Entry, seal: Seal | None) -> EntryInfo:
    """Return an entry, with its seal if it has one, as others see it."""
    return EntryInfo(
        id=entry.id,
        workspace_id=entry.workspace_id,
        at=entry.at,
        author=author_of(entry),
        event_name=entry.event_name,
        event_version=entry.event_version,
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        account_id=entry.account_id,
        project_id=entry.project_id,
        data=json.loads(entry.data),
        sequence=seal.sequence if seal else None,
        hash=seal.hash if seal else None,
    )

"""Tables of playbooks. Versions never change: a trigger refuses it."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models

from firstwin.shared.models import WorkspaceModel


class Playbook(WorkspaceModel):
    """A playbook in the library with its draft, as data in the keys of the YAML form.

    `revision` counts every change of the draft; `position` is where undo and redo stand in its history.
    `builtin_digest` is the digest of the built-in definition that was last taken over.
    """

    key = models.CharField(max_length=80)
    name = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    is_builtin = models.BooleanField(default=False)
    builtin_digest = models.CharField(max_length=64, blank=True)
    owner = models.ForeignKey("identity.Member", on_delete=models.SET_NULL, null=True, related_name="+")
    draft = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    position = models.PositiveIntegerField(default=0)
    latest_number = models.PositiveIntegerField(null=True)
    has_draft_changes = models.BooleanField(default=True)
    stage_count = models.PositiveIntegerField(default=0)
    task_count = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    if TYPE_CHECKING:
        owner_id: UUID | None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="playbooks_key_once_per_workspace"),
        ]
        indexes = [models.Index(fields=["workspace", "name", "id"], name="playbooks_by_name")]

    def __str__(self) -> str:
        return self.key


class PlaybookVersion(WorkspaceModel):
    """A published version; immutable."""

    playbook = models.ForeignKey("playbooks.Playbook", on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    notes = models.TextField()
    definition = models.JSONField()
    stage_count = models.PositiveIntegerField()
    task_count = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    published_by_id = models.UUIDField(null=True)
    published_by_name = models.CharField(max_length=200)

    if TYPE_CHECKING:
        playbook_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["playbook", "number"], name="playbooks_version_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.playbook_id} version {self.number}"


class DraftRevision(WorkspaceModel):
    """The draft after one step of its history; steps behind the current position are what redo can bring back."""

    playbook = models.ForeignKey("playbooks.Playbook", on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    definition = models.JSONField()
    summary = models.CharField(max_length=300)
    author_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    if TYPE_CHECKING:
        playbook_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["playbook", "position"], name="playbooks_draft_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.playbook_id} at {self.position}"

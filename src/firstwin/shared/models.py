"""Base classes of tables."""

from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, Self, TypeVar
from uuid import UUID

from django.db import models

from firstwin.shared import ids


class InWorkspace(Protocol):
    """Anything that acts inside one workspace, such as an Actor."""

    @property
    def workspace_id(self) -> UUID:
        """Return the workspace acted in."""
        ...


class UnscopedQueryError(RuntimeError):
    """A tenant table was read without naming the workspace."""


Row = TypeVar("Row", bound="WorkspaceModel", covariant=True)


class WorkspaceManager(models.Manager[Row], Generic[Row]):
    """The only way to tenant rows; raises unless a workspace is named."""

    def get_queryset(self) -> models.QuerySet[Row]:
        raise UnscopedQueryError(f"{self.model.__name__}: use objects.for_actor(actor) or for_workspace(workspace_id)")

    def for_workspace(self, workspace_id: UUID) -> models.QuerySet[Row]:
        """Return the rows of one workspace."""
        return super().get_queryset().filter(workspace_id=workspace_id)

    def for_actor(self, actor: InWorkspace) -> models.QuerySet[Row]:
        """Return the rows of the workspace that the actor acts in."""
        return self.for_workspace(actor.workspace_id)

    def across_workspaces(self, *, reason: str) -> models.QuerySet[Row]:
        """Return rows of every workspace: for the engine itself (sign-in, workers, intake), never for a page."""
        if not reason:
            raise UnscopedQueryError("say why every workspace is read")
        return super().get_queryset()


class WorkspaceModel(models.Model):
    """A row that belongs to one workspace, with a time-ordered id."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    workspace = models.ForeignKey("identity.Workspace", on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[WorkspaceManager[Self]] = WorkspaceManager()

    if TYPE_CHECKING:
        workspace_id: UUID

    class Meta:
        abstract = True

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.pk}>"

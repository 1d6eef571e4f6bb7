"""The door of everything that is changed by hand about people, groups, events and features."""

from firstwin.identity.contracts import Actor
from firstwin.shared.errors import PermissionDeniedError
from firstwin.usage import permissions


def require_shaper(*, actor: Actor) -> None:
    """Raise PermissionDeniedError unless the actor may change how usage is understood."""
    if not permissions.can_shape_usage(actor):
        raise PermissionDeniedError(
            "Only managers, admins and owners change how usage is understood.",
            remedy="Ask a manager, admin or owner of the workspace.",
        )

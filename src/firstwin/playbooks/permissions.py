"""Who may see and change playbooks: pure questions about an actor."""

from firstwin.identity.contracts import DESIGNER_ROLES, EVERY_ROLE, Actor, Scope, is_allowed


def can_view_playbooks(actor: Actor) -> bool:
    """Everyone of the workspace sees the library; a contact never does."""
    return is_allowed(actor, roles=EVERY_ROLE, scope=Scope.READ)


def can_edit_playbooks(actor: Actor) -> bool:
    """Owners, admins and managers write, publish and archive playbooks."""
    return is_allowed(actor, roles=DESIGNER_ROLES, scope=Scope.PLAYBOOKS_WRITE)

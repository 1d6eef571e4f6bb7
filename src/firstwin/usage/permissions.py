"""Who may look after the sources of product events: pure questions about an actor."""

from firstwin.identity.contracts import ADMIN_ROLES, Actor, Scope, is_allowed


def can_manage_sources(actor: Actor) -> bool:
    """Owners and admins see and change sources, their write keys and what was rejected."""
    return is_allowed(actor, roles=ADMIN_ROLES, scope=Scope.ADMIN)

"""Who may look after the sources of product events: pure questions about an actor."""

from firstwin.identity.contracts import ADMIN_ROLES, DESIGNER_ROLES, EDITOR_ROLES, EVERY_ROLE, Actor, Scope, is_allowed


def can_manage_sources(actor: Actor) -> bool:
    """Owners and admins see and change sources, their write keys and what was rejected."""
    return is_allowed(actor, roles=ADMIN_ROLES, scope=Scope.ADMIN)


def can_see_usage(actor: Actor) -> bool:
    """Everybody of the team sees what people do in the product, as they see the accounts."""
    return is_allowed(actor, roles=EVERY_ROLE, scope=Scope.READ)


def can_erase_people(actor: Actor) -> bool:
    """Owners and admins erase what a person did, and see what was erased."""
    return is_allowed(actor, roles=ADMIN_ROLES, scope=Scope.ADMIN)


def can_change_retention(actor: Actor) -> bool:
    """Owners and admins say how long product events are kept."""
    return is_allowed(actor, roles=ADMIN_ROLES, scope=Scope.ADMIN)


def can_shape_usage(actor: Actor) -> bool:
    """Owners, admins and managers say which company a group is, who somebody is, and what events and features mean."""
    return is_allowed(actor, roles=DESIGNER_ROLES, scope=Scope.ACCOUNTS_WRITE)


def can_define_first_value(actor: Actor) -> bool:
    """Owners, admins and managers say what counts as the first win, and from when on signals are raised."""
    return is_allowed(actor, roles=DESIGNER_ROLES, scope=Scope.PLAYBOOKS_WRITE)


def can_settle_signals(actor: Actor) -> bool:
    """Whoever works with customers dismisses signals or puts them off."""
    return is_allowed(actor, roles=EDITOR_ROLES, scope=Scope.ACCOUNTS_WRITE)

"""Who may govern a workspace: pure questions about an actor."""

from firstwin.identity.contracts import ADMIN_ROLES, EVERY_ROLE, Actor, Role, Scope, is_allowed
from firstwin.journal.contracts import AuthorKind


def can_list_members(actor: Actor) -> bool:
    """Everyone who belongs to the workspace sees who else does."""
    return is_allowed(actor, roles=EVERY_ROLE, scope=Scope.READ)


def can_manage_members(actor: Actor) -> bool:
    """Owners and admins invite, change and deactivate members."""
    return is_allowed(actor, roles=ADMIN_ROLES, scope=Scope.ADMIN)


def can_grant_role(actor: Actor, role: Role) -> bool:
    """Only an owner makes an owner; owners and admins give every other role."""
    return can_manage_members(actor) and (role is not Role.OWNER or _is_owner(actor))


def can_change_member(actor: Actor, *, role: Role) -> bool:
    """Only an owner touches an owner; owners and admins change everyone else."""
    return can_grant_role(actor, role)


def can_edit_profile(actor: Actor, *, member_id: object) -> bool:
    """A member edits their own name, title and time zone; owners and admins those of others too."""
    return (actor.kind is AuthorKind.MEMBER and actor.id == member_id) or can_manage_members(actor)


def can_edit_workspace(actor: Actor) -> bool:
    """Owners and admins change the workspace's settings."""
    return is_allowed(actor, roles=ADMIN_ROLES, scope=Scope.ADMIN)


def can_manage_api_keys(actor: Actor) -> bool:
    """Owners and admins make and revoke API keys; a key never makes another key."""
    return actor.kind is not AuthorKind.API_KEY and is_allowed(actor, roles=ADMIN_ROLES, scope=Scope.ADMIN)


def _is_owner(actor: Actor) -> bool:
    return actor.kind is AuthorKind.SYSTEM or (actor.kind is AuthorKind.MEMBER and actor.role is Role.OWNER)

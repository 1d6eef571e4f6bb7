"""Who may see and change customers: pure questions about an actor."""

from uuid import UUID

from firstwin.identity.contracts import DESIGNER_ROLES, EDITOR_ROLES, EVERY_ROLE, Actor, Scope, is_allowed
from firstwin.journal.contracts import AuthorKind


def can_see_account(actor: Actor, account_id: UUID) -> bool:
    """Members see every account of their workspace; a contact sees their own and nothing else."""
    if actor.kind is AuthorKind.CONTACT:
        return actor.account_id == account_id
    return can_list_accounts(actor)


def can_list_accounts(actor: Actor) -> bool:
    """Everyone who belongs to the workspace lists accounts; contacts do not."""
    return is_allowed(actor, roles=EVERY_ROLE, scope=Scope.READ)


def can_edit_account(actor: Actor) -> bool:
    """Owners, admins, managers and specialists create and change accounts and contacts."""
    return is_allowed(actor, roles=EDITOR_ROLES, scope=Scope.ACCOUNTS_WRITE)


def can_archive_account(actor: Actor) -> bool:
    """Owners, admins and managers archive and restore accounts."""
    return is_allowed(actor, roles=DESIGNER_ROLES, scope=Scope.ACCOUNTS_WRITE)


def can_import_accounts(actor: Actor) -> bool:
    """Owners, admins and managers import and export many accounts at once."""
    return is_allowed(actor, roles=DESIGNER_ROLES, scope=Scope.ACCOUNTS_WRITE)


def can_issue_portal_access(actor: Actor) -> bool:
    """Whoever works with a customer may let their contacts into the portal, and out again."""
    return is_allowed(actor, roles=EDITOR_ROLES, scope=Scope.ACCOUNTS_WRITE)

"""Who may see and change working calendars: pure questions about an actor."""

from firstwin.calendars.contracts import Holder, HolderKind
from firstwin.identity.contracts import ADMIN_ROLES, EDITOR_ROLES, EVERY_ROLE, Actor, Scope, is_allowed
from firstwin.journal.contracts import AuthorKind


def can_view_calendars(actor: Actor) -> bool:
    """Everyone who belongs to the workspace sees when people work; contacts do not."""
    return is_allowed(actor, roles=EVERY_ROLE, scope=Scope.READ)


def can_edit_calendar(actor: Actor, holder: Holder) -> bool:
    """Owners and admins change every calendar, a member their own, whoever works with customers those of customers."""
    if holder.kind in (HolderKind.ACCOUNT, HolderKind.CONTACT):
        return is_allowed(actor, roles=EDITOR_ROLES, scope=Scope.ACCOUNTS_WRITE)
    return is_own(actor, holder) or is_allowed(actor, roles=ADMIN_ROLES, scope=Scope.ADMIN)


def is_own(actor: Actor, holder: Holder) -> bool:
    """It is the calendar of the person who acts."""
    return actor.kind is AuthorKind.MEMBER and holder.kind is HolderKind.MEMBER and actor.id == holder.id

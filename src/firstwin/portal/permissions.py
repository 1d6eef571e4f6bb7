"""Who may look at the portal with a customer's eyes."""

from firstwin.identity.contracts import EDITOR_ROLES, Actor
from firstwin.journal.contracts import AuthorKind


def can_view_as_customer(actor: Actor) -> bool:
    """Members who work on projects may; no key and no customer may."""
    return actor.kind is AuthorKind.MEMBER and actor.role in EDITOR_ROLES

"""Who may do what with projects: pure questions about an actor and what they look at."""

from firstwin.identity.contracts import DESIGNER_ROLES, EDITOR_ROLES, EVERY_ROLE, Actor, Scope, is_allowed
from firstwin.journal.contracts import AuthorKind
from firstwin.playbooks.contracts import Side, Visibility


def is_contact(actor: Actor) -> bool:
    """A person of a customer."""
    return actor.kind is AuthorKind.CONTACT


def side_of(actor: Actor) -> Side:
    """On whose side somebody acts."""
    return Side.CUSTOMER if is_contact(actor) else Side.VENDOR


def can_view_portfolio(actor: Actor) -> bool:
    """Everyone who belongs to the workspace sees every project."""
    return is_allowed(actor, roles=EVERY_ROLE, scope=Scope.READ)


def can_launch_projects(actor: Actor) -> bool:
    """Whoever does the daily work may start an onboarding."""
    return is_allowed(actor, roles=EDITOR_ROLES, scope=Scope.PROJECTS_WRITE)


def can_book(actor: Actor) -> bool:
    """Whoever does the daily work may set time aside for a project to come."""
    return is_allowed(actor, roles=EDITOR_ROLES, scope=Scope.PROJECTS_WRITE)


def can_edit_projects(actor: Actor) -> bool:
    """Whoever does the daily work changes plans; contacts never do."""
    return is_allowed(actor, roles=EDITOR_ROLES, scope=Scope.PROJECTS_WRITE)


def can_update_many_projects(actor: Actor) -> bool:
    """Managers and above bring many projects to a newer playbook version at once."""
    return is_allowed(actor, roles=DESIGNER_ROLES, scope=Scope.PROJECTS_WRITE)


def can_override(actor: Actor) -> bool:
    """Managers and above complete what does not meet its criteria, and approve in another's place, with a reason."""
    return is_allowed(actor, roles=DESIGNER_ROLES, scope=Scope.PROJECTS_WRITE)


def can_open_task(actor: Actor, *, visibility: Visibility) -> bool:
    """A contact opens shared tasks only."""
    return not is_contact(actor) or visibility is Visibility.SHARED


def can_work_on_task(actor: Actor, *, side: Side, visibility: Visibility) -> bool:
    """The team works on every task; a contact on shared tasks of the customer's side."""
    if is_contact(actor):
        return side is Side.CUSTOMER and visibility is Visibility.SHARED
    return can_edit_projects(actor)


def can_take_part(actor: Actor, *, visibility: Visibility) -> bool:
    """Comment, attach, say that something is stuck: the team everywhere, a contact on shared tasks of either side."""
    return visibility is Visibility.SHARED if is_contact(actor) else can_edit_projects(actor)

"""Valid rows of identity: workspaces, members, actors. Rows are written directly; operations have tests of their own."""

from datetime import UTC, datetime
from itertools import count

from allauth.account.models import EmailAddress

from firstwin.identity import queries
from firstwin.identity.contracts import Actor, Role, Scope
from firstwin.identity.models import ApiKey, Member, User, Workspace
from firstwin.identity.rules import digest_of
from firstwin.journal.contracts import AuthorKind
from firstwin.journal.models import Entry

STARTED_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PASSWORD = "a long enough passphrase"
_numbers = count(1)


def count_from(number: int) -> None:
    """Number what follows from here on, so that several processes can fill one database."""
    global _numbers
    _numbers = count(number)


def make_workspace(name: str = "Northwind Software", **fields: object) -> Workspace:
    """A vendor company without members."""
    fields.setdefault("slug", f"workspace-{next(_numbers)}")
    return Workspace.objects.create(name=name, created_at=STARTED_AT, **fields)


def make_user(email: str = "", name: str = "", *, password: str | None = None) -> User:
    """A person who signs in, with a verified address; belongs to no workspace."""
    number = next(_numbers)
    email = email or f"person{number}@vendor.example"
    user = User.objects.create_user(email, password, name=name or f"Person {number}", created_at=STARTED_AT)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_member(
    role: Role = Role.OWNER, *, workspace: Workspace | None = None, user: User | None = None, is_active: bool = True
) -> Member:
    """A member with a role, in a workspace of their own unless one is given."""
    member = Member(
        workspace=workspace or make_workspace(),
        user=user or make_user(),
        role=role,
        is_active=is_active,
        joined_at=STARTED_AT,
    )
    member.save(force_insert=True)
    return member


def actor_for(member: Member) -> Actor:
    """The member as an actor."""
    return queries.member_actor(member)


def make_actor(role: Role = Role.OWNER, *, workspace: Workspace | None = None) -> Actor:
    """A member of a role as an actor, in a workspace of their own unless one is given."""
    return actor_for(make_member(role, workspace=workspace))


def make_api_key(*scopes: Scope, workspace: Workspace | None = None, name: str = "Nightly sync") -> tuple[ApiKey, str]:
    """An API key and its secret text; without scopes it may do everything."""
    prefix, secret = f"{next(_numbers):012d}", "s" * 43
    key = ApiKey(
        workspace=workspace or make_workspace(),
        name=name,
        prefix=prefix,
        digest=digest_of(secret),
        scopes=[scope.value for scope in scopes or (Scope.ADMIN,)],
        created_at=STARTED_AT,
    )
    key.save(force_insert=True)
    return key, f"fw_{prefix}_{secret}"


def make_key_actor(*scopes: Scope, workspace: Workspace | None = None) -> Actor:
    """An API key with these scopes as an actor."""
    key, _ = make_api_key(*scopes, workspace=workspace)
    return Actor(
        workspace_id=key.workspace_id,
        kind=AuthorKind.API_KEY,
        id=key.id,
        name=key.name,
        role=Role.ADMIN,
        scopes=frozenset(scopes or (Scope.ADMIN,)),
    )


def recorded(actor: Actor) -> list[str]:
    """Names of the facts in the journal of the actor's workspace, oldest first."""
    return [entry.event_name for entry in Entry.objects.filter(workspace_id=actor.workspace_id).order_by("id")]

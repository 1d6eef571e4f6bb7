"""What crosses the border of identity: actors, roles, scopes, and people and workspaces as others see them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from firstwin.journal.contracts import Author, AuthorKind


class Role(StrEnum):
    """What a member may do, from everything to reading the record only."""

    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    SPECIALIST = "specialist"
    VIEWER = "viewer"
    AUDITOR = "auditor"


class Scope(StrEnum):
    """What an API key may do; write includes read of the same thing."""

    READ = "read"
    ACCOUNTS_WRITE = "accounts:write"
    PLAYBOOKS_WRITE = "playbooks:write"
    PROJECTS_WRITE = "projects:write"
    JOURNAL_READ = "journal:read"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, in which workspace, with which rights. Every operation and query takes one.

    A member has a role; an API key has scopes and acts with the role `admin` limited to them; a contact has an
    `account_id` and sees only that account; the system acts for the product itself (timers, deliveries).
    """

    workspace_id: UUID
    kind: AuthorKind
    id: UUID | None
    name: str
    role: Role | None = None
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    account_id: UUID | None = None
    time_zone: str = "UTC"
    on_behalf_of: "Actor | None" = None

    @property
    def author(self) -> Author:
        """Return this actor as the journal writes it down."""
        behalf = self.on_behalf_of
        return Author(
            kind=self.kind,
            id=self.id,
            name=self.name,
            on_behalf_of_kind=behalf.kind if behalf else None,
            on_behalf_of_id=behalf.id if behalf else None,
            on_behalf_of_name=behalf.name if behalf else "",
        )


def system_actor(workspace_id: UUID, *, name: str = "Firstwin") -> Actor:
    """Return the product itself as an actor, for work that no person asked for at that moment."""
    return Actor(workspace_id=workspace_id, kind=AuthorKind.SYSTEM, id=None, name=name, role=Role.OWNER)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceInfo:
    """A vendor company that uses Firstwin."""

    id: UUID
    name: str
    slug: str
    time_zone: str
    country: str
    brand_color: str
    sender_name: str
    sender_email: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberInfo:
    """A person of the vendor."""

    id: UUID
    workspace_id: UUID
    user_id: UUID
    name: str
    email: str
    role: Role
    title: str
    time_zone: str
    is_active: bool
    joined_at: datetime

"""What crosses the border of identity: actors, roles, scopes, and people and workspaces as others see them."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Author, AuthorKind
from firstwin.shared.errors import ConflictError, FirstwinError

WORKSPACE_HEADER = "X-Firstwin-Workspace"
"""Names the workspace a mail belongs to, so that mail that is kept instead of sent is shown there."""

ACCOUNT_MAIL_HEADER = "X-Firstwin-Account-Mail"
"""Marks mail with a code or link that lets somebody in: where mail is kept, the owner alone sees it."""


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

    `on_behalf_of` is for whom it is done. `performed_by` is set when a member looks at the portal as a customer: the rights
    are then the contact's, and the record names the member as author, on behalf of the contact.
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
    performed_by: "Actor | None" = None

    @property
    def author(self) -> Author:
        """Return this actor as the journal writes it down."""
        if self.performed_by is not None:
            return replace(self.performed_by, on_behalf_of=replace(self, performed_by=None)).author
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


def is_allowed(actor: Actor, *, roles: Collection[Role], scope: Scope) -> bool:
    """Tell whether the actor has one of the roles; an API key needs the scope, the system may do everything.

    A contact is never allowed by this rule: what a contact may do is said where contacts act. The permissions of
    every domain are written with it: `is_allowed(actor, roles=EDITORS, scope=Scope.PROJECTS_WRITE)`.
    """
    if actor.kind is AuthorKind.SYSTEM:
        return True
    if actor.kind is AuthorKind.API_KEY:
        if scope is Scope.READ:
            return bool(actor.scopes)
        return scope in actor.scopes or Scope.ADMIN in actor.scopes
    return actor.kind is AuthorKind.MEMBER and actor.role in roles


EVERY_ROLE: frozenset[Role] = frozenset(Role)
"""All six roles: whoever belongs to the workspace."""

EDITOR_ROLES: frozenset[Role] = frozenset({Role.OWNER, Role.ADMIN, Role.MANAGER, Role.SPECIALIST})
"""Roles that do the daily work: they change accounts and projects."""

DESIGNER_ROLES: frozenset[Role] = frozenset({Role.OWNER, Role.ADMIN, Role.MANAGER})
"""Roles that shape how everyone works: playbooks, bulk changes, archives."""

ADMIN_ROLES: frozenset[Role] = frozenset({Role.OWNER, Role.ADMIN})
"""Roles that govern the workspace: members, API keys, settings."""

AUDIT_ROLES: frozenset[Role] = frozenset({Role.OWNER, Role.ADMIN, Role.AUDITOR})
"""Roles that may read the whole journal."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorkspace:
    """What a first-run set-up asks for. Without a password the owner signs in by link, code or passkey."""

    name: str
    owner_email: str
    owner_name: str
    time_zone: str = "UTC"
    country: str = ""
    password: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedWorkspace:
    """A workspace that was just made, and its first owner."""

    workspace: WorkspaceInfo
    owner: MemberInfo


class InvitationState(StrEnum):
    """Where an invitation stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationInfo:
    """Someone who was asked to join. The link itself is in their mail only."""

    id: UUID
    workspace_id: UUID
    workspace_name: str
    email: str
    name: str
    role: Role
    state: InvitationState
    invited_by_id: UUID | None
    sent_count: int
    sent_at: datetime
    expires_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyInfo:
    """An API key as a list shows it; the secret is never kept."""

    id: UUID
    workspace_id: UUID
    name: str
    prefix: str
    scopes: tuple[Scope, ...]
    created_by_id: UUID | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApiKey:
    """An API key at the only moment its secret is known."""

    key: ApiKeyInfo
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """The answer once given to a request with an idempotency key."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestClaim:
    """The right to carry out a request with an idempotency key; `token` proves it when the answer is kept."""

    id: UUID
    token: UUID


class NotSignedInError(FirstwinError):
    """Nobody is signed in, or the key is not valid."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "not_signed_in"
    title: ClassVar[str] = "Please sign in"


class NoWorkspaceError(FirstwinError):
    """The person is signed in but belongs to no workspace (any more)."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "no_workspace"
    title: ClassVar[str] = "You do not belong to a workspace"


class LinkEndedError(FirstwinError):
    """A link was valid once, and is used, expired or revoked now."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "link_ended"
    title: ClassVar[str] = "This link no longer works"


class LastOwnerError(ConflictError):
    """The change would leave the workspace without an owner."""

    code: ClassVar[str] = "last_owner"
    title: ClassVar[str] = "A workspace needs an owner"


class IdempotencyKeyReusedError(FirstwinError):
    """An idempotency key came again with another request."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "idempotency_key_reused"
    title: ClassVar[str] = "This idempotency key belongs to another request"


class RequestInProgressError(ConflictError):
    """The first request with this idempotency key is still being carried out."""

    code: ClassVar[str] = "request_in_progress"
    title: ClassVar[str] = "The same request is being carried out right now"


class TooManyRequestsError(FirstwinError):
    """The caller asks faster than allowed; `retry_after` says how many seconds to wait."""

    status: ClassVar[int] = 429
    code: ClassVar[str] = "too_many_requests"
    title: ClassVar[str] = "Too many requests"

    def __init__(self, detail: str, *, retry_after: int, remedy: str = "") -> None:
        super().__init__(detail, remedy=remedy)
        self.retry_after = retry_after

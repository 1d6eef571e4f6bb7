"""Facts about workspaces, members, sign-in and API keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceCreated(Event):
    """A vendor company began to use the product."""

    name: ClassVar[str] = "workspace.created"
    subject_type: ClassVar[str] = "workspace"
    workspace_id: UUID
    title: str

    @property
    def subject_id(self) -> UUID:
        """Return the workspace's id."""
        return self.workspace_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceChanged(Event):
    """Settings of the workspace changed; `changes` holds (field, old, new) as texts."""

    name: ClassVar[str] = "workspace.changed"
    subject_type: ClassVar[str] = "workspace"
    workspace_id: UUID
    changes: tuple[tuple[str, str, str], ...]

    @property
    def subject_id(self) -> UUID:
        """Return the workspace's id."""
        return self.workspace_id


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationEvent(Event):
    """Base of facts about one invitation; `role` is a Role value."""

    subject_type: ClassVar[str] = "invitation"
    invitation_id: UUID
    email: str
    role: str

    @property
    def subject_id(self) -> UUID:
        """Return the invitation's id."""
        return self.invitation_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class MemberInvited(InvitationEvent):
    """Someone was asked to join."""

    name: ClassVar[str] = "member.invited"
    expires_at: datetime


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationResent(InvitationEvent):
    """An invitation went out again, with a new link; the old link no longer works."""

    name: ClassVar[str] = "invitation.resent"
    expires_at: datetime


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRevoked(InvitationEvent):
    """An invitation was taken back."""

    name: ClassVar[str] = "invitation.revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEvent(Event):
    """Base of facts about one member."""

    subject_type: ClassVar[str] = "member"
    member_id: UUID

    @property
    def subject_id(self) -> UUID:
        """Return the member's id."""
        return self.member_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(MemberEvent):
    """A person became a member."""

    name: ClassVar[str] = "member.joined"
    person_name: str
    email: str
    role: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChanged(MemberEvent):
    """A member got another role."""

    name: ClassVar[str] = "member.role_changed"
    old_role: str
    new_role: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanged(MemberEvent):
    """A member's name, title or time zone changed; `changes` holds (field, old, new) as texts."""

    name: ClassVar[str] = "member.changed"
    changes: tuple[tuple[str, str, str], ...]


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDeactivated(MemberEvent):
    """A member may no longer act; what they did stays."""

    name: ClassVar[str] = "member.deactivated"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class MemberReactivated(MemberEvent):
    """A former member may act again."""

    name: ClassVar[str] = "member.reactivated"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(MemberEvent):
    """A member signed in; `method` is password, code, passkey, link or invitation."""

    name: ClassVar[str] = "member.signed_in"
    method: str
    ip: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailed(MemberEvent):
    """Somebody tried to sign in as a member and could not prove to be them; `method` is password, code or second factor."""

    name: ClassVar[str] = "member.sign_in_failed"
    email: str
    method: str
    ip: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLinkIssued(MemberEvent):
    """A one-time sign-in link was made for a member, on the server's command line."""

    name: ClassVar[str] = "member.sign_in_link_issued"
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyEvent(Event):
    """Base of facts about one API key; `prefix` is its public part."""

    subject_type: ClassVar[str] = "api_key"
    api_key_id: UUID
    title: str
    prefix: str

    @property
    def subject_id(self) -> UUID:
        """Return the key's id."""
        return self.api_key_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyCreated(ApiKeyEvent):
    """An API key was made; `scopes` are Scope values."""

    name: ClassVar[str] = "api_key.created"
    scopes: tuple[str, ...]
    expires_at: datetime | None


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyRevoked(ApiKeyEvent):
    """An API key was revoked."""

    name: ClassVar[str] = "api_key.revoked"

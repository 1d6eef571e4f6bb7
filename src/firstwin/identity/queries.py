"""Reads of identity."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from firstwin.identity import permissions, rules
from firstwin.identity.contracts import (
    Actor,
    ApiKeyInfo,
    InvitationInfo,
    InvitationState,
    LinkEndedError,
    MemberInfo,
    NotSignedInError,
    NoWorkspaceError,
    Role,
    Scope,
    WorkspaceInfo,
)
from firstwin.identity.models import ApiKey, Invitation, Member, OneTimeLink, User, Workspace
from firstwin.journal.contracts import AuthorKind
from firstwin.shared import bulk, row_security, signed_links
from firstwin.shared.bulk import Question, Reading
from firstwin.shared.errors import NotFoundError, PermissionDeniedError

INVITATION_PURPOSE = "invitation"
SIGN_IN_PURPOSE = "sign-in"
WORKSPACE_IN_SESSION = "workspace_id"


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts in this request: the member in their current workspace, or the API key that was shown.

    Raises NotSignedInError (pages redirect to the sign-in page, the API answers 401) and NoWorkspaceError.
    The answer is kept on the request; the middleware offers the same as `request.actor`.
    """
    actor = find_actor_of(request)
    if actor is not None:
        return actor
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        raise NoWorkspaceError(
            "You are signed in, but you are not an active member of any workspace.",
            remedy="Ask an owner or admin of your workspace to invite you.",
        )
    raise NotSignedInError("You are not signed in.", remedy="Sign in and try again.")


def find_actor_of(request: HttpRequest) -> Actor | None:
    """Return who acts in this request, or None for an anonymous one or a person without a workspace."""
    known: Actor | None = getattr(request, "_firstwin_actor", None)
    if known is None:
        known = _member_actor(request)
        if known is not None:
            keep_actor(request, known)
    return known


def keep_actor(request: HttpRequest, actor: Actor) -> None:
    """Remember who acts in this request, and confine the database to their workspace; the API's key check calls it."""
    row_security.confine_to(actor.workspace_id)
    request._firstwin_actor = actor  # type: ignore[attr-defined]


def _member_actor(request: HttpRequest) -> Actor | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_active:
        return None
    memberships = {member.workspace_id: member for member in _active_memberships(user.pk)}
    if not memberships:
        return None
    workspaces = tuple(workspace_info(member.workspace) for member in memberships.values())
    request._firstwin_workspaces = workspaces  # type: ignore[attr-defined]
    chosen = request.session.get(WORKSPACE_IN_SESSION, "")
    member = next((m for id, m in memberships.items() if str(id) == chosen), None) or next(iter(memberships.values()))
    return member_actor(member)


def member_actor(member: Member) -> Actor:
    """Return a member row (with its user loaded) as an actor; inside identity only."""
    return Actor(
        workspace_id=member.workspace_id,
        kind=AuthorKind.MEMBER,
        id=member.id,
        name=member.user.name or member.user.email,
        role=Role(member.role),
        time_zone=member.user.time_zone,
    )


def get_member_actor(*, workspace_id: UUID, member_id: UUID) -> Actor:
    """Return an active member as an actor, for work done in their name by a job. Raises NotFoundError."""
    member = (
        Member.objects.for_workspace(workspace_id)
        .select_related("user")
        .filter(id=member_id, is_active=True, user__is_active=True)
        .first()
    )
    if member is None:
        raise NotFoundError("This member is not active any more.")
    return member_actor(member)


def _active_memberships(user_id: UUID) -> list[Member]:
    rows = Member.objects.across_workspaces(reason="a person chooses among their own workspaces")
    return list(
        rows.filter(user_id=user_id, is_active=True).select_related("user", "workspace").order_by("joined_at", "id")
    )


def list_memberships(*, user_id: UUID) -> tuple[tuple[MemberInfo, WorkspaceInfo], ...]:
    """Return the workspaces that a person belongs to and acts in, oldest first: what the switcher offers."""
    return tuple((member_info(row), workspace_info(row.workspace)) for row in _active_memberships(user_id))


def list_workspaces_of(request: HttpRequest) -> tuple[WorkspaceInfo, ...]:
    """Return the workspaces of the person who is signed in, oldest first, without another read; for the switcher."""
    find_actor_of(request)
    known: tuple[WorkspaceInfo, ...] = getattr(request, "_firstwin_workspaces", ())
    return known


def get_workspace(*, actor: Actor) -> WorkspaceInfo:
    """Return the workspace that the actor acts in."""
    (row,) = bulk.read_rows(Workspace, bulk.Across(reason="it is the workspace itself"), {"id": actor.workspace_id})
    return workspace_info(row)


def about_workspace_with(
    *, actor: Actor, member_ids: Collection[UUID]
) -> Question[tuple[WorkspaceInfo, Mapping[UUID, MemberInfo]]]:
    """Return the question for the workspace that the actor acts in and some of its members by id, active or not."""
    if member_ids and not permissions.can_list_members(actor):
        raise PermissionDeniedError("You may not list members.")
    itself = Reading(model=Workspace, where={"id": actor.workspace_id})
    where = {"workspace_id": actor.workspace_id, "id": member_ids}
    return Question(
        within=bulk.Across(reason="one of them is the workspace itself"),
        readings=(itself, Reading(model=Member, where=where, joined="user")) if member_ids else (itself,),
        answer=lambda workspaces, members=(): (
            workspace_info(workspaces[0]),
            {row.id: member_info(row) for row in members},
        ),
    )


def find_workspace(*, slug: str) -> WorkspaceInfo | None:
    """Return a workspace by its slug, for the command line and set-up, or None."""
    row = Workspace.objects.filter(slug=slug).first()
    return workspace_info(row) if row else None


def list_workspaces() -> tuple[WorkspaceInfo, ...]:
    """Return every workspace of the installation, oldest first: for the command line, workers and set-up only."""
    return tuple(workspace_info(row) for row in Workspace.objects.order_by("created_at", "id"))


def has_workspace() -> bool:
    """Tell whether the installation is set up."""
    return Workspace.objects.exists()


def workspace_info(row: Workspace) -> WorkspaceInfo:
    """Return a workspace row as others see it; inside identity only."""
    return WorkspaceInfo(
        id=row.id,
        name=row.name,
        slug=row.slug,
        time_zone=row.time_zone,
        country=row.country,
        brand_color=row.brand_color,
        sender_name=row.sender_name,
        sender_email=row.sender_email,
        created_at=row.created_at,
    )


def member_info(row: Member) -> MemberInfo:
    """Return a member row (with its user loaded) as others see it; inside identity only."""
    return MemberInfo(
        id=row.id,
        workspace_id=row.workspace_id,
        user_id=row.user_id,
        name=row.user.name or row.user.email,
        email=row.user.email,
        role=Role(row.role),
        title=row.title,
        time_zone=row.user.time_zone,
        is_active=row.is_active,
        joined_at=row.joined_at,
    )


def list_members(
    *, actor: Actor, is_active: bool | None = True, roles: Collection[Role] = (), ids: Collection[UUID] | None = None
) -> tuple[MemberInfo, ...]:
    """Return members by name; `is_active=None` includes deactivated ones, `ids` picks some (in one query)."""
    if not permissions.can_list_members(actor) and actor.kind is not AuthorKind.CONTACT:
        raise PermissionDeniedError("You may not list members.")
    if actor.kind is AuthorKind.CONTACT and ids is None:
        raise PermissionDeniedError("You may not list members.")
    where: dict[str, object] = {}
    if is_active is not None:
        where["is_active"] = is_active
    if roles:
        where["role"] = [role.value for role in roles]
    if ids is not None:
        where["id"] = list(ids)
    rows = bulk.read_rows(Member, actor, where, joined="user", order_by=("user.name", "user.email", "id"))
    return tuple(member_info(row) for row in rows)


def get_member(*, actor: Actor, member_id: UUID) -> MemberInfo:
    """Return one member, active or not. Raises NotFoundError."""
    member = find_member(actor=actor, member_id=member_id)
    if member is None:
        raise NotFoundError("There is no such member.", remedy="Look at the members page.")
    return member


def find_member(*, actor: Actor, member_id: UUID) -> MemberInfo | None:
    """Return one member, active or not, or None."""
    row = Member.objects.for_actor(actor).select_related("user").filter(id=member_id).first()
    return member_info(row) if row else None


def find_member_by_email(*, actor: Actor, email: str) -> MemberInfo | None:
    """Return the member with this address, active or not, or None."""
    rows = Member.objects.for_actor(actor).select_related("user")
    row = rows.filter(user__email=rules.normal_email(email)).first()
    return member_info(row) if row else None


def find_user_id(*, email: str) -> UUID | None:
    """Return the person who signs in with this address, for the command line, or None."""
    return User.objects.filter(email=rules.normal_email(email), is_active=True).values_list("id", flat=True).first()


def list_invitations(*, actor: Actor, at: datetime, is_open: bool = True) -> tuple[InvitationInfo, ...]:
    """Return invitations, latest first; only those not accepted or revoked unless `is_open` is False."""
    if not permissions.can_manage_members(actor):
        raise PermissionDeniedError("Only owners and admins see invitations.", remedy="Ask an owner or admin.")
    rows = Invitation.objects.for_actor(actor).select_related("workspace").order_by("-created_at", "-id")
    if is_open:
        rows = rows.filter(accepted_at__isnull=True, revoked_at__isnull=True)
    return tuple(invitation_info(row, at=at) for row in rows)


def get_open_invitation(*, token: str, at: datetime) -> InvitationInfo:
    """Return the invitation behind a link. Raises NotFoundError for a link that never was, LinkEndedError else."""
    row = find_invitation_row(token)
    if row is None:
        raise NotFoundError(
            "This invitation link is not valid.", remedy="Use the link of the latest mail, or ask for a new one."
        )
    info = invitation_info(row, at=at)
    if info.state is not InvitationState.PENDING:
        raise LinkEndedError(
            f"This invitation is {info.state.value}.",
            remedy="Sign in, if you have joined already; otherwise ask for a new invitation.",
        )
    return info


def find_invitation_row(token: str) -> Invitation | None:
    """Return the invitation row that a genuine token names; inside identity only."""
    id = signed_links.read_id(token)
    if id is None:
        return None
    rows = Invitation.objects.across_workspaces(reason="an invitation link is opened before anyone is signed in")
    row = rows.select_related("workspace").filter(id=id).first()
    return row if row and signed_links.is_genuine(token, INVITATION_PURPOSE, row.id, row.nonce) else None


def invitation_url(*, workspace_id: UUID, invitation_id: UUID) -> str:
    """Return the link of an invitation, to be put into its mail and nowhere else."""
    row = Invitation.objects.for_workspace(workspace_id).get(id=invitation_id)
    return f"{settings.BASE_URL}/join/{signed_links.make_token(INVITATION_PURPOSE, row.id, row.nonce)}/"


def invitation_info(row: Invitation, *, at: datetime) -> InvitationInfo:
    """Return an invitation row (with its workspace loaded) as others see it; inside identity only."""
    return InvitationInfo(
        id=row.id,
        workspace_id=row.workspace_id,
        workspace_name=row.workspace.name,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        state=rules.invitation_state(
            accepted_at=row.accepted_at, revoked_at=row.revoked_at, expires_at=row.expires_at, at=at
        ),
        invited_by_id=row.invited_by_id,
        sent_count=row.sent_count,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        created_at=row.created_at,
    )


def is_link_open(*, token: str, at: datetime) -> bool:
    """Tell whether a one-time link could be used now, without using it."""
    row = find_link_row(token)
    return row is not None and row.used_at is None and at < row.expires_at


def find_link_row(token: str) -> OneTimeLink | None:
    """Return the one-time link that a genuine token names, used or not; inside identity only."""
    id = signed_links.read_id(token)
    row = OneTimeLink.objects.select_related("user").filter(id=id).first() if id else None
    return row if row and signed_links.is_genuine(token, SIGN_IN_PURPOSE, row.id, row.nonce) else None


def list_api_keys(*, actor: Actor) -> tuple[ApiKeyInfo, ...]:
    """Return every API key, latest first; those that are revoked stay in the list."""
    if not permissions.can_manage_api_keys(actor):
        raise PermissionDeniedError("Only owners and admins see API keys.", remedy="Ask an owner or admin.")
    return tuple(api_key_info(row) for row in ApiKey.objects.for_actor(actor).order_by("-created_at", "-id"))


def api_key_info(row: ApiKey) -> ApiKeyInfo:
    """Return a key row as others see it; inside identity only."""
    scopes = rules.scopes_of(row.scopes)
    return ApiKeyInfo(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(scope for scope in Scope if scope in scopes),
        created_by_id=row.created_by_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )

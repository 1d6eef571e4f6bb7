"""Identity over HTTP: who am I, members, invitations, API keys."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from firstwin.identity import queries
from firstwin.identity.contracts import (
    ApiKeyInfo,
    InvitationInfo,
    MemberInfo,
    NewApiKey,
    Role,
    Scope,
    WorkspaceInfo,
)
from firstwin.identity.operations import api_keys, invitations, members, workspaces
from firstwin.identity.queries import actor_of
from firstwin.journal.contracts import AuthorKind
from firstwin.shared import clock
from firstwin.shared.schemas import StrictSchema

router = Router(tags=["identity"])


class Me(StrictSchema):
    """Who calls: a member or an API key, and in which workspace."""

    kind: AuthorKind
    id: UUID | None
    name: str
    role: Role | None
    scopes: list[Scope]
    workspace: WorkspaceInfo


class WorkspaceChanges(StrictSchema):
    name: str = ""
    time_zone: str = ""
    country: str = ""
    brand_color: str = ""
    sender_name: str = ""
    sender_email: str = ""


class MemberChanges(StrictSchema):
    name: str = ""
    title: str = ""
    time_zone: str = ""


class MemberRoleBody(StrictSchema):
    role: Role


class InvitationBody(StrictSchema):
    email: str
    role: Role
    name: str = ""


class ApiKeyBody(StrictSchema):
    name: str
    scopes: list[Scope]
    expires_at: datetime | None = None


@router.get("/me", response=Me)
def read_me(request: HttpRequest) -> Me:
    actor = actor_of(request)
    return Me(
        kind=actor.kind,
        id=actor.id,
        name=actor.name,
        role=actor.role if actor.kind is AuthorKind.MEMBER else None,
        scopes=sorted(actor.scopes),
        workspace=queries.get_workspace(actor=actor),
    )


@router.get("/workspace", response=WorkspaceInfo)
def read_workspace(request: HttpRequest) -> WorkspaceInfo:
    return queries.get_workspace(actor=actor_of(request))


@router.patch("/workspace", response=WorkspaceInfo)
def edit_workspace(request: HttpRequest, changes: WorkspaceChanges) -> WorkspaceInfo:
    return workspaces.edit_workspace(
        actor=actor_of(request), changes=changes.model_dump(exclude_unset=True), at=clock.now()
    )


@router.get("/members", response=list[MemberInfo])
def list_members(request: HttpRequest, is_active: bool | None = True) -> tuple[MemberInfo, ...]:
    return queries.list_members(actor=actor_of(request), is_active=is_active)


@router.get("/members/{uuid:member_id}", response=MemberInfo)
def read_member(request: HttpRequest, member_id: UUID) -> MemberInfo:
    return queries.get_member(actor=actor_of(request), member_id=member_id)


@router.patch("/members/{uuid:member_id}", response=MemberInfo)
def edit_member(request: HttpRequest, member_id: UUID, changes: MemberChanges) -> MemberInfo:
    return members.edit_member(
        actor=actor_of(request),
        member_id=member_id,
        changes=changes.model_dump(exclude_unset=True),
        at=clock.now(),
    )


@router.put("/members/{uuid:member_id}/role", response=MemberInfo)
def change_role(request: HttpRequest, member_id: UUID, body: MemberRoleBody) -> MemberInfo:
    return members.change_role(actor=actor_of(request), member_id=member_id, role=body.role, at=clock.now())


@router.post("/members/{uuid:member_id}/deactivate", response=MemberInfo)
def deactivate_member(request: HttpRequest, member_id: UUID) -> MemberInfo:
    return members.deactivate_member(actor=actor_of(request), member_id=member_id, at=clock.now())


@router.post("/members/{uuid:member_id}/reactivate", response=MemberInfo)
def reactivate_member(request: HttpRequest, member_id: UUID) -> MemberInfo:
    return members.reactivate_member(actor=actor_of(request), member_id=member_id, at=clock.now())


@router.get("/invitations", response=list[InvitationInfo])
def list_invitations(request: HttpRequest, is_open: bool = True) -> tuple[InvitationInfo, ...]:
    return queries.list_invitations(actor=actor_of(request), at=clock.now(), is_open=is_open)


@router.post("/invitations", response={201: InvitationInfo})
def invite_member(request: HttpRequest, new: InvitationBody) -> InvitationInfo:
    return invitations.invite_member(
        actor=actor_of(request), email=new.email, role=new.role, name=new.name, at=clock.now()
    )


@router.post("/invitations/{uuid:invitation_id}/resend", response=InvitationInfo)
def resend_invitation(request: HttpRequest, invitation_id: UUID) -> InvitationInfo:
    return invitations.resend_invitation(actor=actor_of(request), invitation_id=invitation_id, at=clock.now())


@router.post("/invitations/{uuid:invitation_id}/revoke", response=InvitationInfo)
def revoke_invitation(request: HttpRequest, invitation_id: UUID) -> InvitationInfo:
    return invitations.revoke_invitation(actor=actor_of(request), invitation_id=invitation_id, at=clock.now())


@router.get("/api-keys", response=list[ApiKeyInfo])
def list_api_keys(request: HttpRequest) -> tuple[ApiKeyInfo, ...]:
    return queries.list_api_keys(actor=actor_of(request))


@router.post("/api-keys", response={201: NewApiKey})
def create_api_key(request: HttpRequest, new: ApiKeyBody) -> NewApiKey:
    return api_keys.create_api_key(
        actor=actor_of(request), name=new.name, scopes=new.scopes, expires_at=new.expires_at, at=clock.now()
    )


@router.post("/api-keys/{uuid:api_key_id}/revoke", response=ApiKeyInfo)
def revoke_api_key(request: HttpRequest, api_key_id: UUID) -> ApiKeyInfo:
    return api_keys.revoke_api_key(actor=actor_of(request), api_key_id=api_key_id, at=clock.now())

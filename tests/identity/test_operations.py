"""Operations of identity: who may do what, what it records, and that a refusal changes nothing."""

from datetime import datetime, timedelta

import pytest

from firstwin.identity import queries
from firstwin.identity.contracts import (
    Actor,
    InvitationState,
    LastOwnerError,
    LinkEndedError,
    NewWorkspace,
    NotSignedInError,
    Role,
    Scope,
)
from firstwin.identity.models import Member
from firstwin.identity.operations import api_keys, invitations, members, sign_in, workspaces
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.customers import contact_actor, make_contact
from tests.factories.identity import (
    actor_for,
    make_actor,
    make_key_actor,
    make_member,
    make_user,
    make_workspace,
    recorded,
)

pytestmark = pytest.mark.django_db


def test_a_new_workspace_has_its_owner_and_tells_the_journal(now: datetime) -> None:
    new = NewWorkspace(name="Lumen & Söhne", owner_email="Ada@Lumen.example", owner_name="Ada Lumen")
    created = workspaces.create_workspace(new=new, at=now)
    assert created.workspace.slug == "lumen-sohne"
    assert (created.owner.role, created.owner.email) == (Role.OWNER, "ada@lumen.example")
    actor = queries.get_member_actor(workspace_id=created.workspace.id, member_id=created.owner.id)
    assert recorded(actor) == ["workspace.created", "member.joined"]


def test_two_workspaces_of_one_name_get_two_slugs(now: datetime) -> None:
    new = NewWorkspace(name="Lumen", owner_email="ada@lumen.example", owner_name="Ada")
    slugs = [workspaces.create_workspace(new=new, at=now).workspace.slug for _ in range(3)]
    assert slugs == ["lumen", "lumen-2", "lumen-3"]


def test_a_workspace_needs_a_name_an_address_and_a_real_time_zone(now: datetime) -> None:
    with pytest.raises(InvalidInputError) as refused:
        workspaces.create_workspace(
            new=NewWorkspace(name=" ", owner_email="nobody", owner_name="", time_zone="Mars/Base"), at=now
        )
    assert {problem.place for problem in refused.value.problems} == {"name", "email", "time_zone"}
    assert not queries.has_workspace()


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SPECIALIST, Role.VIEWER, Role.AUDITOR])
def test_only_owners_and_admins_add_members(role: Role, now: datetime) -> None:
    actor = make_actor(role)
    with pytest.raises(PermissionDeniedError):
        members.add_member(actor=actor, email="new@vendor.example", name="New", role=Role.VIEWER, at=now)
    assert len(queries.list_members(actor=actor)) == 1


def test_an_admin_adds_everyone_but_owners(now: datetime) -> None:
    actor = make_actor(Role.ADMIN)
    added = members.add_member(actor=actor, email="New@vendor.example", name="New", role=Role.MANAGER, at=now)
    assert (added.email, added.role) == ("new@vendor.example", Role.MANAGER)
    with pytest.raises(PermissionDeniedError):
        members.add_member(actor=actor, email="boss@vendor.example", name="Boss", role=Role.OWNER, at=now)
    assert recorded(actor) == ["member.joined"]


def test_a_key_without_the_admin_scope_governs_nothing(now: datetime) -> None:
    actor = make_key_actor(Scope.PROJECTS_WRITE, Scope.READ)
    with pytest.raises(PermissionDeniedError):
        members.add_member(actor=actor, email="new@vendor.example", name="New", role=Role.VIEWER, at=now)


def test_the_last_owner_stays_owner_and_active(now: datetime) -> None:
    owner = make_member(Role.OWNER)
    make_member(Role.OWNER, workspace=owner.workspace, is_active=False)
    actor = actor_for(owner)
    with pytest.raises(LastOwnerError):
        members.change_role(actor=actor, member_id=owner.id, role=Role.ADMIN, at=now)
    with pytest.raises(LastOwnerError):
        members.deactivate_member(actor=actor, member_id=owner.id, at=now)
    found = queries.get_member(actor=actor, member_id=owner.id)
    assert (found.role, found.is_active) == (Role.OWNER, True)
    assert recorded(actor) == []


def test_an_owner_may_step_down_when_there_is_another(now: datetime) -> None:
    owner = make_member(Role.OWNER)
    make_member(Role.OWNER, workspace=owner.workspace)
    actor = actor_for(owner)
    changed = members.change_role(actor=actor, member_id=owner.id, role=Role.VIEWER, at=now)
    assert changed.role is Role.VIEWER
    assert recorded(actor) == ["member.role_changed"]


def test_an_admin_does_not_touch_an_owner(now: datetime) -> None:
    owner = make_member(Role.OWNER)
    admin = make_actor(Role.ADMIN, workspace=owner.workspace)
    with pytest.raises(PermissionDeniedError):
        members.deactivate_member(actor=admin, member_id=owner.id, at=now)
    with pytest.raises(PermissionDeniedError):
        members.change_role(actor=admin, member_id=owner.id, role=Role.VIEWER, at=now)
    assert queries.get_member(actor=admin, member_id=owner.id).role is Role.OWNER


def test_a_member_of_another_workspace_does_not_exist(now: datetime) -> None:
    stranger = make_member(Role.VIEWER)
    actor = make_actor(Role.OWNER)
    for act in (members.deactivate_member, members.reactivate_member):
        with pytest.raises(NotFoundError):
            act(actor=actor, member_id=stranger.id, at=now)
    assert Member.objects.for_workspace(stranger.workspace_id).get().is_active


def test_a_deactivated_member_comes_back_in_their_role(now: datetime) -> None:
    actor = make_actor(Role.OWNER)
    member = make_member(Role.MANAGER, workspace=make_workspace_of(actor))
    assert not members.deactivate_member(actor=actor, member_id=member.id, at=now).is_active
    members.deactivate_member(actor=actor, member_id=member.id, at=now)
    with pytest.raises(NotFoundError):
        queries.get_member_actor(workspace_id=actor.workspace_id, member_id=member.id)
    back = members.reactivate_member(actor=actor, member_id=member.id, at=now)
    assert (back.is_active, back.role) == (True, Role.MANAGER)
    assert recorded(actor) == ["member.deactivated", "member.reactivated"]


def make_workspace_of(actor: Actor):  # noqa: ANN201
    return Member.objects.for_actor(actor).select_related("workspace").get(id=actor.id).workspace


def test_a_person_edits_themselves_and_nobody_else(now: datetime) -> None:
    viewer = make_actor(Role.VIEWER)
    edited = members.edit_member(
        actor=viewer, member_id=viewer.id, changes={"name": "Kim Low", "time_zone": "Asia/Tokyo"}, at=now
    )
    assert (edited.name, edited.time_zone) == ("Kim Low", "Asia/Tokyo")
    other = make_member(Role.VIEWER, workspace=make_workspace_of(viewer))
    with pytest.raises(PermissionDeniedError):
        members.edit_member(actor=viewer, member_id=other.id, changes={"name": "Mallory"}, at=now)
    with pytest.raises(InvalidInputError):
        members.edit_member(actor=viewer, member_id=viewer.id, changes={"email": "x@y.example"}, at=now)


def test_an_admin_does_not_rename_someone_who_belongs_to_other_workspaces_too(now: datetime) -> None:
    admin = make_actor(Role.ADMIN)
    user = make_user(name="Jo Both")
    member = make_member(Role.VIEWER, workspace=make_workspace_of(admin), user=user)
    make_member(Role.OWNER, user=user)
    with pytest.raises(PermissionDeniedError):
        members.edit_member(actor=admin, member_id=member.id, changes={"name": "Renamed"}, at=now)
    titled = members.edit_member(actor=admin, member_id=member.id, changes={"title": "Guest"}, at=now)
    assert (titled.name, titled.title) == ("Jo Both", "Guest")


def test_an_invited_stranger_joins_with_a_name_and_the_link_works_once(now: datetime) -> None:
    actor = make_actor(Role.ADMIN)
    invited = invitations.invite_member(actor=actor, email=" Lee@new.example", role=Role.SPECIALIST, at=now)
    token = queries.invitation_url(workspace_id=actor.workspace_id, invitation_id=invited.id).rstrip("/").split("/")[-1]
    joined = invitations.accept_invitation(token=token, signed_in_user_id=None, name="Lee New", at=now)
    assert (joined.email, joined.role, joined.name) == ("lee@new.example", Role.SPECIALIST, "Lee New")
    with pytest.raises(LinkEndedError):
        invitations.accept_invitation(token=token, signed_in_user_id=None, name="Again", at=now)
    assert recorded(actor) == ["member.invited", "member.joined"]


def test_an_invitation_ends_by_time_by_revoking_and_by_sending_it_again(now: datetime) -> None:
    actor = make_actor(Role.OWNER)
    invited = invitations.invite_member(actor=actor, email="lee@new.example", role=Role.VIEWER, at=now)

    def token() -> str:
        url = queries.invitation_url(workspace_id=actor.workspace_id, invitation_id=invited.id)
        return url.rstrip("/").split("/")[-1]

    first = token()
    with pytest.raises(LinkEndedError):
        queries.get_open_invitation(token=first, at=now + timedelta(days=7))
    again = invitations.resend_invitation(actor=actor, invitation_id=invited.id, at=now + timedelta(days=8))
    assert (again.sent_count, again.state) == (2, InvitationState.PENDING)
    with pytest.raises(NotFoundError):
        queries.get_open_invitation(token=first, at=now + timedelta(days=8))
    invitations.revoke_invitation(actor=actor, invitation_id=invited.id, at=now + timedelta(days=8))
    with pytest.raises(LinkEndedError):
        queries.get_open_invitation(token=token(), at=now + timedelta(days=8))
    assert recorded(actor) == ["member.invited", "invitation.resent", "invitation.revoked"]


def test_a_link_does_not_open_an_account_that_exists(now: datetime) -> None:
    actor = make_actor(Role.OWNER)
    user = make_user("lee@old.example")
    other = make_user()
    invited = invitations.invite_member(actor=actor, email=user.email, role=Role.VIEWER, at=now)
    token = queries.invitation_url(workspace_id=actor.workspace_id, invitation_id=invited.id).rstrip("/").split("/")[-1]
    with pytest.raises(NotSignedInError):
        invitations.accept_invitation(token=token, signed_in_user_id=None, name="Lee", at=now)
    with pytest.raises(ConflictError):
        invitations.accept_invitation(token=token, signed_in_user_id=other.id, at=now)
    assert len(queries.list_members(actor=actor)) == 1
    assert invitations.accept_invitation(token=token, signed_in_user_id=user.id, at=now).user_id == user.id


def test_nobody_is_invited_twice(now: datetime) -> None:
    actor = make_actor(Role.OWNER)
    invitations.invite_member(actor=actor, email="lee@new.example", role=Role.VIEWER, at=now)
    with pytest.raises(ConflictError):
        invitations.invite_member(actor=actor, email="LEE@new.example", role=Role.ADMIN, at=now)
    member = make_member(Role.VIEWER, workspace=make_workspace_of(actor)).user
    with pytest.raises(ConflictError):
        invitations.invite_member(actor=actor, email=member.email, role=Role.ADMIN, at=now)


def test_a_sign_in_link_works_once_and_for_half_an_hour(now: datetime) -> None:
    member = make_member()
    url = sign_in.issue_sign_in_link(email=member.user.email.upper(), at=now)
    token = url.rstrip("/").split("/")[-1]
    assert sign_in.use_sign_in_link(token=token, at=now + timedelta(minutes=29)) == member.user_id
    with pytest.raises(LinkEndedError):
        sign_in.use_sign_in_link(token=token, at=now + timedelta(minutes=29))
    late = sign_in.issue_sign_in_link(email=member.user.email, at=now).rstrip("/").split("/")[-1]
    with pytest.raises(LinkEndedError):
        sign_in.use_sign_in_link(token=late, at=now + timedelta(minutes=30))
    with pytest.raises(NotFoundError):
        sign_in.use_sign_in_link(token=token[:-4] + "AAAA", at=now)
    with pytest.raises(NotFoundError):
        sign_in.issue_sign_in_link(email="nobody@vendor.example", at=now)


def test_a_set_up_link_makes_the_first_workspace_and_no_second(now: datetime) -> None:
    new = NewWorkspace(name="Lumen", owner_email="ada@lumen.example", owner_name="Ada", password="correct horse tape")
    first = sign_in.issue_setup_link(at=now).rstrip("/").split("/")[-1]
    second = sign_in.issue_setup_link(at=now).rstrip("/").split("/")[-1]
    assert sign_in.set_up(token=first, new=new, at=now).owner.role is Role.OWNER
    with pytest.raises(ConflictError):
        sign_in.set_up(token=second, new=new, at=now)
    with pytest.raises(ConflictError):
        sign_in.issue_setup_link(at=now)
    assert len(queries.list_workspaces()) == 1


def test_a_key_is_shown_once_and_works_until_it_is_revoked_or_expires(now: datetime) -> None:
    actor = make_actor(Role.ADMIN)
    made = api_keys.create_api_key(
        actor=actor, name="Sync", scopes=[Scope.ACCOUNTS_WRITE], at=now, expires_at=now + timedelta(days=1)
    )
    found = api_keys.authenticate_api_key(text=made.secret, at=now)
    assert (found.workspace_id, found.scopes, found.name) == (actor.workspace_id, {Scope.ACCOUNTS_WRITE}, "Sync")
    assert queries.list_api_keys(actor=actor)[0].last_used_at == now
    assert made.secret.split("_", 2)[2] not in repr(queries.list_api_keys(actor=actor))
    for text in (made.secret[:-1] + "!", made.secret[:-1], "fw_" + "a" * 12 + "_" + "b" * 43, ""):
        with pytest.raises(NotSignedInError):
            api_keys.authenticate_api_key(text=text, at=now)
    with pytest.raises(NotSignedInError):
        api_keys.authenticate_api_key(text=made.secret, at=now + timedelta(days=1))
    api_keys.revoke_api_key(actor=actor, api_key_id=made.key.id, at=now)
    with pytest.raises(NotSignedInError):
        api_keys.authenticate_api_key(text=made.secret, at=now)
    assert recorded(actor) == ["api_key.created", "api_key.revoked"]


def test_a_key_makes_no_keys(now: datetime) -> None:
    with pytest.raises(PermissionDeniedError):
        api_keys.create_api_key(actor=make_key_actor(Scope.ADMIN), name="More", scopes=[Scope.READ], at=now)


def test_a_contact_reads_and_governs_nothing(now: datetime) -> None:
    actor = contact_actor(make_contact())
    with pytest.raises(PermissionDeniedError):
        queries.list_members(actor=actor)
    with pytest.raises(PermissionDeniedError):
        queries.list_api_keys(actor=actor)
    with pytest.raises(PermissionDeniedError):
        workspaces.edit_workspace(actor=actor, changes={"name": "Mine"}, at=now)


def test_a_workspace_is_renamed_by_an_admin_only(now: datetime) -> None:
    actor = make_actor(Role.ADMIN)
    changed = workspaces.edit_workspace(actor=actor, changes={"name": "Northwind 2", "brand_color": "#112233"}, at=now)
    assert (changed.name, changed.brand_color) == ("Northwind 2", "#112233")
    with pytest.raises(InvalidInputError):
        workspaces.edit_workspace(actor=actor, changes={"brand_color": "red"}, at=now)
    with pytest.raises(PermissionDeniedError):
        workspaces.edit_workspace(actor=make_actor(Role.MANAGER), changes={"name": "Mine"}, at=now)
    assert recorded(actor) == ["workspace.changed"]


def test_workspaces_do_not_share_members() -> None:
    workspace = make_workspace()
    mine = make_actor(Role.VIEWER, workspace=workspace)
    make_actor(Role.OWNER)
    assert [member.id for member in queries.list_members(actor=mine)] == [mine.id]

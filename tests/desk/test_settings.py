"""The settings of a workspace: who sees which tab, what they change, and what is refused."""

import pytest
from django.test import Client
from django.urls import reverse

from firstwin.identity.contracts import Role, Scope
from firstwin.identity.models import ApiKey, Invitation, Member, Workspace
from tests.factories.http import member_client
from tests.factories.identity import actor_for, make_api_key, make_member, make_user, recorded

pytestmark = pytest.mark.django_db

GOVERNING = ("settings_workspace", "settings_keys", "create_key", "settings_work")
WORKSPACE = {
    "name": "Northwind Group",
    "time_zone": "Europe/Berlin",
    "country": "de",
    "brand_color": "#114477",
    "sender_name": "Northwind onboarding",
    "sender_email": "hello@northwind.example",
}


@pytest.fixture
def owner() -> Member:
    return make_member(Role.OWNER)


def opened(client: Client, name: str) -> str:
    return client.get(reverse(name)).content.decode()


@pytest.mark.parametrize(
    ("role", "first", "seen", "unseen"),
    [
        (Role.ADMIN, "settings_workspace", ("settings_keys", "settings_journal", "settings_work"), ()),
        (Role.AUDITOR, "settings_members", ("settings_journal",), GOVERNING),
        (Role.MANAGER, "settings_members", ("settings_mail",), (*GOVERNING, "settings_journal")),
        (Role.VIEWER, "settings_members", ("settings_mail",), (*GOVERNING, "settings_journal")),
    ],
)
def test_whoever_may_not_open_a_tab_does_not_see_it(
    role: Role, first: str, seen: tuple[str, ...], unseen: tuple[str, ...]
) -> None:
    client = member_client(role)
    assert client.get(reverse("settings"))["Location"] == reverse(first)
    text = opened(client, "settings_members")
    for name in seen:
        assert f'href="{reverse(name)}"' in text
        assert client.get(reverse(name)).status_code == 200
    for name in unseen:
        assert f'href="{reverse(name)}"' not in text
        assert client.get(reverse(name)).status_code == 403


def test_the_workspace_is_changed_and_faults_stay_beside_their_fields(owner: Member) -> None:
    client = member_client(member=owner)
    assert client.post(reverse("settings_workspace"), WORKSPACE).status_code == 302
    workspace = Workspace.objects.get(id=owner.workspace_id)
    assert (workspace.name, workspace.country, workspace.brand_color) == ("Northwind Group", "DE", "#114477")

    wrong = client.post(reverse("settings_workspace"), {**WORKSPACE, "country": "4!", "brand_color": "blue"})
    assert wrong.status_code == 422
    text = wrong.content.decode()
    assert "That is not a country code." in text
    assert "That is not a colour." in text
    workspace.refresh_from_db()
    assert workspace.country == "DE"


def test_somebody_is_invited_asked_again_and_let_go(owner: Member) -> None:
    client = member_client(member=owner)
    typed = {"email": "ada@vendor.example", "name": "Ada Byron", "role": "specialist"}
    assert "Invite someone" in client.get(reverse("invite_member"), headers={"HX-Request": "true"}).content.decode()
    assert client.get(reverse("invite_member"))["Location"] == reverse("settings_members")

    sent = client.post(reverse("invite_member"), typed, headers={"HX-Request": "true"})
    assert sent.headers["HX-Trigger"] == "changed"
    again = client.post(reverse("invite_member"), typed, headers={"HX-Request": "true"})
    assert again.status_code == 422
    assert "is invited already" in again.content.decode()
    invitation = Invitation.objects.for_workspace(owner.workspace_id).get()
    assert "ada@vendor.example" in opened(client, "settings_members")

    client.post(reverse("resend_invitation", kwargs={"invitation_id": invitation.id}))
    client.post(reverse("revoke_invitation", kwargs={"invitation_id": invitation.id}))
    invitation.refresh_from_db()
    assert invitation.sent_count == 2
    assert invitation.revoked_at is not None
    refused = client.post(reverse("revoke_invitation", kwargs={"invitation_id": invitation.id}))
    assert refused.status_code == 409


def test_the_last_owner_stays_and_the_row_says_why(owner: Member) -> None:
    client = member_client(member=owner)
    refused = client.post(reverse("deactivate_member", kwargs={"member_id": owner.id}))
    assert refused.status_code == 409
    assert "is the only owner of this workspace." in refused.content.decode()

    lowered = client.post(
        reverse("change_role", kwargs={"member_id": owner.id}), {"role": "viewer"}, headers={"HX-Request": "true"}
    )
    assert lowered.status_code == 422
    assert "is the only owner of this workspace." in lowered.content.decode()
    owner.refresh_from_db()
    assert (owner.is_active, owner.role) == (True, Role.OWNER)


def test_a_member_changes_role_leaves_and_comes_back(owner: Member) -> None:
    member = make_member(Role.VIEWER, workspace=owner.workspace)
    client = member_client(member=owner)
    client.post(
        reverse("change_role", kwargs={"member_id": member.id}), {"role": "manager"}, headers={"HX-Request": "true"}
    )
    client.post(reverse("deactivate_member", kwargs={"member_id": member.id}))
    member.refresh_from_db()
    assert (member.role, member.is_active) == (Role.MANAGER, False)
    client.post(reverse("reactivate_member", kwargs={"member_id": member.id}))
    member.refresh_from_db()
    assert member.is_active


def test_an_admin_is_offered_nothing_on_owners(owner: Member) -> None:
    client = member_client(Role.ADMIN, workspace=owner.workspace)
    assert reverse("deactivate_member", kwargs={"member_id": owner.id}) not in opened(client, "settings_members")
    assert client.post(reverse("deactivate_member", kwargs={"member_id": owner.id})).status_code == 403
    owner.refresh_from_db()
    assert owner.is_active
    asked = client.get(reverse("invite_member"), headers={"HX-Request": "true"}).content.decode()
    assert 'value="owner"' not in asked


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AUDITOR])
def test_who_does_not_govern_changes_nothing(role: Role, owner: Member) -> None:
    client = member_client(role, workspace=owner.workspace)
    before = recorded(actor_for(owner))
    typed = {"email": "ada@vendor.example", "role": "viewer"}
    assert client.post(reverse("invite_member"), typed).status_code == 403
    assert client.post(reverse("change_role", kwargs={"member_id": owner.id}), {"role": "viewer"}).status_code == 403
    assert client.post(reverse("deactivate_member", kwargs={"member_id": owner.id})).status_code == 403
    assert client.post(reverse("settings_workspace"), WORKSPACE).status_code == 403
    assert client.post(reverse("create_key"), {"name": "Sync", "scopes": ["read"]}).status_code == 403
    assert recorded(actor_for(owner)) == before
    assert not ApiKey.objects.for_workspace(owner.workspace_id).exists()


def test_a_key_is_shown_once_and_revoked(owner: Member) -> None:
    client = member_client(member=owner)
    made = client.post(reverse("create_key"), {"name": "Nightly sync", "scopes": ["read"], "days": "30"})
    key = ApiKey.objects.for_workspace(owner.workspace_id).get()
    secret = made.content.decode().split('class="fw-code">')[1].split("<")[0]
    assert secret.startswith(f"fw_{key.prefix}_")
    assert "no-store" in made.headers["Cache-Control"]
    assert key.scopes == [Scope.READ.value]
    assert key.expires_at is not None
    listed = opened(client, "settings_keys")
    assert key.prefix in listed
    assert secret not in listed

    url = reverse("revoke_key", kwargs={"api_key_id": key.id})
    assert "Nightly sync" in client.get(url, headers={"HX-Request": "true"}).content.decode()
    key.refresh_from_db()
    assert key.revoked_at is None
    client.post(url, headers={"HX-Request": "true"})
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_key_needs_a_name_and_a_scope(owner: Member) -> None:
    response = member_client(member=owner).post(reverse("create_key"), {"name": "", "days": "90"})
    assert response.status_code == 422
    assert not ApiKey.objects.for_workspace(owner.workspace_id).exists()


def test_another_workspace_finds_nothing(owner: Member) -> None:
    stranger = make_member(Role.VIEWER)
    key, _ = make_api_key(workspace=stranger.workspace)
    client = member_client(member=owner)
    for name in ("change_role", "deactivate_member", "reactivate_member"):
        assert client.post(reverse(name, kwargs={"member_id": stranger.id}), {"role": "admin"}).status_code == 404
    assert client.post(reverse("revoke_key", kwargs={"api_key_id": key.id})).status_code == 404
    for name in ("resend_invitation", "revoke_invitation"):
        assert client.post(reverse(name, kwargs={"invitation_id": stranger.id})).status_code == 404
    key.refresh_from_db()
    stranger.refresh_from_db()
    assert key.revoked_at is None
    assert (stranger.role, stranger.is_active) == (Role.VIEWER, True)


def test_a_stranger_and_someone_without_a_workspace_get_nowhere() -> None:
    assert Client().get(reverse("settings_members"))["Location"].startswith(reverse("account_login"))
    lonely = Client()
    lonely.force_login(make_user())
    assert lonely.get(reverse("settings_members")).status_code == 403

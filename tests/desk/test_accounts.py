"""The pages of accounts: who sees them, what they change, and what they cost."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from firstwin.customers.contracts import Segment
from firstwin.customers.models import Account, Contact, PortalAccess
from firstwin.identity.contracts import Role
from firstwin.identity.models import Member
from firstwin.projects.operations import lifecycle
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_member
from tests.factories.projects import launch_example, make_scene

pytestmark = pytest.mark.django_db

TYPED = {
    "name": "Bluebird Logistics",
    "segment": "enterprise",
    "industry": "saas",
    "owner_id": "",
    "products": "Routes\nFleet",
    "contract_signed_at": "2026-03-01T10:00",
    "contract_value": "48000",
    "currency": "eur",
    "licensed_seats": "120",
    "country": "de",
    "time_zone": "Europe/Berlin",
    "website": "https://bluebird.example",
    "external_ids": "salesforce: 0018d000",
}
REASON = "the test looks at everything"


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


@pytest.fixture
def member() -> Member:
    return make_member(Role.SPECIALIST)


def test_a_new_account_keeps_the_hours_of_whoever_adds_it_until_told_otherwise() -> None:
    person = make_member(Role.SPECIALIST)
    person.user.time_zone = "Asia/Tokyo"
    person.user.save()
    page = signed_in(person).get(reverse("account_new")).content.decode()
    assert '<option value="Asia/Tokyo" selected>' in page


def test_an_account_is_added_as_typed(member: Member) -> None:
    response = signed_in(member).post(reverse("account_new"), TYPED, follow=True)

    account = Account.objects.for_workspace(member.workspace_id).get()
    assert response.redirect_chain == [(reverse("account", kwargs={"account_id": account.id}), 302)]
    assert (account.name, account.currency, account.country, account.licensed_seats) == (
        "Bluebird Logistics",
        "EUR",
        "DE",
        120,
    )
    text = response.content.decode()
    assert "Bluebird Logistics was added." in text
    assert "Routes, Fleet" in text
    assert "noted that the contract was signed" in text


def test_wrong_input_is_said_beside_its_field_and_nothing_is_lost(member: Member) -> None:
    wrong = {**TYPED, "country": "XX", "external_ids": "no colon here", "licensed_seats": "-3"}
    response = signed_in(member).post(reverse("account_new"), wrong)

    text = response.content.decode()
    assert response.status_code == 422
    assert "“no colon here” is not an id." in text
    assert "Bluebird Logistics" in text
    assert not Account.objects.across_workspaces(reason=REASON).exists()


def test_a_likely_duplicate_is_shown_and_can_be_added_all_the_same(member: Member) -> None:
    make_account(member.workspace, name="Bluebird Logistics")
    client = signed_in(member)

    asked = client.post(reverse("account_new"), TYPED)
    assert "You may have this company already" in asked.content.decode()
    assert Account.objects.for_workspace(member.workspace_id).count() == 1

    client.post(reverse("account_new"), {**TYPED, "anyway": "yes"})
    assert Account.objects.for_workspace(member.workspace_id).count() == 2


def test_an_account_is_changed(member: Member) -> None:
    account = make_account(member.workspace)
    url = reverse("account_edit", kwargs={"account_id": account.id})
    client = signed_in(member)

    assert account.name in client.get(url).content.decode()
    client.post(url, {**TYPED, "name": "Bluebird Group"})

    account.refresh_from_db()
    assert account.name == "Bluebird Group"


def test_the_list_searches_filters_sorts_and_says_when_nothing_fits(member: Member) -> None:
    make_account(member.workspace, name="Acorn Foods", segment=Segment.ENTERPRISE)
    make_account(member.workspace, name="Birch Clinics", segment=Segment.SELF_SERVE)
    client = signed_in(member)

    def names(query: str) -> list[str]:
        text = client.get(reverse("accounts") + query).content.decode()
        found = [name for name in ("Acorn Foods", "Birch Clinics") if name in text]
        return sorted(found, key=text.index)

    assert names("") == ["Acorn Foods", "Birch Clinics"]
    assert names("?sort=-name") == ["Birch Clinics", "Acorn Foods"]
    assert names("?q=acorn") == ["Acorn Foods"]
    assert names("?segment=self_serve") == ["Birch Clinics"]
    assert names("?segment=nonsense&owner=nonsense") == ["Acorn Foods", "Birch Clinics"]
    assert "No account fits" in client.get(reverse("accounts") + "?q=zebra").content.decode()


def test_the_list_costs_the_same_for_one_row_and_for_many(
    member: Member, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        make_account(member.workspace, products=("Routes",))
    client = signed_in(member)
    client.get(reverse("accounts"))
    with django_assert_max_num_queries(14):
        client.get(reverse("accounts"))


def test_the_list_tells_how_far_the_onboarding_of_each_account_is() -> None:
    run = launch_example(make_scene())
    make_account(run.scene.workspace, name="Never onboarded")
    text = (
        signed_in(make_member(Role.SPECIALIST, workspace=run.scene.workspace)).get(reverse("accounts")).content.decode()
    )
    row = text.partition(run.scene.account.name)[2]
    assert run.row().current_stage in row
    assert "Not onboarded yet" in text.partition("Never onboarded")[2]


def primary_link(page: str) -> str:
    """Return where the one clear next step of a page leads."""
    (link,) = re.findall(r"<a [^>]*btn-primary[^>]*>", page.partition("<main")[2])
    return html.unescape(link.partition('href="')[2].partition('"')[0])


def test_an_account_that_is_onboarded_leads_to_its_onboarding_first() -> None:
    run = launch_example(make_scene())
    client = signed_in(make_member(Role.SPECIALIST, workspace=run.scene.workspace))
    page = reverse("account", kwargs={"account_id": run.scene.account.id})
    launch = f"{reverse('start_project')}?account={run.scene.account.id}"
    text = client.get(page).content.decode()
    assert primary_link(text) == reverse("project", kwargs={"project_id": run.id})
    assert launch in text.partition("Start another onboarding")[0].rpartition("<a ")[2]
    second = launch_example(run.scene, name="Second")
    assert "Open onboarding" not in client.get(page).content.decode(), "which of them is not for the page to say"
    for one in (run, second):
        lifecycle.cancel_project(actor=run.scene.manager, project_id=one.id, reason="Over", at=run.scene.at)
    text = client.get(page).content.decode()
    assert primary_link(text) == launch
    assert "Start another onboarding" not in text


def test_people_are_added_changed_archived_and_restored(member: Member) -> None:
    account = make_account(member.workspace)
    client = signed_in(member)
    typed = {"name": "Ada Byron", "email": "ada@acorn.example", "title": "COO", "roles": ["project_owner"]}

    client.post(reverse("contact_new", kwargs={"account_id": account.id}), typed)
    contact = Contact.objects.for_workspace(member.workspace_id).get()
    client.post(reverse("contact", kwargs={"contact_id": contact.id}), {**typed, "title": "CEO"})
    contact.refresh_from_db()
    assert contact.title == "CEO"

    client.post(reverse("contact_archive", kwargs={"contact_id": contact.id}))
    contact.refresh_from_db()
    assert contact.archived_at is not None

    client.post(reverse("contact_restore", kwargs={"contact_id": contact.id}))
    contact.refresh_from_db()
    assert contact.archived_at is None


def test_a_portal_link_is_shown_the_same_until_it_is_revoked(member: Member) -> None:
    contact = make_contact(make_account(member.workspace))
    client = signed_in(member)
    url = reverse("portal_link", kwargs={"contact_id": contact.id})

    first, again = (client.post(url).content.decode() for _ in range(2))
    assert first.split("<code")[1] == again.split("<code")[1]

    client.post(reverse("portal_link_revoke", kwargs={"contact_id": contact.id}))
    access = PortalAccess.objects.for_workspace(member.workspace_id).get()
    assert access.revoked_at is not None
    assert client.post(url).content.decode().split("<code")[1] != first.split("<code")[1]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR])
def test_a_reader_sees_accounts_and_changes_nothing(role: Role) -> None:
    member = make_member(role)
    account = make_account(member.workspace, name="Acorn Foods")
    client = signed_in(member)

    assert "Add account" not in client.get(reverse("accounts")).content.decode()
    assert client.post(reverse("account_new"), TYPED).status_code == 403
    assert client.post(reverse("account_archive", kwargs={"account_id": account.id})).status_code == 403
    account.refresh_from_db()
    assert account.archived_at is None
    assert Account.objects.for_workspace(member.workspace_id).count() == 1


def test_a_stranger_is_led_to_the_sign_in_page() -> None:
    response = Client().get(reverse("accounts"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_another_workspace_finds_nothing() -> None:
    member = make_member(Role.MANAGER)
    account = make_account(make_member().workspace)
    contact = make_contact(account)
    client = signed_in(member)
    for name in ("account", "account_edit"):
        assert client.get(reverse(name, kwargs={"account_id": account.id})).status_code == 404
    for name in ("account_archive", "account_restore", "contact_new"):
        assert client.post(reverse(name, kwargs={"account_id": account.id}), {"name": "X"}).status_code == 404
    for name in ("contact", "contact_archive", "contact_restore", "portal_link", "portal_link_revoke"):
        assert client.post(reverse(name, kwargs={"contact_id": contact.id}), {"name": "X"}).status_code == 404
    contact.refresh_from_db()
    assert contact.archived_at is None

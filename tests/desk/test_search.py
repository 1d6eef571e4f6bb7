"""The search and the palette: what they find, for whom, and what they cost."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from firstwin.identity.contracts import Role
from firstwin.identity.models import Member
from tests.factories.customers import make_account, make_contact
from tests.factories.http import member_client
from tests.factories.identity import make_member
from tests.factories.projects import launch_example

pytestmark = pytest.mark.django_db
PALETTE = {"HX-Request": "true"}
COST = 11 if connection.vendor == "postgresql" else 9
"""Session, person, memberships; six reads of the search; on PostgreSQL confining the connection and letting it go."""


@pytest.fixture
def member() -> Member:
    return make_member(Role.SPECIALIST)


def asked(client: Client, text: str) -> str:
    return client.get(reverse("search"), {"q": text}, headers=PALETTE).content.decode()


def test_everything_of_the_workspace_is_found() -> None:
    running = launch_example()
    client = member_client(workspace=running.scene.workspace)

    account = asked(client, "acorn")
    assert reverse("account", kwargs={"account_id": running.scene.account.id}) in account
    assert reverse("project", kwargs={"project_id": running.id}) in account
    person = asked(client, "nia park")
    assert "Nia Park" in person
    assert "Acorn Foods" in person
    task = running.task("kickoff")
    assert reverse("task", kwargs={"project_id": running.id, "task_id": task.id}) in asked(client, task.name)


def test_the_palette_offers_deeds_and_places_and_narrows_them(member: Member) -> None:
    client = member_client(member=member)

    everything = asked(client, "")
    assert reverse("start_project") in everything
    assert reverse("account_new") in everything
    assert reverse("projects") in everything
    assert reverse("account_new") not in asked(client, "onboarding")
    assert "Nothing found" in asked(client, "zebra")


def test_a_reader_is_offered_no_deeds() -> None:
    assert reverse("account_new") not in asked(member_client(Role.VIEWER), "")


def test_one_character_finds_nothing_and_asks_nothing_of_the_lists(member: Member) -> None:
    make_account(member.workspace, name="Zenith Foods")
    assert "Zenith" not in asked(member_client(member=member), "z")
    assert "Zenith" in asked(member_client(member=member), "ze")


def test_another_workspace_is_never_found(member: Member) -> None:
    make_contact(make_account(name="Acorn Foods"), name="Acorn Lee")
    text = asked(member_client(member=member), "acorn")
    assert "Acorn" not in text


def test_a_page_of_results_opens_without_scripts_and_escapes(member: Member) -> None:
    make_account(member.workspace, name="<b>Acorn</b> Foods")
    client = member_client(member=member)
    text = client.get(reverse("search"), {"q": "acorn"}).content.decode()
    assert "&lt;b&gt;Acorn&lt;/b&gt; Foods" in text
    assert "<b>Acorn</b>" not in text
    assert "What are you looking for?" in client.get(reverse("search")).content.decode()
    hostile = client.get(reverse("search"), {"q": '"><script>x</script>%_'}).content.decode()
    assert "<script>x" not in hostile
    assert "Nothing found" in hostile


def test_it_costs_the_same_for_one_hit_and_for_many(
    member: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = member_client(member=member)
    make_contact(make_account(member.workspace, name="Acorn 0"), name="Acorn Lee")
    asked(client, "acorn")
    with django_assert_num_queries(COST):
        asked(client, "acorn")
    for number in range(20):
        make_contact(make_account(member.workspace, name=f"Acorn {number + 1}"), name="Acorn Lee")
    with django_assert_num_queries(COST):
        asked(client, "acorn")


def test_a_stranger_is_led_to_the_sign_in_page() -> None:
    assert Client().get(reverse("search"))["Location"].startswith(reverse("account_login"))

"""What the customer's people see, and what nobody else does."""

from typing import Any

import pytest
from django.test import Client

from firstwin.communications.queries import preferences as preference_queries
from firstwin.customers.operations import portal_access
from firstwin.identity.contracts import Role
from firstwin.projects.contracts import ReasonSide
from firstwin.projects.operations import lifecycle
from firstwin.shared import clock
from tests.factories.customers import make_account, make_contact
from tests.factories.http import member_client
from tests.factories.portal import SmallVisit

pytestmark = pytest.mark.django_db


def _home(client: Client, visit: SmallVisit) -> str:
    response = client.get(f"/portal/projects/{visit.running.id}/")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    return str(response.content.decode())


def test_the_first_page_says_what_to_do_next_and_where_one_is(reader: Client, visit: SmallVisit) -> None:
    page = _home(reader, visit)
    assert "Nia" in page
    assert "Your next step" in page
    assert "0 of 8 done" in page
    assert "Kickoff call" in page
    assert visit.running.scene.specialist.name in page


def test_nothing_internal_is_on_it(reader: Client, visit: SmallVisit) -> None:
    page = _home(reader, visit)
    assert "Secret preparation" not in page
    assert "Never tell them" not in page
    assert "Provision the platform" in page
    assert f"/portal/tasks/{visit.task_id('title')}/" not in page


@pytest.mark.parametrize("key", ["internal", "title"])
def test_what_is_not_shared_cannot_be_opened(reader: Client, visit: SmallVisit, key: str) -> None:
    response = reader.get(f"/portal/tasks/{visit.task_id(key)}/")
    assert response.status_code == 404
    assert "To your plan" in response.content.decode()


@pytest.mark.parametrize("key", ["todo", "form", "files", "approval", "survey", "vendor", "kickoff"])
def test_every_kind_of_task_has_a_page(reader: Client, visit: SmallVisit, key: str) -> None:
    response = reader.get(f"/portal/tasks/{visit.task_id(key)}/")
    assert response.status_code == 200
    assert "Never tell them" not in response.content.decode()


def test_another_accounts_person_sees_nothing_of_it(visit: SmallVisit) -> None:
    scene = visit.running.scene
    stranger = make_contact(make_account(scene.workspace), name="Eve Stone")
    url = portal_access.issue(actor=scene.specialist, contact_id=stranger.id, at=clock.now())
    client = Client()
    client.get("/p/" + url.split("/p/", 1)[1])
    for address in (f"/portal/projects/{visit.running.id}/", f"/portal/tasks/{visit.task_id('todo')}/"):
        response = client.get(address)
        assert response.status_code == 404
        assert "Acorn" not in response.content.decode()
    assert client.post(f"/portal/tasks/{visit.task_id('todo')}/finish/").status_code == 404
    assert visit.state("todo") == "open"
    assert "being prepared" in client.get("/portal/").content.decode()


def test_outsiders_and_members_are_led_to_the_link_page(visit: SmallVisit) -> None:
    for client in (
        Client(),
        member_client(Role.OWNER),
        member_client(Role.ADMIN, workspace=visit.running.scene.workspace),
    ):
        for address in (
            f"/portal/projects/{visit.running.id}/",
            f"/portal/tasks/{visit.task_id('todo')}/",
            "/portal/mail/",
        ):
            assert client.get(address).headers["Location"] == "/portal/link/"


def test_a_contact_cannot_open_the_pages_of_the_team(reader: Client) -> None:
    for address in ("/messages/", "/mailbox/"):
        assert "/auth/login" in reader.get(address).headers["Location"]


def test_a_project_on_hold_expects_nothing(reader: Client, visit: SmallVisit) -> None:
    actor = visit.running.scene.specialist
    lifecycle.hold_project(
        actor=actor, project_id=visit.running.id, reason="Reorganisation", side=ReasonSide.CUSTOMER, at=clock.now()
    )
    page = _home(reader, visit)
    assert "We are taking a break" in page
    assert "Reorganisation" not in page


def test_the_first_page_needs_a_bounded_number_of_queries(
    reader: Client, visit: SmallVisit, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(40):
        _home(reader, visit)


def test_people_choose_which_mails_they_get(reader: Client, visit: SmallVisit) -> None:
    page = reader.get("/portal/mail/").content.decode()
    assert "Once a day" in page
    form = {
        "reply": "daily",
        "assigned": "off",
        "overdue": "daily",
        "quiet_from": "19:00",
        "quiet_until": "08:00",
        "summary_at": "09:00",
    }
    assert reader.post("/portal/mail/", form).status_code == 302
    kept = preference_queries.get_preferences(actor=visit.running.scene.contact)
    assert {kind.value: choice.value for kind, choice in kept.choices.items()} == {
        "reply": "daily",
        "assigned": "off",
        "overdue": "daily",
    }
    assert kept.quiet_from.hour == 19
    assert reader.post("/portal/mail/", {**form, "reply": "hourly"}).status_code == 422

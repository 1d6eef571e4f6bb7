"""Coming in and going out."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from firstwin.communications.contracts import MessageKind
from firstwin.communications.models import Message, Notification
from firstwin.customers.models import PortalAccess
from firstwin.customers.operations import portal_access
from firstwin.identity.contracts import Role
from firstwin.jobs import operations as job_operations
from firstwin.journal.models import Entry
from firstwin.portal.http import door
from firstwin.shared import clock
from tests.factories.http import member_client
from tests.factories.portal import SmallVisit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def _links(visit: SmallVisit) -> list[Message]:
    rows = Message.objects.for_actor(visit.running.scene.manager)
    return list(rows.filter(kind=MessageKind.ACCESS.value).order_by("pk"))


def _without_token(response: Any) -> str:
    return re.sub(r'name="csrf-token" content="[^"]*"', "", response.content.decode())


def test_a_link_lets_in_and_the_address_loses_the_token(visit: SmallVisit) -> None:
    client = Client()
    response = client.get(visit.path)
    assert response.status_code == 302
    assert response.headers["Location"] == "/portal/"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "same-origin"
    cookie = response.cookies[door.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/portal/"
    page = client.get("/portal/", follow=True)
    assert page.status_code == 200
    assert visit.path not in page.content.decode()


def test_a_link_leads_on_to_a_task_or_a_page(visit: SmallVisit) -> None:
    task_id = visit.task_id("todo")
    assert Client().get(f"{visit.path}?task={task_id}").headers["Location"] == f"/portal/tasks/{task_id}/"
    assert Client().get(f"{visit.path}?page=mail").headers["Location"] == "/portal/mail/"
    assert Client().get(f"{visit.path}?task=//evil.example").headers["Location"] == "/portal/"
    assert Client().get(f"{visit.path}?page=//evil.example").headers["Location"] == "/portal/"


def test_the_members_session_is_apart(visit: SmallVisit) -> None:
    client = member_client(Role.OWNER)
    client.get(visit.path)
    assert "Nia" in client.get("/portal/", follow=True).content.decode()
    assert client.get("/messages/").status_code == 200


@pytest.mark.parametrize("token", ["x", "A" * 48, "not-a-token", "ü" * 48])
def test_a_link_that_never_was_says_what_to_do(db: None, token: str) -> None:
    response = Client().get(f"/p/{token}/")
    assert response.status_code == 404
    assert "Send me a fresh link" in response.content.decode()
    assert door.COOKIE not in response.cookies


def test_revoking_ends_a_visit_at_once(visit: SmallVisit, reader: Client) -> None:
    scene = visit.running.scene
    portal_access.revoke(actor=scene.specialist, contact_id=scene.sponsor.id, at=clock.now())
    assert reader.get("/portal/").headers["Location"] == "/portal/link/"
    assert reader.post(f"/portal/tasks/{visit.task_id('todo')}/finish/").headers["Location"] == "/portal/link/"
    assert visit.state("todo") == "open"
    response = Client().get(visit.path)
    assert response.status_code == 410
    assert "no longer works" in response.content.decode()


def test_an_expired_link_is_told_as_ended(visit: SmallVisit) -> None:
    PortalAccess.objects.for_actor(visit.running.scene.manager).update(expires_at=clock.now() - timedelta(minutes=1))
    assert Client().get(visit.path).status_code == 410


def test_a_fresh_link_is_mailed_and_the_answer_never_tells_who_is_known(visit: SmallVisit) -> None:
    known = Client().post("/portal/link/", {"email": visit.running.scene.sponsor.email.upper()})
    unknown = Client().post("/portal/link/", {"email": "nobody@elsewhere.example"})
    without_access = Client().post("/portal/link/", {"email": visit.colleague.email})
    assert known.status_code == unknown.status_code == 200
    assert len({_without_token(answer) for answer in (known, unknown, without_access)}) == 1
    [mail] = _links(visit)
    assert mail.to_email == visit.running.scene.sponsor.email
    assert visit.path in mail.text


def test_an_expired_access_gets_a_new_link(visit: SmallVisit) -> None:
    PortalAccess.objects.for_actor(visit.running.scene.manager).update(expires_at=clock.now() - timedelta(minutes=1))
    Client().post("/portal/link/", {"email": visit.running.scene.sponsor.email})
    [mail] = _links(visit)
    assert visit.path not in mail.text
    path = "/p/" + mail.text.split("/p/", 1)[1].split()[0]
    assert Client().get(path).status_code == 302


def test_a_revoked_access_is_not_given_back_but_the_owner_hears_of_it(visit: SmallVisit) -> None:
    scene = visit.running.scene
    portal_access.revoke(actor=scene.specialist, contact_id=scene.sponsor.id, at=clock.now())
    Client().post("/portal/link/", {"email": scene.sponsor.email})
    assert _links(visit) == []
    told = Notification.objects.for_actor(scene.manager).filter(member_id=scene.specialist.id)
    assert "Nia Park asks for a new portal link" in list(told.values_list("title", flat=True))


def test_asking_too_often_sends_nothing_more(visit: SmallVisit) -> None:
    for _ in range(3):
        Client().post("/portal/link/", {"email": visit.running.scene.sponsor.email})
    assert len(_links(visit)) == 1


def test_one_place_cannot_ask_for_ever(visit: SmallVisit) -> None:
    client = Client()
    for number in range(20):
        client.post("/portal/link/", {"email": f"guess{number}@elsewhere.example"})
    response = client.post("/portal/link/", {"email": visit.running.scene.sponsor.email})
    assert response.status_code == 200
    assert _links(visit) == []


def test_what_is_no_address_is_told_and_kept(visit: SmallVisit) -> None:
    response = Client().post("/portal/link/", {"email": "nia at acorn"})
    assert response.status_code == 422
    assert "nia at acorn" in response.content.decode()


def test_signing_out_closes_the_door(reader: Client) -> None:
    assert "signed out" in reader.post("/portal/leave/").content.decode()
    assert reader.get("/portal/").headers["Location"] == "/portal/link/"


def test_a_member_looks_with_the_customers_eyes_and_is_recorded(visit: SmallVisit) -> None:
    scene = visit.running.scene
    member = member_client(Role.SPECIALIST, workspace=scene.workspace)
    response = member.post(f"/portal/as/{scene.sponsor.id}/", {"project": str(visit.running.id)})
    assert response.headers["Location"] == f"/portal/projects/{visit.running.id}/"
    page = member.get(response.headers["Location"]).content.decode()
    assert "with the customer&#x27;s eyes" in page or "with the customer's eyes" in page
    assert "Secret preparation" not in page
    member.post(f"/portal/tasks/{visit.task_id('todo')}/finish/")
    assert visit.state("todo") == "done"
    entry = Entry.objects.filter(workspace_id=scene.workspace.id, event_name="task.completed").latest("id")
    assert (entry.author_kind, entry.on_behalf_of_kind) == ("member", "contact")
    assert entry.on_behalf_of_id == scene.sponsor.id
    assert Entry.objects.filter(event_name="portal.viewed_as_customer").count() == 1
    member.post("/portal/leave/")
    assert member.get("/portal/").headers["Location"] == "/portal/link/"
    job_operations.run_due(now=clock.now())


def test_the_right_to_look_ends_with_the_members_session(visit: SmallVisit) -> None:
    scene = visit.running.scene
    member = member_client(Role.SPECIALIST, workspace=scene.workspace)
    member.post(f"/portal/as/{scene.sponsor.id}/")
    stranger = Client()
    stranger.cookies[door.ACTING_COOKIE] = member.cookies[door.ACTING_COOKIE].value
    assert stranger.get("/portal/").headers["Location"] == "/portal/link/"
    other = member_client(Role.SPECIALIST, workspace=scene.workspace)
    other.cookies[door.ACTING_COOKIE] = member.cookies[door.ACTING_COOKIE].value
    assert other.get("/portal/").headers["Location"] == "/portal/link/"


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.AUDITOR, 403)])
def test_who_may_not_look(visit: SmallVisit, role: Role, status: int) -> None:
    scene = visit.running.scene
    client = member_client(role, workspace=scene.workspace)
    assert client.post(f"/portal/as/{scene.sponsor.id}/").status_code == status
    assert member_client(Role.OWNER).post(f"/portal/as/{scene.sponsor.id}/").status_code == 404
    assert Client().post(f"/portal/as/{scene.sponsor.id}/").status_code == 302
    assert not Entry.objects.filter(event_name="portal.viewed_as_customer").exists()

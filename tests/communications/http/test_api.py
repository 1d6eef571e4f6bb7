"""Messages, meetings and notifications over HTTP, with four kinds of callers."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from firstwin.communications.models import Meeting, Message
from firstwin.identity.contracts import Role, Scope
from firstwin.shared import clock
from tests.factories.communications import launch_talking
from tests.factories.http import key_client, member_client, problem_of
from tests.factories.projects import Running

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def running() -> Running:
    return launch_talking()


def _message(running: Running) -> dict[str, Any]:
    return {"project_id": running.id, "to": [running.scene.sponsor.id], "subject": "Hello", "body": "A word"}


def _meeting(running: Running) -> dict[str, Any]:
    return {
        "project_id": running.id,
        "title": "Kickoff",
        "starts_at": clock.now() + timedelta(days=2),
        "attendees": [running.scene.sponsor.id, running.scene.specialist.id],
    }


def _post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"{API}{path}", body, content_type="application/json")


def test_free_times_are_asked_for(running: Running) -> None:
    client = key_client(Scope.READ, Scope.PROJECTS_WRITE, workspace=running.scene.workspace)
    path = f"{API}/meetings/times?project_id={running.id}&attendee={running.scene.sponsor.id}"
    found = client.get(path, {}).json()
    assert len(found["free"]) == 4
    assert found["why_none"] == ""
    assert client.get(f"{path}&starts_at=9999-12-31T23:59:59Z").json()["objections"] == []
    assert client.get(f"{path}&minutes=100000").status_code == 422
    assert client.get(f"{API}/meetings/times?project_id={running.id}").status_code == 422
    reader = key_client(Scope.READ, workspace=running.scene.workspace)
    assert problem_of(reader.get(path), 403)["code"] == "permission_denied"


def test_a_key_writes_reads_and_meets(running: Running) -> None:
    client = key_client(Scope.READ, Scope.PROJECTS_WRITE, workspace=running.scene.workspace)
    [message] = _post(client, "/messages", _message(running)).json()
    assert message["state"] == "queued"
    listed = client.get(f"{API}/messages?project_id={running.id}").json()
    assert [one["id"] for one in listed["items"]] == [message["id"]]
    assert client.get(f"{API}/messages/{message['id']}").json()["info"]["to_name"] == "Nia Park"
    meeting = _post(client, "/meetings", _meeting(running)).json()
    moved = _post(client, f"/meetings/{meeting['id']}/move", {"starts_at": clock.now() + timedelta(days=3)}).json()
    assert moved["sequence"] == 1
    off = _post(client, f"/meetings/{meeting['id']}/cancel", {"reason": "Strike"}).json()
    assert off["state"] == "cancelled"
    task_id = running.task("company-form").id
    assert client.get(f"{API}/messages/nudge?task_id={task_id}").json()["is_allowed"] is True
    nudge = {"project_id": running.id, "task_id": task_id}
    assert _post(client, "/messages/nudge", nudge).status_code == 201
    assert problem_of(_post(client, "/messages/nudge", nudge), 409)["code"] == "nudge_cap"


def test_bad_input_names_the_field(running: Running) -> None:
    client = key_client(workspace=running.scene.workspace)
    problem = problem_of(_post(client, "/messages", {**_message(running), "body": "{{ contact.nick }}"}), 422)
    assert problem["code"] == "unknown_placeholder"
    problem_of(_post(client, "/meetings", {**_meeting(running), "minutes": 0}), 422)
    problem_of(_post(client, "/messages", {**_message(running), "colour": "red"}), 422)
    assert not Message.objects.for_actor(running.scene.manager).filter(kind="personal").exists()


@pytest.mark.parametrize("who", ["outsider", "reader", "other_workspace", "viewer"])
def test_who_may_not_and_nothing_changes(running: Running, who: str) -> None:
    clients = {
        "outsider": Client,
        "reader": lambda: key_client(Scope.READ, workspace=running.scene.workspace),
        "other_workspace": key_client,
        "viewer": lambda: member_client(Role.VIEWER, workspace=running.scene.workspace),
    }
    client = clients[who]()
    for path, body in (("/messages", _message(running)), ("/meetings", _meeting(running))):
        assert _post(client, path, body).status_code in (401, 403, 404)
    assert not Message.objects.for_actor(running.scene.manager).filter(kind="personal").exists()
    assert not Meeting.objects.for_actor(running.scene.manager).exists()


def test_a_member_reads_their_notifications(running: Running) -> None:
    client = member_client(Role.SPECIALIST, workspace=running.scene.workspace)
    assert client.get(f"{API}/notifications").json() == {"items": [], "next_cursor": None}
    assert _post(client, "/notifications/read", {}).status_code in (200, 204)

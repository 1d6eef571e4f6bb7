"""Moving the start or another key date in a dialog, with what would follow."""

from datetime import timedelta

import pytest

from firstwin.identity.contracts import Role
from tests.desk.browsing import HTMX, colleague, outsider, owner_of, text_of
from tests.factories.projects import Running, launch_example

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    return launch_example()


def said(running: Running, days: int = 7, **fields: str) -> dict[str, str]:
    at = running.task("kickoff").due_at + timedelta(days=days)
    return {"anchor": "kickoff", "to_at": f"{at:%Y-%m-%dT%H:%M}", "following": "shift_all", **fields}


def test_a_key_date_is_tried_out_moved_and_taken_back(running: Running) -> None:
    client, kickoff = owner_of(running), running.task("kickoff")
    address = f"/projects/{running.id}/plan/anchor/"
    assert address in text_of(client.get(f"/projects/{running.id}/"))
    asked = text_of(client.get(address, headers=HTMX))
    assert "Kickoff call, now 9 March 2026" in asked
    assert "All goes back to the playbook" in asked
    tried = text_of(client.post(f"{address}?try=1", said(running), headers=HTMX))
    assert "later, to" in tried
    assert running.task("kickoff").due_at == kickoff.due_at
    done = client.post(address, said(running), headers=HTMX)
    assert done.headers["HX-Trigger"] == "changed"
    assert running.task("kickoff").due_at == kickoff.due_at + timedelta(days=7)
    undo = text_of(done).split('hx-post="')[1].split('"')[0]
    client.post(undo, headers=HTMX)
    assert running.task("kickoff").due_at == kickoff.due_at


def test_going_back_to_the_playbook_says_what_goes_back_before_and_after(running: Running) -> None:
    client, address, logo = owner_of(running), f"/projects/{running.id}/plan/anchor/", running.task("logo")
    edit_task = f"/tasks/{logo.id}/timing/"
    client.post(edit_task, {"amount": "9", "unit": "working_days"}, headers=HTMX)
    assert running.task("logo").timing["duration"] == "9wd"
    wanted, told = said(running, following="to_playbook"), "Back to version 1 of the playbook: 1 length."
    assert told in text_of(client.post(f"{address}?try=1", wanted, headers=HTMX))
    assert running.task("logo").timing["duration"] == "9wd"
    assert f"Moved; the plan follows. {told}" in text_of(client.post(address, wanted, headers=HTMX))
    assert running.task("logo").timing == logo.timing
    timeline = text_of(client.get(f"/projects/{running.id}/timeline/"))
    assert "took the plan back to version 1 of the playbook" in timeline


def test_a_move_that_is_none_is_said_beside_the_field(running: Running) -> None:
    client, address = owner_of(running), f"/projects/{running.id}/plan/anchor/"
    assert "That is the date it has." in text_of(client.post(f"{address}?try=1", said(running, 0), headers=HTMX))
    answer = client.post(address, said(running, 0), headers=HTMX)
    assert answer.status_code == 422
    assert "That is the date it has." in text_of(answer)
    assert client.post(address, said(running, to_at=""), headers=HTMX).status_code == 422


def test_viewers_and_strangers_move_nothing(running: Running) -> None:
    address, due_at = f"/projects/{running.id}/plan/anchor/", running.task("kickoff").due_at
    viewer = colleague(running, Role.VIEWER)
    assert viewer.post(address, said(running), headers=HTMX).status_code == 403
    assert address not in text_of(viewer.get(f"/projects/{running.id}/"))
    assert outsider().post(address, said(running), headers=HTMX).status_code == 404
    assert running.task("kickoff").due_at == due_at

"""Planning backwards in the browser, on a running project and before a launch."""

from datetime import timedelta

import pytest

from firstwin.identity.contracts import Role
from tests.desk.browsing import HTMX, colleague, outsider, owner_of, text_of
from tests.factories.projects import Running, launch_example

pytestmark = pytest.mark.django_db
WHOLE = {"what": "everything"}


@pytest.fixture
def running() -> Running:
    return launch_example()


def test_a_wished_end_is_tried_out_and_becomes_the_target(running: Running) -> None:
    client, address = owner_of(running), f"/projects/{running.id}/plan/backwards/"
    assert address in text_of(client.get(f"/projects/{running.id}/"))
    assert "What is to be done" in text_of(client.get(address, headers=HTMX))
    target = running.row().target_end_at
    assert "Choose a day" in text_of(client.post(f"{address}?try=1", {**WHOLE, "end_on": ""}, headers=HTMX))
    tried = text_of(client.post(f"{address}?try=1", {**WHOLE, "end_on": "2026-03-10"}, headers=HTMX))
    assert "cannot be kept as the plan stands" in tried
    assert "too late" in tried
    far = text_of(client.post(f"{address}?try=1", {**WHOLE, "end_on": "2040-01-31"}, headers=HTMX))
    assert "It can be kept" in far
    assert "start by" in far
    assert running.row().target_end_at == target
    assert client.post(address, {**WHOLE, "end_on": "2040-01-31"}, headers=HTMX).headers["HX-Trigger"] == "changed"
    assert running.row().target_end_at.year == 2040
    assert client.post(address, {**WHOLE, "end_on": "2020-01-01"}, headers=HTMX).status_code == 422


def test_a_day_that_is_later_than_promised_says_so(running: Running) -> None:
    client, address = owner_of(running), f"/projects/{running.id}/plan/backwards/?try=1"
    said = text_of(
        client.post(address, {"what": str(running.task("kickoff").id), "end_on": "2040-01-31"}, headers=HTMX)
    )
    assert "something that was promised would not be kept" in said
    assert "was promised within 7 days of signature" in said


def test_a_key_date_is_wished_for_a_day_and_its_task_gets_a_deadline(running: Running) -> None:
    client, address = owner_of(running), f"/projects/{running.id}/plan/backwards/"
    first_win, target = running.task("first-report"), running.row().target_end_at
    assert f'value="{first_win.id}"' in text_of(client.get(address, headers=HTMX))
    said = {"what": str(first_win.id), "end_on": "2040-01-31"}
    assert "It can be kept" in text_of(client.post(f"{address}?try=1", said, headers=HTMX))
    assert "The task has another deadline" in text_of(client.post(address, said, headers=HTMX))
    deadline = running.task("first-report").must_finish_by_at
    assert deadline is not None
    assert deadline.date().isoformat() == "2040-01-31"
    assert running.row().target_end_at == target
    foreign = launch_example().task("first-report").id
    assert client.post(address, {**said, "what": str(foreign)}, headers=HTMX).status_code == 422


def test_viewers_and_strangers_set_no_target(running: Running) -> None:
    address, target = f"/projects/{running.id}/plan/backwards/", running.row().target_end_at
    viewer = colleague(running, Role.VIEWER)
    assert viewer.post(address, {**WHOLE, "end_on": "2040-01-31"}, headers=HTMX).status_code == 403
    assert outsider().post(address, {**WHOLE, "end_on": "2040-01-31"}, headers=HTMX).status_code == 404
    assert running.row().target_end_at == target


def test_a_launch_says_what_a_wished_end_asks_for(running: Running) -> None:
    client = owner_of(running)
    row = running.row()
    query = f"account={row.account_id}&playbook={row.playbook_id}"
    asked = text_of(client.get(f"/projects/new/?{query}"))
    assert "Everything done by" in asked
    key = asked.split('name="key"')[1].split('value="')[1].split('"')[0]
    soon = (running.row().launched_at + timedelta(days=2)).date().isoformat()
    said = text_of(client.post(f"/projects/new/preview/?{query}", {"key": key, "finish_on": soon}, headers=HTMX))
    assert "cannot be kept as the plan stands" in said
    assert "too late" in said

"""Whose days were lost over many projects, in the browser: the page, its filters, the account, the playbook, the download."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from firstwin.identity.contracts import Role
from tests.desk.browsing import colleague, outsider, text_of
from tests.factories.projects import Running, launch_example
from tests.projects.test_day_ledger import moved

pytestmark = pytest.mark.django_db
SUMS = "/days/"


@pytest.fixture
def running() -> Running:
    return moved(launch_example())


@pytest.mark.parametrize("by", ["account", "project", "playbook", "owner", "task"])
def test_days_are_added_up_each_way(running: Running, by: str) -> None:
    text = text_of(colleague(running, Role.VIEWER).get(f"{SUMS}?by={by}"))
    lost = running.row().lost_days
    assert f"{lost} working days were lost" in text
    assert 'fill="url(#fw-days-customer)"' in text


def test_filters_narrow_and_can_be_taken_off(running: Running) -> None:
    client = colleague(running)
    day = running.scene.at.date()
    text = text_of(client.get(f"{SUMS}?until={day + timedelta(days=15)}&side=customer&segment={running.row().segment}"))
    assert "10 working days were lost" in text
    assert "Clear all" in text
    assert "No day matches these filters" in text_of(client.get(f"{SUMS}?until={day - timedelta(days=99)}"))
    for wrong in ("side=moon", "since=yesterday", "by=colour", "owner=me", "segment=all"):
        assert client.get(f"{SUMS}?{wrong}").status_code == 422


def test_another_workspace_sees_none_of_it(running: Running) -> None:
    assert "No day was lost or won yet" in text_of(outsider().get(SUMS))


def test_the_page_costs_the_same_however_many_rows_it_has(running: Running) -> None:
    client = colleague(running)
    client.get(SUMS)
    counted = _queries(client)
    moved(launch_example(running.scene, name="Second"))
    assert _queries(client) == counted


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(f"{SUMS}?by=project")
    return len(asked)


def test_the_download_has_every_row_and_side(running: Running) -> None:
    client = colleague(running)
    lines = text_of(client.get("/days/export.csv?by=account")).splitlines()
    assert lines[0].startswith("Account,Projects,Days lost,Days won back,In all,Customer's side: lost")
    assert len(lines) == 2
    assert lines[1].startswith(f"Acorn Foods,1,{running.row().lost_days},0,{running.row().lost_days},")


def test_the_account_and_the_playbook_say_it_too(running: Running) -> None:
    client = colleague(running)
    row = running.row()
    account = text_of(client.get(reverse("account", kwargs={"account_id": row.account_id})))
    assert f"{row.lost_days} working days were lost" in account
    playbook = reverse("playbook_days", kwargs={"playbook_id": row.playbook_id})
    tasks = text_of(client.get(playbook))
    assert f"{row.lost_days} working days were lost" in tasks
    assert row.name in text_of(client.get(f"{playbook}?by=project"))
    assert outsider().get(playbook).status_code == 404


def test_a_playbook_without_days_says_what_will_stand_there() -> None:
    fresh = launch_example()
    playbook = reverse("playbook_days", kwargs={"playbook_id": fresh.row().playbook_id})
    assert "No day was lost or won yet" in text_of(colleague(fresh).get(playbook))

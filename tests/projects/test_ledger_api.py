"""The ledger of days over HTTP: read, paged, corrected, added up, shared."""

import pytest
from django.test import Client

from firstwin.identity.contracts import Role
from firstwin.projects.models import DayStatementRow, LedgerEntry
from tests.factories.http import key_client, member_client
from tests.factories.projects import Running, launch_example
from tests.projects.test_day_ledger import moved

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    return moved(launch_example())


def path(running: Running, rest: str = "") -> str:
    return f"/api/v1/projects/{running.id}/days{rest}"


def test_the_ledger_and_its_entries_by_pages(running: Running) -> None:
    client = key_client(workspace=running.scene.workspace)
    ledger = client.get(path(running)).json()
    assert ledger["days"] == running.row().lost_days == sum(entry["days"] for entry in ledger["entries"])
    first = client.get(path(running, "/entries?limit=3")).json()
    second = client.get(path(running, f"/entries?limit=3&cursor={first['next_cursor']}")).json()
    assert len(first["items"]) == 3
    assert not {one["id"] for one in first["items"]} & {one["id"] for one in second["items"]}


def test_a_correction(running: Running) -> None:
    client = key_client(workspace=running.scene.workspace)
    entry = client.get(path(running)).json()["entries"][0]
    body = {"entry_id": entry["id"], "count": entry["count"], "side": "vendor", "reason": "other", "note": "Ours."}
    answer = client.post(path(running, "/corrections"), body, content_type="application/json")
    assert answer.status_code == 204
    changed = client.get(path(running)).json()["entries"][0]
    assert (changed["side"], changed["first_side"], changed["days"]) == ("vendor", "customer", entry["days"])
    refused = client.post(path(running, "/corrections"), {**body, "note": " "}, content_type="application/json")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["place"] == "note"


def test_sums_totals_and_entries_of_all_projects(running: Running) -> None:
    client = key_client(workspace=running.scene.workspace)
    lost = running.row().lost_days
    sums = client.get("/api/v1/days/sums?by=playbook").json()["items"]
    assert [row["lost"] for row in sums] == [lost]
    assert client.get("/api/v1/days/totals?side=customer&since=2026-01-01").json()["lost"] <= lost
    assert client.get("/api/v1/days/entries?limit=2").json()["next_cursor"]
    assert client.get("/api/v1/days/sums?by=colour").status_code == 422


def test_a_statement_is_shared_and_withdrawn(running: Running) -> None:
    client = key_client(workspace=running.scene.workspace)
    assert client.get(path(running, "/statement/shared")).status_code == 404
    mark = client.get(path(running, "/statement")).json()["mark"]
    answer = client.post(path(running, "/statement/share"), {"mark": mark}, content_type="application/json")
    assert answer.status_code == 201
    assert client.get(path(running, "/statement/shared")).json()["statement"]["mark"] == mark
    assert client.post(path(running, "/statement/withdraw")).status_code == 204
    assert client.get(path(running, "/statement/shared")).status_code == 404


def test_who_may_not_changes_nothing(running: Running) -> None:
    entry = LedgerEntry.objects.for_actor(running.scene.manager).filter(project_id=running.id)[0]
    body = {"entry_id": str(entry.id), "side": "vendor", "reason": "other", "note": "Ours."}
    viewer = member_client(Role.VIEWER, workspace=running.scene.workspace)
    for client, status in ((viewer, 403), (member_client(Role.OWNER), 404), (Client(), 401)):
        for rest, data in (("/corrections", body), ("/statement/share", {"mark": "x"})):
            answer = client.post(path(running, rest), data, content_type="application/json")
            assert answer.status_code == status
    entry.refresh_from_db()
    assert entry.note == ""
    assert not DayStatementRow.objects.for_actor(running.scene.manager).exists()

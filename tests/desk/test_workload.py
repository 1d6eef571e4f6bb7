"""The page of people's time, its panel and its download; and the same over the API."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from firstwin.identity.contracts import Role
from tests.desk.browsing import HTMX, colleague, outsider, text_of
from tests.factories.http import key_client
from tests.factories.projects import Running, launch_example, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    return launch_example(make_scene(contract_signed_at=timezone.now()), at=timezone.now())


def monday() -> str:
    today = timezone.localdate()
    return (today - timedelta(days=today.weekday())).isoformat()


def test_the_table_shows_everybody_and_narrows(running: Running) -> None:
    client = colleague(running)
    text = text_of(client.get(reverse("workload")))
    assert running.scene.specialist.name in text
    assert "hours to do it in" not in text
    narrowed = text_of(client.get(f"{reverse('workload')}?role=viewer&weeks=4"))
    assert "Nobody matches these filters" in narrowed
    assert client.get(f"{reverse('workload')}?role=king").status_code == 422


def test_the_table_is_sorted_by_name_and_by_who_has_time(running: Running) -> None:
    client, busy = colleague(running), running.scene.specialist.name

    def order(sort: str) -> list[str]:
        text = text_of(client.get(f"{reverse('workload')}?weeks=4&sort={sort}"))
        return re.findall(r'scope="row">.*?</span><span>([^<]+)<', text)

    assert order("free")[0] == busy
    assert order("-free")[-1] == busy
    assert order("member") == order("luck") == list(reversed(order("-member")))
    assert len(order("free")) == 3


def test_a_week_opens_beside_the_table_and_by_its_address(running: Running) -> None:
    client = colleague(running)
    path = reverse("workload_week", kwargs={"member_id": running.scene.specialist.id})
    panel = text_of(client.get(f"{path}?on={monday()}", headers=HTMX))
    assert 'id="week-panel"' in panel
    assert "<html" not in panel
    whole = text_of(client.get(f"{path}?on={monday()}"))
    assert 'id="week-panel"' in whole
    assert 'id="workload"' in whole
    assert client.get(f"{path}?on=1999-01-04", headers=HTMX).status_code == 422
    assert outsider().get(path).status_code == 404


def test_the_number_of_those_who_are_over_narrows_the_table_and_the_download(running: Running) -> None:
    client = colleague(running)
    text = text_of(client.get(f"{reverse('workload')}?over=1"))
    assert "Over in some week" in text
    assert "Nobody matches these filters" in text
    assert len(text_of(client.get(f"{reverse('workload_export')}?over=1")).splitlines()) == 1


def test_on_a_sunday_a_week_without_hours_says_so_instead_of_nought_of_nought(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, viewer = colleague(running), colleague(running, Role.VIEWER)
    sunday = timezone.now() + timedelta(days=6 - timezone.localdate().weekday())
    monkeypatch.setattr("firstwin.shared.clock.now", lambda: sunday.replace(hour=12))
    text = text_of(client.get(f"{reverse('workload')}?weeks=4&role=viewer"))
    assert text.count("no hours are left in this week") == 2  # on the cell, and in it for who hears the page
    assert "of 0<" not in text
    member = re.search(r"/people/([0-9a-f-]{36})/week/", text)
    assert member
    path = reverse("workload_week", kwargs={"member_id": member.group(1)})
    panel = text_of(viewer.get(f"{path}?on={monday()}", headers=HTMX))
    assert "No hours are left in this week." in panel


def test_who_only_looks_hands_nothing_on(running: Running) -> None:
    path = reverse("workload_week", kwargs={"member_id": running.scene.specialist.id})
    assert "Hand on to" not in text_of(colleague(running, Role.VIEWER).get(path, headers=HTMX))


def test_a_task_handed_on_goes_back_from_the_notice(running: Running) -> None:
    client, task = colleague(running), running.task("provision")
    address = reverse("assign_task", kwargs={"task_id": task.id})
    said = text_of(client.post(address, {"person": f"vendor:{running.scene.manager.id}"}, headers=HTMX))
    assert f"has “{task.name}” now." in said
    undo = re.search(r'hx-post="([^"]+person=[^"]*)"', said)
    assert undo
    assert running.task("provision").member_id == running.scene.manager.id
    client.post(undo.group(1), headers=HTMX)
    assert running.task("provision").member_id == task.member_id


def test_the_download_has_a_line_for_each_week(running: Running) -> None:
    lines = text_of(colleague(running).get(f"{reverse('workload_export')}?weeks=4&role=manager")).splitlines()
    assert lines[0].startswith("Member,Role,Time zone")
    assert len(lines) == 5


def test_the_same_over_the_api(running: Running) -> None:
    client = key_client(workspace=running.scene.workspace)
    found = client.get("/api/v1/workload?weeks=4").json()
    assert len(found["mondays"]) == 4
    week = client.get(f"/api/v1/workload/{running.scene.specialist.id}?monday={monday()}").json()
    assert week["member"]["name"] == running.scene.specialist.name
    assert client.get("/api/v1/workload?weeks=99").status_code == 422

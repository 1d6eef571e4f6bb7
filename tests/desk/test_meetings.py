"""Inviting to a meeting: when everybody can, and what speaks against the time that was typed."""

from datetime import timedelta

import pytest

from firstwin.identity.contracts import Role
from firstwin.shared import clock
from tests.desk.browsing import HTMX, colleague, outsider, owner_of, text_of
from tests.factories.communications import meetings
from tests.factories.projects import Running, launch_example, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    return launch_example(at=clock.now())


def _form(running: Running, at: str) -> dict[str, object]:
    people = [f"vendor:{running.scene.specialist.id}", f"customer:{running.scene.sponsor.id}"]
    return {"title": "", "starts_at": at, "minutes": "60", "attendees": people}


def test_the_dialog_says_who_cannot_and_offers_times(running: Running) -> None:
    client = owner_of(running)
    address = f"/projects/{running.id}/meetings/add/"
    assert "?try=1" in text_of(client.get(address, headers=HTMX))
    saturday = clock.now() + timedelta(days=(5 - clock.now().weekday()) % 7 + 7)
    seen = text_of(client.post(f"{address}?try=1", _form(running, f"{saturday:%Y-%m-%d}T10:00"), headers=HTMX))
    assert "Nia Park does not work then: it is Saturday, 10:00" in seen
    assert seen.count('data-field="id_starts_at"') == 4
    assert meetings(running) == []
    seen = text_of(client.post(f"{address}?try=1", {"minutes": "x", "starts_at": "nonsense"}, headers=HTMX))
    assert "Choose who is invited" in seen


def test_moving_a_meeting_leaves_its_own_time_out(running: Running) -> None:
    client = owner_of(running)
    tuesday = clock.now() + timedelta(days=(1 - clock.now().weekday()) % 7 + 7)
    form = {**_form(running, f"{tuesday:%Y-%m-%d}T10:00"), "title": "Demo"}
    assert client.post(f"/projects/{running.id}/meetings/add/", form, headers=HTMX).status_code in (200, 204)
    [meeting] = meetings(running)
    seen = text_of(client.post(f"/meetings/{meeting.id}/move/?try=1", {"starts_at": form["starts_at"]}, headers=HTMX))
    assert "Everybody works then and has no other meeting." in seen
    assert [row.version for row in meetings(running)] == [meeting.version]


def test_nobody_shares_hours() -> None:
    running = launch_example(make_scene(time_zone="Pacific/Auckland"), at=clock.now())
    seen = text_of(
        owner_of(running).post(
            f"/projects/{running.id}/meetings/add/?try=1", _form(running, "2026-03-03T10:00"), headers=HTMX
        )
    )
    assert "No time of the next three weeks suits everybody." in seen
    assert "Nia Park share no working hours" in seen


def test_viewers_and_strangers_look_at_nobodys_hours(running: Running) -> None:
    address = f"/projects/{running.id}/meetings/add/?try=1"
    for client, status in ((colleague(running, Role.VIEWER), 403), (outsider(), 404)):
        answer = client.post(address, _form(running, "2026-03-03T10:00"), headers=HTMX)
        assert answer.status_code == status
        assert "does not work" not in text_of(answer)

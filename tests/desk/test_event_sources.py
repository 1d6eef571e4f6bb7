"""The settings page of product events: made, rotated, revoked, looked at, and refused to those who do not govern."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from firstwin.identity.contracts import Role
from firstwin.identity.models import Member
from firstwin.shared import clock
from firstwin.usage.models import HistoryFile, RejectedEvent, Source, WriteKey
from tests.factories.http import member_client
from tests.factories.identity import actor_for, make_member, recorded
from tests.factories.usage import make_source, take_in, track

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def owner() -> Member:
    return make_member(Role.OWNER)


def text_of(client: Client, name: str, **ids: object) -> str:
    response = client.get(reverse(name, kwargs=ids))
    assert response.status_code == 200
    return response.content.decode()


def test_a_source_is_added_and_leads_to_its_key_and_code(owner: Member) -> None:
    client = member_client(member=owner)
    assert "No source yet" in text_of(client, "settings_sources")
    assert "Add a source" in client.get(reverse("create_source"), headers=HTMX).content.decode()
    made = client.post(reverse("create_source"), {"name": "Web app"}, headers=HTMX)
    source = Source.objects.for_workspace(owner.workspace_id).get()
    assert made.headers["HX-Redirect"] == reverse("settings_source", kwargs={"source_id": source.id})
    again = client.post(reverse("create_source"), {"name": "web app"}, headers=HTMX)
    assert again.status_code == 422
    assert "There is a source called" in again.content.decode()

    key = WriteKey.objects.for_workspace(owner.workspace_id).get().key
    page = text_of(client, "settings_source", source_id=source.id)
    assert page.count(key) > 3
    assert f"/widget/firstwin.js&quot; data-write-key=&quot;{key}&quot;" in page
    assert "Nothing came yet" in page
    assert "Waits for its first event" in text_of(client, "settings_sources")


def test_what_came_and_what_was_rejected_is_shown_and_tried_again(owner: Member, now: datetime) -> None:
    source = make_source(actor_for(owner))
    take_in(source, track("Report <b>Viewed</b>"), {"type": "group", "userId": "ada"}, at=now)
    client = member_client(member=owner)
    page = text_of(client, "settings_source", source_id=source.id)
    assert "Report &lt;b&gt;Viewed" in page
    assert "A group call names its group: groupId is missing." in page
    assert "Receives" in text_of(client, "settings_sources")

    tried = client.post(reverse("replay_rejected", kwargs={"source_id": source.id}), follow=True)
    assert "0 came in, 1 cannot be taken in as they are." in tried.content.decode()
    client.post(reverse("drop_rejected", kwargs={"source_id": source.id}), headers=HTMX)
    assert not RejectedEvent.objects.for_workspace(owner.workspace_id).exists()


def test_keys_are_renewed_and_revoked_and_the_source_renamed(owner: Member) -> None:
    source = make_source(actor_for(owner))
    ids = {"source_id": source.id}
    client = member_client(member=owner)
    client.post(reverse("rename_source", kwargs=ids), {"name": "Website"}, headers=HTMX)
    client.post(reverse("rotate_write_key", kwargs=ids), {"days": "7"}, headers=HTMX)
    assert Source.objects.for_workspace(owner.workspace_id).get().name == "Website"
    keys = WriteKey.objects.for_workspace(owner.workspace_id)
    assert keys.count() == 2
    for key in keys:
        address = reverse("revoke_write_key", kwargs={**ids, "write_key_id": key.id})
        assert "ten seconds" in client.get(address, headers=HTMX).content.decode()
        client.post(address, headers=HTMX)
    page = text_of(client, "settings_source", **ids)
    assert "This source takes nothing in" in page
    assert "Takes nothing" in text_of(client, "settings_sources")


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER, Role.AUDITOR])
def test_who_does_not_govern_sees_and_changes_nothing(role: Role, owner: Member, now: datetime) -> None:
    source = make_source(actor_for(owner))
    take_in(source, 5, at=now)
    ids = {"source_id": source.id}
    client = member_client(role, workspace=owner.workspace)
    before = recorded(actor_for(owner))
    assert client.get(reverse("settings_sources")).status_code == 403
    assert client.get(reverse("settings_source", kwargs=ids)).status_code == 403
    for name in ("rename_source", "rotate_write_key", "replay_rejected", "drop_rejected"):
        posted = client.post(reverse(name, kwargs=ids), {"name": "Mine", "days": "0"}, headers=HTMX)
        assert posted.status_code == 403
    assert client.post(reverse("create_source"), {"name": "Mine"}, headers=HTMX).status_code == 403
    assert recorded(actor_for(owner)) == before
    assert Source.objects.for_workspace(owner.workspace_id).count() == 1
    assert RejectedEvent.objects.for_workspace(owner.workspace_id).count() == 1


def test_a_stranger_is_asked_to_sign_in() -> None:
    assert Client().get(reverse("settings_sources")).status_code == 302


def test_past_events_are_looked_at_named_and_taken_in(
    owner: Member, now: datetime, settings: Any, tmp_path: Path, run_jobs: Callable[[datetime], int]
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }
    source = make_source(actor_for(owner))
    client = member_client(member=owner)
    address = reverse("history_imports", kwargs={"source_id": source.id})
    assert address in text_of(client, "settings_source", source_id=source.id)
    assert "Exports of Segment" in text_of(client, "history_imports", source_id=source.id)
    assert "No file was chosen" in client.post(address).content.decode()
    refused = client.post(address, {"file": SimpleUploadedFile("a.json", b"[{}]")})
    assert (refused.status_code, "one JSON list" in refused.content.decode()) == (422, True)

    content = b"what,user,when\nReport <b>,ada,2025-05-01\nB,,2025-05-01\n"
    made = client.post(address, {"file": SimpleUploadedFile("old.csv", content)}, follow=True)
    row = HistoryFile.objects.for_workspace(owner.workspace_id).get()
    ids = {"history_id": row.id}
    page = made.content.decode()
    assert "0 of the first 2 rows can be taken in" in page
    assert "A track call says what happened" in page
    names = {"name": ["what", "user", "when"], "meaning": ["event", "user_id", "time"], "origin": "table"}
    page = client.post(reverse("change_history_import", kwargs=ids), names, follow=True).content.decode()
    assert "1 of the first 2 rows can be taken in" in page
    assert "Report &lt;b&gt;" in page
    wrong = client.post(reverse("change_history_import", kwargs=ids), {**names, "meaning": ["event", "event", "time"]})
    assert "are the event" in wrong.content.decode()

    client.post(reverse("start_history_import", kwargs=ids))
    assert "Being taken in" in text_of(client, "history_import", **ids)
    run_jobs(clock.now())
    page = text_of(client, "history_import", **ids)
    assert "1 event taken in, 1 row with a fault" in page
    assert "It names nobody" in page
    assert "has ended" in client.post(reverse("cancel_history_import", kwargs=ids)).content.decode()
    assert "old.csv" in text_of(client, "history_imports", source_id=source.id)

    specialist = member_client(member=make_member(Role.SPECIALIST, workspace=owner.workspace))
    for name, given in (("history_import", ids), ("history_imports", {"source_id": source.id})):
        assert specialist.get(reverse(name, kwargs=given)).status_code == 403
    assert member_client(member=make_member(Role.OWNER)).get(reverse("history_import", kwargs=ids)).status_code == 404

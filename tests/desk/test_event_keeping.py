"""The settings page of what is kept: how long, who was erased with the proof, what was set aside; for those who govern."""

from datetime import datetime

import pytest
from django.urls import reverse

from firstwin.identity.contracts import Role
from firstwin.identity.models import Member
from firstwin.usage.models import Erasure, EventRetention, InboxBatch, SetAsideBatch
from firstwin.usage.operations import applying
from tests.factories.http import member_client
from tests.factories.identity import actor_for, make_member, recorded
from tests.factories.usage import make_source
from tests.usage.oracle import PlainStore
from tests.usage.plain_keeper import PlainKeeper, PlainTaker

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def owner() -> Member:
    return make_member(Role.OWNER)


def set_aside(owner: Member, now: datetime) -> SetAsideBatch:
    source = make_source(actor_for(owner))
    row = SetAsideBatch(
        workspace_id=owner.workspace_id,
        source_id=source.id,
        received_at=now,
        events=3,
        size=6,
        lines=b"broken",
        reason="The batch cannot be read: <b>",
        set_aside_at=now,
    )
    row.save(force_insert=True)
    return row


def test_a_person_is_erased_and_the_proof_is_shown(owner: Member, now: datetime) -> None:
    client = member_client(member=owner)
    here = reverse("settings_keeping")
    page = client.get(here).content.decode()
    assert "Nobody was erased" in page
    assert "for ever" in page
    assert "Erase a person" in client.get(reverse("erase_person"), headers=HTMX).content.decode()
    wrong = client.post(reverse("erase_person"), {"person": "anonymous:"}, headers=HTMX)
    assert (wrong.status_code, Erasure.objects.for_workspace(owner.workspace_id).count()) == (422, 0)
    given = {"person": "ada@example.com", "reference": "Ticket 17", "refuses_later": "on"}
    assert client.post(reverse("erase_person"), given, headers=HTMX).status_code == 200
    row = Erasure.objects.for_workspace(owner.workspace_id).get()
    page = client.get(here).content.decode()
    assert "Begins" in page
    applying.apply_orders(store=PlainTaker(), keeper=PlainKeeper(PlainStore()), now=lambda: now)
    page = client.get(here).content.decode()
    for text in (row.mark[:12], "Ticket 17", "nothing was left", "What comes later is refused"):
        assert text in page
    assert "ada@example.com" not in page
    client.post(reverse("end_refusal", kwargs={"erasure_id": row.id}), headers=HTMX)
    assert "What comes later is refused" not in client.get(here).content.decode()


def test_how_long_events_are_kept_is_chosen(owner: Member) -> None:
    client = member_client(member=owner)
    dialog = client.get(reverse("change_retention"), headers=HTMX).content.decode()
    assert "does not answer, so nobody can say how many" in dialog
    assert client.post(reverse("change_retention"), {"months": "7"}, headers=HTMX).status_code == 422
    client.post(reverse("change_retention"), {"months": "25"}, headers=HTMX)
    assert "25 months" in client.get(reverse("settings_keeping")).content.decode()
    client.post(reverse("change_retention"), {"months": ""}, headers=HTMX)
    assert EventRetention.objects.for_workspace(owner.workspace_id).get().months is None
    assert recorded(actor_for(owner))[-2:] == ["event_retention.changed"] * 2


def test_a_batch_that_was_set_aside_is_tried_again_or_deleted(owner: Member, now: datetime) -> None:
    row, client = set_aside(owner, now), member_client(member=owner)
    assert "cannot be read: &lt;b&gt;" in client.get(reverse("settings_keeping")).content.decode()
    client.post(reverse("retry_batch", kwargs={"batch_id": row.id}))
    assert InboxBatch.objects.for_workspace(owner.workspace_id).get().id == row.id
    client.post(reverse("drop_batch", kwargs={"batch_id": set_aside_again(row).id}), headers=HTMX)
    assert not SetAsideBatch.objects.for_workspace(owner.workspace_id).exists()
    assert recorded(actor_for(owner))[-2:] == ["event_batch.retried", "event_batch.dropped"]


def set_aside_again(row: SetAsideBatch) -> SetAsideBatch:
    row.save(force_insert=True)
    return row


def test_others_see_and_change_nothing(owner: Member, now: datetime) -> None:
    row = set_aside(owner, now)
    ids = {"batch_id": row.id}
    manager = member_client(member=make_member(Role.MANAGER, workspace=owner.workspace))
    stranger = member_client(member=make_member(Role.OWNER))
    for client, status in ((manager, 403), (stranger, 404)):
        assert client.post(reverse("retry_batch", kwargs=ids)).status_code == status
        assert client.post(reverse("drop_batch", kwargs=ids)).status_code == status
    assert manager.get(reverse("settings_keeping")).status_code == 403
    assert manager.post(reverse("erase_person"), {"person": "ada"}).status_code == 403
    assert manager.post(reverse("change_retention"), {"months": "3"}).status_code == 403
    assert SetAsideBatch.objects.for_workspace(owner.workspace_id).count() == 1
    assert not Erasure.objects.across_workspaces(reason="test").exists()
    assert not EventRetention.objects.across_workspaces(reason="test").exists()

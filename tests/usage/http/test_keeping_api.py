"""What is kept, erased, set aside and rejected over the API: what a program does with it, and who may not."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from firstwin.identity.contracts import Actor, Role, Scope
from firstwin.identity.models import Member
from firstwin.usage.contracts import SourceInfo
from firstwin.usage.models import Erasure, EventRetention, InboxBatch, SetAsideBatch
from firstwin.usage.operations import applying, draining, erasure
from tests.factories.http import key_client, member_client, problem_of
from tests.factories.identity import actor_for, make_member, recorded
from tests.factories.usage import in_inbox, make_source, rejected_of, take_in, track
from tests.usage.oracle import PlainStore
from tests.usage.plain_keeper import PlainKeeper, PlainTaker

pytestmark = pytest.mark.django_db
BASE = "/api/v1/usage"
JSON = "application/json"


@pytest.fixture
def owner() -> Member:
    return make_member(Role.OWNER)


@pytest.fixture
def actor(owner: Member) -> Actor:
    return actor_for(owner)


@pytest.fixture
def source(actor: Actor) -> SourceInfo:
    return make_source(actor)


@pytest.fixture
def program(owner: Member) -> Client:
    return key_client(Scope.ADMIN, workspace=owner.workspace)


def set_aside(source: SourceInfo, at: datetime, reason: str = "broken") -> SetAsideBatch:
    row = SetAsideBatch(
        workspace_id=source.workspace_id, source_id=source.id, received_at=at, events=2, size=1,
        lines=b"x", reason=reason, set_aside_at=at,
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def test_a_program_erases_somebody_and_reads_the_proof(
    program: Client, actor: Actor, source: SourceInfo, now: datetime
) -> None:
    take_in(source, track("A"), track("B", user="ben"), at=now)
    store = PlainStore()
    draining.drain_inbox(store=store, at=now)
    asked = program.post(
        f"{BASE}/erasures", {"person": "ada", "reference": "Ticket 17", "refuses_later": True}, content_type=JSON
    )
    assert asked.status_code == 202
    assert (asked.json()["hidden_at"], asked.json()["found"]) == (None, {})
    path = f"{BASE}/erasures/{asked.json()['id']}"
    applying.apply_orders(
        store=PlainTaker(), keeper=PlainKeeper(store), now=lambda: Erasure.objects.for_actor(actor).get().asked_at
    )
    proof = program.get(path).json()
    assert proof["hidden_at"]
    assert proof["gone_at"]
    assert (proof["found"]["events"], sum(proof["left"].values())) == (1, 0)
    assert (proof["reference"], proof["refuses_later"]) == ("Ticket 17", True)
    assert "ada" not in str(proof)
    assert program.post(f"{path}/end-refusal").json()["refuses_later"] is False
    assert recorded(actor)[-3:] == ["usage_erasure.asked", "usage_erasure.done", "usage_erasure.refusal_ended"]


def test_erasures_come_by_pages_latest_first(program: Client, actor: Actor, now: datetime) -> None:
    for person in ("ada", "ben", "cem"):
        erasure.erase_person(actor=actor, person=person, reference=person, refuses_later=False, at=now)
    first = program.get(f"{BASE}/erasures?limit=2").json()
    rest = program.get(f"{BASE}/erasures", {"limit": 2, "cursor": first["next_cursor"]}).json()
    assert sorted(one["reference"] for one in first["items"] + rest["items"]) == ["ada", "ben", "cem"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"person": "  "}, "person"),
        ({"person": "a" * 1001}, "person"),
        ({"person": "a", "reference": "r" * 201}, "reference"),
    ],
)
def test_an_erasure_of_nobody_is_refused(program: Client, actor: Actor, body: dict[str, Any], field: str) -> None:
    problem = problem_of(program.post(f"{BASE}/erasures", body, content_type=JSON), 422)
    assert [error["place"] for error in problem["errors"]] == [field]
    assert not Erasure.objects.for_actor(actor).exists()


def test_the_same_person_is_not_erased_twice_at_a_time(program: Client, actor: Actor) -> None:
    for status in (202, 409):
        assert program.post(f"{BASE}/erasures", {"person": "ada"}, content_type=JSON).status_code == status
    assert Erasure.objects.for_actor(actor).count() == 1


def test_how_long_events_are_kept_is_read_and_set(program: Client, actor: Actor) -> None:
    assert program.get(f"{BASE}/keeping").json()["months"] is None
    assert program.put(f"{BASE}/keeping", '{"months": 25}', content_type=JSON).json()["months"] == 25
    assert program.get(f"{BASE}/keeping").json()["months"] == 25
    for wrong in ('{"months": 0}', '{"months": 121}', '{"months": "all"}', "{}"):
        problem_of(program.put(f"{BASE}/keeping", wrong, content_type=JSON), 422)
    assert EventRetention.objects.for_actor(actor).get().months == 25
    assert program.put(f"{BASE}/keeping", '{"months": null}', content_type=JSON).json()["months"] is None
    problem_of(program.get(f"{BASE}/keeping/preview?months=0"), 422)
    problem_of(program.get(f"{BASE}/keeping/preview"), 422)
    assert recorded(actor)[-2:] == ["event_retention.changed"] * 2


def test_batches_that_were_set_aside_are_listed_tried_again_and_deleted(
    program: Client, actor: Actor, source: SourceInfo, now: datetime
) -> None:
    rows = [set_aside(source, now, reason=f"reason {number}") for number in range(3)]
    first = program.get(f"{BASE}/set-aside?limit=2").json()
    rest = program.get(f"{BASE}/set-aside", {"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["reason"] for one in first["items"] + rest["items"]] == ["reason 0", "reason 1", "reason 2"]
    path = f"{BASE}/set-aside/{rows[0].id}"
    assert program.get(path).json()["events"] == 2
    assert program.post(f"{path}/retry").status_code == 204
    assert InboxBatch.objects.for_actor(actor).get().id == rows[0].id
    assert program.get(path).status_code == 404
    assert program.delete(f"{BASE}/set-aside/{rows[1].id}").status_code == 204
    assert SetAsideBatch.objects.for_actor(actor).get().id == rows[2].id
    assert recorded(actor)[-2:] == ["event_batch.retried", "event_batch.dropped"]


def test_rejected_events_are_listed_by_source_and_tried_again(
    program: Client, source: SourceInfo, now: datetime
) -> None:
    take_in(source, {"type": "track", "userId": "ada"}, {"type": "wrong"}, at=now)
    found = program.get(f"{BASE}/sources").json()
    assert [(one["id"], one["rejected"]) for one in found] == [(str(source.id), 2)]
    path = f"{BASE}/sources/{source.id}/rejected"
    first = program.get(f"{path}?limit=1").json()
    rest = program.get(path, {"limit": 1, "cursor": first["next_cursor"]}).json()
    assert {one["reason"] for one in first["items"] + rest["items"]} == {"no_name", "unknown_type"}
    fixed = next(row for row in rejected_of(source) if row.reason == "no_name")
    fixed.raw = b'{"type": "track", "userId": "ada", "event": "A"}'
    fixed.save()
    replayed = program.post(f"{path}/replay").json()
    assert replayed == {"taken": 1, "still_rejected": {"unknown_type": 1}}
    assert [event.name for event in in_inbox(source)] == ["A"]


def everything(source: SourceInfo, batch: SetAsideBatch, asked: Any) -> list[Callable[[Client], Any]]:
    """Every call that names a thing of a workspace."""
    return [
        lambda client: client.get(f"{BASE}/erasures/{asked}"),
        lambda client: client.post(f"{BASE}/erasures/{asked}/end-refusal"),
        lambda client: client.get(f"{BASE}/set-aside/{batch.id}"),
        lambda client: client.post(f"{BASE}/set-aside/{batch.id}/retry"),
        lambda client: client.delete(f"{BASE}/set-aside/{batch.id}"),
        lambda client: client.get(f"{BASE}/sources/{source.id}/rejected"),
        lambda client: client.post(f"{BASE}/sources/{source.id}/rejected/replay"),
    ]


def test_who_may_not_sees_and_changes_nothing(owner: Member, actor: Actor, source: SourceInfo, now: datetime) -> None:
    take_in(source, {"type": "wrong"}, at=now)
    batch = set_aside(source, now)
    asked = erasure.erase_person(actor=actor, person="ada", reference="", refuses_later=True, at=now).id
    before = recorded(actor)
    elsewhere = key_client(Scope.ADMIN)
    reader = key_client(Scope.READ, workspace=owner.workspace)
    manager = member_client(member=make_member(Role.MANAGER, workspace=owner.workspace))
    for call in everything(source, batch, asked):
        problem_of(call(elsewhere), 404)
        problem_of(call(reader), 403)
        problem_of(call(manager), 403)
        problem_of(call(Client()), 401)
    for client, status in ((reader, 403), (manager, 403), (Client(), 401)):
        for page in ("erasures", "keeping", "keeping/preview?months=3", "set-aside", "sources"):
            problem_of(client.get(f"{BASE}/{page}"), status)
        problem_of(client.post(f"{BASE}/erasures", {"person": "ben"}, content_type=JSON), status)
        problem_of(client.put(f"{BASE}/keeping", '{"months": 3}', content_type=JSON), status)
    for page in ("erasures", "set-aside"):
        assert elsewhere.get(f"{BASE}/{page}").json()["items"] == []
    assert elsewhere.get(f"{BASE}/sources").json() == []
    assert recorded(actor) == before
    assert Erasure.objects.for_actor(actor).get().refuses_later
    assert SetAsideBatch.objects.for_actor(actor).count() == 1
    assert len(rejected_of(source)) == 1
    assert not EventRetention.objects.for_actor(actor).exists()
    problem_of(elsewhere.get(f"{BASE}/set-aside/{uuid4()}"), 404)

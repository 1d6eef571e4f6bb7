"""Bodies that want to break something: each is answered as the contract says, and what is kept reaches the store whole."""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firstwin.shared import clock
from firstwin.usage.contracts import SourceInfo
from firstwin.usage.http.intake import Intake
from firstwin.usage.models import InboxBatch, RejectedEvent, UsageGroup, UsagePerson
from firstwin.usage.operations import draining
from firstwin.usage.operations.store import ChdbEngine, EventWriter
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_workspace
from tests.factories.usage import batch_body, gzipped, in_inbox, make_source, rejected_of, track
from tests.usage.http.asking import basic, send

pytestmark = pytest.mark.django_db
engines: list[ChdbEngine] = []
DEEP = '{"a":' * 40


def with_neighbour(properties: bytes, event: bytes = b'"A"') -> bytes:
    """A batch of one event written by hand, and a plain one beside it."""
    first = b'{"type":"track","event":' + event + b',"userId":"a","properties":' + properties + b"}"
    return b'{"batch":[' + first + b"," + json.dumps(track()).encode() + b"]}"


HOSTILE: dict[str, tuple[bytes, int, int, int]] = {
    # what is sent to /v1/batch: answer, events taken in, events rejected
    "2,500 events": (batch_body(*[track(f"E{n}") for n in range(2500)]), 200, 2500, 0),
    "2,501 events": (batch_body(*[track() for _ in range(2501)]), 200, 0, 1),
    "event of 33 KB": (batch_body(track(properties={"text": "x" * 33_000}), track()), 200, 1, 1),
    "500 KB of spaces": (batch_body(track()) + b" " * 520_000, 400, 0, 0),
    "half a character": (with_neighbour(b"{}", event=b'"\\ud800"'), 200, 1, 1),
    "halves in values and keys": (with_neighbour(b'{"note":"\\udfff","\\ud800":1}'), 200, 1, 1),
    "half a character in an id": (b'{"batch":[{"type":"track","event":"A","userId":"\\ud83d"}]}', 200, 0, 1),
    "a whole emoji of two halves": (batch_body(track("\\o/ \U0001f389")), 200, 1, 0),
    "broken utf-8": (b'{"batch":[{"type":"track","event":"\xc3\x28","userId":"a"}]}', 400, 0, 0),
    "utf-16": ('{"batch":[]}'.encode("utf-16"), 400, 0, 0),
    "nul in an id": (batch_body(track(user="a\x00b"), track()), 200, 1, 1),
    "nul in a property": (batch_body(track(properties={"a": "x\x00y"})), 200, 1, 0),
    "65 levels": (batch_body(track(properties=json.loads('{"a":' * 70 + "1" + "}" * 70)), track()), 200, 1, 1),
    "40 levels": (batch_body(track(properties=json.loads(DEEP + "1" + "}" * 40))), 200, 1, 0),
    "70 levels of traits": (
        batch_body(
            *[{"type": kind, "userId": "a", "groupId": "g", "traits": json.loads(DEEP * 2 + "1" + "}" * 80)}
              for kind in ("identify", "group")],
            {"type": "track", "event": "A", "userId": "a", "context": json.loads(DEEP * 2 + "1" + "}" * 80)},
        ), 200, 0, 3,
    ),
    "100,000 brackets": (b'{"batch":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}", 400, 0, 0),
    "100,000 open brackets": (b"[" * 100_000, 400, 0, 0),
    "number of 400 digits": (with_neighbour(b'{"n":' + b"9" * 400 + b"}"), 200, 2, 0),
    "5,000 digits beside half a character": (with_neighbour(b'{"n":' + b"9" * 5000 + b"}", event=b'"\\ud800"'), 200, 1, 1),
    "a character that becomes eighteen": (batch_body(track("\ufdfa" * 200, user="\ufdfa" * 100)), 200, 1, 0),
    "1e400": (with_neighbour(b'{"n":1e400}'), 200, 1, 1),
    "not a number": (with_neighbour(b'{"n":NaN}'), 200, 1, 1),
    "year 0": (batch_body(track(timestamp="0000-01-01T00:00:00Z"), track(timestamp="0001-01-01T00:00:00+14:00")), 200, 0, 2),
    "year 9999": (batch_body(track(timestamp="9999-12-31T23:59:59.999999-14:00"), sentAt="0001-01-01T00:00:00Z"), 200, 0, 1),
    "times that cancel out": (batch_body(track(timestamp="9999-12-31T23:59:59Z"), sentAt="9999-12-31T23:59:59Z"), 200, 1, 0),
    "times that are huge numbers": (batch_body(track(timestamp=1e300), track(timestamp=-(2**80)), track()), 200, 1, 2),
    "day 30 of February": (batch_body(track(timestamp="2026-02-30T00:00:00Z"), track(timestamp=12345)), 200, 0, 2),
    "wrong types": (
        batch_body(
            track(user=["a"]), track(properties=[1]), track(context="x"), track(event=7), {"type": 7, "userId": "a"},
            track(messageId={}), 1, None, "x", [], True,
        ), 200, 0, 11,
    ),
    "a user who is a number": (batch_body(track(user=7), track(user=2**70)), 200, 2, 0),
    "a user who is true": (batch_body(track(user=True)), 200, 0, 1),
    "batch that is none": (b'{"batch":{}}', 400, 0, 0),
    "batch twice": (b'{"batch":[1],"batch":[' + json.dumps(track()).encode() + b"]}", 200, 1, 0),
    "cut off": (batch_body(track())[:-2], 400, 0, 0),
    "two bodies": (batch_body(track()) * 2, 400, 0, 0),
    "sql and markup": (batch_body(track("'; DROP TABLE events; --", user="<script>", groupId="{x:String}")), 200, 1, 0),
    "a huge message id": (batch_body(track(messageId="m" * 300)), 200, 0, 1),
}  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChdbEngine]:
    engine = ChdbEngine(Path(tmp_path_factory.mktemp("events")))
    yield engine
    engine.close()


@pytest.fixture
def source() -> SourceInfo:
    return make_source()


@pytest.mark.parametrize(("body", "status", "taken", "rejected"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_body_is_answered_and_what_is_kept_reaches_the_store(
    source: SourceInfo, engine: ChdbEngine, body: bytes, status: int, taken: int, rejected: int
) -> None:
    answer, _, content = send("/v1/batch", body, Authorization=basic(source))
    assert answer == status
    assert content == {"success": True} if status == 200 else {"code", "message"} == set(content)
    assert len(in_inbox(source)) == taken
    assert len(rejected_of(source)) == rejected
    if taken:
        drained = draining.drain_inbox(store=EventWriter(engine), at=clock.now())
        assert (drained.taken, drained.new) == (taken, taken)
        assert in_inbox(source) == []


@pytest.mark.parametrize("properties", [b'{"title":"\\ud83d"}', b'{"n":NaN}'])
def test_a_single_call_that_cannot_be_read_is_kept_with_its_reason_too(source: SourceInfo, properties: bytes) -> None:
    body = b'{"event":"A","userId":"a","properties":' + properties + b"}"
    assert send("/v1/track", body, Authorization=basic(source))[0] == 200
    (row,) = rejected_of(source)
    assert (row.reason, bytes(row.raw), row.call) == ("unreadable", body, "track")


def test_a_gzip_bomb_is_not_unpacked(source: SourceInfo) -> None:
    bomb = gzipped(b'{"batch":[' + b" " * 300_000_000 + b"]}")
    assert len(bomb) < 400_000
    answers = [
        send("/v1/batch", body, Authorization=basic(source), Content_Encoding="gzip")[0]
        for body in (bomb, gzipped(bomb), b"\x1f\x8b", gzipped(batch_body(track()))[:-4], zlib.compress(b"{}"), b"{}")
    ]
    assert answers == [400] * 6
    assert send("/v1/batch", batch_body(track()), Authorization=basic(source), Content_Encoding="br")[0] == 400
    assert in_inbox(source) == []


def test_gzip_in_two_pieces_is_read_whole(source: SourceInfo) -> None:
    body = batch_body(track("A"), track("B"))
    packed = gzipped(body[:30]) + gzipped(body[30:])
    assert send("/v1/batch", packed, Authorization=basic(source), Content_Encoding="GZIP")[0] == 200
    assert [event.name for event in in_inbox(source)] == ["A", "B"]


def test_a_key_that_is_not_one_opens_nothing(source: SourceInfo) -> None:
    keys: list[Any] = ["' OR 1=1 --", source.keys[0].key.swapcase(), source.keys[0].key[:-1], "\x00" * 32, None, 7, {}]
    for key in keys:
        assert send("/v1/batch", batch_body(track(), writeKey=key))[0] == 200
    assert in_inbox(source) == []
    assert not RejectedEvent.objects.across_workspaces(reason="nothing may be anywhere").exists()


def test_ids_of_another_workspace_stay_words_of_the_senders_own(source: SourceInfo) -> None:
    other = make_source()
    stolen = track(
        workspaceId=str(other.workspace_id),
        sourceId=str(other.id),
        workspace_id=str(other.workspace_id),
        groupId=str(other.workspace_id),
        context={"workspaceId": str(other.workspace_id)},
    )
    assert (
        send("/v1/batch", batch_body(stolen, workspaceId=str(other.workspace_id)), Authorization=basic(source))[0]
        == 200
    )
    row = InboxBatch.objects.across_workspaces(reason="the test looks into both").get()
    assert (row.workspace_id, row.source_id) == (source.workspace_id, source.id)
    assert in_inbox(other) == []


def test_accounts_and_people_of_another_workspace_are_not_found_by_what_a_sender_claims(
    source: SourceInfo, engine: ChdbEngine
) -> None:
    account = make_account(make_workspace(), external_ids={"product": "acorn"}, website="https://acorn.example.com")
    contact = make_contact(account, email="ada@acorn.example.com")
    claims = [
        {
            "type": "group",
            "userId": "ada",
            "groupId": group,
            "traits": {"website": account.website, "id": str(account.id)},
        }
        for group in ("acorn", str(account.id))
    ]
    person = {"type": "identify", "userId": str(contact.id), "traits": {"email": contact.email}}
    assert send("/v1/batch", batch_body(*claims, person), Authorization=basic(source))[0] == 200
    draining.drain_inbox(store=EventWriter(engine), at=clock.now())
    groups = UsageGroup.objects.across_workspaces(reason="the test looks into both")
    assert {(row.workspace_id, row.account_id) for row in groups} == {(source.workspace_id, None)}
    people = UsagePerson.objects.across_workspaces(reason="the test looks into both")
    assert {(row.workspace_id, row.contact_id) for row in people} == {(source.workspace_id, None)}


def test_a_key_in_the_header_beats_one_in_the_body(source: SourceInfo) -> None:
    other = make_source()
    body = batch_body(track(), writeKey=other.keys[0].key)
    assert send("/v1/batch", body, Authorization=basic(source))[0] == 200
    assert (len(in_inbox(source)), len(in_inbox(other))) == (1, 0)


@pytest.mark.parametrize("path", ["/v1/track", "/v1/t", "/v1/identify", "/v1/g", "/v1/alias", "/v1/page/", "/v1/s"])
def test_a_single_call_that_is_wrong_is_kept_as_rejected_or_refused(source: SourceInfo, path: str) -> None:
    for body, status in ((b"{}", 200), (b"[]", 400), (b"7", 400), (b'{"userId":{}}', 200), (b"\xff", 400)):
        assert send(path, body, Authorization=basic(source))[0] == status
    assert in_inbox(source) == []
    assert len(rejected_of(source)) == 2


@pytest.mark.parametrize("path", ["/v1/", "/v1/tracks", "/v1/batch/more"])
def test_an_address_that_is_no_call_is_answered_as_clients_expect(source: SourceInfo, path: str) -> None:
    assert Intake.takes({"type": "http", "path": path})
    status, headers, content = send(path, batch_body(track()), Authorization=basic(source))
    assert (status, content["code"], headers[b"access-control-allow-origin"]) == (404, "no_such_call", b"*")
    assert "/v1/batch" in content["message"]
    assert in_inbox(source) == []

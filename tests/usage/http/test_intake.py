"""The intake over HTTP: what clients are told, what is kept, and what happens when it cannot be."""

import asyncio
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.db import DatabaseError, connection

from firstwin.config.front_door import FrontDoor
from firstwin.config.web_handler import WebHandler
from firstwin.shared import clock
from firstwin.usage.contracts import Arrival, KeyHolder, SourceInfo
from firstwin.usage.http import intake as intake_http
from firstwin.usage.http.group_commit import GroupCommit, OverloadedError
from firstwin.usage.http.key_ring import KeyRing
from firstwin.usage.http.script import PageScript
from firstwin.usage.models import InboxBatch, RejectedEvent, WriteKey
from firstwin.usage.operations import draining, sources
from tests.factories.identity import make_actor
from tests.factories.usage import batch_body, gzipped, holder_of, in_inbox, make_source, rejected_of, track
from tests.usage.http.asking import ask, basic, make_intake, seen, send
from tests.usage.oracle import PlainStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def source() -> SourceInfo:
    return make_source()


def test_a_batch_is_acknowledged_once_it_is_kept(source: SourceInfo) -> None:
    status, headers, content = send("/v1/batch", batch_body(track("A"), track("B")), Authorization=basic(source))
    assert (status, content) == (200, {"success": True})
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"access-control-allow-origin"] == b"*"
    assert [event.name for event in in_inbox(source)] == ["A", "B"]
    assert seen[-1] == ("POST", "intake-batch", 200)


@pytest.mark.parametrize("path", ["/v1/track", "/v1/t"])
def test_a_browser_sends_text_with_its_key_in_the_body(source: SourceInfo, path: str) -> None:
    body = json.dumps({"event": "A", "anonymousId": "x", "writeKey": source.keys[0].key}).encode()
    assert send(path, body, Content_Type="text/plain", Origin="https://app.vendor.example")[0] == 200
    assert [(event.name, event.anonymous_id) for event in in_inbox(source)] == [("A", "x")]


def test_a_browser_may_ask_first(source: SourceInfo) -> None:
    status, headers, _ = send("/v1/t", b"", method="OPTIONS", Access_Control_Request_Method="POST")
    assert status == 200
    allowed = headers[b"access-control-allow-headers"].decode().lower()
    assert all(name in allowed for name in ("authorization", "content-type", "x-retry-count"))
    assert send("/v1/t", b"", method="GET")[0] == 405
    assert in_inbox(source) == []


def test_gzip_is_taken(source: SourceInfo) -> None:
    body = gzipped(batch_body(track("A"), writeKey=source.keys[0].key))
    assert send("/v1/batch", body, Content_Encoding="gzip", Authorization="Bearer token")[0] == 200
    assert [event.name for event in in_inbox(source)] == ["A"]


@pytest.mark.parametrize("authorization", ["", "Basic bm9uZXN1Y2hrZXk6", "Basic x", "Bearer y"])
def test_an_unknown_key_is_answered_like_a_known_one_and_keeps_nothing(source: SourceInfo, authorization: str) -> None:
    status, _, content = send("/v1/batch", batch_body(track(), 5), Authorization=authorization)
    assert (status, content) == (200, {"success": True})
    assert in_inbox(source) == []
    assert rejected_of(source) == []


def test_a_revoked_key_keeps_nothing_and_its_page_tells_that_it_is_used(now: datetime) -> None:
    actor = make_actor()
    source = make_source(actor)
    key = source.keys[0]
    sources.revoke_write_key(actor=actor, source_id=source.id, write_key_id=key.id, at=now)
    assert send("/v1/batch", batch_body(track()), Authorization=basic(source))[0] == 200
    assert in_inbox(source) == []
    row = WriteKey.objects.for_actor(actor).get()
    assert row.last_used_at is None
    assert row.last_refused_at is not None


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"batch":1}', b'{"batch":["' + b"x" * 600_000 + b'"]}', b"[" * 100_000],
    ids=["empty", "cut off", "list", "no utf-8", "no batch", "too large", "deep"],
)
def test_what_cannot_be_read_is_refused_so_that_no_client_repeats_it(source: SourceInfo, body: bytes) -> None:
    status, _, content = send("/v1/batch", body, Authorization=basic(source))
    assert status == 400
    assert content["code"] == "invalid_request"
    assert content["message"]
    assert in_inbox(source) == []


def test_a_single_call_beyond_32_kb_is_refused(source: SourceInfo) -> None:
    body = json.dumps(track(properties={"text": "x" * 33_000})).encode()
    assert send("/v1/track", body, Authorization=basic(source))[0] == 400
    assert send("/v1/track", gzipped(body), Authorization=basic(source), Content_Encoding="gzip")[0] == 400
    assert in_inbox(source) == []


def test_a_full_inbox_sends_clients_away_for_a_while(source: SourceInfo) -> None:
    application = make_intake(inbox_bytes=50)
    first = send("/v1/batch", batch_body(track("A")), application=application, Authorization=basic(source))
    status, headers, content = send(
        "/v1/batch", batch_body(track("B")), application=application, Authorization=basic(source)
    )
    assert (first[0], status) == (200, 429)
    assert headers[b"retry-after"] == headers[b"x-ratelimit-reset"] == b"30"
    assert content["code"] == "try_later"
    assert [event.name for event in in_inbox(source)] == ["A"]


def test_what_was_drained_makes_room_again(source: SourceInfo, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_http, "LOOK_EVERY_SECONDS", 0.0)
    application = make_intake(inbox_bytes=50)
    for name, status in (("A", 200), ("B", 429)):
        given = send("/v1/batch", batch_body(track(name)), application=application, Authorization=basic(source))
        assert given[0] == status
    store = PlainStore()
    draining.drain_inbox(store=store, at=now)
    again = send("/v1/batch", batch_body(track("B")), application=application, Authorization=basic(source))
    assert again[0] == 200
    draining.drain_inbox(store=store, at=now)
    assert [event.name for event in store.events] == ["A", "B"]


def test_a_disk_that_runs_full_sends_clients_away_until_there_is_room(
    source: SourceInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_http, "LOOK_EVERY_SECONDS", 0.0)
    free = shutil.disk_usage("/").free
    tight = make_intake(least_free_bytes=free * 2)
    status, headers, content = send("/v1/batch", batch_body(track("A")), application=tight, Authorization=basic(source))
    assert (status, content["code"], headers[b"retry-after"]) == (429, "try_later", b"30")
    assert in_inbox(source) == []
    roomy = make_intake(least_free_bytes=free // 2)
    assert send("/v1/batch", batch_body(track("A")), application=roomy, Authorization=basic(source))[0] == 200
    assert [event.name for event in in_inbox(source)] == ["A"]


@pytest.mark.parametrize("look_every", [0.0, 60.0])
def test_wrong_events_of_a_source_take_only_so_much_in_an_hour(
    source: SourceInfo, monkeypatch: pytest.MonkeyPatch, look_every: float
) -> None:
    monkeypatch.setattr(intake_http, "LOOK_EVERY_SECONDS", look_every)
    application = make_intake(inbox_bytes=20 * 40_000)
    wrong = {"type": "nonsense", "userId": "a", "properties": {"x": "y" * 1000}}
    body = batch_body(track("A"), *[wrong] * 15, context={"x": "y" * 500})
    for _ in range(5):
        assert send("/v1/batch", body, application=application, Authorization=basic(source))[0] == 200
    rows = rejected_of(source)
    assert len(rows) == 2 * 15  # a batch takes 30 kB, and what was within the limit is kept whole
    assert {row.size for row in rows} == {len(bytes(row.raw)) + len(bytes(row.shared_context)) + 500 for row in rows}
    assert len(in_inbox(source)) == 5
    other = make_source()
    assert send("/v1/batch", body, application=application, Authorization=basic(other))[0] == 200
    assert len(rejected_of(other)) == 15


def test_wrong_events_are_kept_again_an_hour_later(source: SourceInfo) -> None:
    wrong = batch_body({"type": "nonsense", "userId": "a"})
    rows = RejectedEvent.objects.for_workspace(source.workspace_id)
    for kept in (1, 1):
        send("/v1/batch", wrong, application=make_intake(inbox_bytes=20), Authorization=basic(source))
        assert rows.count() == kept
    rows.update(received_at=clock.now() - timedelta(minutes=61))
    send("/v1/batch", wrong, application=make_intake(inbox_bytes=20), Authorization=basic(source))
    assert rows.count() == 2


def test_acknowledged_means_on_the_disk() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone() == (2,)  # FULL: the log is synced before a commit returns
        else:
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",)


def test_a_database_that_does_not_take_it_is_no_acknowledgement(
    source: SourceInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_given: object) -> None:
        raise DatabaseError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(intake_http.intake_operations, "keep_arrivals", refuse)
        status, headers, content = send("/v1/batch", batch_body(track()), Authorization=basic(source))
    assert (status, content["code"], headers[b"retry-after"]) == (503, "not_kept", b"5")
    assert in_inbox(source) == []


def test_the_door_leads_events_to_the_intake_a_clients_settings_to_the_script_and_the_rest_to_the_pages(
    source: SourceInfo,
) -> None:
    script = PageScript(file=Path("/nowhere"), base_url="https://firstwin.example.com")
    door = FrontDoor(intake=make_intake(), script=script, pages=WebHandler())
    assert send("/v1/batch", batch_body(track("A")), application=door, Authorization=basic(source))[0] == 200
    settings_of = f"/v1/projects/{source.keys[0].key}/settings"
    status, _, content = async_to_sync(ask)(door, settings_of, b"", {}, "GET")
    assert (status, "Segment.io" in json.loads(content)["integrations"]) == (200, True)
    assert send("/v1/projects", b"", application=door, method="GET")[0] == 404
    status, headers, _ = async_to_sync(ask)(door, "/health/live", b"", {}, "GET")
    assert status == 200
    assert b"X-Request-ID" in headers
    assert len(in_inbox(source)) == 1


def arrival_of(source: SourceInfo, now: datetime, number: int) -> Arrival:
    holder = holder_of(source)
    return Arrival(
        workspace_id=holder.workspace_id,
        source_id=holder.source_id,
        write_key_id=holder.write_key_id,
        received_at=now,
        lines=str(number).encode(),
        count=1,
    )


def together(source: SourceInfo, now: datetime, keep: Callable[[list[int]], None]) -> tuple[list[list[int]], list[Any]]:
    """Hand in five arrivals at once; which were committed together, and how each of them ended."""
    commits: list[list[int]] = []

    async def keep_all(arrivals: Sequence[Arrival], _note: Sequence[UUID]) -> None:
        await asyncio.sleep(0)
        numbers = [int(arrival.lines) for arrival in arrivals]
        keep(numbers)
        commits.append(numbers)

    async def run() -> list[Any]:
        commit = GroupCommit(keep_all)
        waiting = [commit.hand_in(arrival_of(source, now, number)) for number in range(5)]
        return await asyncio.gather(*waiting, return_exceptions=True)

    return commits, asyncio.run(run())


def test_requests_that_come_together_are_committed_together(source: SourceInfo, now: datetime) -> None:
    commits, ends = together(source, now, lambda _numbers: None)
    assert commits == [[0, 1, 2, 3, 4]]
    assert ends == [None] * 5


def test_one_that_cannot_be_kept_does_not_take_the_others_with_it(source: SourceInfo, now: datetime) -> None:
    def keep(numbers: list[int]) -> None:
        if 3 in numbers:
            raise DatabaseError("its workspace is gone")

    commits, ends = together(source, now, keep)
    assert commits == [[0], [1], [2], [4]]
    assert [isinstance(end, DatabaseError) for end in ends] == [False, False, False, True, False]


def test_more_than_fits_into_memory_is_refused_at_once(source: SourceInfo, now: datetime) -> None:
    async def keep(_arrivals: Sequence[Arrival], _note: Sequence[UUID]) -> None:
        await asyncio.sleep(0)

    async def run() -> None:
        await GroupCommit(keep).hand_in(replace(arrival_of(source, now, 1), lines=b"x" * 33 * 1024 * 1024))

    with pytest.raises(OverloadedError):
        asyncio.run(run())


def test_a_key_is_looked_up_once_in_ten_seconds_and_an_unknown_one_soon_again(source: SourceInfo) -> None:
    holder = holder_of(source)
    asked: list[str] = []
    seconds = [0.0]

    async def find(key: str) -> KeyHolder | None:
        asked.append(key)
        return holder if key == "known" else None

    async def run() -> None:
        ring = KeyRing(find, clock=lambda: seconds[0])
        for moment in (0.0, 0.5, 1.5, 9.9, 10.1):
            seconds[0] = moment
            assert await ring.find("known") == holder
            assert await ring.find("unknown") is None

    asyncio.run(run())
    assert asked.count("known") == 2
    assert asked.count("unknown") == 3


def test_nothing_is_kept_for_an_empty_batch(source: SourceInfo) -> None:
    assert send("/v1/batch", batch_body(), Authorization=basic(source))[0] == 200
    assert not InboxBatch.objects.for_workspace(source.workspace_id).exists()

"""Reading requests and events of the tracking contract, whatever comes."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.usage.contracts import EARLIEST_EVENT, EventKind, RejectReason, UnreadableRequestError
from firstwin.usage.rules import keys, reading, requests, times
from tests.conftest import MONDAY
from tests.factories.usage import batch_body, gzipped, track

BATCH_ID = UUID(int=7)


def sort(*items: Any, **more: Any) -> reading.Sorted:
    request = requests.read_request(batch_body(*items, **more), call="batch")
    return reading.sort_events(request, received_at=MONDAY, batch_id=BATCH_ID)


def sort_raw(*items: bytes) -> reading.Sorted:
    request = requests.read_request(b'{"batch":[' + b",".join(items) + b"]}", call="batch")
    return reading.sort_events(request, received_at=MONDAY, batch_id=BATCH_ID)


def reason_of(item: Any, **more: Any) -> RejectReason:
    found = sort(item, **more)
    assert not found.events
    return found.rejections[0].reason


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("/v1/track", "track"),
        ("/v1/t", "track"),
        ("/v1/batch", "batch"),
        ("/v1/b", "batch"),
        ("/v1/a/", "alias"),
        ("/v1/x", ""),
        ("/v1/", ""),
        ("/api/v1/track", ""),
        ("/v1/projects", ""),
    ],
)
def test_an_address_names_its_call(path: str, call: str) -> None:
    assert requests.call_of(path) == call


def test_each_kind_of_call_is_read() -> None:
    found = sort(
        track(properties={"rows": 3}),
        {"type": "page", "userId": "ada", "name": "Home", "category": "App", "properties": {"path": "/"}},
        {"type": "screen", "anonymousId": "x", "name": "Start"},
        {"type": "identify", "userId": 42, "traits": {"email": "ada@acorn.example"}},
        {"type": "group", "userId": "ada", "groupId": "acorn", "traits": {"seats": 5}},
        {"type": "alias", "userId": "ada", "previousId": "x"},
        context={"library": {"name": "python"}},
    )
    assert not found.rejections
    kinds = [event.kind for event in found.events]
    assert kinds == [EventKind(kind) for kind in ("track", "page", "screen", "identify", "group", "alias")]
    first, page, screen, identify, group, alias = found.events
    assert (first.name, first.user_id, json.loads(first.properties)) == ("Report Viewed", "ada", {"rows": 3})
    assert json.loads(first.context) == {"library": {"name": "python"}}
    assert json.loads(page.properties) == {"category": "App", "path": "/"}
    assert (screen.anonymous_id, screen.user_id) == ("x", "")
    assert (identify.user_id, json.loads(identify.properties)) == ("42", {"email": "ada@acorn.example"})
    assert (group.group_id, json.loads(group.properties)) == ("acorn", {"seats": 5})
    assert alias.previous_id == "x"


def test_what_an_event_says_of_itself_beats_what_the_batch_says() -> None:
    found = sort(track(context={"groupId": "oak", "page": 1}), context={"groupId": "elm", "locale": "de"})
    assert json.loads(found.events[0].context) == {"groupId": "oak", "locale": "de", "page": 1}
    assert found.events[0].group_id == "oak"


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (5, RejectReason.NOT_AN_EVENT),
        ([], RejectReason.NOT_AN_EVENT),
        (None, RejectReason.NOT_AN_EVENT),
        ({"type": "track", "event": "A"}, RejectReason.NOBODY),
        ({"type": "track", "userId": "", "event": "A"}, RejectReason.NOBODY),
        ({"type": "track", "userId": "a"}, RejectReason.NO_NAME),
        ({"type": "track", "userId": "a", "event": 7}, RejectReason.NO_NAME),
        ({"type": "group", "userId": "a"}, RejectReason.NO_GROUP),
        ({"type": "alias", "userId": "a"}, RejectReason.NO_PREVIOUS),
        ({"type": "bake", "userId": "a"}, RejectReason.UNKNOWN_TYPE),
        ({"userId": "a", "event": "A"}, RejectReason.UNKNOWN_TYPE),
        (track(userId=True), RejectReason.WRONG_VALUE),
        (track(userId=1.5), RejectReason.WRONG_VALUE),
        (track(userId={"id": 1}), RejectReason.WRONG_VALUE),
        (track(userId="a" * 257), RejectReason.WRONG_VALUE),
        (track(userId="a\x00b"), RejectReason.WRONG_VALUE),
        (track(event="a" * 501), RejectReason.WRONG_VALUE),
        (track(properties=[1]), RejectReason.WRONG_VALUE),
        (track(context="home"), RejectReason.WRONG_VALUE),
        (track(messageId=[1]), RejectReason.WRONG_VALUE),
        (track(timestamp="yesterday"), RejectReason.BAD_TIME),
        (track(timestamp=1772442000), RejectReason.BAD_TIME),
        (track(timestamp="0000-01-01T00:00:00Z"), RejectReason.BAD_TIME),
        (track(timestamp="0001-01-01T00:00:00+14:00"), RejectReason.BAD_TIME),
        (track(timestamp="+010000-01-01T00:00:00Z"), RejectReason.BAD_TIME),
        (track(timestamp="9999-12-31T23:59:59Z"), RejectReason.IMPOSSIBLE_TIME),
        (track(timestamp="1999-12-31T23:59:59Z"), RejectReason.IMPOSSIBLE_TIME),
        (track(properties={"text": "x" * 33_000}), RejectReason.TOO_LARGE),
    ],
)
def test_what_cannot_be_an_event_is_rejected_with_its_reason(item: Any, reason: RejectReason) -> None:
    assert reason_of(item) is reason


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"type":"track","userId":"a","event":"\\ud800"}', RejectReason.UNREADABLE),
        (b'{"type":"track","userId":"a","event":"A","properties":{"x":"\\udfff"}}', RejectReason.UNREADABLE),
        (b'{"type":"track","userId":"a","event":"A","properties":{"x":NaN}}', RejectReason.UNREADABLE),
        (b'{"type":"track","userId":"a","event":"A","properties":{"x":1e999}}', RejectReason.WRONG_VALUE),
        (
            b'{"type":"track","userId":"a","event":"A","properties":{"x":' + b"9" * 9000 + b"}}",
            RejectReason.WRONG_VALUE,
        ),
        (
            b'{"type":"track","userId":"a","event":"A","properties":' + b'{"x":' * 900 + b"1" + b"}" * 900 + b"}",
            RejectReason.TOO_DEEP,
        ),
    ],
    ids=["surrogate in name", "surrogate in property", "no number", "huge float", "huge integer", "deep"],
)
def test_a_value_that_breaks_readers_is_rejected_and_its_neighbours_are_not(raw: bytes, reason: RejectReason) -> None:
    found = sort_raw(raw, b'{"type":"track","userId":"b","event":"B"}')
    assert [one.reason for one in found.rejections] == [reason]
    assert [event.name for event in found.events] == ["B"]


def test_brackets_in_texts_are_no_levels_and_64_levels_are_fine() -> None:
    deep: Any = 1
    for _ in range(reading.MOST_LEVELS - 1):
        deep = {"x": deep}
    assert len(sort(track(properties={"text": '\\"[{' * 100})).events) == 1
    assert len(sort(track(properties=deep["x"])).events) == 1
    assert reason_of(track(properties={"x": {"x": deep}})) is RejectReason.TOO_DEEP


def test_more_than_2500_events_are_not_taken_in_but_kept_as_one() -> None:
    found = sort(*[track()] * 2500)
    assert len(found.events) == 2500
    found = sort(*[track()] * 2501)
    assert not found.events
    assert [one.reason for one in found.rejections] == [RejectReason.TOO_MANY]


def test_a_large_context_is_not_multiplied_by_its_events() -> None:
    found = sort(*[track()] * 1000, context={"text": "x" * 10_000})
    assert not found.events
    assert [one.reason for one in found.rejections] == [RejectReason.TOO_LARGE]


def test_the_same_message_id_is_the_same_event_and_none_is_told_by_its_place() -> None:
    one, other, third, fourth = sort(track(messageId="m"), track("Other", messageId="m"), track(), track()).events
    assert one.message_key == other.message_key
    assert len({one.message_key, third.message_key, fourth.message_key}) == 3
    again = sort(track(messageId="m"), track("Other", messageId="m"), track(), track()).events
    assert [event.message_key for event in again] == [event.message_key for event in (one, other, third, fourth)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"batch"',
        b"{",
        b'{"batch":5}',
        b'{"batch":{}}',
        b'{"other":[]}',
        b'{"batch":[{"userId":"\xff"}]}',
        b'{"x":"\xed\xa0\x80","batch":[]}',
        b'{"batch":[' + b"[" * 100_000 + b"]}",
        b'{"batch":[]} trailing',
        b'{"batch":["' + b"x" * 512_000 + b'"]}',
    ],
)
def test_a_body_that_is_no_batch_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(UnreadableRequestError):
        requests.read_request(body, call="batch")


def test_a_single_call_has_32_kb_and_takes_its_kind_from_the_address() -> None:
    request = requests.read_request(b'\xef\xbb\xbf{"userId":"a","event":"A","writeKey":"k"}', call="track")
    found = reading.sort_events(request, received_at=MONDAY, batch_id=BATCH_ID)
    assert (found.events[0].kind, request.write_key) == (EventKind.TRACK, "k")
    with pytest.raises(UnreadableRequestError, match="32 KB"):
        requests.read_request(json.dumps(track(text="x" * 33_000)).encode(), call="track")


def test_gzip_is_unpacked_and_a_bomb_is_not() -> None:
    body = batch_body(track())
    assert requests.unpacked(gzipped(body), encoding="gzip", most=1000) == body
    bomb = requests.unpacked(gzipped(b"x" * 50_000_000), encoding="gzip", most=requests.MOST_BATCH_BYTES)
    assert len(bomb) == requests.MOST_BATCH_BYTES + 1
    with pytest.raises(UnreadableRequestError, match="500 KB"):
        requests.read_request(bomb, call="batch")
    for broken in (b"no gzip", gzipped(body)[:-4]):
        with pytest.raises(UnreadableRequestError):
            requests.unpacked(broken, encoding="gzip", most=1000)
    with pytest.raises(UnreadableRequestError):
        requests.unpacked(body, encoding="br", most=1000)


@pytest.mark.parametrize(
    ("authorization", "in_body", "key"),
    [
        ("Basic d3JpdGVrZXkxOg==", None, "writekey1"),
        ("basic d3JpdGVrZXkxOg==", "another-key", "writekey1"),
        ("Bearer token", "writekey1", "writekey1"),
        ("", "writekey1", "writekey1"),
        ("Basic !!!", None, ""),
        ("Basic /////w==", None, ""),
        ("", 5, ""),
        ("", "short", ""),
        ("", "with\x00null-inside", ""),
        ("", "x" * 65, ""),
    ],
)
def test_a_write_key_is_found_wherever_clients_put_it(authorization: str, in_body: object, key: str) -> None:
    assert keys.find_write_key(authorization=authorization, in_body=in_body) == key


def test_a_wrong_clock_of_the_sender_is_corrected() -> None:
    late = MONDAY + timedelta(hours=5)
    sent = (late + timedelta(minutes=10)).isoformat()
    found = sort(track(timestamp=late.isoformat()), track(), sentAt=sent)
    assert [event.at for event in found.events] == [MONDAY - timedelta(minutes=10), MONDAY]
    assert sort(track(timestamp="2026-03-01T08:00:00")).events[0].at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert sort(track(timestamp="2026-03-01T08:00:00Z"), sentAt="soon").events[0].at.day == 1


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(timezones=zones)


@given(original=st.none() | instants, sent=st.none() | instants)
def test_a_corrected_time_is_possible_and_does_not_depend_on_the_offset(
    original: datetime | None, sent: datetime | None
) -> None:
    found = times.corrected(original, sent_at=sent, received_at=MONDAY)
    if original is None:
        assert found == MONDAY
    if found is None:
        return
    assert EARLIEST_EVENT <= found <= MONDAY + times.FUTURE_ALLOWED
    if original is not None and sent is not None:
        assert MONDAY - found == sent - original


@given(st.text(max_size=60) | st.integers() | st.floats() | st.none() | instants.map(lambda at: at.isoformat()))
def test_any_value_is_an_instant_or_none(value: object) -> None:
    found = times.read_instant(value)
    assert found is None or found.utcoffset() == timedelta(0)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [
    *("type", "userId", "anonymousId", "groupId", "previousId", "event", "name", "category"),
    *("messageId", "timestamp", "sentAt", "properties", "traits", "context"),
]
likely = st.sampled_from(["track", "page", "screen", "identify", "group", "alias", "ada", "2026-03-02T08:00:00Z"])
items = st.dictionaries(st.sampled_from(FIELDS), values | likely, max_size=len(FIELDS)) | values


@given(st.lists(items, max_size=5), values)
def test_every_event_of_a_readable_request_is_taken_in_or_rejected_and_reads_back(
    given_items: Any, context: Any
) -> None:
    found = sort(*given_items, context=context, sentAt=context)
    assert len(found.events) + len(found.rejections) == len(given_items)
    lines = reading.as_lines(found.events)
    assert msgspec.json.Decoder(reading.UsageEvent).decode_lines(lines) == found.events
    for event in found.events:
        assert event.user_id or event.anonymous_id
        assert isinstance(json.loads(event.properties), dict)
        assert isinstance(json.loads(event.context), dict)
        assert len(event.properties.encode()) < 70_000
    for one in found.rejections:
        assert one.detail
        assert one.detail.encode()
        assert len(one.detail) <= 300
        assert "\x00" not in one.detail + one.kind + one.name


@given(st.binary(max_size=400) | items.map(json.dumps).map(str.encode), st.sampled_from(["batch", "track", "alias"]))
def test_any_body_is_read_or_refused(body: bytes, call: str) -> None:
    try:
        request = requests.read_request(body, call=call)
    except UnreadableRequestError:
        return
    found = reading.sort_events(request, received_at=MONDAY, batch_id=BATCH_ID)
    assert len(found.events) + len(found.rejections) == len(request.items)

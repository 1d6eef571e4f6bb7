"""chDB and the plain store agree on random events; what is appended twice is there once; what is deleted is gone."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.goals import Aggregate, Comparison
from firstwin.usage.contracts.store import EventScope, Period, StoredEvent, StoreUnavailableError, Subject
from firstwin.usage.operations.store import ChdbEngine, EventWriter
from tests.usage.oracle import PlainStore

pytestmark = pytest.mark.long
START = datetime(2026, 2, 20, tzinfo=UTC)
ACCOUNTS = (UUID(int=501), UUID(int=502))
_workspaces = count(1000)
engines: list[ChdbEngine] = []


@pytest.fixture(scope="module", autouse=True)
def _engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    engines.append(ChdbEngine(Path(tmp_path_factory.mktemp("events"))))
    yield
    engines.pop().close()


def writer() -> EventWriter:
    return EventWriter(engines[0])


names = st.sampled_from(["Report Viewed", "it's", "a\\b", "tab\tnew\nline", '"{ü}"', "A"])
people = st.sampled_from(["ada", "ben", "o'neil\\", ""])
moments = st.integers(0, 60 * 24 * 40).map(lambda minutes: START + timedelta(minutes=minutes)) | st.sampled_from(
    [START + timedelta(days=3, microseconds=number) for number in range(3)]
)
properties = st.dictionaries(st.sampled_from(["plan", "rows"]), st.integers(-9, 9) | st.booleans() | names, max_size=2)


@st.composite
def stored_events(draw: st.DrawFn) -> StoredEvent:
    user = draw(people)
    kind = draw(st.sampled_from([EventKind.TRACK, EventKind.TRACK, EventKind.TRACK, EventKind.PAGE]))
    return StoredEvent(
        workspace_id=UUID(int=draw(st.integers(1, 2))),
        source_id=UUID(int=draw(st.integers(1, 2))),
        message_key=UUID(int=draw(st.integers(1, 40)) << draw(st.sampled_from([0, 64, 100]))),
        kind=kind,
        name=draw(names),
        user_id=user,
        anonymous_id=draw(st.sampled_from(["", "x"])) if user else draw(st.sampled_from(["x", "y", "o'x"])),
        group_id=draw(st.sampled_from(["", "acorn", "oak's"])),
        previous_id="",
        at=draw(moments),
        received_at=START + timedelta(days=50),
        properties=json.dumps(draw(properties), ensure_ascii=False),
        context="{}",
    )


def answers(store: Any, scope: EventScope) -> dict[str, Any]:
    """What a store says to every question."""
    hour, week = timedelta(hours=1), timedelta(days=7)
    sessions = store.sessions(scope, gap=hour)
    latest = store.timeline(scope, person="", limit=7)
    of_one = store.timeline(scope, person="o'neil\\", limit=5)
    return {
        **{f"active by {by}": store.active_users(scope, by=by) for by in Period},
        "sessions": (sessions.sessions, sessions.users, round(sessions.seconds, 3)),
        "adoption": store.adoption(scope, features={"one": ["it's", "a\\b"], "two": ["tab\tnew\nline"]}),
        **{
            f"first {number} of {of}": store.first_occurrence(scope, names=["A", "a\\b"], count=number, of=of)
            for of in Subject
            for number in (1, 2)
        },
        **{
            f"funnel of {of}": store.funnel(scope, steps=["Report Viewed", "tab\tnew\nline", "A"], within=week, of=of)
            for of in Subject
        },
        "retention": store.retention(scope, weeks=4),
        "stickiness": dict(store.stickiness(scope)),
        "top features": store.top_features(scope, limit=4),
        "timeline": [getattr(one, "message_key", one) for one in latest],
        "timeline of one": [getattr(one, "message_key", one) for one in of_one],
        "breakdown": store.breakdown(scope, name="A", key="plan", limit=5),
        "export": list(store.export(scope)),
        **{f"accounts by {by}": store.activity_by_account(scope, by=by) for by in Period},
        "accounts": store.accounts(scope),
        "people": (people := store.people(scope, limit=2)),
        "more people": store.people(scope, limit=9, after=people[-1].cursor) if people else [],
        "some people": store.people_named(scope, people=["o'neil\\", "anonymous:x", "ada", "nobody"]),
        "some groups": store.groups_named(scope, group_ids=["oak's", "acorn"]),
        "did": store.did_by_account(scope, names=["A", "it's"]),
        "did anything": store.did_by_account(scope, names=[]),
        "catalogue": store.catalogue(scope),
        **engagement(store, scope),
        **goals(store, scope),
    }


def engagement(store: Any, scope: EventScope) -> dict[str, Any]:
    """Means are compared to nine digits, for they are added up in another order. Accounts have different wins, or the same."""
    some = {"one": ["A", "it's"], "two": ["A"], "none": []}
    own = {ACCOUNTS[0]: ["A", "it's"], ACCOUNTS[1]: ["a\\b", "tab\tnew\nline"]}
    same = {account: ["Report Viewed", "A", "A"] for account in (*ACCOUNTS, UUID(int=503))}
    found = [
        store.engagement(scope, gap=timedelta(hours=30), features=features, wins=wins)
        for features, wins in ((some, own), (some, same), ({}, {ACCOUNTS[0]: []}))
    ]
    means = [
        (one.active_days_per_week, one.features_per_user, one.median_session_seconds or 0.0)
        for one in (found[0], found[-1])
    ]
    return {
        "engagement": (found[0].users, found[0].sessions, [[round(one, 9) for one in some] for some in means]),
        "wins": [one.wins for one in found],
    }


def goals(store: Any, scope: EventScope) -> dict[str, Any]:
    """What a store says about goals of every kind."""
    week, some, nothing = timedelta(days=7), ["A", "it's"], []
    return {
        **{
            f"{names} {number} within {window}": (
                store.reach_count(scope, names=some, count=number, window=window),
                store.reach_users(scope, names=names, users=number, window=window),
            )
            for names in (nothing, some)
            for number in (1, 2)
            for window in (None, week)
        },
        **{
            f"{names} {number} days": store.reach_days(scope, names=names, days=number, consecutive=consecutive)
            for number, names, consecutive in (
                (2, some, False),
                (2, nothing, False),
                (2, nothing, True),
                (3, nothing, True),
            )
        },
        **{
            f"sequence for {count}": store.reach_sequence(
                scope, steps=["A", "it's", "Report Viewed"], within=3 * week, count=count
            )
            for count in (1, 2)
        },
        **{
            f"{aggregate} {comparison}": store.reach_metric(
                scope, name="A", key="rows", aggregate=aggregate, comparison=comparison, target=target
            )
            for aggregate, comparison, target in zip(Aggregate, Comparison, (2, 3, -4.5, 1, 0), strict=True)
        },
    }


def tell(store: Any, workspace: UUID, order: tuple[str, Any, Any]) -> None:
    """Say who is who and whose is what."""
    what, one, other = order
    if what == "link":
        store.link(workspace, anonymous_id=one, user_id=other)
    elif what == "unlink":
        store.unlink(workspace, anonymous_id=one)
    elif what == "merge":
        store.merge(workspace, user_id=one, into=other)
    else:
        store.place(workspace, group_id=one, account_id=other)


users = st.sampled_from(["ada", "ben", "o'neil\\"])
strangers = st.sampled_from(["x", "y", "o'x"])
told = (
    st.tuples(st.just("link"), strangers, users)
    | st.tuples(st.just("unlink"), strangers, st.none())
    | st.tuples(st.just("merge"), users, users | st.none())
    | st.tuples(
        st.just("place"), st.sampled_from(["acorn", "oak's", "elm"]), st.sampled_from([*ACCOUNTS, ACCOUNTS[0], None])
    )
)


@settings(max_examples=12)
@given(
    st.lists(stored_events(), max_size=40),
    st.lists(told, max_size=12),
    st.integers(0, 40),
    st.integers(1, 40),
    st.sampled_from([0, 0, 1, 700]),
    st.sampled_from([{}, {}, {"group_id": "oak's"}, {"account_ids": ACCOUNTS[:1]}, {"account_ids": ()}]),
)
def test_both_stores_answer_the_same(
    events: list[StoredEvent],
    orders: list[tuple[str, Any, Any]],
    first: int,
    days: int,
    minutes: int,
    more: dict[str, Any],
) -> None:
    # The engine keeps what earlier examples brought, so each example has workspaces of its own.
    fresh = {UUID(int=1): UUID(int=next(_workspaces)), UUID(int=2): UUID(int=next(_workspaces))}
    events = [replace(event, workspace_id=fresh[event.workspace_id]) for event in events]
    plain, real = PlainStore(), writer()
    half, workspace = len(events) // 2, fresh[UUID(int=1)]
    for order in orders[::2]:
        tell(plain, workspace, order)
        tell(real, workspace, order)
    for piece in (events[:half], events[half:], events):
        assert real.append(piece) == plain.append(piece)
    for order in orders[1::2]:
        tell(plain, workspace, order)
        tell(real, workspace, order)
    since = START + timedelta(days=first, minutes=minutes)
    scope = EventScope(
        workspace_id=workspace,
        since=since,
        until=since + timedelta(days=days, minutes=minutes // 3),
        source_id=UUID(int=1) if days % 5 == 0 else None,
        **more,
    )
    assert answers(real, scope) == answers(plain, scope)
    for person in ("o'neil\\", "anonymous:x"):
        assert real.delete_person(workspace, person=person) == plain.delete_person(workspace, person=person)
    assert list(real.export(scope)) == list(plain.export(scope))


def simple(number: int, **more: Any) -> StoredEvent:
    given_fields = {
        "workspace_id": UUID(int=1),
        "source_id": UUID(int=1),
        "message_key": UUID(int=number + 1),
        "kind": EventKind.TRACK,
        "name": "A",
        "user_id": "ada",
        "anonymous_id": "",
        "group_id": "",
        "previous_id": "",
        "at": START + timedelta(seconds=number),
        "received_at": START,
        "properties": "{}",
        "context": "{}",
    }
    return StoredEvent(**{**given_fields, **more})


def test_an_export_in_pieces_is_whole_and_another_workspace_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = UUID(int=next(_workspaces))
    events = [simple(number, workspace_id=workspace) for number in range(10)]
    events += [simple(number + 100, workspace_id=workspace, at=START) for number in range(10)]
    assert writer().append(events) == 20
    monkeypatch.setattr("firstwin.usage.queries.store.reading.EXPORT_PIECE", 3)
    scope = EventScope(workspace_id=workspace, since=START, until=START + timedelta(days=1))
    assert len(list(writer().export(scope))) == 20
    other = EventScope(workspace_id=UUID(int=next(_workspaces)), since=START, until=START + timedelta(days=1))
    assert list(writer().export(other)) == []
    assert writer().delete_person(other.workspace_id, person="ada") == 0


def test_the_same_event_counts_again_after_thirty_days() -> None:
    workspace = UUID(int=next(_workspaces))
    assert writer().append([simple(1, workspace_id=workspace)]) == 1
    for days, new in ((30, 0), (31, 1)):
        again = simple(1, workspace_id=workspace, received_at=START + timedelta(days=days))
        assert writer().append([again]) == new


def test_a_refused_insert_is_taken_when_it_comes_again() -> None:
    workspace = UUID(int=next(_workspaces))
    event = simple(7, workspace_id=workspace)
    engines[0].write("ALTER TABLE events ADD CONSTRAINT refuse CHECK kind = 'page'", {})
    with pytest.raises(StoreUnavailableError):
        writer().append([event])
    engines[0].write("ALTER TABLE events DROP CONSTRAINT refuse", {})
    assert [writer().append([event]), writer().append([event])] == [1, 0]


def test_what_is_deleted_meanwhile_does_not_look_like_a_refused_insert(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = iter([100, 90])
    monkeypatch.setattr(engines[0], "_count", lambda: next(counts))
    event = simple(7, workspace_id=UUID(int=next(_workspaces)))
    assert writer().append([event]) == 1
    monkeypatch.undo()
    assert writer().append([event]) == 0


def test_what_is_being_deleted_is_hidden_at_once_and_then_added_up_anew() -> None:
    workspace = UUID(int=next(_workspaces))
    events = [
        simple(n, workspace_id=workspace, user_id=f"user {n % 5}", at=START + timedelta(hours=n)) for n in range(90)
    ]
    scope = EventScope(workspace_id=workspace, since=START, until=START + timedelta(days=9))
    assert writer().append(events) == 90
    engines[0].write("SYSTEM STOP MERGES events", {})
    deletion = (
        "ALTER TABLE events DELETE WHERE workspace_id = {w:UUID} AND user_id = 'user 3' SETTINGS mutations_sync = 0"
    )
    engines[0].write(deletion, {"w": str(workspace)})
    hidden = (writer().stickiness(scope), writer().active_users(scope, by=Period.MONTH))
    engines[0].write("SYSTEM START MERGES events", {})
    # Everything that is still to be deleted is waited for by one more deletion, of nobody.
    nobody = deletion.replace("user 3", "nobody").replace("mutations_sync = 0", "mutations_sync = 2")
    engines[0].write(nobody, {"w": str(workspace)})
    gone = (writer().stickiness(scope), writer().active_users(scope, by=Period.MONTH))
    plain = PlainStore()
    plain.append([event for event in events if event.user_id != "user 3"])
    assert hidden == gone == (plain.stickiness(scope), plain.active_users(scope, by=Period.MONTH))


def test_questions_are_answered_side_by_side() -> None:
    question = "SELECT {n:UInt8} AS n, sum(number) AS s FROM numbers(1000000)"
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: engines[0].read(question, {"n": str(n)}), range(8)))
    assert [msgspec.json.decode(one)["n"] for one in found] == list(range(8))

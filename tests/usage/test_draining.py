"""From the inbox into the store: all of it, once, whatever breaks in between."""

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from django.db import DataError, connection

from firstwin.usage.contracts.store import StoredEvent, StoreUnavailableError
from firstwin.usage.models import InboxBatch, SetAsideBatch
from firstwin.usage.operations import draining, erasure, noting
from firstwin.usage.operations import set_aside as set_aside_operations
from tests.factories.identity import make_actor
from tests.factories.usage import in_inbox, make_source, take_in, track
from tests.usage.oracle import PlainStore

pytestmark = pytest.mark.django_db


class BreakingStore(PlainStore):
    """Keeps part of what it is given and breaks, as if the power went."""

    def __init__(self, kept: int) -> None:
        super().__init__()
        self.kept = kept

    def append(self, events: Sequence[StoredEvent]) -> int:
        super().append(events[: self.kept])
        raise StoreUnavailableError("the power went")


def test_what_waits_is_moved_with_its_place(now: datetime) -> None:
    source, other = make_source(), make_source()
    take_in(source, track("A", properties={"rows": 3}, messageId="m"), track("B"), at=now)
    take_in(other, track("C"), at=now)
    store = PlainStore()
    assert draining.has_waiting()
    done = draining.drain_inbox(store=store, at=now)
    assert (done.taken, done.new, done.has_more) == (3, 3, False)
    assert not draining.has_waiting()
    assert [(event.workspace_id, event.source_id, event.name) for event in store.events] == [
        (source.workspace_id, source.id, "A"),
        (source.workspace_id, source.id, "B"),
        (other.workspace_id, other.id, "C"),
    ]
    assert store.events[0].properties == '{"rows":3}'
    assert draining.drain_inbox(store=store, at=now).taken == 0


def test_what_a_client_sends_again_is_there_once(now: datetime) -> None:
    source, other = make_source(), make_source()
    take_in(source, track("A", messageId="m"), track("A", messageId="m"), at=now)
    take_in(source, track("A", messageId="m"), track("B", messageId="n"), at=now + timedelta(seconds=3))
    take_in(other, track("A", messageId="m"), at=now)
    store = PlainStore()
    done = draining.drain_inbox(store=store, at=now)
    assert (done.taken, done.new) == (5, 3)


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_a_store_that_breaks_halfway_leaves_the_inbox_and_nothing_is_there_twice(kept: int, now: datetime) -> None:
    source = make_source()
    take_in(source, track("A"), track("B"), at=now)
    take_in(source, track("C"), at=now)
    broken = BreakingStore(kept)
    with pytest.raises(StoreUnavailableError):
        draining.drain_inbox(store=broken, at=now)
    assert len(in_inbox(source)) == 3
    mended = PlainStore()
    mended.events = broken.events
    assert draining.drain_inbox(store=mended, at=now).new == 3 - kept
    assert sorted(event.name for event in mended.events) == ["A", "B", "C"]


def test_a_round_takes_so_much_and_says_that_there_is_more(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_source()
    for _ in range(3):
        take_in(source, track("A"), track("B"), at=now)
    take_in(source, *[track("C")] * 5, at=now)
    monkeypatch.setattr(draining, "MOST_EVENTS", 4)
    store = PlainStore()
    rounds = []
    while draining.has_waiting():
        rounds.append(draining.drain_inbox(store=store, at=now))
    assert [done.taken for done in rounds] == [4, 2, 5]
    assert [done.has_more for done in rounds] == [True, False, True]
    assert not InboxBatch.objects.for_workspace(source.workspace_id).exists()


class RefusingStore(PlainStore):
    """Refuses whatever holds an event of a name, and anything while it is down."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.is_down = False

    def append(self, events: Sequence[StoredEvent]) -> int:
        if self.is_down or any(event.name == self.name for event in events):
            raise StoreUnavailableError(f"{self.name} cannot be stored")
        return super().append(events)


def set_aside() -> list[tuple[int, str]]:
    rows = SetAsideBatch.objects.across_workspaces(reason="a test").order_by("id")
    return [(row.events, row.reason) for row in rows]


def test_a_batch_that_cannot_be_read_is_set_aside_and_the_others_are_moved(now: datetime) -> None:
    actor = make_actor()
    source = make_source(actor)
    for broken in (b"not packed", zlib.compress(b'{"kind":"track"}'), zlib.compress(b'{"name":"\xff"}')):
        take_in(source, track("Lost"), at=now)
        newest = InboxBatch.objects.for_actor(actor).order_by("-id")
        InboxBatch.objects.for_actor(actor).filter(id=newest[0].id).update(lines=broken)
    take_in(source, track("A"), track("B"), at=now)
    store = PlainStore()
    done = draining.drain_inbox(store=store, at=now)
    assert (done.taken, done.new, done.set_aside, done.has_more) == (2, 2, 3, False)
    assert {event.name for event in store.events} == {"A", "B"}
    assert not draining.has_waiting()
    assert [(events, reason[:24]) for events, reason in set_aside()] == [(1, "The batch cannot be read")] * 3


def test_what_the_store_refuses_is_set_aside_alone_once_batches_are_moved_singly(now: datetime) -> None:
    actor = make_actor()
    source = make_source(actor)
    for name in ("A", "Poison", "B"):
        take_in(source, track(name), track(name), at=now)
    store = RefusingStore("Poison")
    with pytest.raises(StoreUnavailableError):
        draining.drain_inbox(store=store, at=now)
    assert (store.events, len(in_inbox(source))) == ([], 6)
    done = draining.drain_singly(store=store, at=now)
    assert (done.taken, done.new, done.set_aside) == (4, 4, 1)
    assert sorted(event.name for event in store.events) == ["A", "A", "B", "B"]
    assert set_aside() == [(2, "Poison cannot be stored")]
    store.name = ""
    (row,) = SetAsideBatch.objects.for_actor(actor)
    set_aside_operations.retry_batch(actor=actor, batch_id=row.id, at=now)
    assert draining.drain_singly(store=store, at=now).new == 2
    assert (set_aside(), in_inbox(source)) == ([], [])


def test_what_the_database_will_never_take_is_set_aside_alone_and_holds_up_nobody(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source()
    for name in ("Poison", "A"):
        take_in(source, track(name), at=now)
    note = noting.note_events

    def refuse(*, prepared: noting.Prepared, at: datetime) -> None:
        if any(event.name == "Poison" for event in prepared.events):
            raise DataError("value too long")
        note(prepared=prepared, at=at)

    monkeypatch.setattr(noting, "note_events", refuse)
    store = PlainStore()
    with pytest.raises(DataError):
        draining.drain_inbox(store=store, at=now)
    assert draining.drain_singly(store=store, at=now).set_aside == 1
    assert set_aside() == [(1, "The database refuses what is to be noted of it: value too long")]
    assert in_inbox(source) == []


@pytest.fixture
def few_values() -> Iterator[None]:
    """SQLite as it is usually built takes 32,766 values with a statement; here it takes fewer still."""
    connection.ensure_connection()
    if connection.vendor != "sqlite":
        yield
        return
    usual = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 2_000)
    yield
    connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, usual)


def test_a_round_brings_more_new_people_than_a_statement_takes_values(now: datetime, few_values: None) -> None:
    source = make_source()
    for first in range(0, 6_000, 2_000):
        events = [
            track(user=f"user {n}", anonymousId=f"anon {n}", groupId=f"g {n}") for n in range(first, first + 2_000)
        ]
        take_in(source, *events, at=now)
    assert draining.drain_inbox(store=PlainStore(), at=now).taken == 6_000


@pytest.mark.parametrize("batches", [1, 30])
def test_a_store_that_refuses_every_batch_is_to_blame_and_nothing_is_set_aside(batches: int, now: datetime) -> None:
    source = make_source()
    for _ in range(batches):
        take_in(source, track("A"), at=now)
    store = RefusingStore("Poison")
    store.is_down = True
    with pytest.raises(StoreUnavailableError):
        draining.drain_singly(store=store, at=now)
    assert (len(in_inbox(source)), set_aside()) == (batches, [])


def test_what_was_erased_on_its_way_is_not_brought_into_the_store_and_not_set_aside(now: datetime) -> None:
    actor = make_actor()
    source = make_source(actor)
    take_in(source, track("A"), track("B", user="ben"), at=now)
    erasure.erase_person(actor=actor, person="ada", reference="", refuses_later=False, at=now + timedelta(seconds=1))
    store = PlainStore()
    done = draining.drain_inbox(store=store, at=now + timedelta(seconds=2))
    assert (done.taken, done.new, done.set_aside) == (2, 1, 0)
    assert [event.user_id for event in store.events] == ["ben"]
    assert (set_aside(), in_inbox(source)) == ([], [])

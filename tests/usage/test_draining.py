"""From the inbox into the store: all of it, once, whatever breaks in between."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from firstwin.usage.contracts.store import StoredEvent, StoreUnavailableError
from firstwin.usage.models import InboxBatch
from firstwin.usage.operations import draining
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

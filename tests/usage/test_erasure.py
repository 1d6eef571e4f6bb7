"""A person is erased everywhere, with proof; who was not meant keeps everything; what comes later is as was asked."""

import zlib
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstwin.identity.contracts import Actor, Role
from firstwin.journal.models import Entry
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from firstwin.usage.contracts import SourceInfo
from firstwin.usage.contracts.keeping import ErasureInfo, ErasureRunningError, ErasureState
from firstwin.usage.models import Erasure, SetAsideBatch, StoreOrder
from firstwin.usage.operations import applying, draining, erasure
from firstwin.usage.queries import keeping
from tests.factories.identity import make_actor, recorded
from tests.factories.usage import in_inbox, make_source, rejected_of, take_in, track
from tests.usage.oracle import PlainStore
from tests.usage.plain_keeper import PlainKeeper, PlainTaker

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor() -> Actor:
    return make_actor()


@pytest.fixture
def source(actor: Actor) -> SourceInfo:
    return make_source(actor)


def erase(actor: Actor, at: datetime, person: str = "ada", *, refuses_later: bool = False) -> ErasureInfo:
    return erasure.erase_person(actor=actor, person=person, reference="Ticket 17", refuses_later=refuses_later, at=at)


def work(keeper: PlainKeeper, at: datetime) -> None:
    applying.apply_orders(store=PlainTaker(), keeper=keeper, now=lambda: at)


def drained(store: PlainStore, at: datetime) -> PlainStore:
    while draining.has_waiting():
        draining.drain_inbox(store=store, at=at)
    return store


def set_aside(source: SourceInfo, lines: bytes, at: datetime) -> None:
    SetAsideBatch(
        workspace_id=source.workspace_id, source_id=source.id, received_at=at, events=2, size=len(lines),
        lines=lines, reason="test", set_aside_at=at,
    ).save(force_insert=True)  # fmt: skip


def test_everything_of_a_person_goes_everywhere_and_nothing_else_does(
    actor: Actor, source: SourceInfo, now: datetime
) -> None:
    other = make_source()
    take_in(source, track("A"), track("B"), track("C", user="ben"), at=now)
    take_in(other, track("A"), at=now)
    store = drained(PlainStore(), now)
    take_in(source, track("D"), track("E", user="ben"), at=now)
    take_in(source, track("F"), at=now)
    take_in(source, {"type": "group", "userId": "ada"}, {"type": "group", "userId": "ben"}, at=now)
    take_in(source, {"type": "alias", "userId": "ben", "previousId": "ada"}, at=now)
    take_in(other, track("D"), at=now)
    set_aside(source, zlib.compress(b'{"user_id":"ada"}\n{"user_id":"ben"}\n{"user_id":"ada" broken'), now)
    set_aside(source, b"not even packed", now)
    later = now + timedelta(minutes=1)
    keeper = PlainKeeper(store)

    asked = erase(actor, later)
    assert asked.state is ErasureState.ASKED
    keeper.is_writing = True
    work(keeper, later)
    hidden = keeping.get_erasure(actor=actor, erasure_id=asked.id)
    assert hidden.state is ErasureState.HIDDEN
    assert hidden.found == {"events": 2, "inbox": 3, "set_aside": 4, "rejected": 1, "faults": 0, "people": 1}
    assert [(event.workspace_id, event.name) for event in store.events] == [
        (source.workspace_id, "C"),
        (other.workspace_id, "A"),
    ]
    assert [event.name for event in in_inbox(source)] == ["E"]
    assert [event.name for event in in_inbox(other)] == ["D"]
    assert [bytes(row.raw) for row in rejected_of(source)] == [b'{"type": "group", "userId": "ben"}']
    assert [zlib.decompress(row.lines) for row in SetAsideBatch.objects.for_actor(actor)] == [b'{"user_id":"ben"}']

    keeper.is_writing, keeper.has_old_files = False, True
    work(keeper, later)
    assert keeping.get_erasure(actor=actor, erasure_id=asked.id).state is ErasureState.HIDDEN
    keeper.has_old_files = False
    work(keeper, later + timedelta(seconds=20))
    gone = keeping.get_erasure(actor=actor, erasure_id=asked.id)
    assert (gone.state, gone.gone_at) == (ErasureState.GONE, later + timedelta(seconds=20))
    assert gone.left == {"events": 0, "inbox": 0, "set_aside": 0, "rejected": 0, "faults": 0}
    assert not applying.has_orders()
    assert recorded(actor)[-2:] == ["usage_erasure.asked", "usage_erasure.done"]


def test_the_proof_and_the_journal_hold_no_name(actor: Actor, source: SourceInfo, now: datetime) -> None:
    take_in(source, track("A", user="ada-lovelace"), at=now)
    keeper = PlainKeeper(drained(PlainStore(), now))
    erase(actor, now, "ada-lovelace")
    work(keeper, now)
    row = Erasure.objects.for_actor(actor).get()
    assert "ada-lovelace" not in str(row.__dict__)
    entries = Entry.objects.filter(workspace_id=actor.workspace_id)
    assert "ada-lovelace" not in "".join(entry.data for entry in entries)
    assert not StoreOrder.objects.for_actor(actor).exists()
    assert (
        row.mark
        != erasure.erase_person(
            actor=make_actor(), person="ada-lovelace", reference="", refuses_later=False, at=now
        ).mark
    )


def test_what_was_on_its_way_does_not_come_back_and_what_comes_later_does(
    actor: Actor, source: SourceInfo, now: datetime
) -> None:
    asked = erase(actor, now)
    store = PlainStore()
    work(PlainKeeper(store), now)
    take_in(source, track("Late"), track("Other", user="ben"), at=now - timedelta(seconds=1))
    take_in(source, track("New"), at=now + timedelta(seconds=1))
    assert [event.name for event in drained(store, now).events] == ["Other", "New"]
    assert keeping.get_erasure(actor=actor, erasure_id=asked.id).found["later"] == 1


def test_what_comes_later_is_refused_until_it_is_allowed_again(
    actor: Actor, source: SourceInfo, now: datetime, settings: LazySettings
) -> None:
    asked = erase(actor, now, refuses_later=True)
    store = PlainStore()
    keeper = PlainKeeper(store)
    keeper.same = ("anonymous:x",)
    work(keeper, now)
    later = now + timedelta(days=400)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, of later"
    take_in(
        source, track("A"), track("B", user="ben"), {"type": "alias", "userId": "eve", "previousId": "ada"}, at=later
    )
    assert [event.name for event in drained(store, later).events] == ["B"]
    erasure.end_refusal(actor=actor, erasure_id=asked.id, at=later)
    erasure.end_refusal(actor=actor, erasure_id=asked.id, at=later)
    assert recorded(actor)[-1] == "usage_erasure.refusal_ended"
    take_in(source, track("A"), at=later)
    assert [event.name for event in drained(store, later).events] == ["B", "A"]


def test_what_is_left_is_erased_once_more(actor: Actor, source: SourceInfo, now: datetime) -> None:
    take_in(source, track("A"), at=now)
    store = drained(PlainStore(), now)
    asked = erase(actor, now)
    keeper = PlainKeeper(store)
    keeper.is_writing = True
    work(keeper, now)
    keeper.is_writing = False
    take_in(source, track("B"), at=now)  # its request was still being written when the inbox was looked through
    work(keeper, now)
    halfway = keeping.get_erasure(actor=actor, erasure_id=asked.id)
    assert (halfway.state, halfway.left["inbox"]) == (ErasureState.ASKED, 1)
    work(keeper, now)
    gone = keeping.get_erasure(actor=actor, erasure_id=asked.id)
    assert (gone.state, gone.found["inbox"], gone.found["events"], gone.problem) == (ErasureState.GONE, 1, 1, "")
    assert in_inbox(source) == []


def test_a_kill_after_hiding_does_not_make_the_count_less(
    actor: Actor, source: SourceInfo, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(source, track("A"), at=now)
    keeper = PlainKeeper(drained(PlainStore(), now))
    asked = erase(actor, now)

    def killed(self: PlainKeeper) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(PlainKeeper, "rewritten_at", killed)
        with pytest.raises(KeyboardInterrupt):
            work(keeper, now)
    work(keeper, now)
    assert keeping.get_erasure(actor=actor, erasure_id=asked.id).found["events"] == 1


@pytest.mark.parametrize("person", ["", "  ", "anonymous:", "a\x00b", "x" * 1001])
def test_what_is_no_id_is_refused(actor: Actor, person: str, now: datetime) -> None:
    with pytest.raises(InvalidInputError):
        erase(actor, now, person)
    assert not Erasure.objects.for_actor(actor).exists()


def test_others_are_refused_and_see_nothing(actor: Actor, now: datetime) -> None:
    asked = erase(actor, now)
    with pytest.raises(ErasureRunningError):
        erase(actor, now)
    manager, stranger = make_actor(Role.MANAGER), make_actor()
    for refused in (
        lambda: erase(manager, now),
        lambda: keeping.list_erasures(actor=manager),
        lambda: erasure.end_refusal(actor=manager, erasure_id=asked.id, at=now),
    ):
        with pytest.raises(PermissionDeniedError):
            refused()
    with pytest.raises(NotFoundError):
        erasure.end_refusal(actor=stranger, erasure_id=asked.id, at=now)
    with pytest.raises(NotFoundError):
        keeping.get_erasure(actor=stranger, erasure_id=asked.id)
    assert not keeping.list_erasures(actor=stranger).items
    assert Erasure.objects.across_workspaces(reason="test").count() == 1
    with CaptureQueriesContext(connection) as queries:
        assert [one.id for one in keeping.list_erasures(actor=actor).items] == [asked.id]
    assert len(queries) == 1

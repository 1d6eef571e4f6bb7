"""The process that owns the store: whom it answers, and what others are told while it is away."""

import stat
import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from firstwin.usage.contracts.store import EventScope, StoreUnavailableError
from firstwin.usage.management import store_owner
from firstwin.usage.operations.store import ChdbEngine
from firstwin.usage.queries.store import EventReader, OwnerAddress, OwnerEngine
from tests.factories.usage import in_inbox, make_source, take_in, track


class EchoEngine:
    """Answers a query with one row that holds its parameter."""

    def read(self, text: str, parameters: Mapping[str, str]) -> bytes:
        if "group" in parameters:
            raise StoreUnavailableError("that cannot be asked")
        return b'{"days":3,"users":%d}\n' % len(parameters)

    def write(self, text: str, parameters: Mapping[str, str], lines: Iterable[bytes] = ()) -> int:
        raise AssertionError("nobody writes through the owner's address")

    def close(self) -> None:
        pass


class EchoOwner(store_owner.StoreOwner):
    def engine(self) -> Any:
        return EchoEngine()

    def _drain_until(self, stop: threading.Event) -> None:
        stop.wait()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "run" / "event_store.json"
    stop = threading.Event()
    owner = EchoOwner(folder=tmp_path / "events", address_file=file)
    thread = threading.Thread(target=owner.run, args=(stop,))
    thread.start()
    while not file.is_file() and thread.is_alive():
        pass
    yield file
    stop.set()
    thread.join()


def scope_of(now: datetime, **more: Any) -> EventScope:
    return EventScope(workspace_id=UUID(int=1), since=now, until=now + timedelta(days=1), **more)


def test_whoever_can_read_the_address_is_answered(file: Path, now: datetime) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert EventReader(OwnerEngine(file)).stickiness(scope_of(now)) == {3: 3}


def test_a_wrong_secret_and_a_wrong_question_are_refused(file: Path, tmp_path: Path, now: datetime) -> None:
    address = msgspec.json.decode(file.read_bytes(), type=OwnerAddress)
    forged = tmp_path / "forged.json"
    forged.write_bytes(msgspec.json.encode(OwnerAddress(port=address.port, secret="x" * 43)))
    with pytest.raises(StoreUnavailableError, match="the secret is wrong"):
        EventReader(OwnerEngine(forged)).stickiness(scope_of(now))
    with pytest.raises(StoreUnavailableError, match="that cannot be asked"):
        EventReader(OwnerEngine(file)).stickiness(scope_of(now, group_id="acorn"))


def test_while_the_owner_is_away_others_are_told_and_nothing_is_written(tmp_path: Path, now: datetime) -> None:
    away = OwnerEngine(tmp_path / "none.json")
    with pytest.raises(StoreUnavailableError, match="waits in the inbox"):
        EventReader(away).stickiness(scope_of(now))
    with pytest.raises(StoreUnavailableError):
        away.write("INSERT", {})


def test_the_engine_is_not_loaded_before_something_came(tmp_path: Path, db: None) -> None:
    owner = store_owner.StoreOwner(folder=tmp_path / "events", address_file=tmp_path / "address.json")
    assert owner._drain_once() is False
    assert not (tmp_path / "events").exists()


class FailingEngine(ChdbEngine):
    """Fails whatever is written, and on some days whatever it is asked."""

    is_broken = False
    asked: list[int]

    def write(self, text: str, parameters: Mapping[str, str], lines: Iterable[bytes] = ()) -> int:
        if lines:
            self.asked.append(b"".join(lines).count(b"\n"))
            raise StoreUnavailableError("the engine does not write")
        return super().write(text, parameters, lines)

    def read(self, text: str, parameters: Mapping[str, str]) -> bytes:
        if self.is_broken:
            raise StoreUnavailableError("the engine does not read")
        return super().read(text, parameters)


class FailingOwner(store_owner.StoreOwner):
    def _opened(self) -> FailingEngine:
        engine = FailingEngine(self._folder)
        engine.asked = []
        return engine


class Pauses(threading.Event):
    """Does not wait, and stops after some rounds."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.left = rounds
        self.waited: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        self.left -= 1
        return self.left < 0


@pytest.fixture
def failing(tmp_path: Path, transactional_db: None) -> FailingOwner:
    return FailingOwner(folder=tmp_path / "events", address_file=tmp_path / "address.json")


def test_an_engine_that_answers_but_takes_nothing_is_tried_ever_later_and_batch_by_batch(
    failing: FailingOwner, now: datetime
) -> None:
    source = make_source()
    for _ in range(2):
        take_in(source, track("A"), track("B"), at=now)
    pauses = Pauses(rounds=5)
    failing._drain_until(pauses)
    engine = failing.engine()
    assert isinstance(engine, FailingEngine)
    assert pauses.waited == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]
    assert engine.asked == [4, 4, 4, 2, 2, 2, 2], "three rounds of all, then one batch at a time"
    assert len(in_inbox(source)) == 4
    engine.close()


def test_a_broken_engine_ends_the_process_and_the_next_one_takes_all(
    failing: FailingOwner, tmp_path: Path, now: datetime
) -> None:
    source = make_source()
    take_in(source, track("A"), track("B"), at=now)
    engine = failing.engine()
    assert isinstance(engine, FailingEngine)
    engine.is_broken = True
    pauses = Pauses(rounds=9)
    with pytest.raises(store_owner.EngineBrokenError):
        failing._drain_until(pauses)
    assert (pauses.left, len(in_inbox(source))) == (6, 2), "after three failures, and nothing is lost"
    engine.close()
    following = store_owner.StoreOwner(folder=tmp_path / "events", address_file=tmp_path / "address.json")
    following._drain_until(Pauses(rounds=1))
    assert in_inbox(source) == []
    scope = EventScope(workspace_id=source.workspace_id, since=now - timedelta(days=1), until=now + timedelta(days=1))
    assert {event.name for event in EventReader(following.engine()).timeline(scope, person="ada", limit=9)} == {
        "A",
        "B",
    }
    following.engine().close()

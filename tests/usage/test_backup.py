"""A backup holds all that is acknowledged, in the store or on its way; brought back, everything is there once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from firstwin.usage.contracts.keeping import BackupRefusedError
from firstwin.usage.contracts.store import EventScope
from firstwin.usage.models import InboxBatch
from firstwin.usage.operations import applying, backup, draining, erasure
from firstwin.usage.operations.keeping import EngineKeeper
from firstwin.usage.operations.store import ChdbEngine, EventWriter
from tests.factories.identity import make_actor
from tests.factories.usage import make_source, take_in, track

pytestmark = pytest.mark.django_db


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[ChdbEngine]:
    engine = ChdbEngine(tmp_path / "events")
    yield engine
    engine.close()


def drain(engine: ChdbEngine, now: datetime) -> None:
    while draining.has_waiting():
        draining.drain_inbox(store=EventWriter(engine), at=now)


def test_what_is_brought_back_is_all_there_once_and_without_whom_was_erased_since(
    engine: ChdbEngine, tmp_path: Path, now: datetime
) -> None:
    actor = make_actor()
    source = make_source(actor)
    take_in(source, track("A", messageId="a"), track("B", user="ben"), at=now)
    take_in(source, track("C", user="ben", timestamp=(now - timedelta(days=90)).isoformat()), at=now)
    drain(engine, now)
    writer = EventWriter(engine)
    writer.link(actor.workspace_id, anonymous_id="x", user_id="ben")
    take_in(source, track("D", user="ben"), track("A", messageId="a"), at=now)
    frozen = backup.freeze(engine=engine, folder=tmp_path / "backup", at=now)
    drain(engine, now)  # what happens while it is copied is not in it
    take_in(source, track("E", user="ben"), at=now)
    made = backup.copy(frozen)
    assert (made.events, made.inbox_batches, made.inbox_events) == (3, 1, 2)
    with pytest.raises(BackupRefusedError, match="not empty"):
        backup.freeze(engine=engine, folder=tmp_path / "backup", at=now)
    assert not list((tmp_path / "events" / "shadow").glob("backup_*"))

    keeper = EngineKeeper(engine)
    with pytest.raises(BackupRefusedError, match="store is not empty"):
        backup.restore(engine=engine, keeper=keeper, folder=tmp_path / "backup", at=now)
    erased = erasure.erase_person(actor=actor, person="ada", reference="", refuses_later=False, at=now)
    applying.apply_orders(store=writer, keeper=keeper, now=lambda: now)
    for table in ("events", "links", "identities"):
        engine.write(f"TRUNCATE TABLE {table}", {})
    with pytest.raises(BackupRefusedError, match="no whole backup"):
        backup.restore(engine=engine, keeper=keeper, folder=tmp_path, at=now)
    later = now + timedelta(hours=1)
    assert backup.restore(engine=engine, keeper=keeper, folder=tmp_path / "backup", at=later) == made
    assert InboxBatch.objects.for_actor(actor).count() == 2
    applying.apply_orders(store=writer, keeper=keeper, now=lambda: later)
    drain(engine, later)
    assert erased.mark
    scope = EventScope(workspace_id=actor.workspace_id, since=now - timedelta(days=99), until=now + timedelta(days=9))
    assert sorted(one.name for one in writer.export(scope)) == ["B", "C", "D", "E"]
    assert keeper.names_of(actor.workspace_id, people=["ben"]) == ("ben", "anonymous:x")

"""What is older than a workspace wants to keep goes: from every answer, the rollups, the files, and what a backup brings back."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from firstwin.identity.contracts import Actor, Role
from firstwin.shared.errors import InvalidInputError, PermissionDeniedError
from firstwin.usage.contracts import SourceInfo
from firstwin.usage.contracts.store import EventScope, Period
from firstwin.usage.models import EventRetention, StoreOrder
from firstwin.usage.operations import applying, backup, draining, retention
from firstwin.usage.operations.keeping import EngineKeeper
from firstwin.usage.operations.store import ChdbEngine, EventWriter
from firstwin.usage.queries import keeping
from tests.factories.identity import make_actor, recorded
from tests.factories.usage import make_source, take_in, track
from tests.usage.emptying import SECRET, holds_secret, wait_until_rewritten

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 19, 4, 0, tzinfo=UTC)
KEPT_FROM = datetime(2026, 1, 1, tzinfo=UTC)
"""Two months before March, whole months counted."""


@pytest.fixture
def actor() -> Actor:
    return make_actor()


def sent(at: datetime, name: str = "A", **more: Any) -> dict[str, Any]:
    return track(name, timestamp=at.isoformat(), **more)


def drain(engine: ChdbEngine, at: datetime = NOW) -> None:
    while draining.has_waiting():
        draining.drain_inbox(store=EventWriter(engine), at=at)


def work(engine: ChdbEngine, at: datetime) -> None:
    applying.apply_orders(store=EventWriter(engine), keeper=EngineKeeper(engine), now=lambda: at)


def everything(source: SourceInfo) -> EventScope:
    since = NOW - timedelta(days=999)
    return EventScope(workspace_id=source.workspace_id, since=since, until=NOW + timedelta(days=9))


def names(engine: ChdbEngine, source: SourceInfo) -> list[str]:
    return [event.name for event in EventWriter(engine).export(everything(source))]


def test_what_is_too_old_goes_everywhere_and_comes_back_from_no_backup(
    engine: ChdbEngine, tmp_path: Path, actor: Actor, run_jobs: Callable[[datetime], int]
) -> None:
    source, other = make_source(actor), make_source()
    old, edge = KEPT_FROM - timedelta(microseconds=1), KEPT_FROM
    take_in(
        source, sent(old, "Old", properties={"note": SECRET}), sent(edge, "Edge"), sent(NOW, "New", user="ben"), at=NOW
    )
    take_in(other, sent(old, "Old"), at=NOW)
    drain(engine)
    backup.copy(backup.freeze(engine=engine, folder=tmp_path / "backup", at=NOW))
    run_jobs(NOW)
    retention.set_retention(actor=actor, months=2, at=NOW)
    assert names(engine, source) == ["Old", "Edge", "New"]  # until the night
    assert holds_secret(tmp_path / "events")

    run_jobs(NIGHT)
    work(engine, NIGHT)
    assert names(engine, source) == ["Edge", "New"]
    store, scope = EventWriter(engine), everything(source)
    assert [one.on.isoformat() for one in store.active_users(scope, by=Period.DAY)] == ["2026-01-01", "2026-03-18"]
    assert [one.name for one in store.catalogue(scope)] == ["Edge", "New"]
    assert [event.name for event in store.timeline(scope, person="ada", limit=9)] == ["Edge"]
    assert dict(store.stickiness(scope)) == {1: 2}
    assert names(engine, other) == ["Old"]
    wait_until_rewritten(engine)
    deadline = time.monotonic() + 20
    while holds_secret(tmp_path / "events"):  # the last file is taken away a moment after it is no longer listed
        assert time.monotonic() < deadline
    told = keeping.get_retention(actor=actor)
    assert (told.months, told.dropped, told.dropped_at) == (2, 1, NIGHT)
    assert recorded(actor)[-2:] == ["event_retention.changed", "event_retention.dropped"]

    for table in ("events", "links", "identities"):
        engine.write(f"TRUNCATE TABLE {table}", {})
    backup.restore(engine=engine, keeper=EngineKeeper(engine), folder=tmp_path / "backup", at=NIGHT)
    next_night = NIGHT + timedelta(days=1)
    run_jobs(next_night)
    work(engine, next_night)
    assert names(engine, source) == ["Edge", "New"]


def test_what_comes_too_late_goes_in_the_next_night(
    engine: ChdbEngine, actor: Actor, run_jobs: Callable[[datetime], int]
) -> None:
    source = make_source(actor)
    retention.set_retention(actor=actor, months=2, at=NOW)
    run_jobs(NOW)
    take_in(source, sent(KEPT_FROM - timedelta(days=300), "Old"), sent(NOW, "New"), at=NOW)
    drain(engine)
    run_jobs(NIGHT)
    work(engine, NIGHT)
    assert names(engine, source) == ["New"]


def test_whoever_decides_to_keep_more_before_the_night_keeps_it(
    engine: ChdbEngine, actor: Actor, run_jobs: Callable[[datetime], int]
) -> None:
    source = make_source(actor)
    take_in(source, sent(KEPT_FROM - timedelta(days=2), "Old"), at=NOW)
    drain(engine)
    run_jobs(NOW)
    retention.set_retention(actor=actor, months=2, at=NOW)
    run_jobs(NIGHT)
    for months in (3, None):  # the order to delete is out, and not carried out yet
        retention.set_retention(actor=actor, months=months, at=NIGHT)
        work(engine, NIGHT)
        assert names(engine, source) == ["Old"]
    assert keeping.get_retention(actor=actor).dropped == 0


@pytest.mark.parametrize("months", [0, 121, -1])
def test_a_time_that_is_none_is_refused(actor: Actor, months: int) -> None:
    with pytest.raises(InvalidInputError):
        retention.set_retention(actor=actor, months=months, at=NOW)
    manager = make_actor(Role.MANAGER)
    with pytest.raises(PermissionDeniedError):
        retention.set_retention(actor=manager, months=3, at=NOW)
    assert not EventRetention.objects.across_workspaces(reason="test").exists()
    assert retention.order_drops(at=NIGHT) == 0
    assert not StoreOrder.objects.across_workspaces(reason="test").exists()

"""A store of the time when it added up something else is made anew while it is opened or brought back, and answers the same."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.store import EventScope, Period, StoredEvent
from firstwin.usage.operations import backup
from firstwin.usage.operations.keeping import EngineKeeper
from firstwin.usage.operations.store import ChdbEngine, EventWriter
from firstwin.usage.queries.store import EventReader
from firstwin.usage.rules.sql import accounts, questions, tables
from tests.usage.oracle import PlainStore

pytestmark = pytest.mark.django_db

START = datetime(2026, 2, 20, tzinfo=UTC)
WORKSPACE = UUID(int=7)
SCOPE = EventScope(workspace_id=WORKSPACE, since=START + timedelta(hours=3), until=START + timedelta(days=50))
OLDER = {
    "user_days": "(SELECT workspace_id, toDate(at), group_id, source_id, who, count(), min(at), max(at) "
    "GROUP BY workspace_id, toDate(at), group_id, source_id, who)",
    "people_days": tables.ADDED_UP["people_days"],
}
"""What the store added up before, oldest first."""
EVENTS = [
    StoredEvent(
        workspace_id=WORKSPACE,
        source_id=UUID(int=9),
        message_key=UUID(int=number + 1),
        kind=EventKind.TRACK,
        name="A",
        user_id=f"user {number % 5}",
        anonymous_id="",
        group_id=f"group {number % 3}",
        previous_id="",
        at=START + timedelta(hours=7 * number),
        received_at=START,
        properties="{}",
        context="{}",
    )
    for number in range(200)
]


def tell(store: EventWriter | PlainStore) -> None:
    for number in range(2):
        store.place(WORKSPACE, group_id=f"group {number}", account_id=UUID(int=number + 1))
    store.merge(WORKSPACE, user_id="user 1", into="user 2")
    assert store.append(EVENTS) == len(EVENTS)


def added_up(engine: ChdbEngine) -> list[list[str]]:
    rows = engine.read("SELECT DISTINCT projections AS p FROM system.parts WHERE active AND table = 'events'", {})
    return [row["p"] for row in msgspec.json.Decoder(dict[str, list[str]]).decode_lines(rows)]


@pytest.mark.parametrize("older", OLDER)
@pytest.mark.parametrize("comes_by", ["opening", "restoring"])
def test_a_store_that_added_up_something_else_is_made_anew_and_answers_the_same(
    tmp_path: Path, comes_by: str, older: str
) -> None:
    plain = PlainStore()
    tell(plain)
    engine = ChdbEngine(tmp_path / "before")
    for name in tables.ADDED_UP:
        engine.write(f"ALTER TABLE events DROP PROJECTION {name} SETTINGS mutations_sync = 2", {})
    engine.write(f"ALTER TABLE events ADD PROJECTION {older} {OLDER[older]}", {})
    tell(EventWriter(engine))
    assert added_up(engine) == [[older]]
    backup.copy(backup.freeze(engine=engine, folder=tmp_path / "backup", at=START))
    engine.close()
    engine = ChdbEngine(tmp_path / ("before" if comes_by == "opening" else "after"))
    try:
        if comes_by == "restoring":
            backup.restore(engine=engine, keeper=EngineKeeper(engine), folder=tmp_path / "backup", at=START)
        deadline = time.monotonic() + 30
        while EngineKeeper(engine).rewritten_at() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert added_up(engine) == [list(tables.ADDED_UP)]
        time.sleep(1.1)  # readers look once a second whether anything is still being rewritten
        store = EventReader(engine)
        assert store.stickiness(SCOPE) == plain.stickiness(SCOPE)
        days, weeks = questions.stickiness(SCOPE), accounts.activity_by_account(SCOPE, by=Period.WEEK)
        assert b"people_days" in engine.read(f"EXPLAIN {days.text}", days.parameters)
        preferred = "SETTINGS preferred_optimize_projection_name = 'people_weeks'"  # of few rows any would do
        assert b"people_weeks" in engine.read(f"EXPLAIN {weeks.text} {preferred}", weeks.parameters)
        for by in Period:
            assert store.activity_by_account(SCOPE, by=by) == plain.activity_by_account(SCOPE, by=by)
    finally:
        engine.close()

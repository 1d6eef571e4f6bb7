"""Which events may have come before: no may never be said of one that did."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from firstwin.usage.operations.store import ChdbEngine, EventWriter
from firstwin.usage.rules.recent_keys import RecentKeys, halves
from tests.factories.event_store import done

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2023, 2, 20, tzinfo=UTC)
whole = st.integers(0, 5).map(lambda number: number << 64) | st.integers(0, 2**128 - 1)


@given(st.lists(st.lists(whole, max_size=30), max_size=12), st.lists(whole, max_size=20))
def test_what_came_may_have_come_and_what_did_not_is_told_apart_by_half_of_its_key(
    rounds: list[list[int]], asked: list[int]
) -> None:
    recent = RecentKeys(since=SINCE)
    came: set[int] = set()
    for keys in rounds:
        assert recent.may_hold(halves(keys)).tolist() == [key >> 64 in came for key in keys]
        recent.add(halves(keys))
        came |= {key >> 64 for key in keys}
    assert recent.may_hold(halves(asked)).tolist() == [key >> 64 in came for key in asked]
    assert len(recent) == sum(map(len, rounds))


def test_what_came_is_known_again_however_much_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    event = done(UUID(int=1), "A", user="ada", group="", at=SINCE)
    events = [replace(event, message_key=UUID(int=number << 100)) for number in range(1, 9)]
    engine = ChdbEngine(tmp_path / "events")
    assert EventWriter(engine).append(events[:4]) == 4
    assert EventWriter(engine).append(events[:5]) == 1
    engine.close()
    engine = ChdbEngine(tmp_path / "events")  # the process was killed, say
    assert EventWriter(engine).append(events[:6]) == 1
    # What a file brings counts as having arrived long ago, before all that is remembered.
    early = [
        replace(event, message_key=UUID(int=event.message_key.int << 8), received_at=LONG_AGO) for event in events[:3]
    ]
    assert [EventWriter(engine).append(early), EventWriter(engine).append(early)] == [3, 0]
    engine.write(
        "INSERT INTO events SELECT * REPLACE (toUUID('00000000-0000-0077-0000-000000000000') AS message_key) "
        "FROM events LIMIT 1",
        {},
    )
    brought_back = replace(events[0], message_key=UUID("00000000-0000-0077-0000-000000000000"), received_at=LONG_AGO)
    assert EventWriter(engine).append([brought_back]) == 0
    monkeypatch.setattr("firstwin.usage.operations.store.MOST_KEYS", 3)
    assert [EventWriter(engine).append(events), EventWriter(engine).append(events)] == [2, 0]
    engine.close()

"""What is hidden is hidden at once and then gone from the files; what is too old goes; others keep theirs."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import msgspec

from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.store import EventScope, StoredEvent
from firstwin.usage.operations.keeping import EngineKeeper
from firstwin.usage.operations.store import ChdbEngine, EventWriter
from tests.usage.emptying import holds_secret, wait_until_rewritten

START = datetime(2026, 2, 20, tzinfo=UTC)
HERE, ELSEWHERE = UUID(int=1), UUID(int=2)
numbers = count(1)


def event(
    user: str = "", *, workspace_id: UUID = HERE, anonymous: str = "", previous: str = "", days: int = 0
) -> StoredEvent:
    return StoredEvent(
        workspace_id=workspace_id,
        source_id=UUID(int=9),
        message_key=UUID(int=next(numbers)),
        kind=EventKind.ALIAS if previous else EventKind.TRACK,
        name="A",
        user_id=user,
        anonymous_id=anonymous,
        group_id="acorn",
        previous_id=previous,
        at=START + timedelta(days=days),
        received_at=START + timedelta(days=days),
        properties='{"secret":"UNMISTAKABLE"}' if user == "ada" else "{}",
        context="{}",
    )


def left(engine: ChdbEngine, workspace_id: UUID = HERE) -> list[str]:
    scope = EventScope(workspace_id=workspace_id, since=START - timedelta(days=999), until=START + timedelta(days=999))
    return sorted(one.person for one in EventWriter(engine).export(scope))


def test_who_is_hidden_is_hidden_at_once_and_then_in_no_file(engine: ChdbEngine, tmp_path: Path) -> None:
    mine = [event("ada", days=day) for day in range(0, 60, 20)] + [event("", anonymous="x"), event("ben")]
    named = [event("ben", previous="ada"), event("ben", previous="x"), event("ben", previous="ada's")]
    later, elsewhere = event("ben", days=90), event("ben", workspace_id=ELSEWHERE)
    EventWriter(engine).append([*mine, *named, later, elsewhere])
    assert holds_secret(tmp_path)
    keeper = EngineKeeper(engine)
    people = ["ada", "anonymous:x", "o'neil\\"]
    until = START + timedelta(days=60)
    assert list(keeper.people(HERE)) == ["ada", "ada's", "anonymous:ada", "anonymous:ada's", "anonymous:x", "ben", "x"]
    assert keeper.count_people(HERE, people=people, received_until=until) == 6
    writer = EventWriter(engine)
    writer.link(HERE, anonymous_id="x", user_id="ada_old")
    writer.merge(HERE, user_id="ada_old", into="ada")
    writer.merge(HERE, user_id="ben", into="eve")
    assert keeper.names_of(HERE, people=["ada"]) == ("ada", "ada_old", "anonymous:x")
    keeper.hide_people(HERE, people=[*people, "ada_old"], received_until=until)
    assert keeper.names_of(HERE, people=["ada", "eve"]) == ("ada", "eve", "ben")
    assert b"ada" not in engine.read("SELECT name FROM identities UNION ALL SELECT user_id FROM links", {})
    assert keeper.count_people(HERE, people=people, received_until=until) == 0
    assert left(engine) == ["ben", "ben", "ben"]
    assert left(engine, ELSEWHERE) == ["ben"]
    keeper.hide_people(HERE, people=people, received_until=until)  # again, as after a kill

    wait_until_rewritten(engine)
    assert keeper.rewritten_at() is not None
    assert left(engine) == ["ben", "ben", "ben"]
    assert not holds_secret(tmp_path)


def test_what_is_too_old_goes_and_the_rest_stays(engine: ChdbEngine) -> None:
    EventWriter(engine).append(
        [event("ada", days=day) for day in (0, 8, 9, 40)] + [event("ben", workspace_id=ELSEWHERE)]
    )
    keeper = EngineKeeper(engine)
    before = START + timedelta(days=9)
    assert keeper.count_before(HERE, before=before) == 2
    keeper.drop_before(HERE, before=before)
    assert keeper.count_before(HERE, before=before) == 0
    assert (left(engine), left(engine, ELSEWHERE)) == (["ada", "ada"], ["ben"])
    assert keeper.is_answering()


def test_what_is_struck_off_the_list_and_still_lies_on_the_disk_is_not_gone(engine: ChdbEngine) -> None:
    EventWriter(engine).append([event("ada"), event("ben")])
    keeper = EngineKeeper(engine)
    wait_until_rewritten(engine)
    at = keeper.rewritten_at()
    assert at is not None
    assert keeper.is_gone(rewritten_at=at)
    rows = engine.read(
        "SELECT data_paths[1] AS path FROM system.tables WHERE name = 'events' AND database = 'firstwin'", {}
    )
    path = Path(msgspec.json.decode(rows)["path"])
    for name in ("202602_7_7_0_9", "delete_tmp_202602_7_7_0_9"):
        (path / name).mkdir()
        assert not keeper.is_gone(rewritten_at=at)
        (path / name).rmdir()
    assert keeper.is_gone(rewritten_at=at)

"""The tables of the event store, and what is written to them."""

from datetime import datetime
from uuid import UUID

from firstwin.usage.rules.sql.base import DAY, WEEK, Query, instant
from firstwin.usage.rules.sql.identities import names_of

WHO = "sipHash64(workspace_id, if(user_id != '', user_id, concat('anonymous:', anonymous_id)))"
# Kept in every part beside its rows, so never more or less than they are, whatever is inserted, merged, deleted or killed.
# Everything is put together from days but the weeks of accounts, which would take too long so.
ADDED_UP = {
    f"people_{name}": f"(SELECT workspace_id, {start}, group_id, source_id, groupUniqArray(who), count(), min(at), max(at) "
    f"GROUP BY workspace_id, {start}, group_id, source_id)"
    for name, start in (("days", DAY), ("weeks", WEEK))
}
TABLES = (
    f"""CREATE TABLE IF NOT EXISTS events (
    workspace_id UUID,
    source_id UUID,
    message_key UUID,
    kind LowCardinality(String),
    name LowCardinality(String),
    user_id String,
    anonymous_id String,
    group_id String,
    previous_id String,
    at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    received_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    properties String CODEC(ZSTD(3)),
    context String CODEC(ZSTD(3)),
    person String ALIAS if(user_id != '', user_id, concat('anonymous:', anonymous_id)),
    who UInt64 MATERIALIZED {WHO} CODEC(ZSTD(1)),
    INDEX by_who who TYPE bloom_filter GRANULARITY 1,
    {", ".join(f"PROJECTION {name} {query}" for name, query in ADDED_UP.items())}
) ENGINE = MergeTree PARTITION BY toYYYYMM(at)
ORDER BY (workspace_id, group_id, user_id, anonymous_id, at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1""",
    f"ALTER TABLE events ADD COLUMN IF NOT EXISTS who UInt64 MATERIALIZED {WHO} CODEC(ZSTD(1))",
    "ALTER TABLE events ADD INDEX IF NOT EXISTS by_who who TYPE bloom_filter GRANULARITY 1",
    *(f"ALTER TABLE events ADD PROJECTION IF NOT EXISTS {name} {query}" for name, query in ADDED_UP.items()),
    "ALTER TABLE events DROP PROJECTION IF EXISTS user_days",
    "CREATE TABLE IF NOT EXISTS incoming (workspace_id UUID, message_key UUID) ENGINE = Memory",
    """CREATE TABLE IF NOT EXISTS links (workspace_id UUID, anonymous_id String, user_id String, version UInt64)
ENGINE = ReplacingMergeTree(version) ORDER BY (workspace_id, anonymous_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1""",
    """CREATE TABLE IF NOT EXISTS merged (workspace_id UUID, user_id String, into String, version UInt64)
ENGINE = ReplacingMergeTree(version) ORDER BY (workspace_id, user_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1""",
    """CREATE TABLE IF NOT EXISTS identities (workspace_id UUID, raw UInt64, person UInt64, name String, version UInt64)
ENGINE = ReplacingMergeTree(version) ORDER BY (workspace_id, raw)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1""",
    """CREATE TABLE IF NOT EXISTS places
(workspace_id UUID, group_id String, account_id UUID, is_undone Bool, version UInt64)
ENGINE = ReplacingMergeTree(version) ORDER BY (workspace_id, group_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1""",
)
NOT_ADDED_UP = (
    "SELECT 1 FROM system.parts WHERE active AND database = currentDatabase() "  # noqa: S608
    f"AND table IN ('events', 'events_local') AND NOT hasAll(projections, {list(ADDED_UP)}) LIMIT 1"
)
_EACH = ", ".join(f"MATERIALIZE PROJECTION {name}" for name in ADDED_UP)
ADD_UP = f"ALTER TABLE events {_EACH} SETTINGS mutations_sync = 0"
UNFINISHED_DELETIONS = "SELECT 1 FROM system.mutations WHERE database = currentDatabase() AND NOT is_done LIMIT 1"
INSERT_EVENTS = "INSERT INTO events SETTINGS date_time_input_format = 'best_effort' FORMAT JSONEachRow"
COUNT_ROWS = (
    "SELECT toUInt64(sum(rows)) AS rows FROM system.parts "
    "WHERE active AND database = currentDatabase() AND table = 'events'"
)
CLEAR_INCOMING = "TRUNCATE TABLE incoming"
INSERT_INCOMING = "INSERT INTO incoming FORMAT JSONEachRow"


def known_keys(*, received_since: datetime) -> Query:
    """Two events with one message key are one; those that arrived within 30 days are looked through."""
    return Query(
        # Keys alone first, and the rest where they are found: nearly all events are new, and all keys of the store are read.
        "SELECT DISTINCT workspace_id, message_key FROM events "
        "PREWHERE message_key IN (SELECT message_key FROM incoming) "
        "WHERE received_at >= {since:DateTime64(6, 'UTC')} "
        "AND (workspace_id, message_key) IN (SELECT workspace_id, message_key FROM incoming)",
        {"since": instant(received_since)},
    )


def recent_keys(*, received_since: datetime, piece: int, pieces: int) -> Query:
    """The first halves of the keys of what arrived since then, in pieces that are about equal."""
    return Query(
        "SELECT reinterpretAsUInt64(message_key) AS half FROM events "
        "WHERE received_at >= {since:DateTime64(6, 'UTC')} AND half % {pieces:UInt8} = {piece:UInt8}",
        {"since": instant(received_since), "piece": str(piece), "pieces": str(pieces)},
    )


def count_person(workspace_id: UUID, *, person: str) -> Query:
    """Everything that names the person counts, under every name they go by."""
    names = names_of(workspace_id, person=person)
    return Query(
        f"SELECT count() AS events FROM events WHERE workspace_id = {{workspace:UUID}} AND who IN ({names.text})",  # noqa: S608
        names.parameters,
    )


def delete_person(workspace_id: UUID, *, person: str) -> Query:
    """What is deleted is written out of the files at once, not only hidden."""
    names = names_of(workspace_id, person=person)
    return Query(
        f"ALTER TABLE events DELETE WHERE workspace_id = {{workspace:UUID}} AND who IN ({names.text}) "
        "SETTINGS mutations_sync = 2",
        names.parameters,
    )

"""The tables of the event store, and what is written to them."""

from datetime import datetime
from uuid import UUID

from firstwin.usage.rules.sql.base import Query, instant, text

TABLES = (
    """CREATE TABLE IF NOT EXISTS events (
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
    person String ALIAS if(user_id != '', user_id, concat('anonymous:', anonymous_id))
) ENGINE = MergeTree PARTITION BY toYYYYMM(at)
ORDER BY (workspace_id, group_id, user_id, anonymous_id, at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1""",
    "CREATE TABLE IF NOT EXISTS incoming (workspace_id UUID, message_key UUID) ENGINE = Memory",
)
INSERT_EVENTS = "INSERT INTO events SETTINGS date_time_input_format = 'best_effort' FORMAT JSONEachRow"
CLEAR_INCOMING = "TRUNCATE TABLE incoming"
INSERT_INCOMING = "INSERT INTO incoming FORMAT JSONEachRow"


def known_keys(*, received_since: datetime) -> Query:
    """Two events with one message key are one; those that arrived within 30 days are looked through."""
    return Query(
        "SELECT DISTINCT workspace_id, message_key FROM events "
        "WHERE received_at >= {since:DateTime64(6, 'UTC')} "
        "AND (workspace_id, message_key) IN (SELECT workspace_id, message_key FROM incoming)",
        {"since": instant(received_since)},
    )


def count_person(workspace_id: UUID, *, person: str) -> Query:
    """Everything that names the person counts."""
    return Query(
        "SELECT count() AS events FROM events WHERE workspace_id = {workspace:UUID} AND person = {person:String}",
        {"workspace": str(workspace_id), "person": text(person)},
    )


def delete_person(workspace_id: UUID, *, person: str) -> Query:
    """What is deleted is written out of the files at once, not only hidden."""
    return Query(
        "ALTER TABLE events DELETE WHERE workspace_id = {workspace:UUID} "
        "AND if(user_id != '', user_id, concat('anonymous:', anonymous_id)) = {person:String} "
        "SETTINGS mutations_sync = 2",
        {"workspace": str(workspace_id), "person": text(person)},
    )

"""What erasing and retention need of the event store: counted first, then rewritten without what goes.

Rewriting goes on in the background; the session's `apply_mutations_on_fly` leaves out at once what will be gone. For that
no condition may have a query in it.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from firstwin.usage.rules.sql.base import Query, array, instant

TABLES = ("events", "links", "merged", "identities", "places")
"""The tables that hold something to keep."""

PREPARE = (
    "SET apply_mutations_on_fly = 1",
    # Files that were replaced go after seconds instead of minutes; so what replaces them has to be on the disk by then.
    *(
        f"ALTER TABLE {table} MODIFY SETTING old_parts_lifetime = 10, min_rows_to_fsync_after_merge = 1, "
        "min_compressed_bytes_to_fsync_after_merge = 1, cleanup_delay_period = 5, max_cleanup_delay_period = 10, "
        "cleanup_delay_period_random_add = 1"
        for table in TABLES
    ),
)
# In tables that were just made, cleaning still waits the half minute that it began with: woken, it goes by what is set above.
WAKE_CLEANING = tuple(f"SYSTEM START CLEANUP {table}" for table in TABLES)
ALIVE = "SELECT 1 AS alive"
COUNT_ALL = "SELECT count() AS events FROM events"
DATA_FOLDER = (
    "SELECT data_paths[1] AS path FROM system.tables WHERE database = currentDatabase() AND name = {table:String}"
)
FOLDERS = (
    "SELECT arrayJoin(data_paths) AS path FROM system.tables "
    "WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
)
PARTS = "SELECT DISTINCT name FROM system.parts WHERE database = currentDatabase()"
UNFINISHED = (
    "SELECT toString(now('UTC')) AS at, count() AS unfinished FROM system.mutations "
    "WHERE database = currentDatabase() AND NOT is_done"
)
OLD_FILES = (
    "SELECT count() AS files FROM system.parts WHERE database = currentDatabase() AND NOT active "
    "AND toUnixTimestamp(remove_time) > 0 AND remove_time <= parseDateTimeBestEffort({rewritten:String}, 'UTC')"
)
_OF_PEOPLE = (
    "workspace_id = {workspace:UUID} AND received_at <= {until:DateTime64(6, 'UTC')} AND ("
    "if(user_id != '', user_id, concat('anonymous:', anonymous_id)) IN {people:Array(String)} "
    "OR (previous_id != '' AND (previous_id IN {people:Array(String)} "
    "OR concat('anonymous:', previous_id) IN {people:Array(String)})))"
)
_BEFORE = "workspace_id = {workspace:UUID} AND at < {before:DateTime64(6, 'UTC')}"


def count_people(workspace_id: UUID, *, people: Sequence[str], until: datetime) -> Query:
    """What is of somebody, or names them, counts."""
    return Query(
        f"SELECT count() AS events FROM events WHERE {_OF_PEOPLE}",  # noqa: S608
        _people(workspace_id, people, until),
    )


def delete_people(workspace_id: UUID, *, people: Sequence[str], until: datetime) -> Query:
    """Hidden at once, written out of the files in the background."""
    return Query(
        f"ALTER TABLE events DELETE WHERE {_OF_PEOPLE} SETTINGS mutations_sync = 0",
        _people(workspace_id, people, until),
    )


def delete_identities(workspace_id: UUID, *, people: Sequence[str]) -> list[Query]:
    """Who was linked to somebody or merged is forgotten with them."""
    parameters = {"workspace": str(workspace_id), "people": array(people)}
    conditions = {
        "links": "user_id IN {people:Array(String)} OR concat('anonymous:', anonymous_id) IN {people:Array(String)}",
        "merged": "user_id IN {people:Array(String)} OR into IN {people:Array(String)}",
        "identities": "name IN {people:Array(String)} "
        "OR has(arrayMap(name -> sipHash64({workspace:UUID}, name), {people:Array(String)}), raw)",
    }
    return [
        Query(
            f"ALTER TABLE {table} DELETE WHERE workspace_id = {{workspace:UUID}} AND ({condition}) "
            "SETTINGS mutations_sync = 0",
            parameters,
        )
        for table, condition in conditions.items()
    ]


def more_names(workspace_id: UUID, *, people: Sequence[str]) -> Query:
    """Whoever is linked to somebody, or was merged into them, is the same person."""
    return Query(
        "SELECT DISTINCT name FROM ("
        "SELECT concat('anonymous:', anonymous_id) AS name FROM links FINAL "
        "WHERE workspace_id = {workspace:UUID} AND user_id IN {people:Array(String)} "
        "UNION ALL SELECT user_id AS name FROM merged FINAL "
        "WHERE workspace_id = {workspace:UUID} AND into IN {people:Array(String)}) "
        "WHERE name NOT IN {people:Array(String)} ORDER BY name",
        {"workspace": str(workspace_id), "people": array(people)},
    )


def count_before(workspace_id: UUID, *, before: datetime) -> Query:
    """Events go by when they happened."""
    return Query(f"SELECT count() AS events FROM events WHERE {_BEFORE}", _before(workspace_id, before))  # noqa: S608


def delete_before(workspace_id: UUID, *, before: datetime) -> Query:
    """Hidden at once, written out of the files in the background; a month that empties goes whole."""
    return Query(
        f"ALTER TABLE events DELETE WHERE {_BEFORE} SETTINGS mutations_sync = 0", _before(workspace_id, before)
    )


def names(workspace_id: UUID) -> Query:
    """Every name counts, also those that events only mention."""
    return Query(
        "SELECT DISTINCT arrayJoin(arrayFilter(one -> one != '', "
        "[if(user_id != '', user_id, concat('anonymous:', anonymous_id)), previous_id, "
        "if(previous_id != '', concat('anonymous:', previous_id), '')])) AS name "
        "FROM events WHERE workspace_id = {workspace:UUID} ORDER BY name",
        {"workspace": str(workspace_id)},
    )


def _people(workspace_id: UUID, people: Sequence[str], until: datetime) -> dict[str, str]:
    return {"workspace": str(workspace_id), "people": array(people), "until": instant(until)}


def _before(workspace_id: UUID, before: datetime) -> dict[str, str]:
    return {"workspace": str(workspace_id), "before": instant(before)}


def freeze(table: str, *, name: str) -> str:
    """The files of a table as they are, by hard links: both are words of our own."""
    return f"ALTER TABLE {table} FREEZE WITH NAME '{name}'"


def attach(table: str, *, part: str) -> str:
    """A part that lies in the table's folder of detached ones; its name was checked."""
    return f"ALTER TABLE {table} ATTACH PART '{part}'"


def empty(table: str) -> str:
    """What a restore that was killed brought back goes first."""
    return f"TRUNCATE TABLE {table}"

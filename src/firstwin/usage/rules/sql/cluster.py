"""The tables of the event store on a ClickHouse cluster, and what its statements become there.

Every table is replicated. Events are spread over the shards by who did them; the small tables beside them are whole on
every server, so that who is who can be looked up anywhere.
"""

import re
from collections.abc import Sequence

from firstwin.usage.rules.sql.tables import WHO

SETTINGS = {
    # An insert returns once it is on the shards and not only on its way; what a question asks within is asked once.
    "distributed_foreground_insert": "1",
    "prefer_global_in_and_join": "1",
    "insert_quorum": "auto",
}
_ENGINE = re.compile(r"ENGINE = (?P<kind>\w*)MergeTree(?:\((?P<version>\w+)\))?")
_TABLE = re.compile(r"^CREATE TABLE IF NOT EXISTS (\w+)")
_ALTER = re.compile(r"^(ALTER TABLE|OPTIMIZE TABLE) (\w+)")
_SYSTEM = re.compile(r"\bsystem\.(mutations|parts)\b")
SPREAD = "events"
LOCAL = "incoming"


def tables_of(statements: Sequence[str], *, cluster: str, database: str) -> list[str]:
    """Tables are made on every server: replicated ones, and over those of events one that reads and writes all shards."""
    found = []
    for statement in statements:
        found += _create(statement, cluster=cluster, database=database)
    return found


def _create(statement: str, *, cluster: str, database: str) -> list[str]:
    named = _TABLE.match(statement)
    if named is None or named.group(1) == LOCAL:
        return [statement_of(statement, cluster=cluster)]
    name = named.group(1)
    path = (
        f"'/clickhouse/tables/{{shard}}/{database}/{name}'"
        if name == SPREAD
        else f"'/clickhouse/tables/{database}/{name}'"
    )
    replica = "'{replica}'" if name == SPREAD else "'{shard}-{replica}'"

    def engine(match: re.Match[str]) -> str:
        version = f", {match['version']}" if match["version"] else ""
        return f"ENGINE = Replicated{match['kind']}MergeTree({path}, {replica}{version})"

    kept = f"{name}_local" if name == SPREAD else name
    made = _TABLE.sub(f"CREATE TABLE IF NOT EXISTS {kept} ON CLUSTER '{cluster}'", _ENGINE.sub(engine, statement))
    if name != SPREAD:
        return [made]
    over = (
        f"CREATE TABLE IF NOT EXISTS {name} ON CLUSTER '{cluster}' AS {kept} "
        f"ENGINE = Distributed('{cluster}', '{database}', '{kept}', {WHO})"
    )
    return [made, over]


def statement_of(statement: str, *, cluster: str) -> str:
    """What changes a table changes it on every server; what asks how far the servers are asks all of them."""

    def on_every(match: re.Match[str]) -> str:
        name = f"{match[2]}_local" if match[2] == SPREAD else match[2]
        return f"{match[1]} {name} ON CLUSTER '{cluster}'"

    if _ALTER.match(statement) and _ALTER.match(statement)[2] != LOCAL:  # type: ignore[index]
        return _ALTER.sub(on_every, statement)
    return _SYSTEM.sub(lambda match: f"clusterAllReplicas('{cluster}', system.{match[1]})", statement)

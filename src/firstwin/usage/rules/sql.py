"""The questions to the event store in ClickHouse's SQL: texts with typed parameters, never with values in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from firstwin.usage.contracts.store import EventScope, Period, Subject

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
_COLUMNS = (
    "workspace_id, source_id, message_key, kind, name, user_id, anonymous_id, group_id, previous_id, "
    "at, received_at, properties, context"
)


@dataclass(frozen=True, slots=True)
class Query:
    """A text and the values of its parameters, as texts."""

    text: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def known_keys(*, received_since: datetime) -> Query:
    """Two events with one message key are one; those that arrived within 30 days are looked through."""
    return Query(
        "SELECT DISTINCT workspace_id, message_key FROM events "
        "WHERE received_at >= {since:DateTime64(6, 'UTC')} "
        "AND (workspace_id, message_key) IN (SELECT workspace_id, message_key FROM incoming)",
        {"since": _instant(received_since)},
    )


def active_users(scope: EventScope, *, by: Period) -> Query:
    """Somebody is active in a period if they did anything in it."""
    start = {Period.DAY: "toDate(at)", Period.WEEK: "toMonday(at)", Period.MONTH: "toStartOfMonth(at)"}[by]
    where, parameters = _where(scope)
    return Query(
        f"SELECT {start} AS on, uniqExact(person) AS users FROM events WHERE {where} GROUP BY on ORDER BY on",  # noqa: S608
        parameters,
    )


def sessions(scope: EventScope, *, gap: timedelta) -> Query:
    """A session is what somebody does without a pause longer than the gap; its length runs from first to last event."""
    where, parameters = _where(scope)
    return Query(
        "SELECT countIf(starts) AS sessions, uniqExact(person) AS users, "  # noqa: S608
        "sumIf(pause, NOT starts) / 1000000 AS seconds FROM ("
        "SELECT person, moment - lagInFrame(moment, 1, moment) OVER one AS pause, "
        "row_number() OVER one = 1 OR pause > {gap:Int64} AS starts "
        f"FROM (SELECT person, toUnixTimestamp64Micro(at) AS moment, message_key FROM events WHERE {where}) "
        "WINDOW one AS (PARTITION BY person ORDER BY moment, message_key ROWS BETWEEN UNBOUNDED PRECEDING "
        "AND UNBOUNDED FOLLOWING))",
        {**parameters, "gap": str(gap // timedelta(microseconds=1))},
    )


def adoption(scope: EventScope, *, features: Sequence[Sequence[str]]) -> Query:
    """A feature is used by whoever did one of its events at least once."""
    where, parameters = _where(scope)
    counts = "".join(f", uniqExactIf(person, name IN {{f{n}:Array(String)}}) AS f{n}" for n in range(len(features)))
    return Query(
        f"SELECT group_id, uniqExact(person) AS active{counts} FROM events "  # noqa: S608
        f"WHERE {where} AND group_id != '' GROUP BY group_id ORDER BY group_id",
        {**parameters, **{f"f{n}": _array(names) for n, names in enumerate(features)}},
    )


def first_occurrence(scope: EventScope, *, names: Sequence[str], count: int, of: Subject) -> Query:
    """The n-th time counts, whatever of the named events it was."""
    where, parameters = _where(scope)
    subject = {Subject.PERSON: "person", Subject.GROUP: "group_id"}[of]
    return Query(
        f"SELECT {subject} AS subject, arraySort(groupArray(at))[{{count:UInt32}}] AS reached FROM events "  # noqa: S608
        f"WHERE {where} AND kind = 'track' AND name IN {{names:Array(String)}} AND {subject} != '' "
        "GROUP BY subject HAVING count() >= {count:UInt32} ORDER BY reached, subject",
        {**parameters, "count": str(count), "names": _array(names)},
    )


def funnel(scope: EventScope, *, steps: Sequence[str], within: timedelta) -> Query:
    """Somebody gets to a step who did all before it in order, and this one within the time since the first."""
    where, parameters = _where(scope)
    conditions = ", ".join(f"name = {{s{n}:String}}" for n in range(len(steps)))
    counts = ", ".join(f"countIf(level >= {n + 1}) AS s{n}" for n in range(len(steps)))
    return Query(
        f"SELECT {counts} FROM (SELECT windowFunnel({{within:UInt64}})("  # noqa: S608
        f"toUInt64(toUnixTimestamp64Micro(at)), {conditions}) AS level FROM events "
        f"WHERE {where} AND kind = 'track' GROUP BY person)",
        {
            **parameters,
            **{f"s{n}": _text(step) for n, step in enumerate(steps)},
            "within": str(within // timedelta(microseconds=1)),
        },
    )


def retention(scope: EventScope, *, weeks: int) -> Query:
    """People belong to the week in which they began, and return in every later week in which they do anything."""
    where, parameters = _where(scope)
    returned = ", ".join(f"countIf(has(active, toDate(began + 7 * {week}))) AS w{week}" for week in range(weeks + 1))
    return Query(
        f"SELECT began, count() AS size, {returned} FROM ("  # noqa: S608
        f"SELECT min(toMonday(at)) AS began, groupUniqArray(toMonday(at)) AS active FROM events "
        f"WHERE {where} GROUP BY person) GROUP BY began ORDER BY began",
        parameters,
    )


def stickiness(scope: EventScope) -> Query:
    """People are sorted by on how many days they did anything."""
    where, parameters = _where(scope)
    return Query(
        "SELECT days, count() AS users FROM (SELECT uniqExact(toDate(at)) AS days FROM events "  # noqa: S608
        f"WHERE {where} GROUP BY person) GROUP BY days ORDER BY days",
        parameters,
    )


def top_features(scope: EventScope, *, limit: int) -> Query:
    """What most people do comes first."""
    where, parameters = _where(scope)
    return Query(
        "SELECT name, uniqExact(person) AS users, count() AS times FROM events "  # noqa: S608
        f"WHERE {where} AND kind = 'track' GROUP BY name ORDER BY users DESC, times DESC, name LIMIT {{limit:UInt32}}",
        {**parameters, "limit": str(limit)},
    )


def timeline(scope: EventScope, *, person: str, limit: int) -> Query:
    """What somebody did last comes first."""
    where, parameters = _where(scope)
    narrowed = " AND person = {person:String}" if person else ""
    return Query(
        f"SELECT {_COLUMNS} FROM events WHERE {where}{narrowed} "  # noqa: S608
        "ORDER BY at DESC, message_key LIMIT {limit:UInt32}",
        {**parameters, "limit": str(limit), **({"person": _text(person)} if person else {})},
    )


def breakdown(scope: EventScope, *, name: str, key: str, limit: int) -> Query:
    """The values of a property come by how often they do."""
    where, parameters = _where(scope)
    return Query(
        "SELECT JSONExtractRaw(properties, {key:String}) AS value, uniqExact(person) AS users, count() AS times "  # noqa: S608
        f"FROM events WHERE {where} AND kind = 'track' AND name = {{name:String}} "
        "GROUP BY value ORDER BY times DESC, value LIMIT {limit:UInt32}",
        {**parameters, "key": _text(key), "name": _text(name), "limit": str(limit)},
    )


def count_person(workspace_id: UUID, *, person: str) -> Query:
    """Everything that names the person counts."""
    return Query(
        "SELECT count() AS events FROM events WHERE workspace_id = {workspace:UUID} AND person = {person:String}",
        {"workspace": str(workspace_id), "person": _text(person)},
    )


def delete_person(workspace_id: UUID, *, person: str) -> Query:
    """What is deleted is written out of the files at once, not only hidden."""
    return Query(
        "ALTER TABLE events DELETE WHERE workspace_id = {workspace:UUID} "
        "AND if(user_id != '', user_id, concat('anonymous:', anonymous_id)) = {person:String} "
        "SETTINGS mutations_sync = 2",
        {"workspace": str(workspace_id), "person": _text(person)},
    )


def export(scope: EventScope, *, after: tuple[datetime, UUID] | None, limit: int) -> Query:
    """Everything comes in order of time, in pieces."""
    where, parameters = _where(scope)
    beyond = ""
    if after is not None:
        beyond = " AND (at, message_key) > ({after:DateTime64(6, 'UTC')}, {key:UUID})"
        parameters = {**parameters, "after": _instant(after[0]), "key": str(after[1])}
    return Query(
        f"SELECT {_COLUMNS} FROM events WHERE {where}{beyond} ORDER BY at, message_key LIMIT {{limit:UInt32}}",  # noqa: S608
        {**parameters, "limit": str(limit)},
    )


def _where(scope: EventScope) -> tuple[str, dict[str, str]]:
    text = (
        "workspace_id = {workspace:UUID} AND at >= {since:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}"
    )
    parameters = {
        "workspace": str(scope.workspace_id),
        "since": _instant(scope.since),
        "until": _instant(scope.until),
    }
    if scope.group_id:
        text += " AND group_id = {group:String}"
        parameters["group"] = _text(scope.group_id)
    if scope.source_id is not None:
        text += " AND source_id = {source:UUID}"
        parameters["source"] = str(scope.source_id)
    return text, parameters


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _text(value: str) -> str:
    """Write a text as ClickHouse reads the value of a parameter."""
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _array(values: Sequence[str]) -> str:
    quoted = ", ".join("'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'" for value in values)
    return f"[{quoted}]"

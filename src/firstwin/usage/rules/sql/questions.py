"""The questions to the event store in ClickHouse's SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from firstwin.usage.contracts.store import EventScope, Period, Subject
from firstwin.usage.rules.sql.base import COLUMNS, Query, array, instant, text, where


def active_users(scope: EventScope, *, by: Period) -> Query:
    """Somebody is active in a period if they did anything in it."""
    start = {Period.DAY: "toDate(at)", Period.WEEK: "toMonday(at)", Period.MONTH: "toStartOfMonth(at)"}[by]
    narrowing, parameters = where(scope)
    return Query(
        f"SELECT {start} AS on, uniqExact(person) AS users FROM events WHERE {narrowing} GROUP BY on ORDER BY on",  # noqa: S608
        parameters,
    )


def sessions(scope: EventScope, *, gap: timedelta) -> Query:
    """A session is what somebody does without a pause longer than the gap; its length runs from first to last event."""
    narrowing, parameters = where(scope)
    return Query(
        "SELECT countIf(starts) AS sessions, uniqExact(person) AS users, "  # noqa: S608
        "sumIf(pause, NOT starts) / 1000000 AS seconds FROM ("
        "SELECT person, moment - lagInFrame(moment, 1, moment) OVER one AS pause, "
        "row_number() OVER one = 1 OR pause > {gap:Int64} AS starts "
        f"FROM (SELECT person, toUnixTimestamp64Micro(at) AS moment, message_key FROM events WHERE {narrowing}) "
        "WINDOW one AS (PARTITION BY person ORDER BY moment, message_key ROWS BETWEEN UNBOUNDED PRECEDING "
        "AND UNBOUNDED FOLLOWING))",
        {**parameters, "gap": str(gap // timedelta(microseconds=1))},
    )


def adoption(scope: EventScope, *, features: Sequence[Sequence[str]]) -> Query:
    """A feature is used by whoever did one of its events at least once."""
    narrowing, parameters = where(scope)
    counts = "".join(f", uniqExactIf(person, name IN {{f{n}:Array(String)}}) AS f{n}" for n in range(len(features)))
    return Query(
        f"SELECT group_id, uniqExact(person) AS active{counts} FROM events "  # noqa: S608
        f"WHERE {narrowing} AND group_id != '' GROUP BY group_id ORDER BY group_id",
        {**parameters, **{f"f{n}": array(names) for n, names in enumerate(features)}},
    )


def first_occurrence(scope: EventScope, *, names: Sequence[str], count: int, of: Subject) -> Query:
    """The n-th time counts, whatever of the named events it was."""
    narrowing, parameters = where(scope)
    subject = {Subject.PERSON: "person", Subject.GROUP: "group_id"}[of]
    return Query(
        f"SELECT {subject} AS subject, arraySort(groupArray(at))[{{count:UInt32}}] AS reached FROM events "  # noqa: S608
        f"WHERE {narrowing} AND kind = 'track' AND name IN {{names:Array(String)}} AND {subject} != '' "
        "GROUP BY subject HAVING count() >= {count:UInt32} ORDER BY reached, subject",
        {**parameters, "count": str(count), "names": array(names)},
    )


def funnel(scope: EventScope, *, steps: Sequence[str], within: timedelta) -> Query:
    """Somebody gets to a step who did all before it in order, and this one within the time since the first."""
    narrowing, parameters = where(scope)
    conditions = ", ".join(f"name = {{s{n}:String}}" for n in range(len(steps)))
    counts = ", ".join(f"countIf(level >= {n + 1}) AS s{n}" for n in range(len(steps)))
    return Query(
        f"SELECT {counts} FROM (SELECT windowFunnel({{within:UInt64}})("  # noqa: S608
        f"toUInt64(toUnixTimestamp64Micro(at)), {conditions}) AS level FROM events "
        f"WHERE {narrowing} AND kind = 'track' GROUP BY person)",
        {
            **parameters,
            **{f"s{n}": text(step) for n, step in enumerate(steps)},
            "within": str(within // timedelta(microseconds=1)),
        },
    )


def retention(scope: EventScope, *, weeks: int) -> Query:
    """People belong to the week in which they began, and return in every later week in which they do anything."""
    narrowing, parameters = where(scope)
    returned = ", ".join(f"countIf(has(active, toDate(began + 7 * {week}))) AS w{week}" for week in range(weeks + 1))
    return Query(
        f"SELECT began, count() AS size, {returned} FROM ("  # noqa: S608
        f"SELECT min(toMonday(at)) AS began, groupUniqArray(toMonday(at)) AS active FROM events "
        f"WHERE {narrowing} GROUP BY person) GROUP BY began ORDER BY began",
        parameters,
    )


def stickiness(scope: EventScope) -> Query:
    """People are sorted by on how many days they did anything."""
    narrowing, parameters = where(scope)
    return Query(
        "SELECT days, count() AS users FROM (SELECT uniqExact(toDate(at)) AS days FROM events "  # noqa: S608
        f"WHERE {narrowing} GROUP BY person) GROUP BY days ORDER BY days",
        parameters,
    )


def top_features(scope: EventScope, *, limit: int) -> Query:
    """What most people do comes first."""
    narrowing, parameters = where(scope)
    return Query(
        "SELECT name, uniqExact(person) AS users, count() AS times FROM events "  # noqa: S608
        f"WHERE {narrowing} AND kind = 'track' GROUP BY name ORDER BY users DESC, times DESC, name LIMIT {{limit:UInt32}}",
        {**parameters, "limit": str(limit)},
    )


def timeline(scope: EventScope, *, person: str, limit: int) -> Query:
    """What somebody did last comes first."""
    narrowing, parameters = where(scope)
    narrowed = " AND person = {person:String}" if person else ""
    return Query(
        f"SELECT {COLUMNS} FROM events WHERE {narrowing}{narrowed} "  # noqa: S608
        "ORDER BY at DESC, message_key LIMIT {limit:UInt32}",
        {**parameters, "limit": str(limit), **({"person": text(person)} if person else {})},
    )


def breakdown(scope: EventScope, *, name: str, key: str, limit: int) -> Query:
    """The values of a property come by how often they do."""
    narrowing, parameters = where(scope)
    return Query(
        "SELECT JSONExtractRaw(properties, {key:String}) AS value, uniqExact(person) AS users, count() AS times "  # noqa: S608
        f"FROM events WHERE {narrowing} AND kind = 'track' AND name = {{name:String}} "
        "GROUP BY value ORDER BY times DESC, value LIMIT {limit:UInt32}",
        {**parameters, "key": text(key), "name": text(name), "limit": str(limit)},
    )


def export(scope: EventScope, *, after: tuple[datetime, UUID] | None, limit: int) -> Query:
    """Everything comes in order of time, in pieces."""
    narrowing, parameters = where(scope)
    beyond = ""
    if after is not None:
        beyond = " AND (at, message_key) > ({after:DateTime64(6, 'UTC')}, {key:UUID})"
        parameters = {**parameters, "after": instant(after[0]), "key": str(after[1])}
    return Query(
        f"SELECT {COLUMNS} FROM events WHERE {narrowing}{beyond} ORDER BY at, message_key LIMIT {{limit:UInt32}}",  # noqa: S608
        {**parameters, "limit": str(limit)},
    )

"""The questions to the event store in ClickHouse's SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from firstwin.usage.contracts.store import EventScope, Period, Subject
from firstwin.usage.rules.sql.base import (
    COLUMNS,
    SUBJECTS,
    Query,
    array,
    days,
    events,
    instant,
    microseconds,
    names_only,
    text,
    where,
)
from firstwin.usage.rules.sql.identities import names_of

_TRACK = "kind = 'track'"
_LONG_AGO = "toInt64(-4000000000000000000)"
SMALL_BLOCKS = " SETTINGS max_block_size = 8192, short_circuit_function_evaluation = 'disable'"


def active_users(scope: EventScope, *, by: Period) -> Query:
    """Somebody is active in a period if they did anything in it."""
    table, parameters = days(scope, by=by)
    return Query(f"SELECT on, uniqExact(person) AS users FROM {table} GROUP BY on ORDER BY on", parameters)  # noqa: S608


def sessions(scope: EventScope, *, gap: timedelta) -> Query:
    """A session is what somebody does without a pause longer than the gap; its length runs from first to last event."""
    table, parameters = events(scope, "toUnixTimestamp64Micro(at) AS moment")
    return Query(
        "SELECT countIf(starts) AS sessions, uniqExact(person) AS users, "  # noqa: S608
        "sumIf(pause, NOT starts) / 1000000 AS seconds FROM ("
        "SELECT person, moment - lagInFrame(moment, 1, moment) OVER one AS pause, "
        "row_number() OVER one = 1 OR pause > {gap:Int64} AS starts "
        f"FROM {table} WINDOW one AS (PARTITION BY person ORDER BY moment ROWS BETWEEN UNBOUNDED PRECEDING "
        "AND UNBOUNDED FOLLOWING))",
        {**parameters, "gap": microseconds(gap)},
    )


def adoption(scope: EventScope, *, features: Sequence[Sequence[str]]) -> Query:
    """A feature is used by whoever did one of its events at least once."""
    table, parameters = events(scope, "name", account=True)
    counts = "".join(f", uniqExactIf(person, name IN {{f{n}:Array(String)}}) AS f{n}" for n in range(len(features)))
    return Query(
        f"SELECT account_id, uniqExact(person) AS active{counts} FROM {table} "  # noqa: S608
        "GROUP BY account_id ORDER BY toString(account_id)",
        {**parameters, **{f"f{n}": array(names) for n, names in enumerate(features)}},
    )


def first_occurrence(scope: EventScope, *, names: Sequence[str], count: int, of: Subject) -> Query:
    """The n-th time counts, whatever of the named events it was."""
    table, parameters = events(
        scope,
        "at",
        "group_id",
        only=f"{_TRACK} AND name IN {{names:Array(String)}}",
        person=False,
        name=of is Subject.PERSON,
        account=of is Subject.ACCOUNT,
    )
    return Query(
        f"SELECT {SUBJECTS[of]} AS subject, arraySort(groupArray(at))[{{count:UInt32}}] AS reached FROM {table} "  # noqa: S608
        "WHERE subject != '' GROUP BY subject HAVING count() >= {count:UInt32} ORDER BY reached, subject",
        {**parameters, "count": str(count), "names": array(names)},
    )


def ways(scope: EventScope, *, steps: Sequence[str], within: timedelta, by: str, **more: bool) -> Query:
    """Somebody gets to a step who did all before it in order, and this one within the time since the first.

    Of each subject (columns of `by`) the way on which it first got as far as it ever did comes out, as moments.
    """
    only, names = names_only(steps)
    table, parameters = events(
        scope,
        "group_id",
        # Moment and step in one number, which sorts by both: at one instant an earlier step goes first.
        "toUnixTimestamp64Micro(at) * 256 + indexOf({names:Array(String)}, name) AS event",
        only=only,
        **more,
    )
    # A step that stands before all events, and is on no way, gives everything carried on a place to begin at.
    levels = ["arrayMap(one -> one <= 1, step) AS is1", "arrayFill((one, is) -> is, moment, is1) AS began1"]
    for level in range(2, len(steps) + 1):
        levels += [
            f"arrayMap((one, at, began) -> one = 0 OR (one = {level} AND at - began <= {{within:Int64}}), "
            f"step, moment, began{level - 1}) AS is{level}",
            f"arrayFill((one, is) -> is, began{level - 1}, is{level}) AS began{level}",
        ]
    for level in range(1, len(steps) + 1):
        levels.append(f"arrayFill((one, is) -> is, arrayEnumerate(step), is{level}) AS last{level}")
        levels.append(f"arrayFirstIndex((is, one) -> is AND one > 0, is{level}, step) AS first{level}")
    found = []
    for level in range(len(steps), 0, -1):
        places = [f"first{level}"]
        for before in range(level - 1, 0, -1):
            places.insert(0, f"last{before}[{places[0]}]")
        found.append(f"first{level} > 0, [{', '.join(f'moment[{place}]' for place in places)}]")
    return Query(
        f"SELECT {by}, arrayPushFront(arrayMap(one -> bitShiftRight(one, 8), sorted), {_LONG_AGO}) AS moment, "  # noqa: S608
        f"arrayPushFront(arrayMap(one -> toUInt8(bitAnd(one, 255)), sorted), 0) AS step, {', '.join(levels)}, "
        f"multiIf({', '.join(found)}, []) AS way "
        f"FROM (SELECT {by}, arraySort(groupArray(event)) AS sorted FROM {table} GROUP BY {by})",
        {**parameters, **names, "within": microseconds(within)},
    )


def funnel(scope: EventScope, *, steps: Sequence[str], within: timedelta, of: Subject) -> Query:
    """Steps count those who got to them; the time from the step before is that of the middle one of those."""
    by = {Subject.PERSON: "person", Subject.GROUP: "group_id", Subject.ACCOUNT: "account_id"}[of]
    found = ways(scope, steps=steps, within=within, by=by, person=of is Subject.PERSON, account=of is Subject.ACCOUNT)
    counts = ", ".join(
        f"countIf(length(way) > {n}) AS s{n}, "
        + (
            f"if(s{n} = 0, NULL, quantileExactInclusiveIf(0.5)(way[{n + 1}] - way[{n}], length(way) > {n}))"
            if n
            else "NULL"
        )
        + f" AS m{n}"
        for n in range(len(steps))
    )
    kept = " WHERE group_id != ''" if of is Subject.GROUP else ""
    return Query(f"SELECT {counts} FROM ({found.text}){kept}{SMALL_BLOCKS}", found.parameters)  # noqa: S608


def retention(scope: EventScope, *, weeks: int) -> Query:
    """People belong to the week in which they began, and return in every later week in which they do anything."""
    table, parameters = days(scope, by=Period.WEEK)
    returned = ", ".join(f"countIf(has(active, toDate(began + 7 * {week}))) AS w{week}" for week in range(weeks + 1))
    return Query(
        f"SELECT began, count() AS size, {returned} FROM ("  # noqa: S608
        f"SELECT min(on) AS began, groupUniqArray(on) AS active FROM {table} GROUP BY person) "
        "GROUP BY began ORDER BY began",
        parameters,
    )


def stickiness(scope: EventScope) -> Query:
    """People are sorted by on how many days they did anything."""
    table, parameters = days(scope)
    return Query(
        f"SELECT days, count() AS users FROM (SELECT uniqExact(on) AS days FROM {table} GROUP BY person) "  # noqa: S608
        "GROUP BY days ORDER BY days",
        parameters,
    )


def top_features(scope: EventScope, *, limit: int) -> Query:
    """What most people do comes first."""
    table, parameters = events(scope, "name", only=_TRACK)
    return Query(
        f"SELECT name, uniqExact(person) AS users, count() AS times FROM {table} "  # noqa: S608
        "GROUP BY name ORDER BY users DESC, times DESC, name LIMIT {limit:UInt32}",
        {**parameters, "limit": str(limit)},
    )


def timeline(scope: EventScope, *, person: str, limit: int) -> Query:
    """What somebody did last comes first, under whatever name they did it."""
    narrowing, parameters = where(scope)
    if person:
        names = names_of(scope.workspace_id, person=person)
        narrowing += f" AND who IN ({names.text})"
        parameters = {**parameters, **names.parameters}
    return Query(
        f"SELECT {COLUMNS} FROM events WHERE {narrowing} ORDER BY at DESC, message_key LIMIT {{limit:UInt32}}",  # noqa: S608
        {**parameters, "limit": str(limit)},
    )


def breakdown(scope: EventScope, *, name: str, key: str, limit: int) -> Query:
    """The values of a property come by how often they do."""
    table, parameters = events(
        scope,
        "JSONExtractRaw(properties, {key:String}) AS value",
        only=f"{_TRACK} AND name = {{name:String}}",
    )
    return Query(
        f"SELECT value, uniqExact(person) AS users, count() AS times FROM {table} "  # noqa: S608
        "GROUP BY value ORDER BY times DESC, value LIMIT {limit:UInt32}",
        {**parameters, "key": text(key), "name": text(name), "limit": str(limit)},
    )


def export(scope: EventScope, *, after: tuple[datetime, str] | None, limit: int) -> Query:
    """Everything comes in order of time, in pieces."""
    narrowing, parameters = where(scope)
    beyond = ""
    if after is not None:
        beyond = " AND (at, message_key) > ({after:DateTime64(6, 'UTC')}, {key:UUID})"
        parameters = {**parameters, "after": instant(after[0]), "key": after[1]}
    return Query(
        f"SELECT {COLUMNS} FROM events WHERE {narrowing}{beyond} ORDER BY at, message_key LIMIT {{limit:UInt32}}",  # noqa: S608
        {**parameters, "limit": str(limit)},
    )

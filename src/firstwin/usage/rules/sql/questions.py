"""The questions to the event store in ClickHouse's SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from firstwin.usage.contracts.store import EventScope, Period, Subject
from firstwin.usage.rules.sql.base import (
    COLUMNS,
    STARTS,
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


def active_users(scope: EventScope, *, by: Period) -> Query:
    """Somebody is active in a period if they did anything in it."""
    table, parameters = days(scope)
    return Query(
        f"SELECT {STARTS[by].format('day')} AS on, uniqExact(person) AS users FROM {table} "  # noqa: S608
        "GROUP BY on ORDER BY on",
        parameters,
    )


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
        "toUnixTimestamp64Micro(at) AS moment",
        "toUInt8(indexOf({names:Array(String)}, name)) AS step",
        only=only,
        **more,
    )
    levels = len(steps)
    return Query(
        # What is kept: for each step the latest way that leads there; and the longest way of all, the first that long.
        f"SELECT {by}, arrayFold((kept, event) -> (if(event.2 = 1, [event.1], "  # noqa: S608
        "if(notEmpty(kept[event.2 - 1]) AND event.1 - kept[event.2 - 1][1] <= {within:Int64}, "
        "arrayPushBack(kept[event.2 - 1], event.1), emptyArrayInt64())) AS way, "
        "if(empty(way), kept, arrayMap((one, level) -> if(level = event.2 OR "
        f"(level = {levels + 1} AND length(way) > length(one)), way, one), kept, range(1, {levels + 2})))).2, "
        "arraySort(groupArray((moment, step))), "
        f"arrayWithConstant({levels + 1}, emptyArrayInt64()))[{levels + 1}] AS way FROM {table} GROUP BY {by}",
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
    return Query(f"SELECT {counts} FROM ({found.text}){kept}", found.parameters)  # noqa: S608


def retention(scope: EventScope, *, weeks: int) -> Query:
    """People belong to the week in which they began, and return in every later week in which they do anything."""
    table, parameters = days(scope)
    returned = ", ".join(f"countIf(has(active, toDate(began + 7 * {week}))) AS w{week}" for week in range(weeks + 1))
    return Query(
        f"SELECT began, count() AS size, {returned} FROM ("  # noqa: S608
        f"SELECT min(toMonday(day)) AS began, groupUniqArray(toMonday(day)) AS active FROM {table} GROUP BY person) "
        "GROUP BY began ORDER BY began",
        parameters,
    )


def stickiness(scope: EventScope) -> Query:
    """People are sorted by on how many days they did anything."""
    table, parameters = days(scope)
    return Query(
        f"SELECT days, count() AS users FROM (SELECT uniqExact(day) AS days FROM {table} GROUP BY person) "  # noqa: S608
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

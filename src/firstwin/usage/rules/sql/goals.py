"""When accounts reached what was asked, in ClickHouse's SQL. Moments are microseconds; windows include both of their ends."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from firstwin.usage.contracts.goals import Aggregate, Comparison
from firstwin.usage.contracts.store import EventScope
from firstwin.usage.rules.sql.base import Query, events, microseconds, names_only, text
from firstwin.usage.rules.sql.questions import SMALL_BLOCKS, ways

_MOMENT = "toUnixTimestamp64Micro(at) AS moment"
_DAY = "intDiv(toUnixTimestamp64Micro(at), 86400000000) AS day"
_ORDER = " GROUP BY account_id ORDER BY toString(account_id)"
_UNTIL = "toUnixTimestamp64Micro({until:DateTime64(6, 'UTC')})"
_RUNNING: Mapping[Aggregate, str] = {
    Aggregate.SUM: "sum(number)",
    Aggregate.MAX: "max(number)",
    Aggregate.MIN: "min(number)",
    Aggregate.MEAN: "avg(number)",
    Aggregate.LAST: "argMax(number, (moment, message_key))",
}


def _reached(value: str, source: str, *, when: str, moment: str = "moment") -> str:
    return (
        f"SELECT account_id, if(countIf({when}) = 0, NULL, minIf({moment}, {when})) AS at, "  # noqa: S608
        f"toFloat64({value}) AS value FROM ({source}){_ORDER}"
    )


def reach_count(scope: EventScope, *, names: Sequence[str], count: int, window: timedelta | None) -> Query:
    """A count is reached with the event that is the n-th within the window before it."""
    only, more = names_only(names)
    table, parameters = events(scope, _MOMENT, only=only, person=False, account=True)
    is_within = "1" if window is None else f"later - earlier <= {microseconds(window)}"
    value = "count()" if window is None else f"countIf(moment >= {_UNTIL} - {microseconds(window)})"
    return Query(
        "SELECT account_id, arraySort(groupArray(moment)) AS moments, "  # noqa: S608
        f"arrayFirstOrNull((later, earlier) -> {is_within}, arraySlice(moments, {{count:UInt64}}), "
        "arraySlice(moments, 1, greatest(0, length(moments) - {count:Int64} + 1))) AS at, "
        f"toFloat64({value}) AS value FROM {table}{_ORDER}",
        {**parameters, **more, "count": str(count)},
    )


def reach_users(scope: EventScope, *, names: Sequence[str], users: int, window: timedelta | None) -> Query:
    """Somebody counts from what they do until the window after it ends; doing something again begins it anew."""
    only, more = names_only(names)
    table, parameters = events(scope, _MOMENT, only=only, account=True)
    parameters = {**parameters, **more, "users": str(users)}
    if window is None:
        firsts = f"SELECT account_id, person, min(moment) AS moment FROM {table} GROUP BY account_id, person"  # noqa: S608
        counted = (
            "SELECT account_id, moment, count() OVER (PARTITION BY account_id ORDER BY moment "  # noqa: S608
            f"RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far FROM ({firsts})"
        )
        return Query(_reached("count()", counted, when="so_far >= {users:UInt64}"), parameters)
    frame = microseconds(window)
    lasting = (
        "SELECT account_id, person, moment, lagInFrame(moment, 1, -9000000000000000000) OVER one AS before, "  # noqa: S608
        "leadInFrame(moment, 1, 9000000000000000000) OVER one AS following "
        f"FROM {table} WINDOW one AS (PARTITION BY account_id, person ORDER BY moment "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"
    )
    # Whoever comes counts one up, whoever is gone for longer than the window one down; at one instant coming goes first.
    changes = (
        "SELECT account_id, one.1 AS moment, one.2 AS change FROM ("  # noqa: S608
        "SELECT account_id, arrayJoin(arrayConcat("
        f"if(moment - before > {frame}, [(moment, 1)], []), "
        f"if(following - moment > {frame}, [(moment + {frame}, -1)], []))) AS one FROM ({lasting}))"
    )
    counted = (
        "SELECT account_id, moment, change, sum(change) OVER (PARTITION BY account_id ORDER BY moment, change DESC "  # noqa: S608
        f"ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far FROM ({changes})"
    )
    value = f"sumIf(change, moment < {_UNTIL} OR change = 1)"
    return Query(_reached(value, counted, when="so_far >= {users:UInt64} AND change = 1"), parameters)


def reach_days(scope: EventScope, *, names: Sequence[str], days: int, consecutive: bool) -> Query:
    """A day counts with the first event on it; a run of days ends with the first day on which nothing happens."""
    only, more = names_only(names)
    table, parameters = events(scope, _MOMENT, _DAY, only=only, person=False, account=True)
    active = (
        "SELECT account_id, day, min(moment) AS moment "  # noqa: S608
        f"FROM {table} GROUP BY account_id, day"
    )
    numbered = (
        "SELECT account_id, day, moment, row_number() OVER (PARTITION BY account_id ORDER BY day) AS number "  # noqa: S608
        f"FROM ({active})"
    )
    parameters = {**parameters, **more, "days": str(days)}
    if not consecutive:
        return Query(_reached("count()", numbered, when="number >= {days:UInt64}"), parameters)
    runs = (
        "SELECT account_id, day, moment, row_number() OVER (PARTITION BY account_id, day - number ORDER BY day) AS length "  # noqa: S608
        f"FROM ({numbered})"
    )
    value = f"if(max(day) >= intDiv({_UNTIL} - 1, 86400000000) - 1, argMax(length, day), 0)"
    return Query(_reached(value, runs, when="length >= {days:UInt64}"), parameters)


def reach_sequence(scope: EventScope, *, steps: Sequence[str], within: timedelta, count: int) -> Query:
    """A sequence is reached by an account once so many of its people have each done all of it."""
    found = ways(scope, steps=steps, within=within, by="account_id, person", account=True)
    done = f"SELECT account_id, way[{len(steps)}] AS moment, length(way) = {len(steps)} AS is_done FROM ({found.text})"  # noqa: S608
    counted = (
        "SELECT account_id, moment, is_done, sum(is_done) OVER (PARTITION BY account_id ORDER BY is_done DESC, moment "  # noqa: S608
        f"ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far FROM ({done})"
    )
    return Query(
        _reached("sum(is_done)", counted, when="is_done AND so_far >= {count:UInt64}") + SMALL_BLOCKS,
        {**found.parameters, "count": str(count)},
    )


def reach_metric(
    scope: EventScope, *, name: str, key: str, aggregate: Aggregate, comparison: Comparison, target: float
) -> Query:
    """A metric is what the numbers of a property come to from the beginning on; texts are no numbers."""
    table, parameters = events(
        scope,
        _MOMENT,
        "message_key",
        "JSONExtractFloat(properties, {key:String}) AS number",
        only="kind = 'track' AND name = {name:String} "
        "AND JSONType(properties, {key:String}) IN ('Int64', 'UInt64', 'Double')",
        person=False,
        account=True,
    )
    running = (
        f"SELECT account_id, moment, {_RUNNING[aggregate]} OVER (PARTITION BY account_id ORDER BY moment "  # noqa: S608
        f"RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far FROM {table}"
    )
    return Query(
        _reached("argMax(so_far, moment)", running, when=f"so_far {comparison.value} {{target:Float64}}"),
        {**parameters, "key": text(key), "name": text(name), "target": repr(target)},
    )

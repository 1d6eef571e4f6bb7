"""Questions about accounts and people in ClickHouse's SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from firstwin.usage.contracts.store import EventScope, Period
from firstwin.usage.rules.sql.base import (
    Query,
    array,
    arrays,
    days,
    events,
    instant,
    microseconds,
    names_only,
    text,
    uuids,
)


def activity_by_account(scope: EventScope, *, by: Period) -> Query:
    """An account did in a period what the people of its groups did.

    A row for each account, with its periods in numbers: the days from 1970 until it begins, people, events.
    """
    table, parameters = days(scope, by=by, account=True)
    return Query(
        "SELECT account_id, arraySort(groupArray([toUInt64(on), users, events])) AS periods FROM ("  # noqa: S608
        f"SELECT account_id, on, uniqExact(person) AS users, sum(times) AS events FROM {table} GROUP BY account_id, on) "
        "GROUP BY account_id ORDER BY toString(account_id)",
        parameters,
    )


def accounts(scope: EventScope) -> Query:
    """Accounts of which nobody did anything are left out."""
    table, parameters = days(scope, account=True)
    figures = (
        "uniqExact(person) AS users, sum(times) AS events, uniqExact(on) AS days, "
        "min(rows.first_at) AS first_at, max(rows.last_at) AS last_at"
    )
    return Query(
        f"SELECT account_id, {figures} FROM {table} AS rows GROUP BY account_id ORDER BY toString(account_id)",  # noqa: S608
        parameters,
    )


def people(scope: EventScope, *, limit: int, after: tuple[datetime, str] | None) -> Query:
    """Whoever did something last comes first."""
    table, parameters = events(scope, "at", person=False, name=True)
    beyond = ""
    if after is not None:
        beyond = (
            " HAVING last_at < {after:DateTime64(6, 'UTC')} "
            "OR (last_at = {after:DateTime64(6, 'UTC')} AND person_name > {name:String})"
        )
        parameters = {**parameters, "after": instant(after[0]), "name": text(after[1])}
    return Query(
        "SELECT person_name AS person, count() AS events, uniqExact(toDate(at)) AS days, min(at) AS first_at, "  # noqa: S608
        f"max(at) AS last_at FROM {table} GROUP BY person_name{beyond} "
        "ORDER BY last_at DESC, person_name LIMIT {limit:UInt32}",
        {**parameters, "limit": str(limit)},
    )


def people_named(scope: EventScope, *, people: Sequence[str]) -> Query:
    """Only the events of those who go by these names are looked at, linked and merged ones among them."""
    keys = "SELECT arrayJoin(arrayMap(name -> sipHash64({workspace:UUID}, name), {people:Array(String)}))"
    only = (
        f"who IN ({keys} UNION DISTINCT SELECT raw FROM identities FINAL "  # noqa: S608
        f"WHERE workspace_id = {{workspace:UUID}} AND person IN ({keys}))"
    )
    table, parameters = events(scope, "at", only=only, person=False, name=True)
    return Query(
        "SELECT person_name AS person, count() AS events, uniqExact(toDate(at)) AS days, min(at) AS first_at, "  # noqa: S608
        f"max(at) AS last_at FROM {table} GROUP BY person_name HAVING person_name IN {{people:Array(String)}} "
        "ORDER BY person_name",
        {**parameters, "people": array(people)},
    )


def groups_named(scope: EventScope, *, group_ids: Sequence[str]) -> Query:
    """What people of these groups did, whether or not the groups have accounts."""
    table, parameters = events(scope, "at", "group_id", only="group_id IN {groups:Array(String)}")
    return Query(
        "SELECT group_id, uniqExact(person) AS users, count() AS events, min(at) AS first_at, max(at) AS last_at "  # noqa: S608
        f"FROM {table} GROUP BY group_id ORDER BY group_id",
        {**parameters, "groups": array(group_ids)},
    )


def visits(scope: EventScope, *, gap: timedelta) -> Query:
    """How often and how long people come: sessions, the middle one of them, and people on days."""
    table, parameters = events(scope, "toUnixTimestamp64Micro(at) AS moment")
    return Query(
        "SELECT uniqExact(person) AS users, count() AS sessions, "  # noqa: S608
        "quantileExactInclusive(0.5)(length) AS median, (SELECT uniqExact(person, intDiv(moment, 86400000000)) "
        f"FROM {table}) AS person_days FROM ("
        "SELECT person, max(moment) - min(moment) AS length FROM ("
        "SELECT person, moment, sum(starts) OVER (PARTITION BY person ORDER BY moment "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS session FROM ("
        "SELECT person, moment, moment - lagInFrame(moment, 1, moment) OVER (PARTITION BY person ORDER BY moment "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) > {gap:Int64} AS starts "
        f"FROM {table})) GROUP BY person, session)",
        {**parameters, "gap": microseconds(gap)},
    )


def exploration(scope: EventScope, *, features: Sequence[Sequence[str]]) -> Query:
    """How many features people use, each counted once for each person."""
    used = " + ".join(f"uniqExactIf(person, name IN {{f{n}:Array(String)}})" for n in range(len(features)))
    table, parameters = events(scope, "name")
    return Query(
        f"SELECT {used} AS used FROM {table}",  # noqa: S608
        {**parameters, **{f"f{n}": array(names) for n, names in enumerate(features)}},
    )


def wins(scope: EventScope, *, by_account: Mapping[UUID, Sequence[str]]) -> Query:
    """An account wins each time it does what is a win of its own; what is one of another account counts for nothing."""
    # Thousands of accounts share a few lists of names, so each list is written once, beside the accounts that have it.
    sharing: dict[tuple[str, ...], list[UUID]] = {}
    for account_id, names in by_account.items():
        sharing.setdefault(tuple(sorted(names)), []).append(account_id)
    only, named = names_only(sorted({name for names in sharing for name in names}))
    table, parameters = events(scope, "name", only=only, person=False, account=True)
    own = (
        "SELECT arrayJoin(one.1), arrayJoin(one.2) FROM (SELECT arrayJoin("
        "arrayZip({accounts_of:Array(Array(UUID))}, {names_of:Array(Array(String))})) AS one)"
    )
    more = {"accounts_of": arrays(map(uuids, sharing.values())), "names_of": arrays(map(array, sharing))}
    return Query(
        f"SELECT count() AS wins FROM {table} WHERE (account_id, name) IN ({own})",  # noqa: S608
        {**parameters, **named, **more},
    )


def did_by_account(scope: EventScope, *, names: Sequence[str]) -> Query:
    """How many people of each account did each thing."""
    only, more = names_only(names)
    table, parameters = events(scope, "name", only=only or "kind = 'track'", account=True)
    return Query(
        f"SELECT account_id, name, uniqExact(person) AS users FROM {table} "  # noqa: S608
        "GROUP BY account_id, name ORDER BY toString(account_id), name",
        {**parameters, **more},
    )


def catalogue(scope: EventScope) -> Query:
    """What happens most often comes first."""
    table, parameters = events(scope, "name", "kind", "at")
    return Query(
        "SELECT name, kind, uniqExact(person) AS users, count() AS times, min(at) AS first_at, max(at) AS last_at "  # noqa: S608
        f"FROM {table} GROUP BY kind, name ORDER BY times DESC, kind, name",
        parameters,
    )

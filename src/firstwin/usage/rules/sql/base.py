"""What all questions in ClickHouse's SQL are made of: texts with typed parameters, never with values in them.

`person` is a key of 64 bits made from what an event names somebody by, after links and merges; `name` is that text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from firstwin.usage.contracts.store import EventScope, Period, Subject

COLUMNS = (
    "workspace_id, source_id, message_key, kind, name, user_id, anonymous_id, group_id, previous_id, "
    "at, received_at, properties, context"
)
DAY, WEEK = "toDate(at)", "toMonday(toDate(at))"
_STARTS = {Period.DAY: DAY, Period.WEEK: WEEK, Period.MONTH: f"toStartOfMonth({DAY})"}
_SHARES = 8
SUBJECTS = {Subject.PERSON: "person_name", Subject.GROUP: "group_id", Subject.ACCOUNT: "toString(account_id)"}
_SINCE = "at >= {since:DateTime64(6, 'UTC')}"
_UNTIL = "at < {until:DateTime64(6, 'UTC')}"
_IDENTITIES = (
    "SELECT raw, person AS known_person, name AS known_name FROM identities FINAL WHERE workspace_id = {workspace:UUID}"
)
_PLACES = (
    "SELECT group_id AS placed, account_id FROM places FINAL WHERE workspace_id = {workspace:UUID} AND NOT is_undone"
)


@dataclass(frozen=True, slots=True)
class Query:
    """A text and the values of its parameters, as texts."""

    text: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def where(scope: EventScope) -> tuple[str, dict[str, str]]:
    """Return the condition of a scope on rows of events, and its parameters."""
    parameters = {
        "workspace": str(scope.workspace_id),
        "since": instant(scope.since),
        "until": instant(scope.until),
        "group": text(scope.group_id),
        "source": str(scope.source_id) if scope.source_id else "",
        "accounts": uuids(scope.account_ids or ()),
    }
    given = {"group": scope.group_id, "source": scope.source_id, "accounts": scope.account_ids is not None}
    return (
        f"{_place(scope)} AND {_SINCE} AND {_UNTIL}",
        {name: value for name, value in parameters.items() if given.get(name, True)},
    )


def _place(scope: EventScope) -> str:
    condition = "workspace_id = {workspace:UUID}"
    if scope.group_id:
        condition += " AND group_id = {group:String}"
    if scope.source_id is not None:
        condition += " AND source_id = {source:UUID}"
    if scope.account_ids is not None:
        condition += f" AND group_id IN (SELECT placed FROM ({_PLACES}) WHERE account_id IN {{accounts:Array(UUID)}})"  # noqa: S608
    return condition


def events(
    scope: EventScope, *columns: str, only: str = "", person: bool = True, name: bool = False, account: bool = False
) -> tuple[str, dict[str, str]]:
    """Return the events of a scope as a table in brackets, and its parameters.

    `columns` are those of events, `only` narrows them further. `person` adds the key of who did it, `name` who that is as
    text, `account` the account; events without one are then left out.
    """
    condition, parameters = where(scope)
    narrowing = f"{condition} AND ({only})" if only else condition
    inner, outer = list(columns), [column.rpartition(" AS ")[2] for column in columns]
    joins = ""
    if person or name:
        inner.append("who")
        joins += f" LEFT ANY JOIN ({_IDENTITIES}) AS known ON rows.who = known.raw"
    if person:
        outer.append("if(known_person = 0, who, known_person) AS person")
    if name:
        inner.append("if(user_id != '', user_id, concat('anonymous:', anonymous_id)) AS own_name")
        outer.append("if(known_person = 0, own_name, known_name) AS person_name")
    if account:
        inner.append("group_id AS placed_in")
        outer.append("account_id")
        joins += f" INNER JOIN ({_PLACES}) AS places ON rows.placed_in = places.placed"
    chosen = ", ".join(inner) or "1 AS nothing"
    rows = f"(SELECT {chosen} FROM events WHERE {narrowing}) AS rows{joins}"  # noqa: S608
    return f"(SELECT {', '.join(outer) or '1'} FROM {rows})", parameters  # noqa: S608


def days(scope: EventScope, *, by: Period = Period.DAY, account: bool = False) -> tuple[str, dict[str, str]]:
    """Return who was active in which period (column `on`) as a table in brackets, and its parameters.

    Whole weeks and days are read from what the store adds up by itself, the ends of the scope from events. One person may
    have several rows for a period. `account` adds the account, and what all its people did: `times` is on one of their rows only.
    """
    _, parameters = where(scope)
    # A set for all people is put together sooner from small sets of days than from those of weeks.
    pieces, bounds = _pieces(scope, by_week=account and by is Period.WEEK)
    parameters |= bounds
    # People stay in sets, one for a group and a period, as long as they can: a row for each takes several times as long.
    start = _STARTS[by]
    # Several sets for a period where one would do: the processors share what follows set by set.
    group, by_group = (
        ("group_id AS placed_in, ", ", group_id") if account else ("", f", sipHash64(group_id) % {_SHARES}")
    )
    sets = " UNION ALL ".join(
        f"SELECT {start} AS on, {group}groupUniqArray(who) AS people, count() AS events, min(at) AS first_at, "  # noqa: S608
        f"max(at) AS last_at FROM events WHERE {_place(scope)} AND {piece} GROUP BY {start}{by_group}"
        for piece in pieces
    )
    rows = f"SELECT on, arrayJoin(people) AS who FROM ({sets})"  # noqa: S608
    if account:
        rows = (
            "SELECT on, account_id, one AS who, times, first_at, last_at FROM ("  # noqa: S608
            "SELECT on, account_id, people, events, first_at, last_at "
            f"FROM ({sets}) AS sets INNER JOIN ({_PLACES}) AS places ON sets.placed_in = places.placed) "
            "ARRAY JOIN people AS one, arrayResize([events], length(people)) AS times"
        )
    more = ", account_id, times, first_at, last_at" if account else ""
    return (
        f"(SELECT on, if(known_person = 0, who, known_person) AS person{more} FROM ({rows}) AS rows "  # noqa: S608
        f"LEFT ANY JOIN ({_IDENTITIES}) AS known ON rows.who = known.raw)",
        parameters,
    )


def _pieces(scope: EventScope, *, by_week: bool) -> tuple[list[str], dict[str, str]]:
    """Return conditions that part the time of a scope by what the store has added up, and their parameters."""
    first = _midnight(scope.since)
    first += timedelta(days=first < scope.since)
    last = _midnight(scope.until)
    if first >= last:
        return [f"{_SINCE} AND {_UNTIL}"], {}
    bounds = {"first": first, "last": last}
    spans = [(DAY, "first", "last")]
    monday, last_monday = first + timedelta(days=-first.weekday() % 7), last - timedelta(days=last.weekday())
    if by_week and monday < last_monday:
        bounds |= {"monday": monday, "last_monday": last_monday}
        spans = [(DAY, "first", "monday"), (WEEK, "monday", "last_monday"), (DAY, "last_monday", "last")]
    pieces = [
        f"{start} >= {{{since}:Date}} AND {start} < {{{until}:Date}}"
        for start, since, until in spans
        if bounds[since] < bounds[until]
    ]
    if scope.since < first:
        pieces.append(f"{_SINCE} AND at < toDateTime64({{first:Date}}, 6, 'UTC')")
    if scope.until > last:
        pieces.append(f"{_UNTIL} AND at >= toDateTime64({{last:Date}}, 6, 'UTC')")
    return pieces, {name: at.date().isoformat() for name, at in bounds.items()}


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def names_only(names: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return the condition that an event is one of these track events, or anything where there are none."""
    if not names:
        return "", {}
    return "kind = 'track' AND name IN {names:Array(String)}", {"names": array(names)}


def instant(at: datetime) -> str:
    """Write an instant as the value of a parameter."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def microseconds(length: timedelta) -> str:
    """Write a length of time as the value of a parameter, in microseconds."""
    return str(length // timedelta(microseconds=1))


def text(value: str) -> str:
    """Write a text as ClickHouse reads the value of a parameter."""
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def array(values: Sequence[str]) -> str:
    """Write texts as the value of a parameter."""
    quoted = ", ".join("'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'" for value in values)
    return f"[{quoted}]"


def uuids(values: Sequence[UUID]) -> str:
    """Write ids as the value of a parameter."""
    return "[" + ", ".join(f"'{value}'" for value in values) + "]"


def arrays(written: Iterable[str]) -> str:
    """Write arrays, each written already, as the value of a parameter."""
    return f"[{', '.join(written)}]"

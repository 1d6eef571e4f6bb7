"""Product events by the million, made inside the event store: seeded, with sessions, accounts, strangers and links."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from firstwin.shared import clock
from firstwin.usage.contracts.store import EventScope
from firstwin.usage.operations.store import ChdbEngine, EventWriter

WORKSPACE, OTHER, SOURCE = UUID(int=1), UUID(int=2), UUID(int=17)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=90)
USERS_PER_EVENT = 1 / 50
GROUPS = 2_000
PIECE = 500_000
NAMES = [f"Event {number}" for number in range(40)]
SCOPE = EventScope(workspace_id=WORKSPACE, since=BEGIN, until=END)

# Eight events make a session; sessions belong to people, of whom few come often; one session in eight begins unknown.
_ROWS = """INSERT INTO events (workspace_id, source_id, message_key, kind, name, user_id, anonymous_id, group_id, previous_id, at,
received_at, properties, context) SELECT
    toUUID(if(user % 10 < 7, '{one}', '{two}')), toUUID('{source}'), reinterpret(sipHash128(number), 'UUID'),
    if(chance < 90, 'track', 'page'), if(chance < 90, concat('Event ', toString(toUInt32(pow(40, share)) - 1)), 'Home'),
    if(unknown, '', concat('user-', toString(user))), if(unknown, concat('anon-', toString(user)), ''),
    concat('group-', toString(user % {groups})), '', moment, moment + toIntervalMicrosecond({later}),
    concat('{{"plan":"', ['free','pro','team','enterprise'][user % 4 + 1], '","rows":', toString(dice % 1000),
        ',"path":"/app/reports/', toString(dice % 500), '","ms":', toString(dice % 4000), ',"browser":"',
        ['chrome','firefox','safari'][user % 3 + 1], '","team":"', toString(user % 50), '"}}'),
    '{{"library":{{"name":"analytics.js","version":"4.1.0"}},"locale":"en-GB"}}'
FROM (SELECT number, intHash64(number * 3 + 1) AS dice, dice % 100 AS chance,
    (intHash64(number * 7 + 5) % 100000) / 100000 AS share,
    intHash64(intDiv(number, 8) + 77777777) AS visit, toUInt64(pow((visit % 1000000) / 1000000, 2) * {users}) AS user,
    intHash64(visit) % 8 = 0 AND user % 4 = 0 AS unknown,
    fromUnixTimestamp64Micro(toInt64({begin}) + toInt64(intHash64(visit + 1) % 7700000) * 1000000
        + toInt64(number % 8) * 90000000 + toInt64(dice % 80000000), 'UTC') AS moment
    FROM numbers({first}, {count}))"""


def fill(engine: ChdbEngine, events: int) -> None:
    """Put so many events into an empty store, and say which groups are accounts and which strangers are users.

    They happened in the first quarter of 2026, and arrived in the 90 days until now: what arrived lately is looked through
    whenever more comes.
    """
    later = (clock.now() - END) // timedelta(microseconds=1)
    users = max(200, int(events * USERS_PER_EVENT))
    for first in range(0, events, PIECE):
        text = _ROWS.format(
            one=WORKSPACE,
            two=OTHER,
            source=SOURCE,
            groups=GROUPS,
            users=users,
            first=first,
            count=min(PIECE, events - first),
            begin=int(BEGIN.timestamp()) * 1_000_000,
            later=later,
        )
        engine.write(text, {})
    writer = EventWriter(engine)
    writer.place_all(WORKSPACE, {f"group-{number}": UUID(int=1000 + number) for number in range(GROUPS)})
    known = [number for number in range(0, users, 4) if number % 10 < 7][:20_000]
    for first in range(0, len(known), 5_000):
        writer.link_all(WORKSPACE, {f"anon-{number}": f"user-{number}" for number in known[first : first + 5_000]})
    for table in ("events", "identities", "places", "links"):
        engine.write(f"OPTIMIZE TABLE {table} FINAL", {})

"""The thirteen questions of the benchmark of usage: to the product, and in the SQL of its peers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from benchmarks.generators.usage_events import END, NAMES, SCOPE, WORKSPACE
from firstwin.usage.contracts.store import Period, Subject

MONTH = replace(SCOPE, since=END - timedelta(days=30))
WEEK = replace(SCOPE, since=END - timedelta(days=7))
ACCOUNT = replace(SCOPE, group_id="group-101")
FEATURES = {f"feature {number}": NAMES[number * 6 : number * 6 + 6] for number in range(5)}
STEPS = NAMES[:5]
ROLLED_UP = {"daily active users", "weekly active users per account", "monthly active users per account", "stickiness"}

QUESTIONS: Mapping[str, Callable[[Any], Any]] = {
    "daily active users": lambda store: store.active_users(SCOPE, by=Period.DAY),
    "weekly active users per account": lambda store: store.activity_by_account(SCOPE, by=Period.WEEK),
    "monthly active users per account": lambda store: store.activity_by_account(SCOPE, by=Period.MONTH),
    "sessions, 30 days": lambda store: store.sessions(MONTH, gap=timedelta(minutes=30)),
    "adoption of 5 features per account": lambda store: store.adoption(SCOPE, features=FEATURES),
    "first value per account": lambda store: store.first_occurrence(
        SCOPE, names=NAMES[10:12], count=3, of=Subject.ACCOUNT
    ),
    "funnel of 5 steps, 7 days": lambda store: store.funnel(SCOPE, steps=STEPS, within=timedelta(days=7)),
    "retention, 12 weeks": lambda store: store.retention(SCOPE, weeks=12),
    "stickiness": lambda store: store.stickiness(SCOPE),
    "top features, 7 days": lambda store: store.top_features(WEEK, limit=20),
    "timeline of an account": lambda store: store.timeline(ACCOUNT, person="", limit=50),
    "feed of a person": lambda store: store.timeline(SCOPE, person="user-2", limit=50),
    "breakdown of a property": lambda store: store.breakdown(SCOPE, name=NAMES[0], key="plan", limit=20),
}

# In DuckDB and PostgreSQL nobody is linked and groups stand for accounts: less work than the product does.
_W = f"workspace_id = '{WORKSPACE}'"
_P = "coalesce(nullif(user_id, ''), 'anonymous:' || anonymous_id)"
_M = f"moment >= TIMESTAMP '{END - timedelta(days=30):%Y-%m-%d}'"
_K = f"moment >= TIMESTAMP '{END - timedelta(days=7):%Y-%m-%d}'"
_FIRST = "', '".join(NAMES[10:12])
_USED = ", ".join(
    f"count(DISTINCT CASE WHEN name IN ({', '.join(repr(name) for name in names)}) THEN {_P} END)"
    for names in FEATURES.values()
)


def _funnel() -> str:
    steps = [
        f"s0 AS (SELECT {_P} AS p, min(moment) AS t0, min(moment) AS t FROM events "
        f"WHERE {_W} AND name = '{STEPS[0]}' GROUP BY 1)"
    ]
    steps += [
        f"s{n} AS (SELECT s.p, s.t0, min(e.moment) AS t FROM s{n - 1} s JOIN "
        f"(SELECT {_P} AS p, moment FROM events WHERE {_W} AND name = '{step}') e "
        f"ON e.p = s.p AND e.moment >= s.t AND e.moment <= s.t0 + INTERVAL '7 days' GROUP BY 1, 2)"
        for n, step in enumerate(STEPS)
        if n
    ]
    counts = ", ".join(f"(SELECT count(*) FROM s{n})" for n in range(len(STEPS)))
    return f"WITH {', '.join(steps)} SELECT {counts}"


def peer_sql(json_value: str) -> Mapping[str, str]:
    """Return the questions in the SQL of DuckDB and PostgreSQL, which differ in how a property is read."""
    retention = (
        f"WITH w AS (SELECT DISTINCT {_P} AS p, date_trunc('week', moment) AS k FROM events WHERE {_W}), "
        "b AS (SELECT p, min(k) AS began FROM w GROUP BY p) "
        "SELECT began, k, count(*) FROM w JOIN b USING (p) GROUP BY 1, 2"
    )
    return {
        "daily active users": f"SELECT date_trunc('day', moment), count(DISTINCT {_P}) FROM events WHERE {_W} GROUP BY 1",
        "weekly active users per account": f"SELECT group_id, date_trunc('week', moment), count(DISTINCT {_P}), count(*) "
        f"FROM events WHERE {_W} GROUP BY 1, 2",
        "monthly active users per account": f"SELECT group_id, date_trunc('month', moment), count(DISTINCT {_P}), count(*) "
        f"FROM events WHERE {_W} GROUP BY 1, 2",
        "sessions, 30 days": "SELECT count(*) FROM (SELECT moment - lag(moment) OVER (PARTITION BY p ORDER BY moment) "
        "AS pause FROM "
        f"(SELECT {_P} AS p, moment FROM events WHERE {_W} AND {_M}) q) r WHERE pause IS NULL OR pause > INTERVAL '30 minutes'",
        "adoption of 5 features per account": f"SELECT group_id, count(DISTINCT {_P}), {_USED} FROM events WHERE {_W} "
        "GROUP BY 1",
        "first value per account": "SELECT group_id, moment FROM (SELECT group_id, moment, row_number() OVER "
        "(PARTITION BY group_id "
        f"ORDER BY moment) AS n FROM events WHERE {_W} AND kind = 'track' AND name IN ('{_FIRST}')) q WHERE n = 3",
        "funnel of 5 steps, 7 days": _funnel(),
        "retention, 12 weeks": retention,
        "stickiness": f"SELECT d, count(*) FROM (SELECT count(DISTINCT date_trunc('day', moment)) AS d FROM events WHERE {_W} "
        f"GROUP BY {_P}) q GROUP BY 1",
        "top features, 7 days": f"SELECT name, count(DISTINCT {_P}), count(*) FROM events WHERE {_W} AND {_K} "
        "AND kind = 'track' GROUP BY 1 ORDER BY 2 DESC LIMIT 20",
        "timeline of an account": f"SELECT * FROM events WHERE {_W} AND group_id = 'group-101' ORDER BY moment DESC LIMIT 50",
        "feed of a person": f"SELECT * FROM events WHERE {_W} AND user_id = 'user-2' ORDER BY moment DESC LIMIT 50",
        "breakdown of a property": f"SELECT {json_value}, count(DISTINCT {_P}), count(*) FROM events WHERE {_W} "
        f"AND kind = 'track' AND name = '{NAMES[0]}' GROUP BY 1 ORDER BY 3 DESC LIMIT 20",
    }

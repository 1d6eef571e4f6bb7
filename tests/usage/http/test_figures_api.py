"""Figures over the API: what they answer, for whom, and what they refuse."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from firstwin.customers.models import Account
from firstwin.identity.contracts import Scope
from firstwin.shared import clock
from firstwin.usage.contracts.first_value import RulePlace
from firstwin.usage.contracts.goals import Goal
from firstwin.usage.operations import first_value
from firstwin.usage.operations.store import EventWriter
from tests.factories import event_store
from tests.factories.customers import make_account
from tests.factories.http import key_client, problem_of
from tests.factories.identity import make_actor

pytestmark = pytest.mark.django_db
BASE = "/api/v1/usage"
PATHS = (
    "active-people",
    "account-activity",
    "adoption",
    "engagement",
    "funnel?steps=Sign+in&steps=Report",
    "retention",
)


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventWriter]:
    with event_store.opened(tmp_path_factory.mktemp("events") / "store") as writer:
        yield writer


@pytest.fixture
def account(events: EventWriter) -> Account:
    """An account of which two people signed in and one looked at a report, on the last three days."""
    account = make_account()
    since = clock.now() - timedelta(days=3)
    workspace_id = account.workspace_id
    events.place(workspace_id, group_id="acorn", account_id=account.id)
    events.append(
        [
            *event_store.every_day(workspace_id, ["Sign in"], users=["ada", "ben"], group="acorn", since=since, days=3),
            event_store.done(workspace_id, "Report", user="ada", group="acorn", at=since + timedelta(hours=1)),
        ]
    )
    return account


def read(client: Client, path: str) -> Any:
    answer = client.get(f"{BASE}/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_programs_read_figures(account: Account) -> None:
    client = key_client(Scope.READ, workspace=account.workspace)
    assert {one["users"] for one in read(client, f"active-people?by=day&account_id={account.id}")} == {2}
    assert [(one["account_id"], one["users"], one["events"]) for one in read(client, "account-activity")] == [
        (str(account.id), 2, 7)
    ]
    assert [one["active"] for one in read(client, "adoption")] == [2]
    assert (read(client, "engagement")["users"], read(client, "engagement")["wins"]) == (2, 0)
    goal = Goal(all=(Goal(events=("Sign in",), times=99), Goal(users=2)))
    first_value.set_rule(actor=make_actor(workspace=account.workspace), place=RulePlace(), goal=goal, at=clock.now())
    assert read(client, "engagement")["wins"] == 6
    for place, event in (
        (RulePlace(account_id=make_account(account.workspace).id), "Report"),
        (RulePlace(), "Sign in"),
    ):
        first_value.set_rule(
            actor=make_actor(workspace=account.workspace), place=place, goal=Goal(events=(event,)), at=clock.now()
        )
    assert read(client, "engagement")["wins"] == read(client, f"engagement?account_id={account.id}")["wins"] == 6
    steps = read(client, "funnel?steps=Sign+in&steps=Report")
    assert [(one["name"], one["reached"], one["of_first"]) for one in steps] == [("Sign in", 2, 1), ("Report", 1, 0.5)]
    assert steps[1]["median_seconds"] == 3600
    assert sum(one["size"] for one in read(client, "retention")) == 2


def test_another_workspace_reads_none_of_it(account: Account) -> None:
    stranger = key_client(Scope.READ)
    assert read(stranger, "active-people") == []
    for path in PATHS:
        mark = "&" if "?" in path else "?"
        problem_of(stranger.get(f"{BASE}/{path}{mark}account_id={account.id}"), 404)
        assert Client().get(f"{BASE}/{path}").status_code == 401


def test_what_cannot_be_asked_is_refused(account: Account) -> None:
    client = key_client(Scope.READ, workspace=account.workspace)
    for path in (
        "active-people?by=hour",
        "active-people?since=2026-01-01T00:00:00Z&until=2025-01-01T00:00:00Z",
        "account-activity?since=2001-01-01T00:00:00Z",
        "active-people?since=yesterday",
        "adoption?until=0186-12-30T10:04:43Z",
        "adoption?until=0001-01-02T00:00:00Z",
        "adoption?since=1999-12-31T23:59:59Z&until=2000-01-02T00:00:00Z",
        "funnel?steps=one",
        "funnel?steps=a&steps=b&within_days=0",
        "retention?weeks=99",
        "engagement?account_id=me",
    ):
        problem_of(client.get(f"{BASE}/{path}"), 422)


def test_while_the_store_is_away_programs_are_told(account: Account) -> None:
    client = key_client(Scope.READ, workspace=account.workspace)
    with event_store.away():
        assert problem_of(client.get(f"{BASE}/active-people"), 503)["code"] == "event_store_unavailable"

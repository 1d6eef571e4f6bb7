"""Questions about accounts and people."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from firstwin.shared.errors import InvalidInputError
from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.store import (
    AccountActivity,
    AccountPeriod,
    Engagement,
    EventScope,
    GroupActivity,
    NameUse,
    Period,
    PersonActivity,
)
from firstwin.usage.queries.store.rows import RowReader, instant_of, seconds
from firstwin.usage.rules.sql import accounts
from firstwin.usage.rules.sql.base import Query

_FIRST_DAY = date(1970, 1, 1)


class _Periods(msgspec.Struct, gc=False):
    """The periods of an account in numbers: the day of 1970 on which it begins, people, events."""

    account_id: UUID
    periods: list[tuple[int, int, int]]


class AccountReader(RowReader):
    """What accounts and people do."""

    def activity_by_account(self, scope: EventScope, *, by: Period) -> list[AccountPeriod]:
        """Return what each account did in each period, by account id as text, then time."""
        rows = self.rows(accounts.activity_by_account(scope, by=by), _Periods)
        # Each date is made once: there are tens of them, and tens of thousands of rows.
        dates = {day: _FIRST_DAY + timedelta(days=day) for day in {day for row in rows for day, _, _ in row.periods}}
        return [
            AccountPeriod(account_id=row.account_id, on=dates[day], users=users, events=events)
            for row in rows
            for day, users, events in row.periods
        ]

    def accounts(self, scope: EventScope) -> list[AccountActivity]:
        """Return the accounts that did anything."""
        return [
            AccountActivity(
                account_id=UUID(row["account_id"]),
                users=row["users"],
                events=row["events"],
                days=row["days"],
                first_at=instant_of(row["first_at"]),
                last_at=instant_of(row["last_at"]),
            )
            for row in self.rows(accounts.accounts(scope), dict[str, Any])
        ]

    def people(self, scope: EventScope, *, limit: int, after: str = "") -> list[PersonActivity]:
        """Return people, who did something last first; `after` is the cursor of the last of the page before."""
        return self._people(accounts.people(scope, limit=limit, after=_read_cursor(after) if after else None))

    def people_named(self, scope: EventScope, *, people: Sequence[str]) -> list[PersonActivity]:
        """Return those of these people who did anything, by name."""
        return self._people(accounts.people_named(scope, people=people)) if people else []

    def groups_named(self, scope: EventScope, *, group_ids: Sequence[str]) -> list[GroupActivity]:
        """Return those of these groups in which anybody did anything, by group id."""
        if not group_ids:
            return []
        return [
            GroupActivity(
                group_id=row["group_id"],
                users=row["users"],
                events=row["events"],
                first_at=instant_of(row["first_at"]),
                last_at=instant_of(row["last_at"]),
            )
            for row in self.rows(accounts.groups_named(scope, group_ids=group_ids), dict[str, Any])
        ]

    def _people(self, query: Query) -> list[PersonActivity]:
        return [
            PersonActivity(
                person=row["person"],
                events=row["events"],
                days=row["days"],
                first_at=instant_of(row["first_at"]),
                last_at=instant_of(row["last_at"]),
            )
            for row in self.rows(query, dict[str, Any])
        ]

    def engagement(
        self,
        scope: EventScope,
        *,
        gap: timedelta,
        features: Mapping[str, Sequence[str]],
        wins: Mapping[UUID, Sequence[str]],
    ) -> Engagement:
        """Return how often people come, how long they stay, how many features they use and how often they win.

        `wins` names for each account the track events that are its wins; an account that is left out has none.
        """
        visits = self.rows(accounts.visits(scope, gap=gap), dict[str, Any])[0]
        used = won = 0
        if any(features.values()):
            used = self.rows(accounts.exploration(scope, features=list(features.values())), dict[str, int])[0]["used"]
        if any(wins.values()):
            won = self.rows(accounts.wins(scope, by_account=wins), dict[str, int])[0]["wins"]
        users = visits["users"]
        weeks = (scope.until - scope.since) / timedelta(days=7)
        return Engagement(
            users=users,
            active_days_per_week=visits["person_days"] / users / weeks if users else 0.0,
            sessions=visits["sessions"],
            median_session_seconds=seconds(visits["median"]) if users else None,
            features_per_user=used / users if users else 0.0,
            wins=won,
        )

    def did_by_account(self, scope: EventScope, *, names: Sequence[str]) -> Mapping[UUID, Mapping[str, int]]:
        """Return for each account how many people did each of these track events; without names, of all there are."""
        answer: dict[UUID, dict[str, int]] = {}
        for row in self.rows(accounts.did_by_account(scope, names=names), dict[str, Any]):
            answer.setdefault(UUID(row["account_id"]), {})[row["name"]] = row["users"]
        return answer

    def catalogue(self, scope: EventScope) -> list[NameUse]:
        """Return every kind and name of events, most frequent first."""
        return [
            NameUse(
                name=row["name"],
                kind=EventKind(row["kind"]),
                users=row["users"],
                times=row["times"],
                first_at=instant_of(row["first_at"]),
                last_at=instant_of(row["last_at"]),
            )
            for row in self.rows(accounts.catalogue(scope), dict[str, Any])
        ]


def _read_cursor(after: str) -> tuple[datetime, str]:
    last_at, _, person = after.partition("|")
    try:
        at = datetime.fromisoformat(last_at)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise InvalidInputError("This list cannot go on from there.", remedy="Open it from its first page.")
    return at, person

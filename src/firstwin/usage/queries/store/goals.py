"""Questions about goals of accounts."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from firstwin.usage.contracts.goals import Aggregate, Comparison
from firstwin.usage.contracts.store import EventScope, Reach
from firstwin.usage.queries.store.rows import RowReader, moment_of
from firstwin.usage.rules.sql import goals
from firstwin.usage.rules.sql.base import Query


class _Row(msgspec.Struct):
    account_id: UUID
    at: int | None
    value: float


class GoalReader(RowReader):
    """When accounts reached what was asked; all lists are by account id as text."""

    def reach_count(
        self, scope: EventScope, *, names: Sequence[str], count: int, window: timedelta | None
    ) -> list[Reach]:
        """Return when these track events had happened so often within a window; the value counts the last window."""
        return self._reached(goals.reach_count(scope, names=names, count=count, window=window))

    def reach_users(
        self, scope: EventScope, *, names: Sequence[str], users: int, window: timedelta | None
    ) -> list[Reach]:
        """Return when so many people had done one of these, or anything without names, within a window."""
        return self._reached(goals.reach_users(scope, names=names, users=users, window=window))

    def reach_days(self, scope: EventScope, *, names: Sequence[str], days: int, consecutive: bool) -> list[Reach]:
        """Return when one of these, or anything without names, had happened on so many days."""
        return self._reached(goals.reach_days(scope, names=names, days=days, consecutive=consecutive))

    def reach_sequence(
        self, scope: EventScope, *, steps: Sequence[str], within: timedelta, count: int = 1
    ) -> list[Reach]:
        """Return when so many people had done all steps in order within a time; the value counts them."""
        return self._reached(goals.reach_sequence(scope, steps=steps, within=within, count=count))

    def reach_metric(
        self, scope: EventScope, *, name: str, key: str, aggregate: Aggregate, comparison: Comparison, target: float
    ) -> list[Reach]:
        """Return when the numbers of a property came to what is asked; the value is what they come to."""
        query = goals.reach_metric(scope, name=name, key=key, aggregate=aggregate, comparison=comparison, target=target)
        return self._reached(query)

    def _reached(self, query: Query) -> list[Reach]:
        return [
            Reach(account_id=row.account_id, at=moment_of(row.at), value=row.value) for row in self.rows(query, _Row)
        ]

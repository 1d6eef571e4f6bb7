"""Questions to the event store, for any engine that speaks ClickHouse's SQL."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.store import (
    ActiveUsers,
    Adoption,
    BreakdownRow,
    EventScope,
    FeatureUse,
    FirstOccurrence,
    FunnelStep,
    Period,
    RetentionCohort,
    Sessions,
    StoredEvent,
    Subject,
)
from firstwin.usage.queries.store.accounts import AccountReader
from firstwin.usage.queries.store.goals import GoalReader
from firstwin.usage.queries.store.rows import instant_of, seconds
from firstwin.usage.rules.sql import questions
from firstwin.usage.rules.sql.base import Query

EXPORT_PIECE = 5000


class EventReader(AccountReader, GoalReader):
    """The questions of EventStore, for any engine that speaks ClickHouse's SQL."""

    def active_users(self, scope: EventScope, *, by: Period) -> list[ActiveUsers]:
        """Return the periods in which somebody was active, in order of time."""
        return self.rows(questions.active_users(scope, by=by), ActiveUsers)

    def sessions(self, scope: EventScope, *, gap: timedelta) -> Sessions:
        """Count sessions: a pause longer than `gap` begins a new one."""
        return self.rows(questions.sessions(scope, gap=gap), Sessions)[0]

    def adoption(self, scope: EventScope, *, features: Mapping[str, Sequence[str]]) -> list[Adoption]:
        """Return use by feature for each account."""
        rows = self.rows(questions.adoption(scope, features=list(features.values())), dict[str, Any])
        return [
            Adoption(
                account_id=UUID(row["account_id"]),
                active=row["active"],
                users={name: row[f"f{number}"] for number, name in enumerate(features)},
            )
            for row in rows
        ]

    def first_occurrence(
        self, scope: EventScope, *, names: Sequence[str], count: int, of: Subject
    ) -> list[FirstOccurrence]:
        """Return who did one of these things for the `count`-th time, and when, by time and subject."""
        rows = self.rows(questions.first_occurrence(scope, names=names, count=count, of=of), dict[str, str])
        return [FirstOccurrence(subject=row["subject"], at=instant_of(row["reached"])) for row in rows]

    def funnel(
        self, scope: EventScope, *, steps: Sequence[str], within: timedelta, of: Subject = Subject.PERSON
    ) -> list[FunnelStep]:
        """Return how many got to each step, and how long it took them."""
        row = self.rows(questions.funnel(scope, steps=steps, within=within, of=of), dict[str, float | None])[0]
        return [
            FunnelStep(name=step, reached=int(row[f"s{number}"] or 0), median_seconds=seconds(row[f"m{number}"]))
            for number, step in enumerate(steps)
        ]

    def retention(self, scope: EventScope, *, weeks: int) -> list[RetentionCohort]:
        """Return cohorts by the week of a person's first event, in order of time."""
        rows = self.rows(questions.retention(scope, weeks=weeks), dict[str, Any])
        return [
            RetentionCohort(
                week_on=date.fromisoformat(row["began"]),
                size=row["size"],
                returned=tuple(row[f"w{week}"] for week in range(weeks + 1)),
            )
            for row in rows
        ]

    def stickiness(self, scope: EventScope) -> Mapping[int, int]:
        """Return how many people were active on one day, on two, and so on."""
        return {row["days"]: row["users"] for row in self.rows(questions.stickiness(scope), dict[str, int])}

    def top_features(self, scope: EventScope, *, limit: int) -> list[FeatureUse]:
        """Return the track events with most users."""
        return self.rows(questions.top_features(scope, limit=limit), FeatureUse)

    def timeline(self, scope: EventScope, *, person: str, limit: int) -> list[StoredEvent]:
        """Return events latest first."""
        return self._events(questions.timeline(scope, person=person, limit=limit))

    def breakdown(self, scope: EventScope, *, name: str, key: str, limit: int) -> list[BreakdownRow]:
        """Return the values of a property by frequency."""
        return self.rows(questions.breakdown(scope, name=name, key=key, limit=limit), BreakdownRow)

    def export(self, scope: EventScope) -> Iterator[StoredEvent]:
        """Return every event of the scope by time, those of one instant in a fixed order."""
        after: tuple[datetime, str] | None = None
        while True:
            piece = self._events(questions.export(scope, after=after, limit=EXPORT_PIECE))
            yield from piece
            if len(piece) < EXPORT_PIECE:
                return
            after = (piece[-1].at, str(piece[-1].message_key))

    def _events(self, query: Query) -> list[StoredEvent]:
        return [_stored_event(row) for row in self.rows(query, dict[str, str])]


def _stored_event(row: Mapping[str, str]) -> StoredEvent:
    return StoredEvent(
        workspace_id=UUID(row["workspace_id"]),
        source_id=UUID(row["source_id"]),
        message_key=UUID(row["message_key"]),
        kind=EventKind(row["kind"]),
        name=row["name"],
        user_id=row["user_id"],
        anonymous_id=row["anonymous_id"],
        group_id=row["group_id"],
        previous_id=row["previous_id"],
        at=instant_of(row["at"]),
        received_at=instant_of(row["received_at"]),
        properties=row["properties"],
        context=row["context"],
    )

"""The event store in plain Python: slow, and so simple that one can see it is right. What engines are compared with."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
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
    Period,
    RetentionCohort,
    Sessions,
    StoredEvent,
    Subject,
)


def monday_of(at: datetime) -> date:
    return at.date() - timedelta(days=at.weekday())


def place_of(key: UUID) -> tuple[int, int]:
    """Where ClickHouse sorts a UUID: by its second half first."""
    return key.int & (2**64 - 1), key.int >> 64


STARTS: Mapping[Period, Callable[[datetime], date]] = {
    Period.DAY: lambda at: at.date(),
    Period.WEEK: monday_of,
    Period.MONTH: lambda at: at.date().replace(day=1),
}


class PlainStore:
    """Answers like any EventStore, from a list."""

    def __init__(self) -> None:
        self.events: list[StoredEvent] = []

    def append(self, events: Sequence[StoredEvent]) -> int:
        before = len(self.events)
        for event in events:
            if all(
                (one.workspace_id, one.message_key) != (event.workspace_id, event.message_key) for one in self.events
            ):
                self.events.append(event)
        return len(self.events) - before

    def active_users(self, scope: EventScope, *, by: Period) -> list[ActiveUsers]:
        people: dict[date, set[str]] = defaultdict(set)
        for event in self._of(scope):
            people[STARTS[by](event.at)].add(event.person)
        return [ActiveUsers(on=on, users=len(people[on])) for on in sorted(people)]

    def sessions(self, scope: EventScope, *, gap: timedelta) -> Sessions:
        count, seconds = 0, 0.0
        people = self._moments(scope)
        for moments in people.values():
            count += 1
            for one, following in pairwise(moments):
                if following - one > gap:
                    count += 1
                else:
                    seconds += (following - one).total_seconds()
        return Sessions(sessions=count, users=len(people), seconds=round(seconds, 3))

    def adoption(self, scope: EventScope, *, features: Mapping[str, Sequence[str]]) -> list[Adoption]:
        events = [event for event in self._of(scope) if event.group_id]
        return [
            Adoption(
                group_id=group,
                active=len({event.person for event in events if event.group_id == group}),
                users={
                    feature: len({event.person for event in events if event.group_id == group and event.name in names})
                    for feature, names in features.items()
                },
            )
            for group in sorted({event.group_id for event in events}, key=str.encode)
        ]

    def first_occurrence(
        self, scope: EventScope, *, names: Sequence[str], count: int, of: Subject
    ) -> list[FirstOccurrence]:
        moments: dict[str, list[datetime]] = defaultdict(list)
        for event in self._tracks(scope):
            subject = event.person if of is Subject.PERSON else event.group_id
            if event.name in names and subject:
                moments[subject].append(event.at)
        reached = [(sorted(found)[count - 1], subject) for subject, found in moments.items() if len(found) >= count]
        ordered = sorted(reached, key=lambda one: (one[0], one[1].encode()))
        return [FirstOccurrence(subject=subject, at=at) for at, subject in ordered]

    def funnel(self, scope: EventScope, *, steps: Sequence[str], within: timedelta) -> list[int]:
        people = {event.person for event in self._tracks(scope)}
        levels = [self._level(scope, person, steps, within) for person in people]
        return [sum(level > place for level in levels) for place in range(len(steps))]

    def _level(self, scope: EventScope, person: str, steps: Sequence[str], within: timedelta) -> int:
        def furthest(place: int, after: datetime, until: datetime) -> int:
            if place == len(steps):
                return place
            found = [m for m in moments[steps[place]] if after <= m <= until]
            return max((furthest(place + 1, moment, until) for moment in found), default=place)

        moments: dict[str, list[datetime]] = defaultdict(list)
        for event in self._tracks(scope):
            if event.person == person:
                moments[event.name].append(event.at)
        return max((furthest(1, moment, moment + within) for moment in moments[steps[0]]), default=0)

    def retention(self, scope: EventScope, *, weeks: int) -> list[RetentionCohort]:
        active = {person: {monday_of(at) for at in moments} for person, moments in self._moments(scope).items()}
        cohorts: dict[date, list[set[date]]] = defaultdict(list)
        for found in active.values():
            cohorts[min(found)].append(found)
        return [
            RetentionCohort(
                week_on=on,
                size=len(cohorts[on]),
                returned=tuple(
                    sum(on + timedelta(weeks=week) in found for found in cohorts[on]) for week in range(weeks + 1)
                ),
            )
            for on in sorted(cohorts)
        ]

    def stickiness(self, scope: EventScope) -> Mapping[int, int]:
        return dict(
            sorted(Counter(len({at.date() for at in found}) for found in self._moments(scope).values()).items())
        )

    def top_features(self, scope: EventScope, *, limit: int) -> list[FeatureUse]:
        users, times = self._count(self._tracks(scope), lambda event: event.name)
        rows = [FeatureUse(name=name, users=len(users[name]), times=times[name]) for name in times]
        return sorted(rows, key=lambda row: (-row.users, -row.times, row.name.encode()))[:limit]

    def timeline(self, scope: EventScope, *, person: str, limit: int) -> list[UUID]:
        found = [event for event in self._of(scope) if not person or event.person == person]
        found.sort(key=lambda event: place_of(event.message_key))
        found.sort(key=lambda event: event.at, reverse=True)
        return [event.message_key for event in found[:limit]]

    def breakdown(self, scope: EventScope, *, name: str, key: str, limit: int) -> list[BreakdownRow]:
        def value_of(event: StoredEvent) -> str:
            properties = json.loads(event.properties)
            return json.dumps(properties[key], ensure_ascii=False) if key in properties else ""

        users, times = self._count((event for event in self._tracks(scope) if event.name == name), value_of)
        rows = [BreakdownRow(value=value, users=len(users[value]), times=times[value]) for value in times]
        return sorted(rows, key=lambda row: (-row.times, row.value.encode()))[:limit]

    def delete_person(self, workspace_id: UUID, *, person: str) -> int:
        kept = [event for event in self.events if (event.workspace_id, event.person) != (workspace_id, person)]
        deleted, self.events = len(self.events) - len(kept), kept
        return deleted

    def export(self, scope: EventScope) -> Iterator[StoredEvent]:
        yield from sorted(self._of(scope), key=lambda event: (event.at, place_of(event.message_key)))

    def _of(self, scope: EventScope) -> list[StoredEvent]:
        return [
            event
            for event in self.events
            if event.workspace_id == scope.workspace_id
            if scope.since <= event.at < scope.until
            if not scope.group_id or event.group_id == scope.group_id
            if scope.source_id is None or event.source_id == scope.source_id
        ]

    def _tracks(self, scope: EventScope) -> list[StoredEvent]:
        return [event for event in self._of(scope) if event.kind is EventKind.TRACK]

    def _moments(self, scope: EventScope) -> dict[str, list[datetime]]:
        moments: dict[str, list[datetime]] = defaultdict(list)
        for event in sorted(self._of(scope), key=lambda event: event.at):
            moments[event.person].append(event.at)
        return moments

    @staticmethod
    def _count(events: Any, key: Callable[[StoredEvent], str]) -> tuple[dict[str, set[str]], Counter[str]]:
        users: dict[str, set[str]] = defaultdict(set)
        times: Counter[str] = Counter()
        for event in events:
            users[key(event)].add(event.person)
            times[key(event)] += 1
        return users, times

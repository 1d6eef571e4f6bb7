"""The event store in plain Python: slow, and so simple that one can see it is right. What engines are compared with."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any
from uuid import UUID

from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.store import (
    AccountActivity,
    AccountPeriod,
    ActiveUsers,
    Adoption,
    BreakdownRow,
    Engagement,
    EventScope,
    FeatureUse,
    FirstOccurrence,
    FunnelStep,
    GroupActivity,
    NameUse,
    Period,
    PersonActivity,
    RetentionCohort,
    Sessions,
    StoredEvent,
    Subject,
)
from tests.usage.oracle_goals import PlainGoals, furthest_way, place_of


def monday_of(at: datetime) -> date:
    return at.date() - timedelta(days=at.weekday())


STARTS: Mapping[Period, Callable[[datetime], date]] = {
    Period.DAY: lambda at: at.date(),
    Period.WEEK: monday_of,
    Period.MONTH: lambda at: at.date().replace(day=1),
}


class PlainStore(PlainGoals):
    """Answers like any EventStore, from a list."""

    def __init__(self) -> None:
        self.events: list[StoredEvent] = []
        self.links: dict[tuple[UUID, str], str] = {}
        self.merged: dict[tuple[UUID, str], str] = {}
        self.places: dict[tuple[UUID, str], UUID] = {}

    def link(self, workspace_id: UUID, *, anonymous_id: str, user_id: str) -> None:
        self.links[workspace_id, anonymous_id] = user_id

    def unlink(self, workspace_id: UUID, *, anonymous_id: str) -> None:
        self.links.pop((workspace_id, anonymous_id), None)

    def merge(self, workspace_id: UUID, *, user_id: str, into: str | None) -> None:
        self.merged.pop((workspace_id, user_id), None)
        if into is not None and self._end(workspace_id, into) != user_id:
            self.merged[workspace_id, user_id] = into

    def place(self, workspace_id: UUID, *, group_id: str, account_id: UUID | None) -> None:
        self.places.pop((workspace_id, group_id), None)
        if account_id is not None:
            self.places[workspace_id, group_id] = account_id

    def who(self, event: StoredEvent) -> str:
        """Who did it, after links and merges."""
        user = event.user_id or self.links.get((event.workspace_id, event.anonymous_id), "")
        return self._end(event.workspace_id, user) if user else event.person

    def _end(self, workspace_id: UUID, user: str) -> str:
        while (workspace_id, user) in self.merged:
            user = self.merged[workspace_id, user]
        return user

    def account_of(self, event: StoredEvent) -> UUID | None:
        return self.places.get((event.workspace_id, event.group_id)) if event.group_id else None

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
            people[STARTS[by](event.at)].add(self.who(event))
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
        return [
            Adoption(
                account_id=account,
                active=len({self.who(event) for event in events}),
                users={
                    feature: len({self.who(event) for event in events if event.name in names})
                    for feature, names in features.items()
                },
            )
            for account, events in self.by_account(self._of(scope)).items()
        ]

    def first_occurrence(
        self, scope: EventScope, *, names: Sequence[str], count: int, of: Subject
    ) -> list[FirstOccurrence]:
        moments: dict[str, list[datetime]] = defaultdict(list)
        for event in self._tracks(scope):
            subject = self.subject_of(event, of)
            if event.name in names and subject:
                moments[subject].append(event.at)
        reached = [(sorted(found)[count - 1], subject) for subject, found in moments.items() if len(found) >= count]
        ordered = sorted(reached, key=lambda one: (one[0], one[1].encode()))
        return [FirstOccurrence(subject=subject, at=at) for at, subject in ordered]

    def funnel(
        self, scope: EventScope, *, steps: Sequence[str], within: timedelta, of: Subject = Subject.PERSON
    ) -> list[FunnelStep]:
        moments: dict[str, dict[str, list[datetime]]] = defaultdict(lambda: defaultdict(list))
        for event in self._tracks(scope):
            if subject := self.subject_of(event, of):
                moments[subject][event.name].append(event.at)
        ways = [furthest_way(found, steps, within) for found in moments.values()]
        answer = []
        for place, step in enumerate(steps):
            pauses = [(way[place] - way[place - 1]).total_seconds() for way in ways if len(way) > place > 0]
            answer.append(
                FunnelStep(
                    name=step,
                    reached=sum(len(way) > place for way in ways),
                    median_seconds=median(pauses) if pauses else None,
                )
            )
        return answer

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
        found = [event for event in self._of(scope) if not person or self.who(event) == person]
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

    def activity_by_account(self, scope: EventScope, *, by: Period) -> list[AccountPeriod]:
        rows = []
        for account, events in self.by_account(self._of(scope)).items():
            for on in sorted({STARTS[by](event.at) for event in events}):
                found = [event for event in events if STARTS[by](event.at) == on]
                users = len({self.who(event) for event in found})
                rows.append(AccountPeriod(account_id=account, on=on, users=users, events=len(found)))
        return rows

    def accounts(self, scope: EventScope) -> list[AccountActivity]:
        return [
            AccountActivity(
                account_id=account,
                users=len({self.who(event) for event in events}),
                events=len(events),
                days=len({event.at.date() for event in events}),
                first_at=min(event.at for event in events),
                last_at=max(event.at for event in events),
            )
            for account, events in self.by_account(self._of(scope)).items()
        ]

    def people(self, scope: EventScope, *, limit: int, after: str = "") -> list[PersonActivity]:
        rows = [
            PersonActivity(
                person=person,
                events=len(found),
                days=len({at.date() for at in found}),
                first_at=found[0],
                last_at=found[-1],
            )
            for person, found in self._moments(scope).items()
        ]
        rows.sort(key=lambda row: row.person.encode())
        rows.sort(key=lambda row: row.last_at, reverse=True)
        first = next(number for number, row in enumerate(rows, 1) if row.cursor == after) if after else 0
        return rows[first : first + limit]

    def people_named(self, scope: EventScope, *, people: Sequence[str]) -> list[PersonActivity]:
        found = [row for row in self.people(scope, limit=1_000_000) if row.person in people]
        return sorted(found, key=lambda row: row.person.encode())

    def groups_named(self, scope: EventScope, *, group_ids: Sequence[str]) -> list[GroupActivity]:
        groups: dict[str, list[StoredEvent]] = defaultdict(list)
        for event in self._of(scope):
            if event.group_id in group_ids:
                groups[event.group_id].append(event)
        return [
            GroupActivity(
                group_id=group,
                users=len({self.who(event) for event in found}),
                events=len(found),
                first_at=min(event.at for event in found),
                last_at=max(event.at for event in found),
            )
            for group, found in sorted(groups.items(), key=lambda one: one[0].encode())
        ]

    def engagement(
        self,
        scope: EventScope,
        *,
        gap: timedelta,
        features: Mapping[str, Sequence[str]],
        wins: Mapping[UUID, Sequence[str]],
    ) -> Engagement:
        moments, lengths = self._moments(scope), []
        for found in moments.values():
            began = found[0]
            for one, following in pairwise([*found, None]):
                if following is None or following - one > gap:
                    lengths.append((one - began).total_seconds())
                    began = following
        used = {
            (self.who(event), feature)
            for event in self._of(scope)
            for feature, names in features.items()
            if event.name in names
        }
        days = sum(len({at.date() for at in found}) for found in moments.values())
        people, weeks = len(moments) or 1, (scope.until - scope.since) / timedelta(days=7)
        return Engagement(
            users=len(moments),
            active_days_per_week=days / people / weeks,
            sessions=len(lengths),
            median_session_seconds=median(lengths) if lengths else None,
            features_per_user=len(used) / people,
            wins=sum(
                event.name in wins.get(account, ())
                for account, found in self.by_account(self._tracks(scope)).items()
                for event in found
            ),
        )

    def did_by_account(self, scope: EventScope, *, names: Sequence[str]) -> Mapping[UUID, Mapping[str, int]]:
        events = [event for event in self._tracks(scope) if not names or event.name in names]
        answer: dict[UUID, dict[str, int]] = {}
        for account, found in self.by_account(events).items():
            users, _ = self._count(found, lambda event: event.name)
            answer[account] = {name: len(people) for name, people in users.items()}
        return answer

    def catalogue(self, scope: EventScope) -> list[NameUse]:
        kinds: dict[tuple[str, str], list[StoredEvent]] = defaultdict(list)
        for event in self._of(scope):
            kinds[event.kind.value, event.name].append(event)
        rows = [
            NameUse(
                name=name,
                kind=EventKind(kind),
                users=len({self.who(event) for event in found}),
                times=len(found),
                first_at=min(event.at for event in found),
                last_at=max(event.at for event in found),
            )
            for (kind, name), found in kinds.items()
        ]
        return sorted(rows, key=lambda row: (-row.times, row.kind.encode(), row.name.encode()))

    def delete_person(self, workspace_id: UUID, *, person: str) -> int:
        kept = [event for event in self.events if (event.workspace_id, self.who(event)) != (workspace_id, person)]
        deleted, self.events = len(self.events) - len(kept), kept
        return deleted

    def export(self, scope: EventScope) -> Iterator[StoredEvent]:
        yield from sorted(self._of(scope), key=lambda event: (event.at, place_of(event.message_key)))

    def subject_of(self, event: StoredEvent, of: Subject) -> str:
        if of is Subject.ACCOUNT:
            account = self.account_of(event)
            return str(account) if account else ""
        return self.who(event) if of is Subject.PERSON else event.group_id

    def by_account(self, events: Sequence[StoredEvent]) -> dict[UUID, list[StoredEvent]]:
        found: dict[UUID, list[StoredEvent]] = defaultdict(list)
        for event in sorted(events, key=lambda event: event.at):
            account = self.account_of(event)
            if account is not None:
                found[account].append(event)
        return {account: found[account] for account in sorted(found, key=str)}

    def of(self, scope: EventScope) -> list[StoredEvent]:
        return self._of(scope)

    def _of(self, scope: EventScope) -> list[StoredEvent]:
        return [
            event
            for event in self.events
            if event.workspace_id == scope.workspace_id
            if scope.since <= event.at < scope.until
            if not scope.group_id or event.group_id == scope.group_id
            if scope.source_id is None or event.source_id == scope.source_id
            if scope.account_ids is None or self.account_of(event) in scope.account_ids
        ]

    def _tracks(self, scope: EventScope) -> list[StoredEvent]:
        return [event for event in self._of(scope) if event.kind is EventKind.TRACK]

    def _moments(self, scope: EventScope) -> dict[str, list[datetime]]:
        moments: dict[str, list[datetime]] = defaultdict(list)
        for event in sorted(self._of(scope), key=lambda event: event.at):
            moments[self.who(event)].append(event.at)
        return moments

    def _count(self, events: Any, key: Callable[[StoredEvent], str]) -> tuple[dict[str, set[str]], Counter[str]]:
        users: dict[str, set[str]] = defaultdict(set)
        times: Counter[str] = Counter()
        for event in events:
            users[key(event)].add(self.who(event))
            times[key(event)] += 1
        return users, times

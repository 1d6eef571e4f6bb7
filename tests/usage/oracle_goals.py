"""Goals in plain Python: when accounts reached what was asked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.goals import Aggregate, Comparison
from firstwin.usage.contracts.store import EventScope, Reach, StoredEvent

COMPARE = {
    Comparison.AT_LEAST: lambda value, target: value >= target,
    Comparison.MORE: lambda value, target: value > target,
    Comparison.AT_MOST: lambda value, target: value <= target,
    Comparison.LESS: lambda value, target: value < target,
    Comparison.EQUAL: lambda value, target: value == target,
}
ADD_UP = {
    Aggregate.SUM: sum,
    Aggregate.MAX: max,
    Aggregate.MIN: min,
    Aggregate.MEAN: lambda values: sum(values) / len(values),
    Aggregate.LAST: lambda values: values[-1],
}


def furthest_way(
    moments: Mapping[str, Sequence[datetime]], steps: Sequence[str], within: timedelta
) -> tuple[datetime, ...]:
    """Of the longest ways through the steps, the one that ends first; and of those the one whose moments before are latest."""

    def ways(place: int, after: datetime, until: datetime) -> list[tuple[datetime, ...]]:
        found = [m for m in moments.get(steps[place], ()) if after <= m <= until] if place < len(steps) else []
        return [(m, *way) for m in found for way in ways(place + 1, m, until)] or [()]

    every = [(m, *way) for m in moments.get(steps[0], ()) for way in ways(1, m, m + within)]
    every += [way[:length] for way in every for length in range(1, len(way))]
    longest = max((len(way) for way in every), default=0)
    candidates = [way for way in every if len(way) == longest]
    if not candidates:
        return ()
    end = min(way[-1] for way in candidates)
    return max((way for way in candidates if way[-1] == end), key=lambda way: way[::-1])


class PlainGoals:
    """What a list of events says about goals; needs `of`, `who` and `by_account` of the plain store."""

    of: Any
    who: Any
    by_account: Any

    def reach_count(
        self, scope: EventScope, *, names: Sequence[str], count: int, window: timedelta | None
    ) -> list[Reach]:
        def reach(account: UUID, events: list[StoredEvent]) -> Reach:
            times = [event.at for event in events]
            ends = [
                last
                for first, last in zip(times, times[count - 1 :], strict=False)
                if window is None or last - first <= window
            ]
            value = sum(window is None or at >= scope.until - window for at in times)
            return Reach(account_id=account, at=min(ends, default=None), value=value)

        return self._each(self._named(scope, names), reach)

    def reach_users(
        self, scope: EventScope, *, names: Sequence[str], users: int, window: timedelta | None
    ) -> list[Reach]:
        def within(events: list[StoredEvent], at: datetime) -> int:
            found = [event for event in events if event.at <= at and (window is None or event.at >= at - window)]
            return len({self.who(event) for event in found})

        def reach(account: UUID, events: list[StoredEvent]) -> Reach:
            reached = [event.at for event in events if within(events, event.at) >= users]
            return Reach(account_id=account, at=min(reached, default=None), value=within(events, scope.until))

        return self._each(self._named(scope, names), reach)

    def reach_days(self, scope: EventScope, *, names: Sequence[str], days: int, consecutive: bool) -> list[Reach]:
        def reach(account: UUID, events: list[StoredEvent]) -> Reach:
            firsts: dict[int, datetime] = {}
            for event in events:
                firsts.setdefault(event.at.toordinal(), event.at)
            at, run = None, 0
            for day in sorted(firsts):
                run = run + 1 if not consecutive or day - 1 in firsts else 1
                if run >= days and at is None:
                    at = firsts[day]
            last = (scope.until - timedelta(microseconds=1)).toordinal()
            if consecutive and max(firsts) < last - 1:
                run = 0
            return Reach(account_id=account, at=at, value=run)

        return self._each(self._named(scope, names), reach)

    def reach_sequence(
        self, scope: EventScope, *, steps: Sequence[str], within: timedelta, count: int = 1
    ) -> list[Reach]:
        def reach(account: UUID, events: list[StoredEvent]) -> Reach:
            people: dict[str, dict[str, list[datetime]]] = defaultdict(lambda: defaultdict(list))
            for event in events:
                people[self.who(event)][event.name].append(event.at)
            ways = [furthest_way(moments, steps, within) for moments in people.values()]
            done = sorted(way[-1] for way in ways if len(way) == len(steps))
            return Reach(account_id=account, at=done[count - 1] if len(done) >= count else None, value=len(done))

        return self._each(self._named(scope, steps), reach)

    def reach_metric(
        self, scope: EventScope, *, name: str, key: str, aggregate: Aggregate, comparison: Comparison, target: float
    ) -> list[Reach]:
        def number(event: StoredEvent) -> float | None:
            value = msgspec.json.decode(event.properties).get(key)
            return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

        def reach(account: UUID, events: list[StoredEvent]) -> Reach:
            events.sort(key=lambda event: (event.at, place_of(event.message_key)))
            at = None
            for moment in dict.fromkeys(event.at for event in events):
                value = ADD_UP[aggregate]([number(event) for event in events if event.at <= moment])
                if at is None and COMPARE[comparison](value, target):
                    at = moment
            return Reach(account_id=account, at=at, value=value)

        return self._each([e for e in self._named(scope, [name]) if number(e) is not None], reach)

    def _named(self, scope: EventScope, names: Sequence[str]) -> list[StoredEvent]:
        if not names:
            return list(self.of(scope))
        return [event for event in self.of(scope) if event.kind is EventKind.TRACK and event.name in names]

    def _each(self, events: Sequence[StoredEvent], reach: Any) -> list[Reach]:
        return [reach(account, found) for account, found in self.by_account(events).items()]


def place_of(key: UUID) -> tuple[int, int]:
    """Where ClickHouse sorts a UUID: by its second half first."""
    return key.int & (2**64 - 1), key.int >> 64

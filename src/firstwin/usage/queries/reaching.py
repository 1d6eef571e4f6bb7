"""How accounts stand with goals: each single condition is one question to the event store, for many accounts at once.

How many features somebody used is one question too; when that many were used is asked for each feature, of those alone who
got there.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from firstwin.scheduling.contracts import Span
from firstwin.usage.contracts.goals import (
    ActiveUsers,
    Answer,
    Condition,
    DaysActive,
    EventCount,
    FeaturesExplored,
    FeatureUsed,
    Goal,
    Metric,
    Staying,
    Verdict,
)
from firstwin.usage.contracts.goals import Sequence as StepSequence
from firstwin.usage.contracts.store import EventScope, Period, ProofQuestions, Reach
from firstwin.usage.rules import goal_days, goals

Features = Mapping[str, Sequence[str]]
Seats = Mapping[UUID, int | None]


def get_verdicts(
    *,
    store: ProofQuestions,
    scope: EventScope,
    goal: Goal,
    seats: Seats,
    features: Features,
    names: Mapping[str, str] | None = None,
) -> Mapping[UUID, Verdict]:
    """Return how each account of `seats` stands with a goal within a scope, counted from its beginning to its end.

    `seats` holds the accounts with their licensed seats, `features` the events of features by key, `names` what features
    are called. Raises StoreUnavailableError.
    """
    accounts = tuple(sorted(seats, key=str))
    asked = _Asked(store=store, scope=_of(scope, accounts), seats=seats, features=features)
    found = {one: asked.answers(one) for one in goals.conditions(goal)}
    return {
        account: goals.combine(goal, {one: by_account[account] for one, by_account in found.items()}, features=names)
        for account in accounts
    }


def _of(scope: EventScope, accounts: tuple[UUID, ...]) -> EventScope:
    return EventScope(workspace_id=scope.workspace_id, since=scope.since, until=scope.until, account_ids=accounts)


class _Asked:
    def __init__(self, *, store: ProofQuestions, scope: EventScope, seats: Seats, features: Features) -> None:
        self._store = store
        self._scope = scope
        self._seats = seats
        self._features = features

    def answers(self, condition: Condition) -> Mapping[UUID, Answer]:
        """Return the answer of every account; one of which nothing is known has done nothing."""
        if isinstance(condition, ActiveUsers):
            return self._active_users(condition)
        needed = _needed(condition)
        reached = {one.account_id: one for one in self._reached(condition)}
        return {account: _answer(reached.get(account), needed) for account in self._seats}

    def _reached(self, condition: Condition) -> list[Reach]:
        match condition:
            case FeaturesExplored():
                return self._explored(condition)
            case Staying(length=length):
                return self._by_days(lambda days, _: goal_days.stayed(days, length=length))
            case DaysActive(days=asked, within=Span() as within):
                return self._by_days(
                    lambda days, last: goal_days.active_within(days, asked=asked, within=within, last=last)
                )
            case _:
                names = self._names(condition)
                return [] if names is None else self._ask(condition, names)

    def _explored(self, condition: FeaturesExplored) -> list[Reach]:
        """Count the features of which anything was done; the moment is that of the first use of the last that was needed."""
        by_feature = {key: tuple(names) for key, names in self._features.items() if names}
        every = sorted({name for names in by_feature.values() for name in names})
        if not every:
            return []
        did = self._store.did_by_account(self._scope, names=every)
        used = {
            account: sum(any(name in done for name in names) for names in by_feature.values())
            for account, done in did.items()
        }
        there = [account for account, count in used.items() if count >= condition.features]
        moments: dict[UUID, list[datetime]] = defaultdict(list)
        for names in by_feature.values() if there else ():
            scope = _of(self._scope, tuple(sorted(there, key=str)))
            for one in self._store.reach_count(scope, names=names, count=1, window=None):
                if one.at is not None:
                    moments[one.account_id].append(one.at)
        return [
            Reach(account_id=account, at=_nth(moments[account], condition.features), value=count)
            for account, count in used.items()
        ]

    def _by_days(self, judge: Callable[[Sequence[date], date], tuple[date | None, int]]) -> list[Reach]:
        """Ask on which days accounts did anything, and see from that; what is reached is reached as that day begins."""
        days: dict[UUID, list[date]] = defaultdict(list)
        for one in self._store.activity_by_account(self._scope, by=Period.DAY):
            days[one.account_id].append(one.on)
        last = (self._scope.until - timedelta(microseconds=1)).astimezone(UTC).date()
        found = []
        for account, active in days.items():
            on, value = judge(active, last)
            found.append(Reach(account_id=account, at=self._beginning(on), value=value))
        return found

    def _beginning(self, on: date | None) -> datetime | None:
        return None if on is None else max(datetime.combine(on, time(), UTC), self._scope.since)

    def _names(self, condition: Condition) -> tuple[str, ...] | None:
        """Return the events that count, empty for anything; None where a feature is not known or has none."""
        feature = getattr(condition, "feature", "")
        if feature:
            return tuple(self._features.get(feature, ())) or None
        return tuple(getattr(condition, "events", ()))

    def _ask(self, condition: Condition, names: tuple[str, ...]) -> list[Reach]:
        scope, store = self._scope, self._store
        match condition:
            case EventCount(times=times, within=within) | FeatureUsed(times=times, within=within):
                window = goals.length(within) if within is not None else None
                return store.reach_count(scope, names=names, count=times, window=window)
            case DaysActive():
                return store.reach_days(scope, names=names, days=condition.days, consecutive=condition.in_a_row)
            case StepSequence():
                within_time = goals.length(condition.within)
                return store.reach_sequence(scope, steps=condition.steps, within=within_time, count=condition.users)
            case Metric():
                return store.reach_metric(
                    scope,
                    name=condition.event,
                    key=condition.key,
                    aggregate=condition.aggregate,
                    comparison=condition.comparison,
                    target=condition.target,
                )
            case ActiveUsers() | FeaturesExplored() | Staying():  # pragma: no cover  # asked in their own ways
                return []

    def _active_users(self, condition: ActiveUsers) -> Mapping[UUID, Answer]:
        """Ask once for each number of users that some account needs."""
        names = self._names(condition)
        window = goals.length(condition.within) if condition.within is not None else None
        needing: dict[int | None, list[UUID]] = defaultdict(list)
        for account, seats in self._seats.items():
            needing[goals.needed_users(condition, seats=seats)].append(account)
        found: dict[UUID, Answer] = {}
        for needed, accounts in sorted(needing.items(), key=lambda item: item[0] or 0):
            reached: dict[UUID, Reach] = {}
            if names is not None:
                scope = _of(self._scope, tuple(sorted(accounts, key=str)))
                users = needed or goals.MOST_TIMES  # never reached: only the figure is wanted
                rows = self._store.reach_users(scope, names=names, users=users, window=window)
                reached = {one.account_id: one for one in rows}
            found |= {account: _answer(reached.get(account), needed) for account in accounts}
        return found


def _answer(reach: Reach | None, needed: float | None) -> Answer:
    if reach is None:
        return Answer(reached_at=None, value=0, needed=needed)
    return Answer(reached_at=reach.at if needed is not None else None, value=reach.value, needed=needed)


def _nth(moments: list[datetime], number: int) -> datetime | None:
    return sorted(moments)[number - 1] if len(moments) >= number else None


def _needed(condition: Condition) -> float:
    match condition:
        case FeaturesExplored(features=needed):
            return float(needed)
        case Staying(length=length):
            return float(goal_days.days_of(length))
        case (
            EventCount(times=needed) | FeatureUsed(times=needed) | DaysActive(days=needed) | StepSequence(users=needed)
        ):
            return float(needed)
        case Metric(target=target):
            return target
        case _:
            return 0.0

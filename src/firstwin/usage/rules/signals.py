"""What in the usage of an account somebody should act on, and why. Pure: figures in, signals out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from firstwin.usage.contracts.signals import FoundSignal, SignalKind, SignalLimits

STRETCH = timedelta(days=28)
LIMITS: Mapping[str, tuple[int, int, str]] = {
    "seats_percent": (50, 100, "Seats are nearly full from so many percent in use"),
    "feature_users": (1, 1000, "A feature that was not bought is wanted when so many people used it"),
    "falling_percent": (
        10,
        100,
        "Usage falls when there are so many percent fewer events in four weeks than in the four before",
    ),
    "falling_events": (1, 100_000, "and those four before had at least so many events"),
    "silent_days": (3, 180, "A champion is silent after so many days"),
    "win_days": (3, 180, "Nothing happens after the first win for so many days"),
    "plan_percent": (5, 90, "A goal is so many percent behind its time"),
    "quiet_days": (0, 365, "What was dismissed stays quiet for so many days"),
}
"""The lowest and highest value of each limit, and what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Champion:
    """A contact who leads the product at the customer, and when they were last seen in it."""

    name: str
    key: str
    last_at: datetime | None
    known_since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """The contact who led the product at the customer last, and was archived."""

    name: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFeature:
    """A feature that an account has not bought, and how many of its people used it in four weeks."""

    key: str
    name: str
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGoal:
    """A goal that waits: how far it is, from when, and by when it should be reached."""

    key: str
    title: str
    share: float
    progress: str
    since: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """What is known of one account; `now_*` are of the last four weeks, `then_*` of the four before.

    `left` is nobody while an active contact is a champion, whether or not the product knows them.
    """

    account_id: UUID
    seats: int | None
    now_users: int = 0
    now_events: int = 0
    then_users: int = 0
    then_events: int = 0
    last_at: datetime | None = None
    won_at: datetime | None = None
    champions: Sequence[Champion] = ()
    left: Leaver | None = None
    has_open_goals: bool = False
    wanted: Sequence[WantedFeature] = ()
    goals: Sequence[OpenGoal] = ()


def find(facts: AccountFacts, *, limits: SignalLimits, at: datetime) -> tuple[FoundSignal, ...]:
    """Each signal says what was seen and what to do about it, in days where `at` is told; an account that does nothing wrong
    has none.
    """
    found = (_seats, _features, _falling, _champions, _left, _since_win, _behind)
    return tuple(signal for look in found for signal in look(facts, limits, at))


def _seats(facts: AccountFacts, limits: SignalLimits, _at: datetime) -> Iterator[FoundSignal]:
    """Seats are nearly full when as many people are active as the limit says."""
    if not facts.seats or facts.now_users * 100 < facts.seats * limits.seats_percent:
        return
    share = 100 * facts.now_users // facts.seats
    yield FoundSignal(
        account_id=facts.account_id,
        kind=SignalKind.SEATS_NEARLY_FULL,
        subject="",
        reason=f"{facts.now_users} of {facts.seats} licensed seats were used in four weeks ({share} %).",
        todo="Talk about more seats before the first person is turned away.",
        figures={"users": facts.now_users, "seats": facts.seats},
    )


def _features(facts: AccountFacts, limits: SignalLimits, _at: datetime) -> Iterator[FoundSignal]:
    """A feature is wanted that people use though it was not bought."""
    for feature in facts.wanted:
        if feature.users < limits.feature_users:
            continue
        who = _people(feature.users).capitalize()
        yield FoundSignal(
            account_id=facts.account_id,
            kind=SignalKind.FEATURE_WANTED,
            subject=feature.key,
            reason=f"{who} used “{feature.name}” in four weeks, which is not part of the contract.",
            todo=f"Ask what they want to do with “{feature.name}”, and offer it.",
            figures={"users": feature.users, "feature": feature.key},
        )


def _falling(facts: AccountFacts, limits: SignalLimits, _at: datetime) -> Iterator[FoundSignal]:
    """Usage falls when there are far fewer events in four weeks than in the four before."""
    if facts.then_events < limits.falling_events:
        return
    lost = 100 * (facts.then_events - facts.now_events) // facts.then_events
    if lost < limits.falling_percent:
        return
    yield FoundSignal(
        account_id=facts.account_id,
        kind=SignalKind.USAGE_FALLING,
        subject="",
        reason=(
            f"Usage fell by {lost} %, counted in events: {_done(facts.now_events, facts.now_users)} in four weeks, "
            f"after {_done(facts.then_events, facts.then_users)} in the four before."
        ),
        todo="Ask the project owner what changed, before it becomes a habit.",
        figures={"now": facts.now_events, "before": facts.then_events, "lost_percent": lost},
    )


def _done(events: int, users: int) -> str:
    if not events:
        return "nothing"
    return f"{events:,} event{'' if events == 1 else 's'} by {_people(users)}"


def _people(count: int) -> str:
    return "one person" if count == 1 else f"{count:,} people"


def _champions(facts: AccountFacts, limits: SignalLimits, at: datetime) -> Iterator[FoundSignal]:
    """A champion is silent who was seen before and has not come back for the days of the limit."""
    for champion in facts.champions:
        last_at = champion.last_at or champion.known_since
        days = (at - last_at) // timedelta(days=1)
        if days < limits.silent_days:
            continue
        yield FoundSignal(
            account_id=facts.account_id,
            kind=SignalKind.CHAMPION_SILENT,
            subject=champion.key,
            reason=f"{champion.name}, the champion, was last seen in the product {days} days ago.",
            todo=f"Call {champion.name}; if they left, find out who takes over.",
            figures={"days": days, "name": champion.name},
        )


def _left(facts: AccountFacts, _limits: SignalLimits, _at: datetime) -> Iterator[FoundSignal]:
    """A champion left when the last one was archived and nobody has the role since, while there is something to lead.

    The silence of somebody who is archived says nothing; that nobody took over does, and no event would ever show it.
    """
    if facts.left is None or not (facts.has_open_goals or facts.last_at):
        return
    yield FoundSignal(
        account_id=facts.account_id,
        kind=SignalKind.CHAMPION_LEFT,
        subject=facts.left.key,
        reason=f"{facts.left.name}, the champion, left, and nobody else has that role.",
        todo="Find a successor with the project owner, and give them the role of admin champion.",
        figures={"name": facts.left.name},
    )


def _since_win(facts: AccountFacts, limits: SignalLimits, at: datetime) -> Iterator[FoundSignal]:
    """A first win is lonely when nothing was done in the days after it."""
    if facts.won_at is None or at - facts.won_at < timedelta(days=limits.win_days):
        return
    if facts.last_at is not None and facts.last_at > facts.won_at + timedelta(days=1):
        return
    days = (at - facts.won_at) // timedelta(days=1)
    yield FoundSignal(
        account_id=facts.account_id,
        kind=SignalKind.NOTHING_SINCE_WIN,
        subject="",
        reason=f"Nothing was done in the product since the first win {days} days ago.",
        todo="Agree on the second result, and on who needs it.",
        figures={"days": days},
    )


def _behind(facts: AccountFacts, limits: SignalLimits, at: datetime) -> Iterator[FoundSignal]:
    """A goal is behind when less of it is done than of its time, by more than the limit; in the first half nobody hurries.

    An account is told of once, with the goal that was due first.
    """
    late = [goal for goal in facts.goals if _is_behind(goal, limits, at)]
    if not late:
        return
    first = min(late, key=lambda goal: (goal.due_at, goal.key))
    when = "was due" if first.due_at <= at else "is due"
    due_at = first.due_at.astimezone(at.tzinfo)
    day = f"{due_at.day} {due_at:%B}"
    others = len(late) - 1
    more = f" {others} other goal{' is' if others == 1 else 's are'} behind as well." if others else ""
    yield FoundSignal(
        account_id=facts.account_id,
        kind=SignalKind.BEHIND_PLAN,
        subject="",
        reason=f"“{first.title[:300]}” {when} on {day} and stands at: {first.progress[:100] or 'nothing yet'}.{more}",
        todo="Look with the customer at what is in the way, or move the date.",
        figures={
            "done_percent": round(first.share * 100),
            "time_percent": round(_time_passed(first, at) * 100),
            "goals": len(late),
        },
    )


def _is_behind(goal: OpenGoal, limits: SignalLimits, at: datetime) -> bool:
    passed = _time_passed(goal, at)
    return passed >= 0.5 and (passed - goal.share) * 100 >= limits.plan_percent


def _time_passed(goal: OpenGoal, at: datetime) -> float:
    span = (goal.due_at - goal.since).total_seconds()
    return min((at - goal.since).total_seconds() / span, 1.0) if span > 0 else 1.0


def limits_of(stored: Mapping[str, int]) -> SignalLimits:
    """What a workspace did not set has its default, and so has what is no longer possible."""
    known = {field.name for field in fields(SignalLimits)}
    fitting = {
        name: value
        for name, value in stored.items()
        if name in known and isinstance(value, int) and LIMITS[name][0] <= value <= LIMITS[name][1]
    }
    return SignalLimits(**fitting)

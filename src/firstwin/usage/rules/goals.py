"""What goals mean, what is wrong with one, and how single answers are put together. Pure: answers come from elsewhere."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime, timedelta

from firstwin.scheduling.contracts import Span, SpanUnit
from firstwin.usage.contracts.goals import (
    ActiveUsers,
    Aggregate,
    AllOf,
    Answer,
    AnyOf,
    Comparison,
    Condition,
    DaysActive,
    EventCount,
    FeaturesExplored,
    FeatureUsed,
    Goal,
    GoalProblem,
    Meaning,
    Metric,
    Sequence,
    Staying,
    Step,
    Verdict,
)
from firstwin.usage.rules import goal_words

MOST_CONDITIONS = 20
MOST_DEPTH = 4
MOST_EVENTS = 20
MOST_STEPS = 10
MOST_TIMES = 1_000_000
MOST_DAYS = 366
MOST_FEATURES = 200
LONGEST_NAME = 500
LONGEST_WINDOW = timedelta(days=1096)
SEQUENCE_WITHIN = Span(30, SpanUnit.CALENDAR_DAYS)

Path = tuple[str | int, ...]
_DEFAULTS = {field.name: field.default for field in fields(Goal)}
_KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("all", frozenset()),
    ("any", frozenset()),
    ("sequence", frozenset({"users", "within"})),
    ("metric", frozenset({"events", "aggregate", "comparison", "target"})),
    ("share_of_seats", frozenset({"events", "feature", "within"})),
    ("users", frozenset({"events", "feature", "within"})),
    ("days", frozenset({"events", "feature", "in_a_row", "within"})),
    ("features", frozenset()),
    ("stays", frozenset()),
    ("feature", frozenset({"times", "within"})),
    ("events", frozenset({"times", "within"})),
)
"""The key that makes the kind of a condition, the first that is there, and the keys that may stand beside it."""


def length(span: Span) -> timedelta:
    """A window is a time by the clock: hours as they are, days of 24 hours, and five working days for a week."""
    match span.unit:
        case SpanUnit.HOURS:
            return timedelta(hours=span.amount)
        case SpanUnit.WORKING_HOURS:
            return timedelta(days=math.ceil(span.amount / 8 * 7 / 5))
        case SpanUnit.WORKING_DAYS:
            return timedelta(days=math.ceil(span.amount * 7 / 5))
        case _:
            return timedelta(days=span.amount)


def given(goal: Goal) -> tuple[str, ...]:
    """Return the keys that a goal gives, in their order."""
    return tuple(name for name, default in _DEFAULTS.items() if getattr(goal, name) != default)


def meaning(goal: Goal) -> Meaning:
    """A goal asks for exactly one thing, or for several under `all` or `any`. Takes only goals without problems."""
    if goal.all:
        return AllOf(parts=tuple(meaning(part) for part in goal.all))
    if goal.any:
        return AnyOf(parts=tuple(meaning(part) for part in goal.any))
    if goal.sequence:
        return Sequence(steps=goal.sequence, users=goal.users or 1, within=goal.within or SEQUENCE_WITHIN)
    if goal.metric:
        return Metric(
            event=goal.events[0],
            key=goal.metric,
            aggregate=goal.aggregate or Aggregate.SUM,
            comparison=goal.comparison or Comparison.AT_LEAST,
            target=goal.target if goal.target is not None else 1.0,
        )
    if goal.users is not None or goal.share_of_seats is not None:
        return ActiveUsers(
            number=goal.users,
            share=goal.share_of_seats,
            events=goal.events,
            feature=goal.feature,
            within=goal.within,
        )
    if goal.days is not None:
        return DaysActive(
            days=goal.days, in_a_row=goal.in_a_row, events=goal.events, feature=goal.feature, within=goal.within
        )
    if goal.features is not None:
        return FeaturesExplored(features=goal.features)
    if goal.stays is not None:
        return Staying(length=goal.stays)
    if goal.feature:
        return FeatureUsed(feature=goal.feature, times=goal.times or 1, within=goal.within)
    return EventCount(events=goal.events, times=goal.times or 1, within=goal.within)


def conditions(goal: Goal) -> tuple[Condition, ...]:
    """Return the single conditions of a goal, in the order in which they are written; the same one only once."""
    return tuple(dict.fromkeys(_flat(meaning(goal))))


def _flat(what: Meaning) -> Iterator[Condition]:
    if isinstance(what, AllOf | AnyOf):
        for part in what.parts:
            yield from _flat(part)
    else:
        yield what


def features_named(goal: Goal) -> frozenset[str]:
    """Return the keys of the features that a goal asks for."""
    return frozenset(
        one.feature
        for one in conditions(goal)
        if isinstance(one, FeatureUsed | ActiveUsers | DaysActive) and one.feature
    )


def events_named(goal: Goal) -> frozenset[str]:
    """Return the names of the events that a goal asks for."""
    names: set[str] = set()
    for one in conditions(goal):
        match one:
            case Sequence():
                names.update(one.steps)
            case Metric():
                names.add(one.event)
            case FeatureUsed() | FeaturesExplored() | Staying():
                pass
            case _:
                names.update(one.events)
    return frozenset(names)


# What is wrong -----------------------------------------------------------------------------------------------------


def problems(goal: Goal) -> tuple[GoalProblem, ...]:
    """A goal can be used when nothing is wrong with it; every fault is named with its place and what to do."""
    found = list(_problems(goal, (), 1))
    if not found and len(list(_flat(meaning(goal)))) > MOST_CONDITIONS:
        message = f"The goal holds more than {MOST_CONDITIONS} conditions."
        found.append(GoalProblem(path=(), message=message, remedy="Ask for less; nobody could read the sentence."))
    return tuple(found)


def _problems(goal: Goal, path: Path, depth: int) -> Iterator[GoalProblem]:
    keys = given(goal)
    kind = next(((name, beside) for name, beside in _KINDS if name in keys), None)
    if kind is None:
        remedy = "Give events, feature, users, share_of_seats, days, features, stays, sequence, metric, all or any."
        yield GoalProblem(path=path, message="The goal asks for nothing.", remedy=remedy)
        return
    name, beside = kind
    for key in keys:
        if key != name and key not in beside:
            message = f"'{key}' cannot stand beside '{name}'."
            yield GoalProblem(path=(*path, key), message=message, remedy=_remedy_beside(name, beside))
            return
    if name in ("all", "any"):
        yield from _several_problems(goal, name, path, depth)
        return
    for key in keys:
        problem = _CHECKS[key](goal)
        if problem is not None:
            yield GoalProblem(path=(*path, key), message=problem[0], remedy=problem[1])
    if name == "metric":
        yield from _metric_problems(goal, path)
    if name == "days" and "within" in keys:
        yield from _window_of_days_problems(goal, keys, path)


def _several_problems(goal: Goal, name: str, path: Path, depth: int) -> Iterator[GoalProblem]:
    parts = getattr(goal, name)
    if depth >= MOST_DEPTH:
        message = f"Conditions lie more than {MOST_DEPTH} levels deep."
        yield GoalProblem(path=path, message=message, remedy="Write them side by side.")
        return
    if len(parts) < 2:
        yield GoalProblem(path=(*path, name), message=f"'{name}' holds one condition.", remedy="Write it without.")
    for number, part in enumerate(parts):
        yield from _problems(part, (*path, name, number), depth + 1)


def _remedy_beside(name: str, beside: frozenset[str]) -> str:
    if not beside:
        return f"Put it into one of the conditions under '{name}', or make it one of them."
    return f"Beside it may stand: {', '.join(sorted(beside))}. Several conditions go under 'all' or 'any'."


def _metric_problems(goal: Goal, path: Path) -> Iterator[GoalProblem]:
    if len(goal.events) != 1:
        message = "A metric is read from one event."
        yield GoalProblem(path=(*path, "events"), message=message, remedy="Name the event that carries the number.")
    if goal.target is None:
        yield GoalProblem(
            path=(*path, "target"), message="The metric has no target.", remedy="Write the number to reach."
        )


def _window_of_days_problems(goal: Goal, keys: tuple[str, ...], path: Path) -> Iterator[GoalProblem]:
    for key in ("events", "feature", "in_a_row"):
        if key in keys:
            message = f"Days within a time count whatever is done, so '{key}' cannot stand beside 'within'."
            yield GoalProblem(path=(*path, "within"), message=message, remedy=f"Leave out 'within' or '{key}'.")
            return
    if goal.days and goal.within is not None and timedelta(days=goal.days - 1) >= length(goal.within) > timedelta(0):
        message = f"{goal.days} days do not fit into {goal.within}."
        yield GoalProblem(path=(*path, "within"), message=message, remedy="Write a longer time, or fewer days.")


Fault = tuple[str, str] | None


def _whole(key: str, most: int) -> Callable[[Goal], Fault]:
    def check(goal: Goal) -> Fault:
        value = getattr(goal, key)
        if 1 <= value <= most:
            return None
        return f"'{key}' cannot be {value}.", f"Write a whole number from 1 to {most}."

    return check


def _names(key: str, most: int) -> Callable[[Goal], Fault]:
    def check(goal: Goal) -> Fault:
        names: tuple[str, ...] = getattr(goal, key)
        if len(names) > most:
            return f"'{key}' names {len(names)} events.", f"Name at most {most}."
        for name in names:
            if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
                return f"'{name[:60]}' is no name of an event.", "Write the name as your product sends it."
        if len(set(names)) < len(names):
            return f"'{key}' names an event twice.", "Name each event once."
        return None

    return check


def _steps(goal: Goal) -> Fault:
    if len(goal.sequence) < 2:
        return "A sequence has one step.", "Name two events or more, or use 'events'."
    return _names("sequence", MOST_STEPS)(goal)


def _span(key: str) -> Callable[[Goal], Fault]:
    def check(goal: Goal) -> Fault:
        span: Span = getattr(goal, key)
        if timedelta(0) < length(span) <= LONGEST_WINDOW:
            return None
        return f"A time of {span} makes no sense.", "Write one above zero and of three years at most, such as 30d."

    return check


def _target(goal: Goal) -> Fault:
    if goal.target is not None and math.isfinite(goal.target) and abs(goal.target) < 1e15:
        return None
    return "The target is no number that can be reached.", "Write a number."


def _text(key: str) -> Callable[[Goal], Fault]:
    def check(goal: Goal) -> Fault:
        value = getattr(goal, key)
        if value.strip() and len(value) <= 200 and value.isprintable():
            return None
        return f"'{value[:60]}' is no name.", "Write the name as it is in the catalogue."

    return check


def _fine(_goal: Goal) -> Fault:
    return None


_CHECKS: Mapping[str, Callable[[Goal], Fault]] = {
    "events": _names("events", MOST_EVENTS),
    "feature": _text("feature"),
    "times": _whole("times", MOST_TIMES),
    "users": _whole("users", MOST_TIMES),
    "share_of_seats": _whole("share_of_seats", 100),
    "days": _whole("days", MOST_DAYS),
    "in_a_row": _fine,
    "features": _whole("features", MOST_FEATURES),
    "stays": _span("stays"),
    "sequence": _steps,
    "metric": _text("metric"),
    "aggregate": _fine,
    "comparison": _fine,
    "target": _target,
    "within": _span("within"),
}


# Putting answers together ------------------------------------------------------------------------------------------


def needed_users(condition: ActiveUsers, *, seats: int | None) -> int | None:
    """A share of seats is rounded up to whole people; without a number of seats it cannot be told."""
    if condition.number is not None:
        return condition.number
    if seats is None or seats <= 0 or condition.share is None:
        return None
    return max(1, -(-seats * condition.share // 100))


def combine(goal: Goal, answers: Mapping[Condition, Answer], *, features: Mapping[str, str] | None = None) -> Verdict:
    """All of several is reached with the last of them, any of several with the first; never before every part it needs."""
    what = meaning(goal)
    names = features or {}
    steps = tuple(_step(one, answers[one], names) for one in dict.fromkeys(_flat(what)))
    reached_at, share = _reached(what, answers)
    return Verdict(
        reached_at=reached_at,
        steps=steps,
        progress=_progress(what, answers),
        share=1.0 if reached_at is not None else min(share, 0.99),
    )


def _step(condition: Condition, answer: Answer, names: Mapping[str, str]) -> Step:
    return Step(
        sentence=goal_words.say_condition(condition, names),
        progress=goal_words.progress(condition, answer),
        reached_at=answer.reached_at,
        value=answer.value,
        needed=answer.needed,
    )


def _reached(what: Meaning, answers: Mapping[Condition, Answer]) -> tuple[datetime | None, float]:
    if not isinstance(what, AllOf | AnyOf):
        answer = answers[what]
        return answer.reached_at, part_done(what, answer)
    parts = [_reached(part, answers) for part in what.parts]
    times = [at for at, _ in parts if at is not None]
    shares = [1.0 if at is not None else share for at, share in parts]
    if isinstance(what, AnyOf):
        return min(times, default=None), max(shares)
    return (max(times) if len(times) == len(parts) else None), sum(shares) / len(shares)


def part_done(condition: Condition, answer: Answer) -> float:
    """The part of the way that is done, from 0 to 1; for what has to become smaller there is no part."""
    if answer.reached_at is not None:
        return 1.0
    if answer.needed is None or answer.needed <= 0:
        return 0.0
    if isinstance(condition, Metric) and condition.comparison not in (Comparison.AT_LEAST, Comparison.MORE):
        return 0.0
    return min(1.0, max(0.0, answer.value / answer.needed))


def _progress(what: Meaning, answers: Mapping[Condition, Answer]) -> str:
    """Of several conditions those are told that are still open, and how many there are."""
    if not isinstance(what, AllOf | AnyOf):
        return goal_words.progress(what, answers[what])
    if _reached(what, answers)[0] is not None:
        return "done"
    waiting = [part for part in what.parts if _reached(part, answers)[0] is None]
    word = ", and " if isinstance(what, AllOf) else ", or "
    text = word.join(dict.fromkeys(_progress(part, answers) for part in waiting))
    done = len(what.parts) - len(waiting)
    return f"{done} of {len(what.parts)} reached; open: {text}" if isinstance(what, AllOf) else text

"""Goals in plain words: what is asked for, how far an account has got, and what proves that it is reached."""

from collections.abc import Mapping
from collections.abc import Sequence as Several
from datetime import datetime
from zoneinfo import ZoneInfo

from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import Span
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
    Meaning,
    Metric,
    Sequence,
    Staying,
    Verdict,
)

_AGGREGATES = {
    Aggregate.SUM: "the sum of",
    Aggregate.MAX: "the largest",
    Aggregate.MIN: "the smallest",
    Aggregate.MEAN: "the mean of",
    Aggregate.LAST: "the latest",
}
_COMPARISONS = {
    Comparison.AT_LEAST: "at least",
    Comparison.MORE: "more than",
    Comparison.AT_MOST: "at most",
    Comparison.LESS: "less than",
    Comparison.EQUAL: "exactly",
}


def say(what: Meaning, features: Mapping[str, str]) -> str:
    """A goal reads as a sentence that goes on after "reached when"; `features` gives names by key."""
    return _say(what, features, is_inner=False)


def _say(what: Meaning, features: Mapping[str, str], *, is_inner: bool) -> str:
    if not isinstance(what, AllOf | AnyOf):
        return say_condition(what, features)
    word = " and " if isinstance(what, AllOf) else " or "
    text = word.join(_say(part, features, is_inner=True) for part in what.parts)
    return f"({text})" if is_inner else text


def say_condition(condition: Condition, features: Mapping[str, str]) -> str:
    """Return one condition in words: “Report run” was done 3 times within 30 days."""
    match condition:
        case EventCount():
            return f"{_events(condition.events)} was done {_times(condition.times)}{_within(condition.within)}"
        case FeatureUsed():
            return (
                f"{_feature(condition.feature, features)} was used {_times(condition.times)}{_within(condition.within)}"
            )
        case ActiveUsers():
            return f"{_who(condition)} {_did(condition, features)}{_within(condition.within)}"
        case DaysActive():
            what = _what(condition.events, condition.feature, features)
            in_a_row = " in a row" if condition.in_a_row else ""
            return f"{what} on {_count(condition.days, 'day')}{in_a_row}{_within(condition.within)}"
        case FeaturesExplored():
            was = "was" if condition.features == 1 else "were"
            return f"{_count(condition.features, 'different feature')} {was} used"
        case Staying():
            return f"somebody was still active {scheduling_queries.spoken(condition.length)} after the first time"
        case Sequence():
            steps = ", then ".join(f"“{step}”" for step in condition.steps)
            who = "one user" if condition.users == 1 else f"{condition.users:,} users"
            return f"{who} did {steps}{_within(condition.within)}"
        case Metric():
            figure = f"{_AGGREGATES[condition.aggregate]} “{condition.key}” in “{condition.event}”"
            return f"{figure} was {_COMPARISONS[condition.comparison]} {number(condition.target)}"


def progress(condition: Condition, answer: Answer) -> str:
    """Return how far an account has got with one condition, in words that a customer may read."""
    value, needed = number(answer.value), answer.needed or 0
    match condition:
        case ActiveUsers(share=share) if share is not None:
            if answer.needed is None:
                return f"{_count(int(answer.value), 'user')} active; how many seats are licensed is not known"
            return _so_far(answer.value, needed, "user", "active")
        case ActiveUsers():
            return _so_far(answer.value, needed, "user", "active")
        case DaysActive():
            in_a_row = " in a row" if condition.in_a_row else ""
            return f"{_so_far(answer.value, condition.days, 'day')}{in_a_row}"
        case FeaturesExplored():
            return _so_far(answer.value, condition.features, "feature", "used")
        case Staying():
            return _so_far(answer.value, needed, "day")
        case Sequence():
            return _so_far(answer.value, condition.users, "user", "did every step")
        case Metric():
            return f"{value}, asked for {_COMPARISONS[condition.comparison]} {number(condition.target)}"
        case EventCount(times=1) | FeatureUsed(times=1):
            return "done" if answer.reached_at is not None else "not seen yet"
        case _:
            return _so_far(answer.value, condition.times, "time")


def _so_far(value: float, needed: float, word: str, did: str = "") -> str:
    """Say how much there is of what is needed; where there is more, how much was asked for."""
    if value > needed:
        return " ".join(filter(None, [_count(int(value), word), did])) + f", {number(needed)} asked for"
    return " ".join(filter(None, [f"{number(value)} of {_count(int(needed), word)}", did]))


def evidence(sentence: str, verdict: Verdict, time_zone: str) -> str:
    """Return what proves that a goal is reached: the sentence, when that was in a time zone, and the figures."""
    assert verdict.reached_at is not None  # noqa: S101  # only what is reached has evidence
    text = f"Seen in usage: {sentence}. Reached on {moment(verdict.reached_at, time_zone)}."
    return text if verdict.progress == "done" else f"{text} Now: {verdict.progress}."


def moment(at: datetime, time_zone: str) -> str:
    """Return an instant as people say it where they are: 4 March 2026 at 10:12 CET."""
    at = at.astimezone(ZoneInfo(time_zone))
    return f"{at.day} {at:%B %Y} at {at:%H:%M %Z}"


def number(value: float) -> str:
    """Return a number with as many decimals as it needs, two at most."""
    rounded = round(value, 2)
    return f"{int(rounded):,}" if float(rounded).is_integer() else f"{rounded:,}"


def _events(names: Several[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _feature(key: str, features: Mapping[str, str]) -> str:
    return f"the feature “{features.get(key, key)}”"


def _times(times: int) -> str:
    return {1: "once", 2: "twice"}.get(times, f"{times:,} times")


def _count(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _within(span: Span | None) -> str:
    return f" within {scheduling_queries.spoken(span)}" if span is not None else ""


def _who(condition: ActiveUsers) -> str:
    if condition.share is not None:
        return f"{condition.share} % of the licensed users"
    return "one user" if condition.number == 1 else f"{condition.number or 0:,} different users"


def _did(condition: ActiveUsers, features: Mapping[str, str]) -> str:
    if condition.events:
        return f"did {_events(condition.events)}"
    if condition.feature:
        return f"used {_feature(condition.feature, features)}"
    return "was active" if condition.number == 1 else "were active"


def _what(events: Several[str], feature: str, features: Mapping[str, str]) -> str:
    if events:
        return f"{_events(events)} was done"
    return f"{_feature(feature, features)} was used" if feature else "somebody was active"

"""Goals: read strictly, said in words, and put together from single answers."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstwin.playbooks import queries as playbook_queries
from firstwin.scheduling.contracts import Span, SpanUnit
from firstwin.usage.contracts.goals import ActiveUsers, Answer, Condition, Goal, InvalidGoalError
from firstwin.usage.queries import goals as goal_queries
from firstwin.usage.rules import goal_reading, goal_words, goals
from tests.usage.goal_strategies import GOALS

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
PUBLISHED = jsonschema.Draft202012Validator({"$ref": "#/$defs/Goal", "$defs": playbook_queries.get_schema()["$defs"]})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["events", "users", "all", "any", "within", "metric", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def say(plain: Mapping[str, Any]) -> str:
    return goal_queries.get_sentence(goal_queries.read_goal(plain), features={"reports": "Reports"})


def fault(plain: object) -> tuple[str, str]:
    with pytest.raises(InvalidGoalError) as caught:
        goal_queries.read_goal(plain)
    assert caught.value.problems[0].remedy
    return caught.value.problems[0].place, caught.value.problems[0].message


@pytest.mark.parametrize(
    ("plain", "sentence"),
    [
        ({"events": ["Report Run"]}, "“Report Run” was done once"),
        ({"events": ["a", "b"], "times": 3, "within": "30d"}, "“a” or “b” was done 3 times within 30 days"),
        ({"feature": "reports", "times": 2}, "the feature “Reports” was used twice"),
        ({"users": 10}, "10 different users were active"),
        ({"users": 1, "events": ["a"]}, "one user did “a”"),
        ({"share_of_seats": 70, "within": "4w"}, "70 % of the licensed users were active within 28 days"),
        ({"days": 3, "in_a_row": True, "events": ["Data"]}, "“Data” was done on 3 days in a row"),
        ({"days": 6, "within": "28d"}, "somebody was active on 6 days within 28 days"),
        ({"features": 5}, "5 different features were used"),
        ({"stays": "21d"}, "somebody was still active 21 days after the first time"),
        ({"sequence": ["a", "b"], "within": "7d"}, "one user did “a”, then “b” within 7 days"),
        (
            {"metric": "amount", "events": ["Deal"], "target": 1000},
            "the sum of “amount” in “Deal” was at least 1,000",
        ),
        (
            {"all": [{"users": 2}, {"any": [{"events": ["a"]}, {"days": 1}]}]},
            "2 different users were active and (“a” was done once or somebody was active on 1 day)",
        ),
    ],
)
def test_a_goal_reads_as_a_sentence(plain: Mapping[str, Any], sentence: str) -> None:
    assert say(plain) == sentence


@pytest.mark.parametrize(
    ("plain", "place", "said"),
    [
        ({}, "goal", "asks for nothing"),
        ([], "goal", "mapping"),
        ({"evnts": ["a"]}, "evnts", "not known"),
        ({"events": "a"}, "events", "list"),
        ({"events": [""]}, "events", "no name"),
        ({"events": ["a", "a"]}, "events", "twice"),
        ({"events": ["a"], "times": True}, "times", "whole number"),
        ({"events": ["a"], "times": 0}, "times", "cannot be 0"),
        ({"events": ["a"], "within": "soon"}, "within", "length of time"),
        ({"events": ["a"], "within": "-3d"}, "within", "makes no sense"),
        ({"events": ["a"], "users": 2, "times": 2}, "times", "beside"),
        ({"share_of_seats": 101}, "share_of_seats", "cannot be 101"),
        ({"sequence": ["a"]}, "sequence", "one step"),
        ({"days": 3, "within": "7d", "events": ["a"]}, "within", "whatever is done"),
        ({"days": 3, "within": "7d", "in_a_row": True}, "within", "'in_a_row'"),
        ({"days": 8, "within": "7d"}, "within", "do not fit"),
        ({"features": 0}, "features", "cannot be 0"),
        ({"features": 3, "feature": "reports"}, "feature", "beside"),
        ({"stays": "-1d"}, "stays", "makes no sense"),
        ({"metric": "amount", "events": ["a", "b"], "target": 1}, "events", "one event"),
        ({"metric": "amount", "events": ["a"]}, "target", "no target"),
        ({"metric": "amount", "events": ["a"], "target": 1, "comparison": "=>"}, "comparison", "not possible"),
        ({"all": [{"users": 1}]}, "all", "one condition"),
        ({"all": [{"users": 1}, {"days": 0}]}, "all.1.days", "cannot be 0"),
        ({"all": [{"users": 1}, {"days": 1}], "times": 2}, "times", "beside"),
        ({"any": [{"users": 1}] * 21}, "goal", "more than 20"),
    ],
)
def test_a_fault_is_named_with_its_place(plain: object, place: str, said: str) -> None:
    found = fault(plain)
    assert found[0] == place
    assert said in found[1]


def test_a_goal_that_never_ends_is_refused() -> None:
    deep: dict[str, Any] = {"users": 1}
    for _ in range(200):
        deep = {"all": [deep, deep]}
    assert "deep" in fault(deep)[1]


@settings(max_examples=40)
@given(JSON)
def test_whatever_comes_is_read_or_refused(plain: object) -> None:
    goal, problems = goal_reading.read_goal(plain)
    assert (goal is None) == bool(problems)
    assert goal is None or goal_queries.get_sentence(goal)


@settings(max_examples=40)
@given(GOALS)
def test_a_goal_goes_to_json_and_back_and_fits_its_schema(goal: Goal) -> None:
    plain = json.loads(json.dumps(goal_queries.to_plain(goal)))
    assert goal_queries.list_problems(goal) == ()
    assert goal_queries.read_goal(plain) == goal
    assert PUBLISHED.is_valid(plain)


def answers_of(goal: Goal, draw: Any) -> dict[Condition, Answer]:
    found: dict[Condition, Answer] = {}
    for one in goals.conditions(goal):
        day = draw(st.none() | st.integers(0, 90))
        at = None if day is None else BEGIN + timedelta(days=day)
        value = float(draw(st.integers(0, 20)))
        found[one] = Answer(reached_at=at, value=value, needed=draw(st.none() | st.integers(0, 20).map(float)))
    return found


@settings(max_examples=40)
@given(st.data(), st.lists(GOALS, min_size=2, max_size=3).map(tuple))
def test_all_is_reached_with_the_last_and_any_with_the_first(data: Any, parts: tuple[Goal, ...]) -> None:
    every = Goal(all=parts)
    answers = answers_of(every, data.draw)
    times = [goals.combine(part, answers).reached_at for part in parts]
    reached = [at for at in times if at is not None]
    verdict = goals.combine(every, answers)
    assert verdict.reached_at == (max(reached) if len(reached) == len(parts) else None)
    either = goals.combine(Goal(any=parts), answers)
    assert either.reached_at == min(reached, default=None)
    for one in (verdict, either):
        assert 0.0 <= one.share <= 1.0
        assert (one.share == 1.0) == one.is_reached
        assert one.progress
    assert either.share >= verdict.share


@settings(max_examples=40)
@given(st.integers(1, 500), st.integers(1, 100))
def test_a_share_of_seats_is_rounded_up_to_people(seats: int, share: int) -> None:
    condition = ActiveUsers(number=None, share=share, events=(), feature="", within=None)
    needed = goals.needed_users(condition, seats=seats)
    assert needed is not None
    assert 1 <= needed <= seats
    assert needed * 100 >= seats * share > (needed - 1) * 100 or needed == 1
    assert goals.needed_users(condition, seats=None) is None


@pytest.mark.parametrize(
    ("span", "hours"),
    [
        (Span(36, SpanUnit.HOURS), 36),
        (Span(2, SpanUnit.CALENDAR_DAYS), 48),
        (Span(5, SpanUnit.WORKING_DAYS), 7 * 24),
        (Span(40, SpanUnit.WORKING_HOURS), 7 * 24),
    ],
)
def test_a_window_is_a_time_by_the_clock(span: Span, hours: int) -> None:
    assert goals.length(span) == timedelta(hours=hours)


def test_what_proves_it_and_how_far_it_got_is_said_in_words() -> None:
    goal = Goal(all=(Goal(users=10), Goal(events=("Report Run",))))
    users, report = goals.conditions(goal)
    waiting: dict[Condition, Answer] = {
        users: Answer(reached_at=None, value=4, needed=10),
        report: Answer(reached_at=BEGIN, value=1, needed=1),
    }
    verdict = goals.combine(goal, waiting)
    assert verdict.progress == "1 of 2 reached; open: 4 of 10 users active"
    assert verdict.share == pytest.approx(0.7)
    done = goals.combine(goal, {**waiting, users: Answer(reached_at=BEGIN + timedelta(days=2), value=11, needed=10)})
    text = goal_words.evidence(goal_queries.get_sentence(goal), done, "Europe/Berlin")
    assert text.startswith("Seen in usage: 10 different users were active and “Report Run” was done once.")
    assert "Reached on 4 March 2026 at 10:00 CET." in text
    share = ActiveUsers(number=None, share=70, events=(), feature="", within=None)
    unknown = goal_words.progress(share, Answer(reached_at=None, value=3, needed=None))
    assert unknown == "3 users active; how many seats are licensed is not known"


def test_what_a_goal_names_can_be_listed() -> None:
    goal = goal_queries.read_goal(
        {"all": [{"events": ["a"]}, {"feature": "reports"}, {"sequence": ["b", "c"]}, {"users": 2, "feature": "x"}]}
    )
    assert goal_queries.list_features(goal) == {"reports", "x"}
    assert goal_queries.list_events(goal) == {"a", "b", "c"}

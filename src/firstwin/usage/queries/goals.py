"""Goals for other domains: reading and writing them, what is wrong with one, and what it says. No database is asked."""

from collections.abc import Mapping

from firstwin.shared.errors import Problem
from firstwin.usage.contracts.goals import Goal, GoalProblem, InvalidGoalError, PlainGoal
from firstwin.usage.rules import goal_reading, goal_words, goals


def read_goal(plain: object) -> Goal:
    """Return a goal from JSON; raises InvalidGoalError that names the place of everything that is wrong."""
    goal, problems = goal_reading.read_goal(plain)
    if goal is None:
        found = tuple(Problem(one.place or "goal", one.message, one.remedy) for one in problems)
        raise InvalidGoalError(found[0].message, remedy=found[0].remedy, problems=found)
    return goal


def to_plain(goal: Goal) -> PlainGoal:
    """Return a goal as JSON that reads back as the same goal."""
    return goal_reading.to_plain(goal)


def list_problems(goal: Goal) -> tuple[GoalProblem, ...]:
    """Return what is wrong with a goal whose values have the right types."""
    return goals.problems(goal)


def get_sentence(goal: Goal, *, features: Mapping[str, str] | None = None) -> str:
    """Return a goal as a sentence that goes on after "reached when"; `features` gives the names of features by key."""
    return goal_words.say(goals.meaning(goal), features or {})


def list_features(goal: Goal) -> frozenset[str]:
    """Return the keys of the features that a goal asks for."""
    return goals.features_named(goal)


def list_events(goal: Goal) -> frozenset[str]:
    """Return the names of the events that a goal asks for."""
    return goals.events_named(goal)

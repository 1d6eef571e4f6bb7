"""Goals from JSON and back: strictly, with the place of everything that is wrong."""

import difflib
import types
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from firstwin.scheduling.contracts import InvalidSpanError, Span, parse_span
from firstwin.usage.contracts.goals import Goal, GoalProblem, PlainGoal
from firstwin.usage.rules import goals

MOST_ITEMS = 50
Path = tuple[str | int, ...]
_WRONG: Any = object()


def read_goal(plain: object) -> tuple[Goal | None, tuple[GoalProblem, ...]]:
    """A goal is read when all of its keys are known and all of its values fit; else every fault is named with its place."""
    reader = _Reader()
    goal = reader.goal(plain, ())
    if reader.problems:
        return None, tuple(reader.problems)
    found = goals.problems(goal)
    return (None, found) if found else (goal, ())


def to_plain(goal: Goal) -> PlainGoal:
    """A goal as JSON reads back as the same goal; what is left out stays out."""
    return {name: _plain(getattr(goal, name)) for name in goals.given(goal)}


def _plain(value: Any) -> Any:
    if isinstance(value, Goal):
        return to_plain(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Span):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _kind(hint: Any) -> tuple[type[Any], bool]:
    if get_origin(hint) is tuple:
        return get_args(hint)[0], True
    if get_origin(hint) in (Union, types.UnionType):
        return next(option for option in get_args(hint) if option is not type(None)), False
    return hint, False


_HINTS: Mapping[str, Any] = get_type_hints(Goal)
_NAMES = tuple(part.name for part in fields(Goal))


@dataclass(slots=True)
class _Reader:
    problems: list[GoalProblem] = field(default_factory=list)

    def report(self, path: Path, message: str, remedy: str) -> Any:
        if len(self.problems) < MOST_ITEMS:
            self.problems.append(GoalProblem(path=path, message=message, remedy=remedy))
        return _WRONG

    def goal(self, plain: object, path: Path) -> Goal:
        values: dict[str, Any] = {}
        if not isinstance(plain, Mapping):
            remedy = "Write keys and values, such as {events: [report_run], times: 3}."
            self.report(path, f"A goal should be a mapping, but is {_describe(plain)}.", remedy)
            return Goal()
        if len(path) > 2 * goals.MOST_DEPTH:
            self.report(path, "Conditions lie too deep.", "Write them side by side.")
            return Goal()
        for key, value in list(plain.items())[:MOST_ITEMS]:
            if key not in _HINTS:
                near = difflib.get_close_matches(str(key), _NAMES, n=1)
                remedy = f"Did you mean '{near[0]}'?" if near else f"Use one of: {', '.join(_NAMES)}."
                self.report((*path, str(key)[:60]), f"'{str(key)[:60]}' is not known in a goal.", remedy)
                continue
            kind, is_list = _kind(_HINTS[key])
            read = self.list(kind, value, (*path, key)) if is_list else self.single(kind, value, (*path, key))
            if read is not _WRONG:
                values[key] = read
        return Goal(**values)

    def list(self, kind: type[Any], value: object, path: Path) -> Any:
        if not isinstance(value, list | tuple):
            return self.report(path, f"'{path[-1]}' should be a list, but is {_describe(value)}.", "Write [one, two].")
        if len(value) > MOST_ITEMS:
            return self.report(path, f"'{path[-1]}' holds {len(value)} entries.", f"At most {MOST_ITEMS} fit.")
        items = tuple(self.single(kind, item, (*path, number)) for number, item in enumerate(value))
        return _WRONG if any(item is _WRONG for item in items) else items

    def single(self, kind: type[Any], value: object, path: Path) -> Any:
        if kind is Goal:
            return self.goal(value, path)
        if kind is Span:
            return self.span(value, path)
        if issubclass(kind, Enum):
            options = [str(member.value) for member in kind]
            if isinstance(value, str) and value in options:
                return kind(value)
            return self.report(path, f"{_describe(value)} is not possible here.", f"Use one of: {', '.join(options)}.")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if kind is float and isinstance(value, int | float) and is_number and abs(value) < 1e15:
            return float(value)
        if kind is int and isinstance(value, int) and is_number:
            return value
        if kind in (str, bool) and isinstance(value, kind):
            return value
        wanted = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}[kind]
        return self.report(path, f"This should be {wanted}, but is {_describe(value)}.", f"Write {wanted}.")

    def span(self, value: object, path: Path) -> Any:
        try:
            if isinstance(value, str):
                return parse_span(value)
        except InvalidSpanError:
            pass
        return self.report(path, f"{_describe(value)} is no length of time.", "Write 24h, 30d or 2w.")


def _describe(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return f"'{str(value)[:60]}'"

"""Hypothesis strategies that build any playbook that the dataclasses allow, read off the same shapes as the reader."""

from typing import Any

from hypothesis import strategies as st

from firstwin.playbooks.contracts import PlaybookDefinition, TaskKind, TaskSpec
from firstwin.playbooks.rules import shapes
from firstwin.scheduling.contracts import Span, SpanUnit
from firstwin.usage.contracts.goals import Goal
from tests.usage.goal_strategies import GOALS

SPANS = st.builds(Span, st.integers(-9999, 9999), st.sampled_from(SpanUnit))
TEXTS = st.one_of(
    st.sampled_from(
        ["", "true", "null", "1.5", "~", "- x", "a: b", " lead", "trail ", "two\nlines", "tail\n", "#", "a #b"]
    ),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n\t\x85\u2028\ufeff"),
        max_size=40,
    ),
)
FLOATS = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)
INTEGERS = st.integers(-(2**40), 2**40)


def single(kind: type[Any]) -> st.SearchStrategy[Any]:
    if kind is Span:
        return SPANS
    if kind is Goal:
        return GOALS
    if shapes.is_enum(kind):
        return st.sampled_from(list(kind))
    if kind is str:
        return TEXTS
    if kind is bool:
        return st.booleans()
    if kind is int:
        return INTEGERS
    if kind is float:
        return FLOATS
    if kind is shapes.MIXED:
        return st.one_of(TEXTS, INTEGERS, FLOATS, st.booleans())
    return part(kind)


def value(shape: shapes.FieldShape) -> st.SearchStrategy[Any]:
    strategy = single(shape.kind)
    if shape.is_list:
        return st.lists(strategy, max_size=2).map(tuple)
    return st.one_of(st.none(), strategy) if shape.is_optional else strategy


def part(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Build any value of a dataclass; a task gets the settings that fit its kind, or none."""
    chosen = {shape.name: st.deferred(lambda shape=shape: value(shape)) for shape in shapes.fields_of(cls)}
    if cls is not TaskSpec:
        return st.fixed_dictionaries({}, optional=chosen).flatmap(lambda some: _complete(cls, some))
    del chosen["settings"], chosen["kind"]
    return st.sampled_from(TaskKind).flatmap(lambda kind: _task(kind, chosen))


def _task(kind: TaskKind, chosen: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    settings = shapes.SETTINGS_OF_KIND.get(kind)
    strategy = st.one_of(st.none(), part(settings)) if settings else st.none()
    return st.fixed_dictionaries({"settings": strategy}, optional=chosen).flatmap(
        lambda some: _complete(TaskSpec, {**some, "kind": kind})
    )


def _complete(cls: type[Any], some: dict[str, Any]) -> st.SearchStrategy[Any]:
    needed = {shape.name: value(shape) for shape in shapes.fields_of(cls) if shape.required and shape.name not in some}
    for shape in shapes.fields_of(cls):
        if shape.name not in some and shape.name not in needed:
            some = {**some, shape.name: shape.default}
    return st.fixed_dictionaries(needed).map(lambda rest: cls(**some, **rest))


DEFINITIONS = part(PlaybookDefinition)

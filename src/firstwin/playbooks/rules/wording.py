"""Values of a playbook in plain words: "5 working days after kickoff"."""

import dataclasses
from collections.abc import Mapping
from enum import Enum
from typing import Any

from firstwin.playbooks.contracts import FieldSpec, LinkSpec, Moment, RepeatSpec, SegmentTarget
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import LinkType, Span
from firstwin.usage.contracts.goals import Goal
from firstwin.usage.queries import goals as goal_queries

LABELS: Mapping[str, str] = {
    "when": "condition",
    "after": "waits for",
    "start": "start",
    "due": "due",
    "duration_min": "shortest duration",
    "duration_max": "longest duration",
    "exit_criteria": "exit criteria",
    "estimate_hours": "estimated hours",
    "anchors": "anchor that it sets",
    "automatic": "done by Firstwin",
    "invite_within": "invited within",
    "first_value": "first win",
    "pass_mark": "pass mark",
    "to": "recipients",
    "minutes": "length in minutes",
    "add": "tasks that it adds",
    "remove": "tasks that it removes",
}

_LINKS = {
    LinkType.FINISH_TO_START: "",
    LinkType.START_TO_START: " to start",
    LinkType.FINISH_TO_FINISH: " to finish before it does",
    LinkType.START_TO_FINISH: " to start before it finishes",
}
LONG = 70


def label(field: str) -> str:
    """Return a key of the file as people say it."""
    return LABELS.get(field, field.replace("_", " "))


def say(value: Any, names: Mapping[str, str]) -> str:
    """Return a value in words; `names` gives the names of roles, stages and tasks by key."""
    if value is None or value in ("", ()):
        return "nothing"
    if isinstance(value, tuple):
        return ", ".join(say(item, names) for item in value)
    if dataclasses.is_dataclass(value):
        return _say_part(value, names)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return f"'{names.get(value, value)}'" if isinstance(value, str) else str(value)


def _say_part(value: Any, names: Mapping[str, str]) -> str:
    match value:
        case Span():
            return span(value)
        case Moment():
            return moment(value)
        case LinkSpec():
            lag = f" plus {span(value.lag)}" if value.lag else ""
            return f"'{names.get(value.task, value.task)}'{_LINKS[value.type]}{lag}"
        case RepeatSpec():
            end = f"{value.times} times" if value.times is not None else ""
            until = f"until {moment(value.until)}" if value.until is not None else ""
            return f"every {span(value.every)}, {end or until or 'without end'}"
        case Goal():
            return f"“{goal_queries.get_sentence(value)}”" if not goal_queries.list_problems(value) else "a goal"
        case _:
            return f"'{title(value)}'"


def span(value: Span) -> str:
    """Return a length of time in words: 5 working days."""
    return f"{'minus ' if value.amount < 0 else ''}{scheduling_queries.spoken(value)}"


def moment(value: Moment) -> str:
    """Return a moment in words: 24 hours after signature."""
    anchor = value.anchor.value.replace("_", " ")
    if value.offset.amount == 0:
        return f"at {anchor}"
    length = span(Span(abs(value.offset.amount), value.offset.unit))
    return f"{length} {'after' if value.offset.amount > 0 else 'before'} {anchor}"


def title(part: Any) -> str:
    """Return what a part is called."""
    if isinstance(part, FieldSpec):
        return part.label or part.key
    if isinstance(part, SegmentTarget):
        return say(part.segment, {})
    for name in ("name", "label", "text", "subject", "stage", "key"):
        if isinstance(found := getattr(part, name, None), str) and found:
            return found
    return type(part).__name__


def is_long(value: Any) -> bool:
    """Say whether a text is too long to be quoted in a sentence."""
    return isinstance(value, str) and (len(value) > LONG or "\n" in value)

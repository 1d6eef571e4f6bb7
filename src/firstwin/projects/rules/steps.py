"""What identifies a plan between two changes of it, and a change and its reversal in words."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from firstwin.projects.contracts.changes import FIELD_NAMES

LONGEST = 300
_MOST_NAMED = 3


def stamp(
    *, tasks: Iterable[tuple[str, int]], stages: Iterable[str], links: Iterable[str], project_version: int
) -> str:
    """A change of a plan can be taken back while the plan is as the change left it: the same parts at the same versions.

    Comments, files and time that passes are no change of a plan.
    """
    parts = [f"t{task_id}{version};" for task_id, version in sorted(tasks)]
    parts += [f"{part};" for part in (*sorted(stages), *sorted(links))]
    return hashlib.sha256(f"{''.join(parts)}p{project_version}".encode()).hexdigest()


def field_in_words(field: str) -> str:
    """What changed of a task is called as people call it: its length, not its duration; its end, not what is due."""
    return FIELD_NAMES.get(field, field.replace("_", " ").removesuffix(" at"))


def part_in_words(task_name: str, fields: Sequence[str]) -> str:
    """What a change changed of one task: the start and end of “Kickoff”."""
    *first, last = [field_in_words(field) for field in fields]
    named = f"{', '.join(first)} and {last}" if first else last
    return f"the {named} of “{task_name}”"


def in_words(said: Sequence[str]) -> str:
    """A change is named by what it changed of the first tasks, and how many more."""
    more = len(said) - _MOST_NAMED
    text = "; ".join(said[:_MOST_NAMED]) or "the plan"
    return (text if more <= 0 else f"{text[: LONGEST - 20]}; and {more} more")[:LONGEST]


def reversal(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What a task gets back, as its history tells it: dates that somebody set, its length, and its bounds.

    Dates that nobody set only follow, so they are not told.
    """
    told: list[tuple[str, str, str]] = []
    for name in ("start_at", "due_at"):
        mark = f"is_{name.removesuffix('_at')}_fixed"
        was_set = then.get(mark, now[mark])
        if (now[mark] or was_set) and (name in then or mark in then):
            told.append((name, _text(now[name]), _text(then.get(name, now[name])) if was_set else "by the plan"))
    if "timing" in then:
        told.append(("duration", now["timing"].get("duration") or "", then["timing"].get("duration") or ""))
    for name in ("not_before_at", "must_finish_by_at"):
        if name in then:
            told.append((name, _text(now[name]), _text(then[name])))
    return told


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else value.isoformat()

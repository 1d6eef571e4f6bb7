"""What identifies a plan between two changes of it, and a change and its reversal in words."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

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


def in_words(said: Sequence[str]) -> str:
    """A change is named by the first tasks that it changed, and how many more."""
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

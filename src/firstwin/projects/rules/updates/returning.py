"""Giving a running plan back to the version of its playbook that it follows."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from firstwin.projects.rules import standing
from firstwin.projects.rules.updates import comparing
from firstwin.projects.rules.updates.merging import Merged
from firstwin.projects.rules.updates.shapes import TASK, Link, Part, Shape
from firstwin.shared import wording

_TIMED = ("start", "due", "duration")


def returned(ours: Shape, version: Shape, taken: Sequence[Shape], free: Collection[UUID]) -> Merged:
    """Lengths, promised days and dependencies of `free` tasks that somebody changed by hand go back to what the version of
    the playbook says.

    What was `taken` over from a newer version stays, and so do a task that was added by hand and what waits for it. Who
    waited for something that was taken out waits for what that waited for.
    """
    versions = [_fitted(shape, ours) for shape in (version, *taken)]
    parts, changed = dict(ours.parts), set()
    for ref, own in ours.parts.items():
        said = [shape.parts[ref].values for shape in versions if ref in shape.parts]
        if own.sort != TASK or own.id not in free or ref not in version.parts:
            continue
        values = {**own.values, "after": _after(own, said, versions)}
        if _timing(own.values) not in [_timing(one) for one in said] and _is_timed_by(said[0], ours):
            values |= {word: said[0].get(word) for word in _TIMED}
            changed.add(ref)
        parts[ref] = replace(own, values=values)
    return Merged(shape=Shape(parts), changed=frozenset(changed))


def _timing(values: Mapping[str, Any]) -> list[Any]:
    return [values.get(word) for word in _TIMED]


def _is_timed_by(values: Mapping[str, Any], ours: Shape) -> bool:
    """A task that comes again is timed by its first time; where that was taken out, it keeps what it has."""
    anchor = str((values.get("start") or {}).get("anchor", ""))
    return not anchor.startswith("start:") or f"{TASK}:{anchor.partition(':')[2]}" in ours.parts


def _after(own: Part, said: Sequence[Mapping[str, Any]], versions: Sequence[Shape]) -> tuple[Link, ...]:
    links: tuple[Link, ...] = own.values.get("after", ())
    by_hand = [link for link in links if not any(link[0] in shape.parts for shape in versions)]
    rest = set(links) - set(by_hand)
    if any(rest == set(one.get("after", ())) for one in said):
        return links
    return tuple(sorted({*by_hand, *said[0].get("after", ())}))


def _fitted(version: Shape, ours: Shape) -> Shape:
    """A version as if what the project does without were out of it, and with as many times of what comes again."""
    last = {ref: _last_time(part, version, ours) for ref, part in version.parts.items() if part.sort == TASK}
    parts = {
        ref: replace(part, values={**part.values, "after": _mapped(part.values["after"], last)})
        if part.values.get("after")
        else part
        for ref, part in version.parts.items()
    }
    return comparing.without(Shape(parts), {ref for ref in parts if ref not in ours.parts})


def _mapped(after: Sequence[Link], last: Mapping[str, str]) -> tuple[Link, ...]:
    return tuple(sorted({(last.get(ref, ref), type_, lag) for ref, type_, lag in after}))


def _last_time(part: Part, version: Shape, ours: Shape) -> str:
    """What waits for something that comes again waits for the last time that it comes in this project."""
    numbered = re.compile(rf"{re.escape(TASK)}:{re.escape(part.family)}-(\d+)")
    times = [
        (int(found[1]), ref)
        for ref in ours.parts
        if (found := numbered.fullmatch(ref)) and (ref not in version.parts or version.parts[ref].family == part.family)
    ]
    return max(times)[1] if times else part.ref


def in_words(version: int, *, dates: int, lengths: int, links: int, late: Sequence[str]) -> tuple[str, ...]:
    """What goes back is counted, and who stays because the playbook would have them late by now is named."""
    counted = (dates, "date", "dates"), (lengths, "length", "lengths"), (links, "dependency", "dependencies")
    found = [f"{count} {one if count == 1 else many}" for count, one, many in counted if count]
    said = [f"Back to version {version} of the playbook: {wording.joined(found)}."] if found else []
    if late:
        stays, would = ("stays as it is", "it") if len(late) == 1 else ("stay as they are", "they")
        said.append(f"{standing.listed(late)} {stays}: by the playbook {would} would be late already.")
    return tuple(said)

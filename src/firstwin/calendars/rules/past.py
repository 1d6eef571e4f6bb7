"""What a calendar was before it changed, from what the change replaced."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from firstwin.calendars.contracts import PLACE_FIELDS
from firstwin.calendars.rules import hours, keeping
from firstwin.calendars.rules.resolving import OwnFacts


def replaced(before: OwnFacts, after: OwnFacts) -> dict[str, Any]:
    """What a change replaced, as plain values: the hours and places as they were, and of the exceptions those that differ,
    by id in hex, with nothing for one that was not there. Without labels: no date hangs on the reason of a leave.
    """
    old, new = ({fact.id: replace(fact, label="") for fact in own.days if fact.id} for own in (before, after))
    return {
        "week": [hours.stored(day) for day in before.week] if before.week else None,
        "country": before.country,
        "subdivision": before.subdivision,
        "days": {
            id.hex: keeping.kept_fact(old[id]) if id in old else None for id in old | new if old.get(id) != new.get(id)
        },
    }


def before_change(after: OwnFacts, change: Mapping[str, Any]) -> OwnFacts:
    """What somebody had of their own before a change; exceptions stand in the order of their ids, later ones beat earlier."""
    days = {fact.id: fact for fact in after.days if fact.id}
    for key, data in change["days"].items():
        days.pop(UUID(key), None)
        if data is not None:
            days[UUID(key)] = replace(keeping.fact_from(data), id=UUID(key))
    return OwnFacts(
        week=tuple(hours.loaded(day) for day in change["week"]) if change["week"] else None,
        country=change["country"],
        subdivision=change["subdivision"],
        days=tuple(days[id] for id in sorted(days)),
    )


def place_before(changes: Iterable[Sequence[str]]) -> dict[str, str]:
    """Where somebody was before they moved: the old time zone and country. `changes` holds (field, old, new)."""
    return {field: old for field, old, _ in changes if field in PLACE_FIELDS}


def place_in_words(changes: Iterable[Sequence[str]], name: str) -> str:
    """Where somebody works is part of their calendar: "the time zone of Ada changed". `changes` holds (field, old, new)."""
    changed = [field.replace("_", " ") for field in place_before(changes)]
    return f"the {' and '.join(changed)} of {name} changed"

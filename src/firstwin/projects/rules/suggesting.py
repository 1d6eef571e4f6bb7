"""Who could take a task: members by what speaks for them, with the reason as a sentence."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

_NEAR = 3
"""Hours that clocks may be apart for people to meet with ease."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What is known of a member in view of a task. `free` and `has_time` look at the weeks of the task only."""

    member_id: UUID
    name: str
    role_count: int
    segment_count: int
    skills: tuple[str, ...]
    hours_apart: float
    free: Decimal
    has_time: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the work is about, in words; `weeks` are those of the task, or of a whole role."""

    role: str
    segment: str
    hours: Decimal
    weeks: str = "the weeks of the task, which takes"


def ranked(candidates: list[Candidate], place: Place) -> list[tuple[Candidate, str]]:
    """Whoever has time for a task comes first; then who has filled its role, knows what it is about, has worked for such
    customers and keeps hours like the customer's; then who has most time left. The product only suggests: a person decides.

    Whoever is new to the role is named as such where somebody else is not.
    """
    is_filled = any(one.role_count for one in candidates)
    return [(one, reason_of(one, place, is_filled=is_filled)) for one in sorted(candidates, key=_order)]


def _order(one: Candidate) -> tuple[bool, int, Decimal, str]:
    points = 4 * (one.role_count > 0) + 3 * bool(one.skills) + 2 * (one.segment_count > 0)
    return not one.has_time, -points - (one.hours_apart <= _NEAR), -one.free, one.name


def reason_of(one: Candidate, place: Place, *, is_filled: bool) -> str:
    """The reason names what speaks for somebody, and what speaks against; `is_filled` where anybody has filled the role."""
    said = []
    if one.role_count:
        said.append(f"has been {place.role} in {_projects(one.role_count)}")
    elif is_filled:
        said.append(f"is new to the role of {place.role}")
    if one.skills:
        said.append(f"knows {' and '.join(one.skills)}")
    if one.segment_count:
        said.append(f"has worked in {_projects(one.segment_count)} of {place.segment} customers")
    if one.hours_apart <= _NEAR:
        said.append("keeps hours like the customer's")
    else:
        said.append(f"is {one.hours_apart:g} hours from the customer's time")
    room = f"has {one.free:.0f} hours free in {place.weeks} {float(round(place.hours, 1)):g}"
    said.append(room if one.has_time else f"{room}: too few")
    text = ", ".join(said[:-1]) + f" and {said[-1]}"
    return f"{text[0].upper()}{text[1:]}."


def _projects(count: int) -> str:
    return f"{count} project{'' if count == 1 else 's'}"

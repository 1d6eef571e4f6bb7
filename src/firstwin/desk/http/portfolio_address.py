"""What the address of the portfolio asks for: filters, sorting, view; and the same as chips that can be taken off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.http import QueryDict

from firstwin.customers.contracts import Industry, Segment
from firstwin.projects.contracts import ProjectState, Standing
from firstwin.projects.contracts.portfolio import ProjectFilters, ProjectSort
from firstwin.shared import states, wording
from firstwin.shared.errors import InvalidInputError, Problem

Choice = TypeVar("Choice", Standing, ProjectState, Segment, Industry, ProjectSort)
NARROWING = ("q", "standing", "state", "owner", "segment", "industry", "playbook", "stage")
"""Parameters that narrow the list; the others (sort, view, columns) say how it is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A portfolio as an address asks for it."""

    filters: ProjectFilters
    sort: ProjectSort
    is_descending: bool
    is_board: bool
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address without it."""

    label: str
    href: str


def read(query: QueryDict) -> Asked:
    """Return what an address asks for; raises InvalidInputError for a filter that does not exist."""
    sort = query.get("sort", "-updated")
    state = query.get("state", "")
    return Asked(
        filters=ProjectFilters(
            standings=tuple(_choice(Standing, text, "standing") for text in query.getlist("standing") if text),
            states=() if state in {"", "all"} else (_choice(ProjectState, state, "state"),),
            owner_id=_id(query.get("owner", ""), "owner"),
            playbook_id=_id(query.get("playbook", ""), "playbook"),
            segment=_choice(Segment, segment, "segment") if (segment := query.get("segment")) else None,
            industry=_choice(Industry, industry, "industry") if (industry := query.get("industry")) else None,
            stage=query.get("stage", ""),
            search=query.get("q", "").strip(),
            is_running=not state and not query.get("standing"),
        ),
        sort=_choice(ProjectSort, sort.removeprefix("-"), "sort"),
        is_descending=sort.startswith("-"),
        is_board=query.get("view") == "board",
        cursor=query.get("cursor") or None,
    )


def chips(query: QueryDict, *, owners: Mapping[str, str], playbooks: Mapping[str, str]) -> list[Chip]:
    """Return a chip for every filter that is on."""
    found = []
    for name in NARROWING:
        for value in filter(None, query.getlist(name)):
            found.append(Chip(_label(name, value, owners, playbooks), without(query, name, value)))
    return found


def without(query: QueryDict, name: str, value: str) -> str:
    """Return the address without one value of a parameter, from the first page."""
    rest = query.copy()
    rest.pop("cursor", None)
    rest.setlist(name, [kept for kept in rest.getlist(name) if kept != value])
    return f"?{rest.urlencode()}"


def cleared(query: QueryDict) -> str:
    """Return the address without any filter; how the list is shown stays."""
    rest = query.copy()
    for name in (*NARROWING, "cursor"):
        rest.pop(name, None)
    return f"?{rest.urlencode()}"


def _label(name: str, value: str, owners: Mapping[str, str], playbooks: Mapping[str, str]) -> str:
    match name:
        case "q":
            return f"“{value}”"
        case "owner":
            return f"Owner: {owners.get(value, 'someone else')}"
        case "playbook":
            return f"Playbook: {playbooks.get(value, 'another one')}"
        case "stage":
            return f"Stage: {value}"
        case "state" if value == "all":
            return "Finished ones too"
        case "standing" | "state":
            return states.state_of(value).word
        case _:
            return wording.in_words(value)


def _choice(kind: type[Choice], text: str, place: str) -> Choice:
    try:
        return kind(text)
    except ValueError:
        raise _unknown(place, text) from None


def _id(text: str, place: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise _unknown(place, text) from None


def _unknown(place: str, text: str) -> InvalidInputError:
    problem = Problem(place, f"“{text[:80]}” is not a filter of this list.", "Choose one from the filters.")
    return InvalidInputError(problem.message, remedy=problem.remedy, problems=(problem,))

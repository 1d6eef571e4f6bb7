"""The filters of the list of accounts, read from the address and shown as chips."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.http import HttpRequest

from firstwin.customers.contracts import AccountFilters, AccountSort, Industry, Segment
from firstwin.desk.http.access import words
from firstwin.identity.contracts import MemberInfo
from firstwin.shared import wording

Choice = TypeVar("Choice", bound=StrEnum)
NAMES = ("segment", "industry", "product", "owner", "q", "archived")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on and the address without it."""

    label: str
    remove_href: str


def _chosen(kind: type[Choice], text: str) -> tuple[Choice, ...]:
    return (kind(text),) if text in {item.value for item in kind} else ()


def _owner(text: str) -> tuple[UUID, ...]:
    try:
        return (UUID(text),)
    except ValueError:
        return ()


def filters_of(request: HttpRequest) -> AccountFilters:
    """Read the filters; a value that does not exist filters nothing."""
    product = words(request, "product")
    return AccountFilters(
        search=words(request, "q"),
        segments=_chosen(Segment, words(request, "segment")),
        industries=_chosen(Industry, words(request, "industry")),
        products=(product,) if product else (),
        owner_ids=_owner(words(request, "owner")),
        is_archived=words(request, "archived") == "yes",
    )


def sort_of(request: HttpRequest) -> AccountSort:
    """Read the order; by name unless another one is asked for."""
    chosen = _chosen(AccountSort, words(request, "sort"))
    return chosen[0] if chosen else AccountSort.NAME


def chips_of(request: HttpRequest, members: Iterable[MemberInfo]) -> list[Chip]:
    """Return the filters that are on."""
    owners = {str(member.id): member.name for member in members}
    chips = []
    for name in NAMES:
        if value := words(request, name):
            rest = request.GET.copy()
            rest.pop(name)
            rest.pop("cursor", None)
            chips.append(Chip(_label(name, value, owners), f"?{rest.urlencode()}"))
    return chips


def _label(name: str, value: str, owners: Mapping[str, str]) -> str:
    match name:
        case "q":
            return f"“{value}”"
        case "owner":
            return f"Owner: {owners.get(value, 'unknown')}"
        case "archived":
            return "Archived"
        case "product":
            return f"Bought {value}"
        case _:
            return wording.in_words(value)

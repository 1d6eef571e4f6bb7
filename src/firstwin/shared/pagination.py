"""Pages of lists: a cursor that survives rows being added, never an offset."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of a list; `next_cursor` is None on the last one. Cursors are opaque."""

    items: tuple[T, ...]
    next_cursor: str | None

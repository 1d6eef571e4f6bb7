"""Pages of lists: a cursor that survives rows being added, never an offset."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, OrderBy, Q

from firstwin.shared.errors import InvalidInputError, Problem

T = TypeVar("T")
Row = TypeVar("Row", bound=models.Model)
Found = TypeVar("Found", bound="models.Model | dict[str, Any]")

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
_LONGEST_CURSOR = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of a list; `next_cursor` is None on the last one. Cursors are opaque."""

    items: tuple[T, ...]
    next_cursor: str | None


def page_of(
    rows: models.QuerySet[Row],
    *,
    order: Sequence[str],
    cursor: str | None,
    limit: int = DEFAULT_PAGE_SIZE,
    convert: Callable[[Row], T],
) -> Page[T]:
    """Return the page of `rows` after `cursor` in the given order, in one query and without an offset.

    `order` names columns or annotations like Django does, "-" meaning descending; empty values come last either way,
    and the primary key is added at the end so that the order is total. A cursor holds only under the order that made
    it. Raises InvalidInputError for a malformed cursor and for a limit outside 1 to 200.
    """
    return page_with(rows, order=order, cursor=cursor, limit=limit, convert=lambda found: tuple(map(convert, found)))


def page_with(
    rows: models.QuerySet[Row],
    *,
    order: Sequence[str],
    cursor: str | None,
    limit: int = DEFAULT_PAGE_SIZE,
    convert: Callable[[list[Row]], tuple[T, ...]],
) -> Page[T]:
    """Like `page_of`, for lists whose rows are converted together (what they need is read for all of them at once)."""
    columns = [_Column.of(rows.model, name) for name in order]
    if all(column.name not in {"pk", rows.model._meta.pk.name} for column in columns):
        columns.append(_Column.of(rows.model, "pk"))
    shown, next_cursor = _cut(rows, columns, cursor, limit)
    return Page(items=convert(shown), next_cursor=next_cursor)


def page_of_groups(
    rows: "models.QuerySet[Any, Any]",
    *,
    order: Sequence[str],
    cursor: str | None,
    limit: int = DEFAULT_PAGE_SIZE,
    convert: Callable[[dict[str, Any]], T],
) -> Page[T]:
    """Like `page_of`, for rows that were grouped and added up; `order` must tell any two of them apart."""
    shown, next_cursor = _cut(rows, [_Column.of(rows.model, name) for name in order], cursor, limit)
    return Page(items=tuple(map(convert, shown)), next_cursor=next_cursor)


def _cut(
    rows: "models.QuerySet[Any, Found]", columns: "list[_Column]", cursor: str | None, limit: int
) -> "tuple[list[Found], str | None]":
    """Return the rows of a page, and the cursor of the next one."""
    if not 1 <= limit <= MAX_PAGE_SIZE:
        problem = Problem("limit", f"A page holds 1 to {MAX_PAGE_SIZE} rows.", "Ask for several pages.")
        raise InvalidInputError(problem.message, problems=(problem,))
    if cursor:
        rows = rows.filter(_after(columns, _decode(cursor, columns)))
    found = list(rows.order_by(*(column.order for column in columns))[: limit + 1])
    shown = found[:limit]
    return shown, _encode(columns, shown[-1]) if len(found) > limit else None


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    is_descending: bool
    is_nullable: bool
    field: "models.Field[Any, Any] | None"

    @staticmethod
    def of(model: type[models.Model], spec: str) -> "_Column":
        name = spec.removeprefix("-")
        field: models.Field[Any, Any] | None = None
        try:
            found = model._meta.pk if name == "pk" else model._meta.get_field(name)
            field = found if isinstance(found, models.Field) else None
        except FieldDoesNotExist:
            field = None  # an annotation, or a column of a joined table: may be empty, its values are plain JSON
        return _Column(name, spec.startswith("-"), field is None or field.null, field)

    @property
    def order(self) -> OrderBy:
        if not self.is_nullable:
            return F(self.name).desc() if self.is_descending else F(self.name).asc()
        return F(self.name).desc(nulls_last=True) if self.is_descending else F(self.name).asc(nulls_last=True)

    def value_of(self, row: models.Model | dict[str, Any]) -> Any:
        if isinstance(row, dict):
            return row[self.name]
        value: Any = row
        for part in self.name.split("__"):
            value = getattr(value, part, None)
        return value.pk if isinstance(value, models.Model) else value

    def read(self, value: Any) -> Any:
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("a cursor holds no null characters")
        if value is None or self.field is None:
            return value
        return self.field.to_python(value)


def _after(columns: list[_Column], values: list[Any]) -> Q:
    """Rows that come after a position: later in the first column, or equal there and after it in the rest."""
    condition: Q | None = None
    for column, value in reversed(list(zip(columns, values, strict=True))):
        if value is None:
            condition = None if condition is None else Q(**{f"{column.name}__isnull": True}) & condition
            continue
        beyond = "lt" if column.is_descending else "gt"
        later = Q(**{f"{column.name}__{beyond}": value})
        if column.is_nullable:
            later |= Q(**{f"{column.name}__isnull": True})
        condition = later if condition is None else later | (Q(**{column.name: value}) & condition)
    if condition is None:
        return Q(pk__in=[])
    first, value = columns[0], values[0]
    if not first.is_nullable and value is not None:
        # Says nothing new, but lets the database start in the index instead of reading everything before.
        condition &= Q(**{f"{first.name}__{'lte' if first.is_descending else 'gte'}": value})
    return condition


def _encode(columns: list[_Column], row: models.Model | dict[str, Any]) -> str:
    values = [_plain(column.value_of(row)) for column in columns]
    raw = msgspec.json.encode([_signature(columns), values])
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


def _decode(cursor: str, columns: list[_Column]) -> list[Any]:
    try:
        if len(cursor) > _LONGEST_CURSOR:
            raise ValueError("a cursor is short")
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        signature, values = msgspec.json.decode(raw, type=tuple[str, list[str | int | float | bool | None]])
        if signature != _signature(columns) or len(values) != len(columns):
            raise ValueError("a cursor belongs to one order")
        return [column.read(value) for column, value in zip(columns, values, strict=True)]
    except (ValueError, TypeError, OverflowError, binascii.Error, msgspec.MsgspecError, ValidationError):
        problem = Problem(
            "cursor", "This cursor does not belong to this list and order.", "Take next_cursor as it came, unchanged."
        )
        raise InvalidInputError(problem.message, problems=(problem,)) from None


def _signature(columns: list[_Column]) -> str:
    return ",".join(f"{'-' if column.is_descending else ''}{column.name}" for column in columns)

"""What is known of the tables of models: their columns, how to read them from a row, and how SQLite stores them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, models

Convert = Callable[[Any], Any]
encoder = msgspec.json.Encoder(enc_hook=str)


@dataclass(frozen=True, slots=True)
class Table:
    """Some columns of a table, their names quoted too, as a query has the table's.

    `fresh` and `fixed` are defaults of the last of them: new ones for each row, and others.
    """

    name: str
    columns: tuple[str, ...]
    quoted: tuple[str, ...]
    values: Callable[[models.Model], Sequence[Any]]
    converts: tuple[Convert | None, ...]
    fresh: tuple[Callable[[], Any], ...] = ()
    fixed: tuple[Any, ...] = ()


@cache
def given_table_of(model: type[models.Model], given: tuple[str, ...]) -> Table:
    """Return a table whose rows bring some columns: then come those with a new value for each row, then those whose
    default is the same for all.
    """
    others = [field for field in fields_of(model) if field.attname not in given]
    fresh = [field for field in others if callable(field.default) and field.default not in (dict, list)]
    fixed = [field for field in others if field not in fresh]
    table = table_of(model, (*given, *(field.attname for field in (*fresh, *fixed))))
    return replace(
        table, fresh=tuple(field.get_default for field in fresh), fixed=tuple(field.get_default() for field in fixed)
    )


@cache
def table_of(model: type[models.Model], attributes: tuple[str, ...] = ()) -> Table:
    """Return the columns of some attributes, of all unless named; numbers that the database counts up itself left out."""
    by_attribute = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_attribute[name] for name in attributes] or fields_of(model)
    columns = tuple(field.column or field.attname for field in fields)
    return Table(
        name=connection.ops.quote_name(model._meta.db_table),
        columns=columns,
        quoted=tuple(map(connection.ops.quote_name, columns)),
        values=attrgetter(*(field.attname for field in fields)),
        converts=tuple(_convert_of(field) for field in fields),
    )


def fields_of(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    """Return the columns that a new row brings."""
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


def target_of(field: "models.Field[Any, Any]") -> "models.Field[Any, Any]":
    """Return the column that a foreign key points at, or the field itself."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def stored(table: Table, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """Return rows as SQLite stores them; converted by column, since most columns need no conversion at all."""
    columns = zip(table.converts, zip(*rows, strict=True), strict=True)
    return zip(*(column if convert is None else map(convert, column) for convert, column in columns), strict=True)


def _convert_of(field: "models.Field[Any, Any]") -> Convert | None:
    """How SQLite stores the values of a column; None for those that it stores as they are, enumerations of texts too."""
    field = target_of(field)
    if isinstance(field, models.JSONField):
        return _json_text
    if isinstance(field, models.UUIDField):
        return _hexadecimal
    if isinstance(field, models.DateTimeField):
        return _instant_text
    return _text if isinstance(field, models.DateField) else None


@lru_cache(maxsize=4096)
def _instant_text(value: datetime | None) -> str | None:
    """Return an instant as Django writes it on SQLite; the same few instants come again and again in a plan."""
    return None if value is None else str(value.astimezone(UTC).replace(tzinfo=None))


def _json_text(value: Any) -> str | None:
    return None if value is None else encoder.encode(value).decode()


def _hexadecimal(value: UUID | None) -> str | None:
    return None if value is None else value.hex


def _text(value: Any) -> str | None:
    return None if value is None else str(value)

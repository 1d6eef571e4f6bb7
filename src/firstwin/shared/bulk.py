"""Many rows at once, without what the ORM does for each value of each row."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.db import connection, models

from firstwin.shared.models import InWorkspace

MOST_IN_A_STATEMENT = 2000
Convert = Callable[[Any], Any]
Row = TypeVar("Row", bound=models.Model)
_encoder = msgspec.json.Encoder(enc_hook=str)
_decoder = msgspec.json.Decoder()


def read_rows(
    model: type[Row], within: InWorkspace, where: Mapping[str, Any], *, order_by: tuple[str, ...] = ()
) -> list[Row]:
    """Return the rows of a workspace in which some columns have these values, all columns of them, in a fraction of the
    time that the ORM takes to put a query together and to make a row of what it finds.

    Columns are named as attributes (`project_id`). For tables of the columns that `insert_rows` takes.
    """
    scoped = {"workspace_id": within.workspace_id, **where}
    given = _table_of(model, tuple(scoped))
    values = tuple(scoped.values())
    if connection.vendor == "sqlite":
        (values,) = _stored(given, [values])
    with connection.cursor() as cursor:
        cursor.execute(_select(model, tuple(scoped), order_by), values)
        found = cursor.fetchall()
    reads, names, alias = _reads_of(model, connection.vendor), _names_of(model), connection.alias
    columns = [
        column if read is None else _read(column, read)
        for read, column in zip(reads, zip(*found, strict=True), strict=False)
    ]
    return [_row_of(model, zip(names, line, strict=True), alias) for line in zip(*columns, strict=True)]


@cache
def _select(model: type[models.Model], given: tuple[str, ...], order_by: tuple[str, ...]) -> str:
    every, conditions, order = (_table_of(model, names) for names in ((), given, order_by))
    quoted = connection.ops.quote_name
    selected = [
        # What drivers make of an instant costs more than the rest of its row; as text the same one is made once.
        f"CAST({quoted(name)} AS text)" if is_instant else quoted(name)
        for name, is_instant in zip(every.columns, _are_instants(model), strict=True)
    ]
    text = f"SELECT {', '.join(selected)} FROM {every.name} WHERE "  # noqa: S608
    text += " AND ".join(f"{quoted(name)} = %s" for name in conditions.columns)
    return f"{text} ORDER BY {', '.join(map(quoted, order.columns))}" if order_by else text


def _are_instants(model: type[models.Model]) -> list[bool]:
    return [isinstance(field, models.DateTimeField) for field in model._meta.concrete_fields]


@cache
def _names_of(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


def _read(values: Iterable[Any], read: Convert) -> list[Any]:
    return [None if value is None else read(value) for value in values]


def _row_of(model: type[Row], values: Iterable[tuple[str, Any]], alias: str) -> Row:
    row = model.__new__(model)
    row.__dict__.update(values)
    row._state = state = models.base.ModelState()
    state.adding, state.db = False, alias
    return row


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model in the caller's transaction; several times faster than `bulk_create`.

    For tables with ids made here and plain columns (texts, numbers, ids, instants, JSON). Defaults are those of the model
    instances; nothing is read back, and constraints of the database hold as ever.
    """
    if not rows:
        return
    insert = _insert_as_json if connection.vendor == "postgresql" else _insert_by_line
    table = _table_of(type(rows[0]))
    for start in range(0, len(rows), MOST_IN_A_STATEMENT):
        insert(table, [table.values(row) for row in rows[start : start + MOST_IN_A_STATEMENT]])


def insert_values(model: type[models.Model], lines: Sequence[Mapping[str, Any]]) -> None:
    """Insert new rows of a model given as values by attribute (`stage_id`), as `insert_rows` does, without making an
    instance for each: a third of the time of many small rows.

    All lines name the same attributes; the others, the id too, get the model's default.
    """
    if not lines:
        return
    insert = _insert_as_json if connection.vendor == "postgresql" else _insert_by_line
    table = _given_table_of(model, tuple(lines[0]))
    for start in range(0, len(lines), MOST_IN_A_STATEMENT):
        part = lines[start : start + MOST_IN_A_STATEMENT]
        insert(table, [(*line.values(), *(default() for default in table.fresh), *table.fixed) for line in part])


def update_rows(rows: Sequence[models.Model], columns: Sequence[str]) -> None:
    """Write some columns of rows of one model, found by their ids, in the caller's transaction: what `bulk_update` does,
    without a condition per row and column. Columns are named as attributes (`stage_id`).
    """
    if not rows:
        return
    update = _update_as_json if connection.vendor == "postgresql" else _update_by_line
    for start in range(0, len(rows), MOST_IN_A_STATEMENT):
        update(rows[start : start + MOST_IN_A_STATEMENT], ("id", *columns))


def _update_as_json(rows: Sequence[models.Model], attributes: tuple[str, ...]) -> None:
    table = _table_of(type(rows[0]), attributes)
    document = _encoder.encode([dict(zip(table.columns, table.values(row), strict=True)) for row in rows])
    changes = ", ".join(f"{name} = new.{name}" for name in map(connection.ops.quote_name, table.columns[1:]))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table.name} old SET {changes} "  # noqa: S608
            f"FROM json_populate_recordset(NULL::{table.name}, %s::json) new WHERE old.id = new.id",
            [document.decode()],
        )


def _update_by_line(rows: Sequence[models.Model], attributes: tuple[str, ...]) -> None:
    table = _table_of(type(rows[0]), attributes)
    changes = ", ".join(f"{connection.ops.quote_name(name)} = %s" for name in table.columns[1:])
    lines = _stored(table, map(table.values, rows))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table.name} SET {changes} WHERE id = %s",  # noqa: S608
            [[*values, key] for key, *values in lines],
        )


def _insert_as_json(table: "_Table", rows: Sequence[Sequence[Any]]) -> None:
    """Hand all rows over as one value: a fraction of the messages and of the parsing of a statement per row."""
    document = _encoder.encode([dict(zip(table.columns, row, strict=True)) for row in rows])
    names = ", ".join(map(connection.ops.quote_name, table.columns))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table.name} ({names}) "  # noqa: S608
            f"SELECT {names} FROM json_populate_recordset(NULL::{table.name}, %s::json)",
            [document.decode()],
        )


def _insert_by_line(table: "_Table", rows: Sequence[Sequence[Any]]) -> None:
    names = ", ".join(map(connection.ops.quote_name, table.columns))
    places = ", ".join(["%s"] * len(table.columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table.name} ({names}) VALUES ({places})",  # noqa: S608
            list(_stored(table, rows)),
        )


def _stored(table: "_Table", rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """Return rows as SQLite stores them; converted by column, since most columns need no conversion at all."""
    columns = zip(table.converts, zip(*rows, strict=True), strict=True)
    return zip(*(column if convert is None else map(convert, column) for convert, column in columns), strict=True)


@dataclass(frozen=True, slots=True)
class _Table:
    """What is known of a model: its table, its columns, how to read them from a row and how SQLite stores them."""

    name: str
    columns: tuple[str, ...]
    values: Callable[[models.Model], Sequence[Any]]
    converts: tuple[Convert | None, ...]
    fresh: tuple[Callable[[], Any], ...] = ()
    fixed: tuple[Any, ...] = ()


@cache
def _given_table_of(model: type[models.Model], given: tuple[str, ...]) -> _Table:
    """What is known of a table whose rows bring some columns: then come those with a new value for each row, then those
    whose default is the same for all.
    """
    others = [field for field in model._meta.concrete_fields if field.attname not in given]
    fresh = [field for field in others if callable(field.default) and field.default not in (dict, list)]
    fixed = [field for field in others if field not in fresh]
    table = _table_of(model, (*given, *(field.attname for field in (*fresh, *fixed))))
    return replace(
        table, fresh=tuple(field.get_default for field in fresh), fixed=tuple(field.get_default() for field in fixed)
    )


@cache
def _table_of(model: type[models.Model], attributes: tuple[str, ...] = ()) -> _Table:
    by_attribute = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_attribute[name] for name in attributes] or list(by_attribute.values())
    return _Table(
        name=connection.ops.quote_name(model._meta.db_table),
        columns=tuple(field.column or field.attname for field in fields),
        values=attrgetter(*(field.attname for field in fields)),
        converts=tuple(_convert_of(field) for field in fields),
    )


@cache
def _reads_of(model: type[models.Model], vendor: str) -> tuple[Convert | None, ...]:
    """How the values of each column come from the database; None for those that come as they are."""
    return tuple(_read_of(_target_of(field), vendor) for field in model._meta.concrete_fields)


def _read_of(field: "models.Field[Any, Any]", vendor: str) -> Convert | None:
    if isinstance(field, models.JSONField):
        return _decoder.decode
    if isinstance(field, models.DateTimeField):
        return _instant
    if vendor == "postgresql" or isinstance(field, _AS_THEY_ARE):
        return None
    for kind, read in _SQLITE_READS:
        if isinstance(field, kind):
            return read
    raise TypeError(f"{field} is no column that is read in bulk")


def _target_of(field: "models.Field[Any, Any]") -> "models.Field[Any, Any]":
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def _convert_of(field: "models.Field[Any, Any]") -> Convert | None:
    """How SQLite stores the values of a column; None for those that it stores as they are, enumerations of texts too."""
    field = _target_of(field)
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
    return None if value is None else _encoder.encode(value).decode()


def _hexadecimal(value: UUID | None) -> str | None:
    return None if value is None else value.hex


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


@lru_cache(maxsize=16_384)
def _instant(text: str) -> datetime:
    """Return an instant as it is written: PostgreSQL says how far it is from UTC, SQLite has it in UTC and says nothing."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


@lru_cache(maxsize=16_384)
def _uuid(text: str) -> UUID:
    """Return an id; those of a plan come again and again, and each costs more to make than the rest of its row."""
    return UUID(text)


_AS_THEY_ARE = (models.CharField, models.TextField, models.IntegerField, models.FloatField)
_SQLITE_READS: tuple[tuple[type["models.Field[Any, Any]"], Convert], ...] = (
    (models.UUIDField, _uuid),
    (models.DateField, date.fromisoformat),
    (models.BooleanField, bool),
)

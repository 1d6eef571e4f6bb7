"""Write many rows at once, in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models

from firstwin.shared.bulk import messages
from firstwin.shared.bulk.tables import Table, encoder, given_table_of, stored, table_of

MOST_IN_A_STATEMENT = 2000


def insert_rows(rows: Sequence[models.Model], *, replacing: tuple[str, ...] = ()) -> None:
    """Insert new rows of one model; several times faster than `bulk_create`.

    Defaults are those of the model instances; nothing is read back, and constraints of the database hold as ever. A row
    that is there already with the same values in the columns `replacing`, which a constraint keeps unique, is replaced.
    """
    if not rows:
        return
    table = table_of(type(rows[0]))
    for start in range(0, len(rows), MOST_IN_A_STATEMENT):
        _insert(table, [table.values(row) for row in rows[start : start + MOST_IN_A_STATEMENT]], replacing)


def insert_values(model: type[models.Model], lines: Sequence[Mapping[str, Any]]) -> None:
    """Insert new rows of a model given as values by attribute (`stage_id`), as `insert_rows` does, without making an
    instance for each: a third of the time of many small rows.

    All lines name the same attributes; the others, the id too, get the model's default.
    """
    if not lines:
        return
    table = given_table_of(model, tuple(lines[0]))
    for start in range(0, len(lines), MOST_IN_A_STATEMENT):
        part = lines[start : start + MOST_IN_A_STATEMENT]
        _insert(table, [(*line.values(), *(default() for default in table.fresh), *table.fixed) for line in part])


def update_rows(rows: Sequence[models.Model], columns: Sequence[str]) -> None:
    """Write some columns of rows of one model, found by their ids: what `bulk_update` does, without a condition per row
    and column. Columns are named as attributes (`stage_id`).
    """
    if not rows:
        return
    update = _update_as_json if connection.vendor == "postgresql" else _update_by_line
    for start in range(0, len(rows), MOST_IN_A_STATEMENT):
        update(rows[start : start + MOST_IN_A_STATEMENT], ("id", *columns))


def _update_as_json(rows: Sequence[models.Model], attributes: tuple[str, ...]) -> None:
    table = table_of(type(rows[0]), attributes)
    changes = ", ".join(f"{name} = new.{name}" for name in table.quoted[1:])
    source, document = _source(table, map(table.values, rows))
    messages.write(f"UPDATE {table.name} old SET {changes} FROM {source} new WHERE old.id = new.id", document)  # noqa: S608


def _update_by_line(rows: Sequence[models.Model], attributes: tuple[str, ...]) -> None:
    table = table_of(type(rows[0]), attributes)
    changes = ", ".join(f"{name} = %s" for name in table.quoted[1:])
    lines = stored(table, map(table.values, rows))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table.name} SET {changes} WHERE id = %s",  # noqa: S608
            [[*values, key] for key, *values in lines],
        )


def _insert(table: Table, rows: Sequence[Sequence[Any]], replacing: tuple[str, ...] = ()) -> None:
    """On PostgreSQL hand all rows over as one value: a fraction of the messages and of the parsing of one per row."""
    columns = ", ".join(table.quoted)
    if connection.vendor == "postgresql":
        source, document = _source(table, rows)
        messages.write(
            f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {source}{_replaced(table, replacing)}",  # noqa: S608
            document,
        )
        return
    places = ", ".join(["%s"] * len(table.columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table.name} ({columns}) VALUES ({places}){_replaced(table, replacing)}",  # noqa: S608
            list(stored(table, rows)),
        )


def _replaced(table: Table, replacing: tuple[str, ...]) -> str:
    if not replacing:
        return ""
    quoted = connection.ops.quote_name
    changes = ", ".join(f"{quoted(name)} = EXCLUDED.{quoted(name)}" for name in table.columns if name not in replacing)
    return f" ON CONFLICT ({', '.join(map(quoted, replacing))}) DO UPDATE SET {changes}"


def _source(table: Table, rows: Iterable[Sequence[Any]]) -> tuple[str, str]:
    """Return what PostgreSQL reads rows from, with a place for a value, and the value that holds them.

    One row is no set of rows: PostgreSQL takes every set for a hundred, for which it would rather read all of a small table.
    """
    found = [dict(zip(table.columns, row, strict=True)) for row in rows]
    function, value = ("json_populate_record", found[0]) if len(found) == 1 else ("json_populate_recordset", found)
    return f"{function}(NULL::{table.name}, %s::json)", encoder.encode(value).decode()

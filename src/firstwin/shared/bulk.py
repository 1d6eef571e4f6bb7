"""Many rows at once, without what the ORM does for each value of each row."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg.types.json import Jsonb

Convert = Callable[[Any], Any]


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model in the caller's transaction; several times faster than `bulk_create`.

    For tables with ids made here and plain columns (texts, numbers, ids, instants, JSON). Defaults are those of the model
    instances; nothing is read back, and constraints of the database hold as ever.
    """
    if not rows:
        return
    model = type(rows[0])
    fields = model._meta.concrete_fields
    values = attrgetter(*(field.attname for field in fields))
    converts = [(place, convert) for place, field in enumerate(fields) if (convert := _convert_of(field)) is not None]
    lines = []
    for row in rows:
        line = list(values(row))
        for place, convert in converts:
            if line[place] is not None:
                line[place] = convert(line[place])
        lines.append(line)
    names = ", ".join(connection.ops.quote_name(field.column or field.attname) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", lines)  # noqa: S608


def _convert_of(field: "models.Field[Any, Any]") -> Convert | None:
    """Return how values of a field are written, None where they are written as they are."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    is_postgresql = connection.vendor == "postgresql"
    if isinstance(field, models.JSONField):
        return Jsonb if is_postgresql else _json_text
    if is_postgresql:
        return str if isinstance(field, models.CharField | models.TextField) else None
    if isinstance(field, models.UUIDField):
        return _hexadecimal
    if isinstance(field, models.DateTimeField):
        return _instant_text
    return str if isinstance(field, models.CharField | models.TextField) else None


@lru_cache(maxsize=4096)
def _instant_text(value: datetime) -> str:
    """Return an instant as Django writes it on SQLite; the same few instants come again and again in a plan."""
    return str(value.astimezone(UTC).replace(tzinfo=None))


def _json_text(value: Any) -> str:
    return json.dumps(value)


def _hexadecimal(value: UUID) -> str:
    return value.hex

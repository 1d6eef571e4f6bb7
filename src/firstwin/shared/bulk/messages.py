"""Send statements to the database, all of them in one message."""

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from django.db import connection

Statement = tuple[str, Sequence[Any]]
"""A statement with places for values, and the values."""


def send(statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
    """Carry out statements, one after the other, and return the rows that each finds.

    PostgreSQL gets them together and answers them together, and puts a statement that it has seen on this connection neither
    into its own words nor in order again: for all but the largest plans that takes longer than to carry it out.
    """
    if connection.vendor != "postgresql":
        return [_send_one(text, values) for text, values in statements]
    found: list[list[tuple[Any, ...]]] = []

    def send_together(_: Callable[..., Any], *of_django: Any) -> None:
        del of_django  # the same statements and values, for whoever logs or counts them
        connection.validate_no_broken_transaction()
        driver: Any = connection.connection
        cursors = [psycopg.Cursor[tuple[Any, ...]](driver) for _ in statements]
        with connection.wrap_database_errors, driver.pipeline():
            for cursor, (text, values) in zip(cursors, statements, strict=True):
                cursor.execute(text, values, prepare=True)
        found.extend([] if cursor.description is None else cursor.fetchall() for cursor in cursors)

    with connection.cursor() as cursor, connection.execute_wrapper(send_together):
        cursor.executemany(";\n".join(text for text, _ in statements), [values for _, values in statements])
    return found


def _send_one(text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall())

"""Send statements to the database, several of them in one message."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

import psycopg
from django.db import connection

Statement = tuple[str, Sequence[Any]]
"""A statement with places for values, and the values."""
_waiting: ContextVar[list[Statement] | None] = ContextVar("waiting", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Send what is written here in bulk as one message to PostgreSQL, when the block ends or with whatever is asked before.

    So it is all there for whoever reads it, in the order in which it was written. Inside of a transaction; an error of the
    database comes when the message is sent, at the latest at the end of the block. SQLite sends no messages.
    """
    if _waiting.get() is not None or connection.vendor != "postgresql":
        yield
        return
    here = _waiting.set([])
    try:
        with connection.execute_wrapper(_after_what_waits):
            yield
            send([])
    finally:
        _waiting.reset(here)


def _after_what_waits(execute: Callable[..., Any], *statement: Any) -> Any:
    send([])
    return execute(*statement)


def write(text: str, document: str) -> None:
    """Send a statement with rows as one value, or let it wait for others."""
    waiting = _waiting.get()
    if waiting is not None:
        waiting.append((text, [document]))
    else:
        send([(text, [document])])


def send(statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
    """Carry out what waits, then statements, one after the other, and return the rows that each of these finds.

    PostgreSQL gets them together and answers them together, and puts a statement that it has seen on this connection neither
    into its own words nor in order again: for all but the largest plans that takes longer than to carry it out.
    """
    if connection.vendor != "postgresql":
        return [_send_one(text, values) for text, values in statements]
    waiting = _waiting.get() or []
    before = waiting.copy()
    waiting.clear()
    if not before and not statements:
        return []
    return _send_together([*before, *statements])[len(before) :]


def _send_together(statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
    found: list[list[tuple[Any, ...]]] = []

    def in_one_message(_: Callable[..., Any], *of_django: Any) -> None:
        del of_django  # the same statements and values, for whoever logs or counts them
        connection.validate_no_broken_transaction()
        driver: Any = connection.connection
        cursors = [psycopg.Cursor[tuple[Any, ...]](driver) for _ in statements]
        # One statement alone is answered sooner without what a pipeline does before and after it.
        pipeline = driver.pipeline() if len(statements) > 1 else nullcontext()
        with connection.wrap_database_errors, pipeline:
            for cursor, (text, values) in zip(cursors, statements, strict=True):
                cursor.execute(text, values, prepare=True)
        # Whether there are rows at all: a description would be made of every column for the asking.
        found.extend([] if cursor.rownumber is None else cursor.fetchall() for cursor in cursors)

    with connection.cursor() as cursor, connection.execute_wrapper(in_one_message):
        cursor.executemany(";\n".join(text for text, _ in statements), [values for _, values in statements])
    return found


def _send_one(text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall())

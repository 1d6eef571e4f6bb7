"""Columns as numbers, for sums over thousands of rows without a date or a document read for each.

They name no kind of number, so that what the database returns is taken as it is.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler


class Microseconds(models.Func):
    """An instant in microseconds since 1970, to the second."""

    output_field = models.Field()
    template = "CAST(EXTRACT(EPOCH FROM %(expressions)s) AS bigint) * 1000000"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """Return it from the day number that SQLite reads out of a text."""
        template = "CAST(ROUND((julianday(%(expressions)s) - 2440587.5) * 86400) AS INTEGER) * 1000000"
        return super().as_sql(compiler, connection, template=template, **context)


class EstimateHours(models.Func):
    """The hours written down for a task; null where there are none."""

    output_field = models.Field()
    template = "CAST(%(expressions)s ->> 'estimate_hours' AS double precision)"

    def __init__(self) -> None:
        super().__init__(models.F("details"))

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """Return it from the text of the document."""
        template = "JSON_EXTRACT(%(expressions)s, '$.estimate_hours')"
        return super().as_sql(compiler, connection, template=template, **context)

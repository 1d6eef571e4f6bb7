"""How conditions are put to the database where Django's own way does not hold for what comes by the thousand."""

import json
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignKey
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler

MOST_VALUES = 1_000
"""SQLite takes 32,766 values with a statement as it is usually built, and other parts of the statement need some too."""


class _OneValue:
    """On SQLite a long list goes as one value, which is a list in JSON."""

    def as_sqlite(self: Any, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """Return the condition and its values."""
        text, values = self.as_sql(compiler, connection)
        if len(values) <= MOST_VALUES or not self.rhs_is_direct_value():
            return text, values
        column, own = self.process_lhs(compiler, connection)
        listed = values[len(own) :]
        if not all(isinstance(value, str | int) for value in listed):
            return text, values
        return f"{column} IN (SELECT value FROM json_each(%s))", [*own, json.dumps(listed)]  # noqa: S608 - a column


class InOneValue(_OneValue, In):
    """`in` for columns."""


class RelatedInOneValue(_OneValue, RelatedIn):
    """`in` for keys of other tables."""


def register() -> None:
    """Let every `in` of the product be put so."""
    Field.register_lookup(InOneValue)
    ForeignKey.register_lookup(RelatedInOneValue)

"""Read rows by what some of their columns hold."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from itertools import islice
from typing import Any, Generic, TypeVar, overload
from uuid import UUID

import msgspec
from django.db import connection, models

from firstwin.shared.bulk import messages
from firstwin.shared.bulk.tables import Convert, encoder, table_of, target_of
from firstwin.shared.models import InWorkspace, UnscopedQueryError

Row = TypeVar("Row", bound=models.Model)
Answer = TypeVar("Answer")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
_decoder = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Across:
    """Rows of every workspace, or of a table that belongs to none: for the engine itself, never for a page."""

    reason: str

    def __post_init__(self) -> None:
        if not self.reason:
            raise UnscopedQueryError("say why every workspace is read")


@dataclass(frozen=True, slots=True, kw_only=True)
class That:
    """What a column of the one row holds in which some columns have these values."""

    model: type[models.Model]
    column: str
    where: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[Row]):
    """Rows of a table, all their columns, where some columns hold a value, nothing (None), one of a collection, or that of
    another row.

    Columns are named as attributes (`project_id`). `joined` is a foreign key whose rows come along, and whose columns
    `order_by` may name ("user.name"). Locked until the end of the transaction if asked.
    """

    model: type[Row]
    where: Mapping[str, Any] = field(default_factory=dict)
    order_by: tuple[str, ...] = ()
    joined: str = ""
    is_locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[Answer]):
    """What a domain reads, and what it makes of the rows of each reading: so others can have it asked with their own."""

    within: InWorkspace | Across
    readings: tuple[Reading[Any], ...]
    answer: Callable[..., Answer]


def read_rows(
    model: type[Row],
    within: InWorkspace | Across,
    where: Mapping[str, Any],
    *,
    order_by: tuple[str, ...] = (),
    joined: str = "",
    is_locked: bool = False,
) -> list[Row]:
    """Return the rows of a workspace in which some columns have these values; see Reading."""
    (found,) = read_together(
        within, Reading(model=model, where=where, order_by=order_by, joined=joined, is_locked=is_locked)
    )
    return found


def read_together(within: InWorkspace | Across, *readings: Reading[Any]) -> list[list[Any]]:
    """Return the rows of several readings, in their order: on PostgreSQL with one message there and one back.

    Each sees what was committed when it begins, so that what is read after a locked row is as whoever had it locked left it.
    """
    (found,) = ask(Question(within=within, readings=readings, answer=lambda *rows: list(rows)))
    return found


@overload
def ask(one: Question[A], /) -> tuple[A]: ...
@overload
def ask(one: Question[A], two: Question[B], /) -> tuple[A, B]: ...
@overload
def ask(one: Question[A], two: Question[B], three: Question[C], four: Question[D], /) -> tuple[A, B, C, D]: ...
def ask(*questions: Question[Any]) -> tuple[Any, ...]:
    """Return the answers to several questions: on PostgreSQL with one message there and one back, as `read_together`."""
    vendor, alias = connection.vendor, connection.alias
    asked = [(one, _own(question)) for question in questions for one in question.readings]
    found = messages.send([_statement(one, own, vendor) for one, own in asked])
    rows = iter([_rows_of(one, lines, vendor, alias) for (one, _), lines in zip(asked, found, strict=True)])
    return tuple(question.answer(*islice(rows, len(question.readings))) for question in questions)


# what is asked ------------------------------------------------------------------------------------------------------


def _own(question: Question[Any]) -> Mapping[str, Any]:
    within = question.within
    return {} if isinstance(within, Across) else {"workspace_id": within.workspace_id}


def _statement(reading: Reading[Any], own: Mapping[str, Any], vendor: str) -> tuple[str, list[Any]]:
    model: type[models.Model] = reading.model
    conditions, values = _conditions(model, {**own, **reading.where}, own, vendor)
    text = _select(model, conditions, reading.order_by, reading.joined, reading.is_locked, vendor)
    return text, values


def _conditions(
    model: type[models.Model], where: Mapping[str, Any], own: Mapping[str, Any], vendor: str
) -> tuple[tuple[tuple[str, str], ...], list[Any]]:
    """Return what has to hold of each column, with places for values, and the values."""
    conditions: list[tuple[str, str]] = []
    values: list[Any] = []
    for name, value in where.items():
        if value is None:
            conditions.append((name, "IS NULL"))
        elif isinstance(value, That):
            inner, inner_values = _conditions(value.model, {**own, **value.where}, own, vendor)
            conditions.append((name, f"= ({_column_of(value.model, value.column, inner)})"))
            values += inner_values
        elif isinstance(value, Collection) and not isinstance(value, str):
            conditions.append((name, _ONE_OF[vendor]))
            values.append(_one_of(model, name, value, vendor))
        else:
            conditions.append((name, "= %s"))
            values.append(_plain(model, name, value, vendor))
    return tuple(conditions), values


_ONE_OF = {"postgresql": "= ANY(%s)", "sqlite": "IN (SELECT value FROM json_each(%s))"}


def _one_of(model: type[models.Model], name: str, values: Collection[Any], vendor: str) -> Any:
    found = [_plain(model, name, value, vendor) for value in values]
    return encoder.encode(found).decode() if vendor == "sqlite" else found


def _plain(model: type[models.Model], name: str, value: Any, vendor: str) -> Any:
    if vendor != "sqlite":
        return value
    (convert,) = table_of(model, (name,)).converts
    return value if convert is None else convert(value)


@cache
def _column_of(model: type[models.Model], column: str, conditions: tuple[tuple[str, str], ...]) -> str:
    return f"SELECT {_name(model, column)} FROM {_quoted(model._meta.db_table)}{_where(model, conditions)}"  # noqa: S608


def _where(model: type[models.Model], conditions: tuple[tuple[str, str], ...]) -> str:
    if not conditions:
        return ""
    return f" WHERE {' AND '.join(f'{_name(model, name)} {condition}' for name, condition in conditions)}"


@cache
def _select(
    model: type[models.Model],
    conditions: tuple[tuple[str, str], ...],
    order_by: tuple[str, ...],
    joined: str,
    is_locked: bool,
    vendor: str,
) -> str:
    text = f"SELECT {', '.join(_selected(model))}"
    source = _quoted(model._meta.db_table)
    if joined:
        other, key = _joined(model, joined), f"{joined}_id"
        text += f", {', '.join(_selected(other))}"
        source += (
            f" JOIN {_quoted(other._meta.db_table)} ON {_name(model, key)} = {_name(other, other._meta.pk.attname)}"
        )
    text += f" FROM {source}{_where(model, conditions)}"
    if order_by:
        text += f" ORDER BY {', '.join(_ordered(model, joined, name) for name in order_by)}"
    return f"{text} FOR UPDATE OF {_quoted(model._meta.db_table)}" if is_locked and vendor == "postgresql" else text


def _ordered(model: type[models.Model], joined: str, name: str) -> str:
    of_other = name.removeprefix(f"{joined}.") if joined else name
    return _name(model, name) if of_other == name else _name(_joined(model, joined), of_other)


def _selected(model: type[models.Model]) -> list[str]:
    # What drivers make of instants and ids costs more than the rest of a row; as text the same one is made once.
    return [
        f"CAST({_name(model, one.attname)} AS text)"
        if isinstance(target_of(one), models.DateTimeField | models.UUIDField)
        else _name(model, one.attname)
        for one in model._meta.concrete_fields
    ]


def _name(model: type[models.Model], attribute: str) -> str:
    column = next(one.column for one in model._meta.concrete_fields if one.attname == attribute)
    return f"{_quoted(model._meta.db_table)}.{_quoted(column or attribute)}"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _joined(model: type[models.Model], name: str) -> type[models.Model]:
    other = model._meta.get_field(name).related_model
    if not isinstance(other, type):
        raise TypeError(f"{name} is no foreign key")
    return other


# what is found ------------------------------------------------------------------------------------------------------


def _rows_of(reading: Reading[Row], found: Sequence[Sequence[Any]], vendor: str, alias: str) -> list[Row]:
    columns = list(zip(*found, strict=True))
    rows = _made(reading.model, columns, vendor, alias)
    if reading.joined and rows:
        others = _made(_joined(reading.model, reading.joined), columns[len(_names_of(reading.model)) :], vendor, alias)
        for row, other in zip(rows, others, strict=True):
            row._state.fields_cache[reading.joined] = other
    return rows


def _made(model: type[Row], columns: Sequence[Sequence[Any]], vendor: str, alias: str) -> list[Row]:
    names = _names_of(model)
    read = [
        column if read is None else _read(column, read)
        for read, column in zip(_reads_of(model, vendor), columns, strict=False)
    ]
    return [_row_of(model, zip(names, line, strict=True), alias) for line in zip(*read, strict=True)]


def _row_of(model: type[Row], values: Iterable[tuple[str, Any]], alias: str) -> Row:
    row = model.__new__(model)
    row.__dict__.update(values)
    row._state = state = models.base.ModelState()
    state.adding, state.db = False, alias
    return row


def _read(values: Iterable[Any], read: Convert) -> list[Any]:
    return [None if value is None else read(value) for value in values]


@cache
def _names_of(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


@cache
def _reads_of(model: type[models.Model], vendor: str) -> tuple[Convert | None, ...]:
    """How the values of each column come from the database; None for those that come as they are."""
    return tuple(_read_of(target_of(field), vendor) for field in model._meta.concrete_fields)


def _read_of(field: "models.Field[Any, Any]", vendor: str) -> Convert | None:
    if isinstance(field, models.JSONField):
        return _decoder.decode
    if isinstance(field, models.DateTimeField):
        return _instant
    if isinstance(field, models.UUIDField):
        return _uuid
    if vendor == "postgresql" or isinstance(field, _AS_THEY_ARE):
        return None
    if isinstance(field, models.DecimalField):
        return _decimals_of(field)
    raise TypeError(f"{field} is no column that is read in bulk")


def _decimals_of(field: "models.DecimalField[Any, Any]") -> Convert:
    step, context = Decimal(1).scaleb(-field.decimal_places), field.context
    return lambda value: context.create_decimal_from_float(value).quantize(step, context=context)


@lru_cache(maxsize=16_384)
def _instant(text: str) -> datetime:
    """Return an instant as it is written: PostgreSQL says how far it is from UTC, SQLite has it in UTC and says nothing."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


@lru_cache(maxsize=16_384)
def _uuid(text: str) -> UUID:
    """Return an id; those of a plan come again and again, and each costs more to make than the rest of its row."""
    return UUID(text)


# Dates and truths too: Django has taught the driver of SQLite to read them by the declared type of their column.
_AS_THEY_ARE = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.FloatField,
    models.DateField,
    models.BooleanField,
)

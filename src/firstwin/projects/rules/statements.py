"""The statement of a project's days for both sides: what of the ledger a customer may read."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import groupby
from uuid import UUID

from firstwin.playbooks.contracts import Side, Visibility
from firstwin.projects.contracts.ledger import DayEntry, LedgerReason, LedgerSide, StatementLine

OUR_WORK = "Work on our side"
Tasks = Mapping[UUID, tuple[Side, Visibility]]


def lines(entries: Iterable[DayEntry], tasks: Tasks, names: Mapping[LedgerSide, str]) -> tuple[StatementLine, ...]:
    """A statement has the days of the ledger, those won back too, with its side and reason; nobody is named.

    A task is named where the customer sees it, any other is work on our side. What somebody said stands there only
    where the customer's plan shows it: for what is stuck on the customer's own tasks.
    """
    told = [_line(entry, tasks, names) for entry in entries]
    found: list[StatementLine] = []
    for _, group in groupby(told, key=_alike):
        together = list(group)
        days = sum(line.days for line in together)
        found.append(replace(together[0], on=together[-1].on, days=days))
    return tuple(found)


def _line(entry: DayEntry, tasks: Tasks, names: Mapping[LedgerSide, str]) -> StatementLine:
    side, visibility = tasks.get(entry.task_id, (None, None)) if entry.task_id else (None, None)
    is_hidden = entry.is_internal or visibility not in {None, Visibility.SHARED}
    is_said = entry.reason is LedgerReason.STUCK and side is Side.CUSTOMER and not is_hidden
    what = OUR_WORK if is_hidden and entry.task_id else entry.task_name
    return StatementLine(
        since=entry.since,
        on=entry.on,
        days=entry.days,
        side=entry.side,
        side_name=names[entry.side],
        words=entry.words,
        what=what,
        said=entry.text if is_said else "",
    )


def _alike(line: StatementLine) -> tuple[StatementLine, bool]:
    return replace(line, since=date.min, on=date.min, days=0), line.days > 0

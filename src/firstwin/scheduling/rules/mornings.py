"""One plan dated from each of many mornings on, at once: its end, and what holds it back.

What is still open moves with every morning, and with it most of a plan. A plain item, a stage and a fact are dated for
all mornings in one step each, as rows of numbers; any other item for one morning after the other by the forward pass,
whose rules these are. What holds back an end is handed on with its date, so that no way has to be gone back for it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from firstwin.scheduling.contracts import PlanDates, PlanItem, PlanNetwork
from firstwin.scheduling.rules import drivers, spans
from firstwin.scheduling.rules.hours import Table
from firstwin.scheduling.rules.instants import Ticks, moment, ticks
from firstwin.scheduling.rules.network import Bond, End, PlanGraph, binds_start, is_due_first
from firstwin.scheduling.rules.plan import PROJECT_START, ForwardPass, graph_of, has_same_order, plan_dates
from firstwin.scheduling.rules.timetable import Timetable

Row = NDArray[np.int64]
"""A number for each morning: an instant, or the item that holds back."""

Dated = tuple[Row, Row]
"""When an end is, and which item holds it back (NOBODY: none does), for each morning."""

NOBODY = -1
FEWEST = 20
"""Mornings from which on dating them at once is cheaper than one after the other."""
MOST_SPECIAL = 0.2
"""The share of items that are dated one morning after the other up to which the rest makes up for it."""


def ends_of(networks: Sequence[PlanNetwork], like: PlanDates | None = None) -> list[tuple[datetime, str | None]]:
    """The end of a plan, and the key of the open item that holds it back, in each of several networks with `open_from`."""
    if not networks:
        return []
    graph = graph_of(networks[0], like)
    if not (_is_worth_it(graph, len(networks)) and all(has_same_order(graph.network, one) for one in networks)):
        return _one_after_the_other(networks, like)
    last, held_by = _Mornings(graph, networks).last()
    keys = [item.key for item in graph.items]
    return [
        (moment(at), None if number == NOBODY else keys[number])
        for at, number in zip(last.tolist(), held_by.tolist(), strict=True)
    ]


def _one_after_the_other(networks: Sequence[PlanNetwork], dates: PlanDates | None) -> list[tuple[datetime, str | None]]:
    found: list[tuple[datetime, str | None]] = []
    for network in networks:
        dates = plan_dates(network, dates)
        found.append((dates.end_at, drivers.held_back_by(network, dates)))
    return found


def _is_worth_it(graph: PlanGraph, count: int) -> bool:
    """Whether so many mornings of a plan are better dated at once. A promise that a day set by hand holds back is not: what
    holds it back shows only when all is dated.
    """
    if count < FEWEST or graph.end_waits or not graph.items:
        return False
    if any(is_due_first(item) and item.not_before is not None for item in graph.items):
        return False
    special = sum(
        not graph.is_plain[number] and not _is_fact(item) and not _is_plain_stage(item)
        for number, item in enumerate(graph.items)
    )
    return special <= MOST_SPECIAL * len(graph.items)


def _is_fact(item: PlanItem) -> bool:
    return item.is_done and item.fixed_start_at is not None and item.fixed_due_at is not None


def _is_plain_stage(item: PlanItem) -> bool:
    is_placed = item.start or item.due or item.at_least or item.not_before or item.fixed_start_at or item.fixed_due_at
    return item.is_stage and not is_placed


class _Mornings:
    """The dates of every end for each of some mornings."""

    def __init__(self, graph: PlanGraph, networks: Sequence[PlanNetwork]) -> None:
        self.graph, self.networks = graph, networks
        opened = [network.open_from for network in networks if network.open_from is not None]
        self.mornings: Row = np.array([ticks(at) for at in opened], dtype=np.int64)
        starts = {pause.start_at for network in networks for pause in network.pauses}
        self.last_pause: Ticks | None = max(map(ticks, starts), default=None)
        self.nobody: Row = np.full(len(networks), NOBODY, dtype=np.int64)
        self.ends: list[Dated] = [(self.nobody, self.nobody)] * (graph.project_end + 1)
        self.tables = {calendar: _Days(calendar) for calendar in set(graph.calendars)}
        start = graph.network.anchors[PROJECT_START]
        self.begin = self._always(ticks(start)), self.nobody

    @cached_property
    def forwards(self) -> list[ForwardPass]:
        """A pass for each morning, for what is dated one after the other."""
        return [ForwardPass(self.graph, network=network) for network in self.networks]

    def last(self) -> Dated:
        """Date everything, and return the end of the plan."""
        for end in self.graph.order:
            number, item = end >> 1, self.graph.items[end >> 1]
            if self.graph.is_plain[number]:
                self._plain(number, item)
            elif _is_fact(item):
                self.ends[end] = self._fact(end, item), self.nobody
            elif _is_plain_stage(item):
                self.ends[end] = self._stage_due(number) if end & 1 else self._stage_start(number)
            else:
                self.ends[end] = self._one_by_one(end)
        return self._last(range(len(self.graph.items)))

    def _last(self, numbers: Iterable[int]) -> Dated:
        """The due of the last of some items; tasks before stages, then as they stand in the plan."""
        in_order = sorted(numbers, key=lambda number: self.graph.items[number].is_stage)
        instants, held_by = (np.array(rows) for rows in zip(*(self.ends[2 * n + 1] for n in in_order), strict=True))
        latest, every = instants.argmax(axis=0), np.arange(instants.shape[1])
        return instants[latest, every], held_by[latest, every]

    def _always(self, at: Ticks) -> Row:
        return np.full(len(self.networks), at, dtype=np.int64)

    # plain items, as ForwardPass dates them ---------------------------------------------------------------------------

    def _plain(self, number: int, item: PlanItem) -> None:
        graph, days, stage = self.graph, self.graph.work_days[number], self.graph.stages[number]
        calendar, table = graph.calendars[number], self.tables[graph.calendars[number]]
        finish = self._bound(number, graph.finish_bonds[number])
        bound = self._bound(number, graph.start_bonds[number])
        if finish is not None and item.duration is not None:
            begin = _each(finish[0], lambda at: spans.begins(calendar, at, item.duration))  # type: ignore[arg-type]
            bound = _later((begin, finish[1]), bound)
        still_open = self.mornings, np.full_like(self.mornings, number)
        bound = still_open if bound is None else _later(bound, still_open)
        start, held_by = _later(self.ends[2 * stage] if stage >= 0 else self.begin, bound)
        if days > 0:
            start, due = table.work(start, days)
        elif days == 0 or item.duration is None:
            due = start = table.moment_at_or_after(start)
        else:
            start = _each(start, calendar.at_or_after)
            due = _each(start, lambda at: spans.ends(calendar, at, item.duration))  # type: ignore[arg-type]
        due = self._paused(start, due)
        self.ends[2 * number] = start, held_by
        self.ends[2 * number + 1] = (due, held_by) if finish is None else _later((due, held_by), finish)

    def _bound(self, number: int, bonds: Sequence[Bond]) -> Dated | None:
        """The latest of what links say; of two at the same time the one that stands later."""
        latest: Dated | None = None
        for bond in bonds:
            found = self._linked(number, bond)
            latest = found if latest is None else _later(found, latest)
        return latest

    def _linked(self, number: int, bond: Bond) -> Dated:
        (source, link), calendar = bond, self.graph.calendars[number]
        at, held_by = self.ends[source]
        if link.lag is None:
            return at, held_by
        is_start = binds_start(link)
        return self._paused(
            at, _each(at, lambda one: spans.lagged(calendar, one, link.lag, is_start=is_start))
        ), held_by

    def _paused(self, since: Row, until: Row) -> Row:
        """What is open starts after every pause that is over, but for what is under way."""
        if self.last_pause is None or since.min() > self.last_pause:
            return until
        pairs = zip(self.forwards, since.tolist(), until.tolist(), strict=True)
        return np.array([forward.paused(one, other) for forward, one, other in pairs], dtype=np.int64)

    # stages, facts, and everything else -------------------------------------------------------------------------------

    def _stage_start(self, number: int) -> Dated:
        bound, stage = self._bound(number, self.graph.start_bonds[number]), self.graph.stages[number]
        at, held_by = _later(self.ends[2 * stage], bound) if stage >= 0 else bound or self.begin
        return self.tables[self.graph.calendars[number]].moment_at_or_after(at), held_by

    def _stage_due(self, number: int) -> Dated:
        start = self.ends[2 * number]
        children = self.graph.counted_children(number)
        return _later(self._last(children), start) if children else start

    def _fact(self, end: End, item: PlanItem) -> Row:
        given = item.fixed_due_at if end & 1 else item.fixed_start_at
        return self._always(ticks(given)) if given is not None else self.nobody

    def _one_by_one(self, end: End) -> Dated:
        waits = {source for source in (*self.graph.waits_of(end), end & ~1) if source != end}
        known = [(source, self.ends[source][0].tolist()) for source in waits]
        at, held_by = np.empty_like(self.mornings), np.empty_like(self.mornings)
        for position, forward in enumerate(self.forwards):
            for source, instants in known:
                forward.at[source] = instants[position]
            at[position] = forward.date(end)
            if drivers.is_held_open(forward, end):
                held_by[position] = end >> 1
            else:
                before = drivers.before(forward, end)
                held_by[position] = NOBODY if before is None else self.ends[before][1][position]
        return at, held_by


class _Days:
    """The working days of a calendar as rows of numbers."""

    def __init__(self, calendar: Timetable) -> None:
        self.calendar = calendar
        self.table: Table | None = None
        self.opens: Row = np.empty(0, dtype=np.int64)
        self.closes: Row = np.empty(0, dtype=np.int64)

    def work(self, at: Row, count: int) -> tuple[Row, Row]:
        """What `Timetable.work_days` says of each instant."""
        index = self._next(at, count)
        return np.maximum(at, self.opens[index]), self.closes[index + (count - 1)]

    def moment_at_or_after(self, at: Row) -> Row:
        """What `Timetable.moment_at_or_after` says of each instant."""
        index = self._next(at - 1, 1)
        return np.maximum(at, self.opens[index])

    def _next(self, at: Row, count: int) -> Row:
        """The day that is worked at each instant or next after it, with `count` days from there on in the table."""
        self.calendar.around(int(at.min()))
        self._take(self.calendar.around(int(at.max())))
        while True:
            index: Row = np.searchsorted(self.closes, at, side="right")
            if int(index.max()) + count <= len(self.closes):
                return index
            self._take(self.calendar.longer(self.table, 1))  # type: ignore[arg-type]

    def _take(self, table: Table) -> None:
        if table is not self.table:
            self.table = table
            self.opens = np.array(table.opens, dtype=np.int64)
            self.closes = np.array(table.closes, dtype=np.int64)


def _later(one: Dated, other: Dated | None) -> Dated:
    """The later of two, with what holds it back; the first where they are the same."""
    if other is None:
        return one
    return np.maximum(one[0], other[0]), np.where(one[0] >= other[0], one[1], other[1])


def _each(instants: Row, moved: Callable[[Ticks], Ticks]) -> Row:
    return np.array([moved(at) for at in instants.tolist()], dtype=np.int64)

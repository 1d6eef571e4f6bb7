"""How much time each item of a plan has to spare: the latest dates that still leave the end of the plan where it is.

The plan is walked backwards. Every wait that the forward pass knows is asked the other way round: what is the latest
instant for the end that is waited for, so that the end that waits need not move? What was set by hand does not move for
what comes before it, so it holds that back too; facts hold back nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from firstwin.scheduling.contracts import ItemFloat, PlanDates, PlanItem, PlanNetwork, SpanUnit, Timing
from firstwin.scheduling.rules import spans
from firstwin.scheduling.rules.instants import MINUTE, Ticks, moment, ticks
from firstwin.scheduling.rules.network import Bond, End, PlanGraph, binds_start, is_due_first
from firstwin.scheduling.rules.plan import DatedItems, ForwardPass
from firstwin.scheduling.rules.timetable import Timetable

NEVER: Ticks = 1 << 62


def plan_floats(network: PlanNetwork, dates: PlanDates) -> Mapping[str, ItemFloat]:
    """How late every item may be without moving the end, or a deadline, and whether it is critical."""
    known = dates.items
    if isinstance(known, DatedItems) and known.forward.network is network:
        forward = known.forward
    else:
        forward = ForwardPass(PlanGraph(network)).take(dates)
    return ItemFloats(BackwardPass(forward, forward.last))


class BackwardPass:
    """The latest instants of all ends: those that leave the end of the plan where it is, or (`is_free`) those that leave
    every item where it is that waits for them.
    """

    def __init__(self, forward: ForwardPass, end_at: Ticks, *, is_free: bool = False) -> None:
        self.forward, self.graph, self.early = forward, forward.graph, forward.at
        self.is_free, self.is_unpaused = is_free, not forward.pauses
        self.late: list[Ticks] = [end_at] * (self.graph.project_end + 1)
        if is_free:
            self.late[0::2] = [NEVER] * len(self.late[0::2])
        self._run()

    def _run(self) -> None:
        graph, items = self.graph, self.graph.items
        for is_plain, ends in reversed(graph.runs):
            if is_plain:
                self._hold_back_from_plain(ends)
                continue
            for end in reversed(ends):
                if end == graph.project_end:
                    for waited in graph.end_waits:
                        self._hold(waited, self.late[end])
                elif end & 1:
                    self._due(end >> 1, items[end >> 1])
                else:
                    self._start(end >> 1, items[end >> 1])

    def _hold(self, end: End, at: Ticks) -> None:
        """An end may not be later than that."""
        if at < self.late[end]:
            self.late[end] = at

    def _hold_own_start(self, number: int, at: Ticks) -> None:
        """What lets an item end in time holds its start; its own start is nothing that follows it."""
        if not self.is_free or self.graph.items[number].is_stage:
            self._hold(2 * number, at)

    def _hold_sources(self, number: int, bonds: list[Bond], at: Ticks) -> None:
        late = self.late
        for bond in bonds:
            limit = at if bond[1].lag is None else self._before_lag(number, bond, at)
            if limit < late[bond[0]]:
                late[bond[0]] = limit

    def _before_lag(self, number: int, bond: Bond, at: Ticks) -> Ticks:
        calendar, link = self.graph.calendars[number], bond[1]
        is_start = binds_start(link)
        if not self.forward.pauses:
            return spans.latest_source(calendar, at, link.lag, is_start=is_start)
        return self._unpaused(lambda until: spans.latest_source(calendar, until, link.lag, is_start=is_start), at)

    def _unpaused(self, before: Callable[[Ticks], Ticks], at: Ticks) -> Ticks:
        """Go back over a wait and the pauses in it; `before` goes back over the wait alone."""
        for start, end in reversed(self.forward.pauses):
            found = before(at)
            if found > start:
                return found
            days = self.graph.default.day_of(end) - self.graph.default.day_of(start)
            if days > 0:
                moved = self.graph.default.latest_moment_before_opening(at)
                at = max(spans.plus_days(self.graph.default, moved, -days), min(at, start))
        return before(at)

    def _limit(self, end: End, item: PlanItem) -> Ticks:
        """Where an end has to stay for what comes before it. A stage is moved by what is in it, so it holds nothing."""
        return self.early[end] if self.is_free and not item.is_stage else self.late[end]

    # dues -----------------------------------------------------------------------------------------------------------

    def _hold_to_deadline(self, number: int, item: PlanItem) -> Ticks:
        due = 2 * number + 1
        if item.must_finish_by is not None and not self.is_free:
            self._hold(due, ticks(item.must_finish_by))
        return self._limit(due, item)

    def _hold_back_from_plain(self, ends: list[End]) -> None:
        """Both ends of items, one after another, that have nothing but links and a length: what `_due` and `_start` say,
        asked at once. Most of them take working days; nearly all time goes here.
        """
        graph, late, items = self.graph, self.late, self.graph.items
        stages, calendars, work_days = graph.stages, graph.calendars, graph.work_days
        start_bonds, finish_bonds = graph.start_bonds, graph.finish_bonds
        is_simple = self.is_unpaused and not self.is_free
        for start in reversed(ends):
            number = start >> 1
            days, calendar = work_days[number], calendars[number]
            if days <= 0 or not is_simple or items[number].must_finish_by is not None:
                self._hold_back_from(number, items[number])
                continue
            latest = calendar.closed_by(late[start + 1], days) - 1
            if latest > late[start]:
                latest = calendar.latest_before_opening(late[start])
            else:
                late[start] = latest
            if finish_bonds[number]:
                self._hold_sources(
                    number, finish_bonds[number], min(late[start + 1], calendar.opens_after(latest, days))
                )
            for source, link in start_bonds[number]:
                limit = latest if link.lag is None else self._before_lag(number, (source, link), latest)
                if limit < late[source]:
                    late[source] = limit
            if (stage := 2 * stages[number]) >= 0 and latest < late[stage]:
                late[stage] = latest

    def _hold_back_from(self, number: int, item: PlanItem) -> None:
        """Both ends of a plain item that has more to it."""
        due = self._hold_to_deadline(number, item)
        self._hold_sources(number, self.graph.finish_bonds[number], due)
        if not self.is_free:
            self._hold(2 * number, self._latest_start(number, item, due) if self.graph.work_days[number] else due)
        self._hold_before_start(number, item)

    def _hold_before(self, number: int, at: Ticks) -> None:
        """Whatever an item waits for before it starts may not be later than that."""
        if self.graph.start_bonds[number]:
            self._hold_sources(number, self.graph.start_bonds[number], at)
        if self.graph.stages[number] >= 0:
            self._hold(2 * self.graph.stages[number], at)

    def _latest_start(self, number: int, item: PlanItem, due: Ticks) -> Ticks:
        calendar, duration = self.graph.calendars[number], item.duration
        if duration is None:
            return due
        return self._unpaused(lambda until: spans.latest_start(calendar, until, duration), due)

    def _due(self, number: int, item: PlanItem) -> None:
        start, finish_bonds = 2 * number, self.graph.finish_bonds[number]
        limit = self._hold_to_deadline(number, item)
        if item.fixed_due_at is not None:
            fixed = ticks(item.fixed_due_at)
            if not item.is_done:
                self._hold_kept(number, finish_bonds, fixed)
            if not item.is_done and self.early[start] <= fixed:
                self._hold_own_start(number, fixed)
            return
        if item.due is not None:
            self._hold_anchor(number, item.due, limit, is_promise=True)
        if item.is_stage:
            self._stage_due(number, item, limit)
            return
        self._hold_sources(number, finish_bonds, limit)
        if item.due is not None:
            limit = self._latest_broken(number, item, item.due, limit)
            if is_due_first(item):
                self._hold_before_start(number, item, limit)
                return
        elif item.duration is not None:
            limit = self._latest_start(number, item, limit)
        self._hold_own_start(number, limit)

    def _stage_due(self, number: int, item: PlanItem, limit: Ticks) -> None:
        for child in self.graph.counted_children(number):
            self._hold(2 * child + 1, limit)
        if item.at_least is not None:
            calendar, shortest = self.graph.calendars[number], item.at_least
            limit = self._unpaused(lambda until: spans.latest_start(calendar, until, shortest), limit)
        self._hold_own_start(number, limit)

    def _latest_broken(self, number: int, item: PlanItem, due: Timing, limit: Ticks) -> Ticks:
        """A promise is no wall: what comes before may break it as long as the item still ends in time."""
        promise = self.forward.promised_at(number, due)
        calendar = self.graph.calendars[number]
        latest = spans.latest_start(calendar, limit, item.duration) if item.duration is not None else limit
        return max(calendar.latest_moment_before_opening(latest), promise)

    # starts ---------------------------------------------------------------------------------------------------------

    def _start(self, number: int, item: PlanItem) -> None:
        if item.fixed_start_at is not None:
            if not (item.is_started or item.is_done):
                self._hold_kept(number, self.graph.start_bonds[number], ticks(item.fixed_start_at))
            return
        start, due = 2 * number, 2 * number + 1
        if is_due_first(item) and item.duration is not None and self.late[start] < self.late[due] and not self.is_free:
            self._hold(due, spans.latest_end(self.graph.calendars[number], self.late[start], item.duration))
        self._hold_before_start(number, item)

    def _hold_before_start(self, number: int, item: PlanItem, bound: Ticks | None = None) -> None:
        """What an item waits for may be no later than lets it start in time; `bound` says when it has to, else its own
        latest start does.
        """
        graph, calendar = self.graph, self.graph.calendars[number]
        limit = self._limit(2 * number, item) if bound is None else bound
        if limit == NEVER:
            return
        if not is_due_first(item) and (item.start is None or item.start.offset.unit is not SpanUnit.HOURS):
            is_instant = item.is_stage or graph.work_days[number] == 0
            before = calendar.latest_moment_before_opening if is_instant else calendar.latest_before_opening
            limit = before(limit)
        if item.start is not None:
            self._hold_anchor(number, item.start, limit, is_promise=False)
            self._hold_sources(number, graph.start_bonds[number], limit)
        elif item.due is not None and (item.duration is not None or bound is not None):
            self._hold_sources(number, graph.start_bonds[number], limit)
        else:
            self._hold_before(number, limit)
        if graph.finish_bonds[number] and item.duration is not None:
            self._hold_sources(number, graph.finish_bonds[number], spans.latest_end(calendar, limit, item.duration))

    def _hold_kept(self, number: int, bonds: list[Bond], fixed: Ticks) -> None:
        """What was set by hand holds back what it waits for, as far as it is not contradicted already."""
        for bond in bonds:
            latest = self._before_lag(number, bond, fixed)
            if self.early[bond[0]] <= latest:
                self._hold(bond[0], latest)

    def _hold_anchor(self, number: int, timing: Timing, limit: Ticks, *, is_promise: bool) -> None:
        end = self.graph.end_of_anchor(timing, number)
        if end is None:
            return

        def after(at: Ticks) -> Ticks:
            return self.forward.after_anchor(number, timing, at, is_promise=is_promise)

        self._hold(end, spans.latest(after, limit, self.early[end]))

    # results --------------------------------------------------------------------------------------------------------

    def latest_dates(self, number: int, item: PlanItem) -> tuple[Ticks, Ticks]:
        """The latest start and due that an item can really have, given its length and calendar."""
        calendar, duration = self.graph.calendars[number], item.duration
        late_start, late_due = self._reachable(number, item)
        if item.fixed_start_at is None and not item.is_stage and duration is not None and duration.amount > 0:
            is_on_time = late_start >= self.early[2 * number]
            begin = spans.begins(calendar, late_due, duration)
            late_start = min(max(begin, self.early[2 * number]), late_start) if is_on_time else min(begin, late_start)
        return min(late_start, late_due), late_due

    def _reachable(self, number: int, item: PlanItem) -> tuple[Ticks, Ticks]:
        calendar, duration = self.graph.calendars[number], item.duration
        early_start, early_due = self.early[2 * number], self.early[2 * number + 1]
        late_start, late_due = self.late[2 * number], self.late[2 * number + 1]
        is_moved_by_start = not (item.is_stage or item.fixed_start_at or item.fixed_due_at or item.due)
        if is_moved_by_start and duration is not None and duration.amount > 0:
            begin = calendar.latest_before_opening(late_start)
            end = self.forward.paused(begin, spans.ends(calendar, begin, duration))
            late_due = min(max(end, early_due) if begin >= early_start else end, late_due)
            return _whole_minute(begin, early_start), late_due
        if is_moved_by_start or item.is_stage:
            late_start = calendar.latest_moment_before_opening(late_start)
        if is_moved_by_start and late_due > early_due:
            late_due = max(min(late_due, late_start), early_due)
        return _whole_minute(late_start, early_start), _whole_minute(late_due, early_due)


class ItemFloats(Mapping[str, ItemFloat]):
    """The floats of a plan by item key, counted as they are read."""

    def __init__(self, backward: BackwardPass) -> None:
        self._backward = backward
        self._graph = backward.graph
        self._read: dict[str, ItemFloat] = {}

    @cached_property
    def _free(self) -> list[Ticks]:
        return BackwardPass(self._backward.forward, self._backward.forward.last, is_free=True).late

    def __getitem__(self, key: str) -> ItemFloat:
        found = self._read.get(key)
        if found is None:
            found = self._read[key] = self._float_of(self._graph.index[key])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._graph.index)

    def __len__(self) -> int:
        return len(self._graph.index)

    def __repr__(self) -> str:
        return repr(dict(self))

    def _float_of(self, number: int) -> ItemFloat:
        """Latest dates and floats of one item; a stage is critical with any of its items."""
        item, calendar = self._graph.items[number], self._graph.calendars[number]
        early_start, early = self._backward.early[2 * number], self._backward.early[2 * number + 1]
        if item.is_done:
            return ItemFloat(key=item.key, latest_start_at=moment(early_start), latest_due_at=moment(early))
        start, due = self._backward.latest_dates(number, item)
        total, total_days = _float(calendar, early, due)
        free, free_days = self._free_float(number, item, min(early, due), due)
        children = self._graph.children.get(number, ()) if item.is_stage else ()
        is_critical = total_days <= 0 or any(self[self._graph.items[child].key].is_critical for child in children)
        return ItemFloat(
            key=item.key,
            latest_start_at=moment(start),
            latest_due_at=moment(due),
            total_float=total,
            free_float=free,
            total_float_days=total_days,
            free_float_days=free_days,
            is_critical=is_critical,
        )

    def _free_float(self, number: int, item: PlanItem, least: Ticks, most: Ticks) -> tuple[int, int]:
        calendar, early = self._graph.calendars[number], self._backward.early
        free_start, free_due = self._free[2 * number : 2 * number + 2]
        found = _float(calendar, early[2 * number + 1], max(min(free_due, most), least))
        if free_start == NEVER or item.is_stage:
            return found
        by_start = _float(calendar, early[2 * number], max(free_start, early[2 * number]))
        return min(found[0], by_start[0]), min(found[1], by_start[1])


def _whole_minute(latest: Ticks, early: Ticks) -> Ticks:
    return max(latest - latest % MINUTE, early) if latest >= early else latest


def _float(calendar: Timetable, since: Ticks, until: Ticks) -> tuple[int, int]:
    """The time from one instant to another in working minutes and in whole working days."""
    if since == until:
        return 0, 0
    worked = calendar.worked(since, until)
    minutes = worked // MINUTE if worked >= 0 else -(-worked // MINUTE)
    return minutes, calendar.days_between(since, until)

"""The dates of a plan: each item starts when its anchor, its links and its stage allow, and ends when it is promised."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from firstwin.scheduling.contracts import (
    ItemDates,
    Pause,
    PlanDates,
    PlanItem,
    PlanNetwork,
    SpanUnit,
    Timing,
)
from firstwin.scheduling.rules import spans, wording
from firstwin.scheduling.rules.instants import Ticks, moment, ticks
from firstwin.scheduling.rules.network import Bond, End, PlanGraph, binds_start, is_due_first
from firstwin.scheduling.rules.timetable import Timetable
from firstwin.scheduling.rules.wording import Reason

Reasoned = tuple[Ticks, Reason]
PROJECT_START = "project_start"


def plan_dates(network: PlanNetwork, like: PlanDates | None = None) -> PlanDates:
    """When every item of a plan starts and is due, and why; refuses a plan whose items wait for each other.

    The order of a plan that was dated before, from another day on or with other pauses, is not worked out again.
    """
    return ForwardPass(graph_of(network, like), network=network).run().dates()


def graph_of(network: PlanNetwork, like: PlanDates | None) -> PlanGraph:
    """A plan in order: as it was for the dates of the same items, calendars and anchors."""
    known = like.items if like is not None else None
    if isinstance(known, DatedItems) and has_same_order(known.forward.graph.network, network):
        return known.forward.graph
    return PlanGraph(network)


def has_same_order(one: PlanNetwork, other: PlanNetwork) -> bool:
    """Whether two networks differ by nothing but the day from which they are dated, and pauses."""
    return one.items is other.items and one.anchors is other.anchors and one.calendars is other.calendars


class ForwardPass:
    """The earliest dates of all ends, worked out in their order. `floors` are starts before which items do not start."""

    def __init__(
        self, graph: PlanGraph, floors: Mapping[int, Ticks] | None = None, network: PlanNetwork | None = None
    ) -> None:
        self.graph = graph
        self.floors = floors or {}
        self.network = network = network or graph.network
        self.anchors = {name: ticks(at) for name, at in network.anchors.items()}
        self.pauses = sorted((ticks(pause.start_at), ticks(pause.end_at)) for pause in network.pauses)
        self.open_from = None if network.open_from is None else ticks(network.open_from)
        self.begin = self.anchors.get(PROJECT_START)
        self.is_simple = not self.floors and not self.pauses
        self.at: list[Ticks] = [0] * (graph.project_end + 1)
        self.why: list[Reason] = [""] * (graph.project_end + 1)
        self.conflicts: dict[int, str] = {}
        self.warnings: dict[str, None] = {}
        self.last: Ticks = 0

    def take(self, dates: PlanDates) -> "ForwardPass":
        """Take the dates as they were worked out before."""
        for number, item in enumerate(self.graph.items):
            known = dates.items[item.key]
            self.at[2 * number], self.at[2 * number + 1] = ticks(known.start_at), ticks(known.due_at)
        if self.graph.end_waits:
            self.at[self.graph.project_end] = self._project_end()
        self.last = ticks(dates.end_at)
        return self

    def run(self) -> "ForwardPass":
        """Date every end after those that it waits for."""
        self.begin = self.anchors.get(PROJECT_START)
        project_end = self.graph.project_end
        for is_plain, ends in self.graph.runs:
            if is_plain:
                self._date_plain(ends)
                continue
            for end in ends:
                if end == project_end:
                    self.at[end] = self._project_end()
                else:
                    self.date(end)
        self.last = max(self.at[1:project_end:2]) if self.graph.items else self._project_start()
        return self

    def date(self, end: int) -> Ticks:
        """Date one end of an item; those that it waits for are dated."""
        dated = self._due if end & 1 else self._start
        self.at[end], self.why[end] = dated(end >> 1, self.graph.items[end >> 1])
        return self.at[end]

    def dates(self) -> PlanDates:
        """The dates; each item's are put into words when they are read."""
        for number, item in enumerate(self.graph.items):
            if item.fixed_start_at is not None or item.fixed_due_at is not None:
                self._check_set(number, item)
            if item.must_finish_by is not None:
                self._check_deadline(number, item)
        return PlanDates(
            items=DatedItems(self),
            times=Times(self),
            end_at=moment(self.last),
            warnings=tuple(self.warnings),
            conflicts={self.graph.items[number].key: text for number, text in sorted(self.conflicts.items())},
        )

    def dates_of(self, number: int) -> ItemDates:
        """The dates of one item with their reasons in words."""
        graph, end = self.graph, 2 * number
        start_at, due_at = self.times_of(number)
        return ItemDates(
            key=graph.items[number].key,
            start_at=start_at,
            due_at=due_at,
            why_start=wording.spoken_reason(self.why[end], graph.names),
            why_due=wording.spoken_reason(self.why[end + 1], graph.names),
            conflict=self.conflicts.get(number, ""),
        )

    def times_of(self, number: int) -> tuple[datetime, datetime]:
        """Start and due of one item."""
        start, due = self.at[2 * number], self.at[2 * number + 1]
        return moment(min(start, due)), moment(due)

    def start_bound(self, number: int) -> Reasoned | None:
        """The earliest start that links and what is still open allow an item, and why."""
        return self._start_bound(number, self.graph.items[number], self._bound(number, self.graph.finish_bonds[number]))

    def _project_start(self) -> Ticks:
        given = self.anchors.get(PROJECT_START)
        return self._anchor_instant(PROJECT_START) if given is None else given

    def _project_end(self) -> Ticks:
        return max(self.at[end] for end in self.graph.end_waits)

    # contradictions -------------------------------------------------------------------------------------------------

    def object(self, number: int, text: str) -> None:
        """Keep the first contradiction of an item: later ones follow from it."""
        self.conflicts.setdefault(number, f"{self.graph.items[number].name} {text}")

    def _check_deadline(self, number: int, item: PlanItem) -> None:
        due, limit = self.at[2 * number + 1], item.must_finish_by
        if limit is not None and due > ticks(limit):
            wanted, found = wording.spoken_days(self.graph.calendars[number], ticks(limit), due)
            self.object(number, f"must be finished by {wanted}, but ends on {found}")

    def _check_set(self, number: int, item: PlanItem) -> None:
        """What was set by hand and not yet done may contradict what it waits for; facts cannot.

        Looked at once everything is dated: what was set by hand waits for nothing, so it may be dated before what it waits for.
        """
        if item.is_done or item.is_stage:
            return
        if item.fixed_start_at is not None and not item.is_started:
            self._check_bonds(number, 2 * number, ticks(item.fixed_start_at), self.graph.start_bonds[number])
        if item.fixed_due_at is not None:
            self._check_bonds(number, 2 * number + 1, ticks(item.fixed_due_at), self.graph.finish_bonds[number])

    def _check_bonds(self, number: int, end: End, fixed: Ticks, bonds: list[Bond]) -> None:
        verb = "end" if end & 1 else "start"
        for bond in bonds:
            if (end, bond[0]) not in self.graph.dropped and (at := self._linked(number, bond)) > fixed:
                other = self.graph.items[bond[0] >> 1].name
                wanted, found = wording.spoken_days(self.graph.calendars[number], fixed, at)
                self.object(number, f"is set to {verb} on {wanted}, but because of {other} it cannot before {found}")

    # plain items ----------------------------------------------------------------------------------------------------

    def _date_plain(self, ends: list[End]) -> None:
        """Date items, one after another, that have nothing but links and a length: what `_start` and `_due` say, without
        asking for more. Most of them take working days; nearly all time goes here.
        """
        graph, at, why = self.graph, self.at, self.why
        items, stages, calendars, work_days = graph.items, graph.stages, graph.calendars, graph.work_days
        start_bonds, finish_bonds = graph.start_bonds, graph.finish_bonds
        begin, still_open = self.begin, self.open_from
        start: Ticks
        reason: Reason
        for end in ends:
            number = end >> 1
            stage, days = stages[number], work_days[number]
            if stage >= 0:
                start, reason = at[2 * stage], items[stage]
            else:
                start, reason = self._project_start() if begin is None else begin, wording.PROJECT_STARTS
            if days <= 0 or not self.is_simple:
                self._date(number, items[number], (start, reason))
                continue
            later = start + 1
            for source, link in start_bonds[number]:
                held = at[source] if link.lag is None else self._linked(number, (source, link))
                if held >= later:
                    start, reason, later = held, link, held
            finish = self._bound(number, finish_bonds[number]) if finish_bonds[number] else None
            if finish is not None and (held := calendars[number].last_day(finish[0], days - 1)[0]) >= later:
                start, reason = held, finish[1]
            if still_open is not None and still_open > start:
                start, reason = still_open, wording.STILL_OPEN
            at[end], at[end + 1] = calendars[number].work_days(start, days)
            why[end], why[end + 1] = reason, items[number].duration or reason
            if finish is not None and finish[0] > at[end + 1]:
                at[end + 1], why[end + 1] = finish

    def _date(self, number: int, item: PlanItem, opening: Reasoned) -> None:
        """Date a plain item that has more to it."""
        graph, at, end, days = self.graph, self.at, 2 * number, self.graph.work_days[number]
        calendar = graph.calendars[number]
        finish = self._bound(number, graph.finish_bonds[number])
        start, why = _later(opening, self._start_bound(number, item, finish))
        length: Reason = item.duration if days and item.duration is not None else why
        if days > 0:
            start, due = calendar.work_days(start, days)
        elif days == 0 or item.duration is None:
            due = start = calendar.moment_at_or_after(start)
        else:
            start = calendar.at_or_after(start)
            due = spans.ends(calendar, start, item.duration)
        if self.pauses:
            due = self.paused(start, due)
        if finish is not None and finish[0] > due:
            due, length = finish
        at[end], at[end + 1], self.why[end], self.why[end + 1] = start, due, why, length

    # starts ---------------------------------------------------------------------------------------------------------

    def _start(self, number: int, item: PlanItem) -> Reasoned:
        if item.fixed_start_at is not None:
            return self._fixed_start(number, item, ticks(item.fixed_start_at))
        at, why = self._own_start(number, item)
        if item.due is None or item.start is not None or item.is_stage:
            calendar = self.graph.calendars[number]
            if item.start is None or item.start.offset.unit is not SpanUnit.HOURS:
                if item.is_stage or item.duration is None or item.duration.amount <= 0:
                    at = calendar.moment_at_or_after(at)
                else:
                    at = calendar.at_or_after(at)
        if item.fixed_due_at is not None and at > (fixed := ticks(item.fixed_due_at)):
            if not item.is_done:
                wanted, found = wording.spoken_days(self.graph.calendars[number], fixed, at)
                because = wording.spoken_reason(why, self.graph.names)
                self.object(number, f"is set to end on {wanted}, but cannot start before {found}: {because}")
            return fixed, "not after its due date"
        return at, why

    def _fixed_start(self, number: int, item: PlanItem, fixed: Ticks) -> Reasoned:
        due = item.fixed_due_at
        if due is not None and ticks(due) < fixed and not item.is_done:
            wanted, found = wording.spoken_days(self.graph.calendars[number], ticks(due), fixed)
            self.object(number, f"is set to end on {wanted}, before it starts on {found}")
        if self.open_from is not None and fixed < self.open_from and not self._is_under_way(item):
            return self.open_from, wording.STILL_OPEN
        return fixed, wording.AS_SET

    def _is_under_way(self, item: PlanItem) -> bool:
        return item.is_started or item.is_done or item.is_stage

    def _own_start(self, number: int, item: PlanItem) -> Reasoned:
        bound = self.start_bound(number)
        if item.start is not None:
            return _later(self._moment(number, item.start, is_promise=False), bound)
        if item.due is not None and not item.is_stage:
            due = self.at[2 * number + 1]
            if item.duration is not None:
                begin = spans.begins(self.graph.calendars[number], due, item.duration)
                wanted: Reasoned = (begin, f"{wording.spoken_span(item.duration)} before it is due")
            else:
                opening = self._stage_start(number, item)
                wanted = opening if opening[0] < due else (due, "when it is due")
            at, why = _later(wanted, bound)
            return min(at, due), why
        return _later(self._stage_start(number, item), bound)

    def _stage_start(self, number: int, item: PlanItem) -> Reasoned:
        stage = self.graph.stages[number]
        if stage >= 0:
            return self.at[2 * stage], self.graph.items[stage]
        if item.is_stage and (bound := self._bound(number, self.graph.start_bonds[number])) is not None:
            return bound
        return self._project_start(), wording.PROJECT_STARTS

    def _start_bound(self, number: int, item: PlanItem, finish: Reasoned | None) -> Reasoned | None:
        """The earliest start that links and `not_before` allow; `finish` is the earliest due that links allow."""
        bonds = self.graph.start_bonds[number]
        bound = self._bound(number, bonds) if bonds else None
        if item.duration is not None and finish is not None:
            begin = spans.begins(self.graph.calendars[number], finish[0], item.duration)
            bound = _later((begin, finish[1]), bound)
        if item.not_before is not None:
            bound = _later((ticks(item.not_before), "not before the day set for it"), bound)
        if number in self.floors:
            bound = _later((self.floors[number], wording.AS_LATE), bound)
        if self.open_from is not None and not self._is_under_way(item) and (bound is None or bound[0] < self.open_from):
            bound = (self.open_from, wording.STILL_OPEN)
        return bound

    def _bound(self, number: int, bonds: list[Bond]) -> Reasoned | None:
        latest: Ticks | None = None
        reason: Reason = ""
        for bond in bonds:
            at = self.at[bond[0]] if bond[1].lag is None else self._linked(number, bond)
            if latest is None or at >= latest:
                latest, reason = at, bond[1]
        return None if latest is None else (latest, reason)

    def _linked(self, number: int, bond: Bond) -> Ticks:
        source, link = bond
        at = self.at[source]
        if link.lag is None:
            return at
        after = spans.lagged(self.graph.calendars[number], at, link.lag, is_start=binds_start(link))
        return self.paused(at, after) if self.pauses else after

    # dues -----------------------------------------------------------------------------------------------------------

    def _due(self, number: int, item: PlanItem) -> Reasoned:
        due = self._own_due(number, item)
        if self.open_from is not None and due[0] < self.open_from and not (item.is_done or item.is_stage):
            return self.open_from, wording.STILL_OPEN
        return due

    def _own_due(self, number: int, item: PlanItem) -> Reasoned:
        if item.fixed_due_at is not None:
            return ticks(item.fixed_due_at), wording.AS_SET
        if item.is_stage:
            return self._stage_due(number, item)
        if item.due is not None:
            due = self._promised(number, item, item.due)
        else:
            start = self.at[2 * number]
            if item.duration is None or item.duration.amount <= 0:
                due = (start, self.why[2 * number])
            else:
                due = (spans.ends(self.graph.calendars[number], start, item.duration), item.duration)
                if self.pauses:
                    due = (self.paused(start, due[0]), item.duration)
        bonds = self.graph.finish_bonds[number]
        return _later(due, self._bound(number, bonds)) if bonds else due

    def _promised(self, number: int, item: PlanItem, due: Timing) -> Reasoned:
        """A promise; where what comes before makes it impossible the item takes its time, and says so."""
        promise = self._moment(number, due, is_promise=True)
        earliest = self.start_bound(number) if is_due_first(item) else (self.at[2 * number], "")
        if earliest is None or earliest[0] <= promise[0]:
            return promise
        calendar = self.graph.calendars[number]
        start = calendar.moment_at_or_after(earliest[0])
        end = spans.ends(calendar, start, item.duration) if item.duration else start
        because = "is still open" if earliest[1] == wording.STILL_OPEN else "what comes before it ends later"
        self.object(number, f"was promised {promise[1]}, but {because}")
        return end, wording.AS_LATE_AS_NEEDED

    def _stage_due(self, number: int, item: PlanItem) -> Reasoned:
        start = self.at[2 * number]
        latest, why = start, "when it starts"
        if item.at_least is not None:
            end = self.paused(start, spans.ends(self.graph.calendars[number], start, item.at_least))
            latest, why = end, f"takes at least {wording.spoken_span(item.at_least)}"
        for child in self.graph.counted_children(number):
            if self.at[2 * child + 1] > latest:
                latest, why = self.at[2 * child + 1], f"ends with {self.graph.items[child].name}"
        if item.due is None:
            return latest, why
        promise = self._moment(number, item.due, is_promise=True)
        if latest > promise[0]:
            self.object(number, f"was promised {promise[1]}, but {why} later")
            return latest, why
        return promise

    # anchors --------------------------------------------------------------------------------------------------------

    def _moment(self, number: int, timing: Timing, *, is_promise: bool) -> tuple[Ticks, str]:
        anchor, name = self._anchor(number, timing)
        return self.after_anchor(number, timing, anchor, is_promise=is_promise), wording.spoken_timing(
            timing, name, is_promise=is_promise
        )

    def after_anchor(self, number: int, timing: Timing, anchor: Ticks, *, is_promise: bool) -> Ticks:
        """The instant that a timing means when its anchor lies there."""
        calendar, count = self.graph.calendars[number], spans.is_due if is_promise else spans.starts
        at = anchor
        for offset in (timing.offset, *timing.further):
            at = self.paused(at, count(calendar, at, offset))
        return at

    def promised_at(self, number: int, promise: Timing) -> Ticks:
        """The instant by which an item is promised."""
        return self._moment(number, promise, is_promise=True)[0]

    def _anchor(self, number: int, timing: Timing) -> tuple[Ticks, str]:
        end = self.graph.end_of_anchor(timing, number)
        if end is None:
            return self._anchor_instant(timing.anchor), timing.anchor.replace("_", " ")
        if end == self.graph.project_end:
            return self.at[end], "the project's end"
        name = self.graph.items[end >> 1].name
        return self.at[end], f"{name} is done" if end & 1 else name

    def _anchor_instant(self, anchor: str) -> Ticks:
        given = self.anchors.get(anchor)
        if given is None:
            self.warnings[f"Nothing sets {anchor.replace('_', ' ')}: the project's start counts instead"] = None
            given = self.anchors[PROJECT_START]
        return given

    def paused(self, since: Ticks, until: Ticks) -> Ticks:
        """Move an instant by the days of every pause that lies between."""
        for start, end in self.pauses:
            if since <= start < until:
                until = _after_pause(self.graph.default, start, end, until)
        return until


class Times(Mapping[str, tuple[datetime, datetime]]):
    """Start and due of the items of a plan by key."""

    def __init__(self, forward: ForwardPass) -> None:
        self._forward = forward

    def __getitem__(self, key: str) -> tuple[datetime, datetime]:
        return self._forward.times_of(self._forward.graph.index[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._forward.graph.index)

    def __len__(self) -> int:
        return len(self._forward.graph.index)

    def __repr__(self) -> str:
        return repr(dict(self))


class DatedItems(Mapping[str, ItemDates]):
    """The dates of a plan by item key, put into words as they are read. It knows the pass that they came from."""

    def __init__(self, forward: ForwardPass) -> None:
        self.forward = forward
        self._read: dict[str, ItemDates] = {}

    def __getitem__(self, key: str) -> ItemDates:
        found = self._read.get(key)
        if found is None:
            found = self._read[key] = self.forward.dates_of(self.forward.graph.index[key])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.forward.graph.index)

    def __len__(self) -> int:
        return len(self.forward.graph.index)

    def __repr__(self) -> str:
        return repr(dict(self))


def after_pause(calendar: Timetable, pause: Pause, at: datetime) -> datetime:
    """What was ahead when a plan was held moves by the local days that the hold lasted, on to the next working day."""
    return moment(_after_pause(calendar, ticks(pause.start_at), ticks(pause.end_at), ticks(at)))


def _after_pause(calendar: Timetable, start: Ticks, end: Ticks, at: Ticks) -> Ticks:
    days = calendar.day_of(end) - calendar.day_of(start)
    return at if days <= 0 else calendar.moment_at_or_after(spans.plus_days(calendar, at, days))


def _later(one: Reasoned, other: Reasoned | None) -> Reasoned:
    return one if other is None or one[0] >= other[0] else other

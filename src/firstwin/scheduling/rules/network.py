"""From a plan to numbered ends in an order in which their dates can be worked out.

Every item has two ends, its start and its due; each end waits for other ends. `PlanGraph` numbers the ends (the start of
the n-th item is 2n, its due 2n + 1), knows these waits, puts the ends in order and spells out a circle when there is one.
A soft wait (the order of stages, an item whose promise hangs on something later than its stage) gives way when it closes
a circle.
"""

from functools import cached_property
from itertools import groupby, pairwise

from firstwin.scheduling.contracts import (
    CalendarSpec,
    CycleError,
    LinkType,
    PlanItem,
    PlanLink,
    PlanNetwork,
    Span,
    SpanUnit,
    Timing,
)
from firstwin.scheduling.rules.timetable import Timetable, timetable_of

End = int
"""The start of the n-th item is 2n, its due 2n + 1; after the last item comes the end of the project."""

Bond = tuple[End, PlanLink]
"""An end that holds back an item, and the link that says how."""

PROJECT_END = "project_end"
STAGE_START = "stage_start"
_AFTER_FINISH, _AFTER_START = LinkType.FINISH_TO_START, LinkType.START_TO_START
_TOGETHER_FINISHED = LinkType.FINISH_TO_FINISH
_NO_BONDS: list[Bond] = []


def binds_start(link: PlanLink) -> bool:
    """Whether a link holds back the start of an item, and not its due."""
    return link.type is _AFTER_FINISH or link.type is _AFTER_START


def is_due_first(item: PlanItem) -> bool:
    """Whether an item is planned backwards from its promise."""
    return item.due is not None and item.start is None and not item.is_stage


def _work_days(duration: Span | None) -> int:
    """The length of an item in working days; 0 for what takes no time, -1 for what is counted otherwise."""
    if duration is None or duration.amount <= 0:
        return 0
    return duration.amount if duration.unit is SpanUnit.WORKING_DAYS else -1


def _is_special(item: PlanItem) -> bool:
    """Whether more than its length and links, or less, places an item."""
    return bool(
        item.is_stage
        or item.start
        or item.due
        or item.fixed_start_at
        or item.fixed_due_at
        or item.not_before
        or item.is_started
        or item.is_done
    )


class PlanGraph:
    """The waits between the ends of a plan's items. `order` has every end after those that it waits for.

    Most items are plain: nothing but a length and links. Both ends of a plain item are dated at once, so that only its
    start is in the order. `runs` are stretches of the order: plain items, or others. Of plain items `looks_back` says
    whether they wait for nothing but items before them: gone through in their own order they need not be asked again.
    """

    def __init__(self, network: PlanNetwork) -> None:
        self.network = network
        self.items = items = network.items
        self.index = {item.key: number for number, item in enumerate(items)}
        self.default = timetable_of(network.calendars.get("", CalendarSpec()))
        known = {key: timetable_of(spec) for key, spec in network.calendars.items()}
        self.calendars: list[Timetable] = [known.get(item.calendar, self.default) for item in items]
        self.stages = [self.index.get(item.stage, -1) if item.stage else -1 for item in items]
        self.children: dict[int, list[int]] = {}
        self.carriers = {item.sets_anchor: number for number, item in enumerate(items) if item.sets_anchor}
        self.project_end: End = 2 * len(items)
        self.start_bonds: list[list[Bond]] = [_NO_BONDS] * len(items)
        self.finish_bonds: list[list[Bond]] = [_NO_BONDS] * len(items)
        self.is_plain = [False] * (len(items) + 1)
        self.looks_back = [stage < number for number, stage in enumerate(self.stages)]
        self.work_days = [_work_days(item.duration) for item in items]
        self._bind()
        special: list[PlanItem] = []
        for number, item in enumerate(items):
            if self.stages[number] >= 0:
                self.children.setdefault(self.stages[number], []).append(number)
            if not _is_special(item) and (item.duration is not None or not self.finish_bonds[number]):
                self.is_plain[number] = True
            else:
                special.append(item)
                self.looks_back[number] = False
        self.soft: set[tuple[End, End]] = set()
        self.dropped: set[tuple[End, End]] = set()
        timings = [timing for item in special for timing in (item.start, item.due) if timing is not None]
        self.end_waits: list[End] = []
        if any(timing.anchor == PROJECT_END for timing in timings) and PROJECT_END not in network.anchors:
            self._tie_project_end()
        self.order = self._in_order()
        self.runs = [
            (is_plain, list(ends)) for is_plain, ends in groupby(self.order, lambda end: self.is_plain[end >> 1])
        ]

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of the items by key."""
        return {item.key: item.name for item in self.items}

    def end_of_anchor(self, timing: Timing, number: int) -> End | None:
        """The end that an anchor means for an item; None for an instant that is given (or has to be assumed)."""
        anchor = timing.anchor
        if anchor == STAGE_START:
            return 2 * self.stages[number] if self.stages[number] >= 0 else None
        which, _, key = anchor.partition(":")
        if key and key in self.index:
            return 2 * self.index[key] + (which == "due")
        if anchor in self.carriers:
            return 2 * self.carriers[anchor] + 1
        if anchor == PROJECT_END and anchor not in self.network.anchors:
            return self.project_end
        return None

    def _bind(self) -> None:
        index, start_bonds, finish_bonds = self.index, self.start_bonds, self.finish_bonds
        for number, item in enumerate(self.items):
            for link in item.links:
                other = index.get(link.predecessor)
                if other is None:
                    continue
                kind = link.type
                if kind is _AFTER_FINISH:
                    bonds, bond = start_bonds, (2 * other + 1, link)
                elif kind is _AFTER_START:
                    bonds, bond = start_bonds, (2 * other, link)
                else:
                    bonds, bond = finish_bonds, (2 * other + (kind is _TOGETHER_FINISHED), link)
                if bonds[number] is _NO_BONDS:
                    bonds[number] = [bond]
                else:
                    bonds[number].append(bond)
                if other >= number:
                    self.looks_back[number] = False

    # waits ----------------------------------------------------------------------------------------------------------

    def waits_of(self, end: End) -> list[End]:
        """The ends that have to be dated before this one."""
        number = end >> 1
        if self.is_plain[number]:
            waits = [bond[0] for bond in self.start_bonds[number]]
            if self.finish_bonds[number]:
                waits += [bond[0] for bond in self.finish_bonds[number]]
            if self.stages[number] >= 0:
                waits.append(2 * self.stages[number])
        elif end == self.project_end:
            waits = self.end_waits
        elif end & 1:
            waits = self._waits_of_due(number, self.items[number])
        else:
            waits = self._waits_of_start(number, self.items[number])
        return [on for on in waits if (end, on) not in self.dropped] if self.dropped else waits

    def _waits_of_start(self, number: int, item: PlanItem) -> list[End]:
        if item.fixed_start_at is not None:
            return []
        waits = [source for source, _ in self.start_bonds[number]]
        if item.duration is not None:
            waits += [source for source, _ in self.finish_bonds[number]]
        if item.start is not None:
            if (anchor := self.end_of_anchor(item.start, number)) is not None:
                waits.append(anchor)
        else:
            if is_due_first(item):
                waits.append(2 * number + 1)
            if self.stages[number] >= 0 and not (item.due and item.duration):
                waits.append(2 * self.stages[number])
        return waits

    def _waits_of_due(self, number: int, item: PlanItem) -> list[End]:
        if item.fixed_due_at is not None:
            return []
        if item.is_stage:
            waits = [2 * child + 1 for child in self.children.get(number, ())]
        else:
            waits = [source for source, _ in (*self.start_bonds[number], *self.finish_bonds[number])]
        if not is_due_first(item):
            waits.append(2 * number)
        if item.due is not None and (anchor := self.end_of_anchor(item.due, number)) is not None:
            waits.append(anchor)
        return waits

    def counted_children(self, number: int) -> list[int]:
        """The items of a stage that it ends with: those that do not wait for its own end."""
        children = self.children.get(number, [])
        if not self.dropped:
            return children
        return [child for child in children if (2 * number + 1, 2 * child + 1) not in self.dropped]

    def _tie_project_end(self) -> None:
        """Let the project's end wait for every item that does not itself wait for the project's end."""
        followers: dict[End, list[End]] = {}
        for end in range(self.project_end):
            for on in self.waits_of(end):
                followers.setdefault(on, []).append(end)
        behind = {self.project_end}
        queue = [self.project_end]
        while queue:
            for follower in followers.get(queue.pop(), ()):
                if follower not in behind:
                    behind.add(follower)
                    queue.append(follower)
        self.end_waits = [
            2 * number + 1
            for number, item in enumerate(self.items)
            if not item.is_stage and not behind & {2 * number, 2 * number + 1}
        ]

    # order ----------------------------------------------------------------------------------------------------------

    def _in_order(self) -> list[End]:
        """Every end after those that it waits for; raises CycleError when items wait for each other."""
        if all(self.looks_back):
            return list(range(0, self.project_end, 2))
        while True:
            order, cycle = self._walked()
            if not cycle:
                return order
            self._know_soft_waits()
            soft = next((pair for pair in pairwise(cycle) if pair in self.soft), None)
            if soft is None:
                raise self._error(cycle)
            self._give_way(*soft)

    def _walked(self) -> tuple[list[End], list[End]]:
        """Go from every end down to those that it waits for. Where that leads round in a circle the circle is returned too:
        each end in it waits for the next, the last is the first again.
        """
        is_plain, looks_back, waits_of = self.is_plain, self.looks_back, self.waits_of
        is_dated, is_under_way = bytearray(self.project_end + 2), bytearray(self.project_end + 2)
        order: list[End] = []
        path: list[End] = []
        for root in (*range(self.project_end), *([self.project_end] if self.end_waits else [])):
            if is_dated[root]:
                continue
            if root < self.project_end and looks_back[root >> 1]:
                is_dated[root] = is_dated[root + 1] = 1
                order.append(root)
                continue
            stack = [root]
            while stack:
                end = stack[-1]
                if is_dated[end]:
                    stack.pop()
                    continue
                missing = [on for on in waits_of(end) if not is_dated[on]]
                if missing:
                    if is_under_way[end]:
                        return order, [*path[path.index(end) :], end]
                    is_under_way[end] = 1
                    path.append(end)
                    stack += missing
                    continue
                if path and path[-1] == end:
                    path.pop()
                stack.pop()
                is_dated[end] = 1
                if is_plain[end >> 1]:
                    end &= ~1
                    is_dated[end] = is_dated[end + 1] = 1
                order.append(end)
        return order, []

    def _know_soft_waits(self) -> None:
        for number, item in enumerate(self.items):
            for source, link in (*self.start_bonds[number], *self.finish_bonds[number]):
                if link.is_soft:
                    self.soft |= {(2 * number, source), (2 * number + 1, source)}
            for child in self.children.get(number, ()) if item.is_stage else ():
                timing = self.items[child].due or self.items[child].start
                if timing is not None and timing.anchor != STAGE_START:
                    self.soft.add((2 * number + 1, 2 * child + 1))

    def _give_way(self, end: End, on: End) -> None:
        """Drop a soft wait, and the soft link that it came from."""
        number = end >> 1
        self.dropped |= {pair for pair in ((2 * number, on), (2 * number + 1, on)) if pair in self.soft}
        for bonds in (self.start_bonds, self.finish_bonds):
            bonds[number] = [bond for bond in bonds[number] if bond[0] != on]

    def _error(self, cycle: list[End]) -> CycleError:
        keys: list[str] = []
        for end in reversed(cycle):
            key = self.items[end // 2].key if end != self.project_end else PROJECT_END
            if not keys or keys[-1] != key:
                keys.append(key)
        if len(keys) == 1:
            keys.append(keys[0])
        return CycleError(tuple(keys), tuple(self.name_of(key) for key in keys))

    def name_of(self, key: str) -> str:
        """The name of an item, or its key when it has none."""
        number = self.index.get(key)
        return "the project's end" if number is None else self.items[number].name or key

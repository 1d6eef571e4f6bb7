"""From a plan network to an order in which its dates can be worked out.

Every item has two ends, its start and its due; each end waits for other ends. `PlanGraph` knows these waits, puts
the ends in order and spells out a circle when there is one. A soft wait (the order of stages, an item whose promise
hangs on something later than its stage) gives way when it closes a circle.
"""

from collections import deque
from collections.abc import Iterator
from itertools import pairwise

from firstwin.scheduling.contracts import CycleError, LinkType, PlanItem, PlanLink, PlanNetwork, Timing

End = tuple[str, bool]
"""An item's key, and whether its due (True) or its start (False) is meant."""

PROJECT_END: End = ("project_end", True)
STAGE_START = "stage_start"
_BINDS_START = (LinkType.FINISH_TO_START, LinkType.START_TO_START)
_FROM_DUE = (LinkType.FINISH_TO_START, LinkType.FINISH_TO_FINISH)


def source_of(link: PlanLink) -> End:
    """The end of the predecessor that a link hangs on."""
    return (link.predecessor, link.type in _FROM_DUE)


def binds_start(link: PlanLink) -> bool:
    """Whether a link holds back the start (else the finish) of the follower."""
    return link.type in _BINDS_START


def is_due_first(item: PlanItem) -> bool:
    """Whether an item is planned backwards from its promise."""
    return item.due is not None and item.start is None and not item.is_stage


class PlanGraph:
    """The waits between the ends of a plan's items."""

    def __init__(self, network: PlanNetwork) -> None:
        self.network = network
        self.items = {item.key: item for item in network.items}
        self.children: dict[str, list[str]] = {}
        for item in network.items:
            if item.stage in self.items:
                self.children.setdefault(item.stage, []).append(item.key)
        self.carriers = {item.sets_anchor: item.key for item in network.items if item.sets_anchor}
        self.soft: set[tuple[End, End]] = set()
        self.dropped: set[tuple[str, End]] = set()
        self.waits: dict[End, set[End]] = {}
        for item in network.items:
            self.waits[(item.key, False)] = set(self._waits_of_start(item))
            self.waits[(item.key, True)] = set(self._waits_of_due(item))
        self._tie_project_end()

    def end_of_anchor(self, timing: Timing, item: PlanItem) -> End | None:
        """The end that an anchor means for an item; None for an instant that is given (or has to be assumed)."""
        anchor = timing.anchor
        if anchor == STAGE_START:
            return (item.stage, False) if item.stage in self.items else None
        which, _, key = anchor.partition(":")
        if key and key in self.items:
            return (key, which == "due")
        if anchor in self.carriers:
            return (self.carriers[anchor], True)
        if anchor in self.network.anchors:
            return None
        return PROJECT_END if anchor == PROJECT_END[0] else None

    def kept_links(self, item: PlanItem) -> Iterator[PlanLink]:
        """The links of an item that count: to items of this plan, and not given way."""
        for link in item.links:
            if link.predecessor in self.items and (item.key, source_of(link)) not in self.dropped:
                yield link

    def _wait(self, end: End, on: End, *, is_soft: bool = False) -> End:
        if is_soft:
            self.soft.add((end, on))
        return on

    def _waits_of_start(self, item: PlanItem) -> Iterator[End]:
        if item.fixed_start_at is not None:
            return
        end = (item.key, False)
        if item.start is not None:
            if (anchor := self.end_of_anchor(item.start, item)) is not None:
                yield anchor
        elif is_due_first(item):
            yield (item.key, True)
        if item.start is None and item.stage in self.items and not (item.due and item.duration):
            yield (item.stage, False)
        for link in self.kept_links(item):
            if binds_start(link) or item.duration is not None:
                yield self._wait(end, source_of(link), is_soft=link.is_soft)

    def _waits_of_due(self, item: PlanItem) -> Iterator[End]:
        if item.fixed_due_at is not None:
            return
        end = (item.key, True)
        if not is_due_first(item):
            yield (item.key, False)
        if item.due is not None and (anchor := self.end_of_anchor(item.due, item)) is not None:
            yield anchor
        for child in self.children.get(item.key, ()):
            yield self._wait(end, (child, True), is_soft=self._hangs_elsewhere(self.items[child]))
        if not item.is_stage:
            for link in self.kept_links(item):
                yield self._wait(end, source_of(link), is_soft=link.is_soft)

    def _hangs_elsewhere(self, item: PlanItem) -> bool:
        timing = item.due or item.start
        return timing is not None and timing.anchor != STAGE_START

    def _tie_project_end(self) -> None:
        """Let the project's end wait for every item that does not itself wait for the project's end."""
        if PROJECT_END[0] in self.network.anchors:
            return
        followers: dict[End, list[End]] = {}
        for end, waits in self.waits.items():
            for on in waits:
                followers.setdefault(on, []).append(end)
        behind = {PROJECT_END}
        queue = deque(behind)
        while queue:
            for follower in followers.get(queue.popleft(), ()):
                if follower not in behind:
                    behind.add(follower)
                    queue.append(follower)
        self.waits[PROJECT_END] = {
            (item.key, True) for item in self.network.items if not item.is_stage and (item.key, True) not in behind
        }

    def in_order(self) -> list[End]:
        """Every end after those that it waits for; raises CycleError when items wait for each other."""
        while True:
            order = self._sorted()
            if len(order) == len(self.waits):
                return order
            cycle = self._cycle(set(self.waits) - set(order))
            soft = [pair for pair in pairwise(cycle) if pair in self.soft]
            if not soft:
                raise self._error(cycle)
            (key, _), on = soft[0]
            self.dropped.add((key, on))
            for end in ((key, False), (key, True)):
                if (end, on) in self.soft:
                    self.waits[end].discard(on)

    def _sorted(self) -> list[End]:
        open_waits = {end: len(waits) for end, waits in self.waits.items()}
        followers: dict[End, list[End]] = {}
        for end, waits in self.waits.items():
            for on in waits:
                followers.setdefault(on, []).append(end)
        ready = deque(end for end, count in open_waits.items() if count == 0)
        order: list[End] = []
        while ready:
            end = ready.popleft()
            order.append(end)
            for follower in followers.get(end, ()):
                open_waits[follower] -= 1
                if open_waits[follower] == 0:
                    ready.append(follower)
        return order

    def _cycle(self, among: set[End]) -> list[End]:
        """One circle among ends that cannot be put in order: each waits for the next, the last is the first again."""
        path: list[End] = []
        seen: dict[End, int] = {}
        end = min(among)
        while end not in seen:
            seen[end] = len(path)
            path.append(end)
            end = min(on for on in self.waits[end] if on in among)
        return [*path[seen[end] :], end]

    def _error(self, cycle: list[End]) -> CycleError:
        keys: list[str] = []
        for key, _ in reversed(cycle):
            if not keys or keys[-1] != key:
                keys.append(key)
        if len(keys) == 1:
            keys.append(keys[0])
        names = tuple(self.items[key].name or key if key in self.items else "the project's end" for key in keys)
        return CycleError(tuple(keys), names)

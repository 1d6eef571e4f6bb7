"""The order in which the ends of a plan are lived through: who is planned back from a promise begins before it ends, too."""

import heapq
from collections.abc import Sequence

from firstwin.scheduling.rules.instants import Ticks
from firstwin.scheduling.rules.network import End, PlanGraph, is_due_first


def in_order(graph: PlanGraph, planned: Sequence[Ticks]) -> list[End]:
    """Every end after those that it waits for; where that is not possible, by the dates of the plan."""
    waits: dict[End, set[End]] = {}
    for number in range(len(graph.items)):
        waits[2 * number] = _start_waits(graph, number)
        waits[2 * number + 1] = _due_waits(graph, number)
    if graph.end_waits:
        waits[graph.project_end] = set(graph.end_waits)
    return _sorted(waits, planned)


def _start_waits(graph: PlanGraph, number: int) -> set[End]:
    item = graph.items[number]
    waits = set(graph.waits_of(2 * number)) - {2 * number + 1}
    if is_due_first(item) and item.due is not None and item.fixed_start_at is None:
        anchor = graph.end_of_anchor(item.due, number)
        waits |= {anchor} if anchor is not None else set()
        if item.duration is None and graph.stages[number] >= 0:
            waits.add(2 * graph.stages[number])
    return waits


def _due_waits(graph: PlanGraph, number: int) -> set[End]:
    if graph.is_plain[number]:
        return {2 * number, *(source for source, _ in graph.finish_bonds[number])}
    own = set() if graph.items[number].is_done else {2 * number}
    return set(graph.waits_of(2 * number + 1)) | own


def _sorted(waits: dict[End, set[End]], planned: Sequence[Ticks]) -> list[End]:
    followers: dict[End, list[End]] = {}
    left: dict[End, int] = {}
    for end, sources in waits.items():
        known = [source for source in sources if source in waits]
        left[end] = len(known)
        for source in known:
            followers.setdefault(source, []).append(end)
    ready = [(planned[end], end) for end, count in left.items() if not count]
    heapq.heapify(ready)
    stuck = sorted(left, key=lambda end: (planned[end], end), reverse=True)
    found: list[End] = []
    seen: set[End] = set()
    while len(found) < len(waits):
        end = heapq.heappop(ready)[1] if ready else stuck.pop()
        if end in seen:
            continue
        seen.add(end)
        found.append(end)
        for follower in followers.get(end, ()):
            left[follower] -= 1
            if left[follower] == 0:
                heapq.heappush(ready, (planned[follower], follower))
    return found

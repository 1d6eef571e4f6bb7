"""What the end of a plan waits for: from the end back through whatever placed each date, to what is still open."""

from firstwin.scheduling.contracts import LinkType, PlanDates, PlanItem, PlanLink, PlanNetwork, Span
from firstwin.scheduling.rules import wording
from firstwin.scheduling.rules.network import End, PlanGraph
from firstwin.scheduling.rules.plan import DatedItems, ForwardPass

_FROM_DUE = frozenset({LinkType.FINISH_TO_START, LinkType.FINISH_TO_FINISH})


def held_back_by(network: PlanNetwork, dates: PlanDates) -> str | None:
    """The item that holds back the end of a plan because it is still open; none when the end waits for no such item."""
    known = dates.items
    if isinstance(known, DatedItems) and known.forward.network is network:
        forward = known.forward
    else:
        forward = ForwardPass(PlanGraph(network)).run()
    end = _last(forward, range(len(forward.graph.items)))
    seen: set[End] = set()
    while end is not None and end not in seen:
        seen.add(end)
        if end == forward.graph.project_end:
            end = _last(forward, [waited >> 1 for waited in forward.graph.end_waits])
            continue
        if is_held_open(forward, end):
            return forward.graph.items[end >> 1].key
        end = before(forward, end)
    return None


def _last(forward: ForwardPass, numbers: range | list[int]) -> End | None:
    """The due of the last of some items; tasks before stages, then as they stand in the plan."""
    items, at = forward.graph.items, forward.at
    last = max(numbers, key=lambda number: (at[2 * number + 1], not items[number].is_stage, -number), default=None)
    return None if last is None else 2 * last + 1


def is_held_open(forward: ForwardPass, end: End) -> bool:
    """Whether an end is where it is because its item is still open."""
    number = end >> 1
    if forward.why[end] == wording.STILL_OPEN:
        return True
    if not end & 1 or forward.why[end] != wording.AS_LATE_AS_NEEDED:
        return False
    bound = forward.start_bound(number)
    return bound is not None and bound[1] == wording.STILL_OPEN


def before(forward: ForwardPass, end: End) -> End | None:
    """The end that placed this one; none for what an instant from outside placed."""
    graph, number, why = forward.graph, end >> 1, forward.why[end]
    item = graph.items[number]
    if end & 1 and why == wording.AS_LATE_AS_NEEDED:
        bound = forward.start_bound(number)
        why = bound[1] if bound is not None else why
    if isinstance(why, PlanLink):
        return 2 * graph.index[why.predecessor] + (why.type in _FROM_DUE)
    if isinstance(why, PlanItem):
        return 2 * graph.index[why.key]
    if isinstance(why, Span):
        return 2 * number
    if why in (wording.AS_SET, wording.PROJECT_STARTS):
        return None
    return _before_due(forward, number, item) if end & 1 else _before_start(forward, number, item)


def _before_due(forward: ForwardPass, number: int, item: PlanItem) -> End | None:
    if item.is_stage:
        held = [child for child in forward.graph.counted_children(number)]
        last = _last(forward, held)
        if last is not None and forward.at[last] == forward.at[2 * number + 1]:
            return last
        return 2 * number
    if item.due is not None and forward.why[2 * number + 1] != wording.AS_LATE_AS_NEEDED:
        return forward.graph.end_of_anchor(item.due, number)
    return 2 * number


def _before_start(forward: ForwardPass, number: int, item: PlanItem) -> End | None:
    if item.start is not None:
        return forward.graph.end_of_anchor(item.start, number)
    return 2 * number + 1 if item.due is not None else None

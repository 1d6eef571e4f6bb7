"""A plan from its end: as late as possible before a wished end, and what would have to happen too early for that."""

from datetime import datetime

from firstwin.scheduling.contracts import PlanDates, PlanItem, PlanNetwork
from firstwin.scheduling.rules import wording
from firstwin.scheduling.rules.floats import BackwardPass
from firstwin.scheduling.rules.instants import MINUTE, Ticks, ticks
from firstwin.scheduling.rules.network import PlanGraph, is_due_first
from firstwin.scheduling.rules.plan import PROJECT_START, ForwardPass


def plan_backwards(network: PlanNetwork, end_at: datetime) -> PlanDates:
    """Every item as late as a wished end allows, promises and dates set by hand as they are; says what is too early."""
    graph = PlanGraph(network)
    earliest = ForwardPass(graph).run()
    floors = _latest_starts(BackwardPass(earliest, ticks(end_at)))
    latest = ForwardPass(graph, floors)
    latest.open_from = None
    if floors and PROJECT_START in latest.anchors:
        latest.anchors[PROJECT_START] = min(latest.anchors[PROJECT_START], *floors.values())
    latest.run()
    for number, floor in floors.items():
        if floor < earliest.at[2 * number] and not graph.items[number].is_stage:
            latest.object(number, _too_early(earliest, number, floor))
    for warning in _warnings(earliest, latest, floors, ticks(end_at)):
        latest.warnings[warning] = None
    return latest.dates()


def _latest_starts(backward: BackwardPass) -> dict[int, Ticks]:
    """The latest start of every item that nothing but its links and length places, and of every such stage."""
    graph = backward.graph
    free = [number for number, item in enumerate(graph.items) if _is_free(item)]
    found = {number: backward.latest_dates(number, graph.items[number])[0] for number in free}
    for number, item in enumerate(graph.items):
        if item.is_stage and item.start is None and item.fixed_start_at is None:
            inside = [found[child] for child in graph.children.get(number, ()) if child in found]
            found[number] = min([backward.latest_dates(number, item)[0], *inside])
    return {number: at - at % MINUTE for number, at in found.items()}


def _is_free(item: PlanItem) -> bool:
    return item.start is None and item.fixed_start_at is None and not is_due_first(item) and not item.is_stage


def _too_early(earliest: ForwardPass, number: int, floor: Ticks) -> str:
    graph, start = earliest.graph, earliest.at[2 * number]
    wanted, found = wording.spoken_days(graph.calendars[number], floor, start)
    because = wording.spoken_reason(earliest.why[2 * number], graph.names)
    return f"would have to start on {wanted}, but cannot start before {found}: {because}"


def _warnings(earliest: ForwardPass, latest: ForwardPass, floors: dict[int, Ticks], end: Ticks) -> list[str]:
    calendar = earliest.graph.default
    begin = min((floor for number, floor in floors.items() if floor < earliest.at[2 * number]), default=None)
    possible = max(earliest.anchors.get(PROJECT_START, end), earliest.open_from or 0)
    found: list[str] = []
    if begin is not None and begin < possible:
        days = max(calendar.days_between(begin, possible), 1)
        wish, first, real = wording.spoken_days(calendar, end, begin, possible)
        distance = "1 working day" if days == 1 else f"{days} working days"
        found.append(f"To end on {wish} this plan would have to start on {first}, {distance} before {real}")
    if latest.last > end:
        wish, real = wording.spoken_days(calendar, end, latest.last)
        found.append(f"This plan cannot end on {wish}: it ends on {real}")
    return found

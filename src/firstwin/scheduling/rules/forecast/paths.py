"""A plan lived through some thousand times: every open item takes as long as such work took before, by chance.

What is done stays. What is under way takes at least as long as it has taken. Everything else follows its links, its stage,
its anchors and the working time of who does it, as in `rules/plan.py`; promises hold nobody back who is done early.
"""

import numpy as np
from scipy import special

from firstwin.scheduling.contracts import PlanItem, PlanLink, Timing
from firstwin.scheduling.contracts.forecasting import ForecastQuestion, OwnerLoad
from firstwin.scheduling.rules.forecast import lengths, order
from firstwin.scheduling.rules.forecast.hours import Hours, hours_of
from firstwin.scheduling.rules.forecast.trees import Floats, Ints
from firstwin.scheduling.rules.instants import SECOND, Ticks, moment, ticks
from firstwin.scheduling.rules.network import Bond, End, PlanGraph, is_due_first
from firstwin.scheduling.rules.plan import PROJECT_START, ForwardPass

_YEARS_BEYOND = 2
_TAILS = (0.0005, 0.005, 0.0125)
_RAREST = 0.98
_NOTHING = OwnerLoad()
_HOUR, _DAY = 3_600.0, 86_400
_NOBODY: End = -1
Reached = tuple[Ints, End]
"""Instants, and the end that they were reached from."""


class Simulation:
    """The paths of one question. Instants are seconds since 1970: one number where it is certain, else one per path."""

    def __init__(self, question: ForecastQuestion) -> None:
        self.question = question
        self.network = question.network
        self.graph = PlanGraph(self.network)
        self.now = _seconds(ticks(question.now))
        if PROJECT_START not in self.network.anchors:
            raise ValueError("a plan needs its project_start")
        self.planned = ForwardPass(self.graph).run()
        self.random = np.random.default_rng(question.seed)
        first = min(*self.network.anchors.values(), question.now)
        last = max(moment(self.planned.last), question.now)
        self.years = (first.year - 1, last.year + _YEARS_BEYOND)
        specs = {key: hours_of(spec, *self.years) for key, spec in self.network.calendars.items()}
        default = specs.get("") or hours_of(self.graph.default.spec, *self.years)
        self.usual_hours = default
        self.hours: list[Hours] = [specs.get(item.calendar, default) for item in self.graph.items]
        self.levels, self.shape = _with_tails(question.learned.shape)
        self.at: dict[End, Ints] = {}
        self.bound: dict[End, Ints] = {}
        self.worked: dict[int, Floats] = {}
        self.begun: dict[int, Ints] = {}
        self.ends = order.in_order(self.graph, self.planned.at)

    def run(self) -> "Simulation":
        """Work out every end on every path."""
        for end in self.ends:
            number = end >> 1
            if end == self.graph.project_end:
                self._keep(end, [(self._of(wait), wait) for wait in self.graph.end_waits])
            elif not end & 1:
                self._start(number, self.graph.items[number])
            elif self.graph.items[number].is_stage:
                self._stage_end(number, self.graph.items[number])
            else:
                self._end(number, self.graph.items[number])
        return self

    def _of(self, end: End) -> Ints:
        found = self.at.get(end)
        return found if found is not None else _seconds(self.planned.at[end])

    def _keep(self, end: End, reached: list[Reached]) -> Ints:
        """The latest of several instants, and which end it came from."""
        at, source = reached[0]
        bound = np.array([source])
        for other, other_source in reached[1:]:
            is_later = other > at
            if is_later.any():
                at = np.where(is_later, other, at)
                bound = np.where(is_later, other_source, bound)
        self.at[end], self.bound[end] = at, bound
        return at

    # starts ---------------------------------------------------------------------------------------------------------

    def _start(self, number: int, item: PlanItem) -> None:
        end = 2 * number
        if item.fixed_start_at is not None:
            self.begun[number] = self._keep(end, [(_seconds(ticks(item.fixed_start_at)), _NOBODY)])
            return
        at = self._keep(end, [self._own_start(number, item), *self._linked(number, self.graph.start_bonds[number])])
        if item.not_before is not None:
            at = np.maximum(at, _seconds(ticks(item.not_before)))
        at = self.hours[number].at_or_after(at)
        self.begun[number] = at
        self.at[end] = at if item.is_started or item.is_stage else np.maximum(at, self.now)

    def _own_start(self, number: int, item: PlanItem) -> Reached:
        if item.start is not None:
            return self._moment(number, item.start, is_promise=False)
        stage = 2 * self.graph.stages[number]
        opening = (self._of(stage), stage) if stage >= 0 else (_seconds(self.planned.anchors[PROJECT_START]), _NOBODY)
        if not is_due_first(item) or item.due is None:
            return opening
        promise, source = self._moment(number, item.due, is_promise=True)
        if item.duration is None:
            return np.minimum(opening[0], promise), opening[1]
        return promise - (self.planned.at[2 * number + 1] - self.planned.at[2 * number]) // SECOND, source

    def _linked(self, number: int, bonds: list[Bond]) -> list[Reached]:
        return [(self._lagged(number, source, link), source) for source, link in bonds]

    def _lagged(self, number: int, source: End, link: PlanLink) -> Ints:
        at = self._of(source)
        return at if link.lag is None or not link.lag.amount else self.hours[number].lagged(at, link.lag)

    def _moment(self, number: int, timing: Timing, *, is_promise: bool) -> Reached:
        """What a timing means: counted exactly where its anchor is certain, with its pauses; else for every path."""
        source = self.graph.end_of_anchor(timing, number)
        if source is None:
            given = self.planned.anchors.get(timing.anchor, self.planned.anchors[PROJECT_START])
            return _seconds(self.planned.after_anchor(number, timing, given, is_promise=is_promise)), _NOBODY
        anchor = self._of(source)
        if len(anchor) == 1:
            given = int(anchor[0]) * SECOND
            return _seconds(self.planned.after_anchor(number, timing, given, is_promise=is_promise)), source
        for offset in (timing.offset, *timing.further):
            anchor = self.hours[number].later(anchor, offset, is_promise=is_promise)
        return anchor, source

    # ends -----------------------------------------------------------------------------------------------------------

    def _stage_end(self, number: int, item: PlanItem) -> None:
        end = 2 * number + 1
        if item.fixed_due_at is not None:
            self._keep(end, [(_seconds(ticks(item.fixed_due_at)), _NOBODY)])
            return
        start = self._of(2 * number)
        if item.at_least is not None:
            start = self.hours[number].later(start, item.at_least, is_promise=True)
        children = [2 * child + 1 for child in self.graph.counted_children(number)]
        self._keep(end, [(start, 2 * number), *((self._of(child), child) for child in children)])

    def _end(self, number: int, item: PlanItem) -> None:
        end = 2 * number + 1
        traits = self.question.traits.get(item.key)
        if item.is_done or (item.fixed_due_at is not None and traits is None):
            fixed = self.planned.at[end] if item.fixed_due_at is None else ticks(item.fixed_due_at)
            self._keep(end, [(_seconds(fixed), _NOBODY)])
            return
        hours, begun = self.hours[number], self.begun[number]
        load = self.question.loads.get(traits.owner, _NOTHING) if traits is not None else _NOTHING
        work = self._planned_work(number, item, hours, begun)
        is_instant = not work.any()
        if traits is not None:
            work = self._drawn(traits.groups, hours, begun, work / min(max(load.share, 0.05), 1.0))
            self.worked[number] = work
        start = begun if item.is_started or is_instant else self._after_other_work(hours, begun, load)
        at = hours.after_work(start, work) if work.any() else start
        self._keep(
            end, [(np.maximum(at, self.now), 2 * number), *self._linked(number, self.graph.finish_bonds[number])]
        )

    def _after_other_work(self, hours: Hours, begun: Ints, load: OwnerLoad) -> Ints:
        """When somebody comes to a task that could begin then: after what they have to do before it."""
        start = begun
        if load.queue_hours > 0:
            start = np.maximum(start, hours.after_work(self.now, np.array([load.queue_hours * _HOUR])))
        if load.waits:
            ahead = np.maximum(begun - self.now, 0) / _DAY
            wait = np.interp(ahead, np.arange(len(load.waits)), np.array(load.waits)) * _HOUR
            start = np.maximum(start, hours.after_work(np.maximum(begun, self.now), wait))
        return start

    def _planned_work(self, number: int, item: PlanItem, hours: Hours, begun: Ints) -> Floats:
        """The working seconds that an item is planned to take; a promise that came close leaves it no less than a day."""
        since, until = (_seconds(self.planned.at[end]) for end in (2 * number, 2 * number + 1))
        usual: Ints = hours.worked(until) - hours.worked(since)
        if item.fixed_due_at is not None:
            promise = _seconds(ticks(item.fixed_due_at))
        elif item.due is not None:
            promise = self._moment(number, item.due, is_promise=True)[0]
        else:
            return usual.astype(np.float64)
        left = hours.worked(promise) - hours.worked(begun)
        found: Floats = np.clip(left, np.minimum(usual, hours.day), usual).astype(np.float64)
        return found

    def _drawn(self, groups: tuple[str, ...], hours: Hours, begun: Ints, work: Floats) -> Floats:
        """How long an item takes on every path: at least as long as it has taken so far."""
        group = lengths.group_for(self.question.learned, groups)
        chance = self.random.random(self.question.paths)
        extra: Floats | float = 0.0
        if (begun < self.now).any():
            gone = np.maximum(hours.worked(self.now) - hours.worked(begun), 0)
            least = (np.log((gone + hours.day) / (work + hours.day)) - group.mean) / group.spread
            floor = np.minimum(np.interp(least, self.shape, self.levels), _RAREST)
            chance = floor + (1 - floor) * chance
            # What has taken longer than anything so far goes on from there as the rarest lengths do.
            extra = np.maximum(least - np.interp(floor, self.levels, self.shape), 0.0)
        place = np.interp(chance, self.levels, self.shape) + extra
        stretch = np.exp(group.mean + group.spread * place)
        found: Floats = np.maximum(stretch * (work + hours.day) - hours.day, 0.0)
        return found


def _seconds(at: Ticks) -> Ints:
    return np.array([at // SECOND])


def _with_tails(shape: tuple[float, ...]) -> tuple[Floats, Floats]:
    """The shape of lengths with tails like those of a bell beyond what was kept of it."""
    known = np.array(lengths.LEVELS)
    low = np.array(_TAILS)
    high = 1 - low[::-1]
    below = shape[0] + special.ndtri(low) - special.ndtri(known[0])
    above = shape[-1] + special.ndtri(high) - special.ndtri(known[-1])
    levels = np.concatenate((low, known, high))
    values = np.concatenate((below, np.array(shape), above))
    return levels, values + np.arange(len(values)) * 1e-9

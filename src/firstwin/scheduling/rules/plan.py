"""The dates of a plan: each item starts when its anchor, its links and its stage allow, and ends when it is promised."""

from datetime import datetime, timedelta

from firstwin.scheduling.contracts import (
    CalendarSpec,
    ItemDates,
    LinkType,
    Pause,
    PlanDates,
    PlanItem,
    PlanLink,
    PlanNetwork,
    Span,
    SpanUnit,
    Timing,
)
from firstwin.scheduling.rules.calendars import WorkingCalendar, calendar_of
from firstwin.scheduling.rules.network import PROJECT_END, End, PlanGraph, binds_start, is_due_first, source_of

Reasoned = tuple[datetime, str]
_DEFAULT_ANCHOR = "project_start"


def plan_dates(network: PlanNetwork) -> PlanDates:
    """When every item of a plan starts and is due, and why; refuses a plan whose items wait for each other."""
    return _Planner(network).run()


def spoken_span(span: Span) -> str:
    """A span in words, without its sign: "5 working days"."""
    amount = abs(span.amount)
    word = {SpanUnit.HOURS: "hour", SpanUnit.CALENDAR_DAYS: "day", SpanUnit.WORKING_DAYS: "working day"}[span.unit]
    return f"{amount} {word}" if amount == 1 else f"{amount} {word}s"


class _Planner:
    def __init__(self, network: PlanNetwork) -> None:
        self.network = network
        self.graph = PlanGraph(network)
        default = network.calendars.get("", CalendarSpec())
        self.default = calendar_of(default)
        self.calendars = {key: calendar_of(spec) for key, spec in network.calendars.items()}
        self.pauses = sorted(network.pauses, key=lambda pause: pause.start_at)
        self.at: dict[End, datetime] = {}
        self.why: dict[End, str] = {}
        self.conflicts: dict[str, str] = {}
        self.warnings: dict[str, None] = {}

    def run(self) -> PlanDates:
        for end in self.graph.in_order():
            if end == PROJECT_END:
                self.at[end] = self._project_end()
                continue
            item = self.graph.items[end[0]]
            self.at[end], self.why[end] = self._due(item) if end[1] else self._start(item)
        items = {item.key: self._dates(item) for item in self.network.items}
        last = max((dates.due_at for dates in items.values()), default=self._project_end())
        return PlanDates(items=items, end_at=last, warnings=tuple(self.warnings))

    def _dates(self, item: PlanItem) -> ItemDates:
        start, due = self.at[(item.key, False)], self.at[(item.key, True)]
        return ItemDates(
            key=item.key,
            start_at=min(start, due),
            due_at=due,
            why_start=self.why[(item.key, False)],
            why_due=self.why[(item.key, True)],
            conflict=self.conflicts.get(item.key, ""),
        )

    def _project_end(self) -> datetime:
        given = self.network.anchors.get(PROJECT_END[0])
        waits = self.graph.waits.get(PROJECT_END, set())
        return given or max((self.at[end] for end in waits), default=self._anchor_instant(_DEFAULT_ANCHOR))

    def _calendar(self, item: PlanItem) -> WorkingCalendar:
        return self.calendars.get(item.calendar, self.default)

    # starts ---------------------------------------------------------------------------------------------------------

    def _start(self, item: PlanItem) -> Reasoned:
        if item.fixed_start_at is not None:
            return item.fixed_start_at, "as it happened, or set by hand"
        at, why = self._own_start(item)
        if not is_due_first(item):
            calendar = self._calendar(item)
            is_instant = item.is_stage or item.duration is None or item.duration.amount <= 0
            if not self._is_exact(item.start):
                at = calendar.moment_at_or_after(at) if is_instant else calendar.at_or_after(at)
        if item.fixed_due_at is not None and at > item.fixed_due_at:
            self.conflicts[item.key] = f"{item.name} cannot start in time for its due date"
            return item.fixed_due_at, "not after its due date"
        return at, why

    def _is_exact(self, timing: Timing | None) -> bool:
        return timing is not None and timing.offset.unit is SpanUnit.HOURS

    def _own_start(self, item: PlanItem) -> Reasoned:
        bound = self._start_bound(item)
        if item.start is not None:
            return _later(self._moment(item, item.start, is_promise=False), bound)
        if is_due_first(item):
            due = self.at[(item.key, True)]
            if item.duration is not None:
                begin = self._calendar(item).begins(due, item.duration)
                wanted = (begin, f"{spoken_span(item.duration)} before it is due")
            else:
                opening = self._stage_start(item)
                wanted = opening if opening[0] < due else (due, "when it is due")
            at, why = _later(wanted, bound)
            return min(at, due), why
        return _later(self._stage_start(item), bound)

    def _stage_start(self, item: PlanItem) -> Reasoned:
        if item.stage in self.graph.items:
            return self.at[(item.stage, False)], f"when {self.graph.items[item.stage].name} starts"
        return (self._bound(item, of_start=True) if item.is_stage else None) or self._project_start()

    def _project_start(self) -> Reasoned:
        return self._anchor_instant(_DEFAULT_ANCHOR), "when the project starts"

    def _start_bound(self, item: PlanItem) -> Reasoned | None:
        """The earliest start that links and `not_before` allow."""
        bound = self._bound(item, of_start=True)
        finish = self._bound(item, of_start=False) if item.duration is not None else None
        if finish is not None and item.duration is not None:
            bound = _later((self._calendar(item).begins(finish[0], item.duration), finish[1]), bound)
        if item.not_before is not None:
            bound = _later((item.not_before, "not before the day set for it"), bound)
        return bound

    def _bound(self, item: PlanItem, *, of_start: bool) -> Reasoned | None:
        bound: Reasoned | None = None
        for link in self.graph.kept_links(item):
            if binds_start(link) is of_start:
                bound = _later((self._linked(item, link), self._link_words(link)), bound)
        return bound

    def _linked(self, item: PlanItem, link: PlanLink) -> datetime:
        source = self.at[source_of(link)]
        if link.lag is None:
            return source
        return self._paused(source, self._calendar(item).lagged(source, link.lag, is_start=binds_start(link)))

    def _link_words(self, link: PlanLink) -> str:
        name = self.graph.items[link.predecessor].name
        verb = {
            LinkType.FINISH_TO_START: "after",
            LinkType.START_TO_START: "after the start of",
            LinkType.FINISH_TO_FINISH: "finishes after",
            LinkType.START_TO_FINISH: "finishes after the start of",
        }[link.type]
        if link.lag is None or link.lag.amount == 0:
            return f"{verb} {name}"
        direction = "before the end of" if link.lag.amount < 0 else verb
        return f"{spoken_span(link.lag)} {direction} {name}"

    # dues -----------------------------------------------------------------------------------------------------------

    def _due(self, item: PlanItem) -> Reasoned:
        if item.fixed_due_at is not None:
            return item.fixed_due_at, "as it happened, or set by hand"
        if item.is_stage:
            return self._stage_due(item)
        if is_due_first(item):
            promise = self._moment(item, item.due, is_promise=True) if item.due else self._project_start()
            earliest = self._start_bound(item)
            if earliest is not None and earliest[0] > promise[0]:
                return self._broken(item, promise, earliest[0])
            return self._finish_bound(item, promise)
        start = self.at[(item.key, False)]
        if item.due is not None:
            promise = self._moment(item, item.due, is_promise=True)
            return self._broken(item, promise, start) if start > promise[0] else self._finish_bound(item, promise)
        if item.duration is None or item.duration.amount <= 0:
            return self._finish_bound(item, (start, self.why[(item.key, False)]))
        end = self._paused(start, self._calendar(item).ends(start, item.duration))
        return self._finish_bound(item, (end, f"takes {spoken_span(item.duration)}"))

    def _broken(self, item: PlanItem, promise: Reasoned, start: datetime) -> Reasoned:
        """A promise that what comes before makes impossible: the item takes its time, and says so."""
        start = self._calendar(item).moment_at_or_after(start)
        end = self._calendar(item).ends(start, item.duration) if item.duration else start
        self.conflicts[item.key] = f"{item.name} was promised {promise[1]}, but what comes before it ends later"
        return end, "as soon as what comes before allows"

    def _finish_bound(self, item: PlanItem, due: Reasoned) -> Reasoned:
        return _later(due, self._bound(item, of_start=False))

    def _stage_due(self, item: PlanItem) -> Reasoned:
        start = self.at[(item.key, False)]
        due: Reasoned = (start, "when it starts")
        if item.at_least is not None:
            end = self._paused(start, self._calendar(item).ends(start, item.at_least))
            due = (end, f"takes at least {spoken_span(item.at_least)}")
        counted = self.graph.waits[(item.key, True)]
        for child in self.graph.children.get(item.key, ()):
            if (child, True) in counted and self.at[(child, True)] > due[0]:
                due = (self.at[(child, True)], f"ends with {self.graph.items[child].name}")
        if item.due is None:
            return due
        promise = self._moment(item, item.due, is_promise=True)
        if due[0] > promise[0]:
            self.conflicts[item.key] = f"{item.name} was promised {promise[1]}, but {due[1]} later"
            return due
        return promise

    # anchors --------------------------------------------------------------------------------------------------------

    def _moment(self, item: PlanItem, timing: Timing, *, is_promise: bool) -> Reasoned:
        calendar = self._calendar(item)
        anchor, name = self._anchor(item, timing)
        count = calendar.is_due if is_promise else calendar.starts
        at = self._paused(anchor, count(anchor, timing.offset))
        for offset in timing.further:
            at = self._paused(at, count(at, offset))
        return at, _spoken_timing(timing, name, is_promise=is_promise)

    def _anchor(self, item: PlanItem, timing: Timing) -> Reasoned:
        end = self.graph.end_of_anchor(timing, item)
        if end is not None:
            name = self.graph.items[end[0]].name if end[0] in self.graph.items else "the project's end"
            return self.at[end], f"{name} is done" if end[1] and end != PROJECT_END else name
        return self._anchor_instant(timing.anchor), timing.anchor.replace("_", " ")

    def _anchor_instant(self, anchor: str) -> datetime:
        given = self.network.anchors.get(anchor)
        if given is None:
            self.warnings[f"Nothing sets {anchor.replace('_', ' ')}: the project's start counts instead"] = None
            given = self.network.anchors[_DEFAULT_ANCHOR]
        return given

    def _paused(self, since: datetime, until: datetime) -> datetime:
        """Move an instant by the days of every pause that lies between."""
        for pause in self.pauses:
            if since <= pause.start_at < until:
                until = after_pause(self.default, pause, until)
        return until


def after_pause(calendar: WorkingCalendar, pause: Pause, at: datetime) -> datetime:
    """What was ahead when a plan was held moves by the local days that the hold lasted, on to the next working day."""
    days = (calendar.day_of(pause.end_at) - calendar.day_of(pause.start_at)) // timedelta(days=1)
    return at if days <= 0 else calendar.moment_at_or_after(calendar.plus_days(at, days))


def _later(one: Reasoned, other: Reasoned | None) -> Reasoned:
    return one if other is None or one[0] >= other[0] else other


def _spoken_timing(timing: Timing, name: str, *, is_promise: bool) -> str:
    total = timing.offset.amount + sum(span.amount for span in timing.further if span.unit is timing.offset.unit)
    if total == 0:
        return f"at {name}" if not name.endswith("is done") else f"when {name}"
    span = spoken_span(Span(total, timing.offset.unit))
    name = name.replace(" is done", "")
    if is_promise and total > 0:
        return f"within {span} of {name}"
    return f"{span} {'after' if total > 0 else 'before'} {name}"

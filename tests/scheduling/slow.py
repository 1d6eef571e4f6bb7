"""The same dates, slowly: a clock that goes on by a quarter of an hour and looks at the wall calendar each time.

It shares nothing with the engine but the contracts. Calendars, lengths and starts lie on quarters of an hour.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from dateutil.rrule import rrulestr

from firstwin.scheduling.contracts import (
    CalendarSpec,
    DayRule,
    LinkType,
    OpenHours,
    PlanItem,
    PlanNetwork,
    Span,
    SpanUnit,
)

STEP = timedelta(minutes=15)


@cache
def holidays_of(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year)) if country else frozenset()


@cache
def hits(rule: DayRule, day: date) -> bool:
    if not rule.repeats:
        return rule.first_on <= day <= (rule.last_on or rule.first_on)
    midnight = datetime.combine(day, time.min)
    return bool(
        rrulestr(rule.repeats, dtstart=datetime.combine(rule.first_on, time.min)).between(midnight, midnight, True)
    )


@cache
def hours(spec: CalendarSpec, day: date) -> OpenHours:
    found = () if day in holidays_of(spec.country, day.year) else spec.week[day.weekday()]
    for rule in spec.rules:
        if hits(rule, day):
            found = rule.hours
    return found


class Slow:
    """One calendar, asked quarter by quarter."""

    def __init__(self, spec: CalendarSpec) -> None:
        self.spec, self.zone = spec, ZoneInfo(spec.time_zone)
        self.known: dict[datetime, tuple[bool, bool]] = {}

    def look(self, at: datetime) -> tuple[bool, bool]:
        """Whether somebody works in the quarter that begins then, and whether the working day is on (breaks included)."""
        if at not in self.known:
            local = at.astimezone(self.zone)
            today = hours(self.spec, local.date())
            works = any(start <= local.time() < end for start, end in today)
            self.known[at] = works, bool(today) and today[0][0] <= local.time() < today[-1][1]
        return self.known[at]

    def works(self, at: datetime) -> bool:
        return self.look(at)[0]

    def is_on(self, at: datetime) -> bool:
        return self.look(at)[1]

    def forward(self, at: datetime, is_right: Callable[[datetime], bool]) -> datetime:
        while not is_right(at):
            at += STEP
        return at

    def back(self, at: datetime, is_right: Callable[[datetime], bool]) -> datetime:
        while not is_right(at):
            at -= STEP
        return at

    def start(self, at: datetime) -> datetime:
        return self.forward(at, self.is_on)

    def instant(self, at: datetime) -> datetime:
        return self.forward(at, lambda one: self.is_on(one) or self.is_on(one - STEP))

    def last(self, at: datetime) -> datetime:
        return self.back(at, lambda one: self.is_on(one) or self.is_on(one - STEP))

    def same_clock(self, at: datetime, day: date) -> datetime:
        local = at.astimezone(self.zone)
        return datetime.combine(day, local.time().replace(fold=0), tzinfo=self.zone).astimezone(UTC)

    def days_on(self, at: datetime, count: int) -> datetime:
        return self.same_clock(at, at.astimezone(self.zone).date() + timedelta(days=count))

    def working_days_on(self, at: datetime, count: int) -> datetime:
        day = at.astimezone(self.zone).date()
        while count:
            step = 1 if count > 0 else -1
            day += timedelta(days=step)
            count -= step if hours(self.spec, day) else 0
        return self.same_clock(at, day)

    def kept(self, at: datetime) -> datetime:
        local = at.astimezone(self.zone)
        today = hours(self.spec, local.date())
        return at if today and local.time() <= today[-1][1] else self.last(at)

    def after_work(self, at: datetime, amount: int, *, goes_on: bool) -> datetime:
        quarters = abs(amount) * 4
        while quarters:
            if amount > 0:
                quarters -= self.works(at)
                at += STEP
            else:
                at -= STEP
                quarters -= self.works(at)
        if goes_on:
            return self.forward(at, self.works)
        return self.back(at, lambda one: self.works(one - STEP))

    def end(self, start: datetime, span: Span | None) -> datetime:
        if span is None or span.amount == 0:
            return start
        match span.unit:
            case SpanUnit.HOURS:
                return start + timedelta(hours=span.amount)
            case SpanUnit.WORKING_HOURS:
                return self.after_work(start, span.amount, goes_on=False)
            case SpanUnit.CALENDAR_DAYS:
                return max(start, self.kept(self.days_on(start, span.amount)))
            case SpanUnit.WORKING_DAYS:
                at = self.start(start)
                for _number in range(span.amount):
                    at = self.start(at)
                    day = at.astimezone(self.zone).date()
                    at = self.forward(
                        at, lambda one, day=day: not self.is_on(one) or one.astimezone(self.zone).date() != day
                    )  # type: ignore[misc]
                return at

    def begin(self, due: datetime, span: Span) -> datetime:
        if span.amount == 0:
            return due
        match span.unit:
            case SpanUnit.HOURS:
                return due - timedelta(hours=span.amount)
            case SpanUnit.WORKING_HOURS:
                return self.after_work(due, -span.amount, goes_on=True)
            case SpanUnit.CALENDAR_DAYS:
                return min(due, self.start(self.days_on(due, -span.amount)))
            case SpanUnit.WORKING_DAYS:
                at = due
                for _number in range(span.amount):
                    at = self.back(at, lambda one: self.is_on(one - STEP))
                    at = self.back(at, lambda one: not self.is_on(one - STEP))
                return at

    def lag(self, at: datetime, span: Span | None, *, is_start: bool) -> datetime:
        if span is None:
            return at
        match span.unit:
            case SpanUnit.HOURS:
                return at + timedelta(hours=span.amount)
            case SpanUnit.WORKING_HOURS:
                return self.after_work(at, span.amount, goes_on=is_start)
            case SpanUnit.CALENDAR_DAYS:
                return self.days_on(at, span.amount)
            case SpanUnit.WORKING_DAYS:
                return self.working_days_on(self.start(at) if is_start else self.last(at), span.amount)


def slow_dates(network: PlanNetwork) -> dict[str, tuple[datetime, datetime]]:
    """Start and due of all items: stages follow one another, links point to items that stand before."""
    calendars = {key: Slow(spec) for key, spec in network.calendars.items()}
    begin = network.anchors["project_start"]
    found: dict[str, tuple[datetime, datetime]] = {}
    stages = [one for one in network.items if one.is_stage]
    for item in (one for one in network.items if one.stage == ""):
        if not item.is_stage:
            found[item.key] = _dated(item, calendars[item.calendar], begin, found)
    for index, stage in enumerate(stages):
        start = calendars[""].instant(found[stages[index - 1].key][1] if index else begin)
        due = start
        for item in (one for one in network.items if one.stage == stage.key):
            found[item.key] = _dated(item, calendars[item.calendar], start, found)
            due = max(due, found[item.key][1])
        found[stage.key] = start, due
    return found


def _dated(
    item: PlanItem, calendar: Slow, begin: datetime, found: dict[str, tuple[datetime, datetime]]
) -> tuple[datetime, datetime]:
    bounds, finishes = [begin], []
    for link in item.links:
        source = found[link.predecessor][link.type in (LinkType.FINISH_TO_START, LinkType.FINISH_TO_FINISH)]
        is_start = link.type in (LinkType.FINISH_TO_START, LinkType.START_TO_START)
        at = calendar.lag(source, link.lag, is_start=is_start)
        (bounds if is_start else finishes).append(at)
    if item.duration is not None and finishes:
        bounds.append(calendar.begin(max(finishes), item.duration))
    takes_time = item.duration is not None and item.duration.amount > 0
    start = calendar.start(max(bounds)) if takes_time else calendar.instant(max(bounds))
    return start, max([calendar.end(start, item.duration), *finishes])

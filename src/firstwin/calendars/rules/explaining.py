"""Why a day is worked or closed, in words: for the month view and for what is coming up."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from firstwin.calendars.contracts import Closure, DayKind, DayState, ExplainedDay
from firstwin.calendars.rules import hours, regions, resolving
from firstwin.calendars.rules.days import DayFact
from firstwin.calendars.rules.resolving import Layer, Resolved
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import CalendarSpec

_STATES = {
    DayKind.LEAVE: DayState.LEAVE,
    DayKind.DAY_OFF: DayState.OFF,
    DayKind.WORKING_DAY: DayState.EXTRA,
    DayKind.PART_DAY: DayState.PART,
}
_WORDS = {
    DayKind.LEAVE: "Leave",
    DayKind.DAY_OFF: "Day off",
    DayKind.WORKING_DAY: "Working day",
    DayKind.PART_DAY: "Part day",
}


def explained(resolved: Resolved, spec: CalendarSpec, first: date, last: date) -> tuple[ExplainedDay, ...]:
    """Every day of a stretch with its hours and its reason."""
    named = _named(resolved, first, last)
    found: list[ExplainedDay] = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        open_hours = scheduling_queries.hours_on(spec, day)
        state, reason = _reason(resolved, day, named.get(day, ()), is_open=bool(open_hours))
        found.append(ExplainedDay(on=day, state=state, hours=open_hours, reason=reason))
    return tuple(found)


def own_days_off(resolved: Resolved, days: Iterable[ExplainedDay]) -> frozenset[date]:
    """Working days on which somebody has leave or a day off of their own: not holidays, not what everybody has off."""
    off = [day.on for day in days if day.state in (DayState.LEAVE, DayState.OFF) and resolved.week[day.on.weekday()]]
    own = [layer for layer in resolved.layers if layer.holder == resolved.holder]
    named = _named(replace(resolved, layers=tuple(own)), min(off), max(off)) if off else {}
    return frozenset(
        day
        for day in off
        if any(_STATES[fact.kind] in (DayState.LEAVE, DayState.OFF) for _, fact in named.get(day, ()))
    )


def _named(resolved: Resolved, first: date, last: date) -> dict[date, list[tuple[Layer, DayFact]]]:
    """The exceptions that name each day, in the order in which they count."""
    found: dict[date, list[tuple[Layer, DayFact]]] = {}
    for layer in resolved.layers:
        for fact in layer.days:
            rule = resolving.rule_of(fact, layer.name, resolved.week)
            for day in scheduling_queries.days_named(rule, first, last):
                found.setdefault(day, []).append((layer, fact))
    return found


def _reason(
    resolved: Resolved, day: date, named: Iterable[tuple[Layer, DayFact]], *, is_open: bool
) -> tuple[DayState, str]:
    parts: list[str] = []
    for layer, fact in reversed(list(named)):
        if fact.kind is DayKind.PART_DAY:
            parts.append(_said(resolved, layer, fact))
            continue
        said = _said(resolved, layer, fact)
        return _STATES[fact.kind], ", ".join([said, *parts]) if fact.kind is DayKind.WORKING_DAY else said
    holiday = (
        regions.holiday_names(resolved.country, resolved.subdivision, day.year).get(day) if resolved.country else None
    )
    if holiday:
        return DayState.HOLIDAY, holiday
    if not resolved.week[day.weekday()]:
        return DayState.WEEKEND, "No working day"
    if parts:
        return DayState.PART, ", ".join(parts)
    return (DayState.WORKING, "") if is_open else (DayState.OFF, "Closed")


def _said(resolved: Resolved, layer: Layer, fact: DayFact) -> str:
    said = fact.label or _WORDS[fact.kind]
    if fact.kind is DayKind.PART_DAY:
        said = f"Away {hours.hours_words(fact.hours)}" + (f", {fact.label}" if fact.label else "")
    elif fact.kind is DayKind.LEAVE and fact.label:
        said = f"Leave, {fact.label}"
    return said if layer.holder == resolved.holder else f"{said} ({layer.name})"


def closures(days: Iterable[ExplainedDay]) -> tuple[Closure, ...]:
    """What is coming up: runs of days that are not as usual, across the weekends inside them; weekends alone are not news."""
    found: list[Closure] = []
    is_running = False
    for day in days:
        if day.state is DayState.WEEKEND:
            continue
        if day.state is DayState.WORKING:
            is_running = False
            continue
        previous = found[-1] if is_running else None
        if previous is not None and (previous.state, previous.reason) == (day.state, day.reason):
            found[-1] = Closure(first_on=previous.first_on, last_on=day.on, state=day.state, reason=day.reason)
        else:
            found.append(Closure(first_on=day.on, last_on=day.on, state=day.state, reason=day.reason))
        is_running = True
    return tuple(found)

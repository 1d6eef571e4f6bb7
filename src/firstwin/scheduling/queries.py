"""Answers about calendars and plans. They read nothing but what they are given, so the same input gives the same dates."""

from datetime import date, datetime

from firstwin.scheduling.contracts import CalendarSpec, Pause, PlanDates, PlanNetwork, Span
from firstwin.scheduling.rules import plan as plan_rules
from firstwin.scheduling.rules.calendars import calendar_of


def plan_dates(network: PlanNetwork) -> PlanDates:
    """Work out start and due of every item with reasons; raises CycleError and InvalidCalendarError."""
    return plan_rules.plan_dates(network)


def is_working_day(calendar: CalendarSpec, day: date) -> bool:
    """Say whether people of this calendar work on a day."""
    return calendar_of(calendar).is_working_day(day)


def promised_at(calendar: CalendarSpec, anchor: datetime, offset: Span) -> datetime:
    """Return the instant by which something promised `offset` after an anchor has to be done."""
    return calendar_of(calendar).is_due(anchor, offset)


def starts_at(calendar: CalendarSpec, anchor: datetime, offset: Span) -> datetime:
    """Return the instant at which something starts that begins `offset` after an anchor."""
    return calendar_of(calendar).starts(anchor, offset)


def ends_at(calendar: CalendarSpec, start: datetime, duration: Span) -> datetime:
    """Return when something ends that starts then and takes so long."""
    return calendar_of(calendar).ends(start, duration)


def resumed_at(calendar: CalendarSpec, pause: Pause, at: datetime) -> datetime:
    """Return where an instant moves that was still ahead when a plan was held."""
    return plan_rules.after_pause(calendar_of(calendar), pause, at)


def opening_of(calendar: CalendarSpec, day: date) -> datetime:
    """Return when people start on a day, or on the next working day."""
    known = calendar_of(calendar)
    return known.opening(known.working_day(day))


def closing_of(calendar: CalendarSpec, day: date) -> datetime:
    """Return when people stop on a day, or on the last working day before."""
    known = calendar_of(calendar)
    return known.closing(known.working_day(day, step=-1))


def spoken(span: Span) -> str:
    """Say a span in words: "5 working days"."""
    return plan_rules.spoken_span(span)

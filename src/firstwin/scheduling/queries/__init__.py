"""Answers about calendars and plans. They read nothing but what they are given, so the same input gives the same dates."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from firstwin.scheduling.contracts import (
    CalendarSpec,
    DayRule,
    ItemFloat,
    OpenHours,
    Pause,
    PlanDates,
    PlanNetwork,
    SharedHours,
    Span,
)
from firstwin.scheduling.rules import floats as float_rules
from firstwin.scheduling.rules import hours, mornings, moving, recurrence, sharing, wishes, wording
from firstwin.scheduling.rules import plan as plan_rules
from firstwin.scheduling.rules.calendars import calendar_of


def plan_dates(network: PlanNetwork, *, like: PlanDates | None = None) -> PlanDates:
    """Work out start and due of every item with reasons; raises CycleError and InvalidCalendarError.

    `like` are dates of the same items, calendars and anchors: with them a plan is dated from another day on, or with
    other pauses, in about a third of the time.
    """
    return plan_rules.plan_dates(network, like)


def plan_floats(network: PlanNetwork, dates: PlanDates) -> Mapping[str, ItemFloat]:
    """Work out the latest dates, floats and critical path of a plan whose dates are known, by item key."""
    return float_rules.plan_floats(network, dates)


def ends_of(networks: Sequence[PlanNetwork], *, like: PlanDates | None = None) -> Sequence[tuple[datetime, str | None]]:
    """Return, for each of several networks of one plan with `open_from`, its end and the key of the open item that holds it
    back (None: none does): many mornings at a tenth of the cost of dating each.

    `like` are dates of the same items, calendars and anchors. Raises CycleError and InvalidCalendarError.
    """
    return mornings.ends_of(networks, like)


def plan_backwards(network: PlanNetwork, end_at: datetime) -> PlanDates:
    """Work out the dates of a plan as late as a wished end allows; conflicts and warnings name what would be too early."""
    return wishes.plan_backwards(network, end_at)


def shared_hours(
    calendars: Mapping[str, CalendarSpec],
    start_at: datetime,
    until_at: datetime,
    minutes: int,
    names: Mapping[str, str] | None = None,
) -> SharedHours:
    """Return the stretches of so many minutes in which everybody works, and why when there are none.

    Calendars come by name, or by a key whose name `names` says: two people may have the same.
    """
    return sharing.shared_hours(calendars, start_at, until_at, minutes, names or {})


def is_working_day(calendar: CalendarSpec, day: date) -> bool:
    """Say whether people of this calendar work on a day."""
    return calendar_of(calendar).is_working_day(day)


def working_days(calendar: CalendarSpec, since: date, until: date) -> int:
    """Count the working days after one day, up to and including another; less than none when that one comes first."""
    return calendar_of(calendar).working_days(since, until)


def on_working_day(calendar: CalendarSpec, at: datetime) -> datetime:
    """Return an instant, or the same time of the next day on which people of this calendar work."""
    return moving.on_working_day(calendar_of(calendar), at)


def moved(
    calendar: CalendarSpec, known: tuple[datetime, datetime], wished: tuple[datetime, datetime]
) -> tuple[datetime, datetime]:
    """Return where start and end land that are moved by days: as a whole they keep the working days that they took."""
    return moving.moved(calendar_of(calendar), known, wished)


def hours_on(calendar: CalendarSpec, day: date) -> OpenHours:
    """Return the local hours in which people of this calendar work on a day; none for a closed one."""
    return _hours_of_year(calendar, day.year)[day.toordinal() - date(day.year, 1, 1).toordinal()]


@lru_cache(maxsize=256)
def _hours_of_year(calendar: CalendarSpec, year: int) -> tuple[OpenHours, ...]:
    return tuple(hours.hours_of_days(calendar, year))


def check_rule(rule: DayRule) -> None:
    """Raise InvalidCalendarError, saying what is wrong, for a rule that no calendar can have."""
    recurrence.check_rule(rule)


def days_named(rule: DayRule, first: date, last: date) -> tuple[date, ...]:
    """Return the days of a stretch that a rule names, in order."""
    found = (
        date.fromordinal(day) for year in range(first.year, last.year + 1) for day in recurrence.days_of(rule, year)
    )
    return tuple(day for day in found if first <= day <= last)


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
    return plan_rules.after_pause(calendar_of(calendar).table, pause, at)


def resumed(calendar: CalendarSpec, pause: Pause, known: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    """Return where start and end move that were both still ahead when a plan was held; they keep their working days."""
    return moving.resumed(calendar_of(calendar), pause, known)


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
    return wording.spoken_span(span)

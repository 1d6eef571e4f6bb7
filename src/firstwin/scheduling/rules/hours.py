"""The opening hours of a calendar year by year: the week, public holidays and rules, as sorted tables of numbers."""

import warnings
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from firstwin.scheduling.contracts import CalendarSpec, InvalidCalendarError, OpenHours
from firstwin.scheduling.rules import recurrence
from firstwin.scheduling.rules.instants import DAY, HOUR, MINUTE, SECOND, Ticks, ticks


@lru_cache(maxsize=2048)
def public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    """A country's public holidays of one year, moved and one-off ones included; none for a country that is not known.

    A part of the country that is not known has the holidays of the whole.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some countries announce their holidays a few years ahead only
        for part in (subdivision or None, None):
            try:
                return frozenset(holidays.country_holidays(country, subdiv=part, years=year))
            except NotImplementedError:
                continue
    return frozenset()


@lru_cache(maxsize=512)
def midnights(zone_name: str, year: int) -> tuple[Ticks, ...]:
    """When each local day of a year begins, and at the end when the next year does."""
    zone = zone_of(zone_name)
    begin, end = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    return tuple(local_instant(zone, day, time.min) for day in range(begin, end + 1))


def zone_of(name: str) -> ZoneInfo:
    """The time zone of a name; refuses what is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidCalendarError(f"{name!r} is not a time zone such as Europe/Berlin") from error


def local_instant(zone: ZoneInfo, day: int, clock: time) -> Ticks:
    """A local day and time of day as an instant."""
    return ticks(datetime.combine(date.fromordinal(day), clock, tzinfo=zone))


def _clock(at: time) -> Ticks:
    return at.hour * HOUR + at.minute * MINUTE + at.second * SECOND + at.microsecond


def check_hours(hours: OpenHours) -> None:
    """Opening hours follow one another within a day; an end at 00:00 is midnight at the end of the day."""
    latest = -1
    for opening, closing in hours:
        end = _clock(closing) or DAY
        if _clock(opening) < latest or end <= _clock(opening):
            words = ", ".join(f"{one:%H:%M} to {other:%H:%M}" for one, other in hours)
            raise InvalidCalendarError(f"The hours {words} are not in order: each stretch must end after it starts.")
        latest = end


def hours_of_days(spec: CalendarSpec, year: int) -> list[OpenHours]:
    """The local hours of every day of one year: the week, then the holidays, then the rules in their order."""
    first_day = date(year, 1, 1).toordinal()
    length = date(year + 1, 1, 1).toordinal() - first_day
    hours_of: list[OpenHours] = [spec.week[(first_day + index - 1) % 7] for index in range(length)]
    if spec.country:
        for holiday in public_holidays(spec.country, spec.subdivision, year):
            if holiday.year == year:
                hours_of[holiday.toordinal() - first_day] = ()
    for rule in spec.rules:
        for day in recurrence.days_of(rule, year):
            at = day - first_day
            hours_of[at] = _without(hours_of[at], rule.hours) if rule.takes_away else rule.hours
    return hours_of


def _without(hours: OpenHours, away: OpenHours) -> OpenHours:
    """The hours of a day that are left when some are taken away."""
    for gone_from, gone_until in away:
        since, until = _clock(gone_from), _clock(gone_until) or DAY
        left: list[tuple[time, time]] = []
        for opening, closing in hours:
            end = _clock(closing) or DAY
            if end <= since or until <= _clock(opening):
                left.append((opening, closing))
                continue
            if _clock(opening) < since:
                left.append((opening, gone_from))
            if until < end:
                left.append((gone_until, closing))
        hours = tuple(left)
    return hours


def shifts_of(spec: CalendarSpec, year: int) -> tuple[tuple[int, Ticks, Ticks], ...]:
    """The stretches of working time of one year in order: the local day, from when, until when."""
    zone, starts = zone_of(spec.time_zone), midnights(spec.time_zone, year)
    first_day = date(year, 1, 1).toordinal()
    shifts: list[tuple[int, Ticks, Ticks]] = []
    for index, hours in enumerate(hours_of_days(spec, year)):
        midnight, end = starts[index], starts[index + 1]
        for opening, closing in hours:
            if end - midnight == DAY:
                shifts.append((first_day + index, midnight + _clock(opening), midnight + (_clock(closing) or DAY)))
                continue
            since = local_instant(zone, first_day + index, opening)
            until = local_instant(zone, first_day + index, closing) if _clock(closing) else end
            if midnight <= since < until <= end:
                shifts.append((first_day + index, since, until))
    return tuple(shifts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The working time of some years. `worked` says how much of it lies before each shift."""

    years: tuple[int, int]
    begin: Ticks
    end: Ticks
    first_day: int
    midnights: list[Ticks]
    days: list[int]
    opens: list[Ticks]
    closes: list[Ticks]
    shift_opens: list[Ticks]
    shift_closes: list[Ticks]
    worked: list[Ticks]


def table_of(spec: CalendarSpec, first: int, last: int) -> Table:
    """The table of some years of a calendar."""
    shifts = [shift for year in range(first, last + 1) for shift in shifts_of(spec, year)]
    starts = [at for year in range(first, last + 1) for at in midnights(spec.time_zone, year)[:-1]]
    by_day = {day: (opening, closing) for day, opening, closing in reversed(shifts)}
    closes = {day: closing for day, _, closing in shifts}
    days = sorted(by_day)
    starts.append(midnights(spec.time_zone, last)[-1])
    return Table(
        years=(first, last),
        begin=starts[0],
        end=starts[-1],
        first_day=date(first, 1, 1).toordinal(),
        midnights=starts,
        days=days,
        opens=[by_day[day][0] for day in days],
        closes=[closes[day] for day in days],
        shift_opens=[opening for _, opening, _ in shifts],
        shift_closes=[closing for _, _, closing in shifts],
        worked=list(accumulate((closing - opening for _, opening, closing in shifts[:-1]), initial=0)),
    )

"""Working calendars: which days and hours count, and how spans are counted in them.

Hours are hours of the clock and are never moved. Calendar days keep the local time of day, whatever daylight saving
does. Working days are counted by the calendar's own week, holidays and exceptions. A start that falls into closed time
moves on to the next opening; a promise that falls on a closed day moves back to the close of the last working day
before it, so that it is still kept.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from firstwin.scheduling.contracts import CalendarSpec, InvalidCalendarError, Span, SpanUnit

_ONE_DAY = timedelta(days=1)
_LONGEST_CLOSURE = 400


@lru_cache(maxsize=2048)
def public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    """A country's public holidays of one year, moved and one-off ones included; none for a country that is not known."""
    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
    except NotImplementedError:
        return frozenset()


class WorkingCalendar:
    """A calendar that answers questions; built once per specification and kept (see `calendar_of`)."""

    def __init__(self, spec: CalendarSpec) -> None:
        try:
            self.zone = ZoneInfo(spec.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise InvalidCalendarError(f"{spec.time_zone!r} is not a time zone such as Europe/Berlin") from error
        if len(spec.week) != 7 or not (any(spec.week) or spec.days_on):
            raise InvalidCalendarError("a working week has seven days and some working time")
        self.spec = spec
        self._ordinary = next((hours for hours in spec.week if hours), spec.week[0])
        self._bounds: dict[date, tuple[datetime, datetime] | None] = {}

    def is_working_day(self, day: date) -> bool:
        """Weekdays with hours that are no holiday and not closed; days switched on always."""
        return self._open(day) is not None

    def _open(self, day: date) -> tuple[datetime, datetime] | None:
        """When the day opens and closes, in UTC; None for a closed day."""
        try:
            return self._bounds[day]
        except KeyError:
            bounds = self._bounds[day] = self._work_out(day)
            return bounds

    def _work_out(self, day: date) -> tuple[datetime, datetime] | None:
        spec = self.spec
        hours = spec.week[day.weekday()]
        if day in spec.days_on:
            hours = hours or self._ordinary
        elif day in spec.days_off or not hours or self._is_holiday(day):
            return None
        return self.instant(day, hours[0][0]), self.instant(day, hours[-1][1])

    def _is_holiday(self, day: date) -> bool:
        country = self.spec.country
        return bool(country) and day in public_holidays(country, self.spec.subdivision, day.year)

    def instant(self, day: date, clock: time) -> datetime:
        """A local day and time of day as an instant."""
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)

    def day_of(self, at: datetime) -> date:
        """The local day of an instant."""
        return at.astimezone(self.zone).date()

    def opening(self, day: date) -> datetime:
        """When a working day opens."""
        return self._bounds_of(day)[0]

    def closing(self, day: date) -> datetime:
        """When a working day closes."""
        return self._bounds_of(day)[1]

    def _bounds_of(self, day: date) -> tuple[datetime, datetime]:
        bounds = self._open(day)
        if bounds is None:
            raise InvalidCalendarError(f"{day} is not a working day")
        return bounds

    def working_day(self, day: date, *, step: int = 1) -> date:
        """The day itself when it is worked, else the next one (or, with step -1, the one before)."""
        for _ in range(_LONGEST_CLOSURE):
            if self._open(day) is not None:
                return day
            day += _ONE_DAY * step
        raise InvalidCalendarError("no working day for more than a year: look at the days off of this calendar")

    def shift_day(self, day: date, count: int) -> date:
        """The count-th working day after (before, when negative) a day; 0 is the day itself or the next working one."""
        if count == 0:
            return self.working_day(day)
        step = 1 if count > 0 else -1
        for _ in range(abs(count)):
            day = self.working_day(day + _ONE_DAY * step, step=step)
        return day

    def at_or_after(self, at: datetime) -> datetime:
        """The instant itself when people are at work, else the next opening. A break within a day counts as work."""
        day = self.day_of(at)
        bounds = self._open(day)
        if bounds is not None:
            if bounds[0] <= at < bounds[1]:
                return at
            if at < bounds[0]:
                return bounds[0]
        return self.opening(self.working_day(day + _ONE_DAY))

    def moment_at_or_after(self, at: datetime) -> datetime:
        """Like `at_or_after` for things that take no time: the very close of a day still counts."""
        bounds = self._open(self.day_of(at))
        return at if bounds is not None and at == bounds[1] else self.at_or_after(at)

    def kept_promise(self, at: datetime) -> datetime:
        """The instant itself on a working day, else the close of the last working day before it."""
        day = self.day_of(at)
        return at if self._open(day) is not None else self.closing(self.working_day(day, step=-1))

    def plus_days(self, at: datetime, count: int) -> datetime:
        """The same local time of day, so many calendar days on; summer time does not shift it."""
        local = at.astimezone(self.zone)
        return self.instant(local.date() + _ONE_DAY * count, local.time().replace(fold=0))

    def starts(self, anchor: datetime, offset: Span) -> datetime:
        """The instant at which something starts that starts `offset` after (before, when negative) an anchor."""
        match offset.unit:
            case SpanUnit.HOURS:
                return anchor + timedelta(hours=offset.amount)
            case SpanUnit.CALENDAR_DAYS:
                return self.moment_at_or_after(self.plus_days(anchor, offset.amount))
            case SpanUnit.WORKING_DAYS:
                if offset.amount == 0:
                    return self.moment_at_or_after(anchor)
                return self.opening(self.shift_day(self.day_of(anchor), offset.amount))

    def is_due(self, anchor: datetime, offset: Span) -> datetime:
        """The instant by which something is promised that is promised `offset` after (before) an anchor."""
        match offset.unit:
            case SpanUnit.HOURS:
                return anchor + timedelta(hours=offset.amount)
            case SpanUnit.CALENDAR_DAYS:
                if offset.amount == 0:
                    return anchor
                return self.kept_promise(self.plus_days(anchor, offset.amount))
            case SpanUnit.WORKING_DAYS:
                if offset.amount == 0 and self.is_working_day(self.day_of(anchor)):
                    return max(anchor, self.closing(self.day_of(anchor)))
                return self.closing(self.shift_day(self.day_of(anchor), offset.amount))

    def ends(self, start: datetime, duration: Span) -> datetime:
        """When something ends that starts then and takes so long: the first working day counts as one."""
        if duration.amount <= 0:
            return start
        match duration.unit:
            case SpanUnit.HOURS:
                return start + timedelta(hours=duration.amount)
            case SpanUnit.CALENDAR_DAYS:
                return max(start, self.kept_promise(self.plus_days(start, duration.amount)))
            case SpanUnit.WORKING_DAYS:
                first = self.day_of(self.at_or_after(start))
                return self.closing(self.shift_day(first, duration.amount - 1))

    def begins(self, due: datetime, duration: Span) -> datetime:
        """When something has to begin that takes so long and is due then."""
        if duration.amount <= 0:
            return due
        match duration.unit:
            case SpanUnit.HOURS:
                return due - timedelta(hours=duration.amount)
            case SpanUnit.CALENDAR_DAYS:
                return min(due, self.at_or_after(self.plus_days(due, -duration.amount)))
            case SpanUnit.WORKING_DAYS:
                last = self.working_day(self.day_of(due), step=-1)
                if due <= self.opening(last):
                    last = self.shift_day(last, -1)
                return min(due, self.opening(self.shift_day(last, 1 - duration.amount)))

    def lagged(self, at: datetime, lag: Span | None, *, is_start: bool) -> datetime:
        """An instant moved by the lag of a link; for a start, working days are counted from when work could go on."""
        if lag is None or lag.amount == 0:
            return at
        match lag.unit:
            case SpanUnit.HOURS:
                return at + timedelta(hours=lag.amount)
            case SpanUnit.CALENDAR_DAYS:
                return self.plus_days(at, lag.amount)
            case SpanUnit.WORKING_DAYS:
                local = (self.at_or_after(at) if is_start else at).astimezone(self.zone)
                return self.instant(self.shift_day(local.date(), lag.amount), local.time())


@lru_cache(maxsize=512)
def calendar_of(spec: CalendarSpec) -> WorkingCalendar:
    """The calendar of a specification, built once."""
    return WorkingCalendar(spec)

"""Working calendars as others ask them: days as dates, instants as aware datetimes, spans of time between them."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from firstwin.scheduling.contracts import CalendarSpec, Span
from firstwin.scheduling.rules import spans
from firstwin.scheduling.rules.instants import moment, ticks
from firstwin.scheduling.rules.timetable import timetable_of


class WorkingCalendar:
    """A calendar that answers questions; built once per specification and kept (see `calendar_of`)."""

    def __init__(self, spec: CalendarSpec) -> None:
        self.spec = spec
        self.table = timetable_of(spec)
        self.zone = self.table.zone

    def is_working_day(self, day: date) -> bool:
        """Weekdays with hours that are no holiday; the rules of the calendar beat both."""
        return self.table.is_working_day(day.toordinal())

    def working_days(self, since: date, until: date) -> int:
        """The working days after one day, up to and including another; less than none when that one comes first."""
        return self.table.worked_days(since.toordinal(), until.toordinal())

    def instant(self, day: date, clock: time) -> datetime:
        """A local day and time of day as an instant."""
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)

    def day_of(self, at: datetime) -> date:
        """The local day of an instant."""
        return at.astimezone(self.zone).date()

    def clock_of(self, at: datetime) -> time:
        """The local time of day of an instant."""
        return at.astimezone(self.zone).time()

    def opening(self, day: date) -> datetime:
        """When a working day opens; for a closed day the next opening."""
        return moment(self.table.nth_day(day.toordinal(), 0)[1])

    def closing(self, day: date) -> datetime:
        """When a working day closes; for a closed day the last close before it."""
        return moment(self.table.nth_day(self.working_day(day, step=-1).toordinal(), 0)[2])

    def working_day(self, day: date, *, step: int = 1) -> date:
        """The day itself when it is worked, else the next one (or, with step -1, the one before)."""
        if self.is_working_day(day):
            return day
        return date.fromordinal(self.table.nth_day(day.toordinal(), min(step, 0))[0])

    def shift_day(self, day: date, count: int) -> date:
        """The count-th working day after (before, when negative) a day; 0 is the day itself or the next working one."""
        return date.fromordinal(self.table.nth_day(day.toordinal(), count)[0])

    def at_or_after(self, at: datetime) -> datetime:
        """The instant itself when people are at work, else the next opening. A break within a day counts as work."""
        return moment(self.table.at_or_after(ticks(at)))

    def moment_at_or_after(self, at: datetime) -> datetime:
        """Like `at_or_after` for things that take no time: the very close of a day still counts."""
        return moment(self.table.moment_at_or_after(ticks(at)))

    def kept_promise(self, at: datetime) -> datetime:
        """The instant itself, or the close of its day, or of the last working day before it."""
        return moment(self.table.kept_promise(ticks(at)))

    def worked(self, since: datetime, until: datetime) -> timedelta:
        """The working time between two instants, breaks left out."""
        return timedelta(microseconds=self.table.worked(ticks(since), ticks(until)))

    def plus_days(self, at: datetime, count: int) -> datetime:
        """The same local time of day, so many calendar days on; summer time does not shift it."""
        return moment(spans.plus_days(self.table, ticks(at), count))

    def starts(self, anchor: datetime, offset: Span) -> datetime:
        """The instant at which something starts that starts `offset` after (before, when negative) an anchor."""
        return moment(spans.starts(self.table, ticks(anchor), offset))

    def is_due(self, anchor: datetime, offset: Span) -> datetime:
        """The instant by which something is promised that is promised `offset` after (before) an anchor."""
        return moment(spans.is_due(self.table, ticks(anchor), offset))

    def ends(self, start: datetime, duration: Span) -> datetime:
        """When something ends that starts then and takes so long: the first working day counts as one."""
        return moment(spans.ends(self.table, ticks(start), duration))

    def begins(self, due: datetime, duration: Span) -> datetime:
        """When something has to begin that takes so long and is due then."""
        return moment(spans.begins(self.table, ticks(due), duration))

    def lagged(self, at: datetime, lag: Span | None, *, is_start: bool) -> datetime:
        """An instant moved by the lag of a link."""
        return moment(spans.lagged(self.table, ticks(at), lag, is_start=is_start))


@lru_cache(maxsize=512)
def calendar_of(spec: CalendarSpec) -> WorkingCalendar:
    """The calendar of a specification, built once."""
    return WorkingCalendar(spec)

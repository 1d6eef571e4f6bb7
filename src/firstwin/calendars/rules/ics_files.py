"""Days from a calendar file (ICS, RFC 5545): whole days, hours away, and what repeats."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from firstwin.calendars.contracts import MOST_DAYS, DayKind
from firstwin.calendars.rules import days, hours, repeats
from firstwin.calendars.rules.days import DayFact
from firstwin.calendars.rules.file_entries import FileContent, FileEntry, SkippedEntry

NOT_ICS = "This is not a calendar file (ICS)."
EXPORT_AGAIN = "Export the calendar as .ics and choose that file."
AHEAD = timedelta(days=3 * 366)
BEHIND = timedelta(days=366)
"""How far back times are taken one by one: what is older moves no plan, and would leave no room for what is to come."""
MOST_TIMES = 600
_DAY = timedelta(days=1)
_PARSE_ERRORS = (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OverflowError)


@dataclass(frozen=True, slots=True)
class _Event:
    line: int
    uid: str
    body: Any
    title: str


class _EventError(ValueError):
    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


def read(data: bytes, *, zone: str, ordinary: DayKind, today: date) -> FileContent:
    """What a calendar file says. Times are told in the zone of the calendar that takes them over."""
    content = FileContent()
    if b"BEGIN:VCALENDAR" not in data[:10_000].upper():
        content.fault(1, NOT_ICS, EXPORT_AGAIN)
        return content
    try:
        events = list(_events(data))
    except _PARSE_ERRORS as error:
        content.fault(1, f"{NOT_ICS} {str(error)[:200]}".strip(), EXPORT_AGAIN)
        return content
    if len(events) > MOST_DAYS:
        content.fault(events[MOST_DAYS].line, f"More than {MOST_DAYS} events.", "Export a shorter stretch of time.")
        return content
    reader = _Reader(content, ZoneInfo(zone), ordinary, today)
    reader.read_all(events)
    if not content.entries and not content.problems and not content.skipped:
        content.fault(1, "There is no event in this calendar.", "Export a calendar that has some.")
    return content


def _events(data: bytes) -> Iterator[_Event]:
    lines = (at for at, line in enumerate(data.splitlines(), start=1) if line.strip().upper() == b"BEGIN:VEVENT")
    found = icalendar.Calendar.from_ical(data, multiple=True)
    for calendar in found:
        for body in calendar.walk("VEVENT"):
            line = next(lines, 1)
            title = " ".join(str(body.get("SUMMARY", "")).split())[: days.LONGEST_LABEL]
            uid = str(body.get("UID", "")).strip() or f"line {hashlib.sha256(body.to_ical()).hexdigest()[:32]}"
            yield _Event(line, uid if len(uid) <= 200 else hashlib.sha256(uid.encode()).hexdigest(), body, title)


class _Reader:
    def __init__(self, content: FileContent, zone: ZoneInfo, ordinary: DayKind, today: date) -> None:
        self.content, self.zone, self.ordinary, self.today = content, zone, ordinary, today
        self.seen: dict[str, int] = {}
        self.alike: dict[str, bool] = {}

    def read_all(self, events: Sequence[_Event]) -> None:
        """Read every event; what moved or left out an occurrence of a repeating one belongs to that one."""
        moved: dict[str, list[_Event]] = {}
        for event in events:
            if "RECURRENCE-ID" in event.body:
                moved.setdefault(event.uid, []).append(event)
        known = {event.uid for event in events if "RECURRENCE-ID" not in event.body}
        for event in events:
            try:
                if "RECURRENCE-ID" not in event.body:
                    self._read_one(event, moved.get(event.uid, []))
                elif event.uid not in known:
                    self._take(event, f"{event.uid}#{self._recurrence_day(event, event):%Y%m%d}", self._facts(event))
            except _EventError as error:
                self.content.fault(event.line, error.message, error.remedy)
            except _PARSE_ERRORS as error:
                self.content.fault(
                    event.line,
                    f"{_named(event)} cannot be read: {str(error)[:160]}",
                    "Correct the event, or take it out.",
                )

    def _read_one(self, event: _Event, moved: Sequence[_Event]) -> None:
        for _, message in event.body.errors:
            raise _EventError(
                f"{_named(event)} cannot be read: {str(message)[:160]}", "Correct the event, or take it out."
            )
        if str(event.body.get("STATUS", "")).upper() == "CANCELLED":
            self._skip(event, "It is called off.")
            return
        is_timed = isinstance(event.body.decoded("DTSTART", None), datetime)
        if is_timed and str(event.body.get("TRANSP", "")).upper() == "TRANSPARENT":
            self._skip(event, "It is shown as free time.")
            return
        facts = self._facts(event)
        rule = self._rule(event)
        if not rule:
            self._take(event, event.uid, facts)
        elif not self._repeats_alike(event, facts):
            zone = event.body["DTSTART"].params.get("TZID", "UTC")
            self._take_each(event, rule, moved, why=f"It repeats by the clock of {zone}, so its times")
        elif len(facts) > 1:
            raise _EventError(f"{_named(event)} repeats and runs over midnight.", "Enter it as two events.")
        elif moved or "EXDATE" in event.body or "RDATE" in event.body:
            self._take_each(event, rule, moved, why="Some times are different, so they")
        else:
            self._take(event, event.uid, [replace(facts[0], repeats=rule)])

    def _repeats_alike(self, event: _Event, facts: Sequence[DayFact]) -> bool:
        """What repeats by the clock of another zone does so here where it is the same day, always as many hours away."""
        start = event.body.decoded("DTSTART")
        if not isinstance(start, datetime) or start.tzinfo is None or str(start.tzinfo) == str(self.zone):
            return True
        return len(facts) == 1 and facts[0].first_on == start.date() and self._is_always_as_far(start.tzinfo)

    def _is_always_as_far(self, zone: tzinfo) -> bool:
        name = str(zone)
        if name not in self.alike:
            noons = (datetime.combine(self.today, time(12), UTC) + _DAY * number for number in range(AHEAD.days))
            away = {_offset(noon, zone) - _offset(noon, self.zone) for noon in noons}
            self.alike[name] = len(away) == 1
        return self.alike[name]

    def _take_each(self, event: _Event, rule: str, moved: Sequence[_Event], *, why: str) -> None:
        """Take the occurrences of a repeating event one by one, each counted in the zone in which it repeats."""
        first = self._own_day(event, event.body.decoded("DTSTART"))
        horizon = max(self.today, first) + AHEAD
        since = max(first, self.today - BEHIND)
        found = repeats.rule_from(rule, first).between(_midnight(since), _midnight(horizon), inc=True)
        times = [at.date() for at in found[:MOST_TIMES]]
        until = horizon if len(found) <= MOST_TIMES else times[-1]
        left_out = {*self._days(event, "EXDATE"), *(self._recurrence_day(event, other) for other in moved)}
        note = f"{why} are taken one by one, until {until.day} {until:%B %Y}."
        for day in sorted({*times, *self._days(event, "RDATE")} - left_out):
            self._take(event, f"{event.uid}#{day:%Y%m%d}", self._facts(event, later=day - first), note=note)
        for other in moved:
            if str(other.body.get("STATUS", "")).upper() != "CANCELLED":
                self._take(other, f"{event.uid}#{self._recurrence_day(event, other):%Y%m%d}", self._facts(other))

    def _take(self, event: _Event, uid: str, facts: Sequence[DayFact], *, note: str = "") -> None:
        if uid in self.seen:
            self._skip(event, f"It stands in line {self.seen[uid]} already.")
            return
        self.seen[uid] = event.line
        note = " ".join(part for part in (note, _zone_note(event)) if part)
        for number, fact in enumerate(facts, start=1):
            problems = days.problems_of(fact)
            for problem in problems:
                self.content.fault(event.line, f"{_named(event)}: {problem.message}", problem.remedy)
            if len(self.content.entries) >= MOST_DAYS:
                raise _EventError(f"This would be more than {MOST_DAYS} days.", "Export a shorter stretch of time.")
            if not problems:
                own = uid if number == 1 else f"{uid}/{number}"
                self.content.entries.append(FileEntry(line=event.line, uid=own, fact=fact, note=note))

    def _skip(self, event: _Event, note: str) -> None:
        self.content.skipped.append(SkippedEntry(line=event.line, title=event.title or "An event", note=note))

    def _facts(self, event: _Event, *, later: timedelta = timedelta()) -> list[DayFact]:
        """What an event says of the days here, or an occurrence of it, so much later by the clock of its own zone."""
        start = event.body.decoded("DTSTART", None)
        if start is None:
            raise _EventError(f"{_named(event)} has no beginning.", "Give it a day, or take it out.")
        end = event.body.decoded("DTEND", None)
        length = event.body.decoded("DURATION", None)
        if end is None:
            end = start + length if length is not None else None
        start, end = start + later, end + later if end is not None else None
        if isinstance(start, datetime):
            return self._timed(event, self._local(start), self._local(end) if isinstance(end, datetime) else None)
        last = (end.date() if isinstance(end, datetime) else end) - _DAY if end is not None else start
        if last < start - _DAY:
            raise _EventError(f"{_named(event)} ends before it begins.", "Correct its days.")
        return [self._whole(event, start, max(start, last))]

    def _timed(self, event: _Event, start: datetime, end: datetime | None) -> list[DayFact]:
        if end is not None and end < start:
            raise _EventError(f"{_named(event)} ends before it begins.", "Correct its times.")
        if end is None or end == start:
            raise _EventError(f"{_named(event)} takes no time.", "Give it an end, or take it out.")
        facts: list[DayFact] = []
        first, last = start.date(), end.date()
        whole_from = first if start.time() == time() else first + _DAY
        if start.time() != time():
            until = end.time() if last == first else hours.MIDNIGHT
            facts.append(self._part(event, first, start.time(), until))
        if last > whole_from:
            facts.append(self._whole(event, whole_from, last - _DAY))
        if last >= whole_from and end.time() != time():
            facts.append(self._part(event, last, time(), end.time()))
        return facts

    def _whole(self, event: _Event, first: date, last: date) -> DayFact:
        return DayFact(kind=self.ordinary, first_on=first, last_on=last, label=event.title)

    def _part(self, event: _Event, day: date, start: time, end: time) -> DayFact:
        block = (start.replace(second=0, microsecond=0), end if end == hours.MIDNIGHT else end.replace(second=0))
        return DayFact(kind=DayKind.PART_DAY, first_on=day, last_on=day, hours=(block,), label=event.title)

    def _local(self, at: datetime) -> datetime:
        """A time without a zone is meant where the calendar is."""
        local = at if at.tzinfo is None else at.astimezone(self.zone)
        return local.replace(tzinfo=None, fold=0)

    def _rule(self, event: _Event) -> str:
        found = event.body.get("RRULE")
        if found is None:
            return ""
        if isinstance(found, list):
            raise _EventError(f"{_named(event)} has more than one repetition.", "Keep one of them.")
        until = (found.get("UNTIL") or [None])[0]
        if isinstance(until, datetime):
            until = self._own_day(event, until)
        try:
            first = event.body.decoded("DTSTART")
            text = repeats.clean(found.to_ical().decode(), until=until)
            repeats.rule_from(text, first.date() if isinstance(first, datetime) else first)
        except _PARSE_ERRORS as error:
            raise _EventError(
                f"The repetition of {_named(event, 'this event')} cannot be used: {str(error)[:120]}.",
                "Let it repeat by days, weeks, months or years.",
            ) from error
        return text

    def _days(self, event: _Event, name: str) -> list[date]:
        found = event.body.get(name)
        lists = found if isinstance(found, list) else [found] if found is not None else []
        return [self._own_day(event, entry.dt) for one in lists for entry in one.dts]

    def _recurrence_day(self, event: _Event, other: _Event) -> date:
        return self._own_day(event, other.body.decoded("RECURRENCE-ID"))

    def _own_day(self, event: _Event, value: date | tuple[date, date | timedelta]) -> date:
        """The day of a time where the event repeats, which is how its occurrences are told apart."""
        if isinstance(value, tuple):
            value = value[0]
        if not isinstance(value, datetime):
            return value
        if value.tzinfo is None:
            return value.date()
        start = event.body.decoded("DTSTART")
        return value.astimezone(getattr(start, "tzinfo", None) or self.zone).date()


def _offset(at: datetime, zone: tzinfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _zone_note(event: _Event) -> str:
    """A time zone that neither the file nor anybody knows is read as no time zone; whoever looks at the file should know."""
    for name in ("DTSTART", "DTEND"):
        found = event.body.get(name)
        zone = str(found.params.get("TZID", "")) if found is not None else ""
        if zone and isinstance(found.dt, datetime) and found.dt.tzinfo is None:
            return f"The time zone “{zone[:60]}” is not known, so the hours are taken as they stand here."
    return ""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _named(event: _Event, nameless: str = "This event") -> str:
    return f"“{event.title[:60]}”" if event.title else nameless

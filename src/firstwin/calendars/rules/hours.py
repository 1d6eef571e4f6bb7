"""Hours of a day and of a week: as they are stored, checked and said."""

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal

from firstwin.calendars.contracts import Week
from firstwin.scheduling.contracts import OpenHours
from firstwin.shared.errors import Problem

MOST_BLOCKS = 6
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MIDNIGHT = time(0)
"""As an end it is the end of the day."""


def stored(hours: OpenHours) -> list[list[str]]:
    """Hours of a day as they are stored: [["09:00", "12:00"], ["13:00", "17:00"]]."""
    return [[f"{start:%H:%M}", _end_words(end)] for start, end in hours]


def loaded(data: Sequence[Sequence[str]]) -> OpenHours:
    """Hours of a day from what is stored."""
    return tuple((parse_clock(start), parse_clock(end)) for start, end in data)


def parse_clock(text: str) -> time:
    """A time of day such as 9:00, 09:30 or 24:00 (the end of the day); raises ValueError."""
    hour, _, minute = text.strip().partition(":")
    if not (hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit() and len(minute) == 2):
        raise ValueError(f"{text!r} is not a time of day")
    if (int(hour), int(minute)) == (24, 0):
        return MIDNIGHT
    return time(int(hour), int(minute))


def _end_words(clock: time) -> str:
    return "24:00" if clock == MIDNIGHT else f"{clock:%H:%M}"


def hours_words(hours: OpenHours) -> str:
    """Hours of a day as they are said: "9:00–12:00, 13:00–17:00"."""
    return ", ".join(f"{start.hour}:{start:%M}–{_end_words(end).removeprefix('0')}" for start, end in hours) or "closed"


def hours_problems(hours: OpenHours, place: str) -> list[Problem]:
    """Hours of a day run forward and do not overlap."""
    if len(hours) > MOST_BLOCKS:
        return [Problem(place, f"More than {MOST_BLOCKS} blocks of hours in a day.", "Join some of them.")]
    end_before = 0
    for start, end in hours:
        if _last_minute(end) <= _minute(start):
            return [Problem(place, "The day ends before it begins.", "Let the end be later than the beginning.")]
        if _minute(start) < end_before:
            return [Problem(place, "Two blocks of hours overlap.", "Let each block begin after the one before.")]
        end_before = _last_minute(end)
    return []


def week_problems(week: Week) -> list[Problem]:
    """A week has seven days and some working hour."""
    if len(week) != 7:
        return [Problem("week", "A week has seven days.", "Give the hours of Monday to Sunday.")]
    problems = [problem for name, hours in zip(DAY_NAMES, week, strict=True) for problem in hours_problems(hours, name)]
    if not problems and not any(week):
        return [Problem("week", "This calendar has no working hour.", "Give hours for at least one day of the week.")]
    return problems


def minutes_of(hours: OpenHours) -> int:
    """Minutes worked in a day."""
    return sum(_last_minute(end) - _minute(start) for start, end in hours)


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _last_minute(clock: time) -> int:
    return _minute(clock) or 24 * 60


def weekly_hours(week: Week) -> Decimal:
    """Hours of an ordinary week."""
    return (Decimal(sum(minutes_of(hours) for hours in week)) / 60).quantize(Decimal("0.01"))


def week_words(week: Week) -> str:
    """A week as it is said: "Monday to Friday 9:00–17:00"."""
    parts: list[str] = []
    start = 0
    for index in range(1, 8):
        if index < 7 and week[index] == week[start]:
            continue
        if week[start]:
            span = DAY_NAMES[start] if index - start == 1 else f"{DAY_NAMES[start]} to {DAY_NAMES[index - 1]}"
            parts.append(f"{span} {hours_words(week[start])}")
        start = index
    return "; ".join(parts) or "no working hours"


def span_words(first: date, last: date, *, today: date) -> str:
    """Days as they are said: "3 August", "3–14 August", "30 July – 3 August", with years where they are others."""
    year = "" if last.year == today.year and first.year == last.year else f" {last.year}"
    if first == last:
        return f"{first.day} {first:%B}{year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%B}{year}"
    begin = f"{first.day} {first:%B}" + (f" {first.year}" if first.year != last.year else "")
    return f"{begin} – {last.day} {last:%B}{year}"

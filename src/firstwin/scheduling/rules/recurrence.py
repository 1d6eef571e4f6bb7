"""Rules of calendars that name days: one day, a stretch of days, or a stretch that comes again and again.

What comes again is written as an RFC 5545 recurrence (`FREQ=YEARLY`). It may come from a stranger's file, so only what
names days is taken, nothing by the hour, minute or second, and it is never followed further than the year asked for.
"""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from dateutil.rrule import rrulestr

from firstwin.scheduling.contracts import CALENDAR_YEARS, DayRule, InvalidCalendarError

LONGEST_TEXT = 300
LONGEST_STRETCH = timedelta(days=3_700)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NUMBERS = r"[+-]?[0-9]{1,3}(,[+-]?[0-9]{1,3})*"
_MONTH = "(0?[1-9]|1[0-2])"
_WEEKDAY = "([+-]?[0-9]{1,2})?(" + "|".join(_WEEKDAYS) + ")"
_FORMS = {
    "FREQ": ("DAILY|WEEKLY|MONTHLY|YEARLY", "DAILY, WEEKLY, MONTHLY or YEARLY"),
    "INTERVAL": ("[1-9][0-9]{0,2}", "a number from 1 to 999"),
    "COUNT": ("[1-9][0-9]{0,3}", "a number from 1 to 9999"),
    "UNTIL": ("[0-9]{8}(T[0-9]{6}Z?)?", "a day such as 20271231"),
    "WKST": ("|".join(_WEEKDAYS), "a weekday such as MO"),
    "BYMONTH": (f"{_MONTH}(,{_MONTH})*", "months from 1 to 12"),
    "BYDAY": (f"{_WEEKDAY}(,{_WEEKDAY})*", "weekdays such as MO or 1FR"),
    **dict.fromkeys(("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"), (_NUMBERS, "numbers such as 1 or -1")),
}
"""What may stand in a recurrence: the form of its value, and how that is said."""


def check_rule(rule: DayRule) -> None:
    """A rule names days between 1900 and 2200, the first before the last, and repeats by days, weeks, months or years."""
    name = f"The rule {rule.label!r}" if rule.label else "A rule of this calendar"
    last = rule.last_on or rule.first_on
    if last < rule.first_on:
        raise InvalidCalendarError(f"{name} ends on {last}, before it starts on {rule.first_on}: swap the days")
    if rule.first_on.year not in CALENDAR_YEARS or last.year not in CALENDAR_YEARS:
        span = f"{CALENDAR_YEARS[0]} to {CALENDAR_YEARS[-1]}"
        raise InvalidCalendarError(f"{name} lies outside {span}: look at its days")
    if last - rule.first_on > LONGEST_STRETCH:
        raise InvalidCalendarError(f"{name} lasts more than ten years: shorten it, or change the weekly hours")
    if rule.repeats:
        _year_of(rule.repeats, rule.first_on, rule.first_on.year)


@lru_cache(maxsize=8192)
def days_of(rule: DayRule, year: int) -> tuple[int, ...]:
    """The days of one year that a rule names, as ordinals."""
    begin, end = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    first, last = rule.first_on.toordinal(), (rule.last_on or rule.first_on).toordinal()
    firsts = _first_days(rule.repeats, rule.first_on, year) if rule.repeats else (first,)
    found: set[int] = set()
    for one in firsts:
        found.update(range(max(one, begin), min(one + last - first, end) + 1))
    return tuple(sorted(found))


def _first_days(text: str, first_on: date, year: int) -> list[int]:
    """The days up to the end of a year on which a recurrence starts again; those too long ago to matter are left out."""
    parts = _parts(text)
    until = date.fromisoformat(parts["UNTIL"]).toordinal()
    most = int(parts.get("COUNT", 0))
    begin = first_on.year if most else max(first_on.year, year - LONGEST_STRETCH.days // 365 - 1)
    days: list[int] = []
    for one in range(begin, year + 1):
        if most and len(days) >= most:
            break
        days += [day for day in _year_of(text, first_on, one) if first_on.toordinal() <= day <= until]
    return days[:most] if most else days


@lru_cache(maxsize=16384)
def _year_of(text: str, first_on: date, year: int) -> tuple[int, ...]:
    """The days of one year that fit a recurrence, whatever its beginning and end."""
    parts = _parts(text)
    frequency, interval = parts["FREQ"], int(parts.get("INTERVAL", 1))
    chosen = {name: value for name, value in parts.items() if name.startswith("BY") or name == "WKST"}
    if not chosen.keys() & {"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"}:
        chosen |= _day_by_itself(frequency, first_on, chosen)
    match frequency:
        case "YEARLY":
            return () if (year - first_on.year) % interval else _fitting(text, chosen, year)
        case "MONTHLY":
            named = {int(month) for month in chosen.get("BYMONTH", "1,2,3,4,5,6,7,8,9,10,11,12").split(",")}
            since = (year - first_on.year) * 12 - first_on.month
            months = [month for month in sorted(named) if (since + month) % interval == 0]
            return tuple(day for month in months for day in _fitting(text, {**chosen, "BYMONTH": str(month)}, year))
        case "WEEKLY":
            week_start = _WEEKDAYS.index(chosen.get("WKST", "MO"))
            own = (first_on.toordinal() - 1 - week_start) // 7
            days = _fitting(text, chosen, year)
            return tuple(day for day in days if ((day - 1 - week_start) // 7 - own) % interval == 0)
        case _:
            days = _fitting(text, chosen, year)
            return tuple(day for day in days if (day - first_on.toordinal()) % interval == 0)


def _day_by_itself(frequency: str, first_on: date, chosen: dict[str, str]) -> dict[str, str]:
    """The day that is meant when a recurrence names none: that of the first time."""
    match frequency:
        case "DAILY":
            return {"BYDAY": ",".join(_WEEKDAYS)}
        case "WEEKLY":
            return {"BYDAY": _WEEKDAYS[first_on.weekday()]}
        case "MONTHLY":
            return {"BYMONTHDAY": str(first_on.day)}
        case _:
            return {"BYMONTH": chosen.get("BYMONTH", str(first_on.month)), "BYMONTHDAY": str(first_on.day)}


def _fitting(text: str, chosen: dict[str, str], year: int) -> tuple[int, ...]:
    """The days of one year that what was chosen leaves. The next year would be the year 11999, so the search ends here."""
    pieces = ["FREQ=YEARLY", "INTERVAL=9999", *(f"{name}={value}" for name, value in chosen.items())]
    try:
        found = rrulestr(";".join(pieces), dtstart=datetime(year, 1, 1))  # noqa: DTZ001
        return tuple(at.toordinal() for at in found)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise InvalidCalendarError(_refused(text, "write a recurrence such as FREQ=WEEKLY;BYDAY=FR")) from error


def _parts(text: str) -> dict[str, str]:
    """The parts of a recurrence by name, each one known and of the right form."""
    if len(text) > LONGEST_TEXT:
        raise InvalidCalendarError(_refused(text, f"it is longer than {LONGEST_TEXT} characters"))
    parts: dict[str, str] = {}
    for piece in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, _, value = piece.strip().partition("=")
        if name not in _FORMS or name in parts:
            raise InvalidCalendarError(_refused(text, f"{piece.strip()[:40] or 'an empty part'!r} has no place in it"))
        form, words = _FORMS[name]
        if not re.fullmatch(form, value):
            raise InvalidCalendarError(_refused(text, f"{name} is {words}"))
        parts[name] = value
    if "FREQ" not in parts or ("BYSETPOS" in parts and parts["FREQ"] in ("DAILY", "WEEKLY")):
        raise InvalidCalendarError(_refused(text, "it starts with FREQ, and BYSETPOS goes with MONTHLY or YEARLY"))
    try:
        parts["UNTIL"] = f"{date.fromisoformat(parts.get('UNTIL', '99991231')[:8]):%Y%m%d}"
    except ValueError as error:
        raise InvalidCalendarError(_refused(text, "UNTIL is a day such as 20271231")) from error
    return parts


def _refused(text: str, why: str) -> str:
    return f"The recurrence {text[:80]!r} cannot be used: {why}"

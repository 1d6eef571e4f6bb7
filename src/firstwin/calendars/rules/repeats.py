"""How an exception comes back: the plain words people choose, and the rule (RFC 5545) that is stored."""

from datetime import date, datetime

from dateutil.rrule import rrule, rrulestr

from firstwin.calendars.contracts import Repeat
from firstwin.calendars.rules.hours import DAY_NAMES
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import DayRule
from firstwin.shared.errors import InvalidInputError, Problem

_RULES = {
    Repeat.WEEKLY: "FREQ=WEEKLY",
    Repeat.FORTNIGHTLY: "FREQ=WEEKLY;INTERVAL=2",
    Repeat.MONTHLY: "FREQ=MONTHLY",
    Repeat.YEARLY: "FREQ=YEARLY",
}
_FREQUENCIES = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_ANY_DAY = date(2026, 1, 1)
_LONGEST = {Repeat.WEEKLY: 7, Repeat.FORTNIGHTLY: 14, Repeat.MONTHLY: 28, Repeat.YEARLY: 365}


def rule_of(repeat: Repeat, until: date | None) -> str:
    """The rule of a chosen repetition, with its last day. Raises InvalidInputError for `custom`, which names no rule."""
    if repeat is Repeat.NEVER:
        return ""
    if repeat is Repeat.CUSTOM:
        problem = Problem(
            "repeat", "A rule that came from a file cannot be entered.", "Choose another one, or import a file."
        )
        raise InvalidInputError("The day was not entered.", problems=(problem,))
    return _RULES[repeat] + (f";UNTIL={until.isoformat().replace('-', '')}" if until else "")


def longest_of(repeat: Repeat) -> int | None:
    """What repeats is over before it comes again: as many days as it may take."""
    return _LONGEST.get(repeat)


def chosen(rule: str) -> tuple[Repeat, date | None]:
    """The choice behind a rule and its last day; `custom` for rules that nobody chose from the list."""
    if not rule:
        return Repeat.NEVER, None
    parts = parts_of(rule)
    until = parts.pop("UNTIL", "")
    plain = {frozenset(parts_of(text).items()): repeat for repeat, text in _RULES.items()}
    repeat = plain.get(frozenset(parts.items()), Repeat.CUSTOM)
    return repeat, _day(until) if until else None


def parts_of(rule: str) -> dict[str, str]:
    """The parts of a rule by name."""
    pairs = (part.partition("=") for part in rule.upper().split(";") if part)
    return {name.strip(): value.strip() for name, _, value in pairs}


def clean(rule: str, *, until: date | None = None) -> str:
    """A rule from a file, once it is known to be harmless: by days or slower, its end as a day. Raises ValueError."""
    parts = parts_of(rule)
    if parts.get("FREQ") not in _FREQUENCIES:
        raise ValueError("this repetition cannot be used in a calendar of days")
    if until is not None:
        parts["UNTIL"] = f"{until:%Y%m%d}"
    if "UNTIL" in parts:
        parts["UNTIL"] = f"{_day(parts['UNTIL']):%Y%m%d}"
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    scheduling_queries.check_rule(DayRule(first_on=_ANY_DAY, repeats=text))
    return text


def rule_from(rule: str, first: date) -> rrule:
    """The rule, ready to be asked, beginning on a day. Raises ValueError."""
    found = rrulestr(rule, dtstart=datetime(first.year, first.month, first.day))  # noqa: DTZ001 days have no zone
    if not isinstance(found, rrule):
        raise ValueError("this repetition cannot be used")
    return found


def words(rule: str, first: date) -> str:
    """How often, as it is said: "every year", "every 2 weeks until 3 March 2027", "by a rule of its own"."""
    repeat, until = chosen(rule)
    if repeat is Repeat.NEVER:
        return ""
    if repeat is Repeat.CUSTOM:
        said = _custom_words(parts_of(rule))
    else:
        said = {
            Repeat.WEEKLY: f"every {DAY_NAMES[first.weekday()]}",
            Repeat.FORTNIGHTLY: f"every second {DAY_NAMES[first.weekday()]}",
            Repeat.MONTHLY: f"every month on day {first.day}",
            Repeat.YEARLY: "every year",
        }[repeat]
    return said + (f" until {until.day} {until:%B %Y}" if until else "")


_BY_DAY = {name[:2].upper(): name for name in DAY_NAMES}


def _custom_words(parts: dict[str, str]) -> str:
    interval, unit = parts.get("INTERVAL", "1"), _FREQUENCIES.get(parts.get("FREQ", ""), "")
    rest = set(parts) - {"FREQ", "INTERVAL", "COUNT", "BYDAY", "WKST", "UNTIL"}
    days = [_BY_DAY.get(code, "") for code in parts.get("BYDAY", "").split(",") if code]
    if not unit or rest or not all(days):
        return "by a rule of its own"
    said = f"every {unit}" if interval == "1" else f"every {interval} {unit}s"
    said += f" on {', '.join(days)}" if days else ""
    return said + (f", {parts['COUNT']} times" if "COUNT" in parts else "")


def _day(text: str) -> date:
    return datetime.strptime(text[:8], "%Y%m%d").replace(tzinfo=None).date()  # noqa: DTZ007 a day has no zone

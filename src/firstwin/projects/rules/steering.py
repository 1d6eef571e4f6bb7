"""What links and lengths of a plan may be, links in words, and how two versions of a plan differ."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from firstwin.projects.contracts.steering import TaskShift
from firstwin.projects.rules.facts import TaskFact
from firstwin.scheduling.contracts import PLAN_YEARS, InvalidSpanError, LinkType, PlanDates, SpanUnit, parse_span
from firstwin.shared.errors import InvalidInputError, Problem

LONGEST_NAME = 300
LONGEST = {
    SpanUnit.WORKING_DAYS: 1000,
    SpanUnit.CALENDAR_DAYS: 1500,
    SpanUnit.HOURS: 10_000,
    SpanUnit.WORKING_HOURS: 5000,
}
_EARLIEST, _AFTER_LATEST = (datetime(year, 1, 1, tzinfo=UTC) for year in (PLAN_YEARS.start, PLAN_YEARS.stop))
_VERBS = {
    LinkType.FINISH_TO_START: ("Starts", "ends"),
    LinkType.START_TO_START: ("Starts", "starts"),
    LinkType.FINISH_TO_FINISH: ("Ends", "ends"),
    LinkType.START_TO_FINISH: ("Ends", "starts"),
}


def checked_span(text: str, field: str, *, can_be_negative: bool = False) -> str:
    """A length or a pause of a plan is a span of at most some years; only a pause may be negative."""
    try:
        span = parse_span(text)
    except InvalidSpanError as error:
        raise InvalidInputError(str(error), problems=(Problem(field, f"{error}."),)) from error
    if span.amount < 0 and not can_be_negative:
        raise InvalidInputError("A task cannot take less than no time.", problems=(Problem(field, "It is negative."),))
    if abs(span.amount) > LONGEST[span.unit]:
        most = LONGEST[span.unit]
        problem = Problem(field, "It is too long.", f"Choose at most {most}.")
        raise InvalidInputError(f"{text} is longer than a plan can be.", problems=(problem,))
    return str(span)


def checked_instant(at: datetime, field: str) -> datetime:
    """A date of a plan lies in this century, give or take: anything else is a slip of the year."""
    if not _EARLIEST <= at < _AFTER_LATEST:
        span = f"{PLAN_YEARS[0]} to {PLAN_YEARS[-1]}"
        problem = Problem(field, f"The year {at.year} is outside {span}.", "Look at the year.")
        raise InvalidInputError("A plan does not reach that far.", problems=(problem,))
    return at


def checked_dates(start_at: datetime | None, due_at: datetime | None, at: datetime) -> tuple[datetime, datetime]:
    """A task is due when it starts or later; of two dates the missing one follows from the other, or from now."""
    start = checked_instant(start_at or min(at, due_at or at), "start_at")
    due = checked_instant(due_at or max(start, at), "due_at")
    if due < start:
        problem = Problem("due_at", "It is due before it starts.", "Choose a later day.")
        raise InvalidInputError("A task cannot be due before it starts.", problems=(problem,))
    return start, due


def checked_name(name: str) -> str:
    """A task has a name of at most 300 characters, without spaces around it or one after the other."""
    text = " ".join(name.split())
    if not text:
        raise InvalidInputError(
            "A task needs a name.", problems=(Problem("name", "The name is missing.", "Enter one."),)
        )
    return text[:LONGEST_NAME]


def link_in_words(type: LinkType, lag: str, spoken_lag: str, predecessor: str) -> str:
    """A link is told from the side of what waits: "Starts 2 working days after Kickoff ends"."""
    verb, end = _VERBS[type]
    pause = parse_span(lag).amount if lag else 0
    if pause == 0:
        return f"{verb} after {predecessor} {end}"
    relation = "after" if pause > 0 else "before"
    return f"{verb} at the earliest {spoken_lag} {relation} {predecessor} {end}"


def day_off_in_words(name: str, verb: str, wished: datetime, found: datetime, zone: str) -> str:
    """A date that falls on a day off is moved on to the next working day, and both days are named."""
    off, on = _spoken_day(wished, zone), _spoken_day(found, zone)
    return f"“{name}” cannot {verb} on {off}, a day off: it {verb}s on {on}."


def kept_length_in_words(name: str, verb: str, wished: datetime, found: datetime, zone: str) -> str:
    """A date that gives way so that a task keeps its working days is named beside the one that was asked for."""
    asked, on = _spoken_day(wished, zone), _spoken_day(found, zone)
    return f"“{name}” {verb}s on {on}, not on {asked}: it keeps its working days."


def _spoken_day(at: datetime, zone: str) -> str:
    day = at.astimezone(ZoneInfo(zone))
    return f"{day:%A} {day.day} {day:%B}"


def shifts(tasks: Iterable[TaskFact], before: PlanDates, after: PlanDates) -> tuple[TaskShift, ...]:
    """A change moves every open task whose start or end is another one afterwards, in the order of the new ends."""
    found = []
    for task in tasks:
        old, new = before.items[task.id.hex], after.items[task.id.hex]
        if task.is_open and (old.start_at, old.due_at) != (new.start_at, new.due_at):
            found.append(
                TaskShift(
                    task_id=task.id,
                    name=task.name,
                    start_before=old.start_at,
                    start_after=new.start_at,
                    due_before=old.due_at,
                    due_after=new.due_at,
                )
            )
    return tuple(sorted(found, key=lambda shift: (shift.due_after, shift.name)))


def conflicts(names: Mapping[UUID, str], dates: PlanDates, lonely: Mapping[UUID, str]) -> dict[str, str]:
    """The promises of a plan that cannot be kept and its meetings without an hour that all share, as sentences that name
    them.
    """
    late = {id.hex: f"{dates.conflicts[id.hex]}." for id in names if id.hex in dates.conflicts}
    return late | {f"meeting:{id.hex}": text for id, text in lonely.items()}

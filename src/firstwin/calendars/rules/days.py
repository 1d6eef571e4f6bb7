"""Exceptions of a calendar: what is accepted, and how they are said."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from firstwin.calendars.contracts import DayKind, HolderKind, NewDay, Repeat
from firstwin.calendars.rules import hours, repeats
from firstwin.scheduling.contracts import PLAN_YEARS, OpenHours
from firstwin.shared.errors import Problem

LONGEST_DAYS = 1100
LONGEST_LABEL = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFact:
    """An exception as it is stored."""

    kind: DayKind
    first_on: date
    last_on: date
    hours: OpenHours = ()
    repeats: str = ""
    label: str = ""
    id: UUID | None = None
    is_imported: bool = False


def tidy(new: NewDay) -> DayFact:
    """What a person entered as it is stored: one day when no last day is given, spaces trimmed."""
    return DayFact(
        kind=new.kind,
        first_on=new.first_on,
        last_on=new.last_on or new.first_on,
        hours=new.hours if new.kind in (DayKind.PART_DAY, DayKind.WORKING_DAY) else (),
        repeats=repeats.rule_of(new.repeat, new.repeat_until),
        label=" ".join(new.label.split()),
    )


def problems_of(fact: DayFact) -> list[Problem]:
    """An exception lies between 2000 and 2100, in order, is at most three years long and repeats only when it is over."""
    found: list[Problem] = []
    if fact.last_on < fact.first_on:
        found.append(Problem("last_on", "The last day is before the first.", "Swap the two days."))
    if fact.first_on.year not in PLAN_YEARS or fact.last_on.year not in PLAN_YEARS:
        span = f"{PLAN_YEARS[0]} to {PLAN_YEARS[-1]}"
        found.append(Problem("first_on", f"The days lie outside {span}.", "Look at the year."))
    length = (fact.last_on - fact.first_on).days + 1
    if length > LONGEST_DAYS:
        found.append(Problem("last_on", "That is longer than three years.", "Change the weekly hours instead."))
    repeat, until = repeats.chosen(fact.repeats)
    longest = repeats.longest_of(repeat)
    if longest and length > longest:
        found.append(
            Problem("repeat", "It would come again before it is over.", "Shorten it, or repeat it less often.")
        )
    if repeat is not Repeat.NEVER and until is not None and until < fact.last_on:
        found.append(Problem("repeat_until", "It would end before it happens once.", "Choose a later day."))
    if fact.kind is DayKind.PART_DAY and not fact.hours:
        found.append(Problem("hours", "A part day needs the hours away.", "Say from when until when."))
    found += hours.hours_problems(fact.hours, "hours")
    if len(fact.label) > LONGEST_LABEL:
        found.append(Problem("label", f"The reason is longer than {LONGEST_LABEL} characters.", "Shorten it."))
    return found


def words(fact: DayFact, *, today: date, is_private: bool = False) -> str:
    """An exception as it is said: "Leave 3–14 August", "Summer party, 5 June", "Away 9:00–12:00 on 5 June, every year"."""
    span = hours.span_words(fact.first_on, fact.last_on, today=today)
    label = "" if is_private else fact.label
    again = repeats.words(fact.repeats, fact.first_on)
    if fact.kind is DayKind.PART_DAY:
        said = f"Away {hours.hours_words(fact.hours)} on {span}"
    elif fact.kind is DayKind.WORKING_DAY:
        said = f"Working day {span}" + (f" {hours.hours_words(fact.hours)}" if fact.hours else "")
    elif fact.kind is DayKind.LEAVE:
        said = f"Leave {span}"
    else:
        said = f"Day off {span}"
    return said + (f", {again}" if again else "") + (f": {label}" if label else "")


def why(fact: DayFact, *, holder_kind: HolderKind, holder_name: str, today: date) -> str:
    """What it was, for people whose plans move by it. The reason of a person's leave is nobody else's business."""
    is_person = holder_kind in (HolderKind.MEMBER, HolderKind.CONTACT)
    said = words(fact, today=today, is_private=is_person)
    return f"{possessive(holder_name)} {said[0].lower()}{said[1:]}"


def possessive(name: str) -> str:
    """A name that something belongs to: "Ada's", "Acorn Foods'"."""
    return f"{name}'" if name.endswith(("s", "S")) else f"{name}'s"


def hidden(fact: DayFact, *, is_private: bool) -> DayFact:
    """The reason of a person's leave is shown to them and to those who look after their calendar."""
    return replace(fact, label="") if is_private else fact

"""Whose calendar counts for what in a plan, and how far a change of it moved things."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b
from uuid import UUID

import msgspec

from firstwin.calendars.contracts import Specs
from firstwin.playbooks.contracts import Side
from firstwin.projects.rules import standing
from firstwin.projects.rules.facts import PlanFacts
from firstwin.scheduling.contracts import CalendarSpec, InvalidCalendarError


def calendar_key(*, member_id: UUID | None, contact_id: UUID | None) -> str:
    """A task counts in the calendar of whoever owns it; one without a person in that of its side (the empty key)."""
    if member_id is not None:
        return f"member:{member_id.hex}"
    return f"contact:{contact_id.hex}" if contact_id is not None else ""


def calendars_of(specs: Specs, account_id: UUID | None) -> Mapping[str, CalendarSpec]:
    """The calendars of a plan by key: those of both sides, and those of the people in it."""
    customer = specs.accounts.get(account_id) if account_id is not None else None
    return {
        Side.VENDOR.value: specs.workspace,
        Side.CUSTOMER.value: customer or specs.workspace,
        **{calendar_key(member_id=id, contact_id=None): spec for id, spec in specs.members.items()},
        **{calendar_key(member_id=None, contact_id=id): spec for id, spec in specs.contacts.items()},
    }


def in_words(plan: PlanFacts, error: InvalidCalendarError) -> str:
    """A calendar that a plan cannot be dated with is told with whose it is, so that somebody can mend it."""
    if error.calendar is None:
        return str(error)
    return f"The calendar of {_whose(plan, error.calendar)} cannot be used. {error}"


def _whose(plan: PlanFacts, calendar: CalendarSpec) -> str:
    theirs = [task for task in plan.tasks if task.is_open and plan.calendars.get(task.calendar) == calendar]
    if people := sorted({task.person for task in theirs if task.person}):
        return standing.listed(people)
    if theirs:
        return f"whoever does “{theirs[0].name}”"
    sides = ((Side.VENDOR, "your team"), (Side.CUSTOMER, "the customer"))
    return next((name for side, name in sides if plan.calendars[side] == calendar), "somebody invited to a meeting")


def calendars_mark(plan: PlanFacts) -> str:
    """The calendars in which what is open counts, as 16 characters that are others as soon as one of them changes.

    Names are left out: no date hangs on what somebody is called.
    """
    owned = {task.calendar for task in plan.tasks if task.is_open}
    keys = {Side.VENDOR.value, Side.CUSTOMER.value, *owned} & plan.calendars.keys()
    content = [(key, _content(plan.calendars[key])) for key in sorted(keys)]
    return blake2b(msgspec.json.encode(content), digest_size=8).hexdigest()


def _content(spec: CalendarSpec) -> tuple[object, ...]:
    days = [(rule.first_on, rule.last_on, rule.repeats, rule.hours, rule.takes_away) for rule in spec.rules]
    return spec.time_zone, spec.week, spec.country, spec.subdivision, days


def extent(moves: Sequence[timedelta]) -> str:
    """How far tasks moved, as it is told: "1 task moved by 2 days", "3 tasks moved by up to 4 days"."""
    count = f"{len(moves)} task{'s' if len(moves) != 1 else ''} moved"
    days = {round(abs(move) / timedelta(days=1)) for move in moves}
    furthest = max(days, default=0)
    if not furthest:
        return f"{count} by less than a day"
    return f"{count} by {'up to ' if len(days) > 1 else ''}{furthest} day{'s' if furthest != 1 else ''}"

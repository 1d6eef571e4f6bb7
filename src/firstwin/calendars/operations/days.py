"""Writes on exceptions: leave, days off, part days and extra working days."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.calendars import events
from firstwin.calendars.contracts import MOST_DAYS, Holder, HolderKind, NewDay
from firstwin.calendars.models import CalendarDay
from firstwin.calendars.operations import holding
from firstwin.calendars.operations.holding import Opened
from firstwin.calendars.queries.resolved import fact_of
from firstwin.calendars.rules import days, hours
from firstwin.calendars.rules.days import DayFact
from firstwin.identity.contracts import Actor
from firstwin.shared import ids
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError


def add_day(*, actor: Actor, holder: Holder, new: NewDay, at: datetime) -> UUID:
    """Enter an exception and return its id. Running plans that it touches are worked out again afterwards."""
    fact = days.tidy(new)
    refuse_problems(fact, "The day was not entered.")
    with transaction.atomic():
        opened = holding.opened(actor=actor, holder=holder, at=at)
        require_room(opened, 1)
        row = row_of(opened, fact)
        row.save(force_insert=True)
        count_again(opened)
        holding.require_usable(opened, actor=actor, around=fact.first_on)
        holding.record(opened, _event(events.CalendarDayAdded, opened, row, at), actor=actor, at=at)
    return row.id


def change_day(*, actor: Actor, day_id: UUID, new: NewDay, at: datetime) -> None:
    """Change an exception. One that came from a file is the person's own from now on."""
    fact = days.tidy(new)
    refuse_problems(fact, "The day was not changed.")
    with transaction.atomic():
        opened, row = _opened_at(actor, day_id, at)
        if _same(fact_of(row), fact):
            return
        write_fact(row, fact)
        row.import_run_id = None
        row.save()
        holding.require_usable(opened, actor=actor, around=fact.first_on)
        holding.record(opened, _event(events.CalendarDayChanged, opened, row, at), actor=actor, at=at)


def remove_day(*, actor: Actor, day_id: UUID, at: datetime) -> None:
    """Take an exception out again."""
    with transaction.atomic():
        opened, row = _opened_at(actor, day_id, at)
        event = _event(events.CalendarDayRemoved, opened, row, at)
        row.delete()
        count_again(opened)
        holding.require_usable(opened, actor=actor, around=event.first_on)
        holding.record(opened, event, actor=actor, at=at)


def refuse_problems(fact: DayFact, detail: str) -> None:
    """Raise InvalidInputError when an exception is not acceptable; inside calendars only."""
    problems = days.problems_of(fact)
    if problems:
        raise InvalidInputError(detail, problems=tuple(problems))


def require_room(opened: Opened, more: int) -> None:
    """Raise ConflictError when a calendar would hold too many exceptions; inside calendars only."""
    if opened.row.day_count + more > MOST_DAYS:
        raise ConflictError(
            f"This calendar would hold more than {MOST_DAYS} exceptions.",
            remedy="Take old ones out, or let days repeat instead of entering each.",
        )


def row_of(opened: Opened, fact: DayFact) -> CalendarDay:
    """Return the unsaved row of an exception; inside calendars only."""
    row = CalendarDay(id=ids.new_id(), workspace_id=opened.row.workspace_id, calendar_id=opened.row.id)
    write_fact(row, fact)
    return row


def write_fact(row: CalendarDay, fact: DayFact) -> None:
    """Put an exception into its row; inside calendars only."""
    row.kind = fact.kind.value
    row.first_on, row.last_on = fact.first_on, fact.last_on
    row.hours = hours.stored(fact.hours)
    row.repeats, row.label = fact.repeats, fact.label


def count_again(opened: Opened) -> None:
    """Keep the number of exceptions with their calendar; inside calendars only."""
    rows = CalendarDay.objects.for_workspace(opened.row.workspace_id).filter(calendar_id=opened.row.id)
    opened.row.day_count = rows.count()
    opened.row.save(update_fields=["day_count"])


def _same(before: DayFact, after: DayFact) -> bool:
    names = ("kind", "first_on", "last_on", "hours", "repeats", "label")
    return all(getattr(before, name) == getattr(after, name) for name in names)


def _opened_at(actor: Actor, day_id: UUID, at: datetime) -> tuple[Opened, CalendarDay]:
    rows = CalendarDay.objects.for_actor(actor)
    found = rows.filter(id=day_id).first()
    if found is None:
        raise NotFoundError("There is no such exception.", remedy="It may have been taken out; look at the calendar.")
    opened = holding.opened(actor=actor, holder=holding.holder_of(actor=actor, calendar_id=found.calendar_id), at=at)
    row = rows.filter(id=day_id).first()
    if row is None:
        raise NotFoundError("There is no such exception.", remedy="It was taken out meanwhile; look at the calendar.")
    return opened, row


def _event(
    event_type: type[events.CalendarDayEvent], opened: Opened, row: CalendarDay, at: datetime
) -> events.CalendarDayEvent:
    why = days.why(
        fact_of(row),
        holder_kind=HolderKind(opened.row.holder_kind),
        holder_name=opened.calendar.name,
        today=at.date(),
    )
    return event_type(
        **opened.about(why),
        day_id=row.id,
        kind=row.kind,
        first_on=row.first_on,
        last_on=row.last_on,
        repeats=row.repeats,
    )

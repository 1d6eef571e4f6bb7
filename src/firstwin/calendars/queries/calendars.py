"""Calendars as pages and programs show them: hours, exceptions, and days with their reasons."""

from datetime import date, timedelta
from uuid import UUID

from firstwin.calendars import permissions
from firstwin.calendars.contracts import (
    CalendarInfo,
    Closure,
    DayInfo,
    ExplainedDay,
    Holder,
    HolderKind,
    Region,
)
from firstwin.calendars.models import CalendarDay
from firstwin.calendars.queries import resolved
from firstwin.calendars.rules import days, explaining, hours, regions, repeats, resolving
from firstwin.calendars.rules.days import DayFact
from firstwin.calendars.rules.resolving import Layer, Resolved
from firstwin.customers import queries as customer_queries
from firstwin.identity.contracts import Actor
from firstwin.scheduling.contracts import CALENDAR_YEARS
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError

LONGEST_STRETCH = timedelta(days=400)


def get_calendar(*, actor: Actor, holder: Holder, today: date) -> CalendarInfo:
    """Return a calendar with everything that it inherits. Raises NotFoundError."""
    return info_of(actor, resolved_for(actor, holder), today=today)


def get_day(*, actor: Actor, day_id: UUID, today: date) -> DayInfo:
    """Return one exception. Raises NotFoundError."""
    _require_viewer(actor)
    row = CalendarDay.objects.for_actor(actor).select_related("calendar").filter(id=day_id).first()
    if row is None:
        raise NotFoundError("There is no such exception.", remedy="It may have been taken out; look at the calendar.")
    holder = Holder(kind=HolderKind(row.calendar.holder_kind), id=row.calendar.holder_id)
    fact = resolved.fact_of(row)
    layer = Layer(holder=holder, name="", days=(fact,))
    return _day_info(layer, fact, is_inherited=False, is_private=_is_private(actor, layer), today=today)


def list_days(*, actor: Actor, holder: Holder, first_on: date, last_on: date) -> tuple[ExplainedDay, ...]:
    """Return every day of a stretch with its hours and its reason, up to 400 days between 1900 and 2200."""
    if not timedelta(0) <= last_on - first_on <= LONGEST_STRETCH:
        raise InvalidInputError(
            "Ask for a stretch of 1 to 400 days.", remedy="Choose a later last day, or a shorter stretch."
        )
    if first_on.year not in CALENDAR_YEARS or last_on.year not in CALENDAR_YEARS:
        raise InvalidInputError("No calendar reaches that far.", remedy="Look at the year.")
    calendar = shown(actor, resolved_for(actor, holder))
    return explaining.explained(calendar, resolving.spec_of(calendar), first_on, last_on)


def list_closures(*, actor: Actor, holder: Holder, first_on: date, last_on: date) -> tuple[Closure, ...]:
    """Return what is not as usual in a stretch: holidays, leave, days off, part days and extra days, joined in runs."""
    return explaining.closures(list_days(actor=actor, holder=holder, first_on=first_on, last_on=last_on))


def list_contact_closures(
    *, actor: Actor, account_id: UUID, first_on: date, last_on: date
) -> tuple[tuple[UUID, str, tuple[DayInfo, ...]], ...]:
    """Return the contacts of an account with their own exceptions that are not over on a day: (id, name, exceptions)."""
    _require_viewer(actor)
    contacts = customer_queries.list_contacts_of(actor=actor, account_ids=[account_id]).get(account_id, ())
    own = resolved.own_facts(actor.workspace_id, [contact.id for contact in contacts])
    found = []
    for contact in contacts:
        holder = Holder(kind=HolderKind.CONTACT, id=contact.id)
        layer = Layer(holder=holder, name=contact.name, days=own.get(contact.id, resolving.NOTHING).days)
        coming = [
            fact for fact in layer.days if fact.first_on <= last_on and (fact.repeats or fact.last_on >= first_on)
        ]
        infos = tuple(_day_info(layer, fact, is_inherited=False, is_private=False, today=first_on) for fact in coming)
        found.append((contact.id, contact.name, infos))
    return tuple(found)


def list_countries(*, actor: Actor) -> tuple[Region, ...]:
    """Return every country whose public holidays are known, by name."""
    del actor  # the same for everybody
    return regions.countries()


def list_subdivisions(*, actor: Actor, country: str) -> tuple[Region, ...]:
    """Return the parts of a country that have public holidays of their own, by name."""
    del actor  # the same for everybody
    return regions.subdivisions(country)


def resolved_for(actor: Actor, holder: Holder) -> Resolved:
    """Return the calendar of one holder; raises NotFoundError. Inside calendars only."""
    _require_viewer(actor)
    of_kind = {
        HolderKind.WORKSPACE: {},
        HolderKind.MEMBER: {"member_ids": [holder.id]},
        HolderKind.ACCOUNT: {"account_ids": [holder.id]},
        HolderKind.CONTACT: {"contact_ids": [holder.id]},
    }
    found = resolved.resolved_with(*resolved.known_of(actor, **of_kind[holder.kind])).get(holder.id)
    if found is None or found.holder != holder:
        raise NotFoundError("There is no such calendar.", remedy="Open it from the member, account or contact.")
    return found


def shown(actor: Actor, calendar: Resolved) -> Resolved:
    """Return a calendar without the reasons of other people's leave. Inside calendars only."""
    layers = tuple(
        Layer(holder=layer.holder, name=layer.name, days=tuple(_shown_fact(actor, layer, fact) for fact in layer.days))
        for layer in calendar.layers
    )
    return Resolved(
        **{name: getattr(calendar, name) for name in Resolved.__dataclass_fields__ if name != "layers"}, layers=layers
    )


def _shown_fact(actor: Actor, layer: Layer, fact: DayFact) -> DayFact:
    return days.hidden(fact, is_private=_is_private(actor, layer))


def _is_private(actor: Actor, layer: Layer) -> bool:
    return layer.holder.kind is HolderKind.MEMBER and not permissions.can_edit_calendar(actor, layer.holder)


def info_of(actor: Actor, calendar: Resolved, *, today: date) -> CalendarInfo:
    """Return a calendar as others see it. Inside calendars only."""
    exceptions = [
        _day_info(
            layer,
            fact,
            is_inherited=layer.holder != calendar.holder,
            is_private=_is_private(actor, layer),
            today=today,
        )
        for layer in calendar.layers
        for fact in layer.days
    ]
    return CalendarInfo(
        holder=calendar.holder,
        holder_name=calendar.name,
        account_id=account_of(calendar),
        time_zone=calendar.time_zone,
        time_zone_from=calendar.zone_from,
        country=calendar.country,
        country_name=regions.country_name(calendar.country),
        country_from=calendar.country_from,
        subdivision=calendar.subdivision,
        subdivision_name=regions.subdivision_name(calendar.country, calendar.subdivision)
        if calendar.subdivision
        else "",
        week=calendar.week,
        week_from=calendar.week_from,
        weekly_hours=hours.weekly_hours(calendar.week),
        days=tuple(sorted(exceptions, key=lambda info: (info.first_on, info.id))),
        can_edit=permissions.can_edit_calendar(actor, calendar.holder),
    )


def account_of(calendar: Resolved) -> UUID | None:
    """Return the account that a calendar belongs to, if it does. Inside calendars only."""
    layer = next((layer for layer in calendar.layers if layer.holder.kind is HolderKind.ACCOUNT), None)
    return layer.holder.id if layer else None


def _day_info(layer: Layer, fact: DayFact, *, is_inherited: bool, is_private: bool, today: date) -> DayInfo:
    if fact.id is None:
        raise ValueError("only stored exceptions are shown")
    repeat, until = repeats.chosen(fact.repeats)
    return DayInfo(
        id=fact.id,
        holder=layer.holder,
        kind=fact.kind,
        first_on=fact.first_on,
        last_on=fact.last_on,
        label="" if is_private else fact.label,
        hours=fact.hours,
        repeats=fact.repeats,
        repeat=repeat,
        repeat_until=until,
        words=days.words(fact, today=today, is_private=is_private),
        is_inherited=is_inherited,
        is_imported=fact.is_imported,
    )


def _require_viewer(actor: Actor) -> None:
    if not permissions.can_view_calendars(actor):
        raise PermissionDeniedError("You may not look at calendars.", remedy="Ask an owner or admin of your workspace.")

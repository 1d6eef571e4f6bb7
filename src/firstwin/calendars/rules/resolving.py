"""Which hours, holidays and exceptions hold for somebody, and whose they are.

A member works as their workspace does, a contact as their account does, unless they have hours, a country or exceptions
of their own. An account has its own time zone, country and days off; where it is in the same country as the workspace,
it keeps the workspace's hours until its own are known, elsewhere Monday to Friday, nine to five. A member works in the
time zone of their profile; one still at the default, UTC, in that of the workspace.
"""

from dataclasses import dataclass, field

from firstwin.calendars.contracts import DayKind, Holder, Week
from firstwin.calendars.rules import days
from firstwin.calendars.rules.days import DayFact
from firstwin.scheduling.contracts import OFFICE_WEEK, CalendarSpec, DayRule, OpenHours

DEFAULT_ZONE = "UTC"
ORDINARY = "Monday to Friday, nine to five"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFacts:
    """What somebody has of their own; None is inherited. `subdivision` is written with its country: DE-BY."""

    week: Week | None = None
    country: str | None = None
    subdivision: str = ""
    days: tuple[DayFact, ...] = ()


NOTHING = OwnFacts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Exceptions of one calendar, and whose they are."""

    holder: Holder
    name: str
    days: tuple[DayFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A calendar with everything that it inherits; `*_from` is empty for what is one's own."""

    holder: Holder
    name: str
    time_zone: str
    zone_from: str = ""
    country: str
    country_from: str = ""
    subdivision: str
    week: Week
    week_from: str = ""
    layers: tuple[Layer, ...] = field(default=())


def base(holder: Holder, name: str, own: OwnFacts, *, time_zone: str, country: str) -> Resolved:
    """The calendar of a workspace."""
    return Resolved(
        holder=holder,
        name=name,
        time_zone=time_zone or DEFAULT_ZONE,
        country=country,
        subdivision=_part(own.subdivision, country),
        week=own.week or OFFICE_WEEK,
        week_from="" if own.week else ORDINARY,
        layers=(Layer(holder=holder, name=name, days=own.days),),
    )


def account(holder: Holder, name: str, own: OwnFacts, above: Resolved, *, time_zone: str, country: str) -> Resolved:
    """The calendar of an account: its own days off, never those of the vendor."""
    is_near = not country or country == above.country
    inherited, inherited_from = (above.week, above.name) if is_near else (OFFICE_WEEK, ORDINARY)
    return Resolved(
        holder=holder,
        name=name,
        time_zone=time_zone or above.time_zone,
        zone_from="" if time_zone else above.name,
        country=country,
        subdivision=_part(own.subdivision, country),
        week=own.week or inherited,
        week_from="" if own.week else inherited_from,
        layers=(Layer(holder=holder, name=name, days=own.days),),
    )


def person(holder: Holder, name: str, own: OwnFacts, above: Resolved, *, time_zone: str) -> Resolved:
    """The calendar of a member or contact: that of the workspace or account, and what is different for them."""
    country = above.country if own.country is None else own.country
    subdivision = _part(own.subdivision, country)
    if own.country is None and not subdivision:
        subdivision = above.subdivision
    return Resolved(
        holder=holder,
        name=name,
        time_zone=time_zone or above.time_zone,
        zone_from="" if time_zone else above.name,
        country=country,
        country_from=above.name if own.country is None else "",
        subdivision=subdivision,
        week=own.week or above.week,
        week_from="" if own.week else (above.week_from or above.name),
        layers=(*above.layers, Layer(holder=holder, name=name, days=own.days)),
    )


def member_zone(profile_zone: str) -> str:
    """The zone of a member's profile, empty while nobody has chosen one."""
    return "" if profile_zone == DEFAULT_ZONE else profile_zone


def _part(subdivision: str, country: str) -> str:
    """A stored part of a country counts as long as the country is the same."""
    prefix, _, code = subdivision.partition("-")
    return code if country and prefix == country else ""


def spec_of(resolved: Resolved) -> CalendarSpec:
    """The calendar as scheduling counts with it: what stands nearer to the holder, and later in time, wins."""
    return CalendarSpec(
        time_zone=resolved.time_zone,
        week=resolved.week,
        country=resolved.country,
        subdivision=resolved.subdivision,
        rules=tuple(rule_of(fact, layer.name, resolved.week) for layer in resolved.layers for fact in layer.days),
    )


def rule_of(fact: DayFact, name: str, week: Week) -> DayRule:
    """An exception as scheduling counts with it."""
    hours = fact.hours
    if fact.kind is DayKind.WORKING_DAY and not hours:
        hours = ordinary(week)
    kind = {DayKind.LEAVE: "leave", DayKind.PART_DAY: "part day", DayKind.WORKING_DAY: "working day"}
    return DayRule(
        first_on=fact.first_on,
        last_on=fact.last_on,
        repeats=fact.repeats,
        hours=hours,
        takes_away=fact.kind is DayKind.PART_DAY,
        label=f"{days.possessive(name)} {kind.get(fact.kind, 'day off')}",
    )


def ordinary(week: Week) -> OpenHours:
    """The hours of an ordinary day: those of the first day of the week that has any."""
    return next((hours for hours in week if hours), ())

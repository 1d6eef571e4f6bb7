"""Writes on the hours, country and capacity that somebody has."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from firstwin.calendars import events
from firstwin.calendars.contracts import PLACE_FIELDS, CalendarInfo, Capacity, Holder, HolderKind
from firstwin.calendars.operations import holding
from firstwin.calendars.operations.holding import Opened
from firstwin.calendars.queries import calendars as calendar_queries
from firstwin.calendars.queries import capacities
from firstwin.calendars.rules import days, hours, regions, resolving
from firstwin.customers.operations import accounts as account_operations
from firstwin.customers.operations import contacts as contact_operations
from firstwin.identity.contracts import Actor
from firstwin.identity.operations import members as member_operations
from firstwin.identity.operations import workspaces as workspace_operations
from firstwin.journal import operations as journal_operations
from firstwin.shared.errors import InvalidInputError, Problem

FIELDS = frozenset({"week", "country", "subdivision", "time_zone"})
MOST_SKILLS = 30
LONGEST_SKILL = 40
MOST_WEEKLY_HOURS = Decimal(80)


def set_hours(*, actor: Actor, holder: Holder, changes: Mapping[str, Any], at: datetime) -> CalendarInfo:
    """Change when somebody works: week, country, subdivision, time_zone; what is not named stays.

    A `week` or `country` of None is inherited again, an empty `time_zone` too where it can be. Time zones, and the
    countries of the workspace and of accounts, are written where those are kept, by the operations that keep them.
    """
    with transaction.atomic():
        opened = holding.opened(actor=actor, holder=holder, at=at)
        before = opened.calendar
        country = changes.get("country", before.country)
        if country is None:
            country = _inherited_country(actor, opened)
        _refuse(_problems(changes, country))
        _write_row(opened, changes, country)
        _write_elsewhere(actor, holder, changes, before, at)
        after = calendar_queries.resolved_for(actor, holder)
        differences = _differences(before, after)
        if differences:
            holding.require_usable(opened, actor=actor, around=at.date())
            why = f"{days.possessive(after.name)} working hours changed"
            event = events.CalendarChanged(**opened.about(why), changes=differences)
            holding.record(opened, event, actor=actor, at=at)
    return calendar_queries.info_of(actor, after, today=at.date())


def _inherited_country(actor: Actor, opened: Opened) -> str:
    above = opened.calendar.layers[0].holder
    return calendar_queries.resolved_for(actor, above).country


def _problems(changes: Mapping[str, Any], country: str) -> list[Problem]:
    found = [Problem(name, f"“{name}” cannot be changed.") for name in changes if name not in FIELDS]
    if changes.get("week") is not None:
        found += hours.week_problems(changes["week"])
    if changes.get("country") and not regions.is_country(changes["country"]):
        found.append(Problem("country", "The holidays of this country are not known.", "Choose one from the list."))
    part = changes.get("subdivision")
    if part and part not in {one.code for one in regions.subdivisions(country)}:
        found.append(Problem("subdivision", "This country has no such region.", "Choose one from the list."))
    return found


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise InvalidInputError("The working hours were not changed.", problems=tuple(problems))


def _write_row(opened: Opened, changes: Mapping[str, Any], country: str) -> None:
    row = opened.row
    is_person = row.holder_kind in (HolderKind.MEMBER.value, HolderKind.CONTACT.value)
    if "week" in changes:
        week = changes["week"]
        row.week = [hours.stored(day) for day in week] if week is not None else None
    if "country" in changes and is_person:
        row.country = changes["country"]
    if "subdivision" in changes:
        part = changes["subdivision"]
        row.subdivision = f"{country}-{part}" if part else ""
    row.save(update_fields=["week", "country", "subdivision"])


def _write_elsewhere(
    actor: Actor, holder: Holder, changes: Mapping[str, Any], before: resolving.Resolved, at: datetime
) -> None:
    place = {name: changes[name] for name in PLACE_FIELDS if name in changes}
    if place.get("time_zone") == before.time_zone and not before.zone_from:
        del place["time_zone"]
    if holder.kind in (HolderKind.MEMBER, HolderKind.CONTACT):
        place.pop("country", None)
    if not place:
        return
    match holder.kind:
        case HolderKind.WORKSPACE:
            workspace_operations.edit_workspace(actor=actor, changes=place, at=at)
        case HolderKind.ACCOUNT:
            account_operations.edit_account(actor=actor, account_id=holder.id, changes=place, at=at)
        case HolderKind.CONTACT:
            contact_operations.edit_contact(actor=actor, contact_id=holder.id, changes=place, at=at)
        case HolderKind.MEMBER:
            zone = place["time_zone"] or resolving.DEFAULT_ZONE
            member_operations.edit_member(actor=actor, member_id=holder.id, changes={"time_zone": zone}, at=at)


def _differences(before: resolving.Resolved, after: resolving.Resolved) -> tuple[tuple[str, str, str], ...]:
    texts = (
        ("hours", hours.week_words(before.week), hours.week_words(after.week)),
        ("time_zone", before.time_zone, after.time_zone),
        ("country", before.country, after.country),
        ("region", before.subdivision, after.subdivision),
    )
    return tuple(change for change in texts if change[1] != change[2])


def set_capacity(
    *, actor: Actor, member_id: UUID, weekly_hours: Decimal | None, skills: Sequence[str], at: datetime
) -> Capacity:
    """Say how many hours a week a member has for customers (None: as many as their calendar) and what they know well."""
    holder = Holder(kind=HolderKind.MEMBER, id=member_id)
    tidy = list({skill.casefold(): skill for skill in (" ".join(skill.split()) for skill in skills) if skill}.values())
    problems = []
    if weekly_hours is not None and not 0 <= weekly_hours <= MOST_WEEKLY_HOURS:
        problems.append(Problem("weekly_hours", "A week has 0 to 80 hours.", "Give fewer hours."))
    if len(tidy) > MOST_SKILLS or any(len(skill) > LONGEST_SKILL for skill in tidy):
        problems.append(Problem("skills", "At most 30 skills of 40 characters.", "Keep the ones that matter."))
    if problems:
        raise InvalidInputError("Hours and skills were not changed.", problems=tuple(problems))
    with transaction.atomic():
        opened = holding.opened(actor=actor, holder=holder, at=at)
        row = opened.row
        if (row.weekly_hours, row.skills) != (weekly_hours, tidy):
            row.weekly_hours, row.skills = weekly_hours, tidy
            row.save(update_fields=["weekly_hours", "skills"])
            event = events.CapacityChanged(
                member_id=member_id,
                person_name=opened.calendar.name,
                weekly_hours="" if weekly_hours is None else str(weekly_hours),
                skills=tuple(tidy),
            )
            journal_operations.record(event, actor=actor, at=at)
    return capacities.get_capacity(actor=actor, member_id=member_id)

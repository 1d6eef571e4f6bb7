"""Reads of calendars: what is inherited, days with their reasons, weeks of members, and the number of queries."""

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries

from firstwin.calendars.contracts import DayKind, DayState, Holder, HolderKind, Repeat, TimeOfMember
from firstwin.calendars.operations import hours
from firstwin.calendars.queries import calendars, capacities, specs
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, Role
from firstwin.identity.models import Member
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import OFFICE_WEEK
from firstwin.shared.errors import InvalidInputError, PermissionDeniedError
from tests.factories.calendars import NOW, enter, holder_of, of_workspace
from tests.factories.counting import statements
from tests.factories.customers import contact_actor, make_account, make_contact
from tests.factories.identity import actor_for, make_actor, make_member, make_workspace

pytestmark = pytest.mark.django_db

SUNDAY_WEEK = (((time(9), time(17)),),) * 4 + ((), (), ((time(9), time(17)),))


def reasons(actor: Actor, holder: Holder, first: date, last: date) -> list[tuple[DayState, str]]:
    found = calendars.list_days(actor=actor, holder=holder, first_on=first, last_on=last)
    return [(day.state, day.reason) for day in found]


def test_days_have_reasons() -> None:
    workspace = make_workspace(country="DE", time_zone="Europe/Berlin")
    member = make_member(workspace=workspace)
    actor, holder = actor_for(member), holder_of(member)
    enter(
        workspace.id,
        of_workspace(actor),
        date(2026, 12, 23),
        kind=DayKind.DAY_OFF,
        label="Inventory",
        repeat=Repeat.YEARLY,
    )
    enter(workspace.id, holder, date(2026, 12, 28), date(2026, 12, 29), label="Sea")
    enter(workspace.id, holder, date(2026, 12, 25), kind=DayKind.PART_DAY, hours=((time(9), time(12)),))
    enter(workspace.id, holder, date(2026, 12, 22), kind=DayKind.PART_DAY, hours=((time(9), time(12)),))
    enter(workspace.id, holder, date(2027, 1, 2), kind=DayKind.WORKING_DAY)
    assert reasons(actor, holder, date(2026, 12, 21), date(2026, 12, 29)) == [
        (DayState.WORKING, ""),
        (DayState.PART, "Away 9:00–12:00"),
        (DayState.OFF, f"Inventory ({workspace.name})"),
        (DayState.WORKING, ""),
        (DayState.HOLIDAY, "Christmas Day"),
        (DayState.HOLIDAY, "Second Day of Christmas"),
        (DayState.WEEKEND, "No working day"),
        (DayState.LEAVE, "Leave, Sea"),
        (DayState.LEAVE, "Leave, Sea"),
    ]
    spec = specs.get_specs(actor=actor, member_ids=[member.id]).members[member.id]
    assert scheduling_queries.hours_on(spec, date(2026, 12, 22)) == ((time(12), time(17)),)
    assert scheduling_queries.hours_on(spec, date(2026, 12, 25)) == ()
    assert scheduling_queries.hours_on(spec, date(2027, 12, 23)) == ()
    assert reasons(actor, holder, date(2027, 1, 2), date(2027, 1, 2)) == [(DayState.EXTRA, "Working day")]


def test_what_is_coming_up_is_told_in_runs() -> None:
    workspace = make_workspace(country="DE")
    member = make_member(workspace=workspace)
    enter(workspace.id, holder_of(member), date(2026, 7, 30), date(2026, 8, 14))
    found = calendars.list_closures(
        actor=actor_for(member), holder=holder_of(member), first_on=date(2026, 7, 1), last_on=date(2026, 12, 31)
    )
    assert [(one.first_on, one.last_on, one.reason) for one in found[:2]] == [
        (date(2026, 7, 30), date(2026, 8, 14), "Leave"),
        (date(2026, 10, 3), date(2026, 10, 3), "German Unity Day"),
    ]


def test_part_days_never_open_and_take_away_together() -> None:
    workspace = make_workspace(country="DE")
    member = make_member(workspace=workspace)
    holder = holder_of(member)
    enter(workspace.id, holder, date(2026, 8, 3), date(2026, 8, 7))
    for start, end in ((9, 10), (15, 17)):
        enter(
            workspace.id,
            holder,
            date(2026, 3, 6),
            kind=DayKind.PART_DAY,
            hours=((time(start), time(end)),),
            repeat=Repeat.WEEKLY,
        )
    spec = specs.get_specs(actor=actor_for(member), member_ids=[member.id]).members[member.id]
    assert scheduling_queries.hours_on(spec, date(2026, 3, 13)) == ((time(10), time(15)),)
    assert scheduling_queries.hours_on(spec, date(2026, 4, 3)) == ()  # Good Friday
    assert scheduling_queries.hours_on(spec, date(2026, 8, 7)) == ()  # on leave


def test_who_inherits_what_from_whom() -> None:
    workspace = make_workspace(country="AE", time_zone="Asia/Dubai")
    actor = make_actor(workspace=workspace)
    hours.set_hours(actor=actor, holder=of_workspace(actor), changes={"week": SUNDAY_WEEK}, at=NOW)
    enter(workspace.id, of_workspace(actor), date(2026, 5, 5), kind=DayKind.DAY_OFF)
    near, far = (
        make_account(workspace, country="AE", time_zone="Asia/Dubai"),
        make_account(workspace, country="DE", time_zone="Europe/Berlin"),
    )
    contact = make_contact(far, time_zone="Europe/London")
    enter(workspace.id, holder_of(far), date(2026, 6, 6), kind=DayKind.DAY_OFF)
    assert actor.id is not None
    found = specs.get_specs(actor=actor, account_ids=[near.id], member_ids=[actor.id], contact_ids=[contact.id])
    assert (found.accounts[near.id].week, found.accounts[far.id].week) == (SUNDAY_WEEK, OFFICE_WEEK)
    assert found.members[actor.id].week == SUNDAY_WEEK
    assert found.members[actor.id].time_zone == "Asia/Dubai"
    assert [rule.first_on for rule in found.members[actor.id].rules] == [date(2026, 5, 5)]
    assert found.accounts[near.id].rules == ()
    of_contact = found.contacts[contact.id]
    assert (of_contact.time_zone, of_contact.country, of_contact.week) == ("Europe/London", "DE", OFFICE_WEEK)
    assert [rule.first_on for rule in of_contact.rules] == [date(2026, 6, 6)]
    info = calendars.get_calendar(actor=actor, holder=holder_of(contact), today=NOW.date())
    assert (info.country_from, info.week_from) == (far.name, "Monday to Friday, nine to five")
    assert [day.is_inherited for day in info.days] == [True]


def time_of(actor: Actor, members: Sequence[Member], *, monday: date, weeks: int) -> dict[UUID, TimeOfMember]:
    """The time of members who are read for it."""
    found = identity_queries.list_members(actor=actor, ids=[member.id for member in members])
    return capacities.list_time(actor=actor, members=found, monday=monday, weeks=weeks)


def test_the_number_of_queries_does_not_grow(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    workspace = make_workspace()
    members = [make_member(workspace=workspace) for _ in range(5)]
    accounts = [make_account(workspace) for _ in range(3)]
    contacts = [make_contact(account) for account in accounts for _ in range(2)]
    for row in (*members, *accounts, *contacts):
        enter(workspace.id, holder_of(row), date(2026, 8, 3))
    actor = actor_for(members[0])
    for people in (1, 5):
        with django_assert_num_queries(statements(postgresql=2, sqlite=6)):
            specs.get_specs(
                actor=actor,
                account_ids=[account.id for account in accounts[:people]],
                member_ids=[member.id for member in members[:people]],
                contact_ids=[contact.id for contact in contacts[:people]],
            )
        with django_assert_num_queries(5):
            time_of(actor, members[:people], monday=date(2026, 8, 3), weeks=4)


def test_weeks_of_members_lose_leave_holidays_and_part_days() -> None:
    workspace = make_workspace(country="DE")
    member = make_member(Role.SPECIALIST, workspace=workspace)
    actor, holder = actor_for(member), holder_of(member)
    enter(workspace.id, holder, date(2026, 5, 11), date(2026, 5, 12))
    hours.set_capacity(actor=actor, member_id=member.id, weekly_hours=Decimal(20), skills=[], at=NOW)
    weeks = time_of(actor, [member], monday=date(2026, 5, 4), weeks=2)[member.id].weeks
    assert [(week.hours, week.away, week.has_days_off) for week in weeks] == [
        (Decimal("20.00"), (), False),
        (Decimal("8.00"), ("Leave", "Ascension Day"), True),
    ]
    with pytest.raises(InvalidInputError):
        time_of(actor, [member], monday=date(2026, 5, 5), weeks=2)


def test_days_off_of_ones_own_are_no_holidays_no_weekends_and_nothing_that_all_have_off() -> None:
    workspace = make_workspace(country="DE")
    member = make_member(Role.SPECIALIST, workspace=workspace)
    actor, holder = actor_for(member), holder_of(member)
    enter(workspace.id, Holder(kind=HolderKind.WORKSPACE, id=workspace.id), date(2026, 5, 4), date(2026, 5, 5))
    enter(workspace.id, holder, date(2026, 5, 9), date(2026, 5, 10))
    enter(workspace.id, holder, date(2026, 5, 20))
    weeks = time_of(actor, [member], monday=date(2026, 5, 4), weeks=3)[member.id].weeks
    assert [(bool(week.away), week.has_days_off) for week in weeks] == [(True, False), (True, False), (True, True)]


def test_contacts_do_not_look_at_calendars() -> None:
    contact = make_contact()
    with pytest.raises(PermissionDeniedError):
        calendars.get_calendar(actor=contact_actor(contact), holder=holder_of(contact), today=NOW.date())


def test_a_stretch_has_an_end() -> None:
    member = make_member()
    for last in (date(2026, 1, 1), date(2028, 1, 1)):
        with pytest.raises(InvalidInputError):
            calendars.list_days(
                actor=actor_for(member), holder=holder_of(member), first_on=date(2026, 2, 1), last_on=last
            )


def test_a_stretch_that_no_calendar_reaches_is_refused() -> None:
    actor = make_actor(Role.OWNER)
    for day in (date(1, 1, 1), date(9999, 12, 31)):
        with pytest.raises(InvalidInputError, match="reaches"):
            calendars.list_days(actor=actor, holder=of_workspace(actor), first_on=day, last_on=day)

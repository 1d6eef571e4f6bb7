"""Writes on calendars: hours, exceptions, capacity, and files that are taken over and undone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from firstwin.calendars.contracts import DayKind, DayState, Holder, HolderKind, ImportState, NewDay, Repeat
from firstwin.calendars.models import Calendar, CalendarDay
from firstwin.calendars.operations import days, hours, imports
from firstwin.calendars.queries import calendars, capacities, specs
from firstwin.customers.models import Account
from firstwin.identity.contracts import Actor, Role, system_actor
from firstwin.identity.models import Member, Workspace
from firstwin.journal.models import Entry
from firstwin.shared import ids
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.calendars.test_rules import ics
from tests.factories.calendars import NOW, enter, holder_of, of_workspace
from tests.factories.customers import contact_actor, make_account, make_contact
from tests.factories.identity import actor_for, make_actor, make_member, make_user, make_workspace, recorded

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
LEAVE = NewDay(kind=DayKind.LEAVE, first_on=date(2026, 8, 3), last_on=date(2026, 8, 14), label="Sea")
MORNINGS = (((time(8), time(12)),),) * 5 + ((), ())


def day_words(actor: Actor, holder: Holder) -> list[str]:
    return [day.words for day in calendars.get_calendar(actor=actor, holder=holder, today=TODAY).days]


def test_a_member_enters_changes_and_takes_out_their_leave() -> None:
    member = make_member(Role.SPECIALIST)
    actor, holder = actor_for(member), holder_of(member)
    day_id = days.add_day(actor=actor, holder=holder, new=LEAVE, at=NOW)
    assert day_words(actor, holder) == ["Leave 3–14 August: Sea"]
    shorter = NewDay(kind=DayKind.LEAVE, first_on=date(2026, 8, 3), last_on=date(2026, 8, 7))
    days.change_day(actor=actor, day_id=day_id, new=shorter, at=NOW)
    days.change_day(actor=actor, day_id=day_id, new=shorter, at=NOW)
    assert day_words(actor, holder) == ["Leave 3–7 August"]
    days.remove_day(actor=actor, day_id=day_id, at=NOW)
    assert day_words(actor, holder) == []
    assert recorded(actor) == ["calendar.day_added", "calendar.day_changed", "calendar.day_removed"]
    first = Entry.objects.filter(event_name="calendar.day_added").get()
    assert f"{member.user.name}'s leave 3–14 August" in first.data
    assert "Sea" not in first.data


def test_who_may_change_which_calendar() -> None:
    workspace = make_workspace()
    member = make_member(Role.SPECIALIST, workspace=workspace)
    colleague, viewer, admin = (
        make_actor(role, workspace=workspace) for role in (Role.SPECIALIST, Role.VIEWER, Role.ADMIN)
    )
    account = make_account(workspace)
    contact = make_contact(account)
    for actor, row in ((colleague, member), (viewer, account), (viewer, contact), (contact_actor(contact), member)):
        with pytest.raises(PermissionDeniedError):
            days.add_day(actor=actor, holder=holder_of(row), new=LEAVE, at=NOW)
    with pytest.raises(PermissionDeniedError):
        days.add_day(actor=colleague, holder=of_workspace(colleague), new=LEAVE, at=NOW)
    assert not CalendarDay.objects.for_workspace(workspace.id).exists()
    for actor, row in ((admin, member), (colleague, account), (colleague, contact)):
        days.add_day(actor=actor, holder=holder_of(row), new=LEAVE, at=NOW)
    days.add_day(actor=admin, holder=of_workspace(admin), new=LEAVE, at=NOW)
    assert CalendarDay.objects.for_workspace(workspace.id).count() == 4


def test_the_reason_of_leave_is_for_those_who_look_after_it() -> None:
    member = make_member(Role.SPECIALIST)
    days.add_day(actor=actor_for(member), holder=holder_of(member), new=LEAVE, at=NOW)
    colleague = make_actor(Role.MANAGER, workspace=member.workspace)
    assert day_words(colleague, holder_of(member)) == ["Leave 3–14 August"]
    (day,) = calendars.list_days(
        actor=colleague, holder=holder_of(member), first_on=date(2026, 8, 3), last_on=date(2026, 8, 3)
    )
    assert (day.state, day.reason) == (DayState.LEAVE, "Leave")


def test_calendars_of_another_workspace_do_not_exist() -> None:
    stranger, member = make_actor(), make_member()
    day_id = enter(member.workspace_id, holder_of(member), date(2026, 8, 3))
    for kind in HolderKind:
        with pytest.raises(NotFoundError):
            calendars.get_calendar(actor=stranger, holder=Holder(kind=kind, id=member.id), today=TODAY)
    with pytest.raises(NotFoundError):
        days.remove_day(actor=stranger, day_id=day_id, at=NOW)
    with pytest.raises(NotFoundError):
        days.add_day(actor=stranger, holder=Holder(kind=HolderKind.MEMBER, id=ids.new_id()), new=LEAVE, at=NOW)
    assert CalendarDay.objects.for_workspace(member.workspace_id).count() == 1


def test_an_exception_that_cannot_be_is_refused() -> None:
    member = make_member()
    wrong = NewDay(kind=DayKind.PART_DAY, first_on=date(2026, 8, 4), last_on=date(2026, 8, 3))
    with pytest.raises(InvalidInputError) as caught:
        days.add_day(actor=actor_for(member), holder=holder_of(member), new=wrong, at=NOW)
    assert {problem.place for problem in caught.value.problems} == {"last_on", "hours"}
    assert not CalendarDay.objects.for_workspace(member.workspace_id).exists()


def test_a_calendar_cannot_be_closed_for_good() -> None:
    member = make_member()
    actor, holder = actor_for(member), holder_of(member)
    every_week = NewDay(kind=DayKind.LEAVE, first_on=date(2026, 8, 3), last_on=date(2026, 8, 9), repeat=Repeat.WEEKLY)
    with pytest.raises(InvalidInputError, match="no working hour"):
        days.add_day(actor=actor, holder=holder, new=every_week, at=NOW)
    with pytest.raises(InvalidInputError):
        hours.set_hours(actor=actor, holder=holder, changes={"week": ((),) * 7}, at=NOW)
    assert recorded(actor) == []


FRIDAYS_OFF = NewDay(kind=DayKind.DAY_OFF, first_on=date(2026, 3, 6), repeat=Repeat.WEEKLY)
NINE_TO_FIVE = ((time(9), time(17)),)
FRIDAY_ONLY = ((), (), (), (), NINE_TO_FIVE, (), ())
REST_OF_WEEK = NewDay(kind=DayKind.DAY_OFF, first_on=date(2026, 3, 2), last_on=date(2026, 3, 5), repeat=Repeat.WEEKLY)
SATURDAYS = NewDay(kind=DayKind.WORKING_DAY, first_on=date(2026, 3, 7), hours=NINE_TO_FIVE, repeat=Repeat.WEEKLY)


def refused_for(name: str, actor: Actor, act: Callable[[], object]) -> None:
    """Assert that a change is refused because it would leave somebody without any hour, and that nothing is written."""
    rows = [list(model.objects.for_actor(actor).order_by("id").values()) for model in (Calendar, CalendarDay)]
    facts = recorded(actor)
    with pytest.raises(InvalidInputError, match="no working hour for years") as caught:
        act()
    assert caught.value.detail.startswith(f"With this change {name} would")
    assert caught.value.remedy
    assert [list(model.objects.for_actor(actor).order_by("id").values()) for model in (Calendar, CalendarDay)] == rows
    assert recorded(actor) == facts


def test_a_change_of_the_workspace_leaves_nobody_without_hours() -> None:
    workspace = make_workspace()
    member = make_member(Role.SPECIALIST, workspace=workspace, user=make_user(name="Sam Reed"))
    actor, top, own = system_actor(workspace.id), of_workspace(actor_for(member)), holder_of(member)
    days.add_day(actor=actor, holder=top, new=SATURDAYS, at=NOW)
    days.add_day(actor=actor, holder=own, new=FRIDAYS_OFF, at=NOW)
    days.add_day(actor=actor, holder=own, new=REST_OF_WEEK, at=NOW)
    (saturdays,) = calendars.get_calendar(actor=actor, holder=top, today=TODAY).days
    refused_for("Sam Reed", actor, lambda: days.remove_day(actor=actor, day_id=saturdays.id, at=NOW))
    every_saturday = replace(SATURDAYS, kind=DayKind.DAY_OFF, hours=())
    refused_for("Sam Reed", actor, lambda: days.add_day(actor=actor, holder=top, new=every_saturday, at=NOW))
    refused_for(
        "Sam Reed", actor, lambda: days.change_day(actor=actor, day_id=saturdays.id, new=every_saturday, at=NOW)
    )
    file = ics("UID:1\nDTSTART;VALUE=DATE:20260307\nRRULE:FREQ=WEEKLY\nSUMMARY:Closed")
    looked = imports.prepare_import(actor=actor, holder=top, file_name="closed.ics", data=file, at=NOW)
    refused_for("Sam Reed", actor, lambda: imports.finish_import(actor=actor, import_id=looked.id, at=NOW))
    days.add_day(actor=actor, holder=holder_of(make_member(workspace=workspace)), new=FRIDAYS_OFF, at=NOW)


def test_new_hours_of_the_workspace_and_of_an_account_leave_nobody_without_any() -> None:
    workspace = make_workspace()
    member = make_member(Role.SPECIALIST, workspace=workspace, user=make_user(name="Sam Reed"))
    account = make_account(workspace, name="Acorn")
    contact = make_contact(account, name="Nia Park")
    actor, top = system_actor(workspace.id), of_workspace(actor_for(member))

    def friday_only(holder: Holder) -> None:
        hours.set_hours(actor=actor, holder=holder, changes={"week": FRIDAY_ONLY}, at=NOW)

    days.add_day(actor=actor, holder=holder_of(contact), new=FRIDAYS_OFF, at=NOW)
    refused_for("Nia Park (Acorn)", actor, lambda: friday_only(holder_of(account)))
    refused_for("the calendar", actor, lambda: friday_only(holder_of(contact)))
    refused_for("Nia Park (Acorn)", actor, lambda: friday_only(top))
    days.add_day(actor=actor, holder=holder_of(member), new=FRIDAYS_OFF, at=NOW)
    refused_for("Nia Park (Acorn) and Sam Reed", actor, lambda: friday_only(top))
    Member.objects.for_actor(actor).filter(id=member.id).update(is_active=False)
    Account.objects.for_actor(actor).filter(id=account.id).update(archived_at=NOW)
    friday_only(top)


def test_another_country_of_an_account_leaves_nobody_without_hours() -> None:
    workspace = make_workspace(country="DE")
    account = make_account(workspace, name="Acorn", country="FR")
    actor = system_actor(workspace.id)
    days.add_day(actor=actor, holder=holder_of(make_contact(account, name="Nia Park")), new=FRIDAYS_OFF, at=NOW)
    hours.set_hours(actor=actor, holder=of_workspace(actor), changes={"week": FRIDAY_ONLY}, at=NOW)

    def move_home() -> None:
        hours.set_hours(actor=actor, holder=holder_of(account), changes={"country": "DE"}, at=NOW)

    refused_for("Nia Park (Acorn)", actor, move_home)
    assert Account.objects.for_actor(actor).get(id=account.id).country == "FR"


def test_an_undo_leaves_nobody_without_hours() -> None:
    workspace = make_workspace()
    actor, member = (
        system_actor(workspace.id),
        make_member(Role.SPECIALIST, workspace=workspace, user=make_user(name="Sam Reed")),
    )
    friday = "UID:1\nDTSTART;VALUE=DATE:20260306\nSUMMARY:Closed"
    take_over(actor, of_workspace(actor), "closed.ics", ics(f"{friday}\nRRULE:FREQ=WEEKLY"))
    take_over(actor, of_workspace(actor), "closed.ics", ics(friday))
    days.add_day(actor=actor, holder=holder_of(member), new=REST_OF_WEEK, at=NOW)
    latest = imports.import_queries.list_imports(actor=actor, holder=of_workspace(actor))[0]
    refused_for("Sam Reed", actor, lambda: imports.undo_import(actor=actor, import_id=latest.id, at=NOW))


def test_whoever_had_no_hours_before_a_change_does_not_stand_in_its_way() -> None:
    workspace = make_workspace()
    actor, member = system_actor(workspace.id), make_member(Role.SPECIALIST, workspace=workspace)
    days.add_day(actor=actor, holder=holder_of(member), new=FRIDAYS_OFF, at=NOW)
    only_friday = [[], [], [], [], [["09:00", "17:00"]], [], []]
    row = Calendar(workspace_id=workspace.id, holder_kind="workspace", holder_id=workspace.id, created_at=NOW)
    row.week = only_friday
    row.save(force_insert=True)
    days.add_day(actor=actor, holder=of_workspace(actor), new=LEAVE, at=NOW)
    hours.set_hours(actor=actor, holder=of_workspace(actor), changes={"week": MORNINGS}, at=NOW)
    (fridays,) = [day for day in CalendarDay.objects.for_actor(actor) if day.repeats]
    days.remove_day(actor=actor, day_id=fridays.id, at=NOW)


def test_looking_after_those_who_inherit_takes_the_same_queries_for_many(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    workspace = make_workspace()
    actor = system_actor(workspace.id)

    def queries_of(day: date) -> int:
        new = NewDay(kind=DayKind.DAY_OFF, first_on=day)
        with django_assert_max_num_queries(100) as captured:
            days.add_day(actor=actor, holder=of_workspace(actor), new=new, at=NOW)
        return len(captured)

    counts = []
    for number in range(3):
        for _ in range(3):
            contact = make_contact(make_account(workspace))
            for row in (make_member(workspace=workspace), contact.account, contact):
                days.add_day(actor=actor, holder=holder_of(row), new=LEAVE, at=NOW)
        counts.append(queries_of(date(2026, 9, 1 + number)))
    assert len(set(counts[1:])) == 1


def test_hours_country_and_region_are_set_and_inherited_again() -> None:
    workspace = make_workspace(country="DE", time_zone="Europe/Berlin")
    member = make_member(workspace=workspace)
    actor, holder = actor_for(member), holder_of(member)
    info = hours.set_hours(
        actor=actor,
        holder=holder,
        changes={"week": MORNINGS, "subdivision": "BY", "time_zone": "Europe/Vienna"},
        at=NOW,
    )
    assert (info.weekly_hours, info.week_from, info.subdivision_name) == (Decimal("20.00"), "", "Bayern")
    assert (info.country, info.country_from, info.time_zone) == ("DE", workspace.name, "Europe/Vienna")
    info = hours.set_hours(actor=actor, holder=holder, changes={"country": "AT", "subdivision": "9"}, at=NOW)
    assert (info.country_name, info.subdivision_name) == ("Austria", "Wien")
    info = hours.set_hours(
        actor=actor, holder=holder, changes={"week": None, "country": None, "subdivision": ""}, at=NOW
    )
    assert (info.weekly_hours, info.country, info.subdivision) == (Decimal("40.00"), "DE", "")
    assert recorded(actor).count("calendar.changed") == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"country": "XX"},
        {"subdivision": "BY"},
        {"country": "DE", "subdivision": "TX"},
        {"color": "red"},
        {"time_zone": "Mars"},
    ],
)
def test_places_that_are_not_known_are_refused(changes: dict[str, object]) -> None:
    member = make_member(workspace=make_workspace(country="US"))
    with pytest.raises(InvalidInputError):
        hours.set_hours(actor=actor_for(member), holder=holder_of(member), changes=changes, at=NOW)
    assert recorded(actor_for(member)) == []


def test_the_countries_of_workspace_and_account_stand_where_they_always_stood() -> None:
    actor = make_actor()
    account = make_account(Workspace.objects.get(id=actor.workspace_id))
    place = {"country": "DE", "subdivision": "BE", "time_zone": "Europe/Berlin"}
    hours.set_hours(actor=actor, holder=of_workspace(actor), changes=place, at=NOW)
    hours.set_hours(actor=actor, holder=holder_of(account), changes=place, at=NOW)
    assert Workspace.objects.get(id=actor.workspace_id).country == "DE"
    row = Account.objects.for_actor(actor).get(id=account.id)
    assert (row.country, row.time_zone) == ("DE", "Europe/Berlin")
    info = calendars.get_calendar(actor=actor, holder=holder_of(account), today=TODAY)
    assert (info.subdivision, info.account_id) == ("BE", account.id)


def test_capacity_and_skills() -> None:
    member = make_member(Role.SPECIALIST)
    actor = actor_for(member)
    found = hours.set_capacity(
        actor=actor, member_id=member.id, weekly_hours=Decimal(30), skills=[" SSO ", "sso", "Data  import"], at=NOW
    )
    assert (found.weekly_hours, found.skills) == (Decimal(30), ("sso", "Data import"))
    assert capacities.list_skills(actor=actor) == ("Data import", "sso")
    with pytest.raises(InvalidInputError):
        hours.set_capacity(actor=actor, member_id=member.id, weekly_hours=Decimal(90), skills=["x" * 41], at=NOW)
    other = make_actor(Role.MANAGER, workspace=member.workspace)
    with pytest.raises(PermissionDeniedError):
        hours.set_capacity(actor=other, member_id=member.id, weekly_hours=None, skills=[], at=NOW)
    assert capacities.get_capacity(actor=actor, member_id=member.id) == found


FIRST = ("UID:a\nDTSTART;VALUE=DATE:20260803\nSUMMARY:Sea", "UID:b\nDTSTART;VALUE=DATE:20260901\nSUMMARY:Moving")
SECOND = ("UID:a\nDTSTART;VALUE=DATE:20260804\nSUMMARY:Sea", "UID:b\nDTSTART;VALUE=DATE:20260901\nSUMMARY:Moving")


def test_a_file_is_looked_at_taken_over_and_undone() -> None:
    member = make_member(Role.SPECIALIST)
    actor, holder = actor_for(member), holder_of(member)
    looked = imports.prepare_import(actor=actor, holder=holder, file_name="leave.ics", data=ics(*FIRST), at=NOW)
    assert (looked.state, looked.added, [entry.words for entry in looked.entries]) == (
        ImportState.READY,
        2,
        ["Leave 3 August: Sea", "Leave 1 September: Moving"],
    )
    assert day_words(actor, holder) == []
    for _ in range(2):
        done = imports.finish_import(actor=actor, import_id=looked.id, at=NOW)
    assert (done.state, done.added) == (ImportState.DONE, 2)
    assert day_words(actor, holder) == ["Leave 3 August: Sea", "Leave 1 September: Moving"]
    undone = imports.undo_import(actor=actor, import_id=looked.id, at=NOW)
    assert undone.state is ImportState.UNDONE
    assert day_words(actor, holder) == []
    assert recorded(actor) == ["calendar.imported", "calendar.import_undone"]
    with pytest.raises(ConflictError):
        imports.finish_import(actor=actor, import_id=looked.id, at=NOW)


def take_over(actor: Actor, holder: Holder, name: str, data: bytes, at: datetime = NOW) -> tuple[int, int, int]:
    looked = imports.prepare_import(actor=actor, holder=holder, file_name=name, data=data, at=at)
    done = imports.finish_import(actor=actor, import_id=looked.id, at=at)
    return done.added, done.changed, done.same


def test_the_same_file_again_changes_only_what_is_different_and_undo_brings_that_back() -> None:
    member = make_member(Role.SPECIALIST)
    actor, holder = actor_for(member), holder_of(member)
    assert take_over(actor, holder, "leave.ics", ics(*FIRST)) == (2, 0, 0)
    assert take_over(actor, holder, "leave.ics", ics(*FIRST)) == (0, 0, 2)
    assert take_over(actor, holder, "leave.ics", ics(*SECOND)) == (0, 1, 1)
    assert day_words(actor, holder) == ["Leave 4 August: Sea", "Leave 1 September: Moving"]
    latest = imports.import_queries.list_imports(actor=actor, holder=holder)[0]
    imports.undo_import(actor=actor, import_id=latest.id, at=NOW)
    assert day_words(actor, holder) == ["Leave 3 August: Sea", "Leave 1 September: Moving"]


def test_undo_leaves_what_somebody_changed_by_hand_since() -> None:
    member = make_member(Role.SPECIALIST)
    actor, holder = actor_for(member), holder_of(member)
    take_over(actor, holder, "leave.ics", ics(*FIRST))
    row = CalendarDay.objects.for_actor(actor).get(uid="a")
    days.change_day(actor=actor, day_id=row.id, new=LEAVE, at=NOW)
    latest = imports.import_queries.list_imports(actor=actor, holder=holder)[0]
    imports.undo_import(actor=actor, import_id=latest.id, at=NOW)
    assert day_words(actor, holder) == ["Leave 3–14 August: Sea"]


def test_what_stands_in_the_calendar_by_hand_is_not_entered_twice() -> None:
    member = make_member(Role.SPECIALIST)
    actor, holder = actor_for(member), holder_of(member)
    enter(member.workspace_id, holder, date(2026, 8, 3))
    assert take_over(actor, holder, "days.csv", b"from,to\n2026-08-03,\n2026-08-05,2026-08-06\n") == (1, 0, 1)
    assert take_over(actor, holder, "days.csv", b"from,to\n2026-08-03,\n2026-08-05,2026-08-06\n") == (0, 0, 2)


def test_a_faulty_file_is_never_taken_over() -> None:
    member = make_member(Role.SPECIALIST)
    actor, holder = actor_for(member), holder_of(member)
    looked = imports.prepare_import(
        actor=actor, holder=holder, file_name="days.csv", data=b"from\n2026-08-03\n2026-99-99\n", at=NOW
    )
    assert (looked.state, looked.problems[0].line) == (ImportState.FAULTY, 3)
    with pytest.raises(ConflictError):
        imports.finish_import(actor=actor, import_id=looked.id, at=NOW)
    assert day_words(actor, holder) == []


@pytest.mark.parametrize("data", [b"", b"  \n", b"x" * 1_000_001])
def test_files_that_are_empty_or_too_large_are_refused(data: bytes) -> None:
    member = make_member()
    with pytest.raises(InvalidInputError):
        imports.prepare_import(actor=actor_for(member), holder=holder_of(member), file_name="a.ics", data=data, at=NOW)


def test_a_file_of_another_workspace_cannot_be_taken_over() -> None:
    member, stranger = make_member(), make_actor()
    looked = imports.prepare_import(
        actor=actor_for(member), holder=holder_of(member), file_name="leave.ics", data=ics(*FIRST), at=NOW
    )
    for operation in (imports.finish_import, imports.undo_import):
        with pytest.raises(NotFoundError):
            operation(actor=stranger, import_id=looked.id, at=NOW)
    assert not CalendarDay.objects.for_workspace(member.workspace_id).exists()


def test_many_days_fit_and_no_more() -> None:
    member = make_member()
    actor, holder = actor_for(member), holder_of(member)
    rows = "\n".join(str(date(2026, 1, 1) + timedelta(days=2 * number)) for number in range(1500))
    assert take_over(actor, holder, "a.csv", f"from\n{rows}\n".encode()) == (1500, 0, 0)
    more = "\n".join(str(date(2040, 1, 1) + timedelta(days=2 * number)) for number in range(600))
    looked = imports.prepare_import(
        actor=actor, holder=holder, file_name="b.csv", data=f"from\n{more}\n".encode(), at=NOW
    )
    with pytest.raises(ConflictError, match="more than 2000"):
        imports.finish_import(actor=actor, import_id=looked.id, at=NOW)
    assert len(specs.get_specs(actor=actor, member_ids=[member.id]).members[member.id].rules) == 1500

"""What calendars were before they changed."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries

from firstwin.calendars.contracts import DayKind, NewDay, Repeat, Specs, SpecsChange
from firstwin.calendars.models import CalendarChange
from firstwin.calendars.operations import days, hours, imports
from firstwin.calendars.queries import past, specs
from firstwin.customers.operations import accounts
from firstwin.identity.contracts import Actor, Role
from tests.calendars.test_rules import ics
from tests.factories.calendars import NOW, enter, holder_of, of_workspace
from tests.factories.counting import statements
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import actor_for, make_member, make_workspace

pytestmark = pytest.mark.django_db

MORNINGS = (((time(8), time(12)),),) * 5 + ((), ())
LEAVE = NewDay(kind=DayKind.LEAVE, first_on=date(2026, 8, 3), last_on=date(2026, 8, 14), label="Clinic")
LATER = NewDay(kind=DayKind.PART_DAY, first_on=date(2026, 8, 5), hours=((time(9), time(11)),), repeat=Repeat.WEEKLY)


class Scene:
    def __init__(self) -> None:
        self.workspace = make_workspace(country="DE", time_zone="Europe/Berlin")
        self.member = make_member(Role.OWNER, workspace=self.workspace)
        self.account = make_account(self.workspace)
        self.contact = make_contact(self.account)
        self.actor: Actor = actor_for(self.member)
        self.ids = {
            "account_ids": [self.account.id],
            "member_ids": [self.member.id],
            "contact_ids": [self.contact.id],
        }

    def now(self) -> Specs:
        return specs.get_specs(actor=self.actor, **self.ids)

    def changes(self) -> list[SpecsChange]:
        return list(past.list_changes(actor=self.actor, since=NOW, **self.ids))


def at(step: int) -> datetime:
    return NOW + timedelta(minutes=step)


def take_over(scene: Scene, step: int) -> UUID:
    holder = holder_of(scene.member)
    data = ics("UID:a\nDTSTART;VALUE=DATE:20260810\nDURATION:P3D")
    ready = imports.prepare_import(actor=scene.actor, holder=holder, file_name="a.ics", data=data, at=at(step))
    imports.finish_import(actor=scene.actor, import_id=ready.id, at=at(step))
    return ready.id


def test_every_change_is_taken_back_to_what_was_before_it() -> None:
    scene = Scene()
    holder, actor = holder_of(scene.member), scene.actor
    seen: list[Specs] = [scene.now()]

    def note() -> None:
        seen.append(scene.now())

    first = days.add_day(actor=actor, holder=holder, new=LEAVE, at=at(1))
    note()
    days.add_day(actor=actor, holder=holder_of(scene.contact), new=LATER, at=at(2))
    note()
    days.change_day(actor=actor, day_id=first, new=LATER, at=at(3))
    note()
    import_id = take_over(scene, 4)
    note()
    days.remove_day(actor=actor, day_id=first, at=at(5))
    note()
    imports.undo_import(actor=actor, import_id=import_id, at=at(6))
    note()
    hours.set_hours(actor=actor, holder=of_workspace(actor), changes={"week": MORNINGS, "subdivision": "BY"}, at=at(7))
    note()
    hours.set_hours(actor=actor, holder=holder_of(scene.contact), changes={"country": "FR"}, at=at(8))
    note()
    accounts.edit_account(actor=actor, account_id=scene.account.id, changes={"time_zone": "Asia/Tokyo"}, at=at(9))
    note()
    found = scene.changes()[::-1]
    assert [change.before for change in found] == seen[:-1]
    assert [change.after for change in found] == seen[1:]
    assert [change.at for change in found] == [at(step) for step in range(1, 10)]
    assert found[-1].why == f"the time zone of {scene.account.name} changed"
    assert found[0].why == f"{scene.member.user.name}'s leave 3–14 August"


def test_a_place_and_hours_that_change_together_are_two_changes() -> None:
    scene = Scene()
    before = scene.now()
    changes = {"week": MORNINGS, "time_zone": "Europe/Paris"}
    hours.set_hours(actor=scene.actor, holder=of_workspace(scene.actor), changes=changes, at=at(1))
    latest, place = scene.changes()
    assert (place.why, place.before) == ("the time zone of the workspace changed", before)
    assert latest.why.endswith("working hours changed")
    assert place.after == latest.before != latest.after == scene.now()


def test_the_reason_of_a_leave_is_not_kept_with_what_it_replaced() -> None:
    scene = Scene()
    day_id = days.add_day(actor=scene.actor, holder=holder_of(scene.member), new=LEAVE, at=at(1))
    days.remove_day(actor=scene.actor, day_id=day_id, at=at(2))
    kept = CalendarChange.objects.for_actor(scene.actor).values_list("replaced", flat=True)
    assert len(kept) == 2
    assert "Clinic" not in str(list(kept))


def test_what_others_change_is_left_out_and_what_is_not_known_ends_it() -> None:
    scene, other = Scene(), Scene()
    days.add_day(actor=other.actor, holder=holder_of(other.member), new=LEAVE, at=at(1))
    somebody = make_member(workspace=scene.workspace)
    days.add_day(actor=scene.actor, holder=holder_of(somebody), new=LEAVE, at=at(1))
    assert scene.changes() == []
    for step in (2, 3, 4):
        days.add_day(actor=scene.actor, holder=holder_of(scene.member), new=LEAVE, at=at(step))
    CalendarChange.objects.for_actor(scene.actor).order_by("id")[2].delete()
    latest, unknown = scene.changes()
    assert (latest.at, unknown.at, unknown.before) == (at(4), at(3), None)
    assert latest.before == unknown.after


def test_the_number_of_reads_is_constant(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    scene = Scene()
    for _ in range(5):
        enter(scene.workspace.id, holder_of(scene.member), date(2026, 8, 3))
    with django_assert_num_queries(statements(postgresql=6, sqlite=10)):
        assert len(scene.changes()) == 5

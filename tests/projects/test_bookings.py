"""Soft bookings: made, weighed, changed, released, launched, lapsed."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.communications.models import Notification
from firstwin.customers.contracts import Segment
from firstwin.identity.contracts import Actor, Role
from firstwin.journal.models import Entry
from firstwin.projects.contracts import WrongStateError
from firstwin.projects.contracts.bookings import BookingInfo, BookingPatch, BookingState
from firstwin.projects.contracts.workload import MemberLoad
from firstwin.projects.operations import bookings
from firstwin.projects.queries import bookings as booking_queries
from firstwin.projects.queries import workload
from firstwin.projects.rules import bookings as rules
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.bookings import START_ON, make_booking, new_booking
from tests.factories.customers import make_account
from tests.factories.identity import actor_for, make_member, make_workspace
from tests.factories.projects import Scene, launch_example, make_scene


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def booked(scene: Scene, booking_id: Any) -> BookingInfo:
    return booking_queries.get_booking(actor=scene.manager, booking_id=booking_id)


def load_of(scene: Scene, at: datetime | None = None) -> MemberLoad:
    found = workload.get_workload(actor=scene.manager, at=at or scene.at)
    return next(one for one in found.members if one.member_id == scene.specialist.id)


def told(scene: Scene) -> list[str]:
    rows = Entry.objects.filter(workspace_id=scene.workspace.id, event_name__startswith="booking.")
    return list(rows.order_by("id").values_list("event_name", flat=True))


# rules ----------------------------------------------------------------------------------------------------------------


@given(minutes=st.integers(0, 100_000), probability=st.integers(5, 95))
def test_as_many_hours_count_as_are_likely(minutes: int, probability: int) -> None:
    weighed = rules.weighed(minutes, probability)
    assert 0 <= weighed <= minutes
    assert abs(weighed * 100 - minutes * probability) <= 50


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"has_customer": False}, "account_id"),
        ({"probability": 100}, "probability"),
        ({"probability": 4}, "probability"),
        ({"start_on": date(2026, 3, 1)}, "start_on"),
        ({"start_on": date(2029, 3, 1)}, "start_on"),
    ],
)
def test_what_cannot_be_booked_says_why(fields: dict[str, Any], place: str) -> None:
    usual = {"start_on": START_ON, "probability": 50, "has_customer": True, "today": date(2026, 3, 2)}
    assert rules.problems_of(**usual) == []
    assert [problem.place for problem in rules.problems_of(**{**usual, **fields})] == [place]


def test_it_lapses_two_weeks_after_its_likely_start() -> None:
    assert rules.expires_on(START_ON) == date(2026, 3, 30)
    assert [state for state in BookingState if rules.can_return(state)] == [BookingState.RELEASED, BookingState.EXPIRED]


# making and reading -----------------------------------------------------------------------------------------------------


def test_a_booking_takes_the_hours_of_the_plan_of_such_a_customer(scene: Scene) -> None:
    found = booked(scene, make_booking(scene))
    (role,) = found.roles
    assert (found.name, found.account_id, found.segment) == ("Wren Robotics", None, Segment.MID_MARKET)
    assert (role.key, role.member_name) == ("csm", scene.specialist.name)
    assert role.hours == found.hours > 0
    assert found.end_on > found.start_on
    assert told(scene) == ["booking.made"]


def test_its_hours_are_likely_ones_in_the_weeks_of_the_plan(scene: Scene) -> None:
    before = load_of(scene)
    found = booked(scene, make_booking(scene))
    after = load_of(scene)
    assert before.likely == 0
    assert after.likely == found.hours / 2
    assert (after.hours, after.free, after.is_over) == (before.hours, before.free, before.is_over)
    assert [week.likely > 0 for week in after.weeks][:3] == [False, False, True]
    panel = workload.get_week_tasks(actor=scene.manager, member_id=scene.specialist.id, monday=START_ON, at=scene.at)
    (behind,) = panel.bookings
    assert (behind.id, behind.probability, behind.hours) == (found.id, 50, after.weeks[2].likely)


def test_for_an_account_its_own_name_and_segment_count(scene: Scene) -> None:
    booking_id = make_booking(scene, account_id=scene.account.id, prospect_name="", segment=None)
    found = booked(scene, booking_id)
    assert (found.name, found.account_id) == (scene.account.name, scene.account.id)
    assert [one.id for one in booking_queries.list_bookings(actor=scene.manager, account_id=scene.account.id)] == [
        booking_id
    ]


def test_a_role_without_a_person_counts_for_nobody(scene: Scene) -> None:
    found = booked(scene, make_booking(scene, role_map={}))
    assert (found.roles[0].member_id, found.roles[0].hours) == (None, found.hours)
    assert load_of(scene).likely == 0


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"role_map": {"csm": uuid4()}}, "role_map.csm"),
        ({"role_map": {"sponsor": uuid4()}}, "role_map.sponsor"),
        ({"prospect_name": " "}, "account_id"),
        ({"segment": None}, "account_id"),
    ],
)
def test_wrong_people_and_nobody_to_book_for_are_refused(scene: Scene, fields: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        make_booking(scene, **fields)
    assert [problem.place for problem in caught.value.problems] == [place]
    assert booking_queries.list_bookings(actor=scene.manager) == ()
    assert told(scene) == []


def others(scene: Scene) -> list[Actor]:
    return [scene.contact, actor_for(make_member(Role.VIEWER, workspace=scene.workspace))]


def test_who_only_looks_books_nothing_and_contacts_see_nothing(scene: Scene) -> None:
    booking_id = make_booking(scene)
    for actor in others(scene):
        with pytest.raises(PermissionDeniedError):
            bookings.book(actor=actor, new=new_booking(scene), at=scene.at)
        with pytest.raises(PermissionDeniedError):
            bookings.release_booking(actor=actor, booking_id=booking_id, at=scene.at)
    with pytest.raises(PermissionDeniedError):
        booking_queries.list_bookings(actor=scene.contact)
    outsider = actor_for(make_member(Role.OWNER, workspace=make_workspace()))
    with pytest.raises(NotFoundError):
        booking_queries.get_booking(actor=outsider, booking_id=booking_id)
    with pytest.raises(NotFoundError):
        bookings.release_booking(actor=outsider, booking_id=booking_id, at=scene.at)
    assert booked(scene, booking_id).state is BookingState.OPEN
    assert told(scene) == ["booking.made"]


# changing ---------------------------------------------------------------------------------------------------------------


def test_a_change_moves_the_hours_and_says_what_changed(scene: Scene) -> None:
    booking_id = make_booking(scene)
    before = booked(scene, booking_id)
    later = BookingPatch(start_on=START_ON + timedelta(days=14), probability=80)
    bookings.change_booking(actor=scene.manager, booking_id=booking_id, patch=later, at=scene.at, version=1)
    after = booked(scene, booking_id)
    assert (after.start_on, after.probability, after.version) == (START_ON + timedelta(days=14), 80, 2)
    assert after.end_on > before.end_on
    assert after.roles == before.roles
    assert [week.likely > 0 for week in load_of(scene).weeks][:5] == [False] * 4 + [True]
    entry = Entry.objects.get(workspace_id=scene.workspace.id, event_name="booking.changed")
    assert json.loads(entry.data)["changed"] == ["start", "probability"]


def test_an_outdated_or_an_empty_change_writes_nothing(scene: Scene) -> None:
    booking_id = make_booking(scene)
    with pytest.raises(ConflictError):
        bookings.change_booking(
            actor=scene.manager, booking_id=booking_id, patch=BookingPatch(probability=80), at=scene.at, version=9
        )
    bookings.change_booking(actor=scene.manager, booking_id=booking_id, patch=BookingPatch(probability=50), at=scene.at)
    with pytest.raises(InvalidInputError):
        bookings.change_booking(
            actor=scene.manager, booking_id=booking_id, patch=BookingPatch(probability=99), at=scene.at
        )
    assert (booked(scene, booking_id).version, told(scene)) == (1, ["booking.made"])


def test_released_time_is_free_again_and_can_be_taken_up_again(scene: Scene) -> None:
    booking_id = make_booking(scene)
    bookings.release_booking(actor=scene.manager, booking_id=booking_id, at=scene.at, reason="They chose another")
    assert booked(scene, booking_id).state is BookingState.RELEASED
    assert load_of(scene).likely == 0
    with pytest.raises(WrongStateError):
        bookings.release_booking(actor=scene.manager, booking_id=booking_id, at=scene.at)
    bookings.restore_booking(actor=scene.manager, booking_id=booking_id, at=scene.at)
    assert load_of(scene).likely > 0
    with pytest.raises(WrongStateError):
        bookings.restore_booking(actor=scene.manager, booking_id=booking_id, at=scene.at)
    assert told(scene) == ["booking.made", "booking.released", "booking.restored"]


# launching and lapsing --------------------------------------------------------------------------------------------------


def test_a_launch_makes_it_real(scene: Scene) -> None:
    booking_id = make_booking(scene)
    project = launch_example(scene, booking_id=booking_id)
    found = booked(scene, booking_id)
    assert (found.state, found.project_id, found.account_id) == (
        BookingState.LAUNCHED,
        project.id,
        scene.account.id,
    )
    load = load_of(scene)
    assert load.likely == 0
    assert load.hours > 0
    assert told(scene) == ["booking.made", "booking.launched"]


def test_a_launch_with_a_booking_of_another_account_writes_nothing(scene: Scene) -> None:
    other = make_account(scene.workspace, name="Another")
    booking_id = make_booking(scene, account_id=other.id)
    with pytest.raises(ConflictError):
        launch_example(scene, booking_id=booking_id)
    with pytest.raises(NotFoundError):
        launch_example(scene, booking_id=uuid4())
    assert load_of(scene).hours == 0
    assert booked(scene, booking_id).state is BookingState.OPEN


def test_nothing_came_of_it_and_whoever_booked_is_told(scene: Scene, run_jobs: Any) -> None:
    booking_id = make_booking(scene)
    assert bookings.expire_bookings(at=scene.at + timedelta(days=28)) == 0
    late = scene.at + timedelta(days=29)
    assert bookings.expire_bookings(at=late) == 1
    assert bookings.expire_bookings(at=late) == 0
    assert booked(scene, booking_id).state is BookingState.EXPIRED
    run_jobs(late)
    (notice,) = Notification.objects.for_workspace(scene.workspace.id).filter(member_id=scene.manager.id)
    assert notice.title == "The booking for Wren Robotics has lapsed"
    with pytest.raises(InvalidInputError):
        bookings.restore_booking(actor=scene.manager, booking_id=booking_id, at=late + timedelta(days=3))
    bookings.restore_booking(
        actor=scene.manager, booking_id=booking_id, at=late, start_on=late.date() + timedelta(days=7)
    )
    found = booked(scene, booking_id)
    assert (found.state, found.start_on) == (BookingState.OPEN, late.date() + timedelta(days=7))


def test_lists_cost_the_same_however_many_there_are(scene: Scene, django_assert_num_queries: Any) -> None:
    for number in range(3):
        make_booking(scene, prospect_name=f"Prospect {number}")
    with django_assert_num_queries(2):
        found = booking_queries.list_bookings(actor=scene.manager)
    assert len(found) == 3
    assert load_of(scene).likely == sum((one.hours for one in found), Decimal(0)) / 2


def test_a_booking_ends_on_the_day_of_the_team(db: None) -> None:
    ends = set()
    for zone in ("UTC", "America/Los_Angeles", "Pacific/Auckland"):
        scene = make_scene(workspace=make_workspace(time_zone=zone), time_zone=zone)
        booking_id = make_booking(scene)
        ends.add(booked(scene, booking_id).end_on)
        bookings.change_booking(
            actor=scene.manager, booking_id=booking_id, patch=BookingPatch(start_on=START_ON), at=scene.at
        )
        ends.add(booked(scene, booking_id).end_on)
    assert len(ends) == 1

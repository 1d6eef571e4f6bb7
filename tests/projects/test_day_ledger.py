"""The ledger of days as it is read, corrected and added up."""

import json
from datetime import date, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstwin.customers.contracts import Segment
from firstwin.identity.contracts import Actor, Role, system_actor
from firstwin.journal.models import Entry
from firstwin.projects.contracts import ReasonSide
from firstwin.projects.contracts.ledger import DayFilters, LedgerReason, LedgerSide, SumsBy
from firstwin.projects.models import LedgerEntry, Project
from firstwin.projects.operations import clock, day_corrections, lifecycle
from firstwin.projects.queries import day_sums
from firstwin.projects.queries import ledger as ledger_queries
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.customers import contact_actor
from tests.factories.identity import actor_for, make_member, make_workspace
from tests.factories.projects import Running, launch_example, make_scene
from tests.projects.test_tasks import complete

pytestmark = pytest.mark.django_db


def moved(project: Running) -> Running:
    """Let a project stand still for two weeks on the customer's side, and then be late by itself."""
    scene = project.scene
    lifecycle.hold_project(
        actor=scene.manager,
        project_id=project.id,
        side=ReasonSide.CUSTOMER,
        reason="Budget",
        at=scene.at + timedelta(days=1),
    )
    lifecycle.resume_project(actor=scene.manager, project_id=project.id, at=scene.at + timedelta(days=15))
    clock.advance_project(
        actor=system_actor(scene.workspace.id), project_id=project.id, at=scene.at + timedelta(days=40)
    )
    return project


@pytest.fixture
def project() -> Running:
    return moved(launch_example())


def entries(actor: Actor, project: Running) -> list[LedgerEntry]:
    return list(LedgerEntry.objects.for_actor(actor).filter(project_id=project.id).order_by("position"))


def correct(project: Running, actor: Actor, **more: object) -> None:
    first = ledger_queries.get_ledger(actor=project.scene.manager, project_id=project.id).entries[0]
    given = {
        "entry_id": first.id,
        "count": first.count,
        "side": LedgerSide.THIRD_PARTY,
        "reason": LedgerReason.STUCK,
        "note": "The bank was closed.",
        "at": project.scene.at + timedelta(days=41),
    }
    day_corrections.correct_days(actor=actor, project_id=project.id, **{**given, **more})  # type: ignore[arg-type]


def test_lines_sides_and_the_sentence_add_up_to_the_same(project: Running) -> None:
    found = ledger_queries.get_ledger(actor=project.scene.manager, project_id=project.id)
    assert found.days == project.row().lost_days > 0
    assert sum(entry.days for entry in found.entries) == found.days
    assert sum(side.days for side in found.sides) == found.days
    assert found.sentence.startswith(f"The end moved {found.days} working days later: ")
    assert "on the customer's side" in found.sentence
    assert found.is_whole


def test_days_in_a_row_for_the_same_reason_are_told_together(project: Running) -> None:
    found = ledger_queries.get_ledger(actor=project.scene.manager, project_id=project.id)
    assert len(found.entries) < len(entries(project.scene.manager, project))
    hold = found.entries[0]
    assert (hold.side, hold.words, hold.text, hold.days, hold.count) == (
        LedgerSide.CUSTOMER,
        "On hold",
        "Budget",
        10,
        10,
    )
    assert hold.since < hold.on


def test_the_ledger_is_read_in_four_queries_however_long_it_is(project: Running) -> None:
    with CaptureQueriesContext(connection) as asked:
        ledger_queries.get_ledger(actor=project.scene.manager, project_id=project.id)
    assert len(asked) == 4


def test_a_project_that_never_moved_says_so() -> None:
    fresh = launch_example()
    found = ledger_queries.get_ledger(actor=fresh.scene.manager, project_id=fresh.id)
    assert found.entries == ()
    assert found.sentence == "The end is where it was planned."


def test_who_is_not_of_the_team_or_the_workspace_reads_nothing(project: Running) -> None:
    with pytest.raises(PermissionDeniedError):
        ledger_queries.get_ledger(actor=contact_actor(project.scene.sponsor), project_id=project.id)
    stranger = actor_for(make_member(Role.OWNER))
    with pytest.raises(NotFoundError):
        ledger_queries.get_ledger(actor=stranger, project_id=project.id)
    assert day_sums.list_sums(actor=stranger, by=SumsBy.ACCOUNT).items == ()


def test_a_correction_moves_days_and_keeps_what_was_written_and_the_sum(project: Running) -> None:
    actor = project.scene.manager
    before = ledger_queries.get_ledger(actor=actor, project_id=project.id)
    correct(project, actor)
    after = ledger_queries.get_ledger(actor=actor, project_id=project.id)
    assert after.days == before.days == project.row().lost_days
    line = after.entries[0]
    assert (line.side, line.reason, line.days) == (LedgerSide.THIRD_PARTY, LedgerReason.STUCK, 10)
    assert (line.first_side, line.first_reason, line.note) == (
        LedgerSide.CUSTOMER,
        LedgerReason.HOLD,
        "The bank was closed.",
    )
    rows = entries(actor, project)
    assert {row.side for row in rows[:10]} == {"customer"}
    assert {row.counted_side for row in rows[:10]} == {"third_party"}
    fact = Entry.objects.filter(event_name="project.days_reattributed").get()
    assert json.loads(fact.data)["note"] == "The bank was closed."
    assert tuple(json.loads(fact.data)[name] for name in ("old_side", "side", "days")) == (
        "customer",
        "third_party",
        10,
    )


def test_a_correction_can_be_corrected_and_what_was_first_stays_first(project: Running) -> None:
    actor = project.scene.manager
    correct(project, actor)
    correct(project, actor, side=LedgerSide.VENDOR, reason=LedgerReason.HOLD, note="It was us after all.")
    line = ledger_queries.get_ledger(actor=actor, project_id=project.id).entries[0]
    assert (line.side, line.first_side) == (LedgerSide.VENDOR, LedgerSide.CUSTOMER)
    assert Entry.objects.filter(event_name="project.days_reattributed").count() == 2


def test_corrections_that_are_refused_change_nothing(project: Running) -> None:
    actor = project.scene.manager
    before = [(row.counted_side, row.note) for row in entries(actor, project)]
    with pytest.raises(InvalidInputError):
        correct(project, actor, note="  ")
    with pytest.raises(ConflictError):
        correct(project, actor, count=400)
    with pytest.raises(NotFoundError):
        correct(project, actor, entry_id=uuid4())
    with pytest.raises(PermissionDeniedError):
        correct(project, actor_for(make_member(Role.VIEWER, workspace=project.scene.workspace)))
    with pytest.raises(PermissionDeniedError):
        correct(project, contact_actor(project.scene.sponsor))
    assert [(row.counted_side, row.note) for row in entries(actor, project)] == before
    assert not Entry.objects.filter(event_name="project.days_reattributed").exists()


def test_single_entries_page_by_cursor_in_two_reads(project: Running) -> None:
    actor = project.scene.manager
    seen = []
    cursor: str | None = None
    while True:
        with CaptureQueriesContext(connection) as asked:
            page = ledger_queries.list_entries(actor=actor, project_id=project.id, cursor=cursor, limit=4)
        assert len(asked) == 2
        seen += [entry.position for entry in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(entries(actor, project))


@pytest.mark.parametrize("by", [SumsBy.PROJECT, SumsBy.ACCOUNT, SumsBy.PLAYBOOK, SumsBy.OWNER])
def test_sums_agree_with_the_ledgers_in_one_read(project: Running, by: SumsBy) -> None:
    actor = project.scene.manager
    other = moved(launch_example(project.scene, name="Second"))
    whole = project.row().lost_days + other.row().lost_days
    with CaptureQueriesContext(connection) as asked:
        page = day_sums.list_sums(actor=actor, by=by)
    assert len(asked) == 1
    assert sum(row.days for row in page.items) == whole
    for row in page.items:
        assert sum(side.days for side in row.sides) == row.days
        assert row.name
    totals = day_sums.get_totals(actor=actor)
    assert (totals.days, totals.projects) == (whole, 2)


def test_sums_page_by_cursor_without_losing_or_repeating_a_row(project: Running) -> None:
    actor = project.scene.manager
    for name in ("Second", "Third", "Fourth"):
        moved(launch_example(project.scene, name=name))
    whole = day_sums.list_sums(actor=actor, by=SumsBy.PROJECT).items
    seen = []
    cursor: str | None = None
    while True:
        page = day_sums.list_sums(actor=actor, by=SumsBy.PROJECT, cursor=cursor, limit=1)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert tuple(seen) == whole
    assert len({row.id for row in seen}) == 4


def test_tasks_that_lost_days_are_added_up_by_name(project: Running) -> None:
    page = day_sums.list_sums(actor=project.scene.manager, by=SumsBy.TASK)
    assert page.items
    assert all(row.id is None and row.name for row in page.items)


def test_filters_narrow_by_period_side_segment_owner_account_and_playbook(project: Running) -> None:
    actor = project.scene.manager
    row = project.row()
    day = project.scene.at.date()

    def lost(**filters: object) -> int:
        return day_sums.get_totals(actor=actor, filters=DayFilters(**filters)).lost  # type: ignore[arg-type]

    assert lost(side=LedgerSide.CUSTOMER) >= 10
    assert lost(until=day + timedelta(days=15)) == 10
    assert lost(since=day + timedelta(days=16)) == lost() - 10
    assert lost(segment=Segment(row.segment)) == lost()
    other = next(segment for segment in Segment if segment.value != row.segment)
    assert lost(segment=other) == 0
    assert lost(owner_id=row.owner_id) == lost(account_id=row.account_id) == lost(playbook_id=row.playbook_id) == lost()
    assert lost(owner_id=uuid4()) == 0


def test_a_cancelled_project_is_left_out_of_sums(project: Running) -> None:
    actor = project.scene.manager
    at = project.scene.at + timedelta(days=41)
    lifecycle.cancel_project(actor=actor, project_id=project.id, reason="They were bought", at=at)
    assert day_sums.list_sums(actor=actor, by=SumsBy.PROJECT).items == ()
    assert day_sums.get_totals(actor=actor).projects == 0
    assert ledger_queries.get_ledger(actor=actor, project_id=project.id).entries


def test_a_ledger_since_the_launch_is_whole_wherever_the_team_is() -> None:
    scene = make_scene(workspace=make_workspace(time_zone="Pacific/Auckland"))
    project = launch_example(scene, at=scene.at + timedelta(hours=12))  # in the morning of the next day there
    complete(project, "welcome-email", days=1)
    found = ledger_queries.get_ledger(actor=scene.specialist, project_id=project.id)
    assert found.counted_from == date(2026, 3, 3)
    assert found.is_whole


@pytest.mark.parametrize(
    ("zone", "hours"), [("UTC", 0), ("Pacific/Auckland", 12), ("Pacific/Auckland", 0), ("America/Los_Angeles", -6)]
)
def test_a_ledger_that_began_the_day_after_the_launch_is_not_whole(zone: str, hours: int) -> None:
    scene = make_scene(workspace=make_workspace(time_zone=zone))
    project = launch_example(scene, at=scene.at + timedelta(hours=hours))
    launched_on = project.row().launched_at.astimezone(ZoneInfo(zone)).date()
    rows = Project.objects.for_actor(scene.manager).filter(id=project.id)
    assert ledger_queries.get_ledger(actor=scene.manager, project_id=project.id).counted_from == launched_on
    for days in (0, 1):
        rows.update(counted_from=launched_on + timedelta(days=days))
        assert ledger_queries.get_ledger(actor=scene.manager, project_id=project.id).is_whole == (days == 0)

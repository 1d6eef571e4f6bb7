"""Moving what a plan hangs on: what follows, what stays, and what becomes of dates that were set by hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.customers.models import Account
from firstwin.customers.operations import accounts
from firstwin.identity.contracts import Role
from firstwin.playbooks.contracts import Anchor, StageSpec, TaskSpec
from firstwin.projects.contracts import WrongStateError
from firstwin.projects.contracts.anchors import AnchorMove, Following
from firstwin.projects.contracts.steering import PlanPreview
from firstwin.projects.contracts.updates import UndoGoneError
from firstwin.projects.models import LedgerEntry
from firstwin.projects.operations import anchors, lifecycle, tasks, undoing
from firstwin.projects.queries import anchors as queries
from firstwin.projects.rules import anchors as rules
from firstwin.scheduling.contracts import parse_span
from firstwin.shared.errors import FirstwinError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.http import key_client
from tests.factories.identity import actor_for, make_member, recorded
from tests.factories.projects import Running, example_definition, launch_example, make_scene, moment
from tests.factories.updates import rows_of
from tests.projects.test_steering import dates_of, march, save, set_for_a_week, timing
from tests.projects.test_undoing import plan_of

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def project() -> Running:
    return launch_example()


def move(project: Running, anchor: Anchor, to_at: datetime, following: Following = Following.KEEP_SET) -> PlanPreview:
    """Try a move out, carry it out, and return its effect, which is the same."""
    wanted = AnchorMove(anchor=anchor, to_at=to_at, following=following)
    actor, at = project.scene.specialist, project.scene.at
    tried = anchors.preview_move(actor=actor, project_id=project.id, move=wanted, at=at)
    done = anchors.move_anchor(actor=actor, project_id=project.id, move=wanted, at=at)
    assert done == tried
    return done


def refused(project: Running, anchor: str, to_at: datetime, error: type[FirstwinError]) -> str:
    before, facts = rows_of(project.scene, project.id), recorded(project.scene.manager)
    wanted = AnchorMove(anchor=anchor, to_at=to_at)
    for act in (anchors.preview_move, anchors.move_anchor):
        with pytest.raises(error) as caught:
            act(actor=project.scene.specialist, project_id=project.id, move=wanted, at=project.scene.at)
    assert rows_of(project.scene, project.id) == before
    assert recorded(project.scene.manager) == facts
    return str(caught.value)


def test_the_kickoff_takes_what_hangs_on_it_along(project: Running) -> None:
    kickoff, logo = project.task("kickoff"), project.task("logo")
    effect = move(project, Anchor.KICKOFF, kickoff.due_at + WEEK)
    assert project.task("kickoff").due_at == kickoff.due_at + WEEK
    assert project.task("logo").start_at == logo.start_at + WEEK
    assert effect.end_after > effect.end_before


def test_a_date_set_by_hand_stays_moves_along_or_goes_back_to_the_playbook(project: Running) -> None:
    kickoff, logo = project.task("kickoff"), project.task("logo")
    by_hand = logo.start_at + timedelta(days=3)
    save(project, timing(project, "logo", start_at=by_hand))
    before = plan_of(project)
    move(project, Anchor.KICKOFF, kickoff.due_at + WEEK, Following.KEEP_SET)
    assert project.task("logo").start_at == by_hand
    undoing.undo_step(actor=project.scene.specialist, project_id=project.id, at=project.scene.at)
    assert plan_of(project) == before
    move(project, Anchor.KICKOFF, kickoff.due_at + WEEK, Following.SHIFT_ALL)
    assert project.task("logo").start_at == by_hand + WEEK
    assert project.task("logo").is_start_fixed
    undoing.undo_step(actor=project.scene.specialist, project_id=project.id, at=project.scene.at)
    assert plan_of(project) == before
    move(project, Anchor.KICKOFF, kickoff.due_at + WEEK, Following.TO_PLAYBOOK)
    assert project.task("logo").start_at == logo.start_at + WEEK
    assert not project.task("logo").is_start_fixed


def test_what_was_set_before_the_anchor_does_not_move_with_it(project: Running) -> None:
    form, kickoff = project.task("company-form"), project.task("kickoff")
    save(project, timing(project, "company-form", start_at=form.start_at + timedelta(days=1)))
    before = project.task("company-form").start_at
    move(project, Anchor.KICKOFF, kickoff.due_at + WEEK, Following.SHIFT_ALL)
    assert project.task("company-form").start_at == before


def test_a_shifted_date_lands_on_a_working_day_and_says_so(project: Running) -> None:
    kickoff, logo = project.task("kickoff"), project.task("logo")
    friday = logo.start_at + timedelta(days=(4 - logo.start_at.weekday()) % 7)
    save(project, timing(project, "logo", start_at=friday))
    effect = move(project, Anchor.KICKOFF, kickoff.due_at + timedelta(days=1), Following.SHIFT_ALL)
    assert effect.notes
    assert project.task("logo").start_at == friday + timedelta(days=3)


def test_a_task_that_is_shifted_with_both_ends_keeps_its_working_days(project: Running) -> None:
    set_for_a_week(project)
    kickoff = project.task("kickoff")
    effect = move(project, Anchor.KICKOFF, kickoff.due_at + timedelta(days=5), Following.SHIFT_ALL)
    assert dates_of(project, "provision") == (march(23), march(27, 17))
    assert any("it keeps its working days" in note for note in effect.notes)


def test_the_signature_moves_on_the_account_too_and_comes_back(project: Running) -> None:
    before, signed = plan_of(project), project.scene.at
    move(project, Anchor.SIGNATURE, signed + WEEK)
    account = Account.objects.for_actor(project.scene.manager).get(id=project.scene.account.id)
    assert project.row().signed_at == account.contract_signed_at == signed + WEEK
    assert "project.anchor_moved" in recorded(project.scene.manager)
    undoing.undo_step(actor=project.scene.specialist, project_id=project.id, at=project.scene.at)
    account.refresh_from_db(from_queryset=Account.objects.for_actor(project.scene.manager))
    assert project.row().signed_at == account.contract_signed_at == signed
    assert plan_of(project) == before


def test_a_signature_that_was_entered_anew_is_not_lost_by_taking_an_older_one_back(
    project: Running, run_jobs: Callable[[datetime], int]
) -> None:
    scene, signed = project.scene, project.scene.at
    moved_at = datetime(2026, 3, 9, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    move(project, Anchor.SIGNATURE, moved_at)
    undoing.undo_step(actor=scene.specialist, project_id=project.id, at=signed)
    move(project, Anchor.SIGNATURE, moved_at)
    run_jobs(signed)
    entered = {"contract_signed_at": signed + timedelta(days=2)}
    accounts.edit_account(actor=scene.manager, account_id=scene.account.id, changes=entered, at=signed)
    run_jobs(signed)
    assert project.row().signed_at == signed + timedelta(days=2)
    with pytest.raises(UndoGoneError, match="changed again"):
        undoing.undo_step(actor=scene.specialist, project_id=project.id, at=signed)
    account = Account.objects.for_actor(scene.manager).get(id=scene.account.id)
    assert project.row().signed_at == account.contract_signed_at == signed + timedelta(days=2)


def test_the_start_moves_what_hangs_on_it_as_changed_scope() -> None:
    late = TaskSpec(
        key="review", name="Review", owner="csm", start=moment(Anchor.PROJECT_START, "200d"), duration=parse_span("1wd")
    )
    definition = example_definition()
    stages = (*definition.stages, StageSpec(key="later", name="Later", tasks=(late,)))
    project = launch_example(make_scene(example_definition(stages=stages)))
    before = project.task("review").start_at
    move(project, Anchor.PROJECT_START, project.row().started_at + 2 * WEEK)
    assert project.task("review").start_at == before + 2 * WEEK
    line = LedgerEntry.objects.for_actor(project.scene.manager).get(project_id=project.id)
    assert (line.side, line.reason, line.days) == ("scope", "anchor", 10)
    undoing.undo_step(actor=project.scene.specialist, project_id=project.id, at=project.scene.at)
    assert project.task("review").start_at == before
    assert project.row().lost_days == 0


def test_what_has_begun_or_is_unknown_or_stays_cannot_be_moved(project: Running) -> None:
    kickoff = project.task("kickoff")
    known = queries.list_anchors(actor=project.scene.specialist, project_id=project.id)
    assert [one.anchor for one in known] == ["project_start", "signature", "kickoff", "first_value"]
    refused(project, "kickoff", kickoff.due_at, InvalidInputError)
    refused(project, "go_live", kickoff.due_at, InvalidInputError)
    refused(project, "stage_start", kickoff.due_at, InvalidInputError)
    tasks.start_task(actor=project.scene.specialist, task_id=kickoff.id, at=project.scene.at)
    refused(project, "kickoff", kickoff.due_at + WEEK, InvalidInputError)
    assert "kickoff" not in [
        one.anchor for one in queries.list_anchors(actor=project.scene.specialist, project_id=project.id)
    ]
    lifecycle.cancel_project(
        actor=project.scene.manager, project_id=project.id, reason="They left.", at=project.scene.at
    )
    refused(project, "signature", kickoff.due_at, WrongStateError)


def test_only_those_who_change_plans_move_them(project: Running) -> None:
    wanted = AnchorMove(anchor=Anchor.KICKOFF, to_at=project.task("kickoff").due_at + WEEK)
    rows = rows_of(project.scene, project.id)
    viewer = actor_for(make_member(Role.VIEWER, workspace=project.scene.workspace))
    stranger = launch_example().scene.specialist
    for actor, error in (
        (viewer, PermissionDeniedError), (project.scene.contact, PermissionDeniedError), (stranger, NotFoundError)
    ):  # fmt: skip
        for act in (anchors.preview_move, anchors.move_anchor):
            with pytest.raises(error):
                act(actor=actor, project_id=project.id, move=wanted, at=project.scene.at)
    with pytest.raises(PermissionDeniedError):
        queries.list_anchors(actor=project.scene.contact, project_id=project.id)
    assert rows_of(project.scene, project.id) == rows


def test_anchors_are_moved_over_http(project: Running) -> None:
    client = key_client(workspace=project.scene.workspace)
    base = f"/api/v1/projects/{project.id}/plan/anchors"
    kickoff = next(one for one in client.get(base).json() if one["anchor"] == "kickoff")
    assert kickoff["name"] == "Kickoff call"
    to_at = (project.task("kickoff").due_at + WEEK).isoformat()
    body = {"anchor": "kickoff", "to_at": to_at, "following": "shift_all"}
    tried = client.post(f"{base}/preview", body, "application/json").json()
    done = client.post(base, body, "application/json").json()
    assert {**done, "step_id": None} == tried
    assert project.task("kickoff").due_at.isoformat() == to_at
    assert client.post(base, {**body, "following": "somehow"}, "application/json").status_code == 422


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.integers(-400, 400))  # noqa: DTZ001
def test_a_shift_keeps_the_time_of_day_where_the_team_works(wall: datetime, days: int) -> None:
    zone = "Europe/Berlin"
    at = wall.replace(hour=9, tzinfo=rules.ZoneInfo(zone))
    moved = rules.shifted(at, days, zone)
    assert rules.days_between(at, moved, zone) == days
    assert moved.astimezone(rules.ZoneInfo(zone)).hour == 9

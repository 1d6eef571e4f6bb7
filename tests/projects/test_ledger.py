"""Whose days were lost: every entry adds up, whoever was late has them, and how time was cut changes nothing."""

import random
import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from firstwin.calendars.contracts import DayKind, Holder, HolderKind, NewDay
from firstwin.calendars.models import CalendarChange
from firstwin.calendars.operations import days, hours
from firstwin.calendars.queries import specs as spec_queries
from firstwin.identity.contracts import Actor, system_actor
from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts import OPEN_STATES, ProjectState, ReasonSide
from firstwin.projects.contracts.anchors import AnchorMove, Following
from firstwin.projects.contracts.changes import NewTask, TaskMove
from firstwin.projects.contracts.ledger import LedgerReason, LedgerSide
from firstwin.projects.models import LedgerEntry, ProjectStage, ProjectTask
from firstwin.projects.operations import anchors, changes, clock, lifecycle, replanning, scope, tasks
from firstwin.projects.queries import anchors as anchor_queries
from firstwin.projects.queries import day_counts, plans
from firstwin.projects.rules import owners
from firstwin.shared.errors import FirstwinError
from tests.factories.calendars import of_workspace
from tests.factories.projects import Running, launch_example

pytestmark = pytest.mark.django_db

Row = tuple[date, int, str, str, str, str]


def rows_of(project: Running) -> list[Row]:
    rows = LedgerEntry.objects.for_actor(project.scene.manager).filter(project_id=project.id).order_by("position")
    return [(row.on, row.days, row.side, row.reason, row.task_name, row.text) for row in rows]


def advance(project: Running, at: datetime) -> None:
    clock.advance_project(actor=system_actor(project.scene.workspace.id), project_id=project.id, at=at)


def check_sum(project: Running) -> None:
    """The entries add up to the working days between the end that was to be and the end as it stands.

    Working days are those of the calendar by which the plan was dated last: one of which it has not heard does not count.
    """
    row = project.row()
    if row.baseline_end_at is None:
        return
    assert row.current_end_at is not None
    assert sum(entry[1] for entry in rows_of(project)) == row.lost_days
    actor = system_actor(row.workspace_id)
    if owners.calendars_mark(plans.load_plan(actor, row).facts()) != row.calendars_mark:
        return
    calendar = spec_queries.get_specs(actor=actor).workspace
    whole = day_counts.counter(calendar)(row.baseline_end_at, row.current_end_at)
    assert whole == row.lost_days


def on(project: Running, day: int, hour: int = 10) -> datetime:
    return project.scene.at.replace(hour=hour) + timedelta(days=day)


def finish_first_stage(project: Running) -> None:
    for key, fields in (("welcome-email", {}), ("company-form", {"result": {"users": 1}}), ("sales-handoff", {})):
        task_id = project.task(key).id
        tasks.complete_task(actor=project.scene.manager, task_id=task_id, at=on(project, 0), **fields)


def test_a_task_that_its_customer_leaves_open_costs_the_customer_days() -> None:
    project = launch_example()
    finish_first_stage(project)
    for key in ("kickoff", "provision", "plan-approval", "logo"):
        tasks.mark_task_not_applicable(
            actor=project.scene.manager, task_id=project.task(key).id, reason="Known", at=on(project, 0)
        )
    before = len(rows_of(project))
    end = project.row().current_end_at
    assert end is not None
    advance(project, on(project, 7))
    late = rows_of(project)[before:]
    assert {row[2:5] for row in late} == {("customer", "not_started", "Import your data")}
    assert [row[1] for row in late] == [1, 1, 1, 1, 1]
    check_sum(project)


def test_a_stuck_task_counts_for_the_side_of_the_cause_with_its_reason() -> None:
    project = launch_example()
    finish_first_stage(project)
    kickoff = project.task("kickoff")
    tasks.mark_task_stuck(
        actor=project.scene.manager,
        task_id=kickoff.id,
        side=ReasonSide.THIRD_PARTY,
        reason="The venue burnt down",
        at=on(project, 1),
    )
    advance(project, on(project, 14))
    stuck = [row for row in rows_of(project) if row[3] == LedgerReason.STUCK]
    assert {row[2] for row in stuck} == {LedgerSide.THIRD_PARTY}
    assert {row[5] for row in stuck} == {"The venue burnt down"}
    check_sum(project)


def test_a_hold_counts_for_the_side_that_held() -> None:
    project = launch_example()
    finish_first_stage(project)
    scene = project.scene
    lifecycle.hold_project(
        actor=scene.manager, project_id=project.id, side=ReasonSide.CUSTOMER, reason="Budget", at=on(project, 1)
    )
    lifecycle.resume_project(actor=scene.manager, project_id=project.id, at=on(project, 15))
    held = [row for row in rows_of(project) if row[3] == LedgerReason.HOLD]
    assert sum(row[1] for row in held) == 10
    assert {row[2] for row in held} == {LedgerSide.CUSTOMER}
    check_sum(project)


def test_a_task_finished_early_wins_days_back_for_its_side() -> None:
    project = launch_example()
    finish_first_stage(project)
    tasks.complete_task(actor=project.scene.manager, task_id=project.task("kickoff").id, at=on(project, 1))
    last = rows_of(project)[-1]
    assert last[1] < 0
    assert last[2:5] == ("vendor", "finished", "Kickoff call")
    check_sum(project)


def test_a_day_off_is_put_down_to_the_calendar() -> None:
    project = launch_example()
    advance(project, on(project, 0))
    _day_off(project, on(project, 1), 7)  # while the vendor provisions
    assert {row[2:4] for row in rows_of(project)} == {("calendar", "calendar")}
    check_sum(project)


def _day_off(project: Running, at: datetime, days_ahead: int, *, is_heard_of: bool = True) -> None:
    actor = system_actor(project.scene.workspace.id)
    first = at.date() + timedelta(days=days_ahead)
    holder = of_workspace(actor)
    new = NewDay(kind=DayKind.DAY_OFF, first_on=first, last_on=first + timedelta(days=2))
    days.add_day(actor=actor, holder=holder, new=new, at=at)
    if is_heard_of:
        hear(project)


def hear(project: Running) -> None:
    replanning.replan_project(actor=system_actor(project.scene.workspace.id), project_id=project.id)


@pytest.mark.parametrize("is_heard_of", [True, False])
def test_the_days_of_a_hold_are_the_holds_and_what_a_calendar_changes_meanwhile_is_its_own(is_heard_of: bool) -> None:
    project = launch_example()
    finish_first_stage(project)
    scene = project.scene
    lifecycle.hold_project(
        actor=scene.manager, project_id=project.id, side=ReasonSide.CUSTOMER, reason="Budget", at=on(project, 1)
    )
    _day_off(project, on(project, 8), 9, is_heard_of=is_heard_of)  # Thursday to Saturday, after the hold
    lifecycle.resume_project(actor=scene.manager, project_id=project.id, at=on(project, 15))
    assert sum(row[1] for row in rows_of(project) if row[3] == LedgerReason.HOLD) == 10
    told = [row[:2] for row in rows_of(project) if row[2] == LedgerSide.CALENDAR]
    assert told == [(on(project, 8).date(), -2)]  # of the days by which the end moved, two are no working days any more
    check_sum(project)


STEPS = (
    "finish", "finish", "finish", "start", "stuck", "reopen", "none", "hold", "resume", "add", "remove", "move",
    "free", "ask", "anchor", "calendar", "unheard", "leave", "hours", "end", "again", "wait", "wait",
)  # fmt: skip

ZONES = (
    "Pacific/Auckland", "America/Lima", "Europe/Berlin", "Pacific/Honolulu", "Asia/Tokyo", "America/New_York",
    "Asia/Kolkata", "America/Sao_Paulo", "Africa/Nairobi",
)  # fmt: skip
CALENDAR_STEPS = frozenset({"calendar", "unheard", "leave", "hours"})
PLAIN_STEPS = tuple(step for step in STEPS if step not in CALENDAR_STEPS)


def _chosen(project: Running, dice: random.Random, *, is_open: bool = True) -> ProjectTask:
    rows = ProjectTask.objects.for_actor(project.scene.manager).filter(project_id=project.id).order_by("position")
    found = [row for row in rows if (row.state in OPEN_STATES) is is_open]
    return dice.choice(found or list(rows))


def _do(project: Running, step: str, at: datetime, dice: random.Random) -> None:
    actor = project.scene.manager
    task = _chosen(project, dice, is_open=step != "reopen")
    _of_project(project, step, at, actor, dice)
    _of_dates(project, step, at, task, dice)
    match step:
        case "finish":
            result = {"users": 1} if task.key == "company-form" else {}
            tasks.complete_task(actor=actor, task_id=task.id, at=at, result=result, evidence="Seen")
        case "start":
            tasks.start_task(actor=actor, task_id=task.id, at=at)
        case "stuck":
            side = dice.choice(list(ReasonSide))
            tasks.mark_task_stuck(actor=actor, task_id=task.id, side=side, reason="Ill", at=at)
        case "reopen":
            tasks.reopen_task(actor=actor, task_id=task.id, at=at)
        case "none":
            tasks.mark_task_not_applicable(actor=actor, task_id=task.id, reason="No", at=at)
        case "remove":
            scope.remove_task(actor=actor, task_id=task.id, reason="Not needed", at=at)
        case "ask":
            tasks.submit_task(actor=actor, task_id=project.task("plan-approval").id, at=at)


def _of_dates(project: Running, step: str, at: datetime, task: ProjectTask, dice: random.Random) -> None:
    actor = project.scene.manager
    match step:
        case "move":
            due = task.due_at + timedelta(days=dice.randint(-5, 9))
            changes.move_task(actor=actor, task_id=task.id, move=TaskMove(due_at=due), at=at)
        case "free":
            changes.move_task(actor=actor, task_id=task.id, move=TaskMove(unfix=True), at=at)
        case "anchor":
            chosen = dice.choice(anchor_queries.list_anchors(actor=actor, project_id=project.id))
            to_at = chosen.at + timedelta(days=dice.choice([-6, 2, 9]))
            wanted = AnchorMove(anchor=chosen.anchor, to_at=to_at, following=dice.choice(list(Following)))
            anchors.move_anchor(actor=actor, project_id=project.id, move=wanted, at=at)


def _of_project(project: Running, step: str, at: datetime, actor: Actor, dice: random.Random) -> None:
    match step:
        case "hold":
            lifecycle.hold_project(actor=actor, project_id=project.id, side=ReasonSide.CUSTOMER, reason="Budget", at=at)
        case "resume":
            lifecycle.resume_project(actor=actor, project_id=project.id, at=at)
        case "add":
            stage = ProjectStage.objects.for_actor(actor).filter(project_id=project.id).order_by("-position")[0]
            new = NewTask(stage_id=stage.id, name="More", side=Side.CUSTOMER, duration=f"{dice.randint(1, 9)}wd")
            scope.add_task(actor=actor, project_id=project.id, new=new, at=at)
        case "calendar":
            _day_off(project, at, dice.randint(-20, 20))
        case "unheard":
            _day_off(project, at, dice.randint(-20, 20), is_heard_of=False)
        case "leave":
            holder = Holder(kind=HolderKind.MEMBER, id=project.scene.specialist.id)
            first = at.date() + timedelta(days=dice.randint(-20, 20))
            new = NewDay(kind=DayKind.LEAVE, first_on=first, last_on=first + timedelta(days=dice.randint(0, 9)))
            days.add_day(actor=system_actor(actor.workspace_id), holder=holder, new=new, at=at)
        case "hours":
            reader = system_actor(actor.workspace_id)
            # Never one that it had before: what is taken back before a plan hears of it leaves no entry.
            zone = ZONES[CalendarChange.objects.for_actor(reader).count()]
            hours.set_hours(actor=reader, holder=of_workspace(actor), changes={"time_zone": zone}, at=at)
        case "end":
            lifecycle.complete_project(
                actor=actor, project_id=project.id, at=at, confirmed=("agreed",), override_reason="Enough"
            )
        case "again":
            lifecycle.reopen_project(actor=actor, project_id=project.id, reason="Not enough", at=at)


def _run(history: list[tuple[str, int]], seed: int, cuts: list[int]) -> list[Row]:
    """Let a history happen; with `cuts` the timer rings, and calendars are heard of, at some hours between its steps."""
    project = launch_example()
    dice, cut_dice = random.Random(seed), random.Random(len(cuts))
    at = project.scene.at
    for step, length in history:
        until = at + timedelta(hours=length)
        if cuts:
            for cut in sorted(cut_dice.choice(cuts) % (length + 1) for _ in range(3)):
                hear(project)
                advance(project, at + timedelta(hours=cut))
                check_sum(project)
        at = until
        try:
            _do(project, step, at, dice)
        except (FirstwinError, ProjectTask.DoesNotExist):  # refused, or the task was removed before
            advance(project, at)
        check_sum(project)
    if project.row().state == ProjectState.ON_HOLD:  # the days of a hold are counted when it ends
        lifecycle.resume_project(actor=project.scene.manager, project_id=project.id, at=at)
    advance(project, at)  # what passed since the last change is counted in both
    check_sum(project)
    rows = rows_of(project)
    if CALENDAR_STEPS.isdisjoint(step for step, _ in history):  # what nothing else explains ends up there
        assert LedgerSide.CALENDAR not in {row[2] for row in rows}
    return [(*row[:-1], re.sub(r"Person \d+", "Somebody", row[-1])) for row in rows]


@settings(  # looking for the smallest of failing histories would take minutes
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(
    history=st.sampled_from((STEPS, PLAIN_STEPS)).flatmap(
        lambda steps: st.lists(st.tuples(st.sampled_from(steps), st.integers(0, 300)), min_size=1, max_size=8)
    ),
    seed=st.integers(0, 1000),
    cuts=st.lists(st.integers(0, 299), min_size=1, max_size=4),
)
@example(
    history=[("finish", 17), ("finish", 127), ("add", 156), ("ask", 36), ("hold", 95)],
    seed=505,
    cuts=[100, 58, 160, 37],
)
def test_entries_add_up_and_do_not_depend_on_how_time_was_cut(
    history: list[tuple[str, int]], seed: int, cuts: list[int]
) -> None:
    assert _run(history, seed, []) == _run(history, seed, cuts)

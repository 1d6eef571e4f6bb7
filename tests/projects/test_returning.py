"""Going back to the playbook when an anchor moves: what was set by hand goes, what was added, begun or done stays."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from firstwin.playbooks.contracts import Anchor, PlaybookDefinition, RepeatSpec, Side, StageSpec, TaskSpec
from firstwin.projects.contracts.anchors import AnchorMove, Following
from firstwin.projects.contracts.changes import NewTask
from firstwin.projects.contracts.steering import LinkChange, NewLink, PlanChange, PlanPreview, TaskTiming
from firstwin.projects.contracts.updates import Decision
from firstwin.projects.models import ProjectStage, ProjectTask, TaskLink
from firstwin.projects.operations import anchors, scope, tasks, undoing, updates
from firstwin.projects.rules.updates import returning
from firstwin.projects.rules.updates.shapes import Part, shape_of
from firstwin.scheduling.contracts import LinkType, parse_span
from firstwin.shared.errors import ConflictError, FirstwinError
from tests.factories.counting import statements
from tests.factories.identity import recorded
from tests.factories.projects import Running, after, example_definition, launch_example, make_scene, moment
from tests.factories.updates import definitions, next_version, richer, rows_of, with_task
from tests.projects.test_anchors import move
from tests.projects.test_ledger import check_sum
from tests.projects.test_steering import new_link, save, timing
from tests.projects.test_undoing import plan_of

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def project() -> Running:
    return launch_example()


def back(project: Running, anchor: Anchor = Anchor.SIGNATURE, by: timedelta = WEEK) -> PlanPreview:
    """Move an anchor with the plan going back to its playbook, tried out first."""
    at = project.scene.at if anchor is Anchor.SIGNATURE else project.task("kickoff").due_at
    return move(project, anchor, at + by, Following.TO_PLAYBOOK)


def made_of(project: Running) -> dict[str, Any]:
    """What a plan is made of: how its tasks are timed and what they wait for, and what was set by hand."""
    rows = plan_of(project)
    columns = ("key", "timing", "is_start_fixed", "is_due_fixed", "not_before_at")
    links = {(row["predecessor_id"] or row["predecessor_stage_id"], row["successor_id"] or row["successor_stage_id"],
              row["type"], row["lag"]) for row in rows["links"].values()}  # fmt: skip
    return {"tasks": {id: [row[name] for name in columns] for id, row in rows["tasks"].items()}, "links": links}


def link_of(project: Running, before: str, behind: str) -> TaskLink:
    rows = TaskLink.objects.for_actor(project.scene.manager)
    return rows.get(predecessor_id=project.task(before).id, successor_id=project.task(behind).id)


def add(project: Running, *before: str) -> ProjectTask:
    """Add a task to the last stage that waits for others."""
    stage = ProjectStage.objects.for_actor(project.scene.manager).filter(project_id=project.id).latest("position")
    new = NewTask(
        stage_id=stage.id,
        name="Extra check",
        side=Side.VENDOR,
        duration="4wd",
        predecessor_ids=tuple(project.task(key).id for key in before),
    )
    id = scope.add_task(actor=project.scene.specialist, project_id=project.id, new=new, at=project.scene.at)
    return ProjectTask.objects.for_actor(project.scene.manager).get(id=id)


def changed_by_hand(project: Running) -> None:
    save(project, timing(project, "provision", duration="20wd"))
    save(project, timing(project, "logo", start_at=project.task("logo").start_at + timedelta(days=3)))
    link = link_of(project, "kickoff", "logo")
    save(project, PlanChange(changed=(LinkChange(link_id=link.id, type=LinkType.FINISH_TO_START, lag="5wd"),)))
    save(project, PlanChange(removed=(link_of(project, "provision", "plan-approval").id,)))
    save(project, new_link(project, "logo", "first-import", lag="2wd"))


def test_lengths_dates_and_links_go_back_to_the_version_counted_from_the_new_instant(project: Running) -> None:
    kickoff, launched = project.task("kickoff").due_at, made_of(project)
    other = launch_example()
    changed_by_hand(project)
    effect = back(project, Anchor.KICKOFF)
    move(other, Anchor.KICKOFF, kickoff + WEEK)
    for key in ("logo", "provision", "plan-approval", "first-import", "first-report"):
        mine, theirs = project.task(key), other.task(key)
        assert (mine.start_at, mine.due_at, mine.timing) == (theirs.start_at, theirs.due_at, theirs.timing)
    assert made_of(project)["links"] == launched["links"]
    assert effect.notes == ("Back to version 1 of the playbook: 1 date, 1 length and 3 dependencies.",)
    assert effect.end_after == other.row().planned_end_at
    check_sum(project)


def test_the_way_back_is_one_step_and_the_journal_says_so(project: Running) -> None:
    changed_by_hand(project)
    before, facts = plan_of(project), len(recorded(project.scene.manager))
    back(project, Anchor.KICKOFF)
    told = recorded(project.scene.manager)[facts:]
    assert told.count("project.plan_returned") == 1
    assert told.count("task.changed") == 5
    said = undoing.undo_step(actor=project.scene.specialist, project_id=project.id, at=project.scene.at)
    assert said == "Kickoff call was moved and the plan went back to the playbook"
    assert plan_of(project) == before
    check_sum(project)


def test_a_promised_day_that_a_length_replaced_comes_back(project: Running) -> None:
    promise = project.task("kickoff").timing
    save(project, timing(project, "kickoff", duration="3wd"))
    assert back(project).notes == ("Back to version 1 of the playbook: 1 length.",)
    assert project.task("kickoff").timing == promise


def test_what_has_begun_or_is_done_and_a_deadline_stay(project: Running) -> None:
    deadline = project.scene.at + 20 * WEEK
    for key in ("provision", "company-form", "logo"):
        save(project, timing(project, key, duration="9wd", must_finish_by_at=deadline))
    save(project, new_link(project, "welcome-email", "provision"))
    tasks.start_task(actor=project.scene.specialist, task_id=project.task("provision").id, at=project.scene.at)
    tasks.complete_task(
        actor=project.scene.manager, task_id=project.task("company-form").id, at=project.scene.at, result={"users": 1}
    )
    effect = back(project)
    assert effect.notes == ("Back to version 1 of the playbook: 1 length.",)
    spans = [project.task(key).timing["duration"] for key in ("provision", "company-form", "logo")]
    assert spans == ["9wd", "9wd", "2wd"]
    assert link_of(project, "welcome-email", "provision")
    assert project.task("logo").must_finish_by_at == deadline


def test_added_tasks_keep_their_length_and_links_at_both_ends(project: Running) -> None:
    extra = add(project, "logo")
    link = NewLink(predecessor_id=extra.id, successor_id=project.task("first-report").id, lag="1wd")
    save(project, PlanChange(added=(link,)))
    before, imported = made_of(project), link_of(project, "first-import", "first-report")
    save(project, timing(project, "logo", duration="9wd"))
    save(project, PlanChange(changed=(LinkChange(link_id=imported.id, type=LinkType.FINISH_TO_START, lag="5wd"),)))
    assert back(project).notes == ("Back to version 1 of the playbook: 1 length and 1 dependency.",)
    assert made_of(project) == before


def test_who_waited_for_what_was_taken_out_waits_for_what_that_waited_for(project: Running) -> None:
    link = link_of(project, "kickoff", "provision")
    save(project, PlanChange(changed=(LinkChange(link_id=link.id, type=LinkType.START_TO_START, lag="3wd"),)))
    scope.remove_task(
        actor=project.scene.specialist, task_id=project.task("provision").id, reason="Not needed", at=project.scene.at
    )
    assert link_of(project, "kickoff", "plan-approval").type == LinkType.START_TO_START
    back(project)
    found = link_of(project, "kickoff", "plan-approval")
    assert (found.type, found.lag) == (LinkType.FINISH_TO_START, "")
    assert not back(project, by=2 * WEEK).notes


def test_what_the_playbook_would_have_late_by_now_stays(project: Running) -> None:
    at = project.scene.at + timedelta(days=8)
    kickoff = project.task("kickoff").due_at
    save(project, timing(project, "company-form", duration="20wd"))
    save(project, timing(project, "logo", duration="9wd"))
    wanted = AnchorMove(anchor=Anchor.KICKOFF, to_at=kickoff + 2 * WEEK, following=Following.TO_PLAYBOOK)
    actor = project.scene.specialist
    effect = anchors.preview_move(actor=actor, project_id=project.id, move=wanted, at=at)
    assert anchors.move_anchor(actor=actor, project_id=project.id, move=wanted, at=at) == effect
    assert effect.notes == (
        "Back to version 1 of the playbook: 1 length.",
        "Tell us about your company stays as it is: by the playbook it would be late already.",
    )
    assert project.task("company-form").timing["duration"] == "20wd"
    assert project.task("logo").timing["duration"] == "2wd"


def test_what_was_taken_over_from_a_newer_version_stays(project: Running) -> None:
    next_version(project, with_task(richer(), "provision", duration=parse_span("6wd"), after=after("company-form")))
    decisions = {f"task:provision:{aspect}": Decision.ACCEPT for aspect in ("timing", "links")}
    updates.apply_update(
        actor=project.scene.specialist, project_id=project.id, decisions=decisions, at=project.scene.at
    )
    assert project.row().playbook_number == 1
    taken = made_of(project)
    assert project.task("provision").timing["duration"] == "6wd"
    save(project, timing(project, "logo", duration="9wd"))
    assert back(project).notes == ("Back to version 1 of the playbook: 1 length.",)
    assert made_of(project) == taken


@pytest.mark.parametrize(("times", "weeks"), [(6, 1), (2, 4)])
def test_what_waits_for_something_that_comes_again_waits_for_its_last_time_here(times: int, weeks: int) -> None:
    """How often it comes by the playbook hangs on the start, which moves; the project keeps the times that it has."""
    again = TaskSpec(
        key="weekly",
        name="Weekly call",
        owner="csm",
        start=moment(Anchor.PROJECT_START, "0d"),
        duration=parse_span("1h"),
        repeat=RepeatSpec(every=parse_span("1w"), until=moment(Anchor.SIGNATURE, f"{7 * times}d")),
    )
    last = TaskSpec(key="review", name="Review", owner="csm", duration=parse_span("1wd"), after=after("weekly"))
    definition = example_definition()
    stages = (*definition.stages, StageSpec(key="later", name="Later", tasks=(again, last)))
    project = launch_example(make_scene(replace(definition, stages=stages)))
    launched = made_of(project)
    save(project, timing(project, "review", duration="3wd"))
    effect = move(project, Anchor.PROJECT_START, project.row().started_at + weeks * WEEK, Following.TO_PLAYBOOK)
    assert effect.notes == ("Back to version 1 of the playbook: 1 length.",)
    assert made_of(project) == launched


def test_a_circle_of_the_playbook_and_an_added_task_is_refused(project: Running) -> None:
    save(project, PlanChange(removed=(link_of(project, "kickoff", "logo").id,)))
    extra = add(project, "logo")
    save(project, PlanChange(added=(NewLink(predecessor_id=extra.id, successor_id=project.task("kickoff").id),)))
    before, facts = rows_of(project.scene, project.id), recorded(project.scene.manager)
    with pytest.raises(ConflictError, match="These wait for each other"):
        back(project)
    assert rows_of(project.scene, project.id) == before
    assert recorded(project.scene.manager) == facts


def test_the_way_back_is_found_in_a_fixed_number_of_queries(
    project: Running, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    changed_by_hand(project)
    wanted = AnchorMove(anchor=Anchor.SIGNATURE, to_at=project.scene.at + WEEK, following=Following.TO_PLAYBOOK)
    given = {"actor": project.scene.specialist, "project_id": project.id, "move": wanted, "at": project.scene.at}
    anchors.preview_move(**given)
    with django_assert_num_queries(statements(postgresql=7, sqlite=14)):
        anchors.preview_move(**given)


def test_a_plan_that_nobody_changed_only_follows(project: Running) -> None:
    other = launch_example()
    effect = back(project)
    move(other, Anchor.SIGNATURE, other.scene.at + WEEK)
    assert not effect.notes
    assert "project.plan_returned" not in recorded(project.scene.manager)
    assert project.row().planned_end_at == other.row().planned_end_at


def _steered(project: Running, dice: Any) -> None:
    """Change something of a plan by hand; what is refused is left."""
    rows = list(ProjectTask.objects.for_actor(project.scene.manager).filter(project_id=project.id).order_by("position"))
    links = list(
        TaskLink.objects.for_actor(project.scene.manager).filter(project_id=project.id, successor__isnull=False)
    )
    one, other = dice.choice(rows), dice.choice(rows)
    choices = [
        PlanChange(timings=(TaskTiming(task_id=one.id, duration=f"{dice.randint(1, 9)}wd"),)),
        PlanChange(timings=(TaskTiming(task_id=one.id, start_at=one.start_at + timedelta(days=dice.randint(0, 9))),)),
        PlanChange(added=(NewLink(predecessor_id=one.id, successor_id=other.id, type=dice.choice(list(LinkType))),)),
    ]
    if links:
        link = dice.choice(sorted(links, key=lambda row: row.id))
        choices.append(PlanChange(removed=(link.id,)))
        choices.append(PlanChange(changed=(LinkChange(link_id=link.id, type=dice.choice(list(LinkType)), lag="1wd"),)))
    try:
        save(project, dice.choice(choices))
    except FirstwinError:
        return


@settings(
    phases=[Phase.generate], max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(definition=definitions(), dice=st.randoms(use_true_random=False), steps=st.integers(1, 6))
def test_whatever_was_steered_it_goes_back_to_what_was_launched(
    definition: PlaybookDefinition, dice: Any, steps: int
) -> None:
    project = launch_example(make_scene(definition))
    launched = made_of(project)
    for _ in range(steps):
        _steered(project, dice)
    steered = plan_of(project)
    back(project)
    assert made_of(project) == launched
    check_sum(project)
    undoing.undo_step(actor=project.scene.specialist, project_id=project.id, at=project.scene.at)
    assert plan_of(project) == steered
    check_sum(project)


def part(key: str, *waits_for: str, id: UUID | None = None, family: str = "", **timing: Any) -> Part:
    """A task as a version of a playbook or a project has it, waiting for the end of others."""
    links = tuple((f"task:{other}", "finish_to_start", "") for other in waits_for)
    values = {"start": None, "due": None, "duration": None, **timing, "after": links}
    return Part(sort="task", key=key, family=family or key, values=values, id=id)


def test_a_task_that_comes_again_keeps_its_time_where_the_first_one_was_taken_out() -> None:
    number = UUID(int=1)
    version = shape_of(
        [part("call", duration="1h"), part("call-2", family="call", start={"anchor": "start:call", "offset": "1w"})]
    )
    ours = shape_of([part("call-2", id=number, family="call", start={"anchor": "start:", "offset": "1w"})])
    assert returning.returned(ours, version, (), {number}).changed == frozenset()
    with_first = shape_of([part("call", duration="1h", id=UUID(int=2)), *ours.parts.values()])
    assert returning.returned(with_first, version, (), {number}).changed == {"task:call-2"}


def test_only_what_is_free_goes_back() -> None:
    first, second = UUID(int=1), UUID(int=2)
    version = shape_of([part("first", duration="1wd"), part("second", "first", duration="2wd")])
    ours = shape_of([part("first", "second", id=first, duration="9wd"), part("second", id=second, duration="9wd")])
    found = returning.returned(ours, version, (), {second})
    assert found.changed == {"task:second"}
    assert found.shape.parts["task:first"] == ours.parts["task:first"]
    assert found.shape.parts["task:second"].values == version.parts["task:second"].values


def test_a_name_that_only_looks_like_a_later_time_is_a_task_of_its_own() -> None:
    number = UUID(int=1)
    version = shape_of([part("step"), part("step-2"), part("end", "step")])
    ours = shape_of([part("step", id=UUID(int=2)), part("step-2", id=UUID(int=3)), part("end", "step-2", id=number)])
    found = returning.returned(ours, version, (), {number})
    assert found.shape.parts["task:end"].values["after"] == version.parts["task:end"].values["after"]


def test_what_goes_back_and_who_stays_is_said_in_plain_words() -> None:
    assert returning.in_words(3, dates=0, lengths=0, links=0, late=[]) == ()
    assert returning.in_words(3, dates=2, lengths=1, links=2, late=["Demo", "Form"]) == (
        "Back to version 3 of the playbook: 2 dates, 1 length and 2 dependencies.",
        "Demo and Form stay as they are: by the playbook they would be late already.",
    )

"""Bringing running projects to a newer version of their playbook."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from firstwin.communications.contracts import NotificationKind
from firstwin.communications.queries import notifications
from firstwin.customers.contracts import Segment
from firstwin.playbooks.contracts import Anchor, PlaybookDefinition, RepeatSpec, SegmentTarget, Side, TaskSpec
from firstwin.playbooks.operations import library
from firstwin.projects.contracts import PersonRef, StaleVersionError, TaskState, WrongStateError
from firstwin.projects.contracts.changes import TaskMove, TaskPatch
from firstwin.projects.contracts.updates import Decision, UndoGoneError, UpdateAspect, UpdateGroup
from firstwin.projects.models import ProjectTask
from firstwin.projects.operations import changes, comments, lifecycle, scope, targets, tasks, undoing, updates
from firstwin.projects.queries import updates as queries
from firstwin.scheduling.contracts import parse_span
from firstwin.shared.errors import InvalidInputError, PermissionDeniedError
from tests.factories.identity import recorded
from tests.factories.projects import Running, example_definition, launch_example, make_scene, moment
from tests.factories.updates import (
    definitions,
    everything,
    next_version,
    outline_of,
    plus_task,
    publish_next,
    review,
    richer,
    rows_of,
    with_task,
)

pytestmark = pytest.mark.django_db
FEW = settings(
    phases=[Phase.generate], max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def apply(project: Running, decisions: dict[str, Decision] | None = None) -> None:
    chosen = everything(review(project)) if decisions is None else decisions
    updates.apply_update(actor=project.scene.specialist, project_id=project.id, decisions=chosen, at=project.scene.at)


def refs(project: Running, group: UpdateGroup) -> list[str]:
    return [item.ref for item in review(project).items if item.group is group]


@given(old=definitions(), new=definitions())
@FEW
def test_taking_everything_is_as_if_launched_from_the_new_version(
    old: PlaybookDefinition, new: PlaybookDefinition
) -> None:
    scene = make_scene(old)
    project = launch_example(scene)
    before = rows_of(scene, project.id)
    if old == new:
        return
    version_id = publish_next(scene.manager, project.row().playbook_id, new)
    found = review(project)
    assert found.count(UpdateGroup.CONFLICTING) == 0
    apply(project)
    other = lifecycle_of_new(scene, version_id)
    mine, launched = outline_of(scene, project.id), outline_of(scene, other.id)
    for name, own in mine.items():
        assert own == launched[name], name
    assert project.row().planned_end_at == other.row().planned_end_at == found.effect.end_after
    assert project.row().task_count == other.row().task_count
    assert queries.find_review(actor=scene.specialist, project_id=project.id, at=scene.at) is None
    update = queries.list_updates(actor=scene.specialist, project_id=project.id)[0]
    assert not update.cannot_undo
    updates.undo_update(actor=scene.specialist, update_id=update.id, at=scene.at)
    assert content_of(rows_of(scene, project.id)) == content_of(before)


def content_of(rows: dict[str, Any]) -> dict[str, Any]:
    """What a plan says, without who changed it last: a task that is put back is a new version of it."""
    marks = {"version", "changed_by", "change", "changed_at"}
    tasks = {key: {name: row[name] for name in row.keys() - marks} for key, row in rows["tasks"].items()}
    return {**rows, "tasks": tasks}


def lifecycle_of_new(scene: object, version_id: object) -> Running:
    return launch_example(scene, playbook_version_id=version_id)  # type: ignore[arg-type]


@given(old=definitions(), new=definitions())
@FEW
def test_taking_nothing_changes_nothing_but_the_version(old: PlaybookDefinition, new: PlaybookDefinition) -> None:
    scene = make_scene(old)
    project = launch_example(scene)
    if old == new:
        return
    publish_next(scene.manager, project.row().playbook_id, new)
    before = rows_of(scene, project.id)
    apply(project, {})
    if review_left := queries.find_review(actor=scene.specialist, project_id=project.id, at=scene.at):
        assert rows_of(scene, project.id) == before
        apply(project, everything(review_left, Decision.REFUSE))
    after = rows_of(scene, project.id)
    assert {**after, "project": None} == {**before, "project": None}
    assert project.row().playbook_number == 2


def test_items_say_what_is_new_gone_and_changed_in_plain_words() -> None:
    project = launch_example()
    next_version(project, richer())
    found = review(project)
    assert [(item.group, item.name, item.text) for item in found.items] == [
        (UpdateGroup.ADDED, "Security review", "New in Set-up"),
        (UpdateGroup.REMOVED, "Send us your logo", "No longer in Set-up"),
        (UpdateGroup.CHANGED, "Tell us about your company", "Name Tell us about your company → Your company"),
        (UpdateGroup.CHANGED, "Tell us about your company", "Takes 3 working days → 4 working days"),
    ]
    assert queries.summary_line(found) == "1 addition, 1 removal, 2 changes"
    assert found.effect.end_after > found.effect.end_before
    assert "Approve the plan" not in [moved.name for moved in found.effect.moved]


def test_what_comes_several_times_is_said_once_with_how_often() -> None:
    weekly = TaskSpec(key="check-in", name="Weekly check-in", owner="csm", duration=parse_span("1wd"))
    plain = example_definition()
    first, *others = plain.stages
    repeated = replace(weekly, repeat=RepeatSpec(every=parse_span("7d"), times=4))
    project = launch_example(
        make_scene(replace(plain, stages=(replace(first, tasks=(*first.tasks, repeated)), *others)))
    )
    scene = project.scene
    rows = ProjectTask.objects.for_actor(scene.manager).filter(
        project_id=project.id, name__startswith="Weekly check-in"
    )
    for row in rows.order_by("start_at")[:2]:
        tasks.complete_task(actor=scene.specialist, task_id=row.id, at=scene.at)
    next_version(project, plain)
    assert [(item.group, item.text) for item in review(project).items] == [
        (UpdateGroup.REMOVED, "No longer in Welcome; it was still to come 2 times here"),
        (UpdateGroup.DONE, "No longer in Welcome; it came 2 times here"),
    ]
    launched = launch_example()
    next_version(launched, replace(plain, stages=(replace(first, tasks=(*first.tasks, repeated)), *others)))
    assert [item.text for item in review(launched).items] == ["New in Welcome, to come 4 times"]


def test_some_are_taken_now_and_the_rest_stays_open() -> None:
    project = launch_example()
    next_version(project, richer())
    apply(project, {"task:security-review:added": Decision.ACCEPT, "task:logo:removed": Decision.REFUSE})
    assert project.row().playbook_number == 1
    assert project.task("security-review").member_id == project.scene.specialist.id
    assert project.task("logo").state == TaskState.OPEN
    assert {item.aspect for item in review(project).items} == {UpdateAspect.TEXT, UpdateAspect.TIMING}
    apply(project)
    assert project.row().playbook_number == 2
    assert project.task("company-form").name == "Your company"
    facts = recorded(project.scene.manager)
    assert facts.count("project.playbook_updated") == 2
    assert "task.added" in facts


def test_done_work_is_told_and_never_touched() -> None:
    project = launch_example()
    scene = project.scene
    tasks.mark_task_not_applicable(
        actor=scene.specialist, task_id=project.task("company-form").id, reason="Known already.", at=scene.at
    )
    before = rows_of(scene, project.id)["tasks"][project.task("company-form").id.hex]
    next_version(project, richer())
    found = review(project)
    assert found.count(UpdateGroup.DONE) == 2
    apply(project)
    assert rows_of(scene, project.id)["tasks"][project.task("company-form").id.hex] == before
    assert project.row().playbook_number == 2


def test_what_somebody_changed_by_hand_is_a_conflict_with_both_sides() -> None:
    project = launch_example()
    scene = project.scene
    form = project.task("company-form")
    changes.edit_task(actor=scene.specialist, task_id=form.id, patch=TaskPatch(name="Who are you?"), at=scene.at)
    next_version(project, richer())
    conflict = next(item for item in review(project).items if item.group is UpdateGroup.CONFLICTING)
    field = conflict.fields[0]
    assert (field.base, field.ours, field.theirs) == ("Tell us about your company", "Who are you?", "Your company")
    assert review(project).decisions[conflict.ref] is Decision.REFUSE
    apply(project, dict(review(project).decisions))
    assert (project.task("company-form").name, project.row().playbook_number) == ("Who are you?", 2)
    assert project.task("company-form").timing["duration"] == "4wd"


def test_hand_set_dates_are_kept_unless_the_new_timing_is_chosen() -> None:
    project = launch_example()
    scene = project.scene
    due_at = project.task("company-form").due_at + timedelta(days=9)
    changes.move_task(
        actor=scene.specialist, task_id=project.task("company-form").id, move=TaskMove(due_at=due_at), at=scene.at
    )
    next_version(project, richer())
    conflict = next(item for item in review(project).items if item.group is UpdateGroup.CONFLICTING)
    assert conflict.fields[0].ours.startswith("set by hand: due ")
    apply(project, {conflict.ref: Decision.ACCEPT})
    task = project.task("company-form")
    assert not task.is_due_fixed
    assert task.due_at < due_at


def test_a_task_taken_out_by_hand_stays_out_and_is_asked_only_when_it_changes() -> None:
    project = launch_example()
    scene = project.scene
    scope.remove_task(actor=scene.specialist, task_id=project.task("logo").id, reason="They have one.", at=scene.at)
    next_version(project, with_task(example_definition(), "company-form", name="Your company"))
    assert [item.name for item in review(project).items] == ["Tell us about your company"]
    apply(project)
    later = with_task(example_definition(), "company-form", name="Your company")
    next_version(project, with_task(later, "logo", name="Send the logo", after=()))
    item = review(project).items[0]
    assert (item.group, item.note) == (UpdateGroup.CONFLICTING, "Somebody took it out of this project.")
    apply(project)
    assert project.task("logo").name == "Send the logo"


def test_what_was_refused_stays_refused_until_it_changes_again() -> None:
    project = launch_example()
    next_version(project, richer())
    apply(project, everything(review(project), Decision.REFUSE))
    assert project.row().playbook_number == 2
    next_version(project, with_task(richer(), "kickoff", name="First call"))
    assert [item.name for item in review(project).items] == ["Kickoff call"]
    apply(project)
    next_version(project, with_task(with_task(richer(), "kickoff", name="First call"), "security-review", name="Audit"))
    assert [item.name for item in review(project).items] == ["Audit"]


def test_a_removed_task_that_people_worked_on_is_kept_as_not_applicable() -> None:
    project = launch_example()
    scene = project.scene
    comments.add_comment(
        actor=scene.specialist,
        project_id=project.id,
        task_id=project.task("logo").id,
        body="As SVG, please.",
        at=scene.at,
    )
    next_version(project, richer())
    conflict = next(item for item in review(project).items if item.group is UpdateGroup.CONFLICTING)
    apply(project, {conflict.ref: Decision.ACCEPT})
    row = project.task("logo")
    assert (row.state, row.comment_count) == (TaskState.NOT_APPLICABLE, 1)


def test_undo_is_possible_until_the_plan_changes_and_says_what_changed() -> None:
    project = launch_example()
    scene = project.scene
    next_version(project, richer())
    apply(project)
    update = queries.list_updates(actor=scene.specialist, project_id=project.id)[0]
    kickoff = project.task("kickoff")
    changes.assign_task(
        actor=scene.specialist,
        task_id=kickoff.id,
        person=PersonRef(side=Side.VENDOR, id=scene.manager.id, name=""),
        at=scene.at,
    )
    before = rows_of(scene, project.id)
    with pytest.raises(UndoGoneError, match="changed “Kickoff call” since"):
        updates.undo_update(actor=scene.specialist, update_id=update.id, at=scene.at)
    assert rows_of(scene, project.id) == before
    assert "Kickoff call" in queries.list_updates(actor=scene.specialist, project_id=project.id)[0].cannot_undo


def test_undo_a_second_time_does_nothing() -> None:
    project = launch_example()
    next_version(project, richer())
    apply(project)
    update = queries.list_updates(actor=project.scene.specialist, project_id=project.id)[0]
    for _ in range(2):
        updates.undo_update(actor=project.scene.specialist, update_id=update.id, at=project.scene.at)
    assert project.row().playbook_number == 1
    assert recorded(project.scene.manager).count("project.playbook_update_undone") == 1
    assert queries.list_updates(actor=project.scene.specialist, project_id=project.id)[0].undone_at is not None
    assert review(project).items


def undo_latest(project: Running) -> None:
    latest = queries.list_updates(actor=project.scene.specialist, project_id=project.id)
    update_id = next(row.id for row in latest if row.undone_at is None)
    updates.undo_update(actor=project.scene.specialist, update_id=update_id, at=project.scene.at)


def test_a_version_of_a_task_never_comes_again_when_an_update_is_taken_back() -> None:
    project = launch_example()
    next_version(project, richer())
    before = project.task("company-form")
    apply(project)
    updated = project.task("company-form")
    undo_latest(project)
    back = project.task("company-form")
    assert before.version < updated.version < back.version
    assert (back.name, back.change) == (before.name, "put back as before version 2")
    changes.edit_task(
        actor=project.scene.specialist,
        task_id=back.id,
        patch=TaskPatch(guidance="Ask for the size too."),
        at=project.scene.at,
        expected_version=back.version,
    )
    for seen in (before.version, updated.version, back.version):
        with pytest.raises(StaleVersionError):
            changes.edit_task(
                actor=project.scene.specialist,
                task_id=back.id,
                patch=TaskPatch(guidance="What was read long ago."),
                at=project.scene.at,
                expected_version=seen,
            )


def test_updates_and_the_change_before_them_are_taken_back_one_after_the_other() -> None:
    project = launch_example()
    scene = project.scene
    before = rows_of(scene, project.id)
    move = TaskMove(due_at=project.task("company-form").due_at + timedelta(days=7))
    changes.move_task(actor=scene.specialist, task_id=project.task("company-form").id, move=move, at=scene.at)
    for definition in (richer(), with_task(richer(), "company-form", name="Who you are")):
        next_version(project, definition)
        apply(project)
    assert project.task("company-form").name == "Who you are"
    undo_latest(project)
    undo_latest(project)
    undoing.undo_step(actor=scene.specialist, project_id=project.id, at=scene.at)
    assert content_of(rows_of(scene, project.id)) == content_of(before)


def test_refusals_leave_everything_as_it_was() -> None:
    project = launch_example()
    scene = project.scene
    old = project.row().playbook_version_id
    next_version(project, richer())
    before = rows_of(scene, project.id)
    with pytest.raises(InvalidInputError, match="not offered"):
        apply(project, {"task:nothing:added": Decision.ACCEPT})
    with pytest.raises(PermissionDeniedError):
        updates.apply_update(actor=scene.contact, project_id=project.id, decisions={}, at=scene.at)
    with pytest.raises(PermissionDeniedError):
        queries.find_review(actor=scene.contact, project_id=project.id, at=scene.at)
    with pytest.raises(StaleVersionError, match="published meanwhile"):
        updates.apply_update(
            actor=scene.specialist, project_id=project.id, decisions={}, at=scene.at, to_version_id=old
        )
    lifecycle.cancel_project(actor=scene.specialist, project_id=project.id, reason="Over.", at=scene.at)
    with pytest.raises(WrongStateError):
        updates.apply_update(actor=scene.specialist, project_id=project.id, decisions={}, at=scene.at)
    assert rows_of(scene, project.id)["links"] == before["links"]
    assert project.row().playbook_number == 1


def test_a_repeated_call_changes_nothing() -> None:
    project = launch_example()
    next_version(project, richer())
    apply(project)
    before = rows_of(project.scene, project.id)
    for _ in range(2):
        apply(project, {})
    assert rows_of(project.scene, project.id) == before


def test_what_is_new_in_a_stage_that_is_over_is_asked_and_not_proposed() -> None:
    project = launch_example()
    scene = project.scene
    for key in ("welcome-email", "sales-handoff", "company-form"):
        tasks.mark_task_not_applicable(
            actor=scene.specialist, task_id=project.task(key).id, reason="Known.", at=scene.at
        )
    task = TaskSpec(key="gift", name="Send a gift", owner="csm", due=moment(Anchor.SIGNATURE, "24h"))
    next_version(project, plus_task(example_definition(), "welcome", task))
    later = scene.at + timedelta(days=20)
    found = review(project, later)
    assert [(item.note, found.decisions[item.ref]) for item in found.items] == [
        ("Its stage is over in this project.", Decision.REFUSE)
    ]
    taken = queries.find_review(actor=scene.specialist, project_id=project.id, at=later, decisions=everything(found))
    assert taken is not None
    assert taken.effect.late == ("Send a gift",)


def test_conditions_and_the_choices_at_launch_count_for_the_new_version_too() -> None:
    project = launch_example(fields={"needs_sso": False}, excluded=("logo",))
    new = with_task(example_definition(), "single-sign-on", name="Connect SSO")
    next_version(project, with_task(new, "logo", name="Send the logo"))
    assert review(project).items == ()
    apply(project, {})
    assert project.row().playbook_number == 2


def test_the_review_reads_a_constant_number_of_rows(django_assert_max_num_queries: object) -> None:
    project = launch_example()
    next_version(project, richer())
    review(project)
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        review(project)


def test_an_archived_playbook_keeps_offering_its_newest_version() -> None:
    project = launch_example()
    next_version(project, richer())
    library.archive_playbook(actor=project.scene.manager, playbook_id=project.row().playbook_id, at=project.scene.at)
    assert review(project).items


def test_owners_are_told_once_with_what_changes_in_one_line(run_jobs: Callable[[datetime], int]) -> None:
    project = launch_example()
    launch_example(project.scene)
    run_jobs(project.scene.at)
    next_version(project, richer())
    run_jobs(project.scene.at)
    run_jobs(project.scene.at)
    news = [
        one
        for one in notifications.list_notifications(actor=project.scene.specialist).items
        if one.kind == NotificationKind.PLAYBOOK
    ]
    assert [(one.title, one.excerpt) for one in news] == [
        (
            "Version 2 of Example onboarding is out: 2 of your projects use an older one",
            "1 addition, 1 removal, 2 changes",
        )
    ]


def test_a_target_that_was_set_since_is_not_lost_by_taking_an_update_back() -> None:
    project = launch_example()
    scene = project.scene
    target = SegmentTarget(segment=Segment(project.row().segment), at_least=None, at_most=parse_span("60d"))
    next_version(project, replace(richer(), durations=(target,)))
    before = project.row().target_end_at
    apply(project)
    assert project.row().target_end_at != before
    (update,) = queries.list_updates(actor=scene.specialist, project_id=project.id)
    assert update.cannot_undo == ""
    targets.set_target(actor=scene.specialist, project_id=project.id, end_on=date(2026, 9, 1), at=scene.at)
    kept = project.row().target_end_at
    (update,) = queries.list_updates(actor=scene.specialist, project_id=project.id)
    assert "another target" in update.cannot_undo
    with pytest.raises(UndoGoneError, match="another target"):
        updates.undo_update(actor=scene.specialist, update_id=update.id, at=scene.at)
    assert (project.row().target_end_at, project.row().playbook_number) == (kept, 2)

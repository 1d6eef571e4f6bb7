"""Who could take a task, and why."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse

from firstwin.identity.contracts import Role
from firstwin.projects.contracts.changes import TaskPatch
from firstwin.projects.operations import changes
from firstwin.projects.queries import suggestions
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from tests.desk.browsing import HTMX, colleague, outsider, text_of
from tests.factories.bookings import make_booking
from tests.factories.calendars import enter, holder_of
from tests.factories.identity import actor_for, make_member
from tests.factories.projects import SIGNED_AT, Running, launch_example

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    return launch_example()


def suggested(running: Running) -> list[tuple[Any, str, bool]]:
    task_id = running.task("sales-handoff").id
    found = suggestions.suggest_owners(actor=running.scene.manager, task_id=task_id, at=SIGNED_AT)
    return [(one.member_id, one.reason, one.has_time) for one in found]


def test_only_others_who_work_on_projects_are_suggested(running: Running) -> None:
    make_member(Role.VIEWER, workspace=running.scene.workspace)
    ((member_id, reason, has_time),) = suggested(running)
    assert member_id == running.scene.manager.id
    assert has_time
    assert reason.startswith("Keeps hours like the customer's and has 40 hours free")


def test_whoever_has_filled_the_role_comes_first_but_not_from_leave(running: Running) -> None:
    member = make_member(Role.SPECIALIST, workspace=running.scene.workspace)
    launch_example(running.scene, name="Second", role_map={"csm": actor_for(member).id})
    (first, reason, _), *_ = suggested(running)
    assert first == member.id
    assert reason.startswith("Has been Success manager in 1 project, has worked in 1 project of")
    others = {reason for member_id, reason, _ in suggested(running) if member_id != member.id}
    assert others
    assert all(reason.startswith("Is new to the role of Success manager, keeps hours") for reason in others)
    enter(member.workspace_id, holder_of(member), date(2026, 3, 1), date(2026, 4, 30))
    assert suggested(running)[-1][0] == member.id
    assert suggested(running)[-1][2] is False
    assert "too few" in suggested(running)[-1][1]


def test_late_work_on_a_sunday_looks_at_the_week_that_begins(running: Running) -> None:
    task_id, sunday = running.task("sales-handoff").id, datetime(2026, 3, 15, 9, tzinfo=UTC)
    (one,) = suggestions.suggest_owners(actor=running.scene.manager, task_id=task_id, at=sunday)
    assert one.has_time


def test_who_may_not_hand_on_gets_no_suggestion_and_asking_changes_nothing(running: Running) -> None:
    task = running.task("sales-handoff")
    viewer = actor_for(make_member(Role.VIEWER, workspace=running.scene.workspace))
    with pytest.raises(PermissionDeniedError):
        suggestions.suggest_owners(actor=viewer, task_id=task.id, at=SIGNED_AT)
    with pytest.raises(NotFoundError):
        suggestions.suggest_owners(actor=running.scene.manager, task_id=viewer.workspace_id, at=SIGNED_AT)
    suggested(running)
    assert running.task("sales-handoff").version == task.version


def test_the_dialog_offers_to_accept(running: Running) -> None:
    path = reverse("suggest_owner", kwargs={"task_id": running.task("sales-handoff").id})
    text = text_of(colleague(running).get(path, headers=HTMX))
    assert "Nothing changes until you choose" in text
    assert f"vendor:{running.scene.manager.id}" in text
    assert outsider().get(path, headers=HTMX).status_code == 404


def test_the_reads_do_not_grow_with_people(running: Running, django_assert_num_queries: Any) -> None:
    task_id, at = running.task("sales-handoff").id, datetime(2026, 3, 2, 9, tzinfo=UTC)
    for _ in range(4):
        make_member(Role.SPECIALIST, workspace=running.scene.workspace)
    with django_assert_num_queries(10):
        suggestions.suggest_owners(actor=running.scene.manager, task_id=task_id, at=at)


def test_a_launch_names_who_could_fill_each_role(running: Running) -> None:
    scene = running.scene
    newcomer = actor_for(make_member(Role.SPECIALIST, workspace=scene.workspace))
    (role,) = suggestions.suggest_roles(
        actor=scene.manager,
        playbook_id=running.row().playbook_id,
        account_id=scene.account.id,
        start_on=date(2026, 3, 9),
        at=SIGNED_AT,
    )
    assert (role.key, role.name) == ("csm", "Success manager")
    assert role.hours > 0
    assert role.suggested[0].member_id == scene.specialist.id
    assert role.suggested[0].reason.startswith("Has been Success manager in 1 project")
    assert "free in the weeks of its tasks, which take" in role.suggested[0].reason
    assert {one.member_id for one in role.suggested} == {scene.specialist.id, scene.manager.id, newcomer.id}


def overloaded(running: Running) -> None:
    patch = TaskPatch(estimate_hours=30)
    for key in ("sales-handoff", "kickoff"):
        changes.edit_task(actor=running.scene.manager, task_id=running.task(key).id, patch=patch, at=SIGNED_AT)


def test_a_week_that_is_over_names_who_could_help_and_any_other_names_nobody(running: Running) -> None:
    scene, monday = running.scene, date(2026, 3, 2)

    def relief() -> tuple[Any, ...]:
        return suggestions.suggest_relief(
            actor=scene.manager, member_id=scene.specialist.id, monday=monday, at=SIGNED_AT
        )

    assert relief() == ()
    overloaded(running)
    found = relief()
    assert {one.task.id for one in found} >= {running.task("sales-handoff").id}
    assert all(one.owner.member_id == scene.manager.id and one.owner.has_time for one in found)
    viewer = actor_for(make_member(Role.VIEWER, workspace=scene.workspace))
    assert suggestions.suggest_relief(actor=viewer, member_id=scene.specialist.id, monday=monday, at=SIGNED_AT) == ()


def test_who_could_help_is_said_with_the_name_of_the_role(running: Running) -> None:
    scene = running.scene
    launch_example(scene, name="Second", role_map={"csm": scene.manager.id})
    overloaded(running)
    found = suggestions.suggest_relief(
        actor=scene.manager, member_id=scene.specialist.id, monday=date(2026, 3, 2), at=SIGNED_AT
    )
    assert found
    assert all(one.owner.reason.startswith("Has been Success manager in 1 project") for one in found)


def test_who_was_named_for_one_task_has_that_much_less_time_for_the_next(running: Running) -> None:
    scene, patch = running.scene, TaskPatch(estimate_hours=30)
    other = launch_example(scene, name="Second")
    handoffs = {one.task("sales-handoff").id for one in (running, other)}
    for task_id in handoffs:
        changes.edit_task(actor=scene.manager, task_id=task_id, patch=patch, at=SIGNED_AT)
    found = suggestions.suggest_relief(
        actor=scene.manager, member_id=scene.specialist.id, monday=date(2026, 3, 2), at=SIGNED_AT
    )
    # Both fall on the same week, of which the manager has 40 hours.
    assert len([one for one in found if one.task.id in handoffs]) == 1


def test_likely_hours_count_as_taken(running: Running) -> None:
    def free() -> str:
        return next(reason for member_id, reason, _ in suggested(running) if member_id == running.scene.manager.id)

    before = free()
    make_booking(running.scene, start_on=date(2026, 3, 2), probability=95, role_map={"csm": running.scene.manager.id})
    assert free() != before


def test_who_may_not_launch_gets_no_names_for_roles(running: Running) -> None:
    scene = running.scene
    viewer = actor_for(make_member(Role.VIEWER, workspace=scene.workspace))
    for actor in (viewer, scene.contact):
        with pytest.raises(PermissionDeniedError):
            suggestions.suggest_roles(
                actor=actor,
                playbook_id=running.row().playbook_id,
                account_id=scene.account.id,
                start_on=date(2026, 3, 9),
                at=SIGNED_AT,
            )


def test_the_launch_page_offers_them_one_click_away(running: Running) -> None:
    url = reverse("start_people")
    query = f"account={running.scene.account.id}&playbook={running.row().playbook_id}"
    text = text_of(colleague(running).get(f"{url}?{query}", headers=HTMX))
    assert 'data-field="id_role.csm"' in text
    assert str(running.scene.specialist.id) in text
    assert outsider().get(f"{url}?{query}", headers=HTMX).status_code == 404

"""Baselines: dates of a plan kept under a name, compared with what became of them, and let go."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test.utils import CaptureQueriesContext

from firstwin.identity.contracts import Role
from firstwin.projects.contracts import WrongStateError
from firstwin.projects.contracts.baselines import Baselines
from firstwin.projects.models import Baseline
from firstwin.projects.operations import baselines, lifecycle, scope
from firstwin.projects.queries import baselines as queries
from firstwin.projects.rules import baselines as rules
from firstwin.shared.errors import ConflictError, FirstwinError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.http import key_client
from tests.factories.identity import actor_for, make_member, recorded
from tests.factories.projects import Running, launch_example
from tests.projects.test_steering import save, timing

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Running:
    return launch_example()


def keep(project: Running, name: str = "Agreed on Monday") -> UUID:
    return baselines.keep_baseline(
        actor=project.scene.specialist, project_id=project.id, name=name, at=project.scene.at
    )


def compared(project: Running, chosen_id: UUID | None = None) -> Baselines:
    return queries.get_baselines(actor=project.scene.manager, detail=project.detail(), chosen_id=chosen_id)


def refused(project: Running, name: str, error: type[FirstwinError]) -> str:
    """Assert that nothing is kept under a name; return why."""
    before, facts = Baseline.objects.for_actor(project.scene.manager).count(), recorded(project.scene.manager)
    with pytest.raises(error) as caught:
        keep(project, name)
    assert Baseline.objects.for_actor(project.scene.manager).count() == before
    assert recorded(project.scene.manager) == facts
    problems = caught.value.problems if isinstance(caught.value, InvalidInputError) else ()
    return " ".join([str(caught.value), *(problem.message for problem in problems)])


def test_dates_stay_as_they_were_kept_while_the_plan_moves(project: Running) -> None:
    kept, end = project.task("logo"), project.row().planned_end_at
    made = keep(project, "  Agreed   on Monday ")
    save(project, timing(project, "kickoff", due_at=project.task("kickoff").due_at + timedelta(days=14)))
    found = compared(project, made)
    assert found.chosen.name == "Agreed on Monday"
    assert found.chosen.end_at == end < project.row().planned_end_at
    assert found.chosen.by_name == project.scene.specialist.name
    assert (found.dates[kept.id].start_at, found.dates[kept.id].due_at) == (kept.start_at, kept.due_at)
    assert project.task("logo").due_at > kept.due_at
    assert recorded(project.scene.manager).count("project.baseline_kept") == 1


def test_without_a_choice_the_launch_is_compared_and_stands_first(project: Running) -> None:
    save(project, timing(project, "logo", duration="9wd"))
    keep(project, "First")
    keep(project, "Second")
    found = compared(project)
    assert [one.name for one in found.known] == ["At the launch", "Second", "First"]
    assert found.chosen.id is None
    logo = project.task("logo")
    assert found.dates[logo.id].due_at == logo.baseline_due_at < logo.due_at
    assert compared(project, uuid4()).chosen.id is None


def test_what_was_taken_out_since_is_still_in_the_baseline(project: Running) -> None:
    logo, made = project.task("logo"), keep(project)
    scope.remove_task(actor=project.scene.specialist, task_id=logo.id, reason="No logo.", at=project.scene.at)
    assert compared(project, made).dates[logo.id].name == "Send us your logo"


def test_reading_takes_one_query(project: Running, django_assert_num_queries: type[CaptureQueriesContext]) -> None:
    made, detail = keep(project), project.detail()
    keep(project, "Another")
    with django_assert_num_queries(1):  # type: ignore[call-arg]
        queries.get_baselines(actor=project.scene.manager, detail=detail, chosen_id=made)


@pytest.mark.parametrize(
    ("name", "why"),
    [(" ", "missing"), ("x" * 101, "too long"), ("agreed ON Monday", "already"), ("at the launch", "already")],
)
def test_a_name_that_says_nothing_or_is_taken_is_refused(project: Running, name: str, why: str) -> None:
    keep(project)
    assert why in refused(project, name, InvalidInputError)


def test_there_is_an_end_to_baselines(project: Running) -> None:
    for number in range(rules.MOST):
        keep(project, f"Number {number}")
    refused(project, "One more", ConflictError)


def test_a_baseline_is_removed_and_then_gone(project: Running) -> None:
    made = keep(project)
    actor, at = project.scene.specialist, project.scene.at
    baselines.remove_baseline(actor=actor, project_id=project.id, baseline_id=made, at=at)
    assert queries.list_baselines(actor=actor, project_id=project.id) == ()
    with pytest.raises(NotFoundError):
        baselines.remove_baseline(actor=actor, project_id=project.id, baseline_id=made, at=at)
    assert recorded(project.scene.manager).count("project.baseline_removed") == 1


def test_only_those_who_change_plans_keep_and_remove_and_contacts_see_none(project: Running) -> None:
    made = keep(project)
    viewer = actor_for(make_member(Role.VIEWER, workspace=project.scene.workspace))
    for actor in (viewer, project.scene.contact):
        with pytest.raises(PermissionDeniedError):
            baselines.keep_baseline(actor=actor, project_id=project.id, name="Mine", at=project.scene.at)
        with pytest.raises(PermissionDeniedError):
            baselines.remove_baseline(actor=actor, project_id=project.id, baseline_id=made, at=project.scene.at)
    stranger = launch_example().scene.specialist
    with pytest.raises(NotFoundError):
        baselines.keep_baseline(actor=stranger, project_id=project.id, name="Mine", at=project.scene.at)
    with pytest.raises(NotFoundError):
        baselines.remove_baseline(actor=stranger, project_id=project.id, baseline_id=made, at=project.scene.at)
    assert [one.id for one in queries.list_baselines(actor=viewer, project_id=project.id)] == [made]
    with pytest.raises(PermissionDeniedError):
        queries.list_baselines(actor=project.scene.contact, project_id=project.id)
    with pytest.raises(PermissionDeniedError):
        queries.get_baselines(actor=project.scene.contact, detail=project.detail())


def test_nothing_is_kept_of_a_project_that_is_over(project: Running) -> None:
    lifecycle.cancel_project(
        actor=project.scene.manager, project_id=project.id, reason="They left.", at=project.scene.at
    )
    refused(project, "Too late", WrongStateError)


def test_baselines_over_http(project: Running) -> None:
    client = key_client(workspace=project.scene.workspace)
    base = f"/api/v1/projects/{project.id}/plan/baselines"
    made = client.post(base, {"name": "Agreed"}, "application/json")
    assert made.status_code == 201
    assert [one["name"] for one in client.get(base).json()] == ["Agreed"]
    assert client.post(base, {"name": "agreed"}, "application/json").status_code == 422
    assert client.delete(f"{base}/{made.json()['id']}").status_code == 204
    assert client.get(base).json() == []

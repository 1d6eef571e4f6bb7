"""The pages on which running projects are brought to a newer version of their playbook."""

from collections.abc import Callable
from datetime import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from firstwin.identity.contracts import Role
from firstwin.projects.contracts.changes import TaskPatch
from firstwin.projects.models import ProjectUpdate, UpdateRun
from firstwin.projects.operations import changes
from tests.desk.browsing import HTMX, colleague, outsider, owner_of, text_of
from tests.factories.projects import Running, launch_example
from tests.factories.updates import next_version, richer, rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    project = launch_example()
    scene = project.scene
    form = project.task("company-form")
    changes.edit_task(actor=scene.specialist, task_id=form.id, patch=TaskPatch(name="Who are you?"), at=scene.at)
    next_version(project, richer())
    return project


def test_the_project_says_what_is_out_and_leads_to_the_review(
    running: Running, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = owner_of(running)
    with django_assert_max_num_queries(31):
        page = text_of(client.get(f"/projects/{running.id}/"))
    assert "Version 2 of the playbook is out" in page
    assert f"/projects/{running.id}/update/line/" in page
    page = text_of(client.get(f"/projects/{running.id}/update/line/"))
    assert "1 addition, 1 removal, 1 change, 1 conflict" in page
    review = text_of(client.get(f"/projects/{running.id}/update/"))
    for words in ("Security review", "Your choice", "Name in this project", "4 working days", "Send us your logo"):
        assert words in review
    assert "fw-decide" not in text_of(colleague(running, Role.VIEWER).get(f"/projects/{running.id}/update/"))


def test_the_effect_is_told_before_anything_is_saved(running: Running) -> None:
    before = rows_of(running.scene, running.id)
    client = owner_of(running)
    address = f"/projects/{running.id}/update/effect/"
    late = text_of(client.post(address, {"decide:task:security-review:added": "accept"}, headers=HTMX))
    assert "The end moves" in late
    assert "3 for later" in late
    assert "The end stays on" in text_of(client.post(address, {}, headers=HTMX))
    assert rows_of(running.scene, running.id) == before


def test_an_update_is_applied_and_taken_back(running: Running) -> None:
    client = owner_of(running)
    before = rows_of(running.scene, running.id)
    answer = client.post(
        f"/projects/{running.id}/update/", {"decide:task:security-review:added": "accept"}, headers=HTMX
    )
    assert answer.headers["HX-Trigger"] == "changed"
    update = ProjectUpdate.objects.for_actor(running.scene.manager).get()
    assert f"/updates/{update.id}/undo/" in text_of(answer)
    assert running.task("security-review")
    assert outsider().post(f"/updates/{update.id}/undo/", headers=HTMX).status_code == 404
    assert colleague(running, Role.VIEWER).post(f"/updates/{update.id}/undo/", headers=HTMX).status_code == 403
    assert running.task("security-review")
    assert "was taken back" in text_of(client.post(f"/updates/{update.id}/undo/", headers=HTMX))
    assert rows_of(running.scene, running.id) == before


def test_nonsense_in_a_form_changes_nothing(running: Running) -> None:
    client = owner_of(running)
    before = rows_of(running.scene, running.id)
    for posted in ({"decide:task:nothing:added": "accept"}, {"version": "abc", "decide:x": "accept"}):
        assert client.post(f"/projects/{running.id}/update/", posted, headers=HTMX).status_code == 422
    assert rows_of(running.scene, running.id) == before
    assert ProjectUpdate.objects.for_actor(running.scene.manager).count() == 0


def test_a_manager_tries_a_rule_out_and_then_carries_it_out(
    running: Running, run_jobs: Callable[[datetime], int]
) -> None:
    playbook_id = running.row().playbook_id
    client = colleague(running, Role.MANAGER)
    assert "1 running project uses" in text_of(client.get(f"/playbooks/{playbook_id}/"))
    rule = {"take": ["added"], "aspects": ["text"], "conflicts": "", "most_days": "60"}
    answer = client.post(f"/playbooks/{playbook_id}/updates/", rule)
    trial = UpdateRun.objects.for_actor(running.scene.manager).get()
    assert answer.headers["Location"].endswith(f"/{trial.id}/")
    assert "0 of 1 projects looked at" in text_of(client.get(answer.headers["Location"]))
    run_jobs(running.scene.at)
    page = text_of(client.get(answer.headers["Location"]))
    assert "Update 1 project" in page
    assert "3 left to decide" in page
    done = client.post(f"/playbooks/{playbook_id}/updates/", {**rule, "now": "yes"})
    run_jobs(running.scene.at)
    assert "Takes over 1 addition. " in text_of(client.get(done.headers["Location"]))
    assert running.task("security-review")


def test_a_rule_without_sense_is_answered_beside_its_fields_and_specialists_are_refused(running: Running) -> None:
    address = f"/playbooks/{running.row().playbook_id}/updates/"
    answer = colleague(running, Role.MANAGER).post(address, {"most_days": "-4"})
    assert answer.status_code == 422
    refused = owner_of(running).post(address, {"take": ["added"]})
    assert refused.status_code == 403
    assert UpdateRun.objects.for_actor(running.scene.manager).count() == 0
    assert "Managers update many projects at once" in text_of(owner_of(running).get(address))


def test_a_playbook_is_played_through_in_the_browser(
    running: Running, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    address = f"/playbooks/{running.row().playbook_id}/simulation/"
    client = owner_of(running)
    client.get(address)
    with django_assert_max_num_queries(30):
        page = text_of(client.get(address))
    for words in ("How long would it take", "too few to learn from", "Invitation: Kickoff call", "Mid-market"):
        assert words in page
    assert "draft" in text_of(client.get(f"{address}?version=draft"))
    assert outsider().get(address).status_code == 404

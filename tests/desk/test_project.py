"""The pages of a project and the panel of a task: who sees them, what they change, and what they cost."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from firstwin.identity.contracts import Role, system_actor
from firstwin.projects.contracts import ProjectState
from firstwin.projects.models import Attachment, Comment, ProjectTask
from firstwin.projects.operations import forecasting, tasks
from tests.desk.browsing import HTMX, colleague, outsider, owner_of, text_of
from tests.factories.projects import Running, launch_example

pytestmark = pytest.mark.django_db

TABS = ("", "?view=board", "?view=gantt", "?only=late", "people/", "messages/", "files/", "timeline/")


@pytest.fixture
def running() -> Running:
    return launch_example()


@pytest.mark.parametrize("tab", TABS)
def test_everybody_of_the_team_reads_every_tab_and_nobody_else_does(running: Running, tab: str) -> None:
    address = f"/projects/{running.id}/{tab}"
    assert colleague(running, Role.VIEWER).get(address).status_code == 200
    assert outsider().get(address).status_code == 404


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_costs_a_constant_number_of_queries(
    running: Running, django_assert_max_num_queries: DjangoAssertNumQueries, tab: str
) -> None:
    client = owner_of(running)
    # Floats need the calendars of everybody in the plan.
    with django_assert_max_num_queries(34 if "gantt" in tab else 30):
        client.get(f"/projects/{running.id}/{tab}")


def test_the_chart_alone_may_write_style_attributes(running: Running) -> None:
    client = owner_of(running)
    assert "unsafe-inline" not in client.get(f"/projects/{running.id}/").headers["Content-Security-Policy"]
    policy = client.get(f"/projects/{running.id}/?view=gantt").headers["Content-Security-Policy"]
    assert "style-src-attr 'unsafe-inline'" in policy
    assert "script-src 'self'" in policy


def test_names_cannot_smuggle_markup_into_the_chart(running: Running) -> None:
    ProjectTask.objects.for_workspace(running.scene.workspace.id).filter(key="provision").update(
        name="<img src=x onerror=alert(1)>"
    )
    for tab in TABS:
        assert "<img src=x" not in text_of(owner_of(running).get(f"/projects/{running.id}/{tab}"))


def test_a_forecast_from_before_a_change_is_not_shown_as_the_present_one(running: Running) -> None:
    scene, client = running.scene, owner_of(running)

    def page() -> str:
        return text_of(client.get(f"/projects/{running.id}/"))

    actor = system_actor(scene.workspace.id)
    assert "Likely end" not in page()
    forecasting.forecast_projects(actor=actor, project_ids=[running.id], at=scene.at)
    assert "chance to be done by the target" in page()
    assert "worked out anew" not in page()
    tasks.start_task(actor=scene.specialist, task_id=running.task("sales-handoff").id, at=scene.at)
    changed = page()
    assert "before the latest change; being worked out anew" in changed
    assert "every 30s" in changed
    over_time = text_of(client.get(f"/projects/{running.id}/?view=gantt"))
    fan = over_time[over_time.index('<section id="likely"') :]
    assert "every 30s" in fan[: fan.index(">")]
    assert "worked out anew" in fan


@pytest.mark.parametrize("view", ["list", "board"])
def test_the_plan_leads_to_each_task(running: Running, view: str) -> None:
    page = text_of(owner_of(running).get(f"/projects/{running.id}/?view={view}"))
    for stage in running.detail().stages:
        for task in stage.tasks:
            assert reverse("task", kwargs={"project_id": running.id, "task_id": task.id}) in page


def test_a_task_opens_beside_the_page_and_by_its_own_address(running: Running) -> None:
    task = running.task("provision")
    address = f"/projects/{running.id}/tasks/{task.id}/"
    panel = text_of(owner_of(running).get(address, headers=HTMX))
    assert panel.lstrip().startswith("<dialog")
    page = text_of(owner_of(running).get(address))
    assert "<dialog" in page
    assert "<html" in page
    assert outsider().get(address).status_code == 404
    assert owner_of(running).get(f"/projects/{running.id}/?task={task.id}").headers["Location"] == address


def test_a_task_is_not_shown_under_another_project(running: Running) -> None:
    other = launch_example(running.scene, name="Another")
    answer = owner_of(running).get(f"/projects/{other.id}/tasks/{running.task('provision').id}/")
    assert answer.status_code == 404


def test_stuck_needs_a_side_and_a_reason_and_can_be_undone(running: Running) -> None:
    client, task = owner_of(running), running.task("provision")
    refused = client.post(f"/tasks/{task.id}/stuck/", {"side": "customer", "reason": " "}, headers=HTMX)
    assert refused.status_code == 422
    assert running.task("provision").state == "open"
    answer = client.post(f"/tasks/{task.id}/stuck/", {"side": "customer", "reason": "No firewall"}, headers=HTMX)
    assert "Undo" in text_of(answer)
    assert running.task("provision").state == "stuck"
    client.post(f"/tasks/{task.id}/reopen/", headers=HTMX)
    assert running.task("provision").state != "stuck"


def test_what_is_missing_to_finish_comes_back_beside_the_fields(running: Running) -> None:
    client, task = owner_of(running), running.task("first-report")
    refused = client.post(f"/tasks/{task.id}/finish/", {"evidence": ""}, headers=HTMX)
    assert refused.status_code == 422
    assert "This field is required" in text_of(refused)
    assert running.task("first-report").state == "open"
    client.post(f"/tasks/{task.id}/finish/", {"evidence": "They ran it on Monday"}, headers=HTMX)
    assert running.task("first-report").state == "done"
    assert running.row().first_value_at is not None


def test_two_people_editing_one_task_do_not_overwrite_each_other(running: Running) -> None:
    client, task = owner_of(running), running.task("provision")
    form = {"name": "Provision the tenant", "visibility": "shared", "version": str(task.version)}
    assert client.post(f"/tasks/{task.id}/edit/", form, headers=HTMX).status_code == 200
    late = client.post(f"/tasks/{task.id}/edit/", {**form, "name": "Something else"}, headers=HTMX)
    assert late.status_code == 409
    assert late.headers["HX-Retarget"] == "#toasts"
    assert running.task("provision").name == "Provision the tenant"


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/tasks/{task}/complete/", {}),
        ("/tasks/{task}/start/", {}),
        ("/tasks/{task}/stuck/", {"side": "vendor", "reason": "No"}),
        ("/tasks/{task}/not-applicable/", {"reason": "No"}),
        ("/tasks/{task}/remove/", {"reason": "No"}),
        ("/tasks/{task}/edit/", {"name": "Hacked", "visibility": "shared"}),
        ("/tasks/{task}/assign/", {"person": ""}),
        ("/projects/{project}/hold/", {"side": "vendor", "reason": "No"}),
        ("/projects/{project}/cancel/", {"reason": "No"}),
        ("/projects/{project}/comments/", {"body": "Hello"}),
        ("/projects/{project}/roles/", {"role": "csm", "person": ""}),
        ("/tasks/bulk/", {"verb": "complete", "id": "{task}"}),
    ],
)
def test_a_viewer_and_an_outsider_change_nothing(running: Running, address: str, form: dict[str, str]) -> None:
    task = running.task("provision")
    names = {"task": str(task.id), "project": str(running.id)}
    sent = {key: value.format(**names) for key, value in form.items()}
    for client, statuses in ((colleague(running, Role.VIEWER), {403}), (outsider(), {403, 404})):
        answer = client.post(address.format(**names), sent, headers=HTMX)
        assert answer.status_code in statuses
    after = running.task("provision")
    assert (after.version, after.state, after.name) == (task.version, task.state, task.name)
    assert running.row().state == ProjectState.ACTIVE
    assert not Comment.objects.for_workspace(running.scene.workspace.id).exists()


def test_a_project_is_held_resumed_cancelled_and_opened_again(running: Running) -> None:
    client = owner_of(running)
    client.post(f"/projects/{running.id}/hold/", {"side": "customer", "reason": "Merger"}, headers=HTMX)
    assert running.row().state == ProjectState.ON_HOLD
    assert "Merger" in text_of(client.get(f"/projects/{running.id}/"))
    client.post(f"/projects/{running.id}/resume/", headers=HTMX)
    assert running.row().state == ProjectState.ACTIVE
    client.post(f"/projects/{running.id}/cancel/", {"reason": "Went elsewhere"}, headers=HTMX)
    assert running.row().state == ProjectState.CANCELLED
    client.post(f"/projects/{running.id}/reopen/", {"reason": "They came back"}, headers=HTMX)
    assert running.row().state == ProjectState.ACTIVE


def test_completing_names_what_is_not_met(running: Running) -> None:
    client = owner_of(running)
    question = text_of(client.get(f"/projects/{running.id}/complete/", headers=HTMX))
    assert "Every required task is done" in question
    assert re.search(r"The \d+ tasks still open are closed with it\.", question)
    done = [task.id for stage in running.detail().stages for task in stage.tasks][1:]
    client.post("/tasks/bulk/", {"verb": "not_applicable", "reason": "Agreed", "id": map(str, done)}, headers=HTMX)
    last = running.detail().stages[0].tasks[0].name
    assert f"Still open, and closed with it: “{last}”." in text_of(
        client.get(f"/projects/{running.id}/complete/", headers=HTMX)
    )
    refused = client.post(f"/projects/{running.id}/complete/", {"confirmed": ["agreed"]}, headers=HTMX)
    assert refused.status_code == 409
    assert running.row().state == ProjectState.ACTIVE


def test_what_the_button_of_a_project_does_stands_only_there(running: Running) -> None:
    client = owner_of(running)

    def count(label: str) -> int:
        return text_of(client.get(f"/projects/{running.id}/")).count(f"</svg>{label}</button>")

    assert (count("Add a task"), count("Record the first win"), count("Complete the project")) == (1, 1, 1)
    client.post(f"/projects/{running.id}/hold/", {"side": "customer", "reason": "Merger"}, headers=HTMX)
    assert (count("Resume"), count("Add a task")) == (1, 1)


def test_a_task_is_added_and_many_are_changed_at_once(running: Running) -> None:
    client = owner_of(running)
    stage = running.detail().stages[0]
    form = {"name": "Call their bank", "stage_id": str(stage.id), "kind": "todo", "visibility": "internal"}
    client.post(f"/projects/{running.id}/tasks/add/", form, headers=HTMX)
    added = ProjectTask.objects.for_workspace(running.scene.workspace.id).get(name="Call their bank")
    other = running.task("provision")
    answer = client.post("/tasks/bulk/", {"verb": "complete", "id": [str(added.id), str(other.id)]}, headers=HTMX)
    assert "2 tasks done" in text_of(answer)
    assert running.task("provision").state == "done"
    assert client.post("/tasks/bulk/", {"verb": "explode", "id": [str(added.id)]}, headers=HTMX).status_code == 422


def test_comments_mention_members_and_files_are_handed_out(running: Running) -> None:
    client, task = owner_of(running), running.task("provision")
    body = f"Please look, @{running.scene.manager.name}"
    client.post(f"/projects/{running.id}/tasks/{task.id}/comments/", {"body": body, "is_internal": "yes"}, headers=HTMX)
    comment = Comment.objects.for_workspace(running.scene.workspace.id).get()
    assert comment.mentions == [str(running.scene.manager.id)]
    assert comment.is_internal
    sent = SimpleUploadedFile("plan.txt", b"the plan", content_type="text/plain")
    client.post(f"/projects/{running.id}/tasks/{task.id}/attach/", {"file": sent}, headers=HTMX)
    file = Attachment.objects.for_workspace(running.scene.workspace.id).get()
    answer = client.get(f"/files/{file.id}/")
    assert text_of(answer) == "the plan"
    assert "plan.txt" in answer.headers["Content-Disposition"]
    assert outsider().get(f"/files/{file.id}/").status_code == 404


def test_the_live_stream_is_only_for_those_who_see_the_project(running: Running) -> None:
    assert outsider().get(f"/projects/{running.id}/live/").status_code == 404
    assert owner_of(running).get(f"/projects/{running.id}/live/").status_code == 204

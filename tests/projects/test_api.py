"""Projects over HTTP."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from firstwin.identity.contracts import Role, Scope
from firstwin.projects.models import Attachment, Project
from tests.factories.http import key_client, member_client, problem_of
from tests.factories.projects import Running, Scene, launch_example, make_scene
from tests.projects.uploads import PNG

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@pytest.fixture
def client(scene: Scene) -> Client:
    return key_client(workspace=scene.workspace)


def launch_body(scene: Scene, **fields: object) -> dict[str, object]:
    return {"account_id": str(scene.account.id), "playbook_version_id": str(scene.version_id), **fields}


def count(scene: Scene) -> int:
    return Project.objects.for_actor(scene.manager).count()


def test_a_launch_is_previewed_done_and_read(scene: Scene, client: Client) -> None:
    preview = client.post("/api/v1/projects/preview", launch_body(scene), "application/json").json()
    assert [item["key"] for item in preview["items"] if not item["is_included"]] == ["single-sign-on"]
    assert count(scene) == 0
    made = client.post("/api/v1/projects", launch_body(scene), "application/json")
    assert made.status_code == 201
    project = client.get(f"/api/v1/projects/{made.json()['id']}").json()
    assert [stage["name"] for stage in project["stages"]] == ["Welcome", "Set-up", "First win"]
    timeline = client.get(f"/api/v1/projects/{made.json()['id']}/timeline").json()
    assert [entry["event_name"] for entry in timeline["items"]] == ["project.launched"]


def test_launching_twice_with_one_idempotency_key_makes_one_project(scene: Scene, client: Client) -> None:
    headers = {"Idempotency-Key": "one"}
    answers = [
        client.post("/api/v1/projects", launch_body(scene), "application/json", headers=headers) for _ in range(2)
    ]
    assert answers[0].content == answers[1].content
    assert count(scene) == 1
    body = launch_body(scene, idempotency_key="two")
    ids = {client.post("/api/v1/projects", body, "application/json").json()["id"] for _ in range(2)}
    assert len(ids) == 1
    assert count(scene) == 2


def test_a_bulk_launch_is_all_or_nothing(scene: Scene, client: Client) -> None:
    good, bad = launch_body(scene), launch_body(scene, role_map={"nobody": str(uuid4())})
    problem_of(client.post("/api/v1/projects/bulk", {"projects": [good, bad]}, "application/json"), 422)
    assert count(scene) == 0
    made = client.post("/api/v1/projects/bulk", {"projects": [good, good]}, "application/json")
    assert len(made.json()["ids"]) == count(scene) == 2


def test_the_portfolio_is_listed_counted_shown_as_board_and_exported(scene: Scene, client: Client) -> None:
    launch_example(scene)
    assert (
        client.get("/api/v1/projects?search=acorn&standing=non_responsive").json()["items"][0]["account_name"]
        == "Acorn Foods"
    )
    assert client.get("/api/v1/projects/facets").json()["total"] == 1
    assert client.get("/api/v1/projects/board").json()[0]["count"] == 1
    exported = client.get("/api/v1/projects/export.csv")
    lines = b"".join(exported.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("id,account,project")
    assert "Acorn Foods" in lines[1]
    assert problem_of(client.get("/api/v1/projects?limit=9000"), 422)


def test_two_people_who_edit_one_task_notice_each_other(scene: Scene, client: Client) -> None:
    task = launch_example(scene).task("sales-handoff")
    change = {"name": "Call sales", "expected_version": task.version}
    assert client.patch(f"/api/v1/tasks/{task.id}", change, "application/json").status_code == 204
    problem = problem_of(client.patch(f"/api/v1/tasks/{task.id}", {**change, "name": "Mail"}, "application/json"), 409)
    assert problem["code"] == "stale_version"
    assert "Nightly sync changed “Call sales”" in problem["detail"]
    assert "changed name" in problem["detail"]
    assert client.get(f"/api/v1/tasks/{task.id}").json()["name"] == "Call sales"


def test_every_step_of_a_task_has_its_address(scene: Scene, client: Client) -> None:
    project = launch_example(scene)
    task = f"/api/v1/tasks/{project.task('sales-handoff').id}"
    for path, body in (
        ("start", {}),
        ("stuck", {"side": "customer", "reason": "No answer"}),
        ("reopen", {}),
        ("move", {"due_at": "2026-04-01T12:00:00Z"}),
        ("assign", {"person": {"side": "vendor", "id": str(scene.manager.id)}}),
        ("complete", {}),
        ("reopen", {"reason": "Forgot something"}),
        ("not-applicable", {"reason": "No sales person"}),
    ):
        answer = client.post(f"{task}/{path}", body, "application/json")
        assert answer.status_code == 204, (path, answer.content)
    assert client.get(task).json()["state"] == "not_applicable"
    stage = project.detail().stages[0]
    added = client.post(
        f"/api/v1/projects/{project.id}/tasks", {"stage_id": str(stage.id), "name": "Extra"}, "application/json"
    )
    removed = client.post(f"/api/v1/tasks/{added.json()['id']}/remove", {"reason": "Not needed"}, "application/json")
    assert removed.status_code == 204
    ids = [str(project.task(key).id) for key in ("first-import", "provision")]
    bulk = client.post("/api/v1/tasks/bulk", {"verb": "complete", "task_ids": ids}, "application/json")
    assert bulk.json() == {"count": 2}


def test_an_approval_goes_out_and_back(scene: Scene, client: Client) -> None:
    project = launch_example(scene)
    task = f"/api/v1/tasks/{project.task('plan-approval').id}"
    assert client.post(f"{task}/submit", {}, "application/json").status_code == 204
    assert client.post(f"{task}/reject", {"reason": "Too slow"}, "application/json").status_code == 204
    problem = problem_of(client.post(f"{task}/approve", {}, "application/json"), 422)
    assert problem["errors"][0]["place"] == "evidence"
    approved = client.post(f"{task}/approve", {"evidence": "Signed on paper"}, "application/json")
    assert approved.status_code == 204


def test_the_life_of_a_project_over_http(scene: Scene, client: Client) -> None:
    project = f"/api/v1/projects/{launch_example(scene).id}"
    for path, body in (
        ("hold", {"side": "customer", "reason": "Budget"}),
        ("resume", {}),
        ("first-value", {"evidence": "Report 7 was run"}),
        ("roles/csm", {"person": {"side": "vendor", "id": str(scene.manager.id)}}),
        ("complete", {"confirmed": ["agreed"], "override_reason": "The customer is happy"}),
        ("reopen", {"reason": "More to do"}),
        ("cancel", {"reason": "They left"}),
    ):
        answer = client.post(f"{project}/{path}", body, "application/json")
        assert answer.status_code == 204, (path, answer.content)
    assert client.get(project).json()["summary"]["state"] == "cancelled"
    assert client.get(f"{project}/roles").json()[0]["person"]["id"] == str(scene.manager.id)


def test_comments_and_files_over_http(scene: Scene, client: Client) -> None:
    running = launch_example(scene)
    project = f"/api/v1/projects/{running.id}"
    made = client.post(f"{project}/comments", {"body": "Hello **there**"}, "application/json")
    assert made.status_code == 201
    listed = client.get(f"{project}/comments").json()["items"]
    assert listed[0]["body_html"] == "<p>Hello <strong>there</strong></p>\n"
    upload = {"file": SimpleUploadedFile("logo.png", PNG), "task_id": str(running.task("logo").id), "requested": "Logo"}
    attached = client.post(f"{project}/files", upload)
    assert attached.status_code == 201, attached.content
    download = client.get(f"/api/v1/files/{attached.json()['id']}")
    assert b"".join(download.streaming_content) == PNG  # type: ignore[attr-defined]
    assert download.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"{project}/files").json()[0]["name"] == "logo.png"
    wrong = {"file": SimpleUploadedFile("logo.exe", b"MZ"), "task_id": str(running.task("logo").id)}
    problem_of(client.post(f"{project}/files", wrong), 422)
    gone = client.post(f"/api/v1/files/{attached.json()['id']}/remove", {"reason": "Wrong one"}, "application/json")
    assert gone.status_code == 204
    problem_of(client.get(f"/api/v1/files/{attached.json()['id']}"), 404)
    assert Attachment.objects.for_actor(scene.manager).get().removed_at is not None


def test_a_day_and_a_search_over_http(scene: Scene) -> None:
    launch_example(scene)
    client = member_client(Role.SPECIALIST, workspace=scene.workspace)
    assert client.get("/api/v1/my-day").json()["project_count"] == 0
    hits = client.get("/api/v1/search?text=acorn").json()
    assert {hit["kind"] for hit in hits} == {"account", "project"}


def test_who_may_not_write_changes_nothing(scene: Scene) -> None:
    running: Running = launch_example(scene)
    task = running.task("sales-handoff")
    for client in (
        key_client(Scope.READ, workspace=scene.workspace),
        member_client(Role.VIEWER, workspace=scene.workspace),
    ):
        problem_of(client.post(f"/api/v1/tasks/{task.id}/complete", {}, "application/json"), 403)
        problem_of(client.post("/api/v1/projects", launch_body(scene), "application/json"), 403)
        problem_of(client.post(f"/api/v1/projects/{running.id}/comments", {"body": "x"}, "application/json"), 403)
    problem_of(key_client().post(f"/api/v1/tasks/{task.id}/complete", {}, "application/json"), 404)
    problem_of(key_client().get(f"/api/v1/projects/{running.id}"), 404)
    assert running.task("sales-handoff").version == task.version
    assert count(scene) == 1

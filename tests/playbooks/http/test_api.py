"""Playbooks over HTTP, from the first line to a published version, and who may not."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from firstwin.identity.contracts import Role, Scope
from firstwin.identity.models import Workspace
from firstwin.journal.models import Entry
from firstwin.playbooks.models import Playbook, PlaybookVersion
from tests.factories import identity as people
from tests.factories import playbooks as make
from tests.factories.http import key_client, member_client, problem_of
from tests.factories.usage import make_feature
from tests.playbooks.test_linting import CLEAN, WAITS_FOR_REPORTS

pytestmark = pytest.mark.django_db
BASE = "/api/v1/playbooks"


@pytest.fixture
def workspace() -> Workspace:
    return people.make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return key_client(Scope.PLAYBOOKS_WRITE, workspace=workspace)


def post(client: Client, path: str, body: dict[str, Any], status: int = 200) -> Any:
    answer = client.post(f"{BASE}{path}", body, "application/json")
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def get(client: Client, path: str) -> Any:
    answer = client.get(f"{BASE}{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_playbook_is_imported_edited_published_and_compared(client: Client) -> None:
    playbook_id = post(client, "/import", {"text": CLEAN}, 201)["id"]
    at = f"/{playbook_id}"
    first = post(client, f"{at}/versions", {"notes": "First"}, 201)["id"]
    edits = [
        {"op": "set", "kind": "task", "key": "call", "values": {"duration": "2wd"}},
        {"op": "add", "kind": "task", "stage": "begin", "position": 0, "values": {"name": "Research", "owner": "csm"}},
        {"op": "move", "kind": "task", "key": "setup", "stage": "value", "position": 0},
        {"op": "duplicate", "kind": "task", "key": "sign"},
        {"op": "remove", "kind": "task", "key": "connect"},
    ]
    assert post(client, f"{at}/edits", {"expected_revision": 1, "edits": edits}) == {"revision": 2}
    found = get(client, f"{at}")
    assert [task["key"] for task in found["draft"]["stages"][0]["tasks"]] == ["research", "welcome", "call"]
    assert (found["revision"], found["can_undo"], found["problems"]) == (2, True, [])
    assert "Task 'Research' was added in stage 'Begin'" in [
        change["text"] for change in get(client, f"{at}/differences?old=1")
    ]
    post(client, f"{at}/versions", {"notes": "Second", "expected_revision": 2}, 201)
    assert get(client, f"{at}/differences?old=1&new=1") == []
    assert [(row["number"], row["notes"]) for row in get(client, f"{at}/versions")] == [(2, "Second"), (1, "First")]
    version = get(client, f"{at}/versions/1")
    assert (version["id"], version["definition"]["key"]) == (first, "clean")
    assert [row["key"] for row in get(client, "?search=clean&status=published")["items"]] == ["clean"]


def test_undo_redo_and_discard(client: Client) -> None:
    playbook_id = post(client, "", {"name": "Partner onboarding"}, 201)["id"]
    edit = {"op": "set", "kind": "playbook", "values": {"summary": "For partners"}}
    post(client, f"/{playbook_id}/edits", {"expected_revision": 1, "edits": [edit]})
    assert post(client, f"/{playbook_id}/undo", {"expected_revision": 2}) == {"revision": 3}
    assert post(client, f"/{playbook_id}/redo", {"expected_revision": 3}) == {"revision": 4}
    assert [step["summary"] for step in get(client, f"/{playbook_id}/history")] == [
        "Change summary of the playbook",
        "Begin",
    ]
    problem_of(client.post(f"{BASE}/{playbook_id}/discard", {"expected_revision": 4}, "application/json"), 409)


def test_files_come_out_as_they_went_in(client: Client) -> None:
    playbook_id = post(client, "/import", {"text": CLEAN}, 201)["id"]
    answer = client.get(f"{BASE}/{playbook_id}/yaml")
    assert answer.headers["Content-Type"] == "application/yaml; charset=utf-8"
    again = post(client, "/import", {"text": answer.content.decode(), "into": playbook_id}, 201)
    assert again == {"id": playbook_id}
    assert get(client, f"/{playbook_id}")["can_undo"] is False
    chart = client.get(f"{BASE}/{playbook_id}/flowchart").content.decode()
    drawn = post(client, "/import", {"text": chart, "format": "mermaid", "name": "Drawn"}, 201)["id"]
    assert get(client, f"/{drawn}")["summary"]["key"] == "drawn"
    into = post(
        client, "/import", {"text": "flowchart TD\n a[One] --> b[Two]", "format": "mermaid", "into": drawn}, 201
    )
    assert get(client, f"/{into['id']}")["summary"]["stage_count"] == 2


def test_owner_copy_archive_and_restore(client: Client, workspace: Workspace) -> None:
    playbook_id = post(client, "/import", {"text": CLEAN}, 201)["id"]
    member = people.make_member(Role.MANAGER, workspace=workspace)
    answer = client.put(f"{BASE}/{playbook_id}/owner", {"owner_id": str(member.id)}, "application/json")
    assert answer.status_code == 204
    assert get(client, f"/{playbook_id}")["summary"]["owner_id"] == str(member.id)
    copy = post(client, f"/{playbook_id}/duplicate", {"name": "Copy"}, 201)["id"]
    post(client, f"/{copy}/archive", {}, 204)
    assert [row["key"] for row in get(client, "?status=archived")["items"]] == ["copy"]
    post(client, f"/{copy}/restore", {}, 204)
    assert [row["key"] for row in get(client, "")["items"]] == ["clean", "copy"]


def test_linting_and_the_schema(client: Client) -> None:
    (problem,) = post(client, "/lint", {"text": CLEAN.replace("minutes: 45", "minutes: 0"), "file": "a.yaml"})
    assert (problem["code"], problem["file"], problem["level"]) == ("invalid_number", "a.yaml", "error")
    assert get(client, "/schema")["$id"] == "playbook.schema.json"


def test_features_that_the_workspace_does_not_have_are_named(client: Client, workspace: Workspace) -> None:
    (problem,) = post(client, "/lint", {"text": WAITS_FOR_REPORTS})
    assert (problem["code"], problem["level"]) == ("unknown_feature", "warning")
    playbook_id = post(client, "/import", {"text": WAITS_FOR_REPORTS}, 201)["id"]
    assert [one["code"] for one in get(client, f"/{playbook_id}")["problems"]] == ["unknown_feature"]
    make_feature(people.make_actor(workspace=people.make_workspace()))
    assert [one["code"] for one in get(client, f"/{playbook_id}")["problems"]] == ["unknown_feature"]
    make_feature(people.make_actor(workspace=workspace))
    assert post(client, "/lint", {"text": WAITS_FOR_REPORTS}) == []
    assert get(client, f"/{playbook_id}")["problems"] == []


def test_mistakes_are_named_and_change_nothing(client: Client, workspace: Workspace) -> None:
    broken = problem_of(client.post(f"{BASE}/import", {"text": "a: ["}, "application/json"), 422)
    assert (broken["code"], broken["errors"][0]["place"]) == ("invalid_playbook", "1:5")
    chart = {"text": "sequenceDiagram\n a->>b: x", "format": "mermaid"}
    assert problem_of(client.post(f"{BASE}/import", chart, "application/json"), 422)["remedy"]
    playbook_id = post(client, "/import", {"text": CLEAN}, 201)["id"]
    entries = Entry.objects.count()
    circle = {"op": "set", "kind": "task", "key": "welcome", "values": {"after": ["call"]}}
    body = {"expected_revision": 1, "edits": [circle]}
    answer = problem_of(client.post(f"{BASE}/{playbook_id}/edits", body, "application/json"), 422)
    assert "welcome -> call -> welcome" in answer["detail"]
    body["expected_revision"] = 7
    answer = problem_of(client.post(f"{BASE}/{playbook_id}/edits", body, "application/json"), 409)
    assert answer["code"] == "playbook_changed"
    problem_of(client.post(f"{BASE}/{playbook_id}/versions", {"notes": ""}, "application/json"), 422)
    problem_of(client.post(f"{BASE}/import", {"text": CLEAN}, "application/json"), 409)
    assert get(client, f"/{playbook_id}")["revision"] == 1
    assert Entry.objects.count() == entries
    assert not PlaybookVersion.objects.for_workspace(workspace.id).exists()


def writes(playbook_id: object) -> list[tuple[str, str, dict[str, Any]]]:
    at = f"{BASE}/{playbook_id}"
    return [
        ("post", BASE, {"name": "X"}),
        ("post", f"{BASE}/import", {"text": CLEAN, "into": str(playbook_id)}),
        ("post", f"{at}/edits", {"expected_revision": 1, "edits": [{"op": "remove", "kind": "task", "key": "sso"}]}),
        ("post", f"{at}/undo", {"expected_revision": 1}),
        ("post", f"{at}/redo", {"expected_revision": 1}),
        ("post", f"{at}/discard", {"expected_revision": 1}),
        ("post", f"{at}/duplicate", {}),
        ("post", f"{at}/archive", {}),
        ("post", f"{at}/restore", {}),
        ("post", f"{at}/versions", {"notes": "X"}),
        ("put", f"{at}/owner", {"owner_id": None}),
    ]


def reads(playbook_id: object) -> list[str]:
    at = f"{BASE}/{playbook_id}"
    parts = ("", "/history", "/yaml", "/flowchart", "/versions", "/versions/1", "/yaml?number=1", "/differences?old=1")
    return [f"{at}{part}" for part in parts]


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.VIEWER, Role.AUDITOR])
def test_readers_read_and_change_nothing(workspace: Workspace, role: Role) -> None:
    version = make.make_version(people.make_actor(Role.OWNER, workspace=workspace))
    reader = member_client(role, workspace=workspace)
    entries = Entry.objects.count()
    for path in reads(version.playbook_id):
        assert reader.get(path).status_code == 200, path
    for method, path, body in writes(version.playbook_id):
        problem_of(getattr(reader, method)(path, body, "application/json"), 403)
    assert (Entry.objects.count(), Playbook.objects.for_workspace(workspace.id).count()) == (entries, 1)


def test_a_key_that_only_reads_changes_nothing(workspace: Workspace) -> None:
    version = make.make_version(people.make_actor(Role.OWNER, workspace=workspace))
    reader = key_client(Scope.READ, workspace=workspace)
    assert reader.get(f"{BASE}/{version.playbook_id}").status_code == 200
    for method, path, body in writes(version.playbook_id):
        problem_of(getattr(reader, method)(path, body, "application/json"), 403)


def test_another_workspace_finds_nothing(client: Client) -> None:
    version = make.make_version(people.make_actor(Role.OWNER))
    entries = Entry.objects.count()
    assert get(client, "")["items"] == []
    for path in reads(version.playbook_id):
        problem_of(client.get(path), 404)
    for method, path, body in writes(version.playbook_id)[1:]:
        problem_of(getattr(client, method)(path, body, "application/json"), 404)
    assert Entry.objects.count() == entries


def test_nobody_gets_in_without_signing_in() -> None:
    for path in (BASE, *reads(uuid4())):
        problem_of(Client().get(path), 401)

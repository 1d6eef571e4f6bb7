"""Imports of past events over the API: the whole way, and who may not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from firstwin.identity.contracts import Scope
from firstwin.identity.models import Workspace
from firstwin.shared import clock
from tests.factories.http import key_client
from tests.factories.identity import make_actor
from tests.factories.usage import in_inbox, make_source

pytestmark = pytest.mark.django_db
BASE = "/api/v1/history-imports"


def test_a_program_imports_past_events(settings: Any, tmp_path: Path, run_jobs: Callable[[Any], int]) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }
    actor = make_actor()
    workspace = Workspace.objects.get(id=actor.workspace_id)
    source = make_source(actor)
    client = key_client(Scope.ADMIN, workspace=workspace)
    file = SimpleUploadedFile("old.csv", b"what,user,when\nA,ada,2025-05-01\nB,,2025-05-01\n")
    made = client.post(BASE, {"source_id": str(source.id), "file": file})
    assert made.status_code == 201
    one = f"{BASE}/{made.json()['id']}"
    changes = json.dumps({"columns": {"what": "event"}})
    changed = client.patch(one, changes, content_type="application/json").json()
    assert changed["reading"]["columns"] == {"what": "event", "user": "user_id", "when": "time"}
    preview = client.get(f"{one}/preview").json()
    assert (preview["fine"], preview["faults"][0]["row"]) == (1, 2)
    assert client.patch(one, '{"columns": {"what": "x"}}', content_type="application/json").status_code == 422

    assert client.post(f"{one}/start").json()["state"] == "running"
    run_jobs(clock.now())
    done = client.get(one).json()
    assert (done["state"], done["taken"], done["rejected"]) == ("done", 1, 1)
    assert client.get(f"{one}/faults").json()["items"][0]["row"] == 2
    assert client.post(f"{one}/cancel").status_code == 409
    assert [item["id"] for item in client.get(f"{BASE}?source_id={source.id}").json()["items"]] == [done["id"]]
    assert [event.name for event in in_inbox(source)] == ["A"]

    assert key_client(Scope.READ, workspace=workspace).post(f"{one}/start").status_code == 403
    assert key_client(Scope.ADMIN).get(one).status_code == 404

"""My day: what needs somebody comes first, and each row can be finished in place."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from firstwin.identity.contracts import Role
from firstwin.shared import clock
from tests.desk.browsing import HTMX, outsider, owner_of, signed_in, text_of
from tests.factories.customers import make_account
from tests.factories.identity import make_member
from tests.factories.projects import Running, launch_example, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    now = clock.now()
    return launch_example(make_scene(contract_signed_at=now - timedelta(days=10)), at=now - timedelta(days=10))


def test_late_tasks_need_their_owner_and_can_be_finished_in_place(running: Running) -> None:
    client = owner_of(running)
    page = text_of(client.get("/"))
    assert "Needs you" in page
    late = running.task("provision")
    assert late.name in page
    answer = client.post(f"/tasks/{late.id}/complete/?version={late.version}", headers=HTMX)
    assert answer.headers["HX-Trigger"] == "changed"
    assert "Undo" in text_of(answer)
    assert f"“{late.name}” is done." in text_of(answer)
    assert running.task("provision").state == "done"


def test_a_stranger_is_led_to_the_sign_in_page(running: Running) -> None:
    answer = Client().get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/auth/login/?next=/"


def test_somebody_of_another_workspace_sees_nothing_of_it(running: Running) -> None:
    page = text_of(outsider().get("/"))
    assert running.scene.account.name not in page
    assert "Your first onboarding" in page


def begun(role: Role) -> tuple[Client, Any]:
    member = make_member(role)
    return signed_in(member.user), member.workspace


def test_an_empty_workspace_says_how_to_begin_until_a_project_runs() -> None:
    client, workspace = begun(Role.OWNER)
    page = text_of(client.get("/"))
    assert "Your first onboarding" in page
    assert "Add account" in page
    assert "Product events" in page
    assert "Nothing is late" not in page
    make_account(workspace)
    page = text_of(client.get("/"))
    assert "Start onboarding" in page
    assert "Add account" not in page
    launch_example(make_scene(workspace=workspace, contract_signed_at=clock.now()), at=clock.now())
    assert "Your first onboarding" not in text_of(client.get("/"))


def test_whoever_may_not_govern_is_not_sent_to_settings_and_a_reader_is_told_nothing_to_do() -> None:
    page = text_of(begun(Role.SPECIALIST)[0].get("/"))
    assert "Add account" in page
    assert "Product events" not in page
    assert "Your first onboarding" not in text_of(begun(Role.VIEWER)[0].get("/"))

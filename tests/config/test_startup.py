from datetime import datetime

import pytest

from firstwin.config import startup
from firstwin.identity.contracts import NewWorkspace
from firstwin.identity.operations import workspaces as workspace_operations
from firstwin.shared import clock


@pytest.mark.django_db
def test_an_empty_installation_is_set_up_by_a_link() -> None:
    line = startup.way_in(at=clock.now())
    assert line.startswith("Set up (once)      http://localhost:8642/setup/")


@pytest.mark.django_db
def test_the_first_owner_gets_a_link_to_sign_in(now: datetime) -> None:
    workspace_operations.create_workspace(
        new=NewWorkspace(name="Quillmark", owner_email="maren@example.com", owner_name="Maren"), at=now
    )
    line = startup.way_in(at=clock.now())
    assert line.startswith("Sign in (once)     http://localhost:8642/sign-in/")


@pytest.mark.django_db
def test_tables_that_are_up_to_date_are_left_alone() -> None:
    said: list[str] = []
    startup.prepare_database(say=said.append)
    assert said == []

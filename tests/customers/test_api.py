"""Accounts over the API, where a program knows them by the ids of other systems."""

import pytest

from firstwin.identity.contracts import Role
from firstwin.identity.models import Workspace
from tests.factories.http import key_client, member_client, problem_of
from tests.factories.identity import make_workspace

pytestmark = pytest.mark.django_db
LOOKUP = "/api/v1/accounts/lookup"
ACORN = {"name": "Acorn Foods", "external_ids": {"salesforce": "0015g/00 A"}}


@pytest.fixture
def workspace() -> Workspace:
    found = make_workspace()
    assert key_client(workspace=found).post("/api/v1/accounts", ACORN, "application/json").status_code == 201
    return found


def test_an_account_is_found_by_its_id_in_another_system(workspace: Workspace) -> None:
    answer = member_client(Role.VIEWER, workspace=workspace).get(
        LOOKUP, {"system": "salesforce", "value": "0015g/00 A"}
    )
    assert answer.json()["name"] == "Acorn Foods"


@pytest.mark.parametrize(("system", "value"), [("salesforce", "0015g"), ("hubspot", "0015g/00 A"), ("", "")])
def test_only_the_whole_id_in_that_system_counts(workspace: Workspace, system: str, value: str) -> None:
    found = problem_of(key_client(workspace=workspace).get(LOOKUP, {"system": system, "value": value}), 404)
    assert "ids in other systems" in found["remedy"]


def test_it_says_what_is_missing(workspace: Workspace) -> None:
    assert "value" in str(problem_of(key_client(workspace=workspace).get(LOOKUP, {"system": "salesforce"}), 422))


def test_another_workspace_finds_nothing(workspace: Workspace) -> None:
    stranger = key_client(workspace=make_workspace())
    problem_of(stranger.get(LOOKUP, {"system": "salesforce", "value": "0015g/00 A"}), 404)

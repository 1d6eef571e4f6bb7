"""What every endpoint has in common."""

import pytest
from django.test import Client

from firstwin.identity.contracts import Role
from tests.factories.identity import make_member, make_workspace

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_list_of_any_length_is_a_list(count: int) -> None:
    workspace = make_workspace()
    members = [make_member(Role.OWNER, workspace=workspace) for _ in range(count)]
    client = Client()
    client.force_login(members[0].user)

    response = client.get("/api/v1/members")

    assert response.status_code == 200, response.content
    body = response.json()
    assert len(body["items"] if isinstance(body, dict) else body) == count

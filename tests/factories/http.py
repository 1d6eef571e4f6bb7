"""Clients of the HTTP surface: a program with a key, a member with a session, a visitor."""

from typing import Any

from django.test import Client

from firstwin.identity.contracts import Role, Scope
from firstwin.identity.models import Member, Workspace
from tests.factories.identity import make_api_key, make_member


def key_client(*scopes: Scope, workspace: Workspace | None = None) -> Client:
    """A program with an API key; without scopes it may do everything."""
    _, secret = make_api_key(*scopes, workspace=workspace)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def member_client(
    role: Role = Role.OWNER, *, member: Member | None = None, workspace: Workspace | None = None
) -> Client:
    """A signed-in member (CSRF is not checked; use `Client(enforce_csrf_checks=True)` to test that)."""
    client = Client()
    client.force_login((member or make_member(role, workspace=workspace)).user)
    return client


def problem_of(response: Any, status: int) -> dict[str, Any]:
    """The problem+json of a response that must have this status."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    return problem

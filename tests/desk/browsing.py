"""What tests of pages share: people who are signed in, and htmx requests."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

from firstwin.identity.contracts import Role
from firstwin.identity.models import Member, User
from tests.factories.identity import make_member
from tests.factories.projects import Running

HTMX = {"HX-Request": "true"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def colleague(running: Running, role: Role = Role.SPECIALIST) -> Client:
    """Somebody of the team that runs the project, signed in."""
    return signed_in(make_member(role, workspace=running.scene.workspace).user)


def owner_of(running: Running) -> Client:
    """The specialist who launched the project, signed in."""
    rows = Member.objects.for_workspace(running.scene.workspace.id).select_related("user")
    return signed_in(rows.get(id=running.scene.specialist.id).user)


def outsider() -> Client:
    """A member of another workspace, signed in."""
    return signed_in(make_member(Role.OWNER).user)


def text_of(response: Any) -> str:
    """The page as text, streamed or not."""
    if getattr(response, "streaming", False):
        return b"".join(response).decode()
    assert isinstance(response, HttpResponse)
    return response.content.decode()

"""Holding and resuming many projects from the portfolio: all of them, or none."""

from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from firstwin.identity.contracts import Role
from firstwin.identity.models import Member
from firstwin.projects.models import Project
from tests.desk.test_accounts import signed_in
from tests.factories.identity import make_member
from tests.factories.projects import launch_example, make_scene

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def member() -> Member:
    return make_member(Role.MANAGER)


def states(member: Member) -> list[str]:
    rows = Project.objects.for_workspace(member.workspace_id).order_by("started_at", "id")
    return list(rows.values_list("state", flat=True))


def send(client: Client, ids: list[str], **values: str) -> int:
    return client.post(reverse("projects_bulk"), {"id": ids, **values}, headers=HTMX).status_code


def two_projects(member: Member) -> list[UUID]:
    scene = make_scene(workspace=member.workspace)
    return [launch_example(scene).id, launch_example(scene).id]


def test_many_are_held_and_resumed(member: Member) -> None:
    ids = [str(id) for id in two_projects(member)]
    client = signed_in(member)
    assert send(client, ids, verb="hold", side="customer", reason="Their summer break") == 200
    assert states(member) == ["on_hold", "on_hold"]
    assert send(client, ids, verb="resume") == 200
    assert states(member) == ["active", "active"]


def test_one_that_cannot_be_held_stops_all(member: Member) -> None:
    one, other = two_projects(member)
    client = signed_in(member)
    send(client, [str(other)], verb="hold", side="vendor", reason="Waiting for a release")
    assert send(client, [str(one), str(other)], verb="hold", side="vendor", reason="Again") == 409
    assert sorted(states(member)) == ["active", "on_hold"]


@pytest.mark.parametrize(
    ("ids", "values"),
    [
        (["nonsense"], {"verb": "hold", "side": "vendor", "reason": "Why"}),
        ([], {"verb": "resume"}),
        (["known"], {"verb": "hold", "side": "nobody", "reason": "Why"}),
        (["known"], {"verb": "hold", "side": "vendor", "reason": " "}),
    ],
)
def test_what_makes_no_sense_is_refused(member: Member, ids: list[str], values: dict[str, str]) -> None:
    known = str(two_projects(member)[0])
    assert send(signed_in(member), [known if id == "known" else id for id in ids], **values) == 422
    assert states(member) == ["active", "active"]

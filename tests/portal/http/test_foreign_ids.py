"""Another customer's ids lead nowhere, at every address of the portal: not found, and nothing changed."""

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from firstwin.communications.models import Meeting, Message
from firstwin.customers.operations import portal_access
from firstwin.identity.contracts import Role
from firstwin.journal.models import Entry
from firstwin.portal.http import urls
from firstwin.projects.operations import files as file_operations
from firstwin.projects.operations import statements
from firstwin.projects.queries import statements as statement_queries
from firstwin.shared import clock
from firstwin.shared.models import WorkspaceModel
from tests.factories.customers import make_account, make_contact
from tests.factories.http import member_client
from tests.factories.portal import SmallVisit, make_small_visit

pytestmark = pytest.mark.django_db
PARAMETER = re.compile(r"<uuid:(\w+)>")
ROUTES = [str(pattern.pattern) for pattern in urls.urlpatterns if PARAMETER.search(str(pattern.pattern))]
FIELDS = {
    "body": "Some words",
    "rsvp": "accepted",
    "stuck-side": "vendor",
    "stuck-reason": "Some words",
    "back-reason": "Some words",
}


@pytest.fixture
def theirs(db: None) -> SmallVisit:
    """Another vendor's customer."""
    return make_small_visit(at=clock.now())


def _ids(visit: SmallVisit) -> dict[str, str]:
    actor = visit.running.scene.specialist
    file_id = file_operations.attach_file(
        actor=actor,
        project_id=visit.running.id,
        name="plan.txt",
        content=SimpleUploadedFile("plan.txt", b"plan").open(),
        at=clock.now(),
    )
    statement = statement_queries.get_statement(actor=actor, project_id=visit.running.id)
    statements.share_statement(actor=actor, project_id=visit.running.id, mark=statement.mark, at=clock.now())
    return {
        "project_id": str(visit.running.id),
        "task_id": str(visit.task_id("todo")),
        "contact_id": str(visit.running.scene.sponsor.id),
        "meeting_id": str(Meeting.objects.for_actor(actor).get().id),
        "message_id": str(Message.objects.for_actor(actor).order_by("pk")[0].id),
        "file_id": str(file_id),
    }


def _everything() -> Iterator[object]:
    yield Entry.objects.count()
    for model in apps.get_models():
        if issubclass(model, WorkspaceModel):
            rows = model.objects.across_workspaces(reason="the test compares all rows")
            yield sorted(map(repr, rows.values_list()))


def _refuses(client: Client, ids: dict[str, str]) -> None:
    before = list(_everything())
    for route in ROUTES:
        path = "/" + PARAMETER.sub(lambda found: ids[found[1]], route)
        answers = [client.get(path), client.post(path, {**FIELDS, "person": ids["contact_id"]})]
        allowed = {302, 404, 405} if route.startswith("portal/as/") else {404, 405}
        assert {answer.status_code for answer in answers} <= allowed, path
        for answer in answers:
            assert "Acorn" not in (b"" if answer.streaming else answer.content).decode()
    assert list(_everything()) == before


def test_every_address_is_walked() -> None:
    assert len(ROUTES) > 12


def test_another_workspaces_ids_lead_nowhere(reader: Client, theirs: SmallVisit) -> None:
    _refuses(reader, _ids(theirs))


def test_another_accounts_ids_lead_nowhere(visit: SmallVisit) -> None:
    scene = visit.running.scene
    stranger = make_contact(make_account(scene.workspace, name="Birch Bank"), name="Eve Stone")
    url = portal_access.issue(actor=scene.specialist, contact_id=stranger.id, at=clock.now())
    client = Client()
    client.get("/p/" + url.split("/p/", 1)[1])
    _refuses(client, _ids(visit))


def test_a_member_of_another_workspace_cannot_look_as_a_customer(visit: SmallVisit) -> None:
    client = member_client(Role.OWNER)
    assert client.post(f"/portal/as/{visit.running.scene.sponsor.id}/").status_code == 404

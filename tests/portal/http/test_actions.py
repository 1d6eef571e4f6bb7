"""What the customer's people do in place."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from firstwin.communications.models import Meeting, MeetingAttendee
from firstwin.identity.contracts import Role
from firstwin.projects.models import Attachment, Comment
from firstwin.projects.operations import tasks as task_operations
from firstwin.shared import clock
from tests.factories.http import member_client
from tests.factories.portal import SmallVisit

pytestmark = pytest.mark.django_db


def _post(client: Client, visit: SmallVisit, key: str, action: str, **data: Any) -> Any:
    return client.post(f"/portal/tasks/{visit.task_id(key)}/{action}/", data)


def _page(client: Client, visit: SmallVisit, key: str) -> str:
    return str(client.get(f"/portal/tasks/{visit.task_id(key)}/").content.decode())


def test_done_with_one_press_and_taken_back(reader: Client, visit: SmallVisit) -> None:
    _post(reader, visit, "todo", "finish")
    assert visit.state("todo") == "done"
    assert visit.running.task("todo").finished_by == "Nia Park"
    assert "Open it again" in _page(reader, visit, "todo")
    _post(reader, visit, "todo", "reopen")
    assert visit.state("todo") == "in_progress"


def test_saying_that_one_is_on_it(reader: Client, visit: SmallVisit) -> None:
    _post(reader, visit, "todo", "start")
    assert visit.state("todo") == "in_progress"


def test_two_people_at_once_lose_nothing(reader: Client, visit: SmallVisit) -> None:
    version = visit.running.task("todo").version
    _post(reader, visit, "todo", "start", version=version)
    response = _post(reader, visit, "todo", "finish", version=version)
    assert response.status_code == 409
    assert visit.state("todo") == "in_progress"


def test_a_form_keeps_what_was_typed_until_it_is_complete(reader: Client, visit: SmallVisit) -> None:
    response = _post(reader, visit, "form", "finish", **{"answer-notes": "We love blue"})
    assert response.status_code == 422
    assert "We love blue" in response.content.decode()
    assert visit.state("form") == "open"
    answers = {
        "answer-users": "40",
        "answer-sso": "yes",
        "answer-live_on": "2027-01-31",
        "answer-notes": "We love blue",
    }
    _post(reader, visit, "form", "finish", **answers)
    task = visit.running.task("form")
    assert task.state == "done"
    assert task.result == {"users": 40, "sso": True, "live_on": "2027-01-31", "notes": "We love blue"}
    page = _page(reader, visit, "form")
    assert "How many people?" in page
    assert "Yes" in page


def test_files_are_handed_in_and_only_what_was_asked_for(reader: Client, visit: SmallVisit) -> None:
    early = _post(reader, visit, "files", "finish")
    assert early.status_code == 422
    assert "Logo is missing" in early.content.decode()
    wrong = _post(reader, visit, "files", "files", requested="Logo", file=SimpleUploadedFile("logo.exe", b"MZ"))
    assert wrong.status_code == 422
    nothing = _post(reader, visit, "files", "files", requested="Logo")
    assert nothing.status_code == 422
    _post(reader, visit, "files", "files", requested="Logo", file=SimpleUploadedFile("logo.txt", b"our logo"))
    file = Attachment.objects.for_actor(visit.running.scene.manager).get()
    assert file.requested == "Logo"
    _post(reader, visit, "files", "finish")
    assert visit.state("files") == "done"
    download = reader.get(f"/portal/files/{file.id}/")
    assert b"".join(download.streaming_content) == b"our logo"
    assert "logo.txt" in download.headers["Content-Disposition"]
    assert download.headers["X-Content-Type-Options"] == "nosniff"
    assert "/portal/link/" in Client().get(f"/portal/files/{file.id}/").headers["Location"]


def test_an_approval_is_sent_back_with_a_reason_or_given(reader: Client, visit: SmallVisit) -> None:
    actor = visit.running.scene.specialist
    task_operations.submit_task(actor=actor, task_id=visit.task_id("approval"), at=clock.now())
    assert "We agree." in _page(reader, visit, "approval")
    assert _post(reader, visit, "approval", "send-back").status_code == 422
    _post(reader, visit, "approval", "send-back", **{"back-reason": "The dates are wrong"})
    assert visit.running.task("approval").reason == "The dates are wrong"
    _post(reader, visit, "approval", "approve")
    assert visit.state("approval") == "done"


def test_a_survey_is_answered(reader: Client, visit: SmallVisit) -> None:
    assert _post(reader, visit, "survey", "finish").status_code == 422
    _post(reader, visit, "survey", "finish", **{"answer-score": "5", "answer-comment": "Lovely"})
    task = visit.running.task("survey")
    assert task.state == "done"
    assert task.result["score"] == 5


def test_stuck_needs_a_side_and_a_reason(reader: Client, visit: SmallVisit) -> None:
    assert _post(reader, visit, "todo", "stuck").status_code == 422
    _post(reader, visit, "todo", "stuck", **{"stuck-side": "customer", "stuck-reason": "On holiday"})
    task = visit.running.task("todo")
    assert (task.state, task.stuck_side, task.reason) == ("stuck", "customer", "On holiday")
    assert "This is stuck" in _page(reader, visit, "todo")


def test_comments_on_a_task_and_on_the_whole(reader: Client, visit: SmallVisit) -> None:
    _post(reader, visit, "todo", "comment", body="What is *this* for? <script>x</script>")
    reader.post(f"/portal/projects/{visit.running.id}/comment/", {"body": "Thank you"})
    rows = list(Comment.objects.for_actor(visit.running.scene.manager).order_by("at"))
    assert [row.author_name for row in rows] == ["Nia Park", "Nia Park"]
    assert not any(row.is_internal for row in rows)
    page = _page(reader, visit, "todo")
    assert "<em>this</em>" in page
    assert "<script>x" not in page
    assert _post(reader, visit, "todo", "comment", body=" ").status_code == 422


def test_handing_on_to_a_colleague_and_to_nobody_else(reader: Client, visit: SmallVisit) -> None:
    _post(reader, visit, "todo", "assign", person=str(visit.colleague.id))
    assert visit.running.task("todo").contact_id == visit.colleague.id
    outsider = visit.running.scene.specialist.id
    assert _post(reader, visit, "todo", "assign", person=str(outsider)).status_code == 422
    assert visit.running.task("todo").contact_id == visit.colleague.id


def test_answering_an_invitation(reader: Client, visit: SmallVisit) -> None:
    actor = visit.running.scene.manager
    meeting = Meeting.objects.for_actor(actor).get()
    reader.post(f"/portal/meetings/{meeting.id}/answer/", {"rsvp": "declined", "note": "Thursday?"})
    row = MeetingAttendee.objects.for_actor(actor).get(meeting=meeting, name="Nia Park")
    assert (row.rsvp, row.note) == ("declined", "Thursday?")
    assert reader.post(f"/portal/meetings/{meeting.id}/answer/", {"rsvp": "perhaps"}).status_code == 422


@pytest.mark.parametrize("action", ["finish", "start", "reopen"])
def test_the_vendors_tasks_are_not_the_customers_to_do(reader: Client, visit: SmallVisit, action: str) -> None:
    response = _post(reader, visit, "vendor", action)
    assert response.status_code in (403, 409)
    assert visit.state("vendor") == "open"


@pytest.mark.parametrize("key", ["internal", "title"])
@pytest.mark.parametrize("action", ["finish", "stuck", "comment", "files", "assign", "approve"])
def test_what_is_not_shared_cannot_be_acted_on(reader: Client, visit: SmallVisit, key: str, action: str) -> None:
    response = _post(reader, visit, key, action, body="x", person=str(visit.colleague.id))
    assert response.status_code == 404
    assert visit.state(key) == "open"


def test_nobody_else_acts(visit: SmallVisit) -> None:
    for client in (
        Client(),
        member_client(Role.OWNER),
        member_client(Role.OWNER, workspace=visit.running.scene.workspace),
    ):
        _post(client, visit, "todo", "finish")
        assert visit.state("todo") == "open"


def test_a_press_from_another_site_is_refused(visit: SmallVisit) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(visit.path)
    assert _post(client, visit, "todo", "finish").status_code == 403
    assert visit.state("todo") == "open"

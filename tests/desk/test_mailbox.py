"""The mailbox page and the log of messages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import structlog
from django.core.mail import send_mail
from django.test import Client

from firstwin.communications.models import CapturedMail, Message
from firstwin.identity.contracts import Role
from firstwin.identity.operations import invitations
from tests.factories.communications import MORNING, launch_talking
from tests.factories.http import member_client
from tests.factories.identity import make_actor, make_member, make_workspace
from tests.factories.projects import Running

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(settings: Any, run_jobs: Callable[[datetime], int]) -> Running:
    settings.EMAIL_BACKEND = "firstwin.communications.operations.mailbox.MailboxBackend"
    settings.MAILBOX = True
    started = launch_talking()
    run_jobs(MORNING)
    return started


def _admin(running: Running, role: Role = Role.ADMIN) -> Client:
    return member_client(role, workspace=running.scene.workspace)


def test_mail_is_listed_searched_and_opened(running: Running) -> None:
    client = _admin(running)
    assert "Invitation: Kickoff call" in client.get("/mailbox/").content.decode()
    found = client.get("/mailbox/?q=welcome+nia").content.decode()
    assert "Invitation: Kickoff call" not in found
    mail = CapturedMail.objects.for_actor(running.scene.manager).get(subject="Welcome")
    for view in ("", "?view=text", "?view=headers"):
        assert client.get(f"/mailbox/{mail.id}/{view}").status_code == 200
    assert "Message-ID" in client.get(f"/mailbox/{mail.id}/?view=headers").content.decode()
    assert "No mail holds these words" in client.get("/mailbox/?q=zebra").content.decode()


def test_a_mail_is_shown_in_a_sandbox(running: Running) -> None:
    mail = CapturedMail.objects.for_actor(running.scene.manager).get(subject="Welcome")
    frame = _admin(running).get(f"/mailbox/{mail.id}/frame/")
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script-src 'none'" in frame.headers["Content-Security-Policy"]
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_blank">' in frame.content.decode()
    assert "/p/" in frame.content.decode()


def test_an_invitation_is_shown_as_a_meeting_and_its_file_handed_out(running: Running) -> None:
    client = _admin(running)
    mail = CapturedMail.objects.for_actor(running.scene.manager).filter(has_invitation=True)[0]
    page = client.get(f"/mailbox/{mail.id}/").content.decode()
    assert "Calendar entry" in page
    href = page.split("/files/")[0].rsplit('"', 1)[1] + "/files/" + page.split("/files/")[1].split('"')[0]
    file = client.get(href)
    assert file.content.startswith(b"BEGIN:VCALENDAR")
    assert "attachment" in file.headers["Content-Disposition"]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SPECIALIST, Role.VIEWER, Role.AUDITOR])
def test_other_peoples_mail_is_for_admins(running: Running, role: Role) -> None:
    client = _admin(running, role)
    mail = CapturedMail.objects.for_actor(running.scene.manager)[0]
    for address in ("/mailbox/", f"/mailbox/{mail.id}/", f"/mailbox/{mail.id}/frame/"):
        assert client.get(address).status_code == 403


def test_sign_in_codes_of_others_are_for_the_owner_alone(running: Running) -> None:
    member = make_member(Role.SPECIALIST, workspace=running.scene.workspace)
    send_mail("Your sign-in code", "123456", None, [member.user.email])
    assert "Your sign-in code" not in _admin(running).get("/mailbox/").content.decode()
    assert "Your sign-in code" in _admin(running, Role.OWNER).get("/mailbox/").content.decode()


def test_an_invitation_is_kept_in_the_workspace_it_invites_to(
    running: Running, run_jobs: Callable[[datetime], int]
) -> None:
    own, other = running.scene.workspace, make_workspace("Tailspin Tools")
    for workspace in (own, other):
        inviting = make_actor(Role.OWNER, workspace=workspace)
        invitations.invite_member(
            actor=inviting, email=f"lee.{workspace.slug}@example.com", role=Role.ADMIN, at=MORNING
        )
    run_jobs(MORNING)
    for workspace, elsewhere in ((own, other), (other, own)):
        page = member_client(Role.OWNER, workspace=workspace).get("/mailbox/").content.decode()
        assert f"lee.{workspace.slug}@example.com" in page
        assert f"lee.{elsewhere.slug}@example.com" not in page
        seen_by_admin = member_client(Role.ADMIN, workspace=workspace).get("/mailbox/").content.decode()
        assert f"lee.{workspace.slug}@example.com" not in seen_by_admin


def test_mail_that_no_mailbox_can_show_is_logged(settings: Any) -> None:
    settings.EMAIL_BACKEND = "firstwin.communications.operations.mailbox.MailboxBackend"
    with structlog.testing.capture_logs() as lines:
        send_mail("Your sign-in code", "123456", None, ["nobody@example.com"])
    assert [line["subject"] for line in lines] == ["Your sign-in code"]


def test_the_log_shows_a_message_without_its_keys_and_sends_it_again(running: Running) -> None:
    client = _admin(running, Role.SPECIALIST)
    message = Message.objects.for_actor(running.scene.manager).get(subject="Welcome")
    assert "Welcome" in client.get("/messages/").content.decode()
    assert "/p/" not in client.get(f"/messages/{message.id}/frame/").content.decode()
    assert client.post(f"/messages/{message.id}/retry/").status_code == 409
    Message.objects.for_actor(running.scene.manager).filter(id=message.id).update(state="failed", failure="550 no")
    assert "550 no" in client.get(f"/messages/{message.id}/").content.decode()
    assert "Welcome" in client.get("/messages/?view=failed").content.decode()
    assert client.post(f"/messages/{message.id}/retry/").status_code == 302
    viewer = _admin(running, Role.VIEWER)
    Message.objects.for_actor(running.scene.manager).filter(id=message.id).update(state="failed")
    assert viewer.post(f"/messages/{message.id}/retry/").status_code == 403
    assert Client().get("/messages/").status_code == 302

"""The clock works: what the plan does by itself, and who is told what."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from firstwin.communications import subscribers
from firstwin.communications.contracts import MeetingState, MessageKind, MessageState, Rsvp
from firstwin.communications.models import CapturedAttachment, CapturedMail, MeetingAttendee, Message
from firstwin.communications.operations import access, plan_messages
from firstwin.communications.operations import meetings as meeting_operations
from firstwin.communications.queries import mailbox as mailbox_queries
from firstwin.customers.models import Contact
from firstwin.customers.operations import accounts as account_operations
from firstwin.identity.contracts import Role
from firstwin.jobs.models import Job
from firstwin.journal.contracts import Recorded
from firstwin.playbooks.contracts import MessageSettings, TaskKind
from firstwin.projects.contracts import ReasonSide, TaskState
from firstwin.projects.events import TaskCameDue
from firstwin.projects.operations import comments as comment_operations
from firstwin.projects.operations import files as file_operations
from firstwin.projects.operations import tasks as task_operations
from tests.factories.communications import (
    MORNING,
    launch_talking,
    mails,
    meetings,
    talking_definition,
    told,
)
from tests.factories.identity import actor_for, make_member, recorded
from tests.factories.projects import SIGNED_AT, Running, launch_example, make_scene

pytestmark = pytest.mark.django_db
Run = Callable[[datetime], int]


def test_the_welcome_really_goes_out_within_a_day_of_the_signature(run_jobs: Run) -> None:
    running = launch_talking()
    run_jobs(SIGNED_AT + timedelta(minutes=59))
    assert mails(running) == []
    run_jobs(SIGNED_AT + timedelta(hours=2))
    [mail] = [one for one in mails(running) if one.kind == MessageKind.PLAN.value]
    assert mail.state == MessageState.SENT.value
    assert mail.sent_at is not None
    assert mail.sent_at - SIGNED_AT < timedelta(hours=24)
    assert "Hello Nia" in mail.text
    assert "/p/" in mail.html
    task = running.task("welcome-email")
    assert task.state == TaskState.DONE
    assert "Nia Park" in task.evidence
    assert task.finished_by == "Firstwin"


def test_the_mail_lands_in_the_mailbox_page(run_jobs: Run) -> None:
    running = launch_talking()
    run_jobs(MORNING)
    admin = actor_for(make_member(Role.ADMIN, workspace=running.scene.workspace))
    page = mailbox_queries.list_captured_mail(actor=admin, search="welcome nia")
    mail = mailbox_queries.get_captured_mail(actor=admin, mail_id=page.items[0].id)
    assert mail.info.subject == "Welcome"
    assert dict(mail.headers)["Message-ID"].endswith("@localhost>")
    assert "X-Firstwin-Workspace" in dict(mail.headers)


def test_the_kickoff_is_in_the_calendars_within_seven_days_of_the_signature(run_jobs: Run) -> None:
    running = launch_talking(time_zone="America/New_York", country="US")
    run_jobs(MORNING)
    [meeting] = meetings(running)
    assert meeting.state == MeetingState.INVITED.value
    assert SIGNED_AT + timedelta(hours=20) < meeting.starts_at <= SIGNED_AT + timedelta(days=7)
    for zone in ("UTC", "America/New_York"):
        assert 9 <= meeting.starts_at.astimezone(ZoneInfo(zone)).hour < 17
    invitations = mails(running, kind=MessageKind.INVITATION.value)
    assert {one.to_name for one in invitations} == {running.scene.specialist.name, "Nia Park"}
    assert all("METHOD:REQUEST" in one.calendar for one in invitations)
    assert running.task("kickoff").state in (TaskState.OPEN, TaskState.IN_PROGRESS)
    captured = CapturedMail.objects.for_actor(running.scene.manager).filter(has_invitation=True)
    assert captured.count() == 2
    files = CapturedAttachment.objects.for_actor(running.scene.manager).filter(mail=captured[0])
    assert [one.name for one in files] == ["invite.ics"]


def test_doing_an_automatic_task_twice_writes_once(run_jobs: Run) -> None:
    running = launch_talking()
    run_jobs(MORNING)
    before = len(mails(running)), len(meetings(running))
    from_now = MORNING + timedelta(hours=1)
    run_jobs(from_now)
    assert (len(mails(running)), len(meetings(running))) == before


def test_a_message_with_nobody_to_read_it_is_stuck_with_the_reason_and_goes_out_once_that_is_mended(
    run_jobs: Run,
) -> None:
    scene = make_scene(talking_definition())
    Contact.objects.for_actor(scene.manager).filter(id=scene.sponsor.id).update(email="")
    running = launch_example(scene)
    run_jobs(MORNING)
    task = running.task("welcome-email")
    assert task.state == TaskState.STUCK
    assert task.stuck_side == ReasonSide.VENDOR
    assert "Sponsor" in task.reason
    assert mails(running, kind=MessageKind.PLAN.value) == []
    assert "Stuck: Welcome email" in told(running)
    Contact.objects.for_actor(scene.manager).filter(id=scene.sponsor.id).update(email="nia@acorn.example")
    at = MORNING + timedelta(hours=1)
    task_operations.reopen_task(actor=scene.specialist, task_id=task.id, at=at, reason="Address added")
    run_jobs(at)
    assert running.task("welcome-email").state == TaskState.DONE


def test_an_unknown_placeholder_stops_the_message_and_names_it(run_jobs: Run) -> None:
    first, *others = talking_definition().stages
    running = launch_talking()
    task = running.task("welcome-email")
    task.details = {**task.details, "settings": {"to": ["sponsor"], "subject": "Hi", "body": "Dear {{ contact.nick }}"}}
    task.save(update_fields=["details"])
    run_jobs(MORNING)
    assert "contact.nick" in running.task("welcome-email").reason
    assert mails(running, kind=MessageKind.PLAN.value) == []
    assert first.tasks[0].settings == MessageSettings(
        to=("sponsor",), subject="Welcome", body="Hello {{ contact.first_name }}"
    )
    assert len(others) == 2


def test_holding_the_meeting_finishes_its_task(run_jobs: Run) -> None:
    running = launch_talking()
    run_jobs(MORNING)
    [meeting] = meetings(running)
    after = meeting.starts_at + timedelta(hours=2)
    task_operations.complete_task(actor=running.scene.specialist, task_id=running.task("kickoff").id, at=after)
    run_jobs(after)
    assert meetings(running)[0].state == MeetingState.HELD.value
    assert "meeting.held" in recorded(running.scene.manager)


def test_a_meeting_that_is_not_needed_any_more_leaves_the_calendars(run_jobs: Run) -> None:
    running = launch_talking()
    run_jobs(MORNING)
    task_operations.mark_task_not_applicable(
        actor=running.scene.specialist, task_id=running.task("kickoff").id, reason="Held before the sale", at=MORNING
    )
    run_jobs(MORNING + timedelta(minutes=1))
    assert meetings(running)[0].state == MeetingState.CANCELLED.value
    off = mails(running, kind=MessageKind.INVITATION.value)[-1]
    assert "METHOD:CANCEL" in off.calendar
    assert "Held before the sale" in off.text


def test_the_first_win_is_celebrated(run_jobs: Run) -> None:
    running = launch_talking()
    run_jobs(MORNING)
    at = MORNING + timedelta(days=20)
    actor = running.scene.specialist
    task_operations.complete_task(
        actor=actor, task_id=running.task("first-report").id, evidence="Report 17 of 22 March", at=at
    )
    run_jobs(at)
    [mail] = mails(running, kind=MessageKind.CELEBRATION.value)
    assert mail.subject == "Acorn Foods has its first win"
    assert "You did it, Nia!" in mail.text
    assert "Report 17 of 22 March" in mail.text
    assert any("first win" in title for title in told(running))
    [check_in] = [one for one in meetings(running) if one.task_id is None]
    assert at + timedelta(days=3) <= check_in.starts_at <= at + timedelta(days=14)


def test_a_shared_comment_reaches_the_other_side_and_an_internal_one_does_not(run_jobs: Run) -> None:
    running = launch_talking()
    run_jobs(MORNING)
    task_id = running.task("company-form").id
    actor = running.scene.specialist
    comment_operations.add_comment(
        actor=actor, project_id=running.id, task_id=task_id, body="Secret", is_internal=True, at=MORNING
    )
    comment_operations.add_comment(
        actor=actor, project_id=running.id, task_id=task_id, body="How many *people*?", at=MORNING
    )
    run_jobs(MORNING)
    [mail] = mails(running, kind=MessageKind.REPLY.value)
    assert mail.to_name == "Nia Park"
    assert "How many" in mail.text
    assert str(task_id) in mail.html
    assert "Secret" not in "".join(one.text for one in mails(running))


def test_nobody_of_an_archived_account_is_written_to_and_nothing_gets_stuck(run_jobs: Run) -> None:
    running = launch_talking()
    run_jobs(MORNING)
    written = len(mails(running))
    scene = running.scene
    account_operations.archive_account(actor=scene.manager, account_id=running.row().account_id, at=MORNING)
    comment_operations.add_comment(
        actor=scene.specialist,
        project_id=running.id,
        task_id=running.task("company-form").id,
        body="Hello?",
        at=MORNING,
    )
    access.send_fresh_link(email=scene.sponsor.email, from_address="192.0.2.1", at=MORNING)
    run_jobs(MORNING)
    assert len(mails(running)) == written
    assert not Job.objects.filter(last_error__gt="").exists()


def test_a_customers_comment_is_told_to_the_owner_and_a_mention_to_whom_it_names(run_jobs: Run) -> None:
    running = launch_talking()
    scene = running.scene
    task_id = running.task("company-form").id
    comment_operations.add_comment(
        actor=scene.contact, project_id=running.id, task_id=task_id, body="What is this for?", at=MORNING
    )
    comment_operations.add_comment(
        actor=scene.specialist,
        project_id=running.id,
        task_id=task_id,
        body="Do you know?",
        is_internal=True,
        mentions=[scene.manager.id] if scene.manager.id else [],
        at=MORNING,
    )
    run_jobs(MORNING)
    assert "Nia Park of Acorn Foods wrote on Tell us about your company" in told(running)
    assert f"{scene.specialist.name} mentioned you on Tell us about your company" in told(running)


def test_an_overdue_promise_is_flagged_to_the_owner_and_the_customer_is_reminded_once(run_jobs: Run) -> None:
    running = launch_talking()
    at = running.task("company-form").due_at + timedelta(days=3)
    run_jobs(at)
    assert "Overdue: Tell us about your company" in told(running)
    run_jobs(at + timedelta(days=2))
    summaries = [
        one
        for one in mails_of_workspace(running, MessageKind.SUMMARY)
        if one.to_name == "Nia Park" and "Tell us about your company" in one.text
    ]
    assert len(summaries) == 1
    assert "Still open" in summaries[0].text


def test_a_customer_is_not_reminded_of_what_waits_for_the_team(run_jobs: Run) -> None:
    running = launch_talking()
    at = running.task("logo").due_at + timedelta(days=3)
    run_jobs(at)
    assert "Overdue: Send us your logo" in told(running)
    run_jobs(at + timedelta(days=2))
    summaries = [one.text for one in mails_of_workspace(running, MessageKind.SUMMARY) if one.to_name == "Nia Park"]
    assert not any("Send us your logo" in text for text in summaries)


def test_an_answer_to_an_invitation_is_told(run_jobs: Run) -> None:
    running = launch_talking()
    run_jobs(MORNING)
    [meeting] = meetings(running)
    meeting_operations.record_rsvp(
        actor=running.scene.contact, meeting_id=meeting.id, rsvp=Rsvp.DECLINED, note="Thursday?", at=MORNING
    )
    run_jobs(MORNING)
    assert "Nia Park declined: Kickoff call" in told(running)
    row = MeetingAttendee.objects.for_actor(running.scene.manager).get(meeting=meeting, name="Nia Park")
    assert (row.rsvp, row.note) == ("declined", "Thursday?")


def mails_of_workspace(running: Running, kind: MessageKind) -> list[Message]:
    return list(Message.objects.for_actor(running.scene.manager).filter(kind=kind.value).order_by("pk"))


def test_after_an_outage_a_kickoff_is_never_proposed_in_the_past(run_jobs: Run) -> None:
    running = launch_talking()
    task = running.task("kickoff")
    event = TaskCameDue(
        project_id=running.id,
        account_id=running.scene.account.id,
        task_id=task.id,
        task_key=task.key,
        title=task.name,
        kind=TaskKind.MEETING.value,
        visibility=task.visibility,
        is_automatic=True,
    )
    told_at = SIGNED_AT + timedelta(days=9)
    came_due = Recorded(
        entry_id=uuid4(),
        workspace_id=running.scene.workspace.id,
        at=SIGNED_AT + timedelta(hours=2),
        told_at=told_at,
        author=running.scene.specialist.author,
        event=event,
    )
    subscribers.on_task_came_due(event, came_due)
    [meeting] = meetings(running)
    assert told_at + timedelta(hours=20) <= meeting.starts_at <= told_at + timedelta(days=8)
    assert meeting.starts_at > task.due_at
    run_jobs(told_at + timedelta(minutes=1))
    assert running.task("kickoff").due_at < meeting.starts_at


def test_a_message_waits_for_its_files_and_takes_them_along(run_jobs: Run, settings: Any, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path
    running = launch_talking()
    task = running.task("welcome-email")
    task.details = {**task.details, "settings": {**task.details["settings"], "attachments": ["Implementation packet"]}}
    task.save(update_fields=["details"])
    run_jobs(MORNING)
    assert "Implementation packet" in running.task("welcome-email").reason
    assert mails(running, kind=MessageKind.PLAN.value) == []

    at = MORNING + timedelta(hours=1)
    actor = running.scene.specialist
    for name, is_internal in (("Implementation packet.txt", False), ("Price list.txt", True)):
        content = io.BytesIO(b"Step one")
        file_operations.attach_file(
            actor=actor,
            project_id=running.id,
            task_id=task.id,
            name=name,
            content=content,
            is_internal=is_internal,
            at=at,
        )
    preview = plan_messages.preview_message(actor=actor, task_id=task.id)
    assert preview.file_names == ("Implementation packet.txt",)
    assert [recipient.split(" <")[0] for recipient in preview.recipients] == ["Nia Park"]
    assert "Hello Nia" in preview.body_html
    task_operations.reopen_task(actor=actor, task_id=task.id, at=at)
    run_jobs(at)
    assert running.task("welcome-email").state == TaskState.DONE
    captured = CapturedAttachment.objects.for_actor(running.scene.manager).filter(mail__subject="Welcome")
    assert [(one.name, bytes(one.content)) for one in captured] == [("Implementation packet.txt", b"Step one")]


def test_a_reminder_of_what_is_done_already_stays_unsent(run_jobs: Run) -> None:
    running = launch_talking()
    task = running.task("welcome-email")
    task.details = {**task.details, "settings": {**task.details["settings"], "unless_done": "first-report"}}
    task.save(update_fields=["details"])
    actor = running.scene.specialist
    done = running.task("first-report")
    task_operations.complete_task(actor=actor, task_id=done.id, evidence="Report 17", at=SIGNED_AT)
    run_jobs(MORNING)
    assert running.task("welcome-email").state == TaskState.NOT_APPLICABLE
    assert running.task("welcome-email").reason == f"Not sent: “{done.name}” is done already."
    assert mails(running, kind=MessageKind.PLAN.value) == []

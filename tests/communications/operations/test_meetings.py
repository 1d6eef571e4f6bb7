"""Planning, moving, calling off and answering."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from firstwin.communications.contracts import MeetingState, MessageKind, NewMeeting, Rsvp
from firstwin.communications.operations import meetings as meeting_operations
from firstwin.communications.queries import meetings as meeting_queries
from firstwin.identity.contracts import Role
from firstwin.projects.contracts import TaskState
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.communications import launch_talking, mails
from tests.factories.communications import meetings as meeting_rows
from tests.factories.customers import contact_actor, make_account, make_contact
from tests.factories.identity import make_actor, recorded
from tests.factories.projects import Running

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
THURSDAY = datetime(2026, 3, 5, 14, tzinfo=UTC)


@pytest.fixture
def running() -> Running:
    return launch_talking()


def _new(running: Running, **fields: object) -> NewMeeting:
    scene = running.scene
    defaults = {
        "project_id": running.id,
        "title": "Kickoff call",
        "starts_at": THURSDAY,
        "minutes": 45,
        "attendees": (scene.specialist.id, scene.sponsor.id),
        "agenda": ("Success criteria",),
        "location": "https://meet.example/acorn",
        "task_id": running.task("kickoff").id,
    }
    return NewMeeting(**{**defaults, **fields})  # type: ignore[arg-type]


def test_everybody_gets_an_invitation_in_their_own_words(running: Running) -> None:
    meeting = meeting_operations.schedule_meeting(actor=running.scene.specialist, new=_new(running), at=NOW)
    assert meeting.state is MeetingState.INVITED
    assert {one.rsvp for one in meeting.attendees} == {Rsvp.ACCEPTED, Rsvp.NEEDS_ACTION}
    sent = mails(running, kind=MessageKind.INVITATION.value)
    assert len(sent) == 2
    assert "Thursday, 5 March 2026, 14:00 to 14:45 (UTC)" in sent[0].text
    assert "Success criteria" in sent[0].text
    assert "SEQUENCE:0" in sent[0].calendar
    assert "meeting.scheduled" in recorded(running.scene.manager)


def test_a_task_has_one_meeting_to_come(running: Running) -> None:
    actor = running.scene.specialist
    meeting_operations.schedule_meeting(actor=actor, new=_new(running), at=NOW)
    with pytest.raises(ConflictError):
        meeting_operations.schedule_meeting(actor=actor, new=_new(running), at=NOW)
    assert len(meeting_rows(running)) == 1


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"title": ""}, "title"),
        ({"starts_at": NOW}, "starts_at"),
        ({"starts_at": NOW + timedelta(days=900)}, "starts_at"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 10_000}, "minutes"),
        ({"attendees": ()}, "attendees"),
    ],
)
def test_an_impossible_meeting_is_refused(running: Running, fields: dict[str, object], place: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        meeting_operations.schedule_meeting(actor=running.scene.specialist, new=_new(running, **fields), at=NOW)
    assert place in {problem.place for problem in caught.value.problems}
    assert meeting_rows(running) == []
    assert mails(running) == []


def test_people_of_another_account_are_not_invited(running: Running) -> None:
    stranger = make_contact(make_account(running.scene.workspace))
    with pytest.raises(InvalidInputError):
        meeting_operations.schedule_meeting(
            actor=running.scene.specialist, new=_new(running, attendees=(stranger.id,)), at=NOW
        )


def test_moving_keeps_the_calendar_entry_and_asks_anew(running: Running) -> None:
    scene = running.scene
    meeting = meeting_operations.schedule_meeting(actor=scene.specialist, new=_new(running), at=NOW)
    meeting_operations.record_rsvp(actor=scene.contact, meeting_id=meeting.id, rsvp=Rsvp.ACCEPTED, at=NOW)
    moved = meeting_operations.move_meeting(
        actor=scene.specialist,
        meeting_id=meeting.id,
        starts_at=THURSDAY + timedelta(days=1),
        reason="The sponsor is away",
        expected_version=meeting.version,
        at=NOW,
    )
    assert (moved.uid, moved.sequence) == (meeting.uid, 1)
    assert {one.rsvp for one in moved.attendees} == {Rsvp.NEEDS_ACTION}
    last = mails(running, kind=MessageKind.INVITATION.value)[-1]
    assert last.subject.startswith("New time")
    assert "The sponsor is away" in last.text
    assert "SEQUENCE:1" in last.calendar
    assert meeting.uid in last.calendar
    with pytest.raises(ConflictError):
        meeting_operations.move_meeting(
            actor=scene.specialist, meeting_id=meeting.id, starts_at=THURSDAY, expected_version=meeting.version, at=NOW
        )


def test_calling_off_says_why_and_leaves_the_calendars(running: Running) -> None:
    actor = running.scene.specialist
    meeting = meeting_operations.schedule_meeting(actor=actor, new=_new(running), at=NOW)
    with pytest.raises(InvalidInputError):
        meeting_operations.cancel_meeting(actor=actor, meeting_id=meeting.id, reason=" ", at=NOW)
    off = meeting_operations.cancel_meeting(actor=actor, meeting_id=meeting.id, reason="Strike", at=NOW)
    assert off.state is MeetingState.CANCELLED
    last = mails(running, kind=MessageKind.INVITATION.value)[-1]
    assert "METHOD:CANCEL" in last.calendar
    assert "Strike" in last.text
    with pytest.raises(ConflictError):
        meeting_operations.cancel_meeting(actor=actor, meeting_id=meeting.id, reason="Twice", at=NOW)


def test_held_finishes_the_task_but_not_before_it_began(running: Running) -> None:
    actor = running.scene.specialist
    meeting = meeting_operations.schedule_meeting(actor=actor, new=_new(running), at=NOW)
    with pytest.raises(ConflictError):
        meeting_operations.mark_held(actor=actor, meeting_id=meeting.id, at=NOW)
    assert running.task("kickoff").state != TaskState.DONE
    after = THURSDAY + timedelta(hours=1)
    held = meeting_operations.mark_held(actor=actor, meeting_id=meeting.id, notes="Goals agreed", at=after)
    assert held.state is MeetingState.HELD
    task = running.task("kickoff")
    assert task.state == TaskState.DONE
    assert task.evidence == "Goals agreed"


def test_everybody_answers_for_themselves(running: Running) -> None:
    scene = running.scene
    meeting = meeting_operations.schedule_meeting(actor=scene.specialist, new=_new(running), at=NOW)
    answered = meeting_operations.record_rsvp(
        actor=scene.contact, meeting_id=meeting.id, rsvp=Rsvp.TENTATIVE, note="Maybe late", at=NOW
    )
    own = next(one for one in answered.attendees if one.id == scene.sponsor.id)
    assert (own.rsvp, own.note, own.answered_at) == (Rsvp.TENTATIVE, "Maybe late", NOW)
    with pytest.raises(PermissionDeniedError):
        meeting_operations.record_rsvp(
            actor=scene.contact, meeting_id=meeting.id, person_id=scene.specialist.id, rsvp=Rsvp.DECLINED, at=NOW
        )
    colleague = contact_actor(make_contact(scene.account))
    with pytest.raises(NotFoundError):
        meeting_operations.record_rsvp(actor=colleague, meeting_id=meeting.id, rsvp=Rsvp.ACCEPTED, at=NOW)


def test_who_may_arrange(running: Running) -> None:
    for actor in (make_actor(Role.VIEWER, workspace=running.scene.workspace), running.scene.contact):
        with pytest.raises(PermissionDeniedError):
            meeting_operations.schedule_meeting(actor=actor, new=_new(running), at=NOW)
    with pytest.raises(NotFoundError):
        meeting_operations.schedule_meeting(actor=make_actor(Role.OWNER), new=_new(running), at=NOW)
    assert meeting_rows(running) == []


def test_lists_are_two_queries_and_a_customer_sees_their_own(running: Running, django_assert_num_queries: Any) -> None:
    scene = running.scene
    meeting_operations.schedule_meeting(actor=scene.specialist, new=_new(running), at=NOW)
    alone = _new(running, task_id=None, title="Internal", attendees=(scene.specialist.id,))
    meeting_operations.schedule_meeting(actor=scene.specialist, new=alone, at=NOW)
    with django_assert_num_queries(2):
        found = meeting_queries.list_meetings(actor=scene.manager, project_id=running.id)
    assert len(found) == 2
    assert [one.title for one in meeting_queries.list_meetings(actor=scene.contact)] == ["Kickoff call"]
    assert len(meeting_queries.list_upcoming_meetings(actor=scene.specialist, at=NOW)) == 2
    assert meeting_queries.list_upcoming_meetings(actor=scene.manager, at=NOW) == ()
    late = THURSDAY + timedelta(days=1)
    assert len(meeting_queries.list_meetings_to_confirm(actor=scene.specialist, at=late)) == 2

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from icalendar import Calendar

from firstwin.communications.contracts import AttendeeInfo, InvitationMethod, Rsvp
from firstwin.communications.rules import invitations
from firstwin.communications.rules.invitations import Invitation
from firstwin.playbooks.contracts import Side

ADA = AttendeeInfo(
    side=Side.CUSTOMER,
    id=UUID(int=1),
    name='Ada "A" Berg, MD',
    email="ada@acme.example",
    rsvp=Rsvp.NEEDS_ACTION,
    answered_at=None,
)
INVITATION = Invitation(
    uid="m1@beacon.example",
    sequence=0,
    method=InvitationMethod.REQUEST,
    title="Kickoff; Acme, Beacon",
    starts_at=datetime(2026, 3, 3, 13, tzinfo=UTC),
    minutes=60,
    description="Agenda:\n- review success criteria",
    location="https://meet.example/1",
    organizer_name="Beacon",
    organizer_email="hello@beacon.example",
    attendees=(ADA,),
    stamped_at=datetime(2026, 2, 27, 9, tzinfo=UTC),
)


def test_an_invitation_reads_back() -> None:
    text = invitations.to_calendar(INVITATION)
    entry = invitations.read_calendar(text)
    assert entry is not None
    assert entry.method == "REQUEST"
    assert entry.title == INVITATION.title
    assert entry.starts_at == INVITATION.starts_at
    assert (entry.ends_at - entry.starts_at).total_seconds() == 3600
    assert entry.description == INVITATION.description
    assert "ada@acme.example" in entry.attendees[0]
    assert entry.organizer == "Beacon <hello@beacon.example>"


def test_it_is_a_request_that_asks_for_an_answer() -> None:
    event = Calendar.from_ical(invitations.to_calendar(INVITATION)).walk("VEVENT")[0]
    assert event["attendee"].params["RSVP"] == "TRUE"
    assert event["attendee"].params["PARTSTAT"] == "NEEDS-ACTION"
    assert str(event["status"]) == "CONFIRMED"
    assert all(len(line.encode()) <= 75 for line in invitations.to_calendar(INVITATION).split("\r\n"))


def test_calling_off_keeps_the_uid_and_counts_on() -> None:
    off = replace(INVITATION, method=InvitationMethod.CANCEL, sequence=2)
    event = Calendar.from_ical(invitations.to_calendar(off)).walk("VEVENT")[0]
    assert str(event["uid"]) == INVITATION.uid
    assert event["sequence"] == 2
    assert str(event["status"]) == "CANCELLED"


def test_what_is_no_calendar_reads_as_none() -> None:
    assert invitations.read_calendar("hello") is None
    assert invitations.read_calendar("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n") is None

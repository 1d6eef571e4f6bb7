"""The mails that carry calendar invitations."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from firstwin.communications.contracts import InvitationMethod, MessageKind, Reader
from firstwin.communications.models import Meeting, MeetingAttendee
from firstwin.communications.operations import outbox
from firstwin.communications.operations.letterhead import Letterhead, link_for
from firstwin.communications.operations.outbox import Draft
from firstwin.communications.queries import meetings as meeting_queries
from firstwin.communications.rules import invitations, placeholders, reading
from firstwin.communications.rules.invitations import Invitation
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side


def send_invitations(
    *,
    actor: Actor,
    head: Letterhead,
    row: Meeting,
    attendees: Sequence[MeetingAttendee],
    method: InvitationMethod,
    at: datetime,
    reason: str = "",
) -> None:
    """Write to everyone invited: the words in their zone, the calendar entry attached."""
    calendar = invitations.to_calendar(_invitation(row, attendees, method, at))
    drafts = [_draft(actor, head, row, attendee, attendees, method, calendar, reason, at) for attendee in attendees]
    outbox.queue_mails(actor=actor, workspace=head.workspace, drafts=drafts, at=at)


def _draft(
    actor: Actor,
    head: Letterhead,
    row: Meeting,
    attendee: MeetingAttendee,
    attendees: Sequence[MeetingAttendee],
    method: InvitationMethod,
    calendar: str,
    reason: str,
    at: datetime,
) -> Draft:
    reader = Reader(
        side=Side(attendee.side),
        id=attendee.person_id,
        name=attendee.name,
        email=attendee.email,
        time_zone=attendee.time_zone,
    )
    link = link_for(actor=actor, reader=reader, project_id=row.project_id, task_id=None, at=at)
    return Draft(
        kind=MessageKind.INVITATION,
        source=f"meeting:{row.id}:{row.sequence}:{reader.id}",
        reader=reader,
        subject=placeholders.fill_line("{{ s }}", {"s": f"{_subject_start(row, method)}: {_subject_end(row)}"}),
        body=_body(head, row, attendees, reader, method, reason),
        sender=head.sender,
        reply_to=head.owner.email if head.owner else "",
        button_text="Answer the invitation" if method is InvitationMethod.REQUEST else "Open your plan",
        button_url=f"{link}?page=meetings" if reader.side is Side.CUSTOMER else link,
        calendar=calendar,
        calendar_method=method.value,
        thread=f"meeting-{row.id}",
        project_id=row.project_id,
        account_id=row.account_id,
        task_id=row.task_id,
        meeting_id=row.id,
    )


def _subject_start(row: Meeting, method: InvitationMethod) -> str:
    if method is InvitationMethod.CANCEL:
        return "Called off"
    return "New time" if row.sequence else "Invitation"


def _subject_end(row: Meeting) -> str:
    return f"{row.title} ({row.account_name})"


def _body(
    head: Letterhead,
    row: Meeting,
    attendees: Sequence[MeetingAttendee],
    reader: Reader,
    method: InvitationMethod,
    reason: str,
) -> str:
    escape = placeholders.escape
    when = reading.meeting_in_words(row.starts_at, row.starts_at + timedelta(minutes=row.minutes), reader.time_zone)
    parts = [f"Hello {escape(reader.first_name)},", _opening(row, method), f"**{escape(row.title)}**  \n{escape(when)}"]
    if reason:
        parts.append(f"Why: {escape(reason)}")
    if method is InvitationMethod.REQUEST:
        if row.location:
            parts.append(f"Where: {escape(row.location)}" if "://" not in row.location else f"Where: <{row.location}>")
        parts.append("With: " + ", ".join(escape(one.name) for one in attendees))
        if row.agenda:
            parts.append("What we talk about:\n\n" + "\n".join(f"- {escape(point)}" for point in row.agenda))
        parts.append("The calendar entry is attached. If the time does not suit you, say so and we find another one.")
    parts.append(escape(head.owner.name if head.owner else head.workspace.name))
    return "\n\n".join(parts)


def _opening(row: Meeting, method: InvitationMethod) -> str:
    if method is InvitationMethod.CANCEL:
        return "this meeting will not take place; it leaves your calendar with this mail."
    return "this meeting has a new time." if row.sequence else "you are invited to a meeting."


def _invitation(
    row: Meeting, attendees: Sequence[MeetingAttendee], method: InvitationMethod, at: datetime
) -> Invitation:
    agenda = "\n".join(f"- {point}" for point in row.agenda)
    return Invitation(
        uid=row.uid,
        sequence=row.sequence,
        method=method,
        title=f"{row.title} ({row.account_name})",
        starts_at=row.starts_at,
        minutes=row.minutes,
        description=f"{agenda}\n\n{settings.BASE_URL}".strip(),
        location=row.location,
        organizer_name=row.organizer_name,
        organizer_email=row.organizer_email,
        attendees=tuple(meeting_queries.attendee_info(one) for one in attendees),
        stamped_at=at,
    )

"""Planning, moving, calling off and holding meetings, and answering invitations."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from firstwin.communications import permissions
from firstwin.communications.contracts import (
    InvitationMethod,
    MeetingInfo,
    MeetingState,
    NewMeeting,
    NotificationKind,
    Reader,
    Rsvp,
)
from firstwin.communications.events import (
    MeetingAnswered,
    MeetingCancelled,
    MeetingHeld,
    MeetingMoved,
    MeetingScheduled,
)
from firstwin.communications.models import Meeting, MeetingAttendee
from firstwin.communications.operations import inviting, notifications
from firstwin.communications.operations.letterhead import Letterhead, letterhead_of, sender_address
from firstwin.communications.operations.notifications import News
from firstwin.communications.queries import meetings as meeting_queries
from firstwin.communications.queries import people
from firstwin.communications.queries.preferences import own_id
from firstwin.communications.rules import addresses
from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts import OPEN_STATES
from firstwin.projects.operations import tasks as task_operations
from firstwin.projects.queries import briefs
from firstwin.shared import ids
from firstwin.shared.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    Problem,
)

SHORTEST, LONGEST = 5, 480
_ANSWERS = {Rsvp.ACCEPTED: "accepted", Rsvp.TENTATIVE: "may come", Rsvp.DECLINED: "declined"}


def schedule_meeting(*, actor: Actor, new: NewMeeting, at: datetime) -> MeetingInfo:
    """Plan a meeting and send everyone a calendar invitation, in one transaction.

    Raises InvalidInputError for a time gone by, an impossible length or people who cannot be invited, and ConflictError
    when the task has a meeting to come already.
    """
    _require(actor)
    with transaction.atomic():
        head = letterhead_of(actor=actor, project_id=new.project_id)
        readers = people.readers_by_id(actor=actor, account=head.account, ids=new.attendees)
        _refuse_impossible(new, readers, at)
        if new.task_id and meeting_queries.find_open_meeting(actor=actor, task_id=new.task_id):
            raise ConflictError("This task has a meeting to come already.", remedy="Move that meeting instead.")
        row = _new_row(actor, head, new, at)
        row.save(force_insert=True)
        attendees = [_attendee(actor, row, reader) for reader in readers]
        MeetingAttendee.objects.for_actor(actor).bulk_create(attendees)
        journal_operations.record(MeetingScheduled(**_facts(row), attendee_count=len(attendees)), actor=actor, at=at)
        _note_on_task(actor, row, at)
        inviting.send_invitations(
            actor=actor, head=head, row=row, attendees=attendees, method=InvitationMethod.REQUEST, at=at
        )
        return meeting_queries.meeting_info(row, attendees)


def move_meeting(
    *,
    actor: Actor,
    meeting_id: UUID,
    starts_at: datetime,
    at: datetime,
    minutes: int | None = None,
    reason: str = "",
    expected_version: int | None = None,
) -> MeetingInfo:
    """Give a meeting another time: the same calendar entry with a higher sequence, and everyone is asked anew."""
    _require(actor)
    with transaction.atomic():
        row = _open_row(actor, meeting_id, expected_version)
        moved_from, length = row.starts_at, row.minutes if minutes is None else minutes
        problems = _time_problems(starts_at, length, at)
        if problems:
            raise InvalidInputError("The meeting was not moved.", problems=tuple(problems))
        if starts_at == row.starts_at and length == row.minutes:
            return meeting_queries.get_meeting(actor=actor, meeting_id=meeting_id)
        row.starts_at, row.minutes = starts_at, length
        _count_on(row, at, "starts_at", "minutes")
        rows = MeetingAttendee.objects.for_actor(actor).filter(meeting_id=row.id)
        rows.update(rsvp=Rsvp.NEEDS_ACTION.value, note="", answered_at=None)
        journal_operations.record(MeetingMoved(**_facts(row), moved_from=moved_from, reason=reason), actor=actor, at=at)
        _note_on_task(actor, row, at)
        head = letterhead_of(actor=actor, project_id=row.project_id)
        inviting.send_invitations(
            actor=actor,
            head=head,
            row=row,
            attendees=list(rows.order_by("pk")),
            method=InvitationMethod.REQUEST,
            reason=reason,
            at=at,
        )
        return meeting_queries.get_meeting(actor=actor, meeting_id=meeting_id)


def cancel_meeting(*, actor: Actor, meeting_id: UUID, reason: str, at: datetime) -> MeetingInfo:
    """Call a meeting off, with a reason that its people read; it leaves their calendars."""
    _require(actor)
    if not reason.strip():
        problem = Problem("reason", "The reason is missing.", "Say in a few words why; everyone invited reads it.")
        raise InvalidInputError("The meeting was not called off.", problems=(problem,))
    with transaction.atomic():
        row = _open_row(actor, meeting_id, None)
        row.state, row.cancel_reason = MeetingState.CANCELLED.value, reason.strip()
        _count_on(row, at, "state", "cancel_reason")
        journal_operations.record(MeetingCancelled(**_facts(row), reason=row.cancel_reason), actor=actor, at=at)
        _note_on_task(actor, row, at)
        attendees = list(MeetingAttendee.objects.for_actor(actor).filter(meeting_id=row.id).order_by("pk"))
        inviting.send_invitations(
            actor=actor,
            head=letterhead_of(actor=actor, project_id=row.project_id),
            row=row,
            attendees=attendees,
            method=InvitationMethod.CANCEL,
            reason=row.cancel_reason,
            at=at,
        )
        return meeting_queries.get_meeting(actor=actor, meeting_id=meeting_id)


def mark_held(*, actor: Actor, meeting_id: UUID, at: datetime, notes: str = "") -> MeetingInfo:
    """Say that a meeting took place; the task of the plan that it belongs to is done with it."""
    _require(actor)
    with transaction.atomic():
        row = _open_row(actor, meeting_id, None)
        if row.starts_at > at:
            raise ConflictError("This meeting has not begun yet.", remedy="Move it first if it was held earlier.")
        row.state = MeetingState.HELD.value
        row.version += 1
        row.updated_at = at
        row.save(update_fields=["state", "version", "updated_at"])
        journal_operations.record(MeetingHeld(**_facts(row)), actor=actor, at=at)
        if row.task_id:
            _finish_task(actor, row, notes, at)
        return meeting_queries.get_meeting(actor=actor, meeting_id=meeting_id)


def record_rsvp(
    *, actor: Actor, meeting_id: UUID, rsvp: Rsvp, at: datetime, person_id: UUID | None = None, note: str = ""
) -> MeetingInfo:
    """Note somebody's answer to an invitation; without `person_id` the actor's own. The project's owner hears of it.

    Raises NotFoundError for someone who is not invited, and ConflictError once the meeting is over or called off.
    """
    person = person_id or own_id(actor)
    with transaction.atomic():
        meeting = meeting_queries.get_meeting(actor=actor, meeting_id=meeting_id)
        attendee = next((one for one in meeting.attendees if one.id == person), None)
        if attendee is None:
            raise NotFoundError("This person is not invited to the meeting.", remedy="Look at who is invited.")
        if not permissions.can_answer_invitation(actor, attendee):
            raise PermissionDeniedError("You may answer for yourself only.")
        if meeting.state is not MeetingState.INVITED:
            raise ConflictError(f"This meeting is {meeting.state.value}.", remedy="Look at the meetings again.")
        if attendee.rsvp is rsvp and attendee.note == note.strip():
            return meeting
        MeetingAttendee.objects.for_actor(actor).filter(meeting_id=meeting_id, person_id=person).update(
            rsvp=rsvp.value, note=note.strip()[:500], answered_at=at
        )
        journal_operations.record(
            MeetingAnswered(
                meeting_id=meeting.id,
                project_id=meeting.project_id,
                account_id=meeting.account_id,
                task_id=meeting.task_id,
                title=meeting.title,
                starts_at=meeting.starts_at,
                person_side=attendee.side.value,
                person_id=attendee.id,
                person_name=attendee.name,
                rsvp=rsvp.value,
            ),
            actor=actor,
            at=at,
        )
        return meeting_queries.get_meeting(actor=actor, meeting_id=meeting_id)


def announce_answer(*, actor: Actor, answer: MeetingAnswered, source: str, at: datetime) -> None:
    """Tell the members invited to a meeting what a customer answered."""
    if answer.person_side != Side.CUSTOMER.value:
        return
    meeting = meeting_queries.get_meeting(actor=actor, meeting_id=answer.meeting_id)
    attendee = next((one for one in meeting.attendees if one.id == answer.person_id), None)
    word = _ANSWERS.get(Rsvp(answer.rsvp))
    if attendee is None or word is None:
        return
    notifications.notify(
        actor=actor,
        member_ids=[one.id for one in meeting.attendees if one.side is Side.VENDOR],
        news=News(
            kind=NotificationKind.MEETING,
            source=source,
            title=f"{answer.person_name} {word}: {answer.title}",
            excerpt=attendee.note,
            project_id=answer.project_id,
            account_id=answer.account_id,
            task_id=answer.task_id,
            by_name=answer.person_name,
        ),
        at=at,
    )


def _note_on_task(actor: Actor, row: Meeting, at: datetime) -> None:
    if row.task_id is not None:
        meeting_at = row.starts_at if row.state == MeetingState.INVITED.value else None
        task_operations.note_meeting(actor=actor, task_id=row.task_id, meeting_at=meeting_at, at=at)


def _finish_task(actor: Actor, row: Meeting, notes: str, at: datetime) -> None:
    task = briefs.find_task_brief(actor=actor, task_id=row.task_id) if row.task_id else None
    if task is not None and task.state in OPEN_STATES:
        task_operations.complete_task(
            actor=actor,
            task_id=task.id,
            result={"held_at": row.starts_at.isoformat(), "notes": notes.strip()},
            evidence=notes.strip() or "The meeting was held.",
            at=at,
        )


def _new_row(actor: Actor, head: Letterhead, new: NewMeeting, at: datetime) -> Meeting:
    meeting_id = ids.new_id()
    return Meeting(
        id=meeting_id,
        workspace_id=actor.workspace_id,
        project_id=new.project_id,
        account_id=head.account.id,
        task_id=new.task_id,
        project_name=head.project.name,
        account_name=head.project.account_name,
        title=new.title.strip()[:300],
        state=MeetingState.INVITED.value,
        starts_at=new.starts_at,
        minutes=new.minutes,
        time_zone=head.workspace.time_zone,
        agenda=list(new.agenda),
        location=new.location.strip()[:500],
        uid=f"{meeting_id}@{addresses.mail_host(settings.BASE_URL)}",
        organizer_name=head.owner.name if head.owner else head.workspace.name,
        organizer_email=sender_address(head.workspace),
        created_at=at,
        updated_at=at,
    )


def _attendee(actor: Actor, row: Meeting, reader: Reader) -> MeetingAttendee:
    return MeetingAttendee(
        workspace_id=actor.workspace_id,
        meeting=row,
        side=reader.side.value,
        person_id=reader.id,
        name=reader.name,
        email=reader.email,
        time_zone=reader.time_zone,
        rsvp=(Rsvp.ACCEPTED if reader.id == actor.id else Rsvp.NEEDS_ACTION).value,
    )


def _count_on(row: Meeting, at: datetime, *changed: str) -> None:
    row.sequence += 1
    row.version += 1
    row.updated_at = at
    row.save(update_fields=[*changed, "sequence", "version", "updated_at"])


def _open_row(actor: Actor, meeting_id: UUID, expected_version: int | None) -> Meeting:
    row = Meeting.objects.for_actor(actor).select_for_update().filter(id=meeting_id).first()
    if row is None:
        raise NotFoundError("There is no such meeting.", remedy="Look at the meetings of the project.")
    if row.state not in (MeetingState.PROPOSED.value, MeetingState.INVITED.value):
        raise ConflictError(f"This meeting is {row.state} already.", remedy="Look at the meetings again.")
    if expected_version is not None and row.version != expected_version:
        raise ConflictError("Someone changed this meeting meanwhile.", remedy="Look at it again, then decide.")
    return row


def _refuse_impossible(new: NewMeeting, readers: Sequence[Reader], at: datetime) -> None:
    problems = _time_problems(new.starts_at, new.minutes, at)
    if not new.title.strip():
        problems.append(Problem("title", "The title is missing.", "Say what the meeting is about."))
    if len(readers) < len(set(new.attendees)) or not readers:
        problems.append(
            Problem("attendees", "Somebody chosen cannot be invited.", "Choose active people with an email address.")
        )
    if problems:
        raise InvalidInputError("The meeting was not planned.", problems=tuple(problems))


def _time_problems(starts_at: datetime, minutes: int, at: datetime) -> list[Problem]:
    problems = []
    if starts_at.tzinfo is None or starts_at <= at:
        problems.append(Problem("starts_at", "This time has gone by.", "Choose a time to come."))
    elif starts_at > at + timedelta(days=730):
        problems.append(Problem("starts_at", "This is more than two years ahead.", "Choose an earlier time."))
    if not SHORTEST <= minutes <= LONGEST:
        problems.append(
            Problem("minutes", f"{minutes} minutes is no length of a meeting.", f"Choose {SHORTEST} to {LONGEST}.")
        )
    return problems


def _facts(row: Meeting) -> dict[str, Any]:
    return {
        "meeting_id": row.id,
        "project_id": row.project_id,
        "account_id": row.account_id,
        "task_id": row.task_id,
        "title": row.title,
        "starts_at": row.starts_at,
    }


def _require(actor: Actor) -> None:
    if not permissions.can_arrange_meeting(actor):
        raise PermissionDeniedError("You may not plan meetings.", remedy="Ask someone who works on this project.")


def settle_for_task(*, actor: Actor, task_id: UUID, reason: str, at: datetime) -> None:
    """Bring the meeting of a finished task to its end: held when its time has come, else called off.

    Without a reason (the task was done) a meeting still to come is left alone, for people may want it nevertheless.
    """
    meeting = meeting_queries.find_open_meeting(actor=actor, task_id=task_id)
    if meeting is None:
        return
    if reason:
        cancel_meeting(actor=actor, meeting_id=meeting.id, reason=reason, at=at)
    elif meeting.starts_at <= at:
        mark_held(actor=actor, meeting_id=meeting.id, at=at)


def call_off_all(*, actor: Actor, project_id: UUID, at: datetime) -> None:
    """Call every meeting to come of a project off."""
    for meeting in meeting_queries.list_meetings(
        actor=actor, project_id=project_id, states=[MeetingState.INVITED], since=at
    ):
        cancel_meeting(actor=actor, meeting_id=meeting.id, reason="This onboarding has ended.", at=at)

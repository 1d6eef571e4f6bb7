"""Reads on meetings."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from firstwin.communications import permissions
from firstwin.communications.contracts import AttendeeInfo, MeetingInfo, MeetingState, Rsvp
from firstwin.communications.models import Meeting, MeetingAttendee
from firstwin.communications.queries.preferences import own_id
from firstwin.identity.contracts import Actor
from firstwin.journal.contracts import AuthorKind
from firstwin.playbooks.contracts import Side
from firstwin.shared.errors import NotFoundError

LONGEST = timedelta(hours=12)


def list_meetings(
    *,
    actor: Actor,
    project_id: UUID | None = None,
    account_id: UUID | None = None,
    task_ids: Collection[UUID] = (),
    states: Collection[MeetingState] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 200,
) -> tuple[MeetingInfo, ...]:
    """Return meetings by their time, narrowed as asked; a customer gets those they are invited to. Two queries."""
    rows = Meeting.objects.for_actor(actor)
    if actor.kind is AuthorKind.CONTACT:
        mine = MeetingAttendee.objects.for_actor(actor).filter(person_id=own_id(actor)).values("meeting_id")
        rows = rows.filter(id__in=mine, account_id=actor.account_id or own_id(actor))
    narrow = Q()
    if project_id is not None:
        narrow &= Q(project_id=project_id)
    if account_id is not None:
        narrow &= Q(account_id=account_id)
    if task_ids:
        narrow &= Q(task_id__in=list(task_ids))
    if states:
        narrow &= Q(state__in=[state.value for state in states])
    if since is not None:
        narrow &= Q(starts_at__gte=since)
    if until is not None:
        narrow &= Q(starts_at__lt=until)
    return _with_attendees(actor, rows.filter(narrow).order_by("starts_at", "pk")[:limit])


def list_upcoming_meetings(*, actor: Actor, at: datetime, days: int = 7, limit: int = 50) -> tuple[MeetingInfo, ...]:
    """Return the acting member's (or contact's) own meetings of the next days, soonest first."""
    own = MeetingAttendee.objects.for_actor(actor).filter(person_id=own_id(actor)).values("meeting_id")
    rows = Meeting.objects.for_actor(actor).filter(
        id__in=own,
        state=MeetingState.INVITED.value,
        starts_at__gte=at - timedelta(hours=1),
        starts_at__lt=at + timedelta(days=days),
    )
    if actor.kind is AuthorKind.CONTACT:
        rows = rows.filter(account_id=actor.account_id or own_id(actor))
    return _with_attendees(actor, rows.order_by("starts_at", "pk")[:limit])


def list_meetings_to_confirm(*, actor: Actor, at: datetime, limit: int = 50) -> tuple[MeetingInfo, ...]:
    """Return the acting member's meetings whose time is over and of which nobody has said that they were held."""
    own = MeetingAttendee.objects.for_actor(actor).filter(person_id=own_id(actor)).values("meeting_id")
    rows = Meeting.objects.for_actor(actor).filter(
        id__in=own, state=MeetingState.INVITED.value, starts_at__lt=at - timedelta(minutes=30)
    )
    return _with_attendees(actor, rows.order_by("starts_at", "pk")[:limit])


def get_meeting(*, actor: Actor, meeting_id: UUID) -> MeetingInfo:
    """Return a meeting. Raises NotFoundError, also for a customer who is not invited."""
    found = _with_attendees(actor, Meeting.objects.for_actor(actor).filter(id=meeting_id))
    if not found or not permissions.can_see_meeting(actor, found[0]):
        raise NotFoundError("There is no such meeting.", remedy="Look at the meetings of the project.")
    return found[0]


def find_open_meeting(*, actor: Actor, task_id: UUID) -> MeetingInfo | None:
    """Return the meeting of a task that is still to come, or None."""
    states = [MeetingState.PROPOSED.value, MeetingState.INVITED.value]
    found = _with_attendees(actor, Meeting.objects.for_actor(actor).filter(task_id=task_id, state__in=states))
    return next((one for one in found if permissions.can_see_meeting(actor, one)), None)


def busy_times(
    *, actor: Actor, person_ids: Collection[UUID], since: datetime, until: datetime, leave_out: UUID | None = None
) -> tuple[tuple[datetime, datetime], ...]:
    """Return when any of these people has a meeting that overlaps the span."""
    theirs = MeetingAttendee.objects.for_actor(actor).filter(person_id__in=list(person_ids)).values("meeting_id")
    rows = Meeting.objects.for_actor(actor).filter(
        id__in=theirs, state=MeetingState.INVITED.value, starts_at__gt=since - LONGEST, starts_at__lt=until
    )
    if leave_out is not None:
        rows = rows.exclude(id=leave_out)
    times = rows.order_by("starts_at").values_list("starts_at", "minutes")
    return tuple((start, start + timedelta(minutes=minutes)) for start, minutes in times)


def _with_attendees(actor: Actor, rows: Iterable[Meeting]) -> tuple[MeetingInfo, ...]:
    meetings = list(rows)
    people: dict[UUID, list[MeetingAttendee]] = defaultdict(list)
    if meetings:
        found = MeetingAttendee.objects.for_actor(actor).filter(meeting_id__in=[one.id for one in meetings])
        for attendee in found.order_by("side", "name", "pk"):
            people[attendee.meeting_id].append(attendee)
    return tuple(meeting_info(one, people[one.id]) for one in meetings)


def attendee_info(row: MeetingAttendee) -> AttendeeInfo:
    """Return an attendee row as others see it; inside communications only."""
    return AttendeeInfo(
        side=Side(row.side),
        id=row.person_id,
        name=row.name,
        email=row.email,
        rsvp=Rsvp(row.rsvp),
        note=row.note,
        answered_at=row.answered_at,
    )


def meeting_info(row: Meeting, attendees: Sequence[MeetingAttendee]) -> MeetingInfo:
    """Return a meeting row as others see it; inside communications only."""
    return MeetingInfo(
        id=row.id,
        workspace_id=row.workspace_id,
        project_id=row.project_id,
        account_id=row.account_id,
        project_name=row.project_name,
        account_name=row.account_name,
        task_id=row.task_id,
        title=row.title,
        state=MeetingState(row.state),
        starts_at=row.starts_at,
        ends_at=row.starts_at + timedelta(minutes=row.minutes),
        minutes=row.minutes,
        time_zone=row.time_zone,
        agenda=tuple(row.agenda),
        location=row.location,
        uid=row.uid,
        sequence=row.sequence,
        cancel_reason=row.cancel_reason,
        attendees=tuple(attendee_info(one) for one in attendees),
        version=row.version,
    )

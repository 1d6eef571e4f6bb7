"""Messages, meetings and notifications over HTTP."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router
from pydantic import AwareDatetime

from firstwin.communications.contracts import (
    MeetingInfo,
    MeetingState,
    MeetingTimes,
    MessageDetail,
    MessageInfo,
    MessageState,
    NewMeeting,
    NewMessage,
    NotificationInfo,
    NudgeState,
    Rsvp,
)
from firstwin.communications.operations import delivery
from firstwin.communications.operations import meetings as meeting_operations
from firstwin.communications.operations import messages as message_operations
from firstwin.communications.operations import notifications as notification_operations
from firstwin.communications.queries import meetings as meeting_queries
from firstwin.communications.queries import messages as message_queries
from firstwin.communications.queries import notifications as notification_queries
from firstwin.communications.queries import times as time_queries
from firstwin.identity.queries import actor_of
from firstwin.shared import clock
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE, Page
from firstwin.shared.schemas import StrictSchema

messages = Router(tags=["messages"])
meetings = Router(tags=["meetings"])
notifications = Router(tags=["notifications"])


class MessageQuery(StrictSchema):
    project_id: UUID | None = None
    account_id: UUID | None = None
    task_id: UUID | None = None
    state: list[MessageState] = []
    cursor: str | None = None
    limit: int = DEFAULT_PAGE_SIZE


class MessageBody(StrictSchema):
    """Markdown with placeholders; one mail goes to each of `to` (ids of contacts or members)."""

    project_id: UUID
    to: tuple[UUID, ...]
    subject: str
    body: str
    cc: tuple[str, ...] = ()
    task_id: UUID | None = None


class NudgeBody(StrictSchema):
    project_id: UUID
    task_id: UUID


class MeetingQuery(StrictSchema):
    project_id: UUID | None = None
    account_id: UUID | None = None
    state: list[MeetingState] = []
    since: datetime | None = None
    until: datetime | None = None


class TimesQuery(StrictSchema):
    """Who is to meet for how long, and the time that is thought of."""

    project_id: UUID
    attendee: list[UUID] = Field(min_length=1, max_length=50)
    minutes: int = Field(60, ge=5, le=480)
    starts_at: AwareDatetime | None = None


class MeetingBody(StrictSchema):
    project_id: UUID
    title: str
    starts_at: datetime
    minutes: int = 60
    attendees: tuple[UUID, ...]
    agenda: tuple[str, ...] = ()
    location: str = ""
    task_id: UUID | None = None


class MeetingMoveBody(StrictSchema):
    starts_at: datetime
    minutes: int | None = None
    reason: str = ""
    expected_version: int | None = None


class MeetingReasonBody(StrictSchema):
    reason: str


class HeldBody(StrictSchema):
    notes: str = ""


class RsvpBody(StrictSchema):
    """Without `person_id` one's own answer."""

    rsvp: Rsvp
    person_id: UUID | None = None
    note: str = ""


@messages.get("", response=Page[MessageInfo])
def list_messages(request: HttpRequest, query: Query[MessageQuery]) -> Page[MessageInfo]:
    return message_queries.list_messages(
        actor=actor_of(request),
        project_id=query.project_id,
        account_id=query.account_id,
        task_id=query.task_id,
        states=query.state,
        cursor=query.cursor,
        limit=query.limit,
    )


@messages.post("", response={201: list[MessageInfo]})
def send_message(request: HttpRequest, new: MessageBody) -> tuple[MessageInfo, ...]:
    return message_operations.send_message(actor=actor_of(request), new=NewMessage(**new.model_dump()), at=clock.now())


@messages.get("/nudge", response=NudgeState)
def read_nudge_state(request: HttpRequest, task_id: UUID) -> NudgeState:
    return message_queries.get_nudge_state(actor=actor_of(request), task_id=task_id, at=clock.now())


@messages.post("/nudge", response={201: MessageInfo})
def nudge(request: HttpRequest, body: NudgeBody) -> MessageInfo:
    return message_operations.nudge(
        actor=actor_of(request), project_id=body.project_id, task_id=body.task_id, at=clock.now()
    )


@messages.get("/{uuid:message_id}", response=MessageDetail)
def read_message(request: HttpRequest, message_id: UUID) -> MessageDetail:
    return message_queries.get_message(actor=actor_of(request), message_id=message_id)


@messages.post("/{uuid:message_id}/retry", response=MessageInfo)
def retry_message(request: HttpRequest, message_id: UUID) -> MessageInfo:
    return delivery.retry_message(actor=actor_of(request), message_id=message_id)


@meetings.get("", response=list[MeetingInfo])
def list_meetings(request: HttpRequest, query: Query[MeetingQuery]) -> tuple[MeetingInfo, ...]:
    return meeting_queries.list_meetings(
        actor=actor_of(request),
        project_id=query.project_id,
        account_id=query.account_id,
        states=query.state,
        since=query.since,
        until=query.until,
    )


@meetings.post("", response={201: MeetingInfo})
def schedule_meeting(request: HttpRequest, new: MeetingBody) -> MeetingInfo:
    return meeting_operations.schedule_meeting(
        actor=actor_of(request), new=NewMeeting(**new.model_dump()), at=clock.now()
    )


@meetings.get("/times", response=MeetingTimes)
def find_times(request: HttpRequest, query: Query[TimesQuery]) -> MeetingTimes:
    actor = actor_of(request)
    return time_queries.find_times(
        actor=actor,
        project_id=query.project_id,
        attendee_ids=query.attendee,
        minutes=query.minutes,
        since=clock.now(),
        starts_at=query.starts_at,
        time_zone=actor.time_zone,
    )


@meetings.get("/{uuid:meeting_id}", response=MeetingInfo)
def read_meeting(request: HttpRequest, meeting_id: UUID) -> MeetingInfo:
    return meeting_queries.get_meeting(actor=actor_of(request), meeting_id=meeting_id)


@meetings.post("/{uuid:meeting_id}/move", response=MeetingInfo)
def move_meeting(request: HttpRequest, meeting_id: UUID, body: MeetingMoveBody) -> MeetingInfo:
    return meeting_operations.move_meeting(
        actor=actor_of(request), meeting_id=meeting_id, at=clock.now(), **body.model_dump()
    )


@meetings.post("/{uuid:meeting_id}/cancel", response=MeetingInfo)
def cancel_meeting(request: HttpRequest, meeting_id: UUID, body: MeetingReasonBody) -> MeetingInfo:
    return meeting_operations.cancel_meeting(
        actor=actor_of(request), meeting_id=meeting_id, reason=body.reason, at=clock.now()
    )


@meetings.post("/{uuid:meeting_id}/held", response=MeetingInfo)
def mark_held(request: HttpRequest, meeting_id: UUID, body: HeldBody) -> MeetingInfo:
    return meeting_operations.mark_held(
        actor=actor_of(request), meeting_id=meeting_id, notes=body.notes, at=clock.now()
    )


@meetings.post("/{uuid:meeting_id}/rsvp", response=MeetingInfo)
def record_rsvp(request: HttpRequest, meeting_id: UUID, body: RsvpBody) -> MeetingInfo:
    return meeting_operations.record_rsvp(
        actor=actor_of(request), meeting_id=meeting_id, at=clock.now(), **body.model_dump()
    )


@notifications.get("", response=Page[NotificationInfo])
def list_notifications(
    request: HttpRequest, is_unread: bool = False, cursor: str | None = None, limit: int = DEFAULT_PAGE_SIZE
) -> Page[NotificationInfo]:
    return notification_queries.list_notifications(
        actor=actor_of(request), is_unread=is_unread, cursor=cursor, limit=limit
    )


@notifications.post("/{uuid:notification_id}/read", response={204: None})
def mark_notification_read(request: HttpRequest, notification_id: UUID) -> None:
    notification_operations.mark_notification_read(
        actor=actor_of(request), notification_id=notification_id, at=clock.now()
    )


@notifications.post("/read", response={204: None})
def mark_all_notifications_read(request: HttpRequest) -> None:
    notification_operations.mark_all_notifications_read(actor=actor_of(request), at=clock.now())

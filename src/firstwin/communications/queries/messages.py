"""Reads on messages."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from firstwin.communications import permissions
from firstwin.communications.contracts import (
    MessageDetail,
    MessageInfo,
    MessageKind,
    MessageState,
    NudgeState,
)
from firstwin.communications.models import Message
from firstwin.communications.rules import addresses, markdown, nudges
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side
from firstwin.shared import pagination
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE, Page


def list_messages(
    *,
    actor: Actor,
    project_id: UUID | None = None,
    account_id: UUID | None = None,
    task_id: UUID | None = None,
    states: Collection[MessageState] = (),
    cursor: str | None = None,
    limit: int = DEFAULT_PAGE_SIZE,
) -> Page[MessageInfo]:
    """Return the log of messages, newest first, narrowed as asked."""
    if not permissions.can_see_messages(actor):
        raise PermissionDeniedError("You may not read the log of messages.")
    rows = Message.objects.for_actor(actor).defer("html", "headers", "calendar", "body")
    if project_id is not None:
        rows = rows.filter(project_id=project_id)
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    if task_id is not None:
        rows = rows.filter(task_id=task_id)
    if states:
        rows = rows.filter(state__in=[state.value for state in states])
    return pagination.page_of(rows, order=["-id"], cursor=cursor, limit=limit, convert=message_info)


def list_messages_to(*, actor: Actor, project_id: UUID, limit: int = DEFAULT_PAGE_SIZE) -> tuple[MessageInfo, ...]:
    """Return what went to the actor in a project, newest first: what a customer reads again in the portal."""
    rows = Message.objects.for_actor(actor).defer("html", "headers", "calendar", "body")
    kinds = [MessageKind.PLAN, MessageKind.PERSONAL, MessageKind.CELEBRATION]
    mine = rows.filter(
        project_id=project_id,
        reader_id=actor.id,
        state=MessageState.SENT.value,
        kind__in=[kind.value for kind in kinds],
    )
    return tuple(message_info(row) for row in mine.order_by("-pk")[:limit])


def get_message(*, actor: Actor, message_id: UUID) -> MessageDetail:
    """Return a message with everything in it. Raises NotFoundError, also for a customer's view of another's mail.

    Only its reader sees the personal links in it; for everybody else they lead to the page that asks for one.
    """
    row = Message.objects.for_actor(actor).filter(id=message_id).first()
    if row is None or not permissions.can_see_message(actor, message_info(row)):
        raise NotFoundError("There is no such message.", remedy="Look at the list of messages.")
    show = str if row.reader_id == actor.id else addresses.without_keys
    return MessageDetail(
        info=message_info(row),
        body=show(row.body),
        body_html=show(markdown.to_html(row.body)),
        html=show(row.html),
        text=show(row.text),
        headers={name: show(value) for name, value in row.headers.items()},
        calendar=row.calendar,
    )


def find_message_to(*, actor: Actor, task_id: UUID) -> MessageDetail | None:
    """Return the latest message that a task of the plan sent to the actor, or None."""
    rows = Message.objects.for_actor(actor).filter(task_id=task_id, reader_id=actor.id, kind=MessageKind.PLAN.value)
    row = rows.order_by("-pk").first()
    return get_message(actor=actor, message_id=row.id) if row else None


def get_nudge_state(*, actor: Actor, task_id: UUID, at: datetime) -> NudgeState:
    """Return whether a task may be nudged now."""
    return list_nudge_states(actor=actor, task_ids=[task_id], at=at)[task_id]


def list_nudge_states(*, actor: Actor, task_ids: Collection[UUID], at: datetime) -> Mapping[UUID, NudgeState]:
    """Return for each task whether it may be nudged now; one query for all of them."""
    rows = Message.objects.for_actor(actor).filter(task_id__in=list(task_ids), kind=MessageKind.NUDGE.value)
    sent: dict[UUID, list[datetime]] = {task_id: [] for task_id in task_ids}
    for task_id, created_at in rows.values_list("task_id", "created_at"):
        sent[task_id].append(created_at)
    return {task_id: nudges.nudge_state(times, at) for task_id, times in sent.items()}


def message_info(row: Message) -> MessageInfo:
    """Return a message row as others see it; inside communications only."""
    return MessageInfo(
        id=row.id,
        workspace_id=row.workspace_id,
        kind=MessageKind(row.kind),
        state=MessageState(row.state),
        to_name=row.to_name,
        to_email=row.to_email,
        reader_side=Side(row.reader_side) if row.reader_side else None,
        reader_id=row.reader_id,
        cc=tuple(row.cc),
        subject=row.subject,
        excerpt=addresses.without_keys(markdown.excerpt(row.text)),
        project_id=row.project_id,
        account_id=row.account_id,
        task_id=row.task_id,
        meeting_id=row.meeting_id,
        message_id=row.message_id,
        written_by=row.written_by,
        failure=row.failure,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )

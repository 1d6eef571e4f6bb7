"""What the plan does by itself when its time comes: it writes messages and arranges meetings."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import transaction

from firstwin.calendars.queries import specs as spec_queries
from firstwin.communications.contracts import (
    MessageKind,
    MessageState,
    NewMeeting,
)
from firstwin.communications.models import Message
from firstwin.communications.operations import meetings, outbox, plan_messages, slots
from firstwin.communications.operations.letterhead import Letterhead, letterhead_of
from firstwin.communications.operations.messages import compose
from firstwin.communications.queries import meetings as meeting_queries
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import TaskKind
from firstwin.projects.contracts import OPEN_STATES, ProjectState, ReasonSide, TaskState
from firstwin.projects.contracts.briefs import TaskBrief
from firstwin.projects.operations import tasks as task_operations
from firstwin.projects.queries import briefs
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import Span
from firstwin.shared.errors import FirstwinError

_NOTICE = timedelta(hours=20)
_FALLBACK_WINDOW = timedelta(days=7)
_ROOM = timedelta(days=1)


def carry_out_task(*, actor: Actor, project_id: UUID, task_id: UUID, at: datetime) -> None:
    """Do an automatic task of the plan; what cannot be done makes it stuck on the vendor's side, with the reason.

    Doing it again does nothing: a message is written once, and a task has one meeting to come.
    """
    task = briefs.find_task_brief(actor=actor, project_id=project_id, task_id=task_id)
    if task is None or task.state not in OPEN_STATES:
        return
    head = letterhead_of(actor=actor, project_id=project_id)
    if head.project.state is not ProjectState.ACTIVE:
        return
    try:
        with transaction.atomic():
            if task.kind is TaskKind.MESSAGE and (needless := _needless_after(actor, task)):
                task_operations.mark_task_not_applicable(actor=actor, task_id=task.id, reason=needless, at=at)
            elif task.kind is TaskKind.MESSAGE:
                _write_message(actor, head, task, at)
            elif task.kind is TaskKind.MEETING:
                _arrange_meeting(actor, head, task, at)
    except FirstwinError as error:
        _stop(actor, task, f"{error.detail} {error.remedy}".strip(), at)


def _needless_after(actor: Actor, task: TaskBrief) -> str:
    """Return why a message that reminds of a task need not go out any more; "" while it should."""
    key = task.settings.get("unless_done")
    named = briefs.list_task_briefs(actor=actor, project_id=task.project_id, key=key) if key else ()
    about = next(iter(named), None)
    if about is None or about.state in OPEN_STATES:
        return ""
    return f"Not sent: “{about.name}” {'is done' if about.state is TaskState.DONE else 'does not apply'} already."


def resume_task(*, actor: Actor, project_id: UUID, task_id: UUID, at: datetime) -> None:
    """Try an automatic task again that a person opened again, for those who have not had their message yet."""
    task = briefs.find_task_brief(actor=actor, task_id=task_id)
    if task is not None and task.is_automatic and task.start_at <= at:
        carry_out_task(actor=actor, project_id=project_id, task_id=task_id, at=at)


def finish_message_task(*, actor: Actor, task_id: UUID, at: datetime) -> None:
    """Finish a message task once every mail of it left the house."""
    mails = Message.objects.for_actor(actor).filter(task_id=task_id, kind=MessageKind.PLAN.value)
    served = mails.filter(state=MessageState.SENT.value).values_list("reader_id", flat=True)
    if mails.exclude(reader_id__in=list(served)).exists():
        return
    task = briefs.find_task_brief(actor=actor, task_id=task_id)
    if task is None or task.kind is not TaskKind.MESSAGE or task.state not in OPEN_STATES:
        return
    names = list(mails.filter(state=MessageState.SENT.value).order_by("pk").values_list("to_name", flat=True))
    task_operations.complete_task(actor=actor, task_id=task_id, evidence=f"Sent to {', '.join(names)}.", at=at)


def stop_message_task(*, actor: Actor, task_id: UUID, to_name: str, reason: str, at: datetime) -> None:
    """Mark a message task as stuck because a mail of it did not arrive."""
    task = briefs.find_task_brief(actor=actor, task_id=task_id)
    if task is not None and task.kind is TaskKind.MESSAGE and task.state in OPEN_STATES:
        _stop(actor, task, f"The message to {to_name} could not be delivered: {reason}", at)


def _stop(actor: Actor, task: TaskBrief, reason: str, at: datetime) -> None:
    if task.state is not TaskState.STUCK or task.reason != reason:
        task_operations.mark_task_stuck(actor=actor, task_id=task.id, side=ReasonSide.VENDOR, reason=reason, at=at)


def _write_message(actor: Actor, head: Letterhead, task: TaskBrief, at: datetime) -> None:
    mails = Message.objects.for_actor(actor).filter(task_id=task.id, kind=MessageKind.PLAN.value)
    open_states = [MessageState.SENT.value, MessageState.QUEUED.value]
    served = set(mails.filter(state__in=open_states).values_list("reader_id", flat=True))
    readers = plan_messages.readers_of_task(actor=actor, head=head, roles=task.settings.get("to") or [task.owner_role])
    plan_messages.require_files(actor=actor, task=task)
    subject, body = plan_messages.text_of(task)
    drafts = compose(
        actor=actor,
        head=head,
        readers=[reader for reader in readers if reader.id not in served],
        kind=MessageKind.PLAN,
        subject=subject,
        body=body,
        source=f"task:{task.id}:{mails.count()}",
        task=task,
        at=at,
    )
    outbox.queue_mails(actor=actor, workspace=head.workspace, drafts=drafts, at=at)


def _arrange_meeting(actor: Actor, head: Letterhead, task: TaskBrief, at: datetime) -> None:
    if meeting_queries.find_open_meeting(actor=actor, task_id=task.id) is not None:
        return
    readers = plan_messages.readers_of_task(
        actor=actor, head=head, roles=task.settings.get("attendees") or [task.owner_role]
    )
    minutes = int(task.settings.get("minutes") or 60)
    earliest = max(at + _NOTICE, task.start_at)
    latest = task.due_at
    if latest < earliest + timedelta(minutes=minutes):
        latest = earliest + _FALLBACK_WINDOW
    begin = _begin_of_window(actor, task, earliest, latest)
    starts_at = slots.propose_time(
        actor=actor, head=head, readers=readers, minutes=minutes, earliest=begin, latest=latest
    )
    meetings.schedule_meeting(
        actor=actor,
        new=NewMeeting(
            project_id=head.project.id,
            title=task.name,
            starts_at=starts_at,
            minutes=minutes,
            attendees=tuple(reader.id for reader in readers),
            agenda=tuple(task.settings.get("agenda") or ()),
            location=task.settings.get("location") or "",
            task_id=task.id,
        ),
        at=at,
    )


def _begin_of_window(actor: Actor, task: TaskBrief, earliest: datetime, latest: datetime) -> datetime:
    """Return from when on a time may be proposed: as far ahead as the playbook wants it, if a day is left until then."""
    notice = task.settings.get("notice")
    if not notice:
        return earliest
    calendar = spec_queries.get_specs(actor=actor).workspace
    wanted = scheduling_queries.starts_at(calendar, earliest - _NOTICE, msgspec.convert(notice, type=Span))
    return wanted if earliest < wanted <= latest - _ROOM else earliest

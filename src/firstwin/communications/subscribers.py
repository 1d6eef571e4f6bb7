"""What communications does when something happened on a project, or to a message or meeting of its own."""

from firstwin.communications.contracts import MessageKind
from firstwin.communications.events import MeetingAnswered, MessageFailed, MessageSent
from firstwin.communications.operations import announcements, automatic, celebration, editions, meetings, plan_news
from firstwin.identity.contracts import system_actor
from firstwin.journal.contracts import Recorded, on
from firstwin.playbooks.events import PlaybookPublished
from firstwin.projects.events import (
    BookingExpired,
    CommentAdded,
    FirstValueReached,
    ProjectCancelled,
    ProjectRescheduled,
    TaskAssigned,
    TaskBecameOverdue,
    TaskCameDue,
    TaskCompleted,
    TaskMarkedNotApplicable,
    TaskRemoved,
    TaskReopened,
    TaskStuck,
)


@on(TaskCameDue)
def on_task_came_due(event: TaskCameDue, recorded: Recorded) -> None:
    """Write the messages and arrange the meetings that the plan does by itself; after an outage from now on, not from then."""
    if event.is_automatic:
        automatic.carry_out_task(
            actor=system_actor(recorded.workspace_id),
            project_id=event.project_id,
            task_id=event.task_id,
            at=recorded.told_at,
        )


@on(TaskReopened)
def on_task_reopened(event: TaskReopened, recorded: Recorded) -> None:
    """Try an automatic task again that was stuck."""
    automatic.resume_task(
        actor=system_actor(recorded.workspace_id),
        project_id=event.project_id,
        task_id=event.task_id,
        at=recorded.told_at,
    )


@on(MessageSent)
def on_message_sent(event: MessageSent, recorded: Recorded) -> None:
    """Finish the task of the plan whose message went out."""
    if event.kind == MessageKind.PLAN.value and event.task_id is not None:
        automatic.finish_message_task(actor=system_actor(recorded.workspace_id), task_id=event.task_id, at=recorded.at)


@on(MessageFailed)
def on_message_failed(event: MessageFailed, recorded: Recorded) -> None:
    """Stop the task of the plan whose message did not arrive; tell the owner of any other that failed."""
    actor = system_actor(recorded.workspace_id)
    if event.kind == MessageKind.PLAN.value and event.task_id is not None:
        automatic.stop_message_task(
            actor=actor, task_id=event.task_id, to_name=event.to_name, reason=event.reason, at=recorded.at
        )
    elif event.project_id is not None and event.kind != MessageKind.NOTICE.value:
        announcements.announce_failed_mail(
            actor=actor,
            project_id=event.project_id,
            task_id=event.task_id,
            to_name=event.to_name,
            reason=event.reason,
            source=str(recorded.entry_id),
            at=recorded.at,
        )


@on(FirstValueReached)
def on_first_value_reached(event: FirstValueReached, recorded: Recorded) -> None:
    """Celebrate."""
    celebration.celebrate(
        actor=system_actor(recorded.workspace_id),
        project_id=event.project_id,
        title=event.title,
        evidence=event.evidence,
        source=str(recorded.entry_id),
        at=recorded.at,
    )


@on(CommentAdded)
def on_comment_added(event: CommentAdded, recorded: Recorded) -> None:
    """Tell the people concerned."""
    announcements.announce_comment(
        actor=system_actor(recorded.workspace_id),
        comment=event,
        author=recorded.author,
        source=str(recorded.entry_id),
        at=recorded.at,
    )


@on(TaskAssigned)
def on_task_assigned(event: TaskAssigned, recorded: Recorded) -> None:
    """Tell who got the task."""
    announcements.announce_assignment(
        actor=system_actor(recorded.workspace_id),
        assigned=event,
        author=recorded.author,
        source=str(recorded.entry_id),
        at=recorded.at,
    )


@on(TaskBecameOverdue)
def on_task_became_overdue(event: TaskBecameOverdue, recorded: Recorded) -> None:
    """Tell the owner; remind the customer of what is theirs."""
    announcements.announce_overdue(
        actor=system_actor(recorded.workspace_id), overdue=event, source=str(recorded.entry_id), at=recorded.at
    )


@on(TaskStuck)
def on_task_stuck(event: TaskStuck, recorded: Recorded) -> None:
    """Tell the owner."""
    announcements.announce_stuck(
        actor=system_actor(recorded.workspace_id),
        stuck=event,
        author=recorded.author,
        source=str(recorded.entry_id),
        at=recorded.at,
    )


@on(MeetingAnswered)
def on_meeting_answered(event: MeetingAnswered, recorded: Recorded) -> None:
    """Tell the members invited what a customer answered."""
    meetings.announce_answer(
        actor=system_actor(recorded.workspace_id), answer=event, source=str(recorded.entry_id), at=recorded.at
    )


@on(TaskCompleted)
def on_task_completed(event: TaskCompleted, recorded: Recorded) -> None:
    """A meeting whose task is done has been held."""
    meetings.settle_for_task(
        actor=system_actor(recorded.workspace_id), task_id=event.task_id, reason="", at=recorded.at
    )


@on(TaskMarkedNotApplicable)
def on_task_marked_not_applicable(event: TaskMarkedNotApplicable, recorded: Recorded) -> None:
    """Call the meeting of a task off that does not apply."""
    meetings.settle_for_task(
        actor=system_actor(recorded.workspace_id),
        task_id=event.task_id,
        reason=event.reason or "It is not needed any more.",
        at=recorded.at,
    )


@on(TaskRemoved)
def on_task_removed(event: TaskRemoved, recorded: Recorded) -> None:
    """Call the meeting of a removed task off."""
    meetings.settle_for_task(
        actor=system_actor(recorded.workspace_id),
        task_id=event.task_id,
        reason=event.reason or "It is not needed any more.",
        at=recorded.at,
    )


@on(ProjectRescheduled)
def on_project_rescheduled(event: ProjectRescheduled, recorded: Recorded) -> None:
    """Tell those concerned that dates moved because of somebody's working calendar."""
    if event.is_by_calendar:
        plan_news.announce_moved_plan(
            actor=system_actor(recorded.workspace_id), moved=event, source=str(recorded.entry_id), at=recorded.at
        )


@on(ProjectCancelled)
def on_project_cancelled(event: ProjectCancelled, recorded: Recorded) -> None:
    """Call every meeting of a cancelled project off."""
    meetings.call_off_all(actor=system_actor(recorded.workspace_id), project_id=event.project_id, at=recorded.at)


@on(BookingExpired)
def on_booking_expired(event: BookingExpired, recorded: Recorded) -> None:
    """Tell whoever booked that nothing came of it."""
    plan_news.announce_lapsed_booking(
        actor=system_actor(recorded.workspace_id), lapsed=event, source=str(recorded.entry_id), at=recorded.at
    )


@on(PlaybookPublished)
def on_playbook_published(event: PlaybookPublished, recorded: Recorded) -> None:
    """Tell the owners of running projects that use an older version, each once."""
    editions.announce_version(
        actor=system_actor(recorded.workspace_id),
        published=event,
        author=recorded.author,
        source=str(recorded.entry_id),
        at=recorded.at,
    )

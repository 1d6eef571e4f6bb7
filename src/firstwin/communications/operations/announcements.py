"""Telling the people concerned what happened on a project: comments, assignments, overdue promises, things stuck."""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from firstwin.communications.contracts import MailChoice, MessageKind, NoReaderError, NotificationKind, Reader
from firstwin.communications.operations import notifications, outbox, summaries
from firstwin.communications.operations.letterhead import Letterhead, letterhead_of
from firstwin.communications.operations.messages import compose, customer_of_task
from firstwin.communications.operations.notifications import News
from firstwin.communications.operations.summaries import Line
from firstwin.communications.queries import people
from firstwin.communications.queries import preferences as preference_queries
from firstwin.communications.rules import reading
from firstwin.identity.contracts import Actor
from firstwin.journal.contracts import Author, AuthorKind
from firstwin.playbooks.contracts import Side, Visibility
from firstwin.projects.contracts import OPEN_STATES, PersonRef
from firstwin.projects.contracts.briefs import TaskBrief
from firstwin.projects.events import CommentAdded, TaskAssigned, TaskBecameOverdue, TaskStuck
from firstwin.projects.queries import briefs
from firstwin.projects.queries import comments as comment_queries

_REPLY_BODY = """Hello {{ contact.first_name }},

**{{ reply.author }}** wrote{{ reply.about }}:

> {{ reply.excerpt }}
"""
_REMINDER_BODY = """Hello {{ contact.first_name }},

**{{ task.name }}** was planned for {{ task.due_on }} and is still open on your side.

If something is in the way, tell us with one click on the same page, and we will help.
"""


def announce_comment(*, actor: Actor, comment: CommentAdded, author: Author, source: str, at: datetime) -> None:
    """Tell those who were mentioned; beyond that, a shared comment reaches the other side."""
    mentioned = [id for id in comment.mentions if id != author.id]
    about = f" on {comment.title}" if comment.task_id else ""
    if mentioned:
        notifications.notify(
            actor=actor,
            member_ids=mentioned,
            news=_comment_news(
                comment, NotificationKind.MENTION, f"{author.name} mentioned you{about}", author, source
            ),
            at=at,
        )
    if comment.is_internal:
        return
    head = letterhead_of(actor=actor, project_id=comment.project_id)
    task = _task_of(actor, comment)
    if AuthorKind.CONTACT in (author.kind, author.on_behalf_of_kind):
        told = [id for id in _team_of(head, task) if id not in comment.mentions]
        who = f"{author.name} of {head.project.account_name}" if author.kind is AuthorKind.CONTACT else author.name
        news = _comment_news(comment, NotificationKind.REPLY, f"{who} wrote{about}", author, source)
        notifications.notify(actor=actor, member_ids=told, news=news, at=at)
    elif task is None or task.visibility is Visibility.SHARED:
        _tell_customers_of_comment(actor, head, task, comment, author, source, at)


def announce_assignment(*, actor: Actor, assigned: TaskAssigned, author: Author, source: str, at: datetime) -> None:
    """Tell who got a task: a member as they chose, a customer's person in their daily summary."""
    if assigned.assignee_id is None or assigned.assignee_id == author.id:
        return
    head = letterhead_of(actor=actor, project_id=assigned.project_id)
    task = _task_of(actor, assigned)
    if task is None or task.state not in OPEN_STATES:
        return
    if assigned.assignee_side == Side.VENDOR.value:
        news = News(
            kind=NotificationKind.ASSIGNED,
            source=source,
            title=f"{author.name} assigned to you: {task.name}",
            excerpt=head.project.account_name,
            project_id=assigned.project_id,
            account_id=assigned.account_id,
            task_id=assigned.task_id,
            by_name=author.name,
        )
        notifications.notify(actor=actor, member_ids=[assigned.assignee_id], news=news, at=at)
        return
    person = PersonRef(side=Side.CUSTOMER, id=assigned.assignee_id, name=assigned.assignee_name)
    readers = people.readers_of(actor=actor, account=head.account, people=[person])
    if task.visibility is not Visibility.INTERNAL:
        _tell_customers(actor, head, task, readers, NotificationKind.ASSIGNED, source, at)


def announce_overdue(*, actor: Actor, overdue: TaskBecameOverdue, source: str, at: datetime) -> None:
    """Tell the owner and whoever does it that a promise was not kept; remind the customer of theirs, politely and once.

    The customer is not reminded of what cannot begin yet: that would be asked for what somebody else owes.
    """
    head = letterhead_of(actor=actor, project_id=overdue.project_id)
    task = _task_of(actor, overdue)
    if task is None or task.state not in OPEN_STATES:
        return
    is_theirs = overdue.side == Side.CUSTOMER.value and not task.is_held
    whose = ", the customer's move" if is_theirs else ""
    news = News(
        kind=NotificationKind.OVERDUE,
        source=source,
        title=f"Overdue: {task.name}",
        excerpt=f"{head.project.name}{whose}",
        project_id=overdue.project_id,
        account_id=overdue.account_id,
        task_id=overdue.task_id,
    )
    notifications.notify(actor=actor, member_ids=_team_of(head, task), news=news, at=at)
    if is_theirs and task.visibility is not Visibility.INTERNAL:
        with contextlib.suppress(NoReaderError):  # nobody to remind; the owner was told above
            reader = customer_of_task(actor=actor, head=head, task=task)
            _tell_customers(actor, head, task, [reader], NotificationKind.OVERDUE, source, at)


def announce_stuck(*, actor: Actor, stuck: TaskStuck, author: Author, source: str, at: datetime) -> None:
    """Tell the owner and whoever does it that something cannot go on, and why."""
    head = letterhead_of(actor=actor, project_id=stuck.project_id)
    told = [id for id in _team_of(head, _task_of(actor, stuck)) if id != author.id]
    news = News(
        kind=NotificationKind.STUCK,
        source=source,
        title=f"Stuck: {stuck.title}",
        excerpt=stuck.reason,
        project_id=stuck.project_id,
        account_id=stuck.account_id,
        task_id=stuck.task_id,
        by_name=author.name,
    )
    notifications.notify(actor=actor, member_ids=told, news=news, at=at)


def announce_failed_mail(
    *, actor: Actor, project_id: UUID, task_id: UUID | None, to_name: str, reason: str, source: str, at: datetime
) -> None:
    """Tell the owner of a project that a mail about it did not arrive."""
    head = letterhead_of(actor=actor, project_id=project_id)
    news = News(
        kind=NotificationKind.DELIVERY,
        source=source,
        title=f"A mail to {to_name} did not arrive",
        excerpt=reason,
        project_id=project_id,
        account_id=head.account.id,
        task_id=task_id,
    )
    notifications.notify(actor=actor, member_ids=_team_of(head, None), news=news, at=at)


def _task_of(actor: Actor, told: CommentAdded | TaskAssigned | TaskBecameOverdue | TaskStuck) -> TaskBrief | None:
    """The task that a fact is about; none where it is about the project, or the task was removed meanwhile."""
    if told.task_id is None:
        return None
    return briefs.find_task_brief(actor=actor, project_id=told.project_id, task_id=told.task_id)


def _team_of(head: Letterhead, task: TaskBrief | None) -> list[UUID]:
    """The members concerned: the project's owner, and the member who does the task."""
    concerned = [head.project.owner, task.assignee if task else None]
    return list(dict.fromkeys(one.id for one in concerned if one is not None and one.side is Side.VENDOR))


def _comment_news(comment: CommentAdded, kind: NotificationKind, title: str, author: Author, source: str) -> News:
    return News(
        kind=kind,
        source=f"{kind.value}:{source}",
        title=title,
        excerpt=comment.excerpt,
        project_id=comment.project_id,
        account_id=comment.account_id,
        task_id=comment.task_id,
        by_name=author.name,
    )


def _tell_customers_of_comment(
    actor: Actor,
    head: Letterhead,
    task: TaskBrief | None,
    comment: CommentAdded,
    author: Author,
    source: str,
    at: datetime,
) -> None:
    readers = _customers_involved(actor, head, task, comment)
    preferences = preference_queries.preferences_of(actor, readers)
    chosen = {reader: preferences[reader.id].choices[NotificationKind.REPLY] for reader in readers}
    drafts = compose(
        actor=actor,
        head=head,
        readers=[reader for reader, choice in chosen.items() if choice is MailChoice.AT_ONCE],
        kind=MessageKind.REPLY,
        subject="{{ reply.author }} wrote{{ reply.about }}",
        body=_REPLY_BODY,
        source=f"reply:{source}",
        task=task,
        extra={
            "reply.author": author.name,
            "reply.about": f" about {task.name}" if task else "",
            "reply.excerpt": comment.excerpt,
        },
        button_text="Read and answer",
        at=at,
    )
    outbox.queue_mails(actor=actor, workspace=head.workspace, drafts=drafts, at=at)
    line = Line(
        kind=NotificationKind.REPLY,
        source=source,
        title=f"{author.name} wrote" + (f" about {task.name}" if task else ""),
        detail=comment.excerpt,
        project_id=comment.project_id,
        account_id=comment.account_id,
        task_id=comment.task_id,
    )
    daily = [reader for reader, choice in chosen.items() if choice is MailChoice.DAILY]
    if daily:
        summaries.add_line(actor=actor, readers=daily, line=line, at=at)


def _customers_involved(
    actor: Actor, head: Letterhead, task: TaskBrief | None, comment: CommentAdded
) -> tuple[Reader, ...]:
    """The customer's people concerned: who does the task, and who wrote in the same place before."""
    people_ids: dict[UUID, PersonRef] = {}
    if task and task.assignee and task.assignee.side is Side.CUSTOMER:
        people_ids[task.assignee.id] = task.assignee
    earlier = comment_queries.list_comments(actor=actor, project_id=comment.project_id, task_id=comment.task_id)
    for one in earlier.items:
        if one.author_side is Side.CUSTOMER and one.author_id is not None:
            people_ids[one.author_id] = PersonRef(side=Side.CUSTOMER, id=one.author_id, name=one.author_name)
    found = people.readers_of(actor=actor, account=head.account, people=people_ids.values())
    if found:
        return found
    owner = people.readers_of_roles(actor=actor, project=head.project, account=head.account, roles=["project_owner"])
    customers = [reader for reader in owner if reader.side is Side.CUSTOMER]
    return tuple(customers) or people.customer_readers(actor=actor, project=head.project, account=head.account)[:1]


def _tell_customers(
    actor: Actor,
    head: Letterhead,
    task: TaskBrief,
    readers: Sequence[Reader],
    kind: NotificationKind,
    source: str,
    at: datetime,
) -> None:
    """In the daily summary, or as one mail for those who chose that."""
    preferences = preference_queries.preferences_of(actor, readers)
    for reader in readers:
        choice = preferences[reader.id].choices.get(kind, MailChoice.DAILY)
        if choice is MailChoice.DAILY:
            line = Line(
                kind=kind,
                source=source,
                title=task.name,
                detail=f"planned for {reading.day_in_words(task.due_at, reader.time_zone)}",
                project_id=task.project_id,
                account_id=head.account.id,
                task_id=task.id,
            )
            summaries.add_line(actor=actor, readers=[reader], line=line, at=at)
        elif choice is MailChoice.AT_ONCE:
            is_new = kind is NotificationKind.ASSIGNED
            drafts = compose(
                actor=actor,
                head=head,
                readers=[reader],
                kind=MessageKind.REMINDER,
                subject="New for you: {{ task.name }}" if is_new else "Still open: {{ task.name }}",
                body=_ASSIGNED_BODY if is_new else _REMINDER_BODY,
                source=f"reminder:{source}",
                task=task,
                button_text="Open the task",
                at=at,
            )
            outbox.queue_mails(actor=actor, workspace=head.workspace, drafts=drafts, at=at)


_ASSIGNED_BODY = """Hello {{ contact.first_name }},

**{{ task.name }}** is yours now. It is planned for {{ task.due_on }}.
"""

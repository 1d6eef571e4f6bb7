"""Comments on tasks and projects."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.playbooks.contracts import Side, Visibility
from firstwin.projects import events, permissions
from firstwin.projects.models import Comment, Project, ProjectTask
from firstwin.projects.queries import plans
from firstwin.projects.rules import texts
from firstwin.shared import ids
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError, Problem


def add_comment(
    *,
    actor: Actor,
    project_id: UUID,
    body: str,
    at: datetime,
    task_id: UUID | None = None,
    is_internal: bool = False,
    mentions: Collection[UUID] = (),
) -> UUID:
    """Comment in Markdown on a task, or without one on the project; return the comment's id.

    `mentions` are member ids. A contact writes shared comments on shared tasks of their own account only. A shared
    comment of the team answers what the customer wrote before in the same thread. Raises InvalidInputError.
    """
    text = _text(body)
    with transaction.atomic():
        project = plans.project_row(actor, project_id, is_locked=True)
        task = _task(actor, project, task_id)
        is_contact = permissions.is_contact(actor)
        if is_contact and is_internal:
            raise PermissionDeniedError("Internal notes are for the team.")
        if not is_contact and not permissions.can_edit_projects(actor):
            raise PermissionDeniedError("You may read this project, not write in it.", remedy="Ask a manager.")
        is_internal = is_internal or (task is not None and task.visibility != Visibility.SHARED)
        mentioned = _members(actor, mentions)
        comment = Comment(
            id=ids.new_id(),
            workspace_id=actor.workspace_id,
            project_id=project.id,
            task_id=task.id if task is not None else None,
            author_kind=actor.kind,
            author_id=actor.id,
            author_name=actor.name[:200],
            author_side=permissions.side_of(actor),
            body=text,
            body_html=texts.html_of(text),
            is_internal=is_internal,
            mentions=[str(member_id) for member_id in mentioned],
            at=at,
        )
        comment.save(force_insert=True)
        _note(actor, project, task, comment, at)
        journal_operations.record(_added(project, task, comment, mentioned), actor=actor, at=at)
    return comment.id


def _text(body: str) -> str:
    text = body.strip().replace("\x00", "")
    if not text:
        raise InvalidInputError(
            "The comment is empty.", problems=(Problem("body", "Nothing is written.", "Write it."),)
        )
    if len(text) > texts.LONGEST_COMMENT:
        problem = Problem("body", f"A comment has at most {texts.LONGEST_COMMENT} characters.", "Attach it as a file.")
        raise InvalidInputError("The comment is too long.", problems=(problem,))
    return text


def _task(actor: Actor, project: Project, task_id: UUID | None) -> ProjectTask | None:
    if task_id is None:
        return None
    task = ProjectTask.objects.for_actor(actor).filter(id=task_id, project_id=project.id).first()
    if task is None or not permissions.can_open_task(actor, visibility=Visibility(task.visibility)):
        raise plans.task_not_found()
    return task


def _members(actor: Actor, mentions: Collection[UUID]) -> tuple[UUID, ...]:
    wanted = tuple(dict.fromkeys(mentions))
    if not wanted:
        return ()
    if permissions.is_contact(actor):
        raise PermissionDeniedError("Mentions are for the team.", remedy="Everybody on the project sees your comment.")
    known = {member.id for member in identity_queries.list_members(actor=actor, ids=wanted)}
    if len(known) < len(wanted):
        raise InvalidInputError("Somebody mentioned is not an active member of your team.")
    return wanted


def _note(actor: Actor, project: Project, task: ProjectTask | None, comment: Comment, at: datetime) -> None:
    """Keep counts, the customer's last sign of life and what is answered."""
    if task is not None:
        ProjectTask.objects.for_actor(actor).filter(id=task.id).update(comment_count=F("comment_count") + 1)
    changes: dict[str, datetime] = {"updated_at": at}
    if comment.author_side == Side.CUSTOMER:
        changes["last_customer_activity_at"] = at
    elif not comment.is_internal:
        waiting = Comment.objects.for_actor(actor).filter(
            project_id=project.id, task_id=comment.task_id, author_side=Side.CUSTOMER, answered_at__isnull=True
        )
        waiting.update(answered_at=at)
    Project.objects.for_actor(actor).filter(id=project.id).update(**changes)


def _added(
    project: Project, task: ProjectTask | None, comment: Comment, mentioned: tuple[UUID, ...]
) -> events.CommentAdded:
    return events.CommentAdded(
        project_id=project.id,
        account_id=project.account_id,
        comment_id=comment.id,
        task_id=comment.task_id,
        title=task.name if task is not None else project.name,
        excerpt=texts.excerpt_of(comment.body),
        is_internal=comment.is_internal,
        mentions=mentioned,
    )


def mark_answered(*, actor: Actor, comment_id: UUID, at: datetime) -> None:
    """Say that a customer's comment, and what came before it in its thread, needs no answer. Idempotent.

    Raises NotFoundError.
    """
    if not permissions.can_edit_projects(actor):
        raise PermissionDeniedError("You may not change this project.", remedy="Ask its owner or a manager.")
    with transaction.atomic():
        rows = Comment.objects.for_actor(actor)
        comment = rows.filter(id=comment_id).first()
        if comment is None:
            raise NotFoundError("There is no such comment.", remedy="It may have been removed. Reload the page.")
        thread = rows.filter(project_id=comment.project_id, task_id=comment.task_id, at__lte=comment.at)
        thread.filter(author_side=Side.CUSTOMER, answered_at__isnull=True).update(answered_at=at)

"""Comments of projects and tasks."""

from uuid import UUID

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Visibility
from firstwin.projects import permissions
from firstwin.projects.contracts import CommentInfo
from firstwin.projects.models import Comment, ProjectTask
from firstwin.projects.queries import plans, shown
from firstwin.shared import pagination
from firstwin.shared.pagination import Page


def list_comments(
    *,
    actor: Actor,
    project_id: UUID,
    task_id: UUID | None = None,
    is_whole_project: bool = False,
    cursor: str | None = None,
    limit: int = pagination.DEFAULT_PAGE_SIZE,
) -> Page[CommentInfo]:
    """Return comments, oldest first: of a task, of the project itself, or with `is_whole_project` of all its threads.

    A contact never sees internal ones, nor those of tasks that are not shared.
    """
    plans.project_row(actor, project_id)
    rows = Comment.objects.for_actor(actor).filter(project_id=project_id)
    if task_id is not None:
        task = ProjectTask.objects.for_actor(actor).filter(id=task_id, project_id=project_id).first()
        if task is None or not permissions.can_open_task(actor, visibility=Visibility(task.visibility)):
            raise plans.task_not_found()
        rows = rows.filter(task_id=task_id)
    elif not is_whole_project:
        rows = rows.filter(task_id__isnull=True)
    if permissions.is_contact(actor):
        rows = rows.filter(is_internal=False).exclude(task__visibility__in=[Visibility.INTERNAL, Visibility.TITLE_ONLY])
    return pagination.page_of(rows, order=["at"], cursor=cursor, limit=limit, convert=shown.comment_info)

"""A project and its tasks in brief: for whoever writes or meets, and needs no plan for it."""

from uuid import UUID

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects import permissions
from firstwin.projects.contracts import PersonRef, ProjectState, TaskState
from firstwin.projects.contracts.briefs import ProjectBrief, TaskBrief
from firstwin.projects.models import ProjectTask
from firstwin.projects.queries import plans, shown
from firstwin.projects.queries.projects import list_roles
from firstwin.shared.errors import PermissionDeniedError


def get_project_brief(*, actor: Actor, project_id: UUID) -> ProjectBrief:
    """Return a project with its roles, in two reads. Raises NotFoundError; for members and the product itself."""
    _refuse_contacts(actor)
    row = plans.project_row(actor, project_id)
    return ProjectBrief(
        id=row.id,
        account_id=row.account_id,
        account_name=row.account_name,
        name=row.name,
        playbook_name=row.playbook_name,
        playbook_version_id=row.playbook_version_id,
        state=ProjectState(row.state),
        owner=PersonRef(side=Side.VENDOR, id=row.owner_id, name=row.owner_name) if row.owner_id else None,
        current_stage=row.current_stage,
        target_end_at=row.target_end_at,
        roles=list_roles(actor=actor, project_id=project_id),
        fields=dict(row.fields),
    )


def find_task_brief(*, actor: Actor, task_id: UUID, project_id: UUID | None = None) -> TaskBrief | None:
    """Return a task, of a certain project if one is given; None when it was removed meanwhile. One read."""
    _refuse_contacts(actor)
    rows = ProjectTask.objects.for_actor(actor).select_related("stage").filter(id=task_id)
    row = (rows if project_id is None else rows.filter(project_id=project_id)).first()
    return None if row is None else _brief(row)


def list_task_briefs(
    *, actor: Actor, project_id: UUID, key: str = "", kind: TaskKind | None = None
) -> tuple[TaskBrief, ...]:
    """Return the tasks of a project, all or those with a key or of a kind, in one read."""
    _refuse_contacts(actor)
    rows = ProjectTask.objects.for_actor(actor).select_related("stage").filter(project_id=project_id)
    if key:
        rows = rows.filter(key=key)
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    return tuple(_brief(row) for row in rows.order_by("position", "id"))


def _brief(row: ProjectTask) -> TaskBrief:
    return TaskBrief(
        id=row.id,
        project_id=row.project_id,
        stage_name=row.stage.name,
        key=row.key,
        name=row.name,
        kind=TaskKind(row.kind),
        description=row.description,
        owner_role=row.owner_role,
        side=Side(row.side),
        assignee=shown.person_of(row),
        visibility=Visibility(row.visibility),
        is_automatic=row.is_automatic,
        state=TaskState(row.state),
        reason=row.reason,
        start_at=row.start_at,
        due_at=row.due_at,
        is_held=not row.is_released,
        settings=dict(row.details.get("settings", {})),
    )


def _refuse_contacts(actor: Actor) -> None:
    if permissions.is_contact(actor):
        raise PermissionDeniedError("This is for the team.", remedy="Use the link in your mail.")

"""Global search: accounts, projects and tasks by text."""

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountFilters
from firstwin.identity.contracts import Actor
from firstwin.projects import permissions
from firstwin.projects.contracts.portfolio import HitKind, SearchHit
from firstwin.projects.models import IsOpen, ProjectTask
from firstwin.projects.queries import plans
from firstwin.shared.errors import PermissionDeniedError

EACH = 8
SHORTEST = 2


def search(*, actor: Actor, text: str, limit: int = EACH) -> tuple[SearchHit, ...]:
    """Return the first accounts, projects and open tasks that hold every word, in three reads; for the team only."""
    words = text.replace("\x00", "").split()[:6]
    if sum(map(len, words)) < SHORTEST:
        return ()
    if permissions.is_contact(actor):
        raise PermissionDeniedError("The search is for the team.")
    projects = plans.projects_of(actor)
    tasks = ProjectTask.objects.for_actor(actor).filter(IsOpen())
    for word in words:
        projects = projects.filter(name__icontains=word) | projects.filter(account_name__icontains=word)
        tasks = tasks.filter(name__icontains=word)
    accounts = customer_queries.list_accounts(
        actor=actor, filters=AccountFilters(search=" ".join(words)), limit=limit
    ).items
    found = [
        SearchHit(kind=HitKind.ACCOUNT, id=account.id, title=account.name, where="", project_id=None)
        for account in accounts
    ]
    found += [
        SearchHit(kind=HitKind.PROJECT, id=project_id, title=name, where=account_name, project_id=project_id)
        for project_id, name, account_name in projects.order_by("-updated_at", "-id").values_list(
            "id", "name", "account_name"
        )[:limit]
    ]
    found += [
        SearchHit(kind=HitKind.TASK, id=task_id, title=name, where=project_name, project_id=project_id)
        for task_id, name, project_id, project_name in tasks.order_by("name", "id").values_list(
            "id", "name", "project_id", "project__name"
        )[:limit]
    ]
    return tuple(found)

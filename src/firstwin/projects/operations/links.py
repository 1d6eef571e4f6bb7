"""What waits for what in a plan: its links come and go. Inside projects only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from firstwin.projects.models import TaskLink
from firstwin.projects.queries.plans import RunningPlan
from firstwin.scheduling.contracts import LinkType
from firstwin.shared import ids
from firstwin.shared.errors import NotFoundError


@dataclass(slots=True)
class Links:
    """What a change does to the links of a plan, to be written when it is saved."""

    added: list[TaskLink] = field(default_factory=list)
    changed: list[TaskLink] = field(default_factory=list)
    gone: list[TaskLink] = field(default_factory=list)


def new_link(
    plan: RunningPlan,
    predecessor_id: UUID,
    successor_id: UUID,
    *,
    type: LinkType = LinkType.FINISH_TO_START,
    lag: str = "",
) -> TaskLink:
    """Return a link by which a task of a plan waits for another, for its end if nothing else is said; writes nothing."""
    return TaskLink(
        id=ids.new_id(),
        workspace_id=plan.project.workspace_id,
        project_id=plan.project.id,
        predecessor_id=predecessor_id,
        successor_id=successor_id,
        type=type,
        lag=lag,
    )


def require_tasks(plan: RunningPlan, task_ids: Iterable[UUID]) -> None:
    """Raise NotFoundError unless all are tasks of a plan."""
    if any(task_id not in plan.tasks for task_id in task_ids):
        raise NotFoundError("A task it should come after is not part of this project.", remedy="Choose from the plan.")


def write_links(plan: RunningPlan, links: Links) -> None:
    """Write what a change did to the links of a plan, which has them already."""
    rows = TaskLink.objects.for_workspace(plan.project.workspace_id)
    if links.gone:
        rows.filter(id__in=[link.id for link in links.gone]).delete()
    rows.bulk_update(links.changed, ["type", "lag"])
    rows.bulk_create(links.added)


def replace_links(plan: RunningPlan, gone: list[TaskLink], added: list[TaskLink]) -> None:
    """Let links of a plan go and others come, and write that; the caller settles."""
    write_links(plan, Links(gone=gone, added=added))
    out = {link.id for link in gone}
    plan.links = [link for link in plan.links if link.id not in out] + added


def bridge_gap(plan: RunningPlan, task_id: UUID, stale: list[TaskLink], added: list[TaskLink]) -> None:
    """Take the links of a task out of a loaded plan, and let what waited for it wait for what it waited for.

    What goes is added to `stale`, what comes to `added`, for `replace_links`.
    """
    own = [link for link in (*plan.links, *added) if task_id in (link.predecessor_id, link.successor_id)]
    before = [link for link in own if link.successor_id == task_id]
    behind = [link for link in own if link.predecessor_id == task_id]
    stale += own
    added[:] = [link for link in added if link not in own]
    plan.links = [link for link in plan.links if link not in own]
    added += _bridges(plan, before, behind, {_ends(link) for link in (*plan.links, *added)})


def _bridges(
    plan: RunningPlan, before: list[TaskLink], behind: list[TaskLink], known: set[tuple[object, ...]]
) -> Iterable[TaskLink]:
    """Yield links around what goes, each once; what waits already for the same needs no second one."""
    for link in (_bridge(plan, first, second) for first in before for second in behind):
        if _ends(link) not in known:
            known.add(_ends(link))
            yield link


def _ends(link: TaskLink) -> tuple[object, ...]:
    ends = link.predecessor_id, link.predecessor_stage_id, link.successor_id, link.successor_stage_id
    return *ends, link.type, link.lag


def _bridge(plan: RunningPlan, before: TaskLink, behind: TaskLink) -> TaskLink:
    return TaskLink(
        id=ids.new_id(),
        workspace_id=plan.project.workspace_id,
        project_id=plan.project.id,
        predecessor_id=before.predecessor_id,
        predecessor_stage_id=before.predecessor_stage_id,
        successor_id=behind.successor_id,
        successor_stage_id=behind.successor_stage_id,
        type=before.type,
        lag=before.lag or behind.lag,
    )

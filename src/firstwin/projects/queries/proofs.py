"""What usage proves for projects: how far tasks are, who runs a playbook, and what playbooks call the first win."""

from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from firstwin.identity.contracts import Actor
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import Anchor, MilestoneSettings, PlaybookDefinition, PlaybookStatus, TaskSpec
from firstwin.playbooks.contracts.library import PlaybookFilters
from firstwin.projects.contracts.proofs import OWNER_KIND, OwnGoal, Proof
from firstwin.projects.queries import plans
from firstwin.shared.pagination import MAX_PAGE_SIZE
from firstwin.usage.contracts.goals import WatchState
from firstwin.usage.queries import goals as goal_queries
from firstwin.usage.queries import watches


def get_proofs(*, actor: Actor, task_ids: Collection[UUID]) -> Mapping[UUID, Proof]:
    """Return how far these tasks are with their goals; those without one are left out. One query, none without tasks.

    A contact learns how far it is, and not the names of events.
    """
    if not task_ids:
        return {}
    found = watches.get_watches(actor=actor, owner_kind=OWNER_KIND, owner_ids=task_ids)
    is_team = actor.account_id is None
    return {
        task_id: Proof(
            task_id=task_id,
            sentence=watch.sentence if is_team else "",
            progress=watch.progress,
            share=watch.share,
            is_first_value=watch.is_first_value,
            met_at=watch.met_at,
            checked_at=watch.checked_at,
        )
        for task_id, watch in found.items()
        if watch.state is not WatchState.ENDED
    }


def list_account_ids(*, actor: Actor, playbook_id: UUID) -> list[UUID]:
    """Return the accounts that run or ran a playbook, each once."""
    rows = plans.projects_of(actor).filter(playbook_id=playbook_id)
    return list(dict.fromkeys(rows.order_by("id").values_list("account_id", flat=True)))


def list_own_goals(*, actor: Actor) -> tuple[OwnGoal, ...]:
    """Return the goals that published playbooks name for their first-value milestones, by name of the playbook."""
    filters = PlaybookFilters(status=PlaybookStatus.PUBLISHED)
    playbooks = playbook_queries.list_playbooks(actor=actor, filters=filters, limit=MAX_PAGE_SIZE).items
    versions = playbook_queries.latest_versions(actor=actor, playbook_ids=[one.id for one in playbooks])
    return tuple(
        OwnGoal(
            playbook_id=playbook_id,
            playbook_name=version.definition.name,
            milestone=task.name,
            sentence=goal_queries.get_sentence(goal),
        )
        for playbook_id, version in sorted(versions.items(), key=lambda item: item[1].definition.name)
        for task in _first_values(version.definition)
        if (goal := playbook_queries.find_goal(task.settings)) is not None
    )


def _first_values(definition: PlaybookDefinition) -> Iterator[TaskSpec]:
    for stage in definition.stages:
        for task in stage.tasks:
            is_marked = isinstance(task.settings, MilestoneSettings) and task.settings.first_value
            if is_marked or task.anchors is Anchor.FIRST_VALUE:
                yield task

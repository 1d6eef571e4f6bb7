"""How goals stand that are looked after: for tasks, projects and accounts."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import QuerySet

from firstwin.identity.contracts import Actor
from firstwin.usage.contracts.goals import WatchInfo, WatchState
from firstwin.usage.models import Watch
from firstwin.usage.queries import goals as goal_queries
from firstwin.usage.queries import known_features


def get_watches(*, actor: Actor, owner_kind: str, owner_ids: Collection[UUID]) -> Mapping[UUID, WatchInfo]:
    """Return what is looked after for these owners, by owner; a contact sees those of the own account."""
    rows = Watch.objects.for_actor(actor).filter(owner_kind=owner_kind, owner_id__in=list(owner_ids))
    return {one.owner_id: one for one in _infos(actor, list(_own(actor, rows)))}


def _own(actor: Actor, rows: QuerySet[Watch]) -> QuerySet[Watch]:
    return rows.filter(account_id=actor.account_id) if actor.account_id is not None else rows


def _infos(actor: Actor, rows: list[Watch]) -> list[WatchInfo]:
    goals = {row.id: goal_queries.read_goal(row.goal) for row in rows}
    needs_names = any(goal_queries.list_features(goal) for goal in goals.values())
    names = known_features.get_features(actor=actor).names if needs_names else {}
    return [
        WatchInfo(
            id=row.id,
            account_id=row.account_id,
            owner_kind=row.owner_kind,
            owner_id=row.owner_id,
            title=row.title,
            goal=goals[row.id],
            sentence=goal_queries.get_sentence(goals[row.id], features=names),
            state=WatchState(row.state),
            since=row.since,
            due_at=row.due_at,
            is_first_value=row.is_first_value,
            met_at=row.met_at,
            evidence=row.evidence,
            progress=row.progress,
            share=row.share,
            checked_at=row.checked_at,
        )
        for row in rows
    ]

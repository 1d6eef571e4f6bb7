"""What goals name, as a workspace knows it: features with their events, and the accounts of groups."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from firstwin.identity.contracts import Actor
from firstwin.usage.contracts.goals import WatchState
from firstwin.usage.models import UsageGroup, Watch
from firstwin.usage.queries import features


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFeatures:
    """Features by key: the names of the track events that count for one, and what it is called."""

    events: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def get_features(*, actor: Actor) -> KnownFeatures:
    """Return the features of a workspace with their events; customers are told none."""
    if actor.account_id is not None:
        return KnownFeatures()
    return KnownFeatures(
        events=features.get_feature_events(actor=actor),
        names={one.key: one.name for one in features.list_features(actor=actor)},
    )


def accounts_with_groups(*, workspace_id: UUID, account_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these accounts that a group of the product belongs to; one query, none without accounts."""
    if not account_ids:
        return set()
    groups = UsageGroup.objects.for_workspace(workspace_id).filter(account_id__in=list(account_ids))
    return {id for id in groups.values_list("account_id", flat=True) if id}


def workspaces_with_accounts() -> list[UUID]:
    """Return the workspaces in which a group of the product belongs to an account; one query."""
    groups = UsageGroup.objects.across_workspaces(reason="signals are looked for in every workspace")
    return list(groups.filter(account_id__isnull=False).values_list("workspace_id", flat=True).distinct())


def accounts_with_open_watches(*, workspace_id: UUID, group_ids: Collection[str]) -> set[UUID]:
    """Return the accounts of these groups for which something is looked after; one query."""
    open_ones = Watch.objects.for_workspace(workspace_id).filter(state=WatchState.OPEN).values("account_id")
    groups = UsageGroup.objects.for_workspace(workspace_id).filter(group_id__in=list(group_ids))
    return {id for id in groups.filter(account_id__in=open_ones).values_list("account_id", flat=True) if id}

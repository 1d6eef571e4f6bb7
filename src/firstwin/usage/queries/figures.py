"""Figures about usage: the scope that somebody may look at, and statistics over what the event store answers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from firstwin.identity.contracts import Actor
from firstwin.shared.errors import PermissionDeniedError
from firstwin.usage import permissions
from firstwin.usage.contracts.analysis import (
    ActivationCohort,
    Curve,
    Difference,
    FunnelRow,
    RetentionRow,
    Share,
    Start,
    Wait,
)
from firstwin.usage.contracts.store import EventScope, FunnelStep, RetentionCohort
from firstwin.usage.rules import analysis


def get_scope(
    *, actor: Actor, since: datetime, until: datetime, account_ids: Collection[UUID] | None = None
) -> EventScope:
    """Return the events that the actor may ask about; None for the accounts does not narrow. Raises PermissionDeniedError."""
    if not permissions.can_see_usage(actor):
        raise PermissionDeniedError("Only members of the team see usage.")
    return EventScope(
        workspace_id=actor.workspace_id,
        since=since,
        until=until,
        account_ids=None if account_ids is None else tuple(sorted(account_ids)),
    )


def get_share(*, count: int, base: int) -> Share:
    """Return a share with its 95 % interval."""
    return analysis.share_of(count, base)


def list_curves(*, waits: Iterable[Wait]) -> list[Curve]:
    """Return how long it takes, by group, counting those who still wait; the largest group first."""
    return analysis.curves(waits)


def get_activation(*, starts: Iterable[Start], within: timedelta, today: date) -> tuple[Share, list[ActivationCohort]]:
    """Return the share that reached it in time among those who began long enough ago, and the same by month."""
    return analysis.activation(starts, within=within, today=today)


def list_differences(
    *, did: Mapping[str, Collection[object]], ours: Collection[object], others: Collection[object]
) -> list[Difference]:
    """Return what one kind of customers did more often than the other, the clear differences first."""
    return analysis.differences(did, ours=ours, others=others)


def list_retention(*, cohorts: Iterable[RetentionCohort], today: date) -> tuple[list[RetentionRow], list[Share]]:
    """Return the shares that came back by cohort and week, too young ones apart, and the mean of each week."""
    rows = analysis.retention_rows(cohorts, today=today)
    return rows, analysis.retention_mean(rows)


def list_funnel(*, steps: Sequence[FunnelStep]) -> list[FunnelRow]:
    """Return the steps of a funnel with their conversion."""
    return analysis.funnel_rows([(step.name, step.reached, step.median_seconds) for step in steps])


def get_trend(*, now: int, before: int) -> float | None:
    """Return by how much something grew against the period before; None after nothing."""
    return analysis.trend_of(now, before)


def get_mean_days(*, stickiness: Mapping[int, int]) -> float | None:
    """Return on how many days a person was active on average; None without anybody."""
    return analysis.mean_days(stickiness)


def get_daily_share(*, daily: Sequence[int], monthly: int, days: int) -> float | None:
    """Return the mean number of people active on a day over those of the whole period (DAU/MAU)."""
    return analysis.daily_share(daily, monthly, days=days)

"""How long product events are kept: decided per workspace, carried out once a day by the owner of the event store."""

from datetime import UTC, datetime

from django.db import transaction

from firstwin.identity.contracts import Actor, system_actor
from firstwin.journal import operations as journal_operations
from firstwin.shared.errors import InvalidInputError, PermissionDeniedError, Problem
from firstwin.usage import permissions
from firstwin.usage.contracts.keeping import StoreKeeper
from firstwin.usage.events import OldEventsDropped, RetentionChanged
from firstwin.usage.models import EventRetention, StoreOrder
from firstwin.usage.operations import orders
from firstwin.usage.rules import retention as rules

_REASON = "each workspace's own rule is carried out"


def set_retention(*, actor: Actor, months: int | None, at: datetime) -> None:
    """Say how long product events are kept; None keeps them for ever. What is older goes within a day."""
    if not permissions.can_change_retention(actor):
        raise PermissionDeniedError(
            "Only owners and admins say how long events are kept.", remedy="Ask an owner or admin of the workspace."
        )
    if months is not None and not rules.FEWEST_MONTHS <= months <= rules.MOST_MONTHS:
        problem = Problem("months", "Events are kept for 1 to 120 months, or for ever.", "Choose another time.")
        raise InvalidInputError(problem.message, problems=(problem,))
    with transaction.atomic():
        row = EventRetention.objects.for_actor(actor).select_for_update().first()
        if row is None:
            row = EventRetention(workspace_id=actor.workspace_id, months=None, changed_at=at)
            row.save(force_insert=True)
        if row.months == months:
            return
        old, row.months, row.changed_at = row.months, months, at
        row.save(update_fields=["months", "changed_at"])
        fact = RetentionChanged(retention_id=row.id, months=months, old_months=old)
        journal_operations.record(fact, actor=actor, at=at)


def order_drops(*, at: datetime) -> int:
    """Tell the owner of the store to delete what is older than each workspace wants; return how many workspaces do."""
    rows = EventRetention.objects.across_workspaces(reason=_REASON).exclude(months=None)
    wanted = [(workspace_id, months) for workspace_id, months in rows.values_list("workspace_id", "months") if months]
    for workspace_id, months in wanted:
        orders.order_drop(workspace_id, before=rules.kept_from(months, at=at.astimezone(UTC)), at=at)
    return len(wanted)


def drop_old_events(*, order: StoreOrder, keeper: StoreKeeper, at: datetime) -> None:
    """Delete what is older than an order says; nothing that the workspace has since decided to keep."""
    row = EventRetention.objects.for_workspace(order.workspace_id).exclude(months=None).first()
    if row is None or row.months is None:
        return
    before = min(datetime.fromisoformat(order.details["before"]), rules.kept_from(row.months, at=at.astimezone(UTC)))
    if "found" not in order.details:  # counted before anything goes, so that doing it again does not count less
        order.details["found"] = keeper.count_before(order.workspace_id, before=before)
        order.save(update_fields=["details"])
    found: int = order.details["found"]
    if not found:
        return
    keeper.drop_before(order.workspace_id, before=before)
    with transaction.atomic():
        EventRetention.objects.for_workspace(order.workspace_id).filter(id=row.id).update(dropped=found, dropped_at=at)
        fact = OldEventsDropped(retention_id=row.id, before=before, dropped=found)
        journal_operations.record(fact, actor=system_actor(order.workspace_id), at=at)
        order.delete()

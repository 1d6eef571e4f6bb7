"""Reads of erasures, of how long events are kept, and of how the owner of the store fares."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Count, Min, Q

from firstwin.identity.contracts import Actor
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from firstwin.shared.pagination import Page, page_of
from firstwin.usage import permissions
from firstwin.usage.contracts.keeping import ErasureInfo, KeepingState, RetentionInfo, RetentionPreview, SetAsideInfo
from firstwin.usage.models import Erasure, EventRetention, SetAsideBatch, StoreOrder
from firstwin.usage.queries.store import event_reader
from firstwin.usage.rules.retention import kept_from
from firstwin.usage.rules.sql import keeping as sql

_REASON = "the owner of the event store serves every workspace"


def list_erasures(*, actor: Actor, cursor: str | None = None, limit: int = 25) -> Page[ErasureInfo]:
    """Return the proofs of erasures, latest first."""
    _require(actor)
    rows = Erasure.objects.for_actor(actor)
    return page_of(rows, order=("-asked_at",), cursor=cursor, limit=limit, convert=erasure_info)


def get_erasure(*, actor: Actor, erasure_id: UUID) -> ErasureInfo:
    """Return the proof of one erasure. Raises NotFoundError."""
    _require(actor)
    row = Erasure.objects.for_actor(actor).filter(id=erasure_id).first()
    if row is None:
        raise NotFoundError("There is no such erasure.")
    return erasure_info(row)


def get_retention(*, actor: Actor) -> RetentionInfo:
    """Return how long product events are kept: for ever, as long as nobody decided."""
    _require(actor)
    row = EventRetention.objects.for_actor(actor).first()
    if row is None:
        return RetentionInfo(months=None, changed_at=None, dropped=0, dropped_at=None)
    return RetentionInfo(months=row.months, changed_at=row.changed_at, dropped=row.dropped, dropped_at=row.dropped_at)


def preview_retention(*, actor: Actor, choices: Sequence[int], at: datetime) -> list[RetentionPreview]:
    """Return for numbers of months how many events would go now. Raises StoreUnavailableError."""
    _require(actor)
    found: list[RetentionPreview] = []
    for months in choices:
        before = kept_from(months, at=at.astimezone(UTC))
        rows = event_reader().rows(sql.count_before(actor.workspace_id, before=before), dict[str, int])
        found.append(RetentionPreview(months=months, before=before, events=rows[0]["events"]))
    return found


def list_set_aside(*, actor: Actor, cursor: str | None = None, limit: int = 100) -> Page[SetAsideInfo]:
    """Return the batches that the store could not take, oldest first."""
    _require(actor)
    rows = SetAsideBatch.objects.for_actor(actor).defer("lines")
    return page_of(rows, order=("id",), cursor=cursor, limit=limit, convert=_set_aside_info)


def get_set_aside(*, actor: Actor, batch_id: UUID) -> SetAsideInfo:
    """Return one batch that the store could not take. Raises NotFoundError."""
    _require(actor)
    row = SetAsideBatch.objects.for_actor(actor).defer("lines").filter(id=batch_id).first()
    if row is None:
        raise NotFoundError("There is no such batch.", remedy="The list shows what is left of them.")
    return _set_aside_info(row)


def get_state() -> KeepingState:
    """Return how the owner of the store fares, for all workspaces."""
    orders = StoreOrder.objects.across_workspaces(reason=_REASON).aggregate(
        waiting=Count("id", filter=Q(problem="")),
        oldest=Min("created_at", filter=Q(problem="")),
        failed=Count("id", filter=~Q(problem="")),
    )
    aside = SetAsideBatch.objects.across_workspaces(reason=_REASON).count()
    return KeepingState(
        orders=orders["waiting"],
        oldest_order_at=orders["oldest"],
        failed_orders=orders["failed"],
        set_aside=aside,
    )


def erasure_info(row: Erasure) -> ErasureInfo:
    """Return an erasure as others see it."""
    return ErasureInfo(
        id=row.id,
        mark=row.mark,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        reference=row.reference,
        refuses_later=row.refuses_later,
        found=row.found,
        left=row.left,
        hidden_at=row.hidden_at,
        gone_at=row.gone_at,
        problem=row.problem,
    )


def _set_aside_info(row: SetAsideBatch) -> SetAsideInfo:
    return SetAsideInfo(
        id=row.id,
        source_id=row.source_id,
        received_at=row.received_at,
        set_aside_at=row.set_aside_at,
        events=row.events,
        size=row.size,
        reason=row.reason,
    )


def _require(actor: Actor) -> None:
    if not permissions.can_erase_people(actor):
        raise PermissionDeniedError(
            "Only owners and admins see erasures and how long events are kept.",
            remedy="Ask an owner or admin of the workspace.",
        )

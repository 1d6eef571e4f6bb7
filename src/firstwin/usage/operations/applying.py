"""The orders to the event store, done by its owner between two rounds of draining, in the order they were given."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import models, transaction

from firstwin.usage.contracts.keeping import OrderKind, OrderTaker, StoreKeeper
from firstwin.usage.contracts.store import StoreUnavailableError
from firstwin.usage.models import StoreOrder
from firstwin.usage.operations import erasing, retention, watches

MOST_ORDERS = 500
MANY_ORDERS = 16
MOST_FAILURES = 5
_REASON = "the owner of the event store serves every workspace"
log = structlog.get_logger("firstwin.event_store")


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What one round did: how many orders are done, and whether more can be done at once."""

    done: int
    has_more: bool


def has_orders() -> bool:
    """Say whether the owner of the store has anything to do besides draining."""
    return StoreOrder.objects.across_workspaces(reason=_REASON).filter(problem="").exists()


def apply_orders(*, store: OrderTaker, keeper: StoreKeeper, now: Callable[[], datetime]) -> Applied:
    """Do what waits, oldest first, and delete each order once the store has it; whoever is killed in between does it again.

    An erasure stays until nothing is left of it, and what was ordered later goes on meanwhile. An order that fails five
    times while the store works is kept with its problem and holds up nothing any more. Raises StoreUnavailableError.
    """
    waiting = list(_orders().filter(problem="").order_by("id")[:MOST_ORDERS])
    done: list[UUID] = []
    try:
        for _, run in itertools.groupby(waiting, key=_kin):
            orders = list(run)
            if len(orders) >= MANY_ORDERS and _are_done(orders, store=store, now=now):
                done += [order.id for order in orders]
                continue
            for order in orders:
                if _is_done(order, store=store, keeper=keeper, now=now):
                    done.append(order.id)
    finally:
        _delete(done)
    return Applied(done=len(done), has_more=bool(done) and len(waiting) == MOST_ORDERS)


def _kin(order: StoreOrder) -> tuple[UUID, str]:
    """Orders that follow each other and are told to the store in one go: links of a workspace, and places; others stand alone."""
    kin = {OrderKind.LINK.value: "links", OrderKind.UNLINK.value: "links", OrderKind.PLACE.value: "places"}
    return order.workspace_id, kin.get(order.kind, str(order.id))


def _are_done(orders: Sequence[StoreOrder], *, store: OrderTaker, now: Callable[[], datetime]) -> bool:
    """Tell several orders at once; if that cannot be, each is tried alone, and the one to blame is found."""
    workspace_id = orders[0].workspace_id
    try:
        if orders[0].kind == OrderKind.PLACE:
            places = {one.details["group_id"]: _account_of(one) for one in orders}
            store.place_all(workspace_id, places)
            watches.note_places(workspace_id=workspace_id, account_ids=set(filter(None, places.values())), at=now())
        else:
            store.link_all(
                workspace_id, {one.details["anonymous_id"]: one.details.get("user_id", "") for one in orders}
            )
    except (StoreUnavailableError, KeyError, TypeError, ValueError):
        return False
    return True


def _is_done(order: StoreOrder, *, store: OrderTaker, keeper: StoreKeeper, now: Callable[[], datetime]) -> bool:
    try:
        return _carry_out(order, store=store, keeper=keeper, now=now)
    except StoreUnavailableError as error:
        if keeper.is_answering():
            _note_failure(order, error.detail, is_final=order.failures + 1 >= MOST_FAILURES)
        raise
    except (KeyError, TypeError, ValueError) as error:
        _note_failure(order, f"{type(error).__name__}: {error}", is_final=True)
        return False


def _carry_out(order: StoreOrder, *, store: OrderTaker, keeper: StoreKeeper, now: Callable[[], datetime]) -> bool:
    workspace_id, details = order.workspace_id, order.details
    match OrderKind(order.kind):
        case OrderKind.LINK:
            store.link(workspace_id, anonymous_id=details["anonymous_id"], user_id=details["user_id"])
        case OrderKind.UNLINK:
            store.unlink(workspace_id, anonymous_id=details["anonymous_id"])
        case OrderKind.MERGE:
            store.merge(workspace_id, user_id=details["user_id"], into=details["into"])
        case OrderKind.PLACE:
            account_id = _account_of(order)
            store.place(workspace_id, group_id=details["group_id"], account_id=account_id)
            watches.note_places(workspace_id=workspace_id, account_ids=[account_id] if account_id else [], at=now())
        case OrderKind.ERASE:
            return erasing.carry_on(order=order, keeper=keeper, now=now)
        case OrderKind.DROP:
            retention.drop_old_events(order=order, keeper=keeper, at=now())
    return True


def _account_of(order: StoreOrder) -> UUID | None:
    account_id = order.details["account_id"]
    return UUID(account_id) if account_id else None


def _note_failure(order: StoreOrder, problem: str, *, is_final: bool) -> None:
    order.failures += 1
    order.problem = problem[:500] if is_final else ""
    order.save(update_fields=["failures", "problem"])
    log.error("an order to the event store failed", kind=order.kind, failures=order.failures, error=problem[:300])


def _delete(done: Sequence[UUID]) -> None:
    if done:
        with transaction.atomic():
            _orders().filter(id__in=done).delete()


def _orders() -> models.QuerySet[StoreOrder]:
    return StoreOrder.objects.across_workspaces(reason=_REASON)

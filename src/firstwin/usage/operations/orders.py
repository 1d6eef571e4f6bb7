"""Orders to the owner of the event store: written in the transaction of what makes them necessary, done by it in their order.

Each is named by what is to be so afterwards, so that doing one twice changes nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from firstwin.shared import bulk
from firstwin.usage.contracts.keeping import OrderKind
from firstwin.usage.models import StoreOrder


def order_link(workspace_id: UUID, *, anonymous_id: str, user_id: str, at: datetime) -> None:
    """Let the events of an anonymous id, past and future, be those of a user."""
    _order(OrderKind.LINK, workspace_id, {"anonymous_id": anonymous_id, "user_id": user_id}, at)


def order_links(workspace_id: UUID, *, links: Mapping[str, str], at: datetime) -> None:
    """Let the events of many anonymous ids be those of users, by anonymous id; one statement however many."""
    bulk.insert_rows(
        [
            StoreOrder(
                workspace_id=workspace_id,
                kind=OrderKind.LINK.value,
                details={"anonymous_id": anonymous_id, "user_id": user_id},
                created_at=at,
            )
            for anonymous_id, user_id in links.items()
        ]
    )


def order_unlink(workspace_id: UUID, *, anonymous_id: str, at: datetime) -> None:
    """Let the events of an anonymous id be nobody's again."""
    _order(OrderKind.UNLINK, workspace_id, {"anonymous_id": anonymous_id}, at)


def order_merge(workspace_id: UUID, *, user_id: str, into: str | None, at: datetime) -> None:
    """Let the events of one user be those of another; `into` None takes it back."""
    _order(OrderKind.MERGE, workspace_id, {"user_id": user_id, "into": into}, at)


def order_account(workspace_id: UUID, *, group_id: str, account_id: UUID | None, at: datetime) -> None:
    """Let the events of a group, past and future, be those of an account; None takes it back."""
    place = {"group_id": group_id, "account_id": str(account_id) if account_id else None}
    _order(OrderKind.PLACE, workspace_id, place, at)


def order_erasure(workspace_id: UUID, *, erasure_id: UUID, people: tuple[str, ...], at: datetime) -> None:
    """Let everything that these names did be deleted; the order is the last place that holds the names."""
    _order(OrderKind.ERASE, workspace_id, {"erasure_id": str(erasure_id), "people": list(people)}, at)


def order_drop(workspace_id: UUID, *, before: datetime, at: datetime) -> None:
    """Let every event older than that be deleted."""
    _order(OrderKind.DROP, workspace_id, {"before": before.isoformat()}, at)


def _order(kind: OrderKind, workspace_id: UUID, details: Mapping[str, Any], at: datetime) -> None:
    order = StoreOrder(workspace_id=workspace_id, kind=kind.value, details=dict(details), created_at=at)
    order.save(force_insert=True)

"""People and groups as events make them, and rounds of draining without an engine."""

from datetime import datetime
from typing import Any

from firstwin.customers.models import Account
from firstwin.identity.contracts import Role
from firstwin.identity.models import Workspace
from firstwin.usage.contracts import SourceInfo
from firstwin.usage.models import StoreOrder, UsageGroup, UsagePerson
from firstwin.usage.operations import draining
from tests.factories.customers import make_account
from tests.factories.identity import make_actor, make_workspace
from tests.factories.usage import make_source, take_in
from tests.usage.oracle import PlainStore


def source_in(workspace: Workspace | None = None) -> SourceInfo:
    """A source in a workspace."""
    return make_source(make_actor(Role.OWNER, workspace=workspace or make_workspace()))


def drain(source: SourceInfo, *items: dict[str, Any], at: datetime, store: PlainStore | None = None) -> PlainStore:
    """Let a source send events and the owner take them into a store."""
    store = store or PlainStore()
    take_in(source, *items, at=at)
    draining.drain_inbox(store=store, at=at)
    return store


def identify(user: str = "ada", **traits: Any) -> dict[str, Any]:
    """An identify call."""
    return {"type": "identify", "userId": user, "traits": traits}


def group(user: str = "ada", group_id: str = "acorn", **traits: Any) -> dict[str, Any]:
    """A group call."""
    return {"type": "group", "userId": user, "groupId": group_id, "traits": traits}


def person_of(source: SourceInfo, user: str = "ada") -> UsagePerson:
    """The row of a user."""
    return UsagePerson.objects.for_workspace(source.workspace_id).get(user_id=user)


def group_of(source: SourceInfo, group_id: str = "acorn") -> UsageGroup:
    """The row of a group."""
    return UsageGroup.objects.for_workspace(source.workspace_id).get(group_id=group_id)


def orders_of(source: SourceInfo) -> list[tuple[str, dict[str, Any]]]:
    """What the owner of the store is told to do, in its order."""
    rows = StoreOrder.objects.for_workspace(source.workspace_id).order_by("id")
    return [(row.kind, row.details) for row in rows]


def account_in(source: SourceInfo, **more: object) -> Account:
    """An account of the source's workspace."""
    return make_account(Workspace.objects.get(id=source.workspace_id), **more)

"""What somebody says by hand about groups: which account one is, that it is none, or that it is matched by itself again."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import NewAccount
from firstwin.customers.operations import accounts as account_operations
from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.shared.errors import ConflictError, NotFoundError
from firstwin.usage.contracts.people import GroupInfo, MatchedBy
from firstwin.usage.events import GroupReleased, GroupSetAside
from firstwin.usage.models import UsageGroup
from firstwin.usage.operations import matching, orders
from firstwin.usage.operations.access import require_shaper
from firstwin.usage.queries import groups as group_queries
from firstwin.usage.rules.matching import PREFERRED_SYSTEM


def map_group(*, actor: Actor, group_id: UUID, account_id: UUID, at: datetime) -> GroupInfo:
    """Say which account a group is; its events, past ones too, count for it. Raises NotFoundError, also for the account."""
    require_shaper(actor=actor)
    customer_queries.get_account(actor=actor, account_id=account_id)
    with transaction.atomic():
        _place(actor, _locked(actor, group_id), account_id, MatchedBy.HAND, at=at)
    return group_queries.get_group(actor=actor, group_id=group_id)


def create_account_for_group(*, actor: Actor, group_id: UUID, new: NewAccount, at: datetime) -> GroupInfo:
    """Add a customer company for a group that has none; the group's id becomes its external id in the system “product”."""
    require_shaper(actor=actor)
    with transaction.atomic():
        row = _locked(actor, group_id)
        if row.account_id is not None:
            raise ConflictError(
                "This group belongs to an account already.",
                remedy="Open that account, or map the group to another one.",
            )
        ids = {PREFERRED_SYSTEM: row.group_id, **new.external_ids} if len(row.group_id) <= 200 else new.external_ids
        account = account_operations.create_account(actor=actor, new=replace(new, external_ids=ids), at=at)
        _place(actor, row, account.id, MatchedBy.HAND, at=at)
    return group_queries.get_group(actor=actor, group_id=group_id)


def set_group_aside(*, actor: Actor, group_id: UUID, at: datetime) -> GroupInfo:
    """Say that a group is no customer (a test, your own company): it waits no longer, and counts for no account."""
    require_shaper(actor=actor)
    with transaction.atomic():
        row = _locked(actor, group_id)
        if row.account_id is not None or row.matched_by != MatchedBy.HAND:
            _place(actor, row, None, MatchedBy.HAND, at=at)
            journal_operations.record(GroupSetAside(group_id=row.id, title=_title(row)), actor=actor, at=at)
    return group_queries.get_group(actor=actor, group_id=group_id)


def release_group(*, actor: Actor, group_id: UUID, at: datetime) -> GroupInfo:
    """Let a group be matched by itself again: it gets the account that fits, or waits."""
    require_shaper(actor=actor)
    with transaction.atomic():
        row = _locked(actor, group_id)
        if row.matched_by == MatchedBy.HAND:
            row.matched_by = MatchedBy.NOBODY.value
            row.save(update_fields=["matched_by"])
            journal_operations.record(GroupReleased(group_id=row.id, title=_title(row)), actor=actor, at=at)
            if matching.match_groups(workspace_id=actor.workspace_id, groups=[row], at=at):
                matching.match_members(workspace_id=actor.workspace_id, group_ids=[row.group_id], at=at)
    return group_queries.get_group(actor=actor, group_id=group_id)


def _place(actor: Actor, row: UsageGroup, account_id: UUID | None, matched_by: MatchedBy, *, at: datetime) -> None:
    is_moved = account_id != row.account_id
    if is_moved:
        ids = [id for id in (row.account_id, account_id) if id]
        accounts = customer_queries.get_accounts(actor=actor, account_ids=ids)
        facts = matching.moved_facts(row, account_id, matched_by, accounts)
        journal_operations.record_many(facts, actor=actor, at=at)
        orders.order_account(actor.workspace_id, group_id=row.group_id, account_id=account_id, at=at)
    row.account_id, row.matched_by = account_id, matched_by.value
    row.save(update_fields=["account", "matched_by"])
    if is_moved:
        matching.match_members(workspace_id=actor.workspace_id, group_ids=[row.group_id], at=at)


def _title(row: UsageGroup) -> str:
    return row.name or row.group_id


def _locked(actor: Actor, group_id: UUID) -> UsageGroup:
    row = UsageGroup.objects.for_actor(actor).select_for_update().filter(id=group_id).first()
    if row is None:
        raise NotFoundError("There is no such group.", remedy="Look at the list of groups.")
    return row

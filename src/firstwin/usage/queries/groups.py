"""Reads of groups: which companies the events name, and which accounts they are."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from firstwin.customers import queries as customer_queries
from firstwin.identity.contracts import Actor
from firstwin.shared import pagination
from firstwin.shared.errors import NotFoundError
from firstwin.shared.pagination import Page
from firstwin.usage.contracts.people import AccountSuggestion, GroupFilters, GroupInfo, MatchedBy, Standing
from firstwin.usage.models import Membership, UsageGroup
from firstwin.usage.queries.people import require_seeing
from firstwin.usage.rules import identities, matching


def get_group(*, actor: Actor, group_id: UUID) -> GroupInfo:
    """Return a group by our own id. Raises NotFoundError."""
    require_seeing(actor=actor)
    found = _infos(actor, list(UsageGroup.objects.for_actor(actor).filter(id=group_id)))
    if not found:
        raise NotFoundError("There is no such group.", remedy="Look at the list of groups.")
    return found[0]


def list_groups(
    *,
    actor: Actor,
    filters: GroupFilters | None = None,
    cursor: str | None = None,
    limit: int = pagination.DEFAULT_PAGE_SIZE,
) -> Page[GroupInfo]:
    """Return one page of groups, those that were seen first last; two queries."""
    require_seeing(actor=actor)
    return pagination.page_with(
        _filtered(actor, filters or GroupFilters()),
        order=["-first_seen_at"],
        cursor=cursor,
        limit=limit,
        convert=lambda rows: _infos(actor, rows),
    )


def count_groups(*, actor: Actor, filters: GroupFilters | None = None) -> int:
    """Return how many groups the filters leave."""
    require_seeing(actor=actor)
    return _filtered(actor, filters or GroupFilters()).count()


def find_account_suggestions(
    *, actor: Actor, groups: Sequence[GroupInfo]
) -> Mapping[UUID, tuple[AccountSuggestion, ...]]:
    """Return the accounts that waiting groups may be, by the group's own id with us; three queries however many groups."""
    require_seeing(actor=actor)
    waiting = [one for one in groups if one.standing is Standing.WAITING]
    if not waiting:
        return {}
    known = customer_queries.find_known_accounts(
        actor=actor,
        external_ids=[one.group_id for one in waiting],
        domains=[one.domain for one in waiting if one.domain],
        names=[name for one in waiting for name in {one.name, one.group_id} if name],
    )
    found = {
        one.id: matching.suggestions(
            group_id=one.group_id, domain=one.domain, names=(one.name, one.group_id), known=known
        )
        for one in waiting
    }
    return {id: suggested for id, suggested in found.items() if suggested}


def get_titles(*, actor: Actor, group_ids: Collection[str]) -> Mapping[str, str]:
    """Return what to call groups, by the vendor's id: as their account, as they were named, or by the id; two queries."""
    require_seeing(actor=actor)
    rows = UsageGroup.objects.for_actor(actor).filter(group_id__in=group_ids)
    found = {group: (name, account) for group, name, account in rows.values_list("group_id", "name", "account_id")}
    accounts = customer_queries.get_accounts(actor=actor, account_ids={id for _, id in found.values() if id})
    return {
        group: accounts[account].name if account in accounts else name or group
        for group, (name, account) in found.items()
    }


def get_accounts_of_groups(*, actor: Actor) -> Mapping[str, UUID]:
    """Return which account each mapped group is, by the vendor's group id; one query."""
    require_seeing(actor=actor)
    rows = UsageGroup.objects.for_actor(actor).filter(account__isnull=False)
    return {group: account for group, account in rows.values_list("group_id", "account_id") if account}


def _filtered(actor: Actor, filters: GroupFilters) -> QuerySet[UsageGroup]:
    rows = UsageGroup.objects.for_actor(actor)
    key = identities.comparable(filters.search).replace("\x00", "")
    if key:
        rows = rows.filter(search_key__contains=key)
    if filters.standing is Standing.MAPPED:
        rows = rows.filter(account__isnull=False)
    elif filters.standing is not None:
        by_hand = Q(matched_by=MatchedBy.HAND.value)
        rows = rows.filter(account__isnull=True)
        rows = rows.filter(by_hand if filters.standing is Standing.SET_ASIDE else ~by_hand)
    if filters.account_id is not None:
        rows = rows.filter(account_id=filters.account_id)
    return rows


def _infos(actor: Actor, rows: Sequence[UsageGroup]) -> tuple[GroupInfo, ...]:
    members: dict[str, int] = {}
    if rows:
        of_rows = Membership.objects.for_actor(actor).filter(group_id__in=[row.group_id for row in rows])
        members = dict(of_rows.values_list("group_id").annotate(count=Count("id")).order_by())
    return tuple(
        GroupInfo(
            id=row.id,
            workspace_id=row.workspace_id,
            group_id=row.group_id,
            name=row.name,
            domain=row.domain_key,
            traits=dict(row.traits),
            account_id=row.account_id,
            matched_by=MatchedBy(row.matched_by),
            members=members.get(row.group_id, 0),
            first_seen_at=row.first_seen_at,
        )
        for row in rows
    )
